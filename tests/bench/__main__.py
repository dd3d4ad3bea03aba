"""Measures everything, prints a table of each section and keeps it in ``bench.json``: commit, date, machine, figures.

A section is written as soon as it is measured, beside what the file holds of earlier runs.

Sections run one after the other, so that none measures another's load, on a copy of the content, so that an edit
meanwhile does not mix two contents. Sizes are chosen so that all of it takes some twenty minutes on two cores; ``--full``
adds what takes longer.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.config import shipped_content
from bot.content.content_files import ROOTS
from bot.trained import Trained, default_cache, load_trained
from tests.bench import (
    matching,
    matrix_speed,
    question_sets,
    relay_speed,
    slack_speed,
    start_speed,
    throughput,
    understanding_speed,
    web_speed,
)
from tests.bench.figures import Figure, as_json, as_table, commit, keep, machine
from tests.bench.lotse_process import Place
from tests.bench.understanding_speed import Size, development_texts
from tests.conftest import TODAY

WEB_TIMED, WEB_IN_ALL = 200, 2_000
RELAYED = 1_200
SLACK_RUNS, SLACK_MESSAGES = 5, 100
MATRIX_RUNS, MATRIX_MESSAGES = 5, 100
MESSAGES, PEOPLE = 2_000, 200
SIZES = (Size(1), Size(10))
MORE_SIZES = (Size(10, own_words=True), Size(100), Size(100, own_words=True))
INSTEAD = (50, 25)
"""How many times the content is tried when 100 times is not possible."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What one run measures with."""

    place: Place
    full: bool
    pairs: tuple[tuple[Path, Path], ...] = ()

    def trained(self) -> Trained:
        """The reader, from the cache of this run."""
        return load_trained(self.place.content, self.place.cache / "lotse")


def starts(bench: Bench) -> list[Figure]:
    """Stands first where it is asked for: it begins with an empty cache and leaves a full one to the others."""
    return start_speed.figures(bench.place, development_texts())


def questions(bench: Bench) -> list[Figure]:
    return question_sets.figures(bench.trained(), TODAY)


def web(bench: Bench) -> list[Figure]:
    return web_speed.figures(bench.place, development_texts(), WEB_TIMED, WEB_IN_ALL)


def relay(bench: Bench) -> list[Figure]:
    return relay_speed.figures(bench.place, RELAYED)


def slack(bench: Bench) -> list[Figure]:
    return slack_speed.figures(bench.place, SLACK_RUNS, SLACK_MESSAGES)


def matrix(bench: Bench) -> list[Figure]:
    return matrix_speed.figures(bench.place, MATRIX_RUNS, MATRIX_MESSAGES)


def messages(bench: Bench) -> list[Figure]:
    place = bench.place
    return throughput.figures(place.folder, place.content, place.cache / "lotse", MESSAGES, PEOPLE)


def understanding(bench: Bench) -> list[Figure]:
    return understanding_speed.figures(bench.place.content, SIZES + (MORE_SIZES if bench.full else ()), INSTEAD)


def match(bench: Bench) -> list[Figure]:
    found = matching.own_examples(bench.trained().content, bench.place.folder)
    for train, test in bench.pairs:
        found += matching.public_set(train, test)
    return found


SECTIONS: Mapping[str, Callable[[Bench], list[Figure]]] = {
    "starts": starts,
    "questions": questions,
    "web": web,
    "relay": relay,
    "slack": slack,
    "matrix": matrix,
    "messages": messages,
    "understanding": understanding,
    "match": match,
}


def run(bench: Bench, names: Sequence[str], into: Path) -> None:
    """Every section that was asked for, printed and kept as soon as it is there."""
    for name in names:
        of = {"commit": commit(), "date": datetime.now(UTC).isoformat(timespec="seconds"), "machine": machine()}
        begun = time.perf_counter()
        found = SECTIONS[name](bench)
        print(as_table(f"\n{name} (took {time.perf_counter() - begun:.0f} s)", found), flush=True)
        keep(into, name, {**of, "figures": as_json(found)})


def copy_of(content: Path, folder: Path) -> Path:
    """The content as it is now."""
    for root in ROOTS:
        shutil.copytree(content / root, folder / root)
    return folder


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which sections; all when none is named: {', '.join(SECTIONS)}")
    parser.add_argument("--full", action="store_true", help="also 100 times the content")
    parser.add_argument("--into", type=Path, default=Path("bench.json"))
    parser.add_argument("--match-train", type=Path, action="append", default=[], metavar="JSONL")
    parser.add_argument("--match-test", type=Path, action="append", default=[], metavar="JSONL")
    given = parser.parse_args()
    if unknown := [name for name in given.names if name not in SECTIONS]:
        parser.error(f"there is no section {unknown[0]}; there are: {', '.join(SECTIONS)}")
    if len(given.match_train) != len(given.match_test):
        parser.error("--match-train and --match-test come in pairs")
    pairs = tuple((a.resolve(), b.resolve()) for a, b in zip(given.match_train, given.match_test, strict=True))
    with tempfile.TemporaryDirectory(prefix="lotse-bench-") as name:
        folder = Path(name)
        content = copy_of(shipped_content(), folder / "content")
        names = [name for name in SECTIONS if name in given.names] or list(SECTIONS)
        cache = folder / "cache" if "starts" in names else default_cache().parent
        run(Bench(Place(content, cache, folder), given.full, pairs), names, given.into)
    print(f"\nwritten to {given.into}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
