"""What a request must bring before anything is done for it, and how a refusal is told."""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.errors import LotseError
from bot.model import LOCALES, Locale
from bot.web.page_texts import TEXTS
from bot.web.pages import SendAgain, notice_page, page
from bot.web.visitor import COOKIE, Seal, Visitor, preferred_locale

MAX_FIELDS = 20

LANGUAGE_COOKIE = "lotse-language"
"""The language chosen at the desk."""

OF_THE_STAFF = ("/desk", "/studio", "/insights", "/sign-")
"""How the addresses of pages begin that are not for employees; their refusals lead back to the desk."""

Refusal = Literal[
    "error_empty",
    "error_too_long",
    "error_stale",
    "error_not_found",
    "error_unavailable",
    "error_bug",
    "error_bad_request",
    "error_no_chat",
    "error_signed_out",
    "error_no_access",
    "error_not_allowed",
]

STATUS: dict[Refusal, int] = {
    "error_empty": 400,
    "error_bad_request": 400,
    "error_stale": 403,
    "error_signed_out": 403,
    "error_not_allowed": 403,
    "error_not_found": 404,
    "error_no_chat": 404,
    "error_no_access": 404,
    "error_too_long": 413,
    "error_bug": 500,
    "error_unavailable": 503,
}


class Refused(LotseError):
    """This request is not carried out; ``why`` names the words that say so."""

    def __init__(self, why: Refusal) -> None:
        """Keep the reason."""
        super().__init__(why)
        self.why: Refusal = why


class ComesFromElsewhere(LotseError):
    """A link on another site led here, so the browser kept our cookie back; the page has to be asked for once more."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A form that was checked: it comes from this person's own page and concerns this person's own conversation."""

    visitor: Visitor
    conversation: str
    message_id: str
    fields: dict[str, str]
    wants_json: bool


def visitor_of(request: Request, seal: Seal) -> Visitor | None:
    """The person of this browser; None when it brings no cookie of ours.

    Raises ComesFromElsewhere when there may be one that the browser did not send: our cookie is SameSite=Strict, and a
    link on the intranet would otherwise start a new, empty conversation every time.
    """
    visitor = seal.from_cookie(request.cookies.get(COOKIE))
    if visitor is None and request.headers.get("sec-fetch-site") == "cross-site":
        raise ComesFromElsewhere
    return visitor


def locale_of(request: Request, visitor: Visitor | None) -> Locale:
    """The language of the pages: the one chosen, else the one the browser asks for."""
    if visitor and visitor.locale:
        return visitor.locale
    chosen = request.cookies.get(LANGUAGE_COOKIE) if is_of_the_staff(request) else None
    known = next((locale for locale in LOCALES if locale == chosen), None)
    return known or preferred_locale(request.headers.get("accept-language", ""))


def remember_language(request: Request, response: Response, locale: Locale) -> None:
    """Show the pages of the staff in this language from now on; it says nothing about anybody."""
    response.set_cookie(
        LANGUAGE_COOKIE,
        locale,
        max_age=365 * 24 * 3600,
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )


def own_conversation(visitor: Visitor | None, conversation: str, seal: Seal) -> Visitor:
    """The person, when the conversation is theirs. Raises Refused: to everybody else it does not exist."""
    if visitor is None or not seal.owns(visitor, conversation):
        raise Refused("error_not_found")
    return visitor


def comes_from_our_page(request: Request) -> bool:
    """Whether the browser says that this request was made by a page of ours.

    Under ``Referrer-Policy: no-referrer`` a form posts ``Origin: null``; then only ``Sec-Fetch-Site`` tells, which no
    page can set. A request with neither comes from no browser of today and is refused.
    """
    origin = request.headers.get("origin")
    if origin and origin != "null":
        return origin.partition("://")[2].lower() == request.headers.get("host", "").lower()
    return request.headers.get("sec-fetch-site") == "same-origin"


async def read_fields(request: Request) -> dict[str, str]:
    """The fields of a form, whoever sent it. Raises Refused, and BodyTooLong from the layer around."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Refused("error_bad_request")
    body = await request.body()
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="replace", max_num_fields=MAX_FIELDS)
    except ValueError:
        raise Refused("error_bad_request") from None
    # PostgreSQL stores no NUL; nobody means one.
    fields = {name: value.replace("\0", "") for name, value in pairs}
    request.state.fields = fields
    return fields


async def read_posted(request: Request, seal: Seal) -> Posted:
    """The form of this request. Raises Refused, and BodyTooLong from the layer around."""
    fields = await read_fields(request)
    visitor = seal.from_cookie(request.cookies.get(COOKIE))
    if visitor is None or not comes_from_our_page(request) or not seal.csrf_holds(visitor, fields.get("csrf", "")):
        raise Refused("error_stale")
    conversation = fields.get("conversation", visitor.conversation)
    own_conversation(visitor, conversation, seal)
    return Posted(visitor, conversation, fields.get("message_id", ""), fields, wants_json(request))


def wants_json(request: Request) -> bool:
    """Whether the script asked, rather than a form."""
    return "application/json" in request.headers.get("accept", "")


def is_of_the_staff(request: Request) -> bool:
    """Whether this address belongs to the pages one signs in for."""
    return request.url.path.startswith(OF_THE_STAFF)


TYPED = ("text", "note", "summary", "sentence", "reason")
"""Fields people type into; what stands in them is shown when it could not be stored."""


def send_again(request: Request) -> SendAgain | None:
    """The form of this request to be sent once more; only what came from a page of ours is written into one."""
    fields: dict[str, str] | None = getattr(request.state, "fields", None)
    if fields is None or not comes_from_our_page(request):
        return None
    typed = tuple(fields[name] for name in TYPED if fields.get(name, "").strip())
    return SendAgain(request.url.path, tuple(fields.items()), typed)


def refusal(request: Request, seal: Seal, why: Refusal) -> Response:
    """The answer to a request that is not carried out: words for people, the same words for the script."""
    for_staff = is_of_the_staff(request)
    locale = locale_of(request, None if for_staff else seal.from_cookie(request.cookies.get(COOKIE)))
    status = STATUS[why]
    again = send_again(request) if why == "error_unavailable" else None
    if wants_json(request):
        response: Response = JSONResponse({"error": why, "text": TEXTS[locale][why]}, status_code=status)
    elif why == "error_signed_out":
        response = page("sign_in_needed.html", locale, status=status, heading="error_signed_out_title")
    elif for_staff:
        response = notice_page(locale, why, status=status, link="/desk", link_words="to_desk", again=again)
    else:
        link = None if why == "error_no_chat" else "/chat"
        response = notice_page(locale, why, status=status, link=link, again=again)
    if status == STATUS["error_unavailable"]:
        response.headers["Retry-After"] = "10"
    return response
