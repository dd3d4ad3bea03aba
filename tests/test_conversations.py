"""Conversations as tests: say and expect, in YAML. What may stand in a turn is in tests/conversations/README.md."""

import itertools
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml

from bot.dialogue.policy import take_turn
from bot.dialogue.state import State, state_from_json, state_to_json
from bot.model import (
    Candidate,
    ForgetPerson,
    LookUp,
    MoveCase,
    OpenCase,
    Pressed,
    Rated,
    RecordGap,
    RecordRating,
    Say,
    Understanding,
    Utterance,
)
from bot.rehearsal import Rehearsal
from tests.conftest import NOW

FOLDER = Path(__file__).parent / "conversations"
EFFECTS = {
    "open_case": OpenCase,
    "forget_person": ForgetPerson,
    "record_rating": RecordRating,
    "record_gap": RecordGap,
    "look_up": LookUp,
    "move_case": MoveCase,
}
CONVERSATION_KEYS = {"title", "locale", "starts_at", "first_contact", "turns"}
SAID_KEYS = {"user", "press", "rate", "times", "after_minutes", "repeat", "understood"}
EXPECTED_KEYS = {"bot", "not", "locale", "decision", "label", "rule", "choices", "state", "effects"}


CONVERSATIONS = [
    pytest.param(conversation, id=f"{file.stem}: {conversation['title']}")
    for file in sorted(FOLDER.glob("*.yaml"))
    for conversation in yaml.safe_load_all(file.read_text("utf-8"))
]


def said(turn, state):
    """The input of a turn: something typed, a choice pressed by its words, or a rating."""
    if "press" in turn:
        choices = state.pending.choices if state.pending else ()
        return Pressed(next((value for label, value in choices if label in turn["press"]), turn["press"]))
    if "rate" in turn:
        return Rated(helpful=turn["rate"] == "helpful", about="an answer")
    return Utterance(turn["user"] * turn.get("times", 1))


def guessed(turn, locale, content):
    """What is understood where the words do not matter: labels and scores, best first."""
    candidates = []
    for label, score in turn["understood"].items():
        topic, dot, aspect = label.partition(".")
        if dot:
            candidates.append(Candidate("answer", label, score, topic=topic, aspect=aspect))
        elif label in content.intents:
            candidates.append(Candidate("intent", label, score, intent=label))
        else:
            candidates.append(Candidate("aspect", label, score, aspect=label))
    return Understanding(locale, tuple(candidates), text=turn["user"])


def take(rehearsal, turn, locale, now):
    if "understood" not in turn:
        return rehearsal.take(said(turn, rehearsal.state), now)
    state = state_from_json(state_to_json(rehearsal.state))
    found = guessed(turn, locale, rehearsal.content)
    done = take_turn(state, Utterance(turn["user"]), found, rehearsal.content, now)
    rehearsal.state = done.state
    return done


def has(effects, wanted):
    """Whether one of the effects is of this kind and has these values."""
    ((name, values),) = wanted.items()
    return any(
        isinstance(effect, EFFECTS[name])
        and all(getattr(effect, key) == value for key, value in (values or {}).items())
        for effect in effects
    )


def differences(expected, turn, text, state, locale):
    """Everything that is not as expected, in words."""
    for fragment in expected.get("bot", ()):
        if fragment not in text:
            yield f"lacks {fragment!r}"
    for fragment in expected.get("not", ()):
        if fragment in text:
            yield f"says {fragment!r}"
    spoken = {reply.locale for reply in turn.replies}
    if spoken - {expected.get("locale", locale)}:
        yield f"speaks {spoken}"
    for key, got in (("decision", turn.decision), ("label", turn.label), ("rule", turn.reason.rule)):
        if key in expected and got not in (wanted if isinstance(wanted := expected[key], list) else [wanted]):
            yield f"{key} is {got!r}"
    labels = [choice.label for reply in turn.replies for choice in reply.choices]
    for words in expected.get("choices", ()):
        if not any(words in label for label in labels):
            yield f"does not offer {words!r}"
    if expected.get("choices") == [] and labels:
        yield f"offers {labels}"
    stored = state_to_json(state)
    for key, value in expected.get("state", {}).items():
        got = stored[key]["kind"] if key == "pending" and stored[key] else stored[key]
        if (list(got) if isinstance(got, tuple) else got) != value:
            yield f"{key} is {got!r}, not {value!r}"
    others = [effect for effect in turn.effects if not isinstance(effect, Say)]
    yield from (f"does not {wanted}" for wanted in expected.get("effects", ()) if not has(others, wanted))
    if expected.get("effects") == [] and others:
        yield f"does {others}"


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_conversation(conversation, trained):
    assert not set(conversation) - CONVERSATION_KEYS
    first_contact = conversation.get("first_contact", False)
    rehearsal = Rehearsal(trained.content, trained.reader, itertools.count(7), State(introduced=not first_contact))
    now = datetime.fromisoformat(str(conversation["starts_at"])) if "starts_at" in conversation else NOW
    locale = conversation.get("locale", "de")
    found = []
    for turn in conversation["turns"]:
        assert not set(turn) - SAID_KEYS - EXPECTED_KEYS, "a key nobody reads"
        assert set(turn) & EXPECTED_KEYS, "every turn expects something"
        now += timedelta(minutes=turn.get("after_minutes", 1))
        for _ in range(turn.get("repeat", 1)):
            done = take(rehearsal, turn, locale, now)
            text = rehearsal.text(done)
            words = str(turn.get("user", turn.get("press", turn.get("rate"))))[:80]
            for difference in differences(turn, done, text, rehearsal.state, locale):
                found.append(f"{words!r}: {difference}; {done.decision} {done.label} [{done.reason.rule}]\n{text}\n")
    assert not found, "\n".join(found)


def test_there_are_conversations_about_every_rule():
    """A rule of the policy nobody talks about is a rule nobody would miss."""
    expected = [turn for each in CONVERSATIONS for turn in each.values[0]["turns"]]
    assert len(CONVERSATIONS) >= 25
    assert {str(turn.get("decision")) for turn in expected} >= {
        "answer", "clarify", "handoff", "off_topic", "miss", "smalltalk", "control",
    }  # fmt: skip
    assert {turn.get("rule") for turn in expected} >= {
        "gap", "expired", "several", "did_you_mean", "which_topic", "second_miss", "none_of_these", "declined", "empty",
        "chosen", "chosen_topic", "rated",
    }  # fmt: skip
