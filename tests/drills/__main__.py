"""Runs drills in full and keeps what each found in ``drills.json``: commit, seed, counts.

Each drill is a process of its own, as many at a time as there are cores, so that one that dies takes nothing with it. What a
drill found is written as soon as it is over, beside what the file holds of earlier runs.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench.figures import ROOT, commit, keep
from tests.drills.registry import Drill, all_drills

Found = Mapping[str, Any]
DIED = "died"
"""Stands in place of counts and holds the last words, when a drill did not come to an end."""


def drill_apart(drill: Drill, points: int, seed: int) -> Found:
    """What the drill found in a process of its own, and how long it took."""
    started = time.monotonic()
    command = [sys.executable, "-m", "tests.drills.one", drill.name, str(points), str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    seconds = round(time.monotonic() - started)
    if done.returncode:
        last_words = (done.stderr.strip() or f"exit code {done.returncode}").splitlines()[-1]
        sys.stderr.write(done.stderr)
        return {DIED: last_words, "seconds": seconds}
    return {**json.loads(done.stdout.splitlines()[-1]), "seconds": seconds}


def failures_of(drill: Drill, found: Found) -> list[str]:
    """What is not as promised."""
    return [f"{drill.name} did not come to an end: {found[DIED]}"] if DIED in found else drill.failures(dict(found))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument("names", nargs="*", help="which drills; all when none is named")
    parser.add_argument("--points", type=int, help="how many tries of each, instead of the full number")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--into", type=Path, default=Path("drills.json"))
    parser.add_argument("--at-once", type=int, default=os.cpu_count() or 1, help="how many drills at the same time")
    given = parser.parse_args(arguments)
    drills = {drill.name: drill for drill in all_drills()}
    if unknown := [name for name in given.names if name not in drills]:
        parser.error(f"there is no drill {unknown[0]}; there are: {', '.join(drills)}")
    chosen = [drills[name] for name in given.names] or list(drills.values())
    of = {"commit": commit(), "at": datetime.now(UTC).isoformat(timespec="seconds"), "seed": given.seed}
    failures: list[str] = []
    with ThreadPoolExecutor(given.at_once) as runs:
        under_way = {
            runs.submit(drill_apart, drill, given.points or drill.points, given.seed): drill for drill in chosen
        }
        for over in as_completed(under_way):
            drill, found = under_way[over], over.result()
            keep(given.into, drill.name, {"about": drill.about, **of, **found})
            failures += failures_of(drill, found)
            print(f"{drill.name}: {json.dumps(found)}", flush=True)
    print("\n".join(failures) or f"all as promised, see {given.into}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
