"""Whether Lotse is well, for the operator and for their monitoring. Figures only, nothing about a person."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.errors import ConfigError, ContentProblem, StoreUnavailable
from bot.store.database import Database, WriteFailure
from bot.store.figures import Figures, read_figures

LATE_S = 60.0
"""Seconds an input may wait before that is worth a look; a turn takes a few milliseconds."""

FAILURE_COUNTS_S = 300.0
"""Seconds a change that could not be stored is reported: longer than monitoring takes to look, so that none is missed."""


@dataclass(frozen=True, slots=True)
class ContentState:
    """The content in use, and what the last attempt to change it found."""

    hash: str
    problems: Sequence[ContentProblem] = ()


@dataclass(frozen=True, slots=True)
class Health:
    """The routes of the two pages, with what they need."""

    database: Database
    clock: Callable[[], datetime]
    content: Callable[[], ContentState]
    staff_problem: Callable[[], str | None]
    channel_problems: Callable[[], Sequence[str]] = tuple

    def routes(self) -> list[Route]:
        """``/health`` for people and load balancers, ``/metrics`` for Prometheus."""
        return [Route("/health", self.health), Route("/metrics", self.metrics)]

    async def health(self, request: Request) -> Response:
        """*ok*, *degraded* with reasons (still 200, it answers), or 503 when the database is gone.

        A change that could not be stored is no reason for 503: pages can be read, and a Lotse nobody sends anything to
        any more would never store a change again.
        """
        content = self.content()
        try:
            figures = await read_figures(self.database, self.clock())
        except (StoreUnavailable, ConfigError) as error:
            return JSONResponse(
                {"status": "down", "reasons": [str(error)], "database": "gone", "content": {"hash": content.hash}},
                status_code=503,
            )
        failing = self._failing()
        reasons = reasons_of(figures, content)
        if failing is not None:
            reasons.append(f"{time.monotonic() - failing.at:.0f} s ago a change could not be stored: {failing.reason}")
        if self.staff_problem():
            reasons.append("The file of LOTSE_STAFF cannot be used, so nobody may sign in; the log says why.")
        reasons += self.channel_problems()
        errors = [problem for problem in content.problems if problem.severity == "error"]
        return JSONResponse(
            {
                "status": "degraded" if reasons else "ok",
                "reasons": reasons,
                "database": "ok" if failing is None else "failing",
                "inputs": {
                    "waiting": figures.inputs_waiting,
                    "oldest_waiting_s": figures.oldest_waiting_s,
                    "parked": figures.inputs_parked,
                },
                "deliveries": {
                    "waiting": figures.deliveries_waiting,
                    "sending": figures.deliveries_sending,
                    "parked": figures.deliveries_parked,
                },
                "cases_open": figures.cases_open,
                "content": {
                    "hash": content.hash,
                    "errors": [f"{each.file}:{each.line}:{each.column} {each.code} {each.message}" for each in errors],
                    "notices": len(content.problems) - len(errors),
                },
            }
        )

    def _failing(self) -> WriteFailure | None:
        failure = self.database.write_failure
        return failure if failure is not None and time.monotonic() - failure.at < FAILURE_COUNTS_S else None

    async def metrics(self, request: Request) -> Response:
        """The same figures in the format of Prometheus; ``lotse_up`` is 0 when the database is gone."""
        registry = CollectorRegistry()
        up = Gauge("lotse_up", "1 while the database answers", registry=registry)
        errors = sum(problem.severity == "error" for problem in self.content().problems)
        Gauge("lotse_content_errors", "Errors that keep changed content from going live", registry=registry).set(errors)
        try:
            figures = await read_figures(self.database, self.clock())
        except (StoreUnavailable, ConfigError):
            return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
        up.set(1)
        for name, meaning, value in (
            ("lotse_inputs_waiting", "Inputs that wait for their turn", figures.inputs_waiting),
            ("lotse_oldest_input_seconds", "How long the oldest of them has waited", figures.oldest_waiting_s),
            ("lotse_inputs_parked", "Inputs given up after repeated failures", figures.inputs_parked),
            ("lotse_deliveries_waiting", "Replies that wait to be sent", figures.deliveries_waiting),
            ("lotse_deliveries_sending", "Replies being sent at this moment", figures.deliveries_sending),
            ("lotse_deliveries_parked", "Replies a platform refused for good", figures.deliveries_parked),
            ("lotse_cases_open", "Cases that wait for a person", figures.cases_open),
            ("lotse_rooms_failing", "Messages rooms of coordinators have not taken", figures.rooms_failing),
            (
                "lotse_database_failing",
                "1 for some minutes after a change that could not be stored",
                int(self._failing() is not None),
            ),
            (
                "lotse_channels_troubled",
                "Chat platforms that cannot be reached at present",
                len(self.channel_problems()),
            ),
        ):
            Gauge(name, meaning, registry=registry).set(value)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


def reasons_of(figures: Figures, content: ContentState) -> list[str]:
    """What an operator should look at, one sentence each; empty when all is well."""
    reasons = []
    if figures.oldest_waiting_s > LATE_S:
        reasons.append(f"The oldest input has waited for {figures.oldest_waiting_s:.0f} s; is the inbox loop running?")
    if figures.inputs_parked:
        reasons.append(f"{figures.inputs_parked} input(s) could not be handled; look for `turn_parked` in the log.")
    if figures.deliveries_parked:
        reasons.append(f"{figures.deliveries_parked} message(s) were refused by their platform for good.")
    if figures.rooms_failing:
        reasons.append(
            f"{figures.rooms_failing} message(s) could not be shown in a room of coordinators; the log says why, and "
            "`lotse doctor` what to do."
        )
    if any(problem.severity == "error" for problem in content.problems):
        reasons.append("Changed content has errors and is not live; run `lotse check`.")
    return reasons
