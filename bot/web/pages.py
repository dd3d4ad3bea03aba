"""Turns rows into HTML: the templates, what they may call, and the files beside them. Everything is escaped."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from types import MappingProxyType
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.config import TIMEZONE
from bot.model import SOURCE_WORDS, Bullets, Locale, voice_of
from bot.web.page_texts import TEXTS

KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file the pages load: its bytes, its kind, and a digest that changes with it."""

    body: bytes
    kind: str
    digest: str


def _load_assets() -> Mapping[str, Asset]:
    assets = {}
    for file in resources.files("bot.web").joinpath("static").iterdir():
        kind = KINDS.get(file.name.rpartition(".")[2])
        if kind is not None:
            body = file.read_bytes()
            assets[file.name] = Asset(body, kind, hashlib.sha256(body).hexdigest()[:12])
    return MappingProxyType(assets)


ASSETS = _load_assets()


def asset_address(name: str) -> str:
    """Where a page finds this file; the address changes with the content, so browsers may keep it for good."""
    return f"/static/{name}?v={ASSETS[name].digest}"


async def static_file(request: Request) -> Response:
    """One of the files above; anything else is not found, so no path can lead out of the folder."""
    asset = ASSETS.get(request.path_params["name"])
    if asset is None:
        return Response(status_code=404)
    current = request.query_params.get("v") == asset.digest
    caching = "public, max-age=31536000, immutable" if current else "no-cache"
    return Response(asset.body, media_type=asset.kind, headers={"Cache-Control": caching})


def is_web_address(address: object) -> bool:
    """Whether this may become a link: http or https with a host, and no control characters or spaces in it."""
    if not isinstance(address, str) or any(char <= " " or char == "\x7f" for char in address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _clock(at: datetime) -> str:
    return at.astimezone(TIMEZONE).strftime("%H:%M")


def _moment(at: datetime, locale: Locale) -> str:
    return at.astimezone(TIMEZONE).strftime("%d.%m.%Y, %H:%M" if locale == "de" else "%d %b %Y, %H:%M")


_environment = Environment(
    loader=PackageLoader("bot.web"),
    auto_reload=False,  # a template changes with the program, and asking the disk at each use is a good part of using it
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.filters |= {"clock": _clock, "moment": _moment, "iso": lambda at: at.isoformat(timespec="seconds")}
_environment.tests |= {"web_address": is_web_address, "bullets": lambda block: isinstance(block, Bullets)}
_environment.globals |= {
    "asset": asset_address,
    "new_message_id": lambda: secrets.token_hex(16),
    "source_words": SOURCE_WORDS,
    "voice_of": voice_of,
}


def page(name: str, locale: Locale, *, status: int = 200, **values: object) -> HTMLResponse:
    """A whole page in this language."""
    template = _environment.get_template(name)
    return HTMLResponse(template.render(locale=locale, t=TEXTS[locale], **values), status_code=status)


def message_html(row: object, about_page: object, locale: Locale) -> str:
    """One message as it stands in the page, for the live update."""
    macro = _environment.get_template("_message.html").module.message  # type: ignore[attr-defined]
    return str(macro(row, about_page, TEXTS[locale]))


def fragment(template: str, macro: str, locale: Locale, *given: object) -> Markup:
    """A part of a page, by the macro that makes it; the words of the language come last."""
    made: Markup = getattr(_environment.get_template(template).module, macro)(*given, TEXTS[locale])
    return made


@dataclass(frozen=True, slots=True)
class SendAgain:
    """A form that could not be taken in, as it can be sent once more; what was typed is shown."""

    action: str
    fields: tuple[tuple[str, str], ...]
    typed: tuple[str, ...]


def notice_page(
    locale: Locale,
    about: str,
    *,
    status: int,
    link: str | None = "/chat",
    link_words: str = "to_chat",
    refresh: bool = False,
    again: SendAgain | None = None,
) -> HTMLResponse:
    """A page that only says something: what happened, and where to go on, if anywhere."""
    words = TEXTS[locale]
    return page(
        "notice.html",
        locale,
        status=status,
        heading=words[f"{about}_title"],
        words=words[about],
        link=link,
        link_words=words[link_words],
        refresh_to=link if refresh else None,
        again=again,
    )


def as_json(data: object) -> str:
    """Compact JSON for an event stream; it holds no line break."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))
