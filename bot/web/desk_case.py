"""The page of one case. Everything on it works by forms; the script only makes it faster and keeps it up to date."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.dialogue.knowledge_insert import Insert
from bot.handoff.case_words import ERASED
from bot.model import CaseNumber, Locale
from bot.store.desk_reading import CaseFile, ErasedCase
from bot.web.desk_case_view import MOST_LINES, case_view, choices_of, line_view, with_days
from bot.web.desk_parts import DeskParts
from bot.web.desk_regions import Region, region, state_of
from bot.web.door import SignedIn
from bot.web.page_texts import TEXTS
from bot.web.pages import fragment, page
from bot.web.requests import Refused, locale_of
from bot.web.rights import access_queue


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed and pressed, when it could not be done: it stands on the page again, with the reason."""

    problem: str = ""
    move: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    inserts: tuple[Insert, ...] | None = None

    def of(self, move: str, name: str, otherwise: str = "") -> str:
        """What was typed into this field of this form."""
        return self.fields.get(name, otherwise) if move == self.move else otherwise


NOTHING_TYPED = Typed()

LineCache = dict[int, tuple[tuple[object, ...], Region]]
"""The lines a page has shown already: by number what each was made of, and the region."""


def case_number(request: Request) -> CaseNumber:
    """The number in the address. Raises Refused: what is no number is no case."""
    given = request.path_params["number"]
    if not (given.isascii() and given.isdigit() and len(given) <= 12):
        raise Refused("error_no_access")
    return CaseNumber(int(given))


async def case_regions(
    parts: DeskParts,
    me: SignedIn,
    file: CaseFile,
    locale: Locale,
    typed: Typed = NOTHING_TYPED,
    lines: LineCache | None = None,
) -> tuple[Region, ...]:
    """The parts of the page that change by themselves: what stands around the lines, then each line."""
    view = case_view(parts, file, me.staff, locale)
    choices = await choices_of(parts, file.facts, me.staff, locale)
    others = parts.presence.others(file.facts.number, me.staff)
    return (
        region("head", fragment("_desk_case.html", "head", locale, view)),
        region("card", fragment("_desk_case.html", "card", locale, view)),
        region("moves", fragment("_desk_moves.html", "moves", locale, view, choices, me, typed)),
        region("others", fragment("_desk_case.html", "others", locale, others)),
        region("hint", fragment("_desk_case.html", "hint", locale, view)),
        *_lines(parts, me, file, locale, lines if lines is not None else {}),
    )


def _lines(parts: DeskParts, me: SignedIn, file: CaseFile, locale: Locale, cache: LineCache) -> tuple[Region, ...]:
    """The newest lines. One that is made of the same as before is not made again: a line that did not change is the same object."""
    regions: list[Region] = []
    content, name, after = parts.content, file.name, ""
    for line, day in with_days(file.lines[-MOST_LINES:], locale):
        made_of = (line, day, after, name, content)
        known, shown = cache.get(line.id, (None, None))
        if shown is None or known != made_of:
            view = line_view(line, day, me.staff, content, locale)
            html = fragment("_desk_line.html", "line", locale, view, file.facts.number, name, me)
            shown = region(f"line{line.id}", html, after)
            cache[line.id] = made_of, shown
        regions.append(shown)
        after = shown.name
    return tuple(regions)


def erased_page(me: SignedIn, case: ErasedCase, locale: Locale, status: int = 200) -> Response:
    """What is left of a case whose person had everything deleted."""
    return page("desk_erased.html", locale, status=status, me=me, case=case, erased=ERASED[locale])


async def show_case(
    parts: DeskParts,
    me: SignedIn,
    file: CaseFile | ErasedCase,
    locale: Locale,
    *,
    status: int = 200,
    said: str = "",
    typed: Typed = NOTHING_TYPED,
) -> Response:
    """The page of this case, or the line that is left of it."""
    if isinstance(file, ErasedCase):
        return erased_page(me, file, locale)
    regions = await case_regions(parts, me, file, locale, typed)
    return page(
        "desk_case.html",
        locale,
        status=status,
        me=me,
        view=case_view(parts, file, me.staff, locale),
        regions={one.name: one for one in regions if one.after is None},
        lines=[one for one in regions if one.after is not None],
        state=state_of(regions),
        said=said,
        typed=typed,
    )


SAID = frozenset(
    {"claim", "transfer", "wait", "go_on", "resolve", "to_queue", "to_bot", "reopen", "transcript", "draft"}
)
"""Steps the page confirms in a sentence."""


@dataclass(frozen=True, slots=True)
class DeskCase:
    """The route of the page."""

    parts: DeskParts

    def routes(self) -> list[Route]:
        """The page."""
        return [Route("/desk/cases/{number}", self.show)]

    async def show(self, request: Request) -> Response:
        """The case, if this person may see it."""
        me = await self.parts.enter(request, access_queue)
        locale = locale_of(request, None)
        file = await self.parts.case(me, case_number(request))
        said = request.query_params.get("said", "")
        return await show_case(
            self.parts, me, file, locale, said=TEXTS[locale][f"desk_did_{said}"] if said in SAID else ""
        )
