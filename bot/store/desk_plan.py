"""Finds out what rooms of coordinators do not show yet, or not any more as it is, and notes it in ``desk_posts``.

It looks at what there is instead of being told by whatever changes a case: nothing that changes one has to know of rooms, nothing
can be forgotten, and a room that was set today shows today's cases. A look reads; only when something is to be noted it writes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, case, func, literal, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import UNFINISHED, Address, CaseNumber, DeskRoom
from bot.store.announce import DESK_POSTS
from bot.store.case_lines import CHANGE, is_latest_change
from bot.store.case_rows import facts_of
from bot.store.database import Database
from bot.store.desk_cards import POSTED
from bot.store.desk_notices import NOTICES_FOR
from bot.store.desk_posts import Shows, card_key, is_replaced, put
from bot.store.desk_shown import KNOWN_FROM_CARD, TOLD, line_state, state_of
from bot.store.kept_lines import UNSETTLED
from bot.store.tables import case_messages, cases, desk_notices, desk_posts, outbox, transcript
from bot.store.telling import UNTOLD, must_wait, untold

MOST_AT_ONCE = 200
"""Rows noted in one transaction; a room that was set today may have much to show."""
QUEUED_FOR = timedelta(seconds=5)
"""A delivery that takes no longer needs no sign that it is under way."""

ON_ITS_WAY, ACCEPTED, FAILED, KEPT_INSIDE = "⏳", "📤", "⚠", "🔒"
SIGNED_SO = ((ON_ITS_WAY, "waiting"), (ON_ITS_WAY, "sending"), (FAILED, "parked"))
"""Signs that stand for as long as the delivery is in such a state; what is sent or changed anew has none at first."""


@dataclass(slots=True)
class Plan:
    """What is to be noted."""

    cards: list[tuple[DeskRoom, CaseNumber]] = field(default_factory=list)
    lines: list[Row[Any]] = field(default_factory=list)
    signs: list[tuple[Row[Any], str]] = field(default_factory=list)
    notices: list[tuple[DeskRoom, int]] = field(default_factory=list)
    stale: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.cards or self.lines or self.signs or self.notices or self.stale)


async def plan(database: Database, rooms: Iterable[DeskRoom], now: datetime, shows: Shows, content: str) -> bool:
    """Note everything these rooms, all of one channel, should show and do not; True when there was something.

    ``content`` is the hash of the content of this moment.
    """
    ours = tuple(rooms)
    async with database.reading() as connection:
        found = await _look(connection, ours, now, shows, content)
    if not found:
        return False
    wake = [DESK_POSTS]
    async with database.transaction(wake) as connection:
        await _note(connection, found, now, wake)
    return True


async def _look(
    connection: AsyncConnection, rooms: tuple[DeskRoom, ...], now: datetime, shows: Shows, content: str
) -> Plan:
    found = Plan()
    if not rooms:
        return found
    channel = rooms[0].channel
    await _cards(connection, rooms, now, shows, content, found)
    found.lines = list((await connection.execute(_new_lines(channel))).all())
    for row in (await connection.execute(_changed_lines(channel))).all():
        if line_state(row) != (row.shown or ""):
            found.stale.append(row.id)
    found.stale += (await connection.scalars(_vanished(channel))).all()
    found.stale += (await connection.scalars(_replaced(channel))).all()
    for row in (await connection.execute(_unsigned(channel))).all():
        sign = _sign_for(row, now)
        if sign is not None and sign != row.sign:
            found.signs.append((row, sign))
    await _notices(connection, rooms, now, found)
    return found


async def _cards(
    connection: AsyncConnection, rooms: tuple[DeskRoom, ...], now: datetime, shows: Shows, content: str, found: Plan
) -> None:
    """Cases without a card where one should be, and cards that show what is no longer so, also in rooms that are set no longer."""
    cards: dict[tuple[str, int], Row[Any]] = {}
    ours = (desk_posts.c.channel == rooms[0].channel, desk_posts.c.kind == "card", desk_posts.c.status != "over")
    for row in (await connection.execute(select(desk_posts).where(*ours))).all():
        cards[row.room, row.case_number] = row
    of_cards = cases.c.number.in_({number for _, number in cards})
    current = select(cases, UNTOLD).where(cases.c.state.in_(UNFINISHED) | of_cards).order_by(cases.c.number)
    for row in (await connection.execute(current)).all():
        facts = facts_of(row)
        for room in rooms:
            card = cards.pop((room.room, row.number), None)
            here = shows(room, facts)
            if card is None and here and facts.state in UNFINISHED and not must_wait(row, now):
                found.cards.append((room, facts.number))
            elif card is not None and card.status == "sent" and _is_other(row, card, now, content, here=here):
                found.stale.append(card.id)
    ours_now = {room.room for room in rooms}
    former = (card for (room, _), card in cards.items() if room not in ours_now)
    found.stale += [card.id for card in former if card.status == "sent" and card.shown != "moved"]
    del found.cards[MOST_AT_ONCE:]


def _is_other(row: Row[Any], card: Row[Any], now: datetime, content: str, *, here: bool) -> bool:
    """Whether something else should stand in this card."""
    state = state_of(row, card.outbox_id, now, content) if here else "moved"
    return bool(card.shown != state)


def _new_lines(channel: str) -> Any:
    """Lines that are not in the threads yet, with whether they have a place there.

    What was written below this very card has one. Where a case came back to its room, what was written below the former card is
    shown like all the rest.
    """
    own = desk_posts.alias()
    written_here = (
        select(own.c.id)
        .where(own.c.channel == desk_posts.c.channel, own.c.room == desk_posts.c.room)
        .where(own.c.kind == "own", own.c.line == case_messages.c.id, own.c.id > desk_posts.c.id)
        .exists()
    )
    known = and_(case_messages.c.kind == "remark", case_messages.c.what.in_(KNOWN_FROM_CARD))
    told = and_(case_messages.c.kind.in_(TOLD), ~known, ~written_here)
    return (
        select(desk_posts.c.id.label("card"), desk_posts.c.channel, desk_posts.c.room, desk_posts.c.thread)
        .add_columns(case_messages.c.id.label("line"), case_messages.c.case_number)
        .add_columns(case((told, literal(1)), else_=literal(0)).label("told"))
        .join(case_messages, case_messages.c.case_number == desk_posts.c.case_number)
        .where(desk_posts.c.channel == channel, desk_posts.c.kind == "card", desk_posts.c.external_id.is_not(None))
        .where(desk_posts.c.status.in_(POSTED), case_messages.c.id > desk_posts.c.lines_to)
        .where(~untold(desk_posts.c.case_number))  # they keep their order, so none of them passes the first that waits
        .order_by(case_messages.c.id)
        .limit(MOST_AT_ONCE)
    )


def _changed_lines(channel: str) -> Any:
    """Lines that were posted and changed or deleted at some time."""
    return (
        select(desk_posts.c.id, desk_posts.c.shown, transcript.c.edited_at, transcript.c.deleted_at)
        .join(case_messages, case_messages.c.id == desk_posts.c.line)
        .join(transcript, transcript.c.id == case_messages.c.transcript_id)
        .where(desk_posts.c.channel == channel, desk_posts.c.kind == "line", desk_posts.c.status == "sent")
        .where(transcript.c.edited_at.is_not(None) | transcript.c.deleted_at.is_not(None))
    )


def _vanished(channel: str) -> Any:
    """Messages that show what is not there any more."""
    line_gone = and_(
        desk_posts.c.kind == "line",
        ~select(case_messages.c.id).where(case_messages.c.id == desk_posts.c.line).exists(),
    )
    case_gone = and_(
        desk_posts.c.kind.in_(("card", "copy")),
        ~select(cases.c.number).where(cases.c.number == desk_posts.c.case_number).exists(),
    )
    return (
        select(desk_posts.c.id)
        .where(desk_posts.c.channel == channel, desk_posts.c.external_id.is_not(None))
        .where(desk_posts.c.status.in_(("sent", "over")), line_gone | case_gone)
        .limit(MOST_AT_ONCE)
    )


def _replaced(channel: str) -> Any:
    """Signs that stand beside the one that took their place."""
    stands = (desk_posts.c.kind == "sign", desk_posts.c.status == "sent", desk_posts.c.external_id.is_not(None))
    return select(desk_posts.c.id).where(desk_posts.c.channel == channel, *stands, is_replaced()).limit(MOST_AT_ONCE)


def _unsigned(channel: str) -> Any:
    """Coordinators' words under which the last sign does not stand yet, with what became of them, or of their latest change.

    Only those under which one may be put now: whatever stayed in here for good would one day hold up all that come after it. A note
    another desk wrote says itself what it is.
    """
    unsigned = desk_posts.c.sign.is_(None) | desk_posts.c.sign.in_((ON_ITS_WAY, FAILED))
    delivery = func.coalesce(CHANGE.c.status, outbox.c.status, "")
    as_before = tuple_(func.coalesce(desk_posts.c.sign, ""), delivery).in_(SIGNED_SO)
    return (
        select(desk_posts, case_messages.c.kind.label("of"), transcript.c.deleted_at)
        .add_columns(func.coalesce(CHANGE.c.created_at, case_messages.c.at).label("at"))
        .add_columns(delivery.label("delivery"))
        .add_columns(func.coalesce(CHANGE.c.done_at, outbox.c.done_at).label("failed_at"))
        .join(case_messages, case_messages.c.id == desk_posts.c.line)
        .join(transcript, transcript.c.id == case_messages.c.transcript_id, isouter=True)
        .join(outbox, outbox.c.id == transcript.c.outbox_id, isouter=True)
        .join(CHANGE, is_latest_change(), isouter=True)
        .where(desk_posts.c.channel == channel, desk_posts.c.external_id.is_not(None))
        .where(desk_posts.c.kind.in_(("own", "line")))
        .where(
            or_(case_messages.c.kind == "coordinator", and_(case_messages.c.kind == "note", desk_posts.c.kind == "own"))
        )
        .where(unsigned | CHANGE.c.status.in_(UNSETTLED), delivery != "discarded", ~as_before)
        .order_by(desk_posts.c.id)
        .limit(MOST_AT_ONCE)
    )


def _sign_for(row: Row[Any], now: datetime) -> str | None:
    """The sign that belongs under these words; None: none yet."""
    if row.of == "note":
        return KEPT_INSIDE
    match row.delivery:
        case "parked":
            return FAILED
        case "waiting" | "sending":
            return ON_ITS_WAY if now - row.at >= QUEUED_FOR else None
    return ACCEPTED  # sent, or so long ago that its row is gone


async def _notices(connection: AsyncConnection, rooms: tuple[DeskRoom, ...], now: datetime, found: Plan) -> None:
    """Messages to teams that their rooms have not got."""
    latest = select(desk_notices).where(desk_notices.c.at >= now - NOTICES_FOR).order_by(desk_notices.c.id)
    notices = (await connection.execute(latest)).all()
    if not notices:
        return
    posted = select(desk_posts.c.room, desk_posts.c.line).where(desk_posts.c.kind == "notice")
    there = {
        (row.room, row.line) for row in await connection.execute(posted.where(desk_posts.c.channel == rooms[0].channel))
    }
    found.notices = [
        (room, notice.id)
        for notice in notices
        for room in rooms
        if room.takes(notice.team) and (room.room, notice.id) not in there
    ]


def _latest_sign(row_id: int) -> Any:
    """The sign that was put under these words last."""
    signs = select(desk_posts.c.id, desk_posts.c.sign, desk_posts.c.status).where(desk_posts.c.under == row_id)
    return signs.order_by(desk_posts.c.id.desc()).limit(1)


async def _note(connection: AsyncConnection, found: Plan, now: datetime, wake: list[str]) -> None:
    for room, number in found.cards:
        await put(connection, Address(room.channel, room.room), "card", card_key(number), now, wake, case=number)
    for room, notice in found.notices:
        await put(connection, Address(room.channel, room.room), "notice", f"notice:{notice}", now, wake, line=notice)
    for row in found.lines:
        address = Address(row.channel, row.room, row.thread)
        if row.told:
            await put(
                connection,
                address,
                "line",
                f"line:{row.line}",
                now,
                wake,
                case=CaseNumber(row.case_number),
                line=row.line,
            )
        further = update(desk_posts).where(desk_posts.c.id == row.card, desk_posts.c.lines_to < row.line)
        await connection.execute(further.values(lines_to=row.line))
    for row, sign in found.signs:
        if row.deleted_at is None and not await _put_sign(connection, row, sign, now, wake):
            continue
        await connection.execute(update(desk_posts).where(desk_posts.c.id == row.id).values(sign=sign))
        if sign == FAILED:  # each time anew: it may have been sent again meanwhile
            why = f"failed:{row.id}:{row.failed_at}"
            await put(
                connection, _beside(row), "failed", why, now, wake, case=CaseNumber(row.case_number), line=row.line
            )
    if found.stale:
        shown = desk_posts.c.status.in_(("sent", "over"))
        still = update(desk_posts).where(desk_posts.c.id.in_(found.stale), shown)
        await connection.execute(still.values(status="stale", retry_at=None, attempts=0))


async def _put_sign(connection: AsyncConnection, row: Row[Any], sign: str, now: datetime, wake: list[str]) -> bool:
    """Note a sign under these words, where it is not the one that was noted last.

    False: another process has just noted the next one; the next look tells whether it is this.
    """
    former = (await connection.execute(_latest_sign(row.id))).one_or_none()
    if former is not None and former.sign == sign and former.status not in ("over", "parked"):
        return True
    key, number = f"sign:{row.id}:{0 if former is None else former.id}", CaseNumber(row.case_number)
    return await put(connection, _beside(row), "sign", key, now, wake, case=number, sign=sign, under=row.id)


def _beside(row: Row[Any]) -> Address:
    """Where these words stand."""
    return Address(row.channel, row.room, row.thread or None)
