"""Learns what each kind of evidence is worth from the development questions, and writes ``bot/understanding/weights.py``.

A question teaches which readings are right: those of which Lotse, were it sure of them, would make a turn that is judged right.
The weights are those that make the right readings most probable (a softmax over the readings of a question; a linear part and
one hidden layer, both held by a ridge; both languages together). Turns of dialogues are read after the turns before them. Sets
that are never looked at one by one teach nothing: they tell what the weights are worth.
"""

import argparse
import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.config import shipped_content
from bot.content.definitions import Aspect, Topic
from bot.dialogue.policy import take_turn
from bot.dialogue.state import State, fresh_context, reading_context, state_from_json, state_to_json
from bot.dialogue.turn import Turn
from bot.model import LOCALES, Candidate, Evidence, Locale, Understanding, Utterance
from bot.rehearsal import Rehearsal, noon
from bot.trained import Trained, load_trained
from bot.understanding import weights
from bot.understanding.reader import INTENT
from bot.understanding.split import without_courtesy
from bot.understanding.understand import understand, weigh
from bot.understanding.weighing import KINDS, Reading
from tests.bench.questions import as_list, judge, outcome_of, read_questions
from tests.conftest import TODAY

TEACHING = (
    "single.yaml",
    "second.yaml",
    "fourth.yaml",
    "sixth.yaml",
    "dialogues.yaml",
    "second_dialogues.yaml",
    "fourth_dialogues.yaml",
    "ninth_dialogues.yaml",
    "tenth.yaml",
    "tenth_dialogues.yaml",
    "eleventh.yaml",
    "eleventh_dialogues.yaml",
    "thirteenth.yaml",
    "thirteenth_dialogues.yaml",
    "fourteenth.yaml",
    "fourteenth_dialogues.yaml",
    "beside.yaml",
    "beside_dialogues.yaml",
)
LEFT_OUT = (
    "third.yaml",
    "third_dialogues.yaml",
    "fifth.yaml",
    "fifth_dialogues.yaml",
    "seventh.yaml",
    "seventh_dialogues.yaml",
    "eighth.yaml",
    "eighth_dialogues.yaml",
    "twelfth.yaml",
    "twelfth_dialogues.yaml",
    "fifteenth.yaml",
    "fifteenth_dialogues.yaml",
    "sixteenth.yaml",
    "sixteenth_dialogues.yaml",
    "sixteenth_statements.yaml",
)
UNITS = 16
"""Of the hidden layer; with 8 or 20 the figures on the sets left out are a little lower."""
RIDGE, HIDDEN_RIDGE = 1.0, 10.0
"""How strongly weights are held near the expected ones, and those of the layer near nothing; with 5 or 20 the layer is worse."""
STEPS = 400
UNKNOWN_SIDES = 150
"""Of each language: no question set asks often enough what nobody has found out."""
EXPECTED: Mapping[str, float] = {
    "topic": 1.0, "topic_after": 0.6, "topic_margin": -0.6, "named": 3.5, "other_named": 0.1, "goes_on": 5.0, "stays": 2.5,
    "aspect": 0.7, "aspect_margin": 1.0, "own_aspect": 0.8, "side": 0.1, "side_margin": 1.3,
    "asked": 0.8, "asked_in_full": 1.6, "asked_after": 1.0, "said": 4.0, "said_in_full": 3.0,
    "overview": 1.0, "area": 0.5, "without_text": 0.5, "a_question": 0.4, "person_named": -0.5,
    "intent": 0.5, "intent_margin": 6.0, "handoff": 0.8, "off_topic": 0.2, "smalltalk": 1.0, "control": 0.7,
    "beside_name": -0.2, "beside_known_words": 0.3, "beside_topic": -2.3, "any_intent": 2.7,
    "nothing": -0.9, "unknown_words": 0.5, "mostly_unknown": 0.2, "no_topic": 1.7, "no_content": -0.7,
    "despite_topic": -1.8, "despite_intent": 2.5, "despite_asked": -0.3, "despite_name": -1.0,
}  # fmt: skip
"""What each kind was expected to be worth before a question by a stranger was seen; kinds not listed: nothing."""
HELD = KINDS.index("overview")
"""What facts cannot teach keeps the expected weight: an overview names most figures, whoever asked for it or not."""

SURE = 99.0
NAMED = Evidence("words", "", 1.0)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One question: the evidence of its readings, what is fixed besides, and which of them are right."""

    id: str
    expected: str
    evidence: Floats
    fixed: Floats
    right: NDArray[np.int64]
    after: State
    """How the conversation goes on once it is understood."""


def cases(trained: Trained, files: Sequence[str]) -> Iterator[Case]:
    """What the questions of these files teach; those none of whose readings is right teach nothing."""
    for file in files:
        for item in read_questions(file):
            yield from _conversation(item["id"], item.get("turns", (item,)), trained)


def sides_without_text(trained: Trained, locale: Locale) -> list[tuple[Topic, Aspect, list[str]]]:
    """Every topic with every side of its area it has no text for, and how that side is asked for in the words of any topic."""
    content, answers = trained.content, trained.reader.answers
    return [
        (topic, aspect, examples)
        for topic in content.topics.values()
        for aspect in content.aspects.values()
        if topic.area in aspect.areas
        and aspect.id not in answers.of_topic(topic.id)
        and topic.names.get(locale)
        and (examples := [example for example in aspect.examples.get(locale, ()) if "{topic}" in example])
    ]


def unknown_sides(trained: Trained, most: int, locale: Locale) -> Iterator[Case]:
    """That a side a topic has no text for is unknown; so many, drawn evenly."""
    pairs = sides_without_text(trained, locale)
    for number, (topic, aspect, examples) in enumerate(pairs[:: max(1, len(pairs) // most)]):
        text = examples[number % len(examples)].replace("{topic}", topic.names[locale][0])
        item = {"text": text, "decision": "answer", "gap": True}
        yield from _conversation(f"{topic.id}.{aspect.id}", (item,), trained)


def _conversation(id_: str, turns: Sequence[Mapping[str, Any]], trained: Trained) -> Iterator[Case]:
    """Its turns, each after those before it, whether they are understood or not; to the first that teaches nothing."""
    rehearsal = Rehearsal(trained.content, trained.reader, itertools.count(1), State(introduced=True))
    for number, turn in enumerate(turns):
        asked = {**turn, "label": None}
        case = _case(f"{id_}.{number}", asked, rehearsal, trained)
        if case is not None:
            yield case
        if judge(asked, rehearsal, trained, TODAY, id_).outcome != "right":
            if case is None:
                return
            rehearsal.state = replace(case.after, case=rehearsal.state.case, open_case=rehearsal.state.open_case)


def _case(id_: str, item: Mapping[str, Any], rehearsal: Rehearsal, trained: Trained) -> Case | None:
    state = replace(state_from_json(state_to_json(rehearsal.state)), case=rehearsal.state.case)
    context = reading_context(fresh_context(state, noon(TODAY)), trained.content)
    text = without_courtesy(item["text"])
    locale = trained.reader.language.detect(text, context.locale)
    weighed = weigh(text, locale, trained.reader, context)
    read = understand(item["text"], trained.reader, context)
    turns = [_turn(reading, read, item["text"], state, trained) for reading in weighed.readings]
    right = [
        place
        for place, (reading, turn) in enumerate(zip(weighed.readings, turns, strict=True))
        if _is_right(item, turn, rehearsal, trained)
        or (item.get("clarify") and reading.topic)  # only what is known of a topic can be asked back
    ]
    if not right:
        return None
    likeliest = max(right, key=lambda place: weighed.odds[place][1])
    evidence, fixed = weighed.evidence.astype(float), weighed.fixed.astype(float)
    expected = as_list(item["decision"])[0]
    return Case(id_, expected, evidence, fixed, np.asarray(right), turns[likeliest].state)


def _turn(reading: Reading, read: Understanding, text: str, state: State, trained: Trained) -> Turn:
    """What Lotse would say if it were sure of this reading."""
    if reading.intent:
        found = [Candidate("intent", reading.label.removeprefix(INTENT), SURE, intent=reading.intent)]
    elif reading.topic:
        found = [Candidate("answer", reading.label, SURE, reading.topic, reading.aspect, evidence=(NAMED, NAMED))]
    else:
        found = []
    about = (reading.topic, SURE) if reading.topic else None
    elsewhere = 0.0 if found else SURE
    sure = replace(read, candidates=tuple(found), parts=(), about=about, elsewhere=elsewhere)
    return take_turn(state, Utterance(text), sure, trained.content, noon(TODAY))


def _is_right(item: Mapping[str, Any], turn: Turn, rehearsal: Rehearsal, trained: Trained) -> bool:
    return outcome_of(item, as_list(item["decision"]), turn, rehearsal.text(turn), trained)[0] == "right"


@dataclass(frozen=True, slots=True)
class Learnt:
    """The numbers of ``bot/understanding/weights.py``; the rows of ``alone`` and ``hidden`` are ``KINDS``."""

    alone: Floats
    hidden: Floats
    offsets: Floats
    worth: Floats

    def scores(self, evidence: Floats) -> Floats:
        """As ``weighing.scores``."""
        return np.asarray(evidence @ self.alone + np.tanh(evidence @ self.hidden + self.offsets) @ self.worth)


class Problem:
    """The cases as one table: what they are surprised by, given numbers, and how that changes with each of them."""

    def __init__(self, taught: Sequence[Case]) -> None:
        """``taught``: at least one."""
        self._evidence = np.concatenate([case.evidence for case in taught])
        self._fixed = np.concatenate([case.fixed for case in taught])
        sizes = [len(case.fixed) for case in taught]
        self._firsts = np.cumsum([0, *sizes[:-1]])
        self._case = np.repeat(np.arange(len(taught)), sizes)
        self._right = np.concatenate([np.isin(np.arange(len(case.fixed)), case.right) for case in taught])
        self._mean, self._spread = self._evidence.mean(0), self._evidence.std(0) + 1e-6
        self._even = (self._evidence - self._mean) / self._spread  # so that the ridge holds all kinds alike
        self._even[:, HELD] = 0.0
        self._expected = np.asarray([EXPECTED.get(kind, 0.0) for kind in KINDS])

    def solved(self) -> Learnt:
        """The numbers that surprise least."""
        chance = np.random.default_rng(0)
        begin = Learnt(
            self._expected,
            chance.normal(0.0, 0.15, (len(KINDS), UNITS)),
            np.zeros(UNITS),
            chance.normal(0.0, 0.1, UNITS),
        )
        found = minimize(self._surprise, _flat(begin), jac=True, method="L-BFGS-B", options={"maxiter": STEPS})
        even = _unflat(found.x)
        hidden = even.hidden / self._spread[:, None]
        hidden[HELD] = 0.0
        return Learnt(even.alone, hidden, even.offsets - self._mean @ hidden, even.worth)

    def _surprise(self, numbers: Floats) -> tuple[float, Floats]:
        at = _unflat(numbers)
        units = np.tanh(self._even @ at.hidden + at.offsets)
        scores = self._evidence @ at.alone + self._fixed + units @ at.worth
        odds = np.exp(scores - np.maximum.reduceat(scores, self._firsts)[self._case])
        right_odds = np.where(self._right, odds, 0.0)
        all_, right = np.add.reduceat(odds, self._firsts), np.add.reduceat(right_odds, self._firsts)
        away = at.alone - self._expected
        total = float(
            -np.log(np.maximum(right / all_, 1e-12)).sum()
            + RIDGE * away @ away
            + HIDDEN_RIDGE * ((at.hidden**2).sum() + at.worth @ at.worth)
        )
        too_much = odds / all_[self._case] - right_odds / np.maximum(right, 1e-30)[self._case]
        to_units = np.outer(too_much, at.worth) * (1.0 - units * units)
        alone = self._evidence.T @ too_much + 2 * RIDGE * away
        alone[HELD] = 0.0
        slope = Learnt(
            alone,
            self._even.T @ to_units + 2 * HIDDEN_RIDGE * at.hidden,
            to_units.sum(0),
            units.T @ too_much + 2 * HIDDEN_RIDGE * at.worth,
        )
        return total, _flat(slope)


def _flat(learnt: Learnt) -> Floats:
    return np.concatenate([learnt.alone, learnt.hidden.ravel(), learnt.offsets, learnt.worth])


def _unflat(numbers: Floats) -> Learnt:
    alone, hidden, offsets, worth = np.split(numbers, np.cumsum([len(KINDS), len(KINDS) * UNITS, UNITS]))
    return Learnt(alone, hidden.reshape(len(KINDS), UNITS), offsets, worth)


def first_right(asked: Sequence[Case], learnt: Learnt) -> dict[str, str]:
    """How many of each expected kind have a right reading in front."""
    shares: dict[str, list[bool]] = {}
    for case in asked:
        first = int((learnt.scores(case.evidence) + case.fixed).argmax())
        shares.setdefault(case.expected, []).append(first in case.right)
    return {kind: f"{sum(each)} of {len(each)}" for kind, each in sorted(shares.items())}


def present() -> Learnt:
    """The numbers that are in use."""
    alone, hidden = ([of[kind] for kind in KINDS] for of in (weights.ALONE, weights.HIDDEN))
    return Learnt(*(np.asarray(each, dtype=float) for each in (alone, hidden, weights.OFFSETS, weights.WORTH)))


def written(learnt: Learnt) -> str:
    """The module with these numbers."""
    lines = [f'"""{weights.__doc__}"""', "", "ALONE = {"]
    lines += [f'    "{kind}": {number:.2f},' for kind, number in zip(KINDS, learnt.alone, strict=True)]
    lines += ["}", "", "# fmt: off", "HIDDEN = {"]
    for kind, row in zip(KINDS, learnt.hidden, strict=True):
        lines += [f'    "{kind}": (', *_listed(row, "        "), "    ),"]
    lines += ["}", "OFFSETS = (", *_listed(learnt.offsets, "    "), ")"]
    lines += ["WORTH = (", *_listed(learnt.worth, "    "), ")", "# fmt: on", ""]
    return "\n".join(lines)


def _listed(row: Floats, indent: str) -> Iterator[str]:
    for first in range(0, len(row), UNITS // 2):
        yield indent + " ".join(f"{number:.3f}," for number in row[first : first + UNITS // 2])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.weights", description=__doc__)
    parser.add_argument("--show", action="store_true", help="only show how the sets that teach nothing fare now")
    given = parser.parse_args()
    trained = load_trained(shipped_content())
    asked = tuple(cases(trained, LEFT_OUT))
    print("now:", first_right(asked, present()))
    if given.show:
        return 0
    unknown = (case for locale in LOCALES for case in unknown_sides(trained, UNKNOWN_SIDES, locale))
    taught = (*cases(trained, TEACHING), *unknown)
    learnt = Problem(taught).solved()
    print("of what taught:", first_right(taught, learnt))
    print("of what was left out:", first_right(asked, learnt))
    Path(weights.__file__).write_text(written(learnt), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
