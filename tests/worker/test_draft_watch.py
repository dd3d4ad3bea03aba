"""A draft goes with the case it was made of, when its employee takes that back."""

from datetime import date

import pytest

from bot.content.case_drafts import SolvedCase
from bot.drafts import Drafts
from bot.handoff.case_events import Withdraws
from bot.handoff.case_states import decide
from bot.model import CaseNumber, ForgetPerson, MoveCase, OpenCase
from bot.worker.draft_watch import discard_taken_back
from tests.desk_people import DeskOffice
from tests.fakes import incoming, record
from tests.store.rows import answer, parts


@pytest.mark.parametrize("by", ["withdrawing", "erasing"])
async def test_the_draft_of_a_case_that_was_taken_back_is_deleted_and_no_other(database, clock, tmp_path, by):
    inbox, conversations = parts(database, clock)
    drafts = Drafts(tmp_path, tmp_path / "shipped")
    for folder in ("intents", "knowledge"):
        (tmp_path / folder).mkdir()
    for number, user in ((1, "anna"), (2, "ben")):
        await inbox.accept("recording", [incoming("Mensch", user=user)])
        await answer(conversations, clock(), OpenCase("Wer zahlt?", "de", "asked", "foerderung", None))
        drafts.save(SolvedCase(CaseNumber(number), "Wer zahlt?", ("Das Land.",), "de", date(2026, 11, 22)))
    (tmp_path / "drafts" / "broken.yaml").write_text("case: [")
    assert await discard_taken_back(database, drafts) == 0
    await inbox.accept("recording", [incoming("zurück", user="anna")])
    async with conversations.claim_next(clock()) as work:
        withdrawn = MoveCase(decide(work.case, Withdraws(), clock(), DeskOffice()))
        await work.finish(record(withdrawn if by == "withdrawing" else ForgetPerson()))
    assert await discard_taken_back(database, drafts) == 1
    assert drafts.cases() == {2}
    assert "broken.yaml" in {draft.name for draft in drafts.waiting()}, "what cannot be read is left to somebody"
