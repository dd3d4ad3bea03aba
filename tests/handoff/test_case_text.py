"""A coordinator's words: what becomes bold, list, code and link, what stays text, and what can no longer call anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.handoff.case_text import harmless, is_note, note_text, parse
from bot.model import Bullets, Paragraph, Reply, Span, as_text


def paragraph(*spans):
    return Paragraph(tuple(spans))


@pytest.mark.parametrize(
    ("source", "blocks"),
    [
        ("Guten Tag", [paragraph(Span("Guten Tag"))]),
        ("eins\nzwei\n\ndrei", [paragraph(Span("eins\nzwei")), paragraph(Span("drei"))]),
        ("das **ist** so", [paragraph(Span("das "), Span("ist", bold=True), Span(" so"))]),
        ("`§ 82`", [paragraph(Span("§ 82", code=True))]),
        ("```\na\n  b\n```", [paragraph(Span("a\n  b", code=True))]),
        ("```\nnie zu Ende", [paragraph(Span("nie zu Ende", code=True))]),
        ("Bitte:\n- eins\n* **zwei**", [paragraph(Span("Bitte:")), Bullets(((Span("eins"),), (Span("zwei", bold=True),)))]),
        ("• eins\n\n- zwei\nEnde", [Bullets(((Span("eins"),),)), Bullets(((Span("zwei"),),)), paragraph(Span("Ende"))]),
        ("1. eins\n2) zwei\n- drei", [paragraph(Span("1. eins\n2) zwei")), Bullets(((Span("drei"),),))]),
        ("15. Januar ist die Frist", [paragraph(Span("15. Januar ist die Frist"))]),
        ("Bitte:\n1. März\n10) zehn", [paragraph(Span("Bitte:\n1. März\n10) zehn"))]),
        ("```Konto 4711\nBLZ 210```", [paragraph(Span("Konto 4711\nBLZ 210", code=True))]),
        ("```FB-2026-17```", [paragraph(Span("FB-2026-17", code=True))]),
        ("```FB-17``` ist\nIhre Nummer", [paragraph(Span("FB-17", code=True)), paragraph(Span("ist\nIhre Nummer"))]),
        ("Die ```FB-17``` bitte", [paragraph(Span("Die")), paragraph(Span("FB-17", code=True)), paragraph(Span("bitte"))]),
        ("```\n1\n```\n```\n2\n```", [paragraph(Span("1", code=True)), paragraph(Span("2", code=True))]),
        ("```\n\n  Kurs  Tage\n```", [paragraph(Span("  Kurs  Tage", code=True))]),
        ("```text", [paragraph(Span("text", code=True))]),
        ("halb ``` offen", [paragraph(Span("halb ``` offen"))]),
        ("``` ```", []),
        ("**halb", [paragraph(Span("**halb"))]),
        ("-5 Grad", [paragraph(Span("-5 Grad"))]),
        ("# Titel ![x](y) <b>fett</b>", [paragraph(Span("# Titel ![x](y) <b>fett</b>"))]),
        (
            "[Antrag](https://ib-sh.de/a)",
            [paragraph(Span("Antrag [ib-sh.de]", href="https://ib-sh.de/a"))],
        ),
        (
            "siehe https://ib-sh.de/a.",
            [paragraph(Span("siehe "), Span("https://ib-sh.de/a", href="https://ib-sh.de/a"), Span("."))],
        ),
        ("[x](javascript:alert(1))", [paragraph(Span("[x](javascript:alert(1))"))]),
        ("https://ib-sh.de@evil.example/a", [paragraph(Span("https://ib-sh.de@evil.example/a"))]),
        ("", []),
        (" \n\n ", []),
    ],
)  # fmt: skip
def test_a_small_markdown_and_everything_else_stays_text(source, blocks):
    assert list(parse(source)) == blocks


@pytest.mark.parametrize("marks", ["„“", "“”", "»«", "«»", "‚‘", "‘’", "‹›", "›‹", "''", '""', "()"])
def test_a_link_ends_before_the_mark_that_closes_a_quotation(marks):
    address = "https://b.de/x"
    before, after = f"Siehe {marks[0]}", f"{marks[1]}."
    assert list(parse(before + address + after)) == [paragraph(Span(before), Span(address, href=address), Span(after))]


@pytest.mark.parametrize("call", ["@room", "@channel", "hallo @here!", "<!channel>", "<@U123>", "**@room**", "- @room"])
def test_nobody_is_called(call):
    text = as_text(Reply(parse(call), "de"))
    assert "@\u2060" in text
    assert not any(word in text for word in ("@room", "@channel", "@here", "<!", "<@"))


def test_an_address_of_mail_is_left_alone():
    assert harmless("an anna.petersen@ihk.de") == "an anna.petersen@ihk.de"


@pytest.mark.parametrize(
    "text", ["// intern", "//intern", "  // x", "\u200b// x", "\n//x", "\ufeff //x", "/ intern", "/intern", "\u200b /x"]
)
def test_a_note_is_recognised_whatever_stands_unseen_before_it(text):
    assert is_note(text)
    assert not note_text(text).startswith("/")


@pytest.mark.parametrize("text", ["siehe // dort", "https://x.de", "1/2", ""])
def test_what_only_holds_slashes_is_no_note(text):
    assert not is_note(text)


PIECES = (
    "```",
    "`",
    "**",
    "*",
    "- ",
    "• ",
    "1. ",
    "15. Januar",
    "2) ",
    "Konto 4711",
    " ",
    "\n",
    "\r\n",
    "@",
    "/",
    "„",
    "“",
    "https://b.de/1",
)


@given(st.text(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_any_text_is_read_and_no_letter_or_number_of_it_is_lost(source):
    assert letters(as_text(Reply(parse(source), "de"))) == letters(source)


def letters(text):
    return "".join(char for char in text if char.isalnum())
