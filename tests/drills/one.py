"""One drill in this process: ``python -m tests.drills.one NAME POINTS SEED`` prints its counts as a line of JSON."""

import json
import sys
import tempfile
from pathlib import Path

from tests.drills.registry import all_drills


def main(name: str, points: str, seed: str) -> None:
    drill = {drill.name: drill for drill in all_drills()}[name]
    with tempfile.TemporaryDirectory(prefix=f"lotse-{name}-") as folder:
        print(json.dumps(drill.run(int(points), int(seed), Path(folder))))


if __name__ == "__main__":
    main(*sys.argv[1:])
