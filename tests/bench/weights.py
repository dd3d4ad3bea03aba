"""Learns what each kind of evidence is worth from the development questions, and writes ``bot/understanding/weights.py``.

A question teaches which readings are right: those whose answer says what the question expects and nothing it excludes, or
an intent of the expected kind. The weights are those that make the right readings most probable (multinomial logistic
regression with a ridge, both languages together). Turns of dialogues are read after the turns before them, and only while
those were understood. Sets that are never looked at one by one teach nothing: they tell what the weights are worth.
"""

import argparse
import itertools
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.config import shipped_content
from bot.dialogue.state import State, fresh_context, reading_context
from bot.model import Locale, Pressed
from bot.rehearsal import Rehearsal, noon
from bot.trained import Trained, load_trained
from bot.understanding import weights
from bot.understanding.split import without_courtesy
from bot.understanding.understand import weigh
from bot.understanding.weighing import KINDS, WEIGHTS, Reading
from tests.bench.questions import QUESTIONS, as_list, judge, says
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
    "tenth_dialogues.yaml",
)
RIDGE = 5.0
"""How strongly weights are held near the expected ones; between 1 and 20 the figures on a set left out hardly move."""
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
HELD = np.asarray([kind == "overview" for kind in KINDS])
"""What facts cannot teach keeps the expected weight: an overview names most figures, whoever asked for it or not."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """One question: the evidence of its readings, what is fixed besides, and which of them are right."""

    id: str
    expected: str
    evidence: Floats
    fixed: Floats
    right: NDArray[np.int64]


class Answers:
    """What each answer says in full, worked out once."""

    def __init__(self, trained: Trained) -> None:
        """The answers of this content."""
        self._trained = trained
        self.text = cache(self._text)

    def _text(self, label: str, locale: Locale) -> str:
        state = State(introduced=True, locale=locale, locale_fixed=True)
        rehearsal = Rehearsal(self._trained.content, self._trained.reader, itertools.count(1), state)
        turn = rehearsal.take(Pressed(f"say:{label}"), noon(TODAY))
        return rehearsal.text(turn) if turn.decision == "answer" else ""


def cases(trained: Trained, files: Sequence[str]) -> Iterator[Case]:
    """What the questions of these files teach; those none of whose readings is right teach nothing."""
    answers = Answers(trained)
    for file in files:
        for item in yaml.safe_load((QUESTIONS / file).read_text("utf-8")):
            rehearsal = Rehearsal(trained.content, trained.reader, itertools.count(1), State(introduced=True))
            for number, turn in enumerate(item.get("turns", (item,))):
                case = _case(f"{item['id']}.{number}", turn, rehearsal, trained, answers)
                if case is not None:
                    yield case
                if judge({**turn, "label": None}, rehearsal, trained, TODAY, item["id"]).outcome != "right":
                    break


def _case(id_: str, item: Mapping[str, Any], rehearsal: Rehearsal, trained: Trained, answers: Answers) -> Case | None:
    state = fresh_context(rehearsal.state, noon(TODAY))
    context = reading_context(state, trained.content)
    text = without_courtesy(item["text"])
    locale = trained.reader.language.detect(text, context.locale)
    weighed = weigh(text, locale, trained.reader, context)
    expected = as_list(item["decision"])[0]
    right = [
        place
        for place, reading in enumerate(weighed.readings)
        if _is_right(reading, expected, item, locale, trained, answers)
    ]
    if not right:
        return None
    return Case(id_, expected, weighed.evidence.astype(float), weighed.fixed.astype(float), np.asarray(right))


def _is_right(
    reading: Reading, expected: str, item: Mapping[str, Any], locale: Locale, trained: Trained, answers: Answers
) -> bool:
    kind = trained.reader.intent_kinds.get(reading.intent) if reading.intent else None
    if expected == "answer":
        facts = item.get("contains")
        if not reading.topic or not facts or item.get("gap") or item.get("clarify"):
            return False
        text = answers.text(reading.label, locale)
        return all(says(text, fact) for fact in facts) and not any(says(text, x) for x in item.get("excludes") or ())
    if expected == "off_topic":
        return reading.topic is None and kind in (None, "off_topic")
    if expected == "handoff":
        action = trained.content.intents[reading.intent].action if reading.intent else None
        return kind == "handoff" or action == "person"
    return kind == expected


def learn(taught: Sequence[Case], ridge: float = RIDGE) -> Floats:
    """The weights with which the right readings of all cases are most probable, in the order of ``KINDS``."""

    expected = np.asarray([EXPECTED.get(kind, 0.0) for kind in KINDS])

    def surprise(guess: Floats) -> tuple[float, Floats]:
        away = guess - expected
        total, slope = ridge * float(away @ away), 2 * ridge * away
        for case in taught:
            odds = _odds(case, guess)
            share = odds[case.right].sum()
            wanted = np.zeros_like(odds)
            wanted[case.right] = odds[case.right] / share
            total -= float(np.log(share))
            slope = slope - case.evidence.T @ (wanted - odds)
        return total, np.where(HELD, 0.0, slope)

    found = minimize(surprise, expected, jac=True, method="L-BFGS-B", options={"maxiter": 500})
    return np.asarray(found.x)


def _odds(case: Case, guess: Floats) -> Floats:
    scores = case.evidence @ guess + case.fixed
    odds = np.exp(scores - scores.max())
    return np.maximum(odds / odds.sum(), 1e-12)


def first_right(taught: Sequence[Case], guess: Floats) -> dict[str, str]:
    """How many of each expected kind have a right reading in front."""
    shares: dict[str, list[bool]] = {}
    for case in taught:
        shares.setdefault(case.expected, []).append(int(_odds(case, guess).argmax()) in case.right)
    return {kind: f"{sum(each)} of {len(each)}" for kind, each in sorted(shares.items())}


def write(learnt: Floats, path: Path) -> None:
    """Put the learnt numbers in the place of those that stand in the module."""
    text = path.read_text("utf-8")
    for kind, weight in zip(KINDS, learnt, strict=True):
        text = re.sub(rf'("{kind}": )-?[\d.]+,', rf"\g<1>{weight:.2f},", text)
    path.write_text(text, "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.weights", description=__doc__)
    parser.add_argument("--left-out", action="store_true", help="only show how each file fares when the others teach")
    given = parser.parse_args()
    trained = load_trained(shipped_content())
    by_file = {file: tuple(cases(trained, (file,))) for file in TEACHING}
    if given.left_out:
        for file in TEACHING:
            others = [case for other, each in by_file.items() if other != file for case in each]
            print(f"{file}: {first_right(by_file[file], learn(others))}")
        return 0
    everything = [case for each in by_file.values() for case in each]
    learnt = learn(everything)
    for kind, before, after in zip(KINDS, WEIGHTS, learnt, strict=True):
        print(f"{kind:20s} {before:7.2f} -> {after:7.2f}")
    print(first_right(everything, learnt))
    write(learnt, Path(weights.__file__))
    return 0


if __name__ == "__main__":
    sys.exit(main())
