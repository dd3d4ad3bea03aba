"""``lotse match`` beside a linear SVM on the same examples: who finds more, how fast, how sure.

Both are processes behind the same line protocol, each on a core of its own where there are two. They learn side by side and
are asked one after the other, one text at a time; times are those they measure inside.
The examples are those of ``lotse export training``, split into five parts of which one is asked at a time, and any pair
of files with JSON lines {"text", "label"} that is given; a label of null is a text about nothing that was learnt.
"""

import json
import os
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sklearn.metrics import roc_auc_score

from bot.commands.export import training_rows
from bot.content.definitions import Content
from tests.bench.figures import ROOT, Figure, memory_of, percentile

FOLDS = 5
SEED = 7
ENGINES = {
    "lotse match": (sys.executable, "-m", "bot", "match"),
    "linear SVM": (sys.executable, "-m", "tests.bench.svm"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A text and what it means; None: nothing that was learnt."""

    text: str
    label: str | None


@dataclass(frozen=True, slots=True)
class Answers:
    """What an engine made of the texts, in their order."""

    labels: tuple[str | None, ...]
    scores: tuple[float, ...]
    us: tuple[float, ...]
    train_s: float
    peak_mib: float


def read_rows(file: Path) -> list[Row]:
    """The rows of a JSON lines file."""
    found = map(json.loads, file.read_text("utf-8").splitlines())
    return [Row(row["text"], row["label"]) for row in found]


class Engine:
    """The process of an engine. It learns a file as soon as it is made."""

    def __init__(self, command: Sequence[str], train: Path, core: int) -> None:
        self._process = subprocess.Popen(
            [*command, str(train)],
            cwd=ROOT,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        if hasattr(os, "sched_setaffinity"):  # not on macOS: there the system finds it a core
            cores = sorted(os.sched_getaffinity(0))
            os.sched_setaffinity(self._process.pid, {cores[core % len(cores)]})

    def wait_until_ready(self) -> float:
        """The seconds it says it learnt for."""
        seconds: float = self._line()["train_s"]
        return seconds

    def ask(self, texts: Sequence[str], train_s: float) -> Answers:
        """What it makes of the texts, one at a time."""
        assert self._process.stdin is not None
        answers: list[dict[str, Any]] = []
        for text in texts:
            self._process.stdin.write(json.dumps({"text": text}) + "\n")
            self._process.stdin.flush()
            answers.append(self._line())
        peak = memory_of(self._process.pid).get("peak", 0.0)
        return Answers(
            tuple(answer["label"] for answer in answers),
            tuple(answer["score"] for answer in answers),
            tuple(answer["us"] for answer in answers),
            train_s,
            peak,
        )

    def end(self) -> None:
        """Nothing more is asked."""
        self._process.communicate()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line: dict[str, Any] = json.loads(self._process.stdout.readline())
        return line


def ask_engines(train: Path, texts: Sequence[str]) -> dict[str, Answers]:
    """Let every engine learn a file, side by side, then ask each of them."""
    engines: dict[str, Engine] = {}
    try:
        for core, (name, command) in enumerate(ENGINES.items()):
            engines[name] = Engine(command, train, core)
        learnt = {name: engine.wait_until_ready() for name, engine in engines.items()}
        return {name: engine.ask(texts, learnt[name]) for name, engine in engines.items()}
    finally:
        for engine in engines.values():
            engine.end()


def split(rows: Sequence[Row], parts: int = FOLDS) -> Iterator[tuple[list[Row], list[Row]]]:
    """(learnt, asked) for every part; each label is spread evenly over the parts."""
    by_label: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_label[str(row.label)].append(row)
    chance = random.Random(SEED)
    dealt: list[Row] = []
    for label in sorted(by_label):
        chance.shuffle(by_label[label])
        dealt.extend(by_label[label])
    for part in range(parts):
        learnt = [row for place, row in enumerate(dealt) if place % parts != part]
        yield learnt, dealt[part::parts]


def write_rows(rows: Sequence[Row], file: Path) -> Path:
    """The rows as a training file."""
    lines = (json.dumps({"text": row.text, "label": row.label}, ensure_ascii=False) for row in rows)
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def compare(name: str, sets: Sequence[tuple[Path, Sequence[Row]]]) -> list[Figure]:
    """Both engines on every (training file, asked rows); figures over all of them together."""
    found: dict[str, list[Answers]] = {engine: [] for engine in ENGINES}
    for train, asked in sets:
        for engine, answers in ask_engines(train, [row.text for row in asked]).items():
            found[engine].append(answers)
    rows = [row for _, asked in sets for row in asked]
    figures = [figure for engine, answers in found.items() for figure in _of_engine(f"{name}, {engine}", answers, rows)]
    ours, theirs = (percentile((us for each in found[engine] for us in each.us), 0.5) for engine in ENGINES)
    return [*figures, Figure(f"{name}: the SVM's p50 by ours", theirs / ours, "times")]


def _of_engine(name: str, answers: Sequence[Answers], rows: Sequence[Row]) -> list[Figure]:
    labels = [label for each in answers for label in each.labels]
    scores = [score for each in answers for score in each.scores]
    us = [us for each in answers for us in each.us]
    known = [row.label is not None for row in rows]
    right = sum(label == row.label for label, row in zip(labels, rows, strict=True) if row.label is not None)
    figures = [Figure(f"{name}: accuracy", 100 * right / sum(known), "%", f"{right} of {sum(known)}")]
    if not all(known):
        auroc = float(roc_auc_score(known, scores))
        figures.append(Figure(f"{name}: AUROC, known or not", auroc, "", f"{len(rows) - sum(known)} unknown"))
    return [
        *figures,
        Figure(f"{name}: train", sum(each.train_s for each in answers) / len(answers), "s"),
        Figure(f"{name}: p50", percentile(us, 0.5), "us"),
        Figure(f"{name}: p99", percentile(us, 0.99), "us"),
        Figure(f"{name}: memory, peak", max(each.peak_mib for each in answers), "MiB"),
    ]


def own_examples(content: Content, folder: Path, parts: int = FOLDS) -> list[Figure]:
    """The comparison on the content's own examples, each part asked of who learnt the others."""
    rows = [Row(text, label) for text, label in training_rows(content)]
    labels = len(Counter(row.label for row in rows))
    sets = [
        (write_rows(learnt, folder / f"part {part}.jsonl"), asked)
        for part, (learnt, asked) in enumerate(split(rows, parts))
    ]
    about = f"{len(rows)} examples, {labels} labels, {parts} parts"
    return [Figure("own examples", len(rows), "", about), *compare("own", sets)]


def public_set(train: Path, test: Path) -> list[Figure]:
    """The comparison on a pair of files."""
    return compare(train.stem, [(train, read_rows(test))])
