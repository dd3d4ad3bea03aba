"""What a drill is, and which there are. A new one is a module here and a line in ``all_drills``."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

Counts = dict[str, int | str | dict[str, int]]


@dataclass(frozen=True)
class Drill:
    """Something promised, tried so many times. ``run(points, seed, folder)`` gives counts; ``zero`` names what must be 0."""

    name: str
    about: str
    points: int
    run: Callable[[int, int, Path], Counts]
    zero: tuple[str, ...]

    def failures(self, counts: Counts) -> list[str]:
        """What should be 0 and is not."""
        return [f"{self.name}: {key} is {counts[key]}, not 0" for key in self.zero if counts[key] != 0]


def all_drills() -> tuple[Drill, ...]:
    """Every drill there is."""
    # They import this module.
    from tests.drills.across_injection import ACROSS_INJECTION
    from tests.drills.claims import CLAIMS_POSTGRES, CLAIMS_SQLITE
    from tests.drills.erasure import ERASURE_POSTGRES, ERASURE_SQLITE
    from tests.drills.handoffs import HANDOFFS
    from tests.drills.hostile import HOSTILE
    from tests.drills.kill import KILL_POSTGRES, KILL_SQLITE
    from tests.drills.matrix_blackhole import MATRIX_BLACKHOLE
    from tests.drills.matrix_events import MATRIX_EVENTS
    from tests.drills.matrix_injection import MATRIX_INJECTION
    from tests.drills.matrix_kill import MATRIX_KILL
    from tests.drills.matrix_load import MATRIX_LOAD
    from tests.drills.notes import NOTES
    from tests.drills.quiet_logs import QUIET_LOGS
    from tests.drills.relay import RELAY_POSTGRES, RELAY_SQLITE
    from tests.drills.retention import RETENTION
    from tests.drills.room_notes import ROOM_NOTES
    from tests.drills.rooms_kill import ROOMS_POSTGRES, ROOMS_SQLITE
    from tests.drills.slack_events import SLACK_EVENTS, SLACK_STALL, SLACK_STALL_SOCKET
    from tests.drills.slack_injection import SLACK_INJECTION
    from tests.drills.slack_kills import SLACK_KILLS
    from tests.drills.slack_posts import SLACK_POSTS
    from tests.drills.slack_relay import SLACK_RELAY
    from tests.drills.takeovers import TAKEOVERS_POSTGRES, TAKEOVERS_SQLITE
    from tests.drills.working_time import WORKING_TIME

    return (
        KILL_SQLITE,
        KILL_POSTGRES,
        CLAIMS_SQLITE,
        CLAIMS_POSTGRES,
        TAKEOVERS_SQLITE,
        TAKEOVERS_POSTGRES,
        RELAY_SQLITE,
        RELAY_POSTGRES,
        ROOMS_SQLITE,
        ROOMS_POSTGRES,
        HANDOFFS,
        NOTES,
        ROOM_NOTES,
        HOSTILE,
        RETENTION,
        ERASURE_SQLITE,
        ERASURE_POSTGRES,
        QUIET_LOGS,
        WORKING_TIME,
        MATRIX_EVENTS,
        MATRIX_INJECTION,
        SLACK_POSTS,
        SLACK_EVENTS,
        SLACK_STALL,
        SLACK_STALL_SOCKET,
        SLACK_KILLS,
        SLACK_RELAY,
        SLACK_INJECTION,
        ACROSS_INJECTION,
        MATRIX_KILL,
        MATRIX_LOAD,
        MATRIX_BLACKHOLE,
    )
