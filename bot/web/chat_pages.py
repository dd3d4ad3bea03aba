"""The chat: its page, and the five things a page can send (a message, a choice, a rating, the question why an answer was given, a
wish for another language).

All of them are ordinary forms that answer with a redirect; the script sends the same forms and asks for JSON. Nothing
is decided here. What was sent goes into the inbox, and the answer comes back through the outbox like everywhere else.
"""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.model import LOCALES, AskedWhy, Incoming, Input, Locale, OutboxId, Person, Pressed, Rated, Utterance
from bot.store.announce import transcript_topic
from bot.store.database import Database
from bot.store.transcripts import find_line
from bot.web.chat_view import CHANNEL, address_of, cases_elsewhere, external_id, look_at
from bot.web.page_texts import TEXTS
from bot.web.pages import fragment, page
from bot.web.requests import Posted, Refused, locale_of, own_conversation, read_posted, visitor_of
from bot.web.visitor import COOKIE, Seal, Visitor

MESSAGE_ID = re.compile(r"[A-Za-z0-9-]{8,64}")

MOMENTS, MOMENT_S = 6, 0.25
"""How often, and for how many seconds each, a page without script waits for news before it is shown without them."""

Suggestions = Callable[[Locale], Sequence[str]]
"""Up to four questions to begin with, computed from the content."""

AcceptInputs = Callable[[Sequence[Incoming]], Awaitable[None]]
"""Stores inputs; once it returns they survive a crash. Raises StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class AboutPage:
    """What every form on a page needs to be believed."""

    conversation: str
    csrf: str


@dataclass(frozen=True, slots=True)
class ChatPages:
    """The routes of the chat, with what they need."""

    database: Database
    accept: AcceptInputs
    seal: Seal
    clock: Callable[[], datetime]
    suggestions: Suggestions
    keep_transcripts_days: int
    keep_cases_days: int

    def routes(self) -> list[Route]:
        """All routes below ``/chat``; the event stream is beside them."""
        return [
            Route("/chat", self.enter),
            Route("/chat/messages", self.post_message, methods=["POST"]),
            Route("/chat/choices", self.post_choice, methods=["POST"]),
            Route("/chat/ratings", self.post_rating, methods=["POST"]),
            Route("/chat/reasons", self.post_why, methods=["POST"]),
            Route("/chat/language", self.post_language, methods=["POST"]),
            Route("/chat/new", self.post_new, methods=["POST"]),
            Route("/chat/{conversation}", self.show),
        ]

    async def enter(self, request: Request) -> Response:
        """To the conversation this browser looked at last, or to a new one."""
        visitor = visitor_of(request, self.seal) or self.seal.new_visitor()
        return self._remember(request, visitor, RedirectResponse(f"/chat/{visitor.conversation}", status_code=303))

    async def show(self, request: Request) -> Response:
        """The page of one conversation."""
        conversation = request.path_params["conversation"]
        visitor = own_conversation(visitor_of(request, self.seal), conversation, self.seal)
        visitor = replace(visitor, conversation=conversation)
        locale = locale_of(request, visitor)
        view = await look_at(self.database, conversation)
        elsewhere = await cases_elsewhere(self.database, visitor.person, conversation)
        response = page(
            "chat.html",
            locale,
            page=AboutPage(conversation, self.seal.csrf(visitor)),
            rows=view.rows,
            after=view.after,
            waiting=view.waiting,
            elsewhere=fragment("_elsewhere.html", "elsewhere", locale, elsewhere),
            suggestions=() if view.rows else tuple(self.suggestions(locale))[:4],
            retention_days=self.keep_transcripts_days,
            case_days=self.keep_cases_days,
        )
        return self._remember(request, visitor, response)

    async def post_message(self, request: Request) -> Response:
        """Something was written, or a button with words was pressed; those are for Lotse, also while a coordinator has the case."""
        posted = await read_posted(request, self.seal)
        text = posted.fields.get("text", "").replace("\r\n", "\n").strip()
        if not text:
            raise Refused("error_empty")
        await self._take_in(posted, Utterance(text, to_lotse=posted.fields.get("to") == "lotse"), text)
        return self._done(posted, "latest")

    async def post_choice(self, request: Request) -> Response:
        """One of the choices under a reply was pressed. Its value comes from the reply, never from the request."""
        posted = await read_posted(request, self.seal)
        about, number = _number(posted, "about"), _number(posted, "choice")
        line = await find_line(self.database, address_of(posted.conversation), line_id=about)
        if line is None or not line.visible or line.reply is None or number >= len(line.reply.choices):
            raise Refused("error_not_found")
        await self._take_in(posted, Pressed(line.reply.choices[number].value), f"{about} {number}")
        return self._done(posted, "latest")

    async def post_rating(self, request: Request) -> Response:
        """*helpful* or *not helpful* under an answer of this conversation."""
        posted = await read_posted(request, self.seal)
        helpful, (about, line) = posted.fields.get("helpful"), await self._answer(posted)
        if helpful not in ("yes", "no"):
            raise Refused("error_bad_request")
        await self._take_in(posted, Rated(helpful == "yes", about), f"{about} {helpful}")
        return self._done(posted, f"m{line}")

    async def post_why(self, request: Request) -> Response:
        """Why an answer of this conversation was given, asked under that answer."""
        posted = await read_posted(request, self.seal)
        about, _ = await self._answer(posted)
        await self._take_in(posted, AskedWhy(about), f"{about} why")
        return self._done(posted, "latest")

    async def _answer(self, posted: Posted) -> tuple[OutboxId, int]:
        """The answer a form is about, and its line. Raises Refused where it is none of this conversation's."""
        about = OutboxId(posted.fields.get("about", ""))
        line = await find_line(self.database, address_of(posted.conversation), outbox_id=about) if about else None
        if line is None or not line.visible or line.reply is None or not line.reply.rateable:
            raise Refused("error_not_found")
        return about, line.id

    async def post_language(self, request: Request) -> Response:
        """The other language: for the pages, and, by a message, for a conversation that has begun."""
        posted = await read_posted(request, self.seal)
        locale = posted.fields.get("locale")
        if locale not in LOCALES:
            raise Refused("error_bad_request")
        if (await look_at(self.database, posted.conversation)).rows:
            words = TEXTS[locale]["language_words"]
            await self._take_in(posted, Utterance(words, to_lotse=True), words)
        visitor = replace(posted.visitor, conversation=posted.conversation, locale=locale)
        return self._remember(request, visitor, self._done(posted, "latest"))

    async def post_new(self, request: Request) -> Response:
        """A new, empty conversation; the earlier one stays as it is."""
        posted = await read_posted(request, self.seal)
        visitor = replace(posted.visitor, conversation=self.seal.new_conversation(posted.visitor.person))
        return self._remember(request, visitor, RedirectResponse(f"/chat/{visitor.conversation}", status_code=303))

    async def _take_in(self, posted: Posted, given: Input, content: str) -> None:
        """Store what was sent; for a form without script also wait a moment, so that its next page has the answer."""
        with self.database.announcer.listen(transcript_topic(address_of(posted.conversation))) as bell:
            await self._store(posted, given, content)
            moments = 0 if posted.wants_json else MOMENTS
            while moments and (await look_at(self.database, posted.conversation)).waiting:
                await bell.wait(MOMENT_S)
                moments -= 1

    async def _store(self, posted: Posted, given: Input, content: str) -> None:
        if not MESSAGE_ID.fullmatch(posted.message_id):
            raise Refused("error_bad_request")
        incoming = Incoming(
            address=address_of(posted.conversation),
            person=Person(CHANNEL, posted.visitor.person),
            external_id=external_id(posted.conversation, posted.message_id, content),
            input=given,
            sent_at=self.clock(),
        )
        await self.accept([incoming])

    def _done(self, posted: Posted, place: str) -> Response:
        if posted.wants_json:
            return JSONResponse({"stored": True}, status_code=202)
        return RedirectResponse(f"/chat/{posted.conversation}#{place}", status_code=303)

    def _remember(self, request: Request, visitor: Visitor, response: Response) -> Response:
        # The cookie lives as long as the last thing it may lead to: a case and its answer.
        response.set_cookie(
            COOKIE,
            self.seal.to_cookie(visitor),
            max_age=int(timedelta(days=self.keep_cases_days).total_seconds()),
            path="/chat",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return response


def _number(posted: Posted, name: str) -> int:
    """A small whole number of the form. Raises Refused."""
    value = posted.fields.get(name, "")
    if not re.fullmatch(r"[0-9]{1,12}", value):
        raise Refused("error_not_found")
    return int(value)
