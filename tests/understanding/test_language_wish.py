"""Who asks for a language beside a question gets the answer, in that language, and keeps it."""

import itertools

import pytest

from bot.model import Utterance
from bot.rehearsal import Rehearsal, noon
from bot.understanding.language_wish import without_language_wish
from tests.conftest import TODAY


@pytest.mark.parametrize(
    ("said", "label", "shown", "locale"),
    [
        ("auf Deutsch bitte: wann sage ich es dem Chef beim Bildungsurlaub", "bildungsfreistellung.deadline", "6 Wochen", "de"),
        ("In English please. wie hoch ist der Weiterbildungsbonus", "weiterbildungsbonus.amount", "pays 60%", "en"),
        ("Wie hoch ist der Weiterbildungsbonus? in english, please!", "weiterbildungsbonus.amount", "pays 60%", "en"),
        ("english please, how much is the Weiterbildungsbonus", "weiterbildungsbonus.amount", "pays 60%", "en"),
    ],
)  # fmt: skip
def test_the_question_beside_the_wish_is_answered_in_that_language(trained, said, label, shown, locale):
    rehearsal = Rehearsal(trained.content, trained.reader, itertools.count(1))
    turn = rehearsal.take(Utterance(said), noon(TODAY))
    assert (turn.decision, turn.label) == ("answer", label)
    assert shown in rehearsal.text(turn)
    assert (turn.state.locale, turn.state.locale_fixed) == (locale, True)
    other = {"de": "how long does it take", "en": "wie lange dauert das"}[locale]
    assert rehearsal.take(Utterance(other), noon(TODAY)).state.locale == locale


@pytest.mark.parametrize(
    "said",
    [
        "auf Deutsch bitte",
        "English, please!",
        "auf Englisch gibt es den Kurs auch",
        "gibt es den Kurs auch, auf Englisch?",
        "Deutsch ist schwer. Wie viel muss ich können?",
        "",
    ],
)
def test_a_wish_alone_and_a_question_about_a_language_stay_as_they_are(trained, said):
    assert without_language_wish(said, trained.reader) == (said, None)


def test_a_person_is_there_beside_the_wish_as_well(trained):
    rehearsal = Rehearsal(trained.content, trained.reader, itertools.count(1))
    turn = rehearsal.take(Utterance("English please. I want to talk to a person"), noon(TODAY))
    assert turn.decision == "handoff"
    assert turn.state.locale == "en"


def test_what_is_no_question_beside_the_wish_leaves_it_a_wish(trained):
    rehearsal = Rehearsal(trained.content, trained.reader, itertools.count(1))
    turn = rehearsal.take(Utterance("Can we continue in German? ist besser für meine Frau die mitliest"), noon(TODAY))
    assert (turn.decision, turn.label) == ("control", "switch_de")
