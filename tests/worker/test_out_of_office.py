"""A case over three evenings on a real store: the next opening is said once each evening, and what Lotse knows is answered."""

from bot.handoff.case_events import Claims
from bot.model import Candidate, CaseNumber, Pressed, Understanding, as_text
from bot.store.desk import Desk
from bot.store.transcripts import read_transcript
from bot.worker.inbox_loop import handle_next
from tests.fakes import incoming
from tests.handoff.test_working_time import berlin
from tests.store.rows import parts
from tests.web.site import small_live
from tests.worker.test_alarms import ANNA, office

BONUS = Candidate("answer", "bonus.amount", 95.0, topic="bonus", aspect="amount")


def understood(text, reader, context):
    return Understanding("de", (BONUS,), text=text)


async def test_the_next_opening_is_said_once_each_evening(database, clock):
    inbox, conversations = parts(database, clock)
    content = small_live().content

    async def said_to(given, at):
        clock.now = berlin(at)
        event = incoming(given)
        before = await read_transcript(database, event.address)
        await inbox.accept("recording", [event])
        assert await handle_next(conversations, content, None, clock(), understand=understood, office=office)
        new = (await read_transcript(database, event.address))[len(before) :]
        return "\n".join(as_text(line.reply) for line in new if line.reply)

    await said_to("Was zahlt der Bonus?", "2026-11-22T16:59")
    opened = await said_to(Pressed("person"), "2026-11-22T17:00")
    assert "wieder ab morgen, 8:00 Uhr" in opened
    evening = await said_to("Was zahlt der Bonus?", "2026-11-22T18:00")
    assert "niemand im Dienst" not in evening
    assert "60 %" in evening
    next_evening = await said_to("Was zahlt der Bonus?", "2026-11-23T17:00")
    assert "wieder ab morgen, 8:00 Uhr" in next_evening
    assert "60 %" in next_evening
    await Desk(database, office).act(CaseNumber(1), Claims(ANNA), clock())
    assert await said_to("Hallo?", "2026-11-23T19:00") == ""
    assert "wieder ab Sonntag, 8:00 Uhr" in await said_to("Hallo?", "2026-11-24T16:00")
