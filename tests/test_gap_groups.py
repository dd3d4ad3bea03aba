"""What is one question: grouping, dropping what is answered by now, and knowing a group again that was set aside."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.gap_groups import for_outsiders, group_gaps, still_open
from bot.model import MissedQuestion, SetAside
from bot.understanding.alike import is_known_again, prepare

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
CANTEEN = ("quarbelfix schnurpel flonz", "Schnurpel, flonz, quarbelfix?", "flonz quarbelfix schnurpel bitte")
GOGGLES = ("zwirbelmutz trondel", "trondel zwirbelmutz bitte?")
"""Words no content knows, so that what Lotse understands may change without these tests."""


def asked(*texts, kind="missed", label=None, offered=(), locale="de", first=1):
    return [
        MissedQuestion(number, kind, text, locale, label, tuple(offered), NOW + timedelta(minutes=number), number)
        for number, text in enumerate(texts, first)
    ]


def groups(trained, questions, aside=()):
    return group_gaps(questions, aside, trained.content, trained.reader, NOW)


def decision(group, number=7):
    return SetAside(number, group.label, group.locale, group.fingerprints, "gehört nicht hierher", "anna", NOW)


def test_wordings_of_one_question_are_one_group_and_the_biggest_comes_first(trained):
    found = groups(trained, asked(*GOGGLES, *CANTEEN))
    assert [(group.count, group.people, len(group.wordings)) for group in found] == [(3, 3, 3), (2, 2, 2)]
    assert found[0].question in CANTEEN
    assert (found[0].id, found[1].id) == (3, 1)
    assert found[0].kinds == {"missed": 3}


def test_the_same_words_in_other_letters_are_one_wording_in_the_latest_form(trained):
    (group,) = groups(trained, asked("ZWIRBELMUTZ trondel", "zwirbelmutz  trondel?"))
    assert (group.count, group.wordings) == (2, ("zwirbelmutz  trondel?",))


def test_different_topics_are_different_questions(trained):
    found = groups(
        trained, asked("gefrierpunkt beim Weiterbildungsbonus qxyz", "gefrierpunkt beim Bildungsurlaub qxyz")
    )
    assert all(group.count == 1 for group in found)
    one, other = (prepare(text, "de", trained.reader) for text in ("frist weiterbildungsbonus", "frist bildungsurlaub"))
    assert one.topics != other.topics


def test_what_the_present_content_answers_is_no_gap_any_more(trained):
    assert groups(trained, asked("Was zahlt der Weiterbildungsbonus?", "Danke!")) == ()
    refused = asked(
        "Was zahlt der Weiterbildungsbonus?", kind="clarified", offered=("say:weiterbildungsbonus.amount", "none")
    )
    (still,) = groups(trained, refused)
    assert still.offered == ("say:weiterbildungsbonus.amount", "none"), "it was offered, and it was not that"


def test_known_gaps_belong_together_by_their_subject_in_every_language_and_wording(trained):
    known = asked("und die steuer beim FED-Layouter?", "layouter absetzen", kind="known", label="layouter.taxes")
    english = asked("is the layouter tax deductible", kind="known", label="layouter.taxes", locale="en", first=9)
    (group,) = groups(trained, [*known, *english])
    assert (group.label, group.count, group.kinds) == ("layouter.taxes", 3, {"known": 3})
    answered = asked("und die höhe?", kind="known", label="weiterbildungsbonus.amount")
    assert groups(trained, answered) == (), (
        "there is a text by now, though the question alone does not say what it is about"
    )


def test_a_gap_in_a_topic_that_is_gone_is_still_one(trained):
    (group,) = groups(trained, asked("und die höhe?", kind="known", label="gone.amount"))
    assert group.label == "gone.amount"


def test_a_question_without_a_word_and_a_language_of_old_are_no_trouble(trained):
    assert groups(trained, asked("", "???", "👍")) == ()
    assert groups(trained, []) == ()


@pytest.mark.parametrize("texts", [CANTEEN, GOGGLES])
def test_a_group_that_was_set_aside_stays_so_when_new_ones_like_it_come(trained, texts):
    (group,) = groups(trained, asked(texts[0]))
    aside = (decision(group),)
    later = groups(trained, asked(*texts[1:], first=100), aside)
    assert [one.set_aside for one in later] == [7] * len(later)
    assert still_open(later) == ()
    others = groups(trained, asked("brulgam quexwitt"), aside)
    assert still_open(others) == others


def test_a_known_gap_that_was_set_aside_is_known_again_by_its_subject(trained):
    known = asked("absetzen?", kind="known", label="layouter.taxes")
    (group,) = groups(trained, known)
    assert still_open(groups(trained, known, (decision(group),))) == ()
    other = [replace(known[0], label="vakuumtechnik.taxes")]
    assert len(still_open(groups(trained, other, (decision(group),)))) == len(groups(trained, other))


def test_what_is_kept_of_a_group_cannot_be_read(trained):
    (group,) = groups(trained, asked("Petersen zwirbelmutz trondel"))
    assert all(0 <= bits < 2**16 for one in group.fingerprints for bits in one)
    assert "petersen" not in str(group.fingerprints)


def test_numbers_of_words_in_common_decide(trained):
    one = frozenset({1, 2, 3, 4})
    assert is_known_again(one, [frozenset({1, 2, 3, 9})])
    assert not is_known_again(one, [frozenset({1, 2, 8, 9}), frozenset()])
    assert not is_known_again(frozenset(), [one])


def test_outsiders_see_only_what_enough_people_asked_and_no_name(trained):
    many = asked(*["zwirbelmutz trondel flonz eva@qquu.zzw"] * 5)
    few = asked(*CANTEEN[:2], first=50)
    one_person = [replace(question, person=1) for question in asked(*["reinraumqualle wo"] * 9, first=80)]
    shown = for_outsiders(groups(trained, [*many, *few, *one_person]), 5)
    assert [group.count for group in shown] == [5]
    assert "eva@" not in str(shown)


def test_the_order_questions_are_read_in_changes_nothing(trained):
    questions = asked(*CANTEEN, *GOGGLES, *CANTEEN)
    found = groups(trained, questions)
    assert found == groups(trained, questions)
    assert sum(group.count for group in found) == len(questions)
