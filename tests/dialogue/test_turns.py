"""What one input leads to: presses and what is typed instead, forged values, stored states, reasons."""

import json
from dataclasses import replace

import pytest

from bot.dialogue.policy import take_turn
from bot.dialogue.state import STATE_VERSION, Pending, Shown, State, state_from_json, state_to_json
from bot.model import (
    Candidate,
    Evidence,
    ForgetPerson,
    LookedUp,
    Pressed,
    Rated,
    Say,
    ShownAnswer,
    Understanding,
    Utterance,
    as_text,
)
from tests.conftest import NOW

GUESSES = (
    Candidate("answer", "weiterbildungsbonus.amount", 20, topic="weiterbildungsbonus", aspect="amount"),
    Candidate("answer", "aufstiegs_bafoeg.amount", 19, topic="aufstiegs_bafoeg", aspect="amount"),
    Candidate("answer", "bildungsfreistellung.amount", 18, topic="bildungsfreistellung", aspect="amount"),
)
NOTHING = Understanding("de", text="")


def turn_of(state, given, trained, understood=NOTHING):
    said = Utterance(given) if isinstance(given, str) else given
    return take_turn(state, said, understood if isinstance(given, str) else None, trained.content, NOW)


def met(**more):
    return State(locale="de", introduced=True, **more)


@pytest.fixture
def asked_back(trained):
    return turn_of(met(), "was gibt es da an geld", trained, Understanding("de", GUESSES))


def test_everything_that_can_be_pressed_can_be_typed_by_number_and_by_its_words(trained, asked_back):
    (reply,) = asked_back.replies
    assert len(reply.choices) == 5
    for number, choice in enumerate(reply.choices, 1):
        pressed = turn_of(asked_back.state, Pressed(choice.value), trained)
        for typed in (str(number), f"{number}.", f" {number}) ", choice.label, choice.label.upper()):
            written = turn_of(asked_back.state, typed, trained)
            assert (written.decision, written.label, written.replies) == (
                pressed.decision, pressed.label, pressed.replies,
            ), (typed, choice)  # fmt: skip


def test_yes_deletes_only_when_that_was_the_question(trained):
    for pending in (None, Pending("next", (("Höhe", "say:weiterbildungsbonus.amount"),)), Pending("offer_person", ())):
        for value in ("yes", "data:delete"):
            turn = turn_of(met(pending=pending), Pressed(value), trained)
            assert not any(isinstance(effect, ForgetPerson) for effect in turn.effects)
    asked = met(pending=Pending("confirm_delete", ()))
    turn = turn_of(asked, Pressed("yes"), trained)
    assert not any(isinstance(effect, ForgetPerson) for effect in turn.effects), "pressed under an older question"
    turn = turn_of(asked, Pressed("data:delete"), trained)
    assert any(isinstance(effect, ForgetPerson) for effect in turn.effects)


@pytest.mark.parametrize(
    "given", ["hallo", Pressed("help"), Rated(True, "o1"), LookedUp("person_data", (("messages", 3),))]
)
def test_every_turn_says_why_and_speaks_one_language(trained, given):
    for locale in ("de", "en"):
        turn = turn_of(State(locale=locale), given, trained, Understanding(locale))
        assert turn.reason.rule
        assert all(reply.locale == locale for reply in turn.replies)
        assert any(isinstance(effect, Say) for effect in turn.effects)


def test_the_state_survives_json(trained, asked_back):
    state = replace(asked_back.state, context_at=NOW, who=("apprentice",), open_case=4)
    state = replace(
        state, shown_before=(ShownAnswer("a.b", NOW, "en", "1", "2"), ShownAnswer("c.d")), refused=("person",)
    )
    state = replace(
        state, unanswered="did_you_mean", before=Pending("offer_person", (("Ja", "yes"),), "x", "y", NOW),
        shown=Shown("a.b", ("darum",), "gap", ("c.d",)),
    )  # fmt: skip
    assert state.offered
    assert state.guesses
    assert state_from_json(json.loads(json.dumps(state_to_json(state)))) == state


def test_a_state_of_an_earlier_release_is_read_and_one_of_a_later_release_refused():
    assert state_from_json(None) == state_from_json({}) == State()
    old = state_from_json({"locale": "de", "topic": "weiterbildungsbonus", "no_longer_known": 1})
    assert (old.locale, old.topic, old.pending) == ("de", "weiterbildungsbonus", None)
    first = state_from_json({"version": 1, "shown_labels": ["weiterbildungsbonus.amount"]})
    assert first.shown_before == (ShownAnswer("weiterbildungsbonus.amount"),)
    with pytest.raises(ValueError, match="version"):
        state_from_json({"version": STATE_VERSION + 1})


def test_a_state_that_names_content_which_is_gone_still_leads_to_an_answer(trained):
    pending = Pending("next", (("Weg", "say:gone.amount"), ("Auch weg", "topic:gone")))
    state = met(
        topic="gone",
        aspect="gone",
        who=("gone",),
        context_at=NOW,
        pending=pending,
        shown_before=(ShownAnswer("gone.amount", NOW, "de", "0", "0"),),
    )
    for given in ("1", "2", "Was nun?", Pressed("say:gone.amount"), Pressed("more"), Pressed("why"), Pressed("person")):
        assert turn_of(state, given, trained).replies


def test_two_sides_of_one_topic_that_are_equally_likely_are_both_answered(trained):
    near = (
        Candidate("answer", "weiterbildungsbonus.amount", 31, topic="weiterbildungsbonus", aspect="amount"),
        Candidate("answer", "weiterbildungsbonus.deadline", 27, topic="weiterbildungsbonus", aspect="deadline"),
    )
    turn = turn_of(met(), "bonus wie viel wann", trained, Understanding("de", near))
    assert (turn.decision, turn.label) == ("answer", "weiterbildungsbonus.amount+weiterbildungsbonus.deadline")
    apart = (near[0], replace(near[1], topic="bildungsfreistellung", label="bildungsfreistellung.deadline"))
    assert turn_of(met(), "x", trained, Understanding("de", apart)).label == "weiterbildungsbonus.amount"
    clear = (replace(near[0], score=60), near[1])
    assert turn_of(met(), "x", trained, Understanding("de", clear)).label == "weiterbildungsbonus.amount"


def test_an_answer_about_a_topic_nobody_named_stands_under_its_title(trained):
    guess = Candidate("answer", "weiterbildungsbonus.amount", 60, topic="weiterbildungsbonus", aspect="amount")
    for kind, titled in (("words", True), ("figure", True), ("name", False), ("typo", False)):
        why = replace(guess, evidence=(Evidence(kind, "geld vom land", 0.5),))
        (reply,) = turn_of(met(), "x", trained, Understanding("de", (why,))).replies
        first = reply.blocks[0].spans[0]
        assert (first.bold and "Weiterbildungsbonus" in first.text) == titled, kind


def test_what_is_most_probably_nothing_of_ours_is_declined_rather_than_asked_back_about(trained):
    declined = turn_of(met(), "x", trained, Understanding("de", GUESSES, elsewhere=60.0))
    assert (declined.decision, declined.reason.rule) == ("off_topic", "unlike")
    assert turn_of(met(), "x", trained, Understanding("de", GUESSES, elsewhere=20.0)).decision == "clarify"


def test_asking_back_about_one_topic_keeps_it_in_mind(trained):
    sides = tuple(replace(c, label=f"weiterbildungsbonus.{a}", topic="weiterbildungsbonus", aspect=a, score=12) for c, a in
                  zip(GUESSES, ("amount", "deadline", "documents"), strict=True))  # fmt: skip
    turn = turn_of(met(), "x", trained, Understanding("de", sides, about=("weiterbildungsbonus", 80.0)))
    assert turn.decision == "clarify"
    assert turn.state.topic == "weiterbildungsbonus"


@pytest.mark.parametrize(("sure", "condoled"), [(60, True), (20, False)])
def test_nobody_is_comforted_for_what_they_may_not_have(trained, sure, condoled):
    matters = (
        Candidate("intent", "emotional_distress", sure, intent="emotional_distress"),
        Candidate("intent", "complaint", 19, intent="complaint"),
        Candidate("intent", "rejected_application", 18, intent="rejected_application"),
    )
    turn = turn_of(met(), "ich habe nicht so viel geld", trained, Understanding("de", matters))
    assert (turn.decision, turn.label) == ("handoff", "emotional_distress")
    assert ("0800" in as_text(turn.replies[0])) is condoled
    assert [choice.value for choice in turn.replies[0].choices] == ["yes", "no"]
