"""The development set, asked and judged. What counts as right is in tests/questions/README.md."""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.dialogue.state import State
from bot.dialogue.turn import Turn
from bot.model import AspectId, Utterance
from bot.rehearsal import Rehearsal, noon
from bot.trained import Trained

QUESTIONS = Path(__file__).parent.parent / "questions"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
AFTER = 2
"""So many topics each short follow-up is asked after, drawn evenly from those that have the side it asks for."""
OVERVIEW = AspectId("overview")

Outcome = Literal["right", "wrong", "gap", "clarified", "missed", "handed over", "false answer"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One question, what came back, and how it counts."""

    id: str
    text: str
    expected: str
    outcome: Outcome
    got: str
    why: str
    score: float
    register: str
    locale: str


def read_questions(file: str) -> list[dict[str, Any]]:
    """The questions and dialogues of a file, as they are written there."""
    return yaml.load((QUESTIONS / file).read_text("utf-8"), Loader=_LOADER)


def judge_singles(trained: Trained, day: date, file: str = "single.yaml", *, labels: bool = True) -> list[Judged]:
    """Every single question of a file, each in a conversation of its own.

    Without ``labels`` only decision and facts are judged: the right words under another name are right.
    """
    items = [item for item in read_questions(file) if "turns" not in item]
    if not labels:
        items = [{**item, "label": None} for item in items]
    return [judge(item, _fresh(trained), trained, day, item["id"]) for item in items]


def judge_dialogues(trained: Trained, day: date, file: str = "dialogues.yaml") -> list[Judged]:
    """Every turn of every dialogue of a file, in order."""
    found: list[Judged] = []
    for dialogue in (item for item in read_questions(file) if "turns" in item):
        rehearsal = _fresh(trained)
        for number, turn in enumerate(dialogue["turns"], 1):
            found.append(judge(turn, rehearsal, trained, day, f"{dialogue['id']}.{number}"))
    return found


def judge_follow_ups(trained: Trained, day: date, file: str = "follow_ups.yaml") -> list[Judged]:
    """Every short follow-up of a file, each in conversations of its own."""
    found: list[Judged] = []
    for item, state in follow_ups(trained, day, file):
        rehearsal = replace(_fresh(trained), state=state)
        found.append(judge(item, rehearsal, trained, day, item["id"]))
    return found


def follow_ups(trained: Trained, day: date, file: str) -> Iterator[tuple[dict[str, Any], State]]:
    """Each follow-up as a question with its labels, and the state after the overview of a topic that has the side it asks for.

    Only the side counts: that nothing is known of it is as good an answer as any.
    """
    answers = trained.reader.answers
    for number, item in enumerate(read_questions(file)):
        aspects = [AspectId(aspect) for aspect in item["aspects"]]
        topics = [topic for topic in answers.topics if set(aspects) & set(answers.of_topic(topic))]
        apart = max(1, len(topics) // AFTER)
        for topic in topics[number % apart :: apart][:AFTER]:
            labels = [f"{topic}.{answers.given(topic, each)}" for each in aspects if each in answers.of_topic(topic)]
            asked = {**item, "id": f"{item['id']}.{topic}", "decision": "answer", "label": labels, "side_alone": True}
            state = State(introduced=True, topic=topic, aspect=OVERVIEW, context_at=noon(day), locale=item["locale"])
            yield asked, state


def summary(judged: Sequence[Judged]) -> dict[str, Any]:
    """Counts and shares, by what was expected."""
    answers = [j for j in judged if j.expected == "answer"]
    persons = [j for j in judged if j.expected == "handoff"]
    off_topic = [j for j in judged if j.expected == "off_topic"]
    return {
        "answers": _shares(answers),
        "needs a person": _shares(persons),
        "off topic": _shares(off_topic),
        "other": _shares([j for j in judged if j.expected not in ("answer", "handoff", "off_topic")]),
        "answers by register": {
            register: _shares([j for j in answers if j.register == register])
            for register in sorted({j.register for j in answers})
        },
    }


def _shares(judged: Sequence[Judged]) -> dict[str, str]:
    counts = Counter(j.outcome for j in judged)
    return {name: f"{n} of {len(judged)} ({n / len(judged):.1%})" for name, n in counts.most_common()} if judged else {}


def _fresh(trained: Trained) -> Rehearsal:
    return Rehearsal(trained.content, trained.reader, itertools.count(1), State(introduced=True))


def judge(item: Mapping[str, Any], rehearsal: Rehearsal, trained: Trained, day: date, id_: str) -> Judged:
    """What a rehearsal answers to one question of a set, or to one turn of a dialogue."""
    turn = rehearsal.take(Utterance(item["text"]), noon(day))
    text = rehearsal.text(turn)
    expected = as_list(item["decision"])
    outcome, why = outcome_of(item, expected, turn, text, trained)
    return Judged(
        id_,
        item["text"],
        expected[0],
        outcome,
        f"{turn.decision} {turn.label} [{turn.reason.rule}]",
        why,
        turn.score,
        item.get("register", ""),
        item.get("locale", "de"),
    )


def outcome_of(
    item: Mapping[str, Any], expected: Sequence[str], turn: Turn, text: str, trained: Trained
) -> tuple[Outcome, str]:
    """What is to be said of a turn with this ``text`` where one of the ``expected`` decisions was wanted, and why."""
    if "answer" not in expected or turn.decision != "answer":
        return _other_outcome(item, expected, turn)
    if item.get("gap"):
        return (
            ("right", "")
            if turn.reason.rule == "gap" or _label_fits(item, turn, trained)
            else ("wrong", "expected a gap")
        )
    if turn.reason.rule in ("gap", "expired", "not_in_force") and not item.get("side_alone"):
        return ("gap", turn.reason.rule)
    if not _label_fits(item, turn, trained):
        return ("wrong", f"label, wanted {item.get('label')}")
    missing = [fact for fact in item.get("contains") or () if not says(text, fact)]
    if missing:
        return ("wrong", f"lacks {missing}")
    shown = [fact for fact in item.get("excludes") or () if says(text, fact)]
    return ("wrong", f"shows {shown}") if shown else ("right", "")


def _other_outcome(item: Mapping[str, Any], expected: Sequence[str], turn: Turn) -> tuple[Outcome, str]:
    decision = turn.decision
    if decision in expected or ("off_topic" in expected and decision == "miss"):
        return "right", ""
    if item.get("clarify") and decision == "clarify":
        return "right", ""
    if "answer" in expected:
        named: dict[str, Outcome] = {"clarify": "clarified", "miss": "missed", "handoff": "handed over"}
        return named.get(decision, "wrong"), ""
    if decision == "answer":
        return "false answer", ""
    return ("clarified" if decision == "clarify" else "missed" if decision == "miss" else "wrong"), ""


def _label_fits(item: Mapping[str, Any], turn: Turn, trained: Trained) -> bool:
    """One of the labels; an aspect that is the topic's own has no word in the set's vocabulary, so there the topic counts."""
    wanted = set(as_list(item.get("label")))
    got = (turn.label or "").split("+")
    own = {name.partition(".")[0] for name in got if name.partition(".")[2] not in trained.content.aspects}
    return not wanted or bool(wanted & set(got)) or bool(own & {name.partition(".")[0] for name in wanted})


def as_list(value: Any) -> list[str]:
    """One value, several, or none, as several."""
    return list(value) if isinstance(value, list) else [] if value is None else [value]


def says(text: str, fact: str) -> bool:
    """Whether a reply states a fact; ``a|b`` are alternatives."""
    plain = text.replace("\u00a0", " ").casefold()
    return any(part.strip().casefold() in plain for part in fact.split("|"))


def failures(judged: Sequence[Judged]) -> Iterator[Judged]:
    """Everything that did not come out right."""
    return (j for j in judged if j.outcome != "right")
