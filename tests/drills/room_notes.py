"""Whatever is said in a room of coordinators, by whomever, in whatever order: not a word of a note comes near an employee.

Sequences are drawn by Hypothesis and said in the threads of cards, on a real store, by who has the case, by a colleague and by
somebody who is no coordinator; some lines are changed or deleted afterwards, and the desk in the browser goes on beside it. Every
word that is no reply of the owner carries a marker, which is looked for in every table, where it may stand in notes alone, and in
what the employee read.
"""

from collections import Counter
from pathlib import Path

from hypothesis import strategies as st
from sqlalchemy import select

from bot.handoff.case_events import Claims, Notes, TransfersToPerson
from bot.model import Edited, Reacted, Removed
from bot.store.database import Database
from bot.store.desk_reading import read_facts
from bot.store.tables import desk_posts
from tests.conftest import NOW
from tests.desk_people import MARIA
from tests.desk_stage import ANNA, BEN, DeskStage
from tests.drills.registry import Counts, Drill
from tests.drills.whispers import MARKER, marked, tell_many, whispered
from tests.fakes import FakeClock

STRANGER = "@mallory:x.org"
NOTE = st.sampled_from(
    [
        f"// {MARKER}",
        f"\u200b//{MARKER}",
        f"/ {MARKER}",  # as Element sends two of them
        f"/{MARKER}",
        f"!notiz {MARKER}",
        f"!note {MARKER}",
        f"!a // {MARKER}",
        f"!a /{MARKER}",
        f"!an anerkennung: {MARKER} !",
    ]
)
SAID = st.one_of(
    st.tuples(st.just("owner"), NOTE),
    st.tuples(st.just("owner"), st.sampled_from(["Guten Tag", "!a **Ja**", "Moin, ich sehe nach."])),
    st.tuples(st.just("owner"), st.sampled_from(["!weiter", "!lotse", "!öffnen", "!warten Seit wann?", "!zurück"])),
    st.tuples(
        st.just("colleague"), st.one_of(NOTE, st.sampled_from([MARKER, f"**{MARKER}** an alle", f"!a {MARKER}"]))
    ),
    st.tuples(st.just("stranger"), st.sampled_from([MARKER, f"!a {MARKER}", f"!nimm {MARKER}", f"// {MARKER}"])),
    st.tuples(st.just("change"), st.sampled_from([f"// {MARKER}", f"/ {MARKER}", f"!notiz {MARKER}", "anders"])),
    st.tuples(st.just("delete"), st.just("")),
    st.tuples(st.just("claim"), st.just("")),
    st.tuples(st.just("browser"), st.just(f"{MARKER} vom Desk")),
    st.tuples(st.just("takes over"), st.just(f"{MARKER} bin dran")),
    st.tuples(st.just("employee"), st.just("Und?")),
)
SEQUENCE = st.lists(SAID, min_size=1, max_size=10)


class Told(DeskStage):
    """The stage, with the case everything is said about."""

    async def begin(self, user: str) -> None:
        self.user, self.lines = user, []
        await self.asks(user=user)
        async with self.database.reading() as connection:
            self.case = await connection.scalar(select(desk_posts.c.case_number).order_by(desk_posts.c.id.desc()))
        self.thread = self.rooms.card(self.case)

    async def owner(self) -> str:
        facts = await read_facts(self.database, MARIA, self.case)
        return "" if facts is None else facts.owner or ""

    async def happen(self, what: str, words: str) -> None:
        """One thing that is said or done."""
        owner = await self.owner()
        in_room = ANNA if owner in ("", ANNA) else BEN if owner == BEN else None
        match what:
            case "owner" if in_room:
                self.lines.append((in_room, await self.says(in_room, words, thread=self.thread)))
            case "colleague" if owner:
                await self.says(BEN if owner != BEN else ANNA, words, thread=self.thread)
            case "stranger":
                await self.says(STRANGER, words, thread=self.thread)
            case "change" if self.lines:
                by, line = self.lines[-1]
                await self.says(by, Edited(line, words), thread=self.thread)
            case "delete" if self.lines:
                by, line = self.lines.pop()
                await self.says(by, Removed(line))
            case "claim":
                await self.says(ANNA, Reacted(self.thread, "✋"))
            case "browser":
                await self.desk.act(self.case, Notes(MARIA, words), self.clock())
            case "takes over":
                event = TransfersToPerson(MARIA, MARIA, words) if owner else Claims(MARIA)
                await self.desk.act(self.case, event, self.clock())
            case "employee":
                await self.asks(words, user=self.user)
        await self.settle()


async def tell(database: Database, number: int, sequence) -> Counter[str]:
    """One sequence, about a case of its own."""
    stage = Told(database, FakeClock(NOW))
    await stage.begin(f"user {number}")
    for what, words in sequence:
        await stage.happen(what, marked(words, number))
    heard = stage.heard(stage.user)
    return Counter(
        replies=sum("(Mensch)" in words for words in heard),
        heard_leaks=sum(bool(whispered(words)) for words in heard),
    )


def run(points: int, seed_number: int, folder: Path) -> Counts:
    # After each one, as the next begins with rooms in which nothing stands.
    return tell_many(points, seed_number, folder, SEQUENCE, tell, look_every=1)


ROOM_NOTES = Drill(
    "room_notes",
    "random things said in rooms of coordinators, notes among them",
    2_000,
    run,
    ("leaks", "heard_leaks"),
)
