"""What Lotse shows in rooms of coordinators: one row per message, and the steps of sending it.

A row says *what* is shown (the card of a case, a line of it, an answer), never its words: they are read when it is sent, so the
newest state is shown, a burst of changes costs one edit, and what is deleted in the store cannot be sent any more. Nothing in
this table leads to an employee, and nothing in the employees' outbox leads here: a note can be shown in a room of coordinators
and nowhere else.

``waiting → sending → sent``, and ``sent → stale → sending → sent`` whenever something else should stand there. The step to
*sending* is a commit of its own, made while the row is locked, and looks again at everything: whether the case is still there,
and still shown in this room. Within a case the order is kept. A card is never given up, for without it a case would be worked by
nobody who only looks at the room; the message of the morning not before it is yesterday's. While Lotse is not in a room, whatever
belongs to a case waits for it to be asked in.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from bot.errors import ChannelError, NotInRoom
from bot.model import OVER, Address, CaseFacts, CaseNumber, DeskRoom, ExternalId, OutboxId, Reply, StaffId
from bot.store.announce import DESK_POSTS
from bot.store.database import Database
from bot.store.desk_cards import card_posted, free_lines, leave_behind, thread_instead
from bot.store.desk_notices import NOTICES_FOR
from bot.store.desk_shown import CaseShown, LineShown, NoticeShown, case_shown, line_shown, notice_shown, was_erased
from bot.store.outbox import GIVE_UP_AFTER, LONGEST_PAUSE, SENDING_LASTS, pause_after
from bot.store.payloads import reply_from_json, reply_to_json, storable
from bot.store.places import insert_into
from bot.store.tables import desk_posts

Kind = Literal["card", "copy", "line", "own", "sign", "answer", "link", "notice", "failed", "erased", "left"]

Shows = Callable[[DeskRoom, CaseFacts], bool]
"""Whether a case is to be shown in a room at this moment."""


@dataclass(frozen=True, slots=True)
class Erased:
    """The person of a case had everything deleted; its card was taken back, and this says why."""

    number: CaseNumber


@dataclass(frozen=True, slots=True)
class Moved:
    """The case is worked in other rooms now; its card says so, and nothing else of it."""

    number: CaseNumber
    team: str


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign under a message; it is posted and taken back like a message of its own."""

    to: ExternalId
    sign: str


@dataclass(frozen=True, slots=True)
class SignInLink:
    """A link to the desk for one of the staff, made when it is sent."""

    staff: StaffId


@dataclass(frozen=True, slots=True)
class TakeBack:
    """What stands there is to disappear."""


Shown = CaseShown | LineShown | NoticeShown | Erased | Moved | Sign | SignInLink | TakeBack | Reply


@dataclass(frozen=True, slots=True)
class DeskItem:
    """One message to be posted or changed. ``external_id`` None: it was not posted yet.

    ``delivery_id`` is the same whenever a new message is tried again, and another one for every change of it. ``again``: it was
    tried before, so it may be there. ``state`` is remembered as what is shown once it was sent.
    """

    id: int
    kind: Kind
    outbox_id: OutboxId
    delivery_id: OutboxId
    address: Address
    external_id: ExternalId | None
    shown: Shown
    state: str
    attempts: int
    again: bool
    room: DeskRoom


TOLD_ONCE: frozenset[Kind] = frozenset({"line", "sign", "failed", "erased"})
"""What nobody in the room would ever know otherwise. An answer is of no use to who asked days ago, and can be asked for again."""


async def put(
    connection: AsyncConnection,
    address: Address,
    kind: Kind,
    key: str,
    now: datetime,
    wake: list[str],
    *,
    case: CaseNumber | None = None,
    line: int | None = None,
    reply: Reply | None = None,
    staff: StaffId | None = None,
    sign: str | None = None,
    under: int | None = None,
    external_id: str | None = None,
) -> bool:
    """Note that this is to be shown, or (``own``) that it stands there already; False when it is known by this key.

    An answer's ``reply`` holds words of ours only.
    """
    kept = {"staff": staff} if staff is not None else None if reply is None else reply_to_json(reply)
    row = insert_into(desk_posts, connection.dialect.name).values(
        outbox_id=str(uuid.uuid4()),
        channel=address.channel,
        room=storable(address.room),
        thread=storable(address.thread or ""),
        kind=kind,
        key=storable(key),
        case_number=case,
        line=line,
        reply=kept,
        sign=sign,
        under=under,
        external_id=None if external_id is None else storable(external_id),
        created_at=now,
        status="sent" if kind == "own" else "waiting",
        attempts=0,
        done_at=now if kind == "own" else None,
    )
    new = row.on_conflict_do_nothing(index_elements=["channel", "room", "key"]).returning(desk_posts.c.id)
    if await connection.scalar(new) is None:
        return False
    wake.append(DESK_POSTS)
    return True


def card_key(number: int) -> str:
    """The key of the card of a case in a room that has the case."""
    return f"card:{number}"


class DeskPosts:
    """Where the loop that looks after rooms of coordinators finds what to post. ``rooms`` are all there are."""

    def __init__(
        self, database: Database, rooms: tuple[DeskRoom, ...], sending_lasts: timedelta = SENDING_LASTS
    ) -> None:
        self._database = database
        self._rooms: Mapping[tuple[str, str], DeskRoom] = {(room.channel, room.room): room for room in rooms}
        self._sending_lasts = sending_lasts
        self._looked_back: set[str] = set()

    async def claim_next(self, channel: str, now: datetime, shows: Shows, content: str) -> DeskItem | None:
        """Take the next message of this channel that may be sent, and commit that it is being sent.

        ``content`` is the hash of the content of this moment.
        """
        if self._database.is_sqlite and channel not in self._looked_back:
            left = update(desk_posts).where(desk_posts.c.status == "sending", desk_posts.c.channel == channel)
            async with self._database.transaction() as connection:  # one process: what is *sending* was left by a stop
                await connection.execute(left.values(retry_at=now))
            self._looked_back.add(channel)
        async with self._database.reading() as connection:
            if await connection.scalar(ANY_NEXT, {"channel": channel, "now": now}) is None:
                return None
        while True:
            async with self._database.transaction() as connection:
                row = (await connection.execute(NEXT, {"channel": channel, "now": now})).one_or_none()
                if row is None:
                    return None
                if row.kind == "sign" and row.under is None:
                    await connection.execute(_one(row.id).values(_as_of_this_release(row)))
                    continue
                shown = await self._shown(connection, row, now, shows, content)
                if shown is None:  # never posted, and not to be any more
                    over = {"status": "over", "done_at": now, "reply": None, "retry_at": None}
                    if row.kind in ("card", "line"):  # the case may come back to this room, and needs them then
                        over["key"] = _former_key(row.id)
                    await connection.execute(_one(row.id).values(over))
                    continue
                item = self._item(row, *shown)
                await connection.execute(
                    _one(row.id).values(
                        status="sending",
                        attempts=item.attempts,
                        edits=row.edits + (row.external_id is not None),
                        retry_at=now + self._sending_lasts,
                        shown=None,
                    )
                )
            return item

    def _item(self, row: Row[Any], shown: Shown, state: str) -> DeskItem:
        outbox_id = OutboxId(row.outbox_id)
        changes = row.external_id is not None
        return DeskItem(
            id=row.id,
            kind=row.kind,
            outbox_id=outbox_id,
            delivery_id=OutboxId(f"{outbox_id}.e{row.edits + 1}") if changes else outbox_id,
            address=Address(row.channel, row.room, None if row.kind == "card" else row.thread or None),
            external_id=ExternalId(row.external_id) if changes else None,
            shown=shown,
            state=state,
            attempts=row.attempts + 1,
            again=row.attempts > 0,
            room=self._rooms.get((row.channel, row.room)) or DeskRoom(row.channel, row.room),
        )

    async def _shown(
        self, connection: AsyncConnection, row: Row[Any], now: datetime, shows: Shows, content: str
    ) -> tuple[Shown, str] | None:
        """What is to stand there now, and the state that is; None: nothing, and nothing stands there."""
        match row.kind:
            case "answer":
                return reply_from_json(row.reply), ""
            case "link":
                return SignInLink(StaffId(row.reply["staff"])), ""
            case "notice":
                notice = await notice_shown(connection, row.line)
                return None if notice is None else (notice, "")
            case "erased":
                return Erased(CaseNumber(row.case_number)), ""
        gone: tuple[Shown, str] | None = (TakeBack(), "gone") if row.external_id is not None else None
        if row.kind == "left":
            return gone
        if row.kind == "sign":
            return await self._sign(connection, row) or gone
        case = await case_shown(connection, row.case_number, row.outbox_id, now, content)
        room = self._rooms.get((row.channel, row.room))
        if case is None:
            if gone and row.key == card_key(row.case_number) and await was_erased(connection, row.case_number):
                await self._say_erased(connection, row, now)
            return gone
        here = room is not None and shows(room, case.facts)
        match row.kind:
            case "card" if not here:
                return (Moved(case.facts.number, case.facts.team), "moved") if gone else None
            case "card" | "copy":
                return (case, case.state) if here else gone
        if row.kind == "failed":
            return await self._failed(connection, row, case, here=here)
        if not here and gone is None:
            return None
        return await self._line(connection, row, case) or gone  # what stands there follows edits, wherever the case is

    async def _say_erased(self, connection: AsyncConnection, card: Row[Any], now: datetime) -> None:
        """Note that the room is told why this card disappears: if it were changed, its history would still show the words."""
        room, number = Address(card.channel, card.room), CaseNumber(card.case_number)
        await put(connection, room, "erased", f"erased:{number}", now, [], case=number)

    async def _sign(self, connection: AsyncConnection, row: Row[Any]) -> tuple[Shown, str] | None:
        """The sign, unless another one has taken its place.

        One of which nobody knows whether it stands there is put there once more: only then its id is known to take it back by.
        """
        words = await connection.scalar(select(desk_posts.c.external_id).where(desk_posts.c.id == row.under))
        unclear = row.external_id is None and row.attempts > 0
        replaced = await connection.scalar(select(desk_posts.c.id).where(desk_posts.c.id == row.id, is_replaced()))
        return None if words is None or (replaced and not unclear) else (Sign(ExternalId(words), row.sign), "")

    async def _failed(
        self, connection: AsyncConnection, row: Row[Any], case: CaseShown, *, here: bool
    ) -> tuple[Shown, str] | None:
        """That a line did not arrive. Who took one back reads it also where the case has left: nobody else is told."""
        line = await line_shown(connection, row.line, case)
        if line is None or line.line.receipt != "failed":
            return None
        return (line, "") if here or (line.line.deleted and await _was_written_in(connection, row)) else None

    async def _line(self, connection: AsyncConnection, row: Row[Any], case: CaseShown) -> tuple[Shown, str] | None:
        """The line as it reads now; one that was deleted is taken back, for the history of a change would still show its words."""
        line = await line_shown(connection, row.line, case)
        return None if line is None or line.line.deleted else (line, line.state)

    async def posted(self, item: DeskItem, external_id: ExternalId, root: str, now: datetime) -> None:
        """The platform has it, under this id; ``root`` is the thread that begins with it."""
        done: dict[str, Any] = {"status": "sent", "retry_at": None, "error": None, "done_at": now, "attempts": 0}
        done |= {"reply": None, "shown": None if item.again and item.external_id is None else item.state}
        done["external_id"] = external_id  # a change may have made more parts of it, or fewer
        over = _over(item)
        if over:
            done |= {"status": "over"}
            done |= _done_with(item)
        async with self._database.transaction([DESK_POSTS]) as connection:
            noted = await connection.execute(_under_way(item).values(done))
            if item.kind == "card" and noted.rowcount:
                await card_posted(connection, item.id, root)
                if isinstance(item.shown, Moved):
                    await free_lines(connection, item.id)

    async def dropped(self, item: DeskItem, now: datetime) -> None:
        """Nothing was posted, and nothing will be."""
        async with self._database.transaction([DESK_POSTS]) as connection:
            await connection.execute(_under_way(item).values(status="over", done_at=now, retry_at=None, reply=None))

    async def failed(self, item: DeskItem, error: ChannelError, now: datetime) -> Literal["waiting", "parked"]:
        """The platform did not take it. A change is tried again too; a card for as long as there is a case."""
        old = isinstance(item.shown, TakeBack | Moved)
        async with self._database.transaction([DESK_POSTS]) as connection:
            created = await connection.scalar(select(desk_posts.c.created_at).where(desk_posts.c.id == item.id))
            if created is None:
                return "parked"
            new = item.external_id is None
            mine = _under_way(item)
            if error.gone and item.kind == "card" and not new and not old:
                await leave_behind(connection, *_is_under_way(item))
                return "waiting"
            # What a sign is for is a message, and only that is gone: somebody has deleted their words.
            if error.gone and new and item.kind != "sign" and item.address.thread is not None:
                below = await thread_instead(connection, item.id, item.address.thread)
                await connection.execute(mine.values(status="waiting", thread=below, retry_at=None, attempts=0))
                return "waiting"
            if _gives_up(item, error, now - created):
                given_up = {"error": error.reason, "done_at": now, "retry_at": None, "reply": None, "shown": item.state}
                given_up |= {"status": "over", **_done_with(item)} if old else {"status": "parked" if new else "sent"}
                if (await connection.execute(mine.values(given_up))).rowcount and isinstance(item.shown, Moved):
                    await free_lines(connection, item.id)  # the card cannot say so, but the case has left all the same
                return "parked"
            pause = (
                LONGEST_PAUSE if error.permanent else max(pause_after(item.attempts), error.retry_after or timedelta())
            )
            waits = "waiting" if item.external_id is None else "stale"
            await connection.execute(mine.values(status=waits, error=error.reason, retry_at=now + pause))
            return "waiting"

    async def next_retry(self, channel: str) -> datetime | None:
        """When the earliest message that is held back may be sent; None when none is."""
        open_ones = desk_posts.c.status.in_(("waiting", "stale", "sending"))
        async with self._database.reading() as connection:
            earliest: datetime | None = await connection.scalar(
                select(func.min(desk_posts.c.retry_at, type_=desk_posts.c.retry_at.type)).where(
                    desk_posts.c.channel == channel, open_ones
                )
            )
            return earliest


async def due_at_once(connection: AsyncConnection, room: Address, wake: list[str]) -> None:
    """Lotse came into this room: what has waited for that waits no longer."""
    held_back = update(desk_posts).where(
        desk_posts.c.channel == room.channel,
        desk_posts.c.room == storable(room.room),
        desk_posts.c.status.in_(("waiting", "stale")),
        desk_posts.c.retry_at.is_not(None),
    )
    await connection.execute(held_back.values(retry_at=None))
    wake.append(DESK_POSTS)


def _gives_up(item: DeskItem, error: ChannelError, age: timedelta) -> bool:
    """Whether what failed is not tried again."""
    if item.external_id is not None:  # a change: tried again for as long as that may help
        return error.permanent
    if item.kind == "card" or (isinstance(error, NotInRoom) and item.kind in TOLD_ONCE):
        return False
    if item.kind == "notice":  # the invitation to the room may not be accepted yet, and no other message comes today
        return age >= NOTICES_FOR
    return error.permanent or age >= GIVE_UP_AFTER


def _over(item: DeskItem) -> bool:
    """Whether nothing will be shown at this message any more."""
    if isinstance(item.shown, TakeBack | Moved):
        return True
    return item.kind == "card" and isinstance(item.shown, CaseShown) and item.shown.facts.state in OVER


def _done_with(item: DeskItem) -> dict[str, Any]:
    """The columns of a message nothing will be shown at any more.

    A card that says where its case went is still known: its history shows what it said before, and goes with the case.
    """
    match item.shown:
        case TakeBack():
            return {"external_id": None, "key": _former_key(item.id)}
        case Moved():
            return {"key": _former_key(item.id)}
    return {}


async def _was_written_in(connection: AsyncConnection, row: Row[Any]) -> bool:
    """Whether the line this row is about was written in its room."""
    here = (desk_posts.c.channel == row.channel, desk_posts.c.room == row.room)
    own = select(desk_posts.c.id).where(*here, desk_posts.c.kind == "own", desk_posts.c.line == row.line)
    return await connection.scalar(own.limit(1)) is not None


def is_replaced() -> ColumnElement[bool]:
    """The condition that another sign has taken the place of this one."""
    later = aliased(desk_posts)
    return select(later.c.id).where(later.c.under == desk_posts.c.under, later.c.id > desk_posts.c.id).exists()


def _as_of_this_release(row: Row[Any]) -> dict[str, Any]:
    """What a sign is that was noted by a process of the release before: it has the id of the words, not one of its own."""
    return {"under": int(row.key.split(":")[1]), "external_id": None}


def _one(row_id: int) -> Any:
    return update(desk_posts).where(desk_posts.c.id == row_id)


def _under_way(item: DeskItem) -> Any:
    return update(desk_posts).where(*_is_under_way(item))


def _is_under_way(item: DeskItem) -> tuple[ColumnElement[bool], ...]:
    """The row, unless it is no longer this that is being sent: the message was taken away and is posted anew."""
    return desk_posts.c.id == item.id, desk_posts.c.status == "sending", desk_posts.c.outbox_id == item.outbox_id


def _former_key(row_id: int) -> Any:
    """A key by which the message is not found any more, so that the same may be shown again in another one."""
    return desk_posts.c.key + f":{row_id}"


def _next() -> Select[Any]:
    """The next row that may be sent: posts of one case in their order, a sign once the former one is away, changes at any time."""
    earlier = aliased(desk_posts)
    held_back = (
        select(earlier.c.id)
        .where(earlier.c.channel == desk_posts.c.channel, earlier.c.room == desk_posts.c.room)
        .where(earlier.c.case_number == desk_posts.c.case_number, earlier.c.id < desk_posts.c.id)
        .where(earlier.c.external_id.is_(None), earlier.c.status.in_(("waiting", "sending")), earlier.c.kind != "sign")
        .exists()
    )
    replaces = (
        select(earlier.c.id)
        .where(earlier.c.under == desk_posts.c.under, earlier.c.id < desk_posts.c.id)
        .where(or_(earlier.c.external_id.is_not(None), earlier.c.status.in_(("waiting", "sending"))))
        .exists()
    )
    sign = desk_posts.c.kind == "sign"
    due = or_(desk_posts.c.retry_at.is_(None), desk_posts.c.retry_at <= bindparam("now"))
    new = and_(desk_posts.c.status == "waiting", or_(and_(sign, ~replaces), and_(~sign, ~held_back)))
    return (
        select(desk_posts)
        .where(desk_posts.c.channel == bindparam("channel"))
        .where(due, or_(new, desk_posts.c.status.in_(("stale", "sending"))))
        .order_by(desk_posts.c.id)
        .limit(1)
    )


# Made once: to build a statement takes SQLAlchemy longer than to carry it out.
NEXT = _next().with_for_update(skip_locked=True)
ANY_NEXT = _next().with_only_columns(desk_posts.c.id)
