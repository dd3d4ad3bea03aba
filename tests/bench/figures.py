"""What is measured, as values: figures with units, percentiles, the machine they were taken on, and how they are kept."""

import json
import math
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. ``note`` says under which conditions, where that is not obvious."""

    name: str
    value: float | int | str
    unit: str = ""
    note: str = ""


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least this share of all values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def spread(name: str, values: Sequence[float], unit: str, note: str = "") -> list[Figure]:
    """Median and 99th percentile as two figures."""
    return [
        Figure(f"{name}, p50", percentile(values, 0.5), unit, note),
        Figure(f"{name}, p99", percentile(values, 0.99), unit, f"of {len(values)}"),
    ]


def memory_of(pid: int) -> dict[str, float]:
    """Resident memory of a process in MiB, ``now`` and at its ``peak``; empty where there is no /proc."""
    try:
        status = Path(f"/proc/{pid}/status").read_text("utf-8")
    except OSError:
        return {}
    found = {name: int(kib) / 1024 for name, kib in re.findall(r"(VmRSS|VmHWM):\s+(\d+) kB", status)}
    return {"now": found["VmRSS"], "peak": found["VmHWM"]} if found else {}


def cpu_seconds_of(pid: int) -> float:
    """How long a process, all its threads together, has had a core so far; 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def machine() -> dict[str, str | int | float]:
    """What the figures were taken on; ``load`` is how busy it was just before, in processes."""
    return {
        "cpu": _first(r"model name\s*: (.+)", Path("/proc/cpuinfo")) or platform.processor() or platform.machine(),
        "cores": os.cpu_count() or 0,
        "memory_gib": round(int(_first(r"MemTotal:\s+(\d+)", Path("/proc/meminfo")) or 0) / 2**20, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": round(os.getloadavg()[0], 2),
    }


def _first(pattern: str, file: Path) -> str | None:
    try:
        found = re.search(pattern, file.read_text("utf-8"))
    except OSError:
        return None
    return found[1] if found else None


def commit() -> str:
    """The commit that is measured, with a plus when the checkout was changed since."""
    command = ["git", "describe", "--always", "--dirty=+", "--abbrev=40", "--exclude=*"]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return answer.stdout.strip() or "unknown"


def keep(file: Path, name: str, result: Mapping[str, object]) -> None:
    """Put a result beside the others in the file; whoever reads it meanwhile finds the old one or the new one whole."""
    results = json.loads(file.read_text("utf-8")) if file.exists() else {}
    new = file.with_name(f"{file.name}.new")
    new.write_text(json.dumps({**results, name: result}, indent=2) + "\n", "utf-8")
    new.replace(file)


def as_table(title: str, figures: Sequence[Figure]) -> str:
    """The figures of one section, one per line, values below each other."""
    rows = [(figure.name, _shown(figure.value), figure.unit, figure.note) for figure in figures]
    name, value, unit = (max((len(row[place]) for row in rows), default=0) for place in range(3))
    lines = [f"  {row[0]:<{name}}  {row[1]:>{value}} {row[2]:<{unit}}  {row[3]}".rstrip() for row in rows]
    return "\n".join([title, *lines])


def as_json(figures: Sequence[Figure]) -> dict[str, dict[str, float | int | str]]:
    """The same for bench.json: figure -> value, unit, note."""
    return {
        figure.name: {
            "value": round(figure.value, 4) if isinstance(figure.value, float) else figure.value,
            **({"unit": figure.unit} if figure.unit else {}),
            **({"note": figure.note} if figure.note else {}),
        }
        for figure in figures
    }


def _shown(value: float | int | str) -> str:
    if not isinstance(value, float):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}" if abs(value) < 10 else f"{value:.1f}"
