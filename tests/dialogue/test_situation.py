"""What people tell of themselves is no question, and no matter for a person: they are asked what they would like to know."""

import itertools

import pytest

from bot.dialogue import wording
from bot.dialogue.state import State
from bot.model import OpenCase, Utterance, as_text
from bot.rehearsal import Rehearsal, noon
from tests.conftest import TODAY


@pytest.fixture
def chat(trained):
    """One conversation with the shipped content."""
    rehearsal = Rehearsal(trained.content, trained.reader, itertools.count(1), State(introduced=True))

    def says(text):
        turn = rehearsal.take(Utterance(text), noon(TODAY))
        return turn, [choice.label for reply in turn.replies for choice in reply.choices]

    return says


@pytest.mark.parametrize(
    "told",
    [
        "ich leite ein Team",
        "ich bin Personalerin",
        "ich will mehr verdienen",
        "ich hab nur abends Zeit",
        "mein Chef weiß noch nichts davon",
        "der Kurs fängt nächste Woche an",
        "I just started in September",
        "my boss pays nothing",
    ],
)
def test_who_tells_of_themselves_is_asked_what_they_would_like_to_know(chat, told):
    turn, choices = chat(told)
    assert (turn.decision, turn.reason.rule) == ("clarify", "situation")
    assert choices[-1] in wording.PERSON.values()
    assert len(choices) > 3


def test_a_question_of_ours_stays_open_beside_what_somebody_tells(chat):
    asked_back, choices = chat("wie lange dauert das")
    assert asked_back.decision == "clarify"
    told, again = chat("ich arbeite nachts")
    assert (told.reason.rule, again) == ("situation", choices)
    chosen, _ = chat("1")
    assert chosen.decision == "answer"


def test_a_person_gets_to_know_what_somebody_told_before_asking_for_them(chat):
    told, choices = chat("die abteilung wird zugemacht, ich arbeite nachts und bin angelernt")
    assert told.reason.rule == "situation"
    wished, _ = chat(str(len(choices)))
    (opened,) = [effect for effect in wished.effects if isinstance(effect, OpenCase)]
    assert "abteilung wird zugemacht" in opened.question


@pytest.mark.parametrize(
    ("asked", "told", "label", "words"),
    [
        ("wer kann eine Validierung machen?", "bin übrigens erst 23", "validierung.eligibility", "25"),
        ("was zahlt die Agentur vom Kurs?", "wir sind 22 Leute", "paragraph_82.amount", "unter 50 Beschäftigten"),
        ("was zahlt die Agentur vom Kurs?", "wir haben 120 Mitarbeiter", "paragraph_82.amount", "der Betrieb trägt"),
        ("was zahlt die Agentur vom Kurs?", "einer davon ist 51", "paragraph_82.amount", "45"),
        ("what does the employment agency pay?", "we are 80 people", "paragraph_82.amount", "50%"),
    ],
)
def test_who_says_who_they_are_hears_what_that_means_for_what_was_spoken_of(chat, asked, told, label, words):
    chat(asked)
    turn, _ = chat(told)
    assert turn.label == label
    assert words in " ".join(as_text(turn.replies[0]).split("\n\n")[:2]), "the first words after what it is about"


@pytest.mark.parametrize(
    ("said", "label", "helpline"),
    [
        ("ich hab Angst vor der Prüfung", "worry", False),
        ("ich schaff das nicht neben der Arbeit", "worry", False),
        ("I am worried about my job", "worry", False),
        ("ich kann nicht mehr, ich heule nur noch", "emotional_distress", True),
        ("I can't cope any more, I cry every evening", "emotional_distress", True),
    ],
)
def test_only_who_is_in_distress_is_given_a_helpline(chat, said, label, helpline):
    turn, _ = chat(said)
    assert (turn.decision, turn.label) == ("handoff", label)
    assert ("0800" in as_text(turn.replies[0])) is helpline


@pytest.mark.parametrize("said", ["Leiharbeiter bin ich", "ich bin 58", "I am an apprentice"])
def test_who_says_nothing_but_who_they_are_hears_which_funding_is_for_them(chat, said):
    turn, _ = chat(said)
    assert turn.label == "funding_overview.eligibility"
