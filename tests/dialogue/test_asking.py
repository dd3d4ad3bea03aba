"""Whether something is asked, by the grammar of a message alone; and a story beside a question, which is no answer to it."""

import pytest

from bot.dialogue.asking import asks, without_telling
from bot.model import Candidate, Understanding


@pytest.mark.parametrize(
    "text",
    [
        "Was zahlt der Bonus?",
        "ich arbeite nachts, gibt es auch fernkurse",
        "hab erst angefangen, kann ich schon bildungsurlaub nehmen",
        "wir sind 40 leute und wie viel zahlt die agentur",
        "gibts was in abendform",
        "bin ungelernt. komm ich noch an einen abschluss",
        "i have no degree, how do i get one",
        "we are a small firm and do we get anything",
        "is there an evening course",
        "we are 40 people, what does the agency pay",
        "das dauert mir zu lange, geht das auch kürzer",
        "mein kurs startet im januar, bis wann muss der antrag da sein",
    ],
)
def test_a_question_is_told_by_its_grammar(text):
    assert asks(text)


@pytest.mark.parametrize(
    "text",
    [
        "ich arbeite im reinraum",
        "will was lernen",
        "wie gesagt arbeite ich nachts",
        "der kurs ist im mai",
        "mein chef hat gesagt ich soll mich umhören",
        "ipc hab ich schon, ist aber abgelaufen",
        "was mit sensoren wär schön",
        "ich bin 40 und habe die ausbildung gemacht",
        "ich arbeite in teilzeit, wo auch meine frau ist",
        "mein chef ist nett und zahlt die kosten",
        "I work part time, which is fine",
        "I am 40 and have that certificate",
        "i can only do weekends",
        "my boss is fine with it",
        "",
    ],
)
def test_what_is_told_is_no_question(text):
    assert not asks(text)


def guesses(told, answer):
    return (
        Candidate("intent", "situation", told, intent="situation"),
        Candidate("answer", "weiterbildungsbonus.amount", answer, topic="weiterbildungsbonus", aspect="amount"),
    )


def test_of_a_message_that_asks_only_the_question_counts(trained):
    asked = Understanding("de", guesses(60.0, 20.0), text="ich arbeite nachts, was zahlt das land", elsewhere=4.0)
    (left,) = without_telling(asked, trained.content).candidates
    assert (left.label, left.score) == ("weiterbildungsbonus.amount", 50.0)
    assert without_telling(asked, trained.content).elsewhere == 10.0


@pytest.mark.parametrize(
    "found",
    [
        Understanding("de", guesses(60.0, 20.0), text="ich arbeite nachts"),
        Understanding("de", guesses(95.0, 2.0), text="ich arbeite nachts, was soll ich sagen"),
        Understanding("de", guesses(0.0, 20.0)[1:], text="was zahlt das land"),
    ],
)
def test_what_was_told_alone_stays_as_it_is(trained, found):
    assert without_telling(found, trained.content) == found
