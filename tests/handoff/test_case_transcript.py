"""The transcript an employee asks for: everything they have seen, in order, in parts a platform takes."""

from datetime import timedelta

from bot.handoff.case_transcript import MOST_CHARACTERS, SaidLine, transcript_replies
from bot.model import CaseNumber, as_text
from tests.conftest import NOW

CASE = CaseNumber(17)
LINES = [
    SaidLine("employee", NOW, "Was zahlt der Bonus?"),
    SaidLine("lotse", NOW + timedelta(minutes=1), "60 %"),
    SaidLine("coordinator", NOW + timedelta(hours=1), "Moin!", "Maria Petersen"),
]


def test_each_line_stands_under_who_said_it_and_when():
    (reply,) = transcript_replies(LINES, CASE, "de")
    assert as_text(reply).split("\n\n") == [
        "Verlauf Ihres Falls 17",
        "Sie · 22.11.2026, 10:00\nWas zahlt der Bonus?",
        "Lotse (automatisch) · 22.11.2026, 10:01\n60 %",
        "Maria Petersen · 22.11.2026, 11:00\nMoin!",
    ]
    assert as_text(transcript_replies(LINES, CASE, "en")[0]).startswith(
        "Transcript of your case 17\n\nYou · 22 Nov 2026"
    )


def test_a_long_one_comes_in_parts_and_loses_nothing():
    lines = [SaidLine("employee", NOW, f"{number} {'x' * 700}") for number in range(20)]
    lines.append(SaidLine("coordinator", NOW, "y" * (2 * MOST_CHARACTERS + 5), "Maria"))
    replies = transcript_replies(lines, CASE, "de")
    assert len(replies) > 3
    texts = [as_text(reply) for reply in replies]
    assert all(len(text) < MOST_CHARACTERS + 200 for text in texts)
    assert f"(Teil 1 von {len(replies)})" in texts[0]
    whole = "".join(texts)
    assert all(line.text[:700] in whole for line in lines[:-1])
    assert whole.count("y") >= 2 * MOST_CHARACTERS + 5


def test_an_empty_case_says_so():
    (reply,) = transcript_replies([], CASE, "de")
    assert "noch nichts" in as_text(reply)
