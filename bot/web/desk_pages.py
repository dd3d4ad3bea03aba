"""The pages of the desk, put together: queue, case, steps in a case, absence, gaps, drafts, and the live updates."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.model import LOCALES
from bot.web.desk_absence import DeskAbsence
from bot.web.desk_actions import DeskActions
from bot.web.desk_case import DeskCase
from bot.web.desk_drafts import DeskDrafts
from bot.web.desk_events import DeskEvents
from bot.web.desk_gaps import DeskGaps
from bot.web.desk_parts import DeskParts
from bot.web.desk_queue import DeskQueue
from bot.web.requests import Refused, remember_language


def desk_routes(parts: DeskParts) -> list[Route]:
    """All routes below ``/desk`` but that of one's own sessions, which must stand before them."""

    async def language(request: Request) -> Response:
        """The other language, from the next page on."""
        posted = await parts.door.read_posted(request)
        locale, back = posted.fields.get("locale"), posted.fields.get("back", "/desk")
        if locale not in LOCALES:
            raise Refused("error_bad_request")
        response = RedirectResponse(back if _is_ours(back) else "/desk", status_code=303)
        remember_language(request, response, locale)
        return response

    return [
        *DeskEvents(parts).routes(),
        *DeskQueue(parts).routes(),
        Route("/desk/language", language, methods=["POST"]),
        *DeskAbsence(parts).routes(),
        *DeskGaps(parts).routes(),
        *DeskDrafts(parts).routes(),
        *DeskCase(parts).routes(),
        *DeskActions(parts).routes(),
    ]


def _is_ours(address: str) -> bool:
    """Whether this leads to a page of the desk, and nowhere else."""
    return (
        (address == "/desk" or address.startswith(("/desk/", "/desk?")))
        and "\\" not in address
        and address.isprintable()
    )
