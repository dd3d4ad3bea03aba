"""How long one message takes to be understood and answered in words, and how that grows with the knowledge.

Every size is built and measured in a process of its own, so that its memory is its own, and with a limit on that
memory, so that a size that does not fit is a finding and not the end of the machine. The messages are the development
questions; as the same words would come out of a cache when a message is repeated, that cache is emptied between passes.

Nothing waits here, so latency is the time a message has a core, which is what passes on a machine that does nothing else.
"""

import argparse
import gc
import json
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.content.collector import spare_what_stays
from bot.content.read import read_content
from bot.dialogue.policy import take_turn
from bot.dialogue.state import State
from bot.model import Context, Utterance
from bot.rehearsal import noon
from bot.trained import Trained
from bot.understanding.normalize import fold
from bot.understanding.training import build
from bot.understanding.understand import understand
from tests.bench.figures import ROOT, Figure, memory_of, spread
from tests.bench.grown import grown
from tests.bench.questions import read_questions
from tests.conftest import TODAY

PASSES = 3
PATIENCE_S = 60 * 60
"""Seconds one size may take to be built and measured."""
SHARE_OF_MEMORY = 0.9
"""Of what is free now, how much one size may take."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many times the topics, and whether the copies have words of their own (see ``grown``)."""

    times: int
    own_words: bool = False

    def __str__(self) -> str:
        return f"{self.times}x" + (" own words" if self.own_words else "")


@dataclass(frozen=True, slots=True)
class TooLarge:
    """A size that could not be had, and why."""

    why: str


def development_texts() -> list[str]:
    """What people type, in the order of the development set."""
    return [item["text"] for item in read_questions("single.yaml")]


def time_messages(trained: Trained, texts: Sequence[str], passes: int) -> tuple[list[float], list[float]]:
    """Milliseconds per message: to understand it, and to understand it and decide the turn."""
    now, state = noon(TODAY), State(introduced=True)
    understood: list[float] = []
    answered: list[float] = []
    for _ in range(passes):
        fold.cache_clear()
        for text in texts:
            begun = time.thread_time_ns()
            understanding = understand(text, trained.reader, Context())
            between = time.thread_time_ns()
            take_turn(state, Utterance(text), understanding, trained.content, now)
            ended = time.thread_time_ns()
            understood.append((between - begun) / 1e6)
            answered.append((ended - begun) / 1e6)
    return understood, answered


def measure_here(folder: Path, size: Size, passes: int, texts: Sequence[str]) -> dict[str, Any]:
    """Build and measure one size in this process."""
    content = read_content(folder).content
    assert content is not None, "content with errors cannot be measured; run `lotse check`"
    content = grown(content, size.times, own_words=size.own_words)
    gc.collect()
    before = memory_of(os.getpid()).get("now", 0.0)
    begun, core_begun = time.perf_counter(), time.process_time()
    trained = Trained(content, build(content), ())
    build_s, build_core_s = time.perf_counter() - begun, time.process_time() - core_begun
    gc.collect()
    memory = memory_of(os.getpid())
    with tempfile.TemporaryFile() as file:
        # As a start finds it in its cache: what lies together in memory then is found faster than what grew there.
        pickle.dump(trained, file, protocol=pickle.HIGHEST_PROTOCOL)
        del trained
        gc.collect()
        file.seek(0)
        loaded: Trained = pickle.load(file)
    spare_what_stays()
    understood, answered = time_messages(loaded, texts, passes)
    return {
        "topics": len(content.topics),
        "build_s": build_s,
        "build_core_s": build_core_s,
        "reader_mib": memory.get("now", 0.0) - before,
        "memory_mib": memory.get("now", 0.0),
        "peak_mib": memory.get("peak", 0.0),
        "understood_ms": understood,
        "answered_ms": answered,
    }


def measure(folder: Path, size: Size, passes: int = PASSES, texts: int | None = None) -> dict[str, Any] | TooLarge:
    """The same in a process of its own; ``texts`` takes only the first so many messages."""
    command = [sys.executable, "-m", "tests.bench.understanding_speed", str(folder), str(size.times), str(passes)]
    command += [*(["--own-words"] if size.own_words else []), *(["--texts", str(texts)] if texts else [])]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except subprocess.TimeoutExpired:
        return TooLarge(f"not done after {PATIENCE_S // 60} minutes")
    if done.returncode == 0:
        found: dict[str, Any] = json.loads(done.stdout)
        return found
    if "MemoryError" in done.stderr or done.returncode < 0:
        return TooLarge(f"needs more than the {_free_bytes() * SHARE_OF_MEMORY / 2**30:.0f} GiB that were free")
    raise RuntimeError(done.stderr)


def figures(
    folder: Path,
    sizes: Sequence[Size],
    instead: Sequence[int] = (),
    passes: int = PASSES,
    texts: int | None = None,
) -> list[Figure]:
    """Latency, build time and memory of every size; growth against the first one.

    Where a size is not possible, the first of ``instead`` that is stands in for it.
    """
    found: list[Figure] = []
    first: dict[str, Any] | None = None
    for wanted in sizes:
        for size in (wanted, *(replace(wanted, times=times) for times in instead if times < wanted.times)):
            measured = measure(folder, size, passes, texts)
            if not isinstance(measured, TooLarge):
                found += _of_size(size, measured)
                if first is not None:
                    found += _growth(size, first, measured)
                first = first or measured
                break
            found.append(Figure(f"{size}", "not possible", note=measured.why))
    return found


def _of_size(size: Size, measured: dict[str, Any]) -> list[Figure]:
    topics = f"{measured['topics']} topics"
    return [
        *spread(f"{size}: understand", measured["understood_ms"], "ms"),
        *spread(f"{size}: understand and turn", measured["answered_ms"], "ms"),
        Figure(f"{size}: build", measured["build_s"], "s", topics),
        Figure(f"{size}: build, time of the cores", measured["build_core_s"], "s"),
        Figure(f"{size}: memory, reader", measured["reader_mib"], "MiB", "grown while it was built"),
        Figure(f"{size}: memory, whole process", measured["memory_mib"], "MiB"),
        Figure(f"{size}: memory, peak of the build", measured["peak_mib"], "MiB"),
    ]


def _growth(size: Size, first: dict[str, Any], measured: dict[str, Any]) -> list[Figure]:
    before, after = (spread("", each["answered_ms"], "ms") for each in (first, measured))
    topics = measured["topics"] / first["topics"]
    return [
        Figure(f"{size}: latency grows, {name}", float(now.value) / float(then.value), "times", f"{topics:.1f}x topics")
        for name, then, now in zip(("p50", "p99"), before, after, strict=True)
    ]


def _free_bytes() -> int:
    return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _stay_within_memory() -> None:
    limit = int(_free_bytes() * SHARE_OF_MEMORY)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure one size and write it as JSON.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("times", type=int)
    parser.add_argument("passes", type=int)
    parser.add_argument("--own-words", action="store_true")
    parser.add_argument("--texts", type=int)
    given = parser.parse_args()
    _stay_within_memory()
    size = Size(given.times, given.own_words)
    json.dump(measure_here(given.folder, size, given.passes, development_texts()[: given.texts]), sys.stdout)


if __name__ == "__main__":
    main()
