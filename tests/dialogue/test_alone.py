"""What concerns one person alone goes on where nobody else reads along."""

import json
from dataclasses import replace

import pytest

from bot.dialogue.policy import take_turn
from bot.dialogue.state import State, state_from_json, state_to_json
from bot.model import AskedPerson, Context, ContinueAlone, OpenCase, Pressed, Say, Utterance, as_text
from bot.understanding.understand import understand
from tests.conftest import NOW

HERE = State(locale="de", introduced=True)
PUBLIC = replace(HERE, in_public=True)


def turn_of(state, given, trained):
    said = Utterance(given) if isinstance(given, str) else given
    words = getattr(said, "text", getattr(said, "question", None))
    understood = None if words is None else understand(words, trained.reader, Context())
    return take_turn(state, said, understood, trained.content, NOW)


@pytest.mark.parametrize(
    ("said", "continued"),
    [
        (
            "Ich möchte mit einem Menschen sprechen",
            AskedPerson("Ich möchte mit einem Menschen sprechen", complete=True),
        ),
        ("Mein Antrag wurde abgelehnt", Utterance("Mein Antrag wurde abgelehnt")),
        ("meine Daten", Utterance("meine Daten")),
        ("lösche meine Daten", Utterance("lösche meine Daten")),
        ("Wie steht mein Fall?", Utterance("Wie steht mein Fall?")),
        (AskedPerson("Zählt mein Meister?"), AskedPerson("Zählt mein Meister?", complete=True)),
    ],
)
def test_what_is_personal_is_not_said_in_public(trained, said, continued):
    turn = turn_of(PUBLIC, said, trained)
    spoken, goes_on = turn.effects
    assert "Direktnachricht" in as_text(spoken.reply)
    assert goes_on == ContinueAlone(continued)
    assert turn.state.pending is None
    own = turn_of(HERE, continued, trained)
    assert not any(isinstance(effect, ContinueAlone) for effect in own.effects)


@pytest.mark.parametrize(
    "said",
    ["Was zahlt der Weiterbildungsbonus?", "und für Azubis?", "Danke!", "Hilfe", "xyzzy plugh", "English please"],
)
def test_a_question_anybody_may_ask_is_answered_where_it_was_asked(trained, said):
    assert turn_of(PUBLIC, said, trained).effects == turn_of(HERE, said, trained).effects


def test_a_person_asked_for_in_public_is_asked_about_the_question_before(trained):
    asked = turn_of(PUBLIC, "Was zahlt der Weiterbildungsbonus?", trained)
    turn = turn_of(replace(asked.state, in_public=True), Pressed("person"), trained)
    assert ContinueAlone(AskedPerson("Was zahlt der Weiterbildungsbonus?", complete=True)) in turn.effects


def test_a_form_opens_a_case_with_what_was_understood_of_its_question(trained):
    turn = turn_of(HERE, AskedPerson("Was zahlt der Weiterbildungsbonus?"), trained)
    (opened,) = [effect for effect in turn.effects if isinstance(effect, OpenCase)]
    assert opened.question == "Was zahlt der Weiterbildungsbonus?"
    assert opened.context.understood[0][0] == "weiterbildungsbonus.amount"
    assert isinstance(turn.effects[0], Say)


def test_where_others_read_along_is_no_part_of_what_is_remembered():
    kept = json.loads(json.dumps(state_to_json(PUBLIC)))
    assert state_from_json(kept) == HERE
