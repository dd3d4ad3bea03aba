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
        ("1. eins\n2) zwei\nEnde", [Bullets(((Span("eins"),), (Span("zwei"),))), paragraph(Span("Ende"))]),
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


@given(st.text(max_size=300))
def test_any_text_is_read_and_no_word_of_it_is_lost(source):
    said = as_text(Reply(parse(source), "de"))
    for word in source.split():
        letters = "".join(char for char in word if char.isalnum())
        if letters == word:
            assert word in said
