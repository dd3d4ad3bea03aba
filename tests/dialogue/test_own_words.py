"""A quotation may carry the meaning of a message, but never its language."""

import pytest

from bot.dialogue.own_words import own_words, read_message
from bot.model import Context
from bot.understanding.understand import understand

ENGLISH = "Please send the completed form to the office before the course starts and wait for the decision."
GERMAN = "Bitte senden Sie das ausgefüllte Formular vor dem Kurs an das Amt und warten Sie auf den Bescheid."
ASKED = {"de": "Wie hoch ist der Weiterbildungsbonus?", "en": "How much is the Weiterbildungsbonus?"}
QUOTED = (
    "```{}```\n{}", "```{}\n{}```\n{}", "```text\n{}\n`````\n{}",
    "> {}\n\n{}", "> {}\n>> {}\n{}", "```\n{}\n```\n{}", "~~~text\n{}\n~~~\n\n{}", "`{}`\n{}", "{1}\n\n> {0}",
)  # fmt: skip


@pytest.mark.parametrize("before", ["de", "en", None])
@pytest.mark.parametrize(("foreign", "locale"), [(ENGLISH, "de"), (GERMAN, "en")])
def test_what_is_quoted_in_another_language_turns_nothing(trained, before, foreign, locale):
    for shape in QUOTED:
        said = shape.format(foreign, *[foreign] * (shape.count("{}") - 2), ASKED[locale])
        found = read_message(said, trained.reader, Context(locale=before), understand)
        assert (found.locale, found.candidates[0].label) == (locale, "weiterbildungsbonus.amount"), said


def test_what_is_quoted_in_the_same_language_is_read_as_well(trained):
    found = read_message("> Ihr Antrag wurde abgelehnt.\n\nWas nun?", trained.reader, Context(), understand)
    assert found.candidates[0].label == "rejected_application"


@pytest.mark.parametrize(
    ("said", "own"),
    [
        ("> nur ein Zitat", "> nur ein Zitat"),
        ("```\nnur Code\n```", "```\nnur Code\n```"),
        ("Was kostet der `Reinraumkurs`?", "Was kostet der `Reinraumkurs`?"),
        ("Verdiene ich > 2000 Euro?", "Verdiene ich > 2000 Euro?"),
        ("```\nnie geschlossen\nund weiter\n", "```\nnie geschlossen\nund weiter\n"),
        ("Hallo\n> a\n> b\nWas?", "Hallo\n\n\nWas?"),
        ("&gt; a\nWas?", "Was?"),
        ("`" * 4000, "`" * 4000),
        ("```" + "`" * 4000 + "x", "```" + "`" * 4000 + "x"),
    ],
)
def test_own_words_are_what_is_neither_quoted_nor_code(said, own):
    assert own_words(said) == own
