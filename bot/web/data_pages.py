"""*Meine Daten* on the web: everything stored about the person of this browser, to read and to take along."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.config import TIMEZONE
from bot.dialogue.person_report import report_of
from bot.model import Person
from bot.store.database import Database
from bot.store.privacy import person_data
from bot.web.chat_view import CHANNEL
from bot.web.pages import page
from bot.web.requests import Refused, locale_of, visitor_of
from bot.web.visitor import Seal


@dataclass(frozen=True, slots=True)
class DataPages:
    """The routes of *Meine Daten*. Whose data it is comes from the signed cookie and from nowhere else."""

    database: Database
    seal: Seal
    clock: Callable[[], datetime]

    def routes(self) -> list[Route]:
        """The page and the file."""
        return [Route("/chat/data", self.show), Route("/chat/data/download", self.download)]

    async def show(self, request: Request) -> Response:
        """Everything in words."""
        visitor = visitor_of(request, self.seal)
        locale = locale_of(request, visitor)
        data = await person_data(self.database, Person(CHANNEL, visitor.person)) if visitor else None
        return page("data.html", locale, sections=report_of(data or {}, locale))

    async def download(self, request: Request) -> Response:
        """Everything as JSON, for other programs too. Raises Refused when nothing is stored."""
        visitor = visitor_of(request, self.seal)
        data = await person_data(self.database, Person(CHANNEL, visitor.person)) if visitor else None
        if visitor is None or data is None:
            raise Refused("error_not_found")
        now = self.clock().astimezone(TIMEZONE)
        about = {"channel": CHANNEL, "user": visitor.person, "exported_at": now.isoformat(timespec="seconds")}
        return Response(
            json.dumps({**about, "data": data}, ensure_ascii=False, indent=2),
            media_type="application/json",
            headers={"Content-Disposition": f'attachment; filename="lotse-{now:%Y-%m-%d}.json"'},
        )
