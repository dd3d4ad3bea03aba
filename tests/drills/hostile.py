"""Whatever stands in any field of any page, or in any part of an address, stays words: no fault, no markup, no way out.

The pages themselves say which fields there are: every form of every page is found in its HTML, filled in as a browser would, and
sent once with the payload in everything that is typed and once for each single field, hidden ones, ids and tokens included.
Then every page is looked at by whoever may see it. What a page may consist of is learnt from a run with harmless words that hold
everything a coordinator may format; a tag, an attribute or an address beyond that is a finding.
"""

import asyncio
import contextlib
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

from bot.store import tables
from tests.drills.registry import Counts, Drill
from tests.web.desk_acting import NOTE, act, case_of
from tests.web.payloads import HOSTILE_VALUES
from tests.web.site import Guest, arrived, running_site, signed_in

HARMLESS = "harmlos **fett** `code` https://example.org\n\n- Punkt\n- [Seite](https://example.org/a)\n\nEnde"
FILLED_IN = {
    "note": NOTE, "text": "Guten Tag", "reason": "gehört nicht zu uns", "words": "bonus", "sentence": "Was zahlt das Land dazu",
    "summary": "Alles Gute", "until": "2026-12-01", "since": "", "target": "bonus.amount", "q": "bonus",
}  # fmt: skip
PAGES = ("/desk/absence", "/desk/gaps", "/desk/drafts", "/desk/sessions", "/desk")
STATES = ("open", "claimed", "waiting", "resolved")
QUERIES = ("/desk?tab=%s", "/desk?team=%s", "/desk?q=%s", "/desk?said=%s", "/desk/cases/1?said=%s", "/sign-in/%s")
PATHS = ("/desk/cases/%s", "/desk/cases/%s/claim", "/desk/cases/1/%s", "/desk/cases/1/lines/%s/edit", "/desk/cases/1/lines/1/%s",
         "/chat/%s", "/static/%s")  # fmt: skip
BY_SCRIPT = {"/desk/cases/1/typing": {"typing": "yes"}, "/sign-in": {"link": "x"}}
"""What no form of a page we look at sends."""
FINE = frozenset({200, 204, 400, 403, 404, 405, 409, 413, 414, 429})


@dataclass
class Form:
    """One way to send a form: where to, with what, and which of its fields are typed into."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)

    @property
    def kind(self) -> str:
        """The same for every case, line and conversation."""
        return re.sub(r"\d+", "1", self.action)


class Page(HTMLParser):
    """The forms of a page, its tags with the names of their attributes, and every address."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.shape: set[tuple[str, tuple[str, ...]]] = set()
        self.addresses: list[tuple[str, str]] = []
        self._form: Form | None = None
        self._select: str | None = None
        self._buttons: list[tuple[str | None, str | None, str]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.shape.add((tag, tuple(sorted(given))))
        self.addresses += [
            (tag, given[name] or "") for name in ("href", "src", "action", "formaction") if name in given
        ]
        if tag == "form":
            self._form = Form(given.get("action", "")) if given.get("method", "get").lower() == "post" else None
            self._buttons = []
        elif self._form is not None:
            self._control(tag, given)

    def _control(self, tag, given):
        form, name, value = self._form, given.get("name"), given.get("value") or ""
        if tag == "button" and (name or given.get("formaction")):
            self._buttons.append((given.get("formaction"), name, value))
        elif tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select:
            if value and "disabled" not in given and not form.fields.get(self._select):
                form.fields[self._select] = value
        elif tag == "textarea" and name:
            form.fields[name] = FILLED_IN.get(name, "x")
            form.typed.add(name)
        elif tag == "input" and name:
            kind = given.get("type", "text")
            if kind in ("radio", "checkbox"):
                form.fields.setdefault(name, value)
            else:
                filled = value if kind == "hidden" else FILLED_IN.get(name, value or "x")
                form.fields[name] = f"{filled}T08:00" if kind == "datetime-local" and filled else filled
                if kind in ("text", "search"):
                    form.typed.add(name)

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = None
        elif tag == "form" and self._form is not None:
            self.forms.append(self._form)
            for action, name, value in self._buttons:
                more = {name: value} if name else {}
                self.forms.append(Form(action or self._form.action, {**self._form.fields, **more}, self._form.typed))
            self._form = None

    def handle_comment(self, data):
        self.shape.add(("comment", (data,)))


@dataclass
class Judge:
    """What answers may consist of, and what was found in them. While ``learning`` nothing is a finding."""

    known: set[tuple[str, tuple[str, ...]]] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=lambda: Counter(answers=0, faults=0, markup=0, leads_away=0))
    examples: list[str] = field(default_factory=list)
    fields: set[tuple[str, str]] = field(default_factory=set)
    learning: bool = True

    def look(self, answer, what: str) -> Page | None:
        """Judge one answer; the page, if it is one."""
        self.counts["answers"] += 1
        if answer.status_code not in FINE:
            self._found("faults", f"{what}: {answer.status_code}")
        if "text/html" not in answer.headers.get("content-type", ""):
            return None
        page = Page(answer.text)
        if self.learning:
            self.known |= page.shape
            return page
        for tag, attributes in page.shape - self.known:
            self._found("markup", f"{what}: <{tag} {' '.join(attributes)}>")
        for tag, address in page.addresses:
            ours = re.match(r"/(?![/\\])|#", address) is not None
            if not ours and not (tag == "a" and re.match(r"https?://[^/]", address)):
                self._found("leads_away", f"{what}: {tag} {address[:60]!r}")
        return page

    def _found(self, kind: str, words: str) -> None:
        self.counts[kind] += 1
        if len(self.examples) < 20:
            self.examples.append(f"{kind} {words}")


@dataclass
class Round:
    """One payload at every place. ``anna`` is coordinator and admin."""

    site: object
    judge: Judge
    payload: str
    anna: Guest
    people: contextlib.AsyncExitStack
    sent: set[tuple[str, frozenset[str]]] = field(default_factory=set)

    async def all(self) -> None:
        """Every form of every page, every part of an address, then every page once more."""
        guest = await self.arrive()
        await self.see(guest, guest.path)  # still empty, with questions to begin with
        await guest.say("Hallo")
        await guest.say("Auswahl")
        await guest.see("Bitte wählen Sie.")
        await self.every_form(guest, guest.path)
        for state in STATES:
            await self.every_step(state)
        for path in PAGES:
            await self.every_form(self.anna, path)
            await self.see(self.anna, path)
        await self.see(guest, "/chat/data")
        for action, fields in BY_SCRIPT.items():
            for name in ("csrf", *fields):
                await self.send(self.anna, Form(action, {"csrf": self.anna.csrf, **fields}), {name})
        await self.every_address()
        for tab in ("team", "new", "mine", "waiting", "overdue", "done"):
            await self.see(self.anna, f"/desk?tab={tab}")

    async def arrive(self) -> Guest:
        return await self.people.enter_async_context(arrived(self.site))

    async def see(self, who: Guest, path: str) -> Page:
        page = self.judge.look(await who.http.get(path), f"GET {path}")
        assert page is not None, path
        return page

    async def every_form(self, who: Guest, path: str, kinds: frozenset[str] | None = None) -> None:
        """Send every form of this page that was not sent yet, first with everything in it that is typed."""
        for form in (await self.see(who, path)).forms:
            if kinds is not None and form.kind not in kinds:
                continue
            for replaced in (form.typed, *({name} for name in form.fields)):
                if self.is_new(form, replaced):
                    await self.send(who, form, replaced)

    def is_new(self, form: Form, replaced: set[str]) -> bool:
        """Whether these fields of this kind of form have not had the payload in this round."""
        return bool(replaced) and (form.kind, frozenset(replaced)) not in self.sent

    async def send(self, who: Guest, form: Form, replaced: set[str]) -> None:
        """The form with the payload in these fields."""
        self.sent.add((form.kind, frozenset(replaced)))
        self.judge.fields |= {(form.kind, name) for name in replaced}
        given = {**form.fields, **dict.fromkeys(replaced, self.payload)}
        answer = await who.http.post(form.action, data=given)
        self.judge.look(answer, f"POST {form.kind} {sorted(replaced)} {self.payload[:40]!r}")

    async def every_step(self, state: str) -> None:
        """The forms of a case in this state; each on a case of its own, because most of them lead to another state."""
        number, guest = await self.case_in(state)
        forms = (await self.see(self.anna, f"/desk/cases/{number}")).forms
        fresh = True
        for kind in dict.fromkeys(
            form.kind for form in forms if any(self.is_new(form, {name}) for name in form.fields)
        ):
            if not fresh:
                number, guest = await self.case_in(state)
            await self.every_form(self.anna, f"/desk/cases/{number}", frozenset({kind}))
            await self.see(self.anna, f"/desk/cases/{number}")
            await self.see(guest, guest.path)
            fresh = not kind.startswith("/desk/cases/")

    async def case_in(self, state: str) -> tuple[int, Guest]:
        guest = await self.arrive()
        await guest.say(self.payload)
        number = await case_of(self.site, guest)
        if state != "open":
            await act(self.anna, number, "say", text="Moin")
        if state == "waiting":
            await act(self.anna, number, "wait", whom="employee", until="", text="Welches Zeugnis?")
        elif state == "resolved":
            await act(self.anna, number, "resolve", code="answered", summary="")
        return number, guest

    async def every_address(self) -> None:
        """Each part of an address that names something."""
        there = quote(self.payload[:300].encode("utf-8", "replace"), safe="")
        for path in (*QUERIES, *PATHS):
            self.judge.fields.add((path, "address"))
            self.judge.look(await self.anna.http.get(path % there), f"GET {path} {self.payload[:40]!r}")
        for path in PATHS:
            answer = await self.anna.submit(path % there, version="1", text="x", mode="note", key="k" * 12)
            self.judge.look(answer, f"POST {path} {self.payload[:40]!r}")


async def rounds(payloads: list[str], folder: Path) -> Judge:
    """A harmless round to learn from, then one for each payload."""
    judge = Judge()
    async with running_site(folder) as site, signed_in(site) as anna:
        await some_gaps(site, anna)
        for payload in (HARMLESS, *payloads):
            async with contextlib.AsyncExitStack() as people:
                await Round(site, judge, payload, anna, people).all()
            judge.learning = False
            await clear_away(site)
            judge.counts["rounds"] += 1
        judge.counts["unfit"] = len(
            {route.path for route in site.app.routes if "POST" in (route.methods or ())} - _tried(judge)
        )
    return judge


async def clear_away(site) -> None:
    """Without the cases of this round: a list that grows with every payload makes each of them slower."""
    async with site.database.transaction() as connection:
        for table in (
            tables.case_messages,
            tables.timers,
            tables.cases,
            tables.outbox,
            tables.transcript,
            tables.inbox,
        ):
            await connection.execute(table.delete())


async def some_gaps(site, anna: Guest) -> None:
    """One on the list, and one that was set aside."""
    gap = {"at": site.clock(), "kind": "known", "locale": "de", "offered": []}
    questions = {
        "bonus.documents": "Welche Unterlagen braucht der Bonus?",
        "bonus.deadline": "Bis wann gilt der Bonus?",
    }
    async with site.database.transaction() as connection:
        for label, question in questions.items():
            await connection.execute(tables.gaps.insert().values(label=label, question=question, **gap))
    numbers = re.findall(r'id="gap(\d+)"', (await anna.at("/desk/gaps")).text)
    await anna.submit("/desk/gaps/ignore", gap=numbers[0], reason="gehört nicht zu uns")


def _tried(judge: Judge) -> set[str]:
    """The routes that were sent something, as the application writes them."""
    tried = set()
    for kind, _ in judge.fields:
        kind = re.sub(r"cases/1/lines/1/[\w-]+", "cases/{number}/lines/{line}/{what}", kind)
        kind = re.sub(r"cases/1/(knowledge|typing)$", r"cases/{number}/\1", kind)
        tried.add(re.sub(r"cases/1/\w+$", "cases/{number}/{move}", kind))
    return tried


def run(points: int, seed: int, folder: Path) -> Counts:
    payloads = list(HOSTILE_VALUES)
    random.Random(seed).shuffle(payloads)
    judge = asyncio.run(rounds(payloads[:points], folder))
    counts: Counts = {"seed": seed, "fields": len(judge.fields), "payloads": min(points, len(payloads)), **judge.counts}
    if judge.examples:
        counts["examples"] = " | ".join(judge.examples)
    return counts


HOSTILE = Drill(
    "hostile",
    "every field of every page with hostile text",
    len(HOSTILE_VALUES),
    run,
    ("faults", "markup", "leads_away", "unfit"),
)
