"""What the drills of the desk share: a case of its own for each try, and a Lotse that keeps to the rules of silence."""

from datetime import datetime

from bot.dialogue.turn import Turn
from bot.handoff.case_events import Writes
from bot.handoff.case_states import decide
from bot.model import (
    CASE_NUMBER,
    SILENT,
    CaseNumber,
    CaseTurn,
    ExternalId,
    Incoming,
    MoveCase,
    OpenCase,
    Reason,
    Say,
    Utterance,
)
from bot.store.cases import cases_of
from bot.store.conversations import Conversations
from bot.store.database import Database
from bot.store.inbox import Inbox
from bot.store.outbox import Outbox
from bot.worker.inbox_loop import handle_next
from bot.worker.notices import apologise, flood_notice
from tests.conftest import NOW as NOW
from tests.desk_people import DeskOffice
from tests.fakes import echo_understand, incoming, reply

ASK = "Mensch"
OFFICE = DeskOffice()


def office(absences) -> DeskOffice:
    return OFFICE


def keeping_silent(state, given, understanding, content, now) -> Turn:
    """Opens a case when asked for a person, says everything back, and is silent while a person has the word."""
    case, text = state.case, given.text if isinstance(given, Utterance) else repr(given)
    if text == ASK and (case is None or case.state in ("closed", "muted", "bot")):
        opened = OpenCase(ASK, "de", "asked", "foerderung", None)
        return Turn(state, (Say(reply(f"Fall {CASE_NUMBER}"), notice=True), opened), Reason("drill"), "handoff")
    moved = decide(case, Writes(), now, OFFICE) if case is not None else None
    moves = (MoveCase(moved),) if isinstance(moved, CaseTurn) else ()
    silent = case is not None and case.state in SILENT
    said = () if silent else (Say(reply(f"Echo: {text}")),)
    return Turn(state, (*said, *moves), Reason("drill"), "silent" if silent else "answer")


async def take_in(database: Database, *texts: str, user: str, now: datetime = NOW, keys: str = "") -> Incoming:
    """Let this user write these texts; ``keys`` makes the events the same ones when they come again."""
    events = [
        incoming(text, user=user, external_id=ExternalId(f"{keys}{number}") if keys else None)
        for number, text in enumerate(texts)
    ]
    await Inbox(database, lambda: now, flood_notice).accept("recording", events)
    return events[0]


async def answer_next(database: Database, now: datetime = NOW, outbox: Outbox | None = None) -> bool:
    """One turn of whoever waits longest; what it says is handed to the senders of this outbox."""
    conversations = Conversations(database, apologise, outbox)
    return await handle_next(
        conversations, None, None, now, understand=echo_understand, take_turn=keeping_silent
    )  # fmt: skip


async def new_case(database: Database, user: str) -> CaseNumber:
    """An open case of this user; its number."""
    event = await take_in(database, ASK, user=user)
    while await answer_next(database):
        pass
    return (await cases_of(database, event.address))[-1].number
