"""Runs drills in full and writes ``drills.json``: commit, seed, counts."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from tests.drills.registry import all_drills


def commit() -> str:
    """The commit that is drilled, with a plus when the checkout was changed since."""
    answer = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=40", "--exclude=*"],
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.stdout.strip() or "unknown"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills", description=__doc__)
    parser.add_argument("names", nargs="*", help="which drills; all when none is named")
    parser.add_argument("--points", type=int, help="how many tries of each, instead of the full number")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--into", type=Path, default=Path("drills.json"))
    given = parser.parse_args()
    drills = [drill for drill in all_drills() if not given.names or drill.name in given.names]
    if not drills:
        parser.error(f"there is no such drill; there are: {', '.join(drill.name for drill in all_drills())}")
    results, failures = {}, []
    for drill in drills:
        started = time.monotonic()
        with tempfile.TemporaryDirectory(prefix=f"lotse-{drill.name}-") as folder:
            counts = drill.run(given.points or drill.points, given.seed, Path(folder))
        counts["seconds"] = round(time.monotonic() - started)
        results[drill.name] = {"about": drill.about, **counts}
        failures += drill.failures(counts)
        print(f"{drill.name}: {json.dumps(counts)}", flush=True)
    report = {
        "commit": commit(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": given.seed,
        "drills": results,
    }
    given.into.write_text(json.dumps(report, indent=2) + "\n", "utf-8")
    print("\n".join(failures) or f"all as promised, see {given.into}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
