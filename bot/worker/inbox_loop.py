"""Carries inputs through a turn: claim, understand, decide, commit. The one path every message takes."""

import functools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.content.definitions import Content
from bot.dialogue.changed_words import with_words_changed
from bot.dialogue.own_words import read_message
from bot.dialogue.policy import take_turn
from bot.dialogue.state import fresh_context, reading_context, state_from_json, state_to_json
from bot.dialogue.turn import Turn
from bot.handoff.office import OfficeOf
from bot.model import AskedPerson, Context, Edited, Understanding, Utterance
from bot.store.announce import INBOX, Announcer
from bot.store.conversations import Conversations, TurnRecord
from bot.understanding.reader import Reader
from bot.understanding.understand import understand
from bot.worker.content_watch import LivePair
from bot.worker.keep_going import USUAL_PACE, Pace, keep_going

Understand = Callable[[str, Reader, Context], Understanding]
TakeTurn = Callable[..., Turn]
"""``take_turn(state, input, understanding, content, now)``, and ``office`` where the loop was given one."""


async def handle_next(
    conversations: Conversations,
    content: Content,
    reader: Reader,
    now: datetime,
    *,
    understand: Understand = understand,
    take_turn: TakeTurn = take_turn,
    office: OfficeOf | None = None,
) -> bool:
    """Take one waiting input through the whole path; False when nothing was waiting."""
    async with conversations.claim_next(now) as work:
        if work is None:
            return False
        state = replace(
            state_from_json(work.state),
            introduced=work.introduced,
            open_case=work.open_case,
            case=work.case,
            in_public=work.alone is not None,
            encrypted=work.encrypted,
            asked_about=work.asked_about,
        )
        now_says = work.input.text if isinstance(work.input, Edited) else ""
        state = with_words_changed(state, work.words_before, now_says)
        elsewhere = {
            place: state_to_json(with_words_changed(state_from_json(remembered), work.words_before, now_says))
            for place, remembered in work.elsewhere.items()
        }
        understanding = None
        if isinstance(work.input, Utterance | Edited | AskedPerson):
            context = reading_context(fresh_context(state, now), content)
            words = work.input.question if isinstance(work.input, AskedPerson) else work.input.text
            understanding = read_message(words, reader, context, understand)
        if office is not None:
            take_turn = functools.partial(take_turn, office=office(work.absences))
        turn = take_turn(state, work.input, understanding, content, now)
        await work.finish(
            TurnRecord(
                state=state_to_json(turn.state),
                locale=turn.state.locale,
                effects=turn.effects,
                reason=turn.reason,
                decision=turn.decision,
                label=turn.label,
                score=turn.score,
                introduced=turn.state.introduced,
                aside=turn.aside,
                elsewhere=elsewhere,
            )
        )
        return True


async def inbox_loop(
    conversations: Conversations,
    live: LivePair,
    clock: Callable[[], datetime],
    announcer: Announcer,
    *,
    understand: Understand = understand,
    take_turn: TakeTurn = take_turn,
    office: OfficeOf | None = None,
    pace: Pace = USUAL_PACE,
) -> None:
    """Answer what comes in, until cancelled. With PostgreSQL several may run at the same time."""

    async def step() -> float:
        content, reader = live.content, live.reader  # both from the same swap: nothing waits between the two
        await handle_next(
            conversations, content, reader, clock(), understand=understand, take_turn=take_turn, office=office
        )
        return pace.idle  # where more inputs wait, the turn has rung

    with announcer.listen(INBOX) as bell:
        await keep_going("inbox", step, bell, pace)
