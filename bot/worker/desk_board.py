"""Looks after the rooms of coordinators: posts the card of every case, its lines in the thread below it, signs and answers.

Cards are changed in place whenever something in them changed; what changes while a change is under way comes with the next one. A
promise that is about to be broken, or is, calls the people whose turn it is by name.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

import structlog

from bot.channels.channel import DeskChannel
from bot.dialogue import desk_answers as words
from bot.dialogue.desk_card import DeskCase, DeskLine, case_card, case_line, erased_card
from bot.errors import ChannelError
from bot.handoff.desk_places import place_of, rooms_of
from bot.handoff.escalation import called
from bot.handoff.office import OfficeOf
from bot.model import Alarm, CaseFacts, Delivery, DeskRoom, Edit, Locale, Post, React, Redact, Reply, StaffId
from bot.store.absences import list_absences
from bot.store.announce import DESK, DESK_POSTS, OUTBOX
from bot.store.database import Database
from bot.store.desk_plan import plan
from bot.store.desk_posts import DeskItem, DeskPosts, Erased, Moved, Shows, Sign, SignInLink, TakeBack
from bot.store.desk_shown import CaseShown, LineShown, NoticeShown
from bot.worker.content_watch import LivePair
from bot.worker.keep_going import USUAL_PACE, Pace, keep_going
from bot.worker.keep_sending import keep_sending
from bot.worker.outbox_loop import hand_over
from bot.worker.room_people import RoomPeople

log = structlog.get_logger(__name__)

CALLS: dict[str, Alarm] = {"sla_warning": "warned", "sla_breach": "breached", "sla_lead": "lead"}
"""Remarks that call somebody, and how far the alarm is then."""
MOST_CALLED = 10
SETTLE_S = 0.1
"""A moment for what happens together to be there together, so that it costs one change of a card."""

IN_A_MOMENT_S = 1.0
"""When to look again into a room Lotse is about to come into: until then nobody knows who coordinates there."""

MakeLink = Callable[[StaffId], Awaitable[str]]
"""Makes a one-time link to the desk for one of the staff."""


@dataclass(frozen=True, slots=True)
class DeskBoard:
    """What is needed to show cases in rooms. ``locale`` is the language of the rooms."""

    database: Database
    posts: DeskPosts
    people: RoomPeople
    live: LivePair
    office: OfficeOf
    make_link: MakeLink
    locale: Locale

    async def _shows(self) -> Shows:
        """Whether a case is shown in a room, as people and content are now.

        A case that went along with an account is shown where its owner is, and that is known by the links of this moment.
        """
        await self.people.read_links()
        everywhere, teams, rooms = self.people.at(), self.live.content.teams, self.people.rooms

        def shows(room: DeskRoom, case: CaseFacts) -> bool:
            team = teams.get(case.team)
            deputy = team.deputy_team if team is not None else None
            return place_of(room) in rooms_of(
                case, [one for one in rooms if one.channel == room.channel], deputy, everywhere
            )

        return shows

    async def plan(self, channel: str, now: datetime) -> bool:
        """Find out what the rooms of a channel should show and do not; True when there is something."""
        rooms = [room for room in self.people.rooms if room.channel == channel]
        return await plan(self.database, rooms, now, await self._shows(), self.live.content.hash)

    async def claim_next(self, channel: str, now: datetime) -> DeskItem | None:
        """Take the next message of a channel that may be sent."""
        return await self.posts.claim_next(channel, now, await self._shows(), self.live.content.hash)

    async def carry_out(self, channel: DeskChannel, item: DeskItem, clock: Callable[[], datetime]) -> None:
        """Post or change one message, and note what became of it."""
        try:
            delivery = await self._delivery(item, clock())
            if delivery is None:
                await self.posts.dropped(item, clock())
                return
            external_id = await hand_over(channel, delivery, item.attempts)
        except ChannelError as error:
            status = await self.posts.failed(item, error, clock())
            log.warning(
                "desk_post_failed",
                channel=channel.name,
                kind=item.kind,
                attempts=item.attempts,
                status=status,
                reason=error.reason,
            )
        else:
            await self.posts.posted(item, external_id, channel.thread_at(external_id), clock())

    # --- From what is shown to a delivery ------------------------------------------------------------------------------

    async def _delivery(self, item: DeskItem, now: datetime) -> Delivery | None:
        """What is handed to the channel; None: nothing is to stand there after all. Raises ChannelError."""
        match item.shown:
            case Sign(to=to, sign=sign):
                return React(item.address, item.delivery_id, to, sign)
            case TakeBack():
                return self._redaction(item)
            case SignInLink(staff=staff):
                reply: Reply | None = words.link_answer(await self.make_link(staff), self.locale)
            case _:
                reply = await self._reply(item, now)
        if reply is None:
            return self._redaction(item)
        if item.external_id is None:
            return Post(item.address, item.delivery_id, reply, again=item.again)
        return Edit(item.address, item.delivery_id, item.outbox_id, item.external_id, reply, again=item.again)

    def _redaction(self, item: DeskItem) -> Redact | None:
        if item.external_id is None:
            return None
        return Redact(item.address, item.delivery_id, item.outbox_id, item.external_id, again=item.again)

    async def _reply(self, item: DeskItem, now: datetime) -> Reply | None:
        content, locale = self.live.content, self.locale
        match item.shown:
            case Reply():
                return item.shown
            case NoticeShown(replies=replies):
                return replies.get(locale) or next(iter(replies.values()))
            case Erased(number=number):
                return erased_card(number, locale)
            case Moved(number=number, team=team):
                return words.moved_card(number, team, content, locale)
            case CaseShown() as shown:
                if shown.untold:
                    return words.waiting_card(shown.facts.number, shown.facts.team, content, locale)
                if await self._must_not_show(item.room, shown.facts):
                    return words.bare_card(shown.facts.number, shown.facts.team, content, locale)
                case = shown.case
                card = DeskCase(
                    case.facts, shown.name, shown.channel, case.question, case.reason, case.context, shown.earlier
                )
                return case_card(card, content, now, locale)
            case LineShown(line=line) if item.kind == "failed":
                return words.not_delivered(line.error, locale, changed=line.change_failed, deleted=line.deleted)
            case LineShown(line=line, facts=facts):
                if line.kind != "remark" and await self._must_not_show(item.room, facts):
                    return None
                text = line.source if line.kind == "coordinator" else line.text
                said = DeskLine(line.kind, line.at, text, line.author_name, line.what, line.values, line.edited)
                return await self._calling(item.room, case_line(said, content, locale), line.what, facts, now)
            case Sign() | SignInLink() | TakeBack():
                raise ValueError("it is no reply")
            case _:
                assert_never(item.shown)

    async def _must_not_show(self, room: DeskRoom, facts: CaseFacts) -> bool:
        """Whether what employees write to the team of this case must not stand in this room. Raises ChannelError."""
        team = self.live.content.teams.get(facts.team)
        if team is None or not team.encrypted_only or await self.people.is_encrypted(room):
            return False
        log.error("desk_room_not_encrypted", channel=room.channel, room=room.room, team=team.id)
        return True

    async def _calling(self, room: DeskRoom, reply: Reply, what: str, facts: CaseFacts, now: datetime) -> Reply:
        """The line, and whoever it calls by name: those of the called who are in the room, and at work."""
        alarm = CALLS.get(what)
        if alarm is None:
            return reply
        people = await self.people.present(room, self.live.content)  # looked up first: the office knows whom this knows
        office = self.office(await list_absences(self.database, now))
        meant = called(facts, alarm, now, office)
        there = [
            (user, staff.name)
            for user, staff in people.items()
            if office.present(staff.id, now) and any(one.is_for(staff) for one in meant)
        ]
        return words.calling(reply, there[:MOST_CALLED])


async def desk_board_loop(
    board: DeskBoard,
    channels: Sequence[DeskChannel],
    clock: Callable[[], datetime],
    *,
    pace: Pace = USUAL_PACE,
    settle_s: float = SETTLE_S,
) -> None:
    """Show cases in the rooms of all these channels, until cancelled."""
    async with asyncio.TaskGroup() as loops:
        loops.create_task(_keep_people_known(board, pace), name="desk_people")
        for channel in channels:
            loops.create_task(_look_after(board, channel, clock, pace, settle_s), name=f"desk_{channel.name}")


async def _keep_people_known(board: DeskBoard, pace: Pace) -> None:
    async def step() -> float:
        return IN_A_MOMENT_S if await board.people.refresh() else pace.idle

    with board.database.announcer.listen() as bell:
        await keep_going("desk_people", step, bell, pace)


async def _look_after(
    board: DeskBoard, channel: DeskChannel, clock: Callable[[], datetime], pace: Pace, settle_s: float
) -> None:
    async def claim() -> DeskItem | None:
        return await board.claim_next(channel.name, clock())

    async def send(item: DeskItem) -> None:
        await board.carry_out(channel, item, clock)

    async def otherwise() -> float:
        await asyncio.sleep(settle_s)
        if await board.plan(channel.name, clock()):
            return 0.0
        retry_at = await board.posts.next_retry(channel.name)
        return pace.idle if retry_at is None else max((retry_at - clock()).total_seconds(), pace.after_failure)

    with board.database.announcer.listen(DESK, OUTBOX, DESK_POSTS) as bell:
        await keep_sending(f"desk_{channel.name}", claim, send, otherwise, bell, pace, pace.after_failure)
