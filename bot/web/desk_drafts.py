"""Drafts of answers from solved cases: a coordinator makes one with a press, an admin turns it into an answer or discards it."""

import asyncio
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.content.case_drafts import NothingToDraft, SolvedCase, guess_of
from bot.content.teaching import TeachingRefused
from bot.handoff.staff_rights import may, standings
from bot.handoff.working_time import local_day
from bot.model import Staff
from bot.store.desk_reading import CaseFile
from bot.web.desk_parts import DeskParts
from bot.web.pages import page
from bot.web.requests import Refused, locale_of
from bot.web.rights import access_drafts


@dataclass(frozen=True, slots=True)
class DeskDrafts:
    """The routes of the page."""

    parts: DeskParts

    def routes(self) -> list[Route]:
        """The page, and its form."""
        return [
            Route("/desk/drafts", self.show, methods=["GET"]),
            Route("/desk/drafts/discard", self.discard, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """Every draft that waits."""
        me = await self.parts.enter(request, access_drafts)
        waiting = await asyncio.to_thread(self.parts.drafts.waiting)
        may_discard = may("publish_draft", standings(me.staff))
        return page("desk_drafts.html", locale_of(request, None), me=me, drafts=waiting, may_discard=may_discard)

    async def discard(self, request: Request) -> Response:
        """Delete a draft that is done, or not wanted."""
        posted = await self.parts.door.read_posted(request)
        access_drafts(posted.me.staff, "publish_draft")
        if not await asyncio.to_thread(self.parts.drafts.discard, posted.fields.get("draft", "")):
            raise Refused("error_no_access")
        return RedirectResponse("/desk/drafts", status_code=303)


async def draft_of(parts: DeskParts, file: CaseFile, by: Staff) -> str | None:
    """Make a draft of a solved case; None when it is written, else the name of the words that say why not."""
    facts, case = file.facts, file.case
    written = [line for line in file.lines if line.kind == "coordinator" and not line.deleted and line.source]
    topic, aspect = guess_of(case.context.understood, facts.topic)
    names = {by.name, facts.owner_name, *(line.author_name for line in written)}
    if facts.consent and file.name != file.alias:
        names.add(file.name)
    solved = SolvedCase(
        facts.number,
        case.question,
        tuple(line.source for line in written),
        facts.locale,
        local_day(facts.resolved_at or parts.now()),
        topic,
        aspect,
        tuple(sorted(name for name in names if name)),
    )
    try:
        await asyncio.to_thread(parts.drafts.save, solved)
    except NothingToDraft:
        return "desk_draft_nothing"
    except (TeachingRefused, OSError):
        return "desk_draft_no_folder"
    return None
