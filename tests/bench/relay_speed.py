"""What two people feel who write to each other through a case: from the moment a message is due until the other's page has it.

Employees in the web chat and a coordinator at the desk write in turn, so many messages a second in all, over HTTP to ``lotse
run`` as a process; every conversation and every case has its page open, and so has the queue. A message that starts late
because the one before took long is counted from when it was due. The clients' own work shares the machine and is in the figure.
"""

import asyncio
import contextlib
import re
import secrets
import time
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field, replace

import httpx

from tests.bench.figures import Figure, percentile
from tests.bench.lotse_process import PATIENCE_S, Place, Running, lotse_running
from tests.web.site import field_of

WISH = "Ich möchte mit einem Menschen sprechen"
CASES = 10
PER_SECOND = 20
ARRIVES_WITHIN_S = 20.0
"""A message that was not seen by then counts as lost."""
WORD = re.compile(r"nachricht\d+x")
AS_SCRIPT = {"Accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Shown:
    """The words that one side was shown, and when each was shown for the first time."""

    at: dict[str, float] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def look(self, line: str) -> None:
        """Note the words of a line that has just come."""
        for word in WORD.findall(line):
            self.at.setdefault(word, time.perf_counter())
            self.news.set()

    async def all_of(self, words: Collection[str]) -> None:
        """Return once all of these words were shown, or can no longer be expected."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(ARRIVES_WITHIN_S):
                while not self.at.keys() >= set(words):
                    self.news.clear()
                    await self.news.wait()


@dataclass(frozen=True, slots=True)
class Page:
    """A browser with open event streams; what they bring is noted in ``shown``."""

    http: httpx.AsyncClient
    shown: Shown
    streams: list["asyncio.Task[None]"] = field(default_factory=list)

    async def listen(self, path: str, **query: str) -> None:
        """Open a stream; it is open once this returns."""
        opened = asyncio.Event()
        self.streams.append(asyncio.create_task(self._read(path, query, opened)))
        await opened.wait()

    async def _read(self, path: str, query: dict[str, str], opened: asyncio.Event) -> None:
        async with self.http.stream("GET", path, params=query) as answer:
            answer.raise_for_status()
            opened.set()
            async for line in answer.aiter_lines():
                self.shown.look(line)

    async def post(self, path: str, **form: str) -> None:
        """Send a form as the page's script does."""
        (await self.http.post(path, data=form, headers=AS_SCRIPT)).raise_for_status()

    async def close(self) -> None:
        """Close the streams and the browser. Raises what ended a stream before."""
        ended = [stream for stream in self.streams if stream.done()]
        for stream in self.streams:
            stream.cancel()
        await asyncio.gather(*self.streams, return_exceptions=True)
        await self.http.aclose()
        for stream in ended:
            stream.result()


@contextlib.asynccontextmanager
async def browser(address: str, shown: Shown) -> AsyncIterator[Page]:
    """A new browser."""
    unlimited = httpx.Limits(max_connections=None)  # a stream for every case stays open
    origin = {"Origin": address}
    page = Page(
        httpx.AsyncClient(
            base_url=address, headers=origin, timeout=PATIENCE_S, follow_redirects=True, limits=unlimited
        ),
        shown,
    )
    try:
        yield page
    finally:
        await page.close()


@dataclass(frozen=True, slots=True)
class Employee:
    """Somebody in the web chat, in a conversation with a case."""

    page: Page
    conversation: str
    csrf: str

    async def say(self, text: str) -> None:
        form = {"csrf": self.csrf, "conversation": self.conversation, "message_id": secrets.token_hex(16), "text": text}
        await self.page.post("/chat/messages", **form)


async def arrive(page: Page, wish: str) -> Employee:
    """Open the chat, and its stream, and ask for a person."""
    answer = (await page.http.get("/chat")).raise_for_status()
    employee = Employee(page, answer.url.path.rpartition("/")[2], field_of(answer.text, "csrf"))
    await page.listen("/chat/events", conversation=employee.conversation)
    await employee.say(wish)
    return employee


@dataclass(frozen=True, slots=True)
class Coordinator:
    """Somebody at the desk who has claimed every case and has them all open."""

    page: Page
    csrf: str
    versions: dict[str, str]
    """Case number -> the version its page showed."""

    async def say(self, case: str, text: str) -> None:
        form = {"csrf": self.csrf, "version": self.versions[case], "key": secrets.token_hex(16), "mode": "reply"}
        await self.page.post(f"/desk/cases/{case}/say", **form, text=text)


async def sit_down(page: Page, desk_link: str, cases: int) -> Coordinator:
    """Sign in, wait for so many cases in the queue, and claim each of them."""
    await page.post("/sign-in", link=desk_link.rpartition("/")[2])
    numbers: Sequence[str] = ()
    async with asyncio.timeout(ARRIVES_WITHIN_S):
        while len(numbers) < cases:
            queue = (await page.http.get("/desk")).raise_for_status().text
            numbers = sorted(set(re.findall(r'data-case="(\d+)"', queue)))
    await page.listen("/desk/events")
    versions = {}
    for number in numbers:
        shown = (await page.http.get(f"/desk/cases/{number}")).raise_for_status().text
        form = {"csrf": field_of(shown, "csrf"), "version": field_of(shown, "version")}
        await page.post(f"/desk/cases/{number}/claim", **form)
        shown = (await page.http.get(f"/desk/cases/{number}")).raise_for_status().text
        versions[number] = field_of(shown, "version")
        await page.listen(f"/desk/cases/{number}/events")
    return Coordinator(page, field_of(shown, "csrf"), versions)


@dataclass(frozen=True, slots=True)
class Relayed:
    """Milliseconds from due to seen, by direction; how many were never seen; what the server needed for each."""

    to_employee_ms: list[float]
    to_coordinator_ms: list[float]
    lost: int
    cpu_ms: float


async def converse(running: Running, wish: str, cases: int, per_second: float, messages: int) -> Relayed:
    """So many messages in all, every other one in the other direction."""
    employees_see, desk_sees = Shown(), Shown()
    async with contextlib.AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(browser(running.address, employees_see)) for _ in range(cases)]
        employees = [await arrive(page, wish) for page in pages]
        desk = await stack.enter_async_context(browser(running.address, desk_sees))
        coordinator = await sit_down(desk, running.desk_link, cases)
        numbers = list(coordinator.versions)
        before = running.cpu_s()
        begun = time.perf_counter() + 0.5
        due = {f"nachricht{number}x": begun + number / per_second for number in range(messages)}
        async with asyncio.TaskGroup() as sending:
            for number, (word, at) in enumerate(due.items()):
                await asyncio.sleep(max(0.0, at - time.perf_counter()))
                case = number // 2 % cases
                if number % 2:
                    sending.create_task(employees[case].say(word))
                else:
                    sending.create_task(coordinator.say(numbers[case], word))
        replies, asked = list(due)[::2], list(due)[1::2]
        await employees_see.all_of(replies)
        await desk_sees.all_of(asked)
        cpu_ms = 1000 * (running.cpu_s() - before) / messages
    return Relayed(
        [1000 * (employees_see.at[word] - due[word]) for word in replies if word in employees_see.at],
        [1000 * (desk_sees.at[word] - due[word]) for word in asked if word in desk_sees.at],
        len(set(replies) - employees_see.at.keys()) + len(set(asked) - desk_sees.at.keys()),
        cpu_ms,
    )


def figures(
    place: Place, messages: int, cases: int = CASES, per_second: float = PER_SECOND, wish: str = WISH
) -> list[Figure]:
    """Median and 95th percentile of each direction."""
    apart = replace(place, folder=place.folder / "relay")  # with a store of its own, in which there are no other cases
    apart.folder.mkdir()
    with lotse_running(apart) as running:
        relayed = asyncio.run(converse(running, wish, cases, per_second, messages))
    directions = {
        "coordinator to employee": relayed.to_employee_ms,
        "employee to coordinator": relayed.to_coordinator_ms,
    }
    note = f"{messages} messages, {per_second:g} a second, {cases} cases with both pages open"
    return [
        *(
            Figure(f"relay, {name}, p{100 * share:.0f}", percentile(found, share), "ms", note)
            for name, found in directions.items()
            for share in (0.5, 0.95)
        ),
        Figure("relay, never seen", relayed.lost, "messages"),
        Figure("relay, time of the server's cores per message", relayed.cpu_ms, "ms"),
    ]
