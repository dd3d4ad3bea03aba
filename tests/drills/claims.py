"""Several coordinators press *Übernehmen* at once: exactly one has the case, and all others read who that is."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence

from bot.handoff.case_events import Claims, ReturnsToQueue
from bot.model import Staff
from bot.store.database import Database
from bot.store.desk import Desk, Done, Refused
from tests.drills.registry import Counts, Drill
from tests.drills.stage import NOW, new_case, office
from tests.drills.stores import drilled_on, opened, postgres_databases, sqlite_files

RACERS = [
    Staff(f"c{number}", f"Nr. {number}", frozenset({"coordinator"}), frozenset({"foerderung"})) for number in range(4)
]
RACES_PER_CASE = 25
"""After so many the next race is about a new case."""


async def races(databases: Sequence[Database], points: int, seed: int) -> Counter[str]:
    """So many races; each racer has a worker of its own where there are several."""
    chance = random.Random(seed)
    desks = [Desk(databases[number % len(databases)], office) for number in range(len(RACERS))]
    counts: Counter[str] = Counter(races=points, not_one_winner=0, not_told_who=0)
    number, version = 0, 0
    for race in range(points):
        if race % RACES_PER_CASE == 0:
            number, version = await new_case(databases[0], f"user {race}"), 1
        racers = chance.sample(list(zip(desks, RACERS, strict=True)), chance.randint(2, len(RACERS)))
        knows_version = chance.random() < 0.5
        tried = [desk.act(number, Claims(by), NOW, version=version if knows_version else None) for desk, by in racers]
        results = await asyncio.gather(*tried)
        winners = [by for (_, by), result in zip(racers, results, strict=True) if isinstance(result, Done)]
        counts["not_one_winner"] += len(winners) != 1
        if len(winners) != 1:
            number, version = await new_case(databases[0], f"user {race} again"), 1
            continue
        wanted = f"Diesen Fall hat gerade {winners[0].name}."
        losers = [result for result in results if not isinstance(result, Done)]
        counts["not_told_who"] += any(not isinstance(r, Refused) or r.words["de"] != wanted for r in losers)
        back = await desks[0].act(number, ReturnsToQueue(winners[0]), NOW)
        assert isinstance(back, Done)
        version = back.case.version
    return counts


async def run_on(address: str, workers: int, points: int, seed: int) -> Counts:
    async with opened(address, workers) as databases:
        return {"seed": seed, "workers": workers, **await races(databases, points, seed)}


ABOUT = "coordinators claim the same case at the same time"
ZERO = ("not_one_winner", "not_told_who")
CLAIMS_SQLITE = Drill("claims_sqlite", f"{ABOUT}, on SQLite", 10_000, drilled_on(sqlite_files, 1, run_on), ZERO)
CLAIMS_POSTGRES = Drill(
    "claims_postgres",
    f"{ABOUT}, on PostgreSQL with four workers",
    10_000,
    drilled_on(postgres_databases, 4, run_on),
    ZERO,
)
