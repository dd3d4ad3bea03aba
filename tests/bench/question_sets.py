"""How many questions of each set come out right, and what becomes of the others. Counted by ``questions``."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from bot.trained import Trained
from tests.bench.figures import Figure
from tests.bench.questions import Judged, judge_dialogues, judge_singles

SETS: Mapping[str, tuple[str | None, str | None]] = {
    "development": ("single.yaml", "dialogues.yaml"),
    "held out": ("held_out.yaml", "held_out.yaml"),
    "second": ("second.yaml", "second_dialogues.yaml"),
    "third, held out": ("third.yaml", "third_dialogues.yaml"),
    "fourth": ("fourth.yaml", "fourth_dialogues.yaml"),
    "fifth, held out": ("fifth.yaml", "fifth_dialogues.yaml"),
    "sixth": ("sixth.yaml", None),
    "seventh, singles held out": ("seventh.yaml", "seventh_dialogues.yaml"),
    "eighth, held out": ("eighth.yaml", "eighth_dialogues.yaml"),
    "ninth": (None, "ninth_dialogues.yaml"),
    "tenth": ("tenth.yaml", "tenth_dialogues.yaml"),
    "eleventh": ("eleventh.yaml", "eleventh_dialogues.yaml"),
    "twelfth, singles held out": ("twelfth.yaml", "twelfth_dialogues.yaml"),
    "thirteenth": ("thirteenth.yaml", "thirteenth_dialogues.yaml"),
    "fourteenth": ("fourteenth.yaml", "fourteenth_dialogues.yaml"),
    "fifteenth": ("fifteenth.yaml", "fifteenth_dialogues.yaml"),
    "sixteenth, held out": ("sixteenth.yaml", "sixteenth_dialogues.yaml"),
    "seventeenth, held out": ("seventeenth.yaml", "seventeenth_dialogues.yaml"),
    "statements, held out": ("statements.yaml", None),
}
"""Name -> the files of its single questions and of its dialogues; None where it has none."""
OUTCOMES = ("right", "wrong", "gap", "clarified", "missed", "handed over")


def figures(trained: Trained, day: date, names: Sequence[str] = tuple(SETS)) -> list[Figure]:
    """The counts of every one of these sets."""
    found: list[Figure] = []
    for name in names:
        singles, dialogues = SETS[name]
        if singles is not None:
            found += counted(f"{name}, singles", judge_singles(trained, day, singles))
            found += counted(f"{name}, singles by facts alone", judge_singles(trained, day, singles, labels=False))
        if dialogues is not None:
            found += counted(f"{name}, dialogues", judge_dialogues(trained, day, dialogues))
    return found


def counted(name: str, judged: Sequence[Judged]) -> list[Figure]:
    """Answers by outcome, and how often nothing or a person was due and was had."""
    if not judged:
        return []
    by_expected = {
        kind: [j for j in judged if j.expected == kind] for kind in dict.fromkeys(j.expected for j in judged)
    }
    answers = by_expected.pop("answer", [])
    outcomes = Counter(j.outcome for j in answers)
    found = [_share(f"{name}: answers {outcome}", outcomes[outcome], len(answers)) for outcome in OUTCOMES if answers]
    for expected, group in by_expected.items():
        false = sum(j.outcome == "false answer" for j in group)
        right = sum(j.outcome == "right" for j in group)
        about = {"handoff": "needs a person", "off_topic": "off topic"}.get(expected, expected)
        found.append(_share(f"{name}: {about}, right", right, len(group)))
        found.append(_share(f"{name}: {about}, false answers", false, len(group)))
    return found


def _share(name: str, count: int, of: int) -> Figure:
    return Figure(name, 100 * count / of, "%", f"{count} of {of}")
