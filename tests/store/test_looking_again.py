"""A page that looks again and again, reading only what may have changed, sees what one sees that looks for the first time."""

import random

import pytest
from sqlalchemy import delete, select, update

from bot.handoff.case_events import Claims, Notes, Replies
from bot.model import ExternalId, KeepEdit
from bot.store.desk import Desk
from bot.store.desk_reading import CaseReading, read_case
from bot.store.outbox import Outbox
from bot.store.tables import case_messages, cases, transcript
from bot.store.transcripts import ConversationReading
from tests.desk_people import MARIA, DeskOffice
from tests.fakes import incoming, refused
from tests.store.rows import answer, parts
from tests.store.test_desk import opened, sent, writes

STEPS = 60


class Story:
    """What can happen in a conversation with a case, one thing at a time."""

    def __init__(self, database, clock, chance):
        self.database, self.clock, self.chance = database, clock, chance
        self.desk = Desk(database, lambda absences: DeskOffice())
        self.outbox = Outbox(database)
        self.said = 0

    def words(self):
        self.said += 1
        return f"Satz {self.said}"

    async def ids(self, column, *where):
        async with self.database.reading() as connection:
            return list(await connection.scalars(select(column).where(*where).order_by(column)))

    async def employee_writes(self):
        await writes(self.database, self.clock, self.words())

    async def employee_changes_or_deletes_a_line(self):
        theirs = await self.ids(transcript.c.external_id, transcript.c.who == "user")
        inbox, conversations = parts(self.database, self.clock)
        await inbox.accept("recording", [incoming(self.words(), user="anna")])
        change = KeepEdit(ExternalId(self.chance.choice(theirs)), self.chance.choice([None, self.words()]))
        await answer(conversations, self.clock(), change)

    async def waits_for_an_answer(self):
        inbox, _ = parts(self.database, self.clock)
        await inbox.accept("recording", [incoming(self.words(), user="anna")])

    async def coordinator_replies(self):
        await self.desk.act(1, Replies(MARIA, self.words()), self.clock())

    async def coordinator_notes(self):
        await self.desk.act(1, Notes(MARIA, self.words()), self.clock())

    async def coordinator_changes_a_line(self):
        if lines := await self.ids(case_messages.c.id, case_messages.c.kind == "coordinator"):
            text = self.chance.choice([None, self.words()])
            await self.desk.revise(MARIA, 1, self.chance.choice(lines), text, self.clock())

    async def coordinator_sends_again(self):
        for line in await self.ids(case_messages.c.id, case_messages.c.kind == "coordinator"):
            await self.desk.send_again(MARIA, 1, line, self.clock())

    async def something_is_delivered(self):
        item = await self.outbox.claim_next("recording", self.clock())
        if item is not None and (became := self.chance.choice(["sent", "sent", "refused", "under way"])) != "under way":
            mine = item.delivery.outbox_id
            if became == "sent":
                await self.outbox.sent(mine, ExternalId(f"p{mine}"), self.clock())
            else:
                await self.outbox.failed(mine, refused(), self.clock())

    async def a_line_leaves_for_good(self):
        line = self.chance.choice(await self.ids(transcript.c.id))
        async with self.database.transaction() as connection:
            await connection.execute(delete(case_messages).where(case_messages.c.transcript_id == line))
            await connection.execute(delete(transcript).where(transcript.c.id == line))

    async def employee_agrees(self):
        async with self.database.transaction() as connection:
            await connection.execute(update(cases).values(consent=True))


@pytest.mark.parametrize("seed", range(3))
async def test_every_look_shows_what_a_first_look_shows(database, clock, seed):
    chance = random.Random(seed)
    story = Story(database, clock, chance)
    await writes(database, clock, "vor dem Fall")
    event = await opened(database, clock)
    await story.desk.act(1, Claims(MARIA), clock())
    page = ConversationReading(database, event.address)
    short_page = ConversationReading(database, event.address, 7)
    case_page = CaseReading(database, 1)
    happens = [getattr(story, name) for name in vars(Story) if "_" in name and not name.startswith("_")]
    for _ in range(STEPS):
        step = chance.choice(happens)
        await step()
        clock.move(minutes=1)
        if chance.random() < 0.3:
            continue  # more happens before the pages look
        assert await page.look() == await ConversationReading(database, event.address).look(), step
        assert await short_page.look() == await ConversationReading(database, event.address, 7).look(), step
        looked_again = await case_page.look(MARIA, clock())
        assert looked_again == await read_case(database, MARIA, 1, clock()), step
    assert len({line.kind for line in looked_again.lines}) >= 5, "hardly anything happened"


async def test_a_line_that_did_not_change_is_the_same_object(database, clock):
    """What was made of it need not be made again."""
    event = await opened(database, clock)
    page = ConversationReading(database, event.address)
    before, _ = await page.look()
    await sent(database, clock)
    await writes(database, clock, "noch etwas")
    after, _ = await page.look()
    assert len(after) > len(before)
    assert [old is new for old, new in zip(before, after, strict=False)] == [True] * (len(before) - 1) + [False]
