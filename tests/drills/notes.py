"""Whatever coordinators do, in whatever order: not a word of a note reaches the transcript or the outbox.

Sequences of commands are drawn by Hypothesis and carried out on a real store. Every note carries a marker, in every way in which
a note can be written; the marker is looked for in every table, and may stand in notes alone.
"""

from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import strategies as st
from sqlalchemy import select

from bot.handoff.case_events import (
    Claims,
    Notes,
    Reopens,
    Replies,
    Resolves,
    ReturnsFromWaiting,
    ReturnsToBot,
    ReturnsToQueue,
    SendsTranscript,
    TransfersToPerson,
    TransfersToTeam,
    TransfersToTopic,
    WaitsForEmployee,
    WaitsForThird,
)
from bot.model import Staff
from bot.store.database import Database
from bot.store.desk import Desk, Done
from bot.store.tables import case_messages
from tests.drills.registry import Counts, Drill
from tests.drills.stage import NOW, answer_next, new_case, office, take_in
from tests.drills.whispers import MARKER, marked, tell_many

LOOK_EVERY = 100
"""Sequences told in one store before it is looked through and emptied; in a store that only grows each would cost more."""
PEOPLE = [
    Staff(name, name.title(), frozenset({"coordinator"}), frozenset({"foerderung", "anerkennung"}))
    for name in ("maria", "jan")
]
LATER = NOW + timedelta(days=1)

NOTE = st.sampled_from(
    [MARKER, f"{MARKER} und mehr", f"**{MARKER}**", f"@room {MARKER}", f"- {MARKER}\n- x", f"https://{MARKER}.de/aaaa"]
)
SLASHED = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", " ", "\n", "\u200b", "\ufeff "]),
    st.sampled_from(["//", "/"]),
    st.sampled_from(["", " "]),
    NOTE,
)
TEXT = st.sampled_from(["Guten Tag", "**Ja**", "siehe // dort", "ja / nein"])

COMMAND = st.one_of(
    st.tuples(st.just("claim")),
    st.tuples(st.just("reply"), st.one_of(TEXT, SLASHED)),
    st.tuples(st.just("note"), NOTE),
    st.tuples(st.just("person"), NOTE),
    st.tuples(st.just("team"), NOTE),
    st.tuples(st.just("topic"), NOTE),
    st.tuples(st.just("ask"), st.one_of(TEXT, SLASHED)),
    st.tuples(st.just("third"), st.one_of(st.just(""), TEXT, SLASHED)),
    st.tuples(st.just("go on")),
    st.tuples(st.just("resolve"), st.one_of(st.just(""), TEXT, SLASHED)),
    st.tuples(st.just("queue"), NOTE),
    st.tuples(st.just("bot")),
    st.tuples(st.just("reopen")),
    st.tuples(st.just("transcript")),
    st.tuples(st.just("revise"), st.one_of(TEXT, SLASHED)),
    st.tuples(st.just("employee")),
)
SEQUENCE = st.lists(st.tuples(st.integers(0, 1), COMMAND), min_size=1, max_size=12)


def event_of(by, kind, text=""):
    """The command of this kind, by this coordinator."""
    other = PEOPLE[1 - PEOPLE.index(by)]
    long_note = f"{text} – bitte weiter"
    made = {
        "claim": Claims(by), "reply": Replies(by, text), "note": Notes(by, text),
        "person": TransfersToPerson(by, other, long_note), "team": TransfersToTeam(by, "anerkennung", long_note),
        "topic": TransfersToTopic(by, "bonus", long_note), "ask": WaitsForEmployee(by, text),
        "third": WaitsForThird(by, LATER, text), "go on": ReturnsFromWaiting(by), "resolve": Resolves(by, "answered", text),
        "queue": ReturnsToQueue(by, text), "bot": ReturnsToBot(by), "reopen": Reopens(by),
        "transcript": SendsTranscript(by),
    }  # fmt: skip
    return made[kind]


async def carry_out(database: Database, number: int, sequence) -> Counter[str]:
    """One sequence on a case of its own; how much was done."""
    desk = Desk(database, office)
    counts: Counter[str] = Counter()
    case = await new_case(database, f"user {number}")
    for who, (kind, *drawn) in sequence:
        by, text = PEOPLE[who], [marked(words, number) for words in drawn]
        if kind == "employee":
            await take_in(database, "Und?", user=f"user {number}")
            await answer_next(database)
        elif kind == "revise":
            lines = await _lines(database, case)
            result = await desk.revise(by, case, lines[-1] if lines else 0, *text, NOW)
            counts["done"] += isinstance(result, Done)
        else:
            counts["done"] += isinstance(await desk.act(case, event_of(by, kind, *text), NOW), Done)
    return counts


async def _lines(database: Database, case: int) -> list[int]:
    mine = select(case_messages.c.id).where(case_messages.c.case_number == case, case_messages.c.kind == "coordinator")
    async with database.reading() as connection:
        return list(await connection.scalars(mine))


def run(points: int, seed_number: int, folder: Path) -> Counts:
    return tell_many(points, seed_number, folder, SEQUENCE, carry_out, LOOK_EVERY)


NOTES = Drill("notes", "random sequences of commands with notes in them", 10_000, run, ("leaks",))
