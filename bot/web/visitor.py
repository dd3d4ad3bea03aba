"""Who is at the other end of a browser: an id made by chance, kept in one signed cookie. Nothing else is known.

A conversation's id carries a signature bound to that person, so whether somebody may see a conversation is decided
from the id alone, before any row is read, and an id made up or copied from somebody else is simply not found.
Rejected: asking the store who owns a conversation (a new one has no row yet), and a session table (one more place
with personal data to keep and to erase).
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from bot.model import LOCALES, Locale

COOKIE = "lotse"

_HEX = re.compile(r"[0-9a-f]{32}")
_HALF = 16
"""Hex digits of a conversation's id that are chance; the other half is its signature (64 bits, guessed only online)."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser's person, the conversation it looked at last, and the language chosen for the pages."""

    person: str
    conversation: str
    locale: Locale | None = None


class Seal:
    """Signs and checks what a browser brings back; made from the secret of the settings."""

    def __init__(self, secret: str) -> None:
        """Keep the secret for signing; it never leaves this object."""
        self._key = secret.encode()

    def _sign(self, purpose: str, value: str, length: int = 32) -> str:
        return hmac.new(self._key, f"{purpose}\0{value}".encode(), hashlib.sha256).hexdigest()[:length]

    def new_visitor(self, locale: Locale | None = None) -> Visitor:
        """Somebody not seen before, with an empty conversation."""
        person = secrets.token_hex(16)
        return Visitor(person, self.new_conversation(person), locale)

    def new_conversation(self, person: str) -> str:
        """The id of a new conversation of this person."""
        chance = secrets.token_hex(_HALF // 2)
        return chance + self._sign("conversation", f"{person}\0{chance}", _HALF)

    def owns(self, visitor: Visitor, conversation: str) -> bool:
        """Whether this conversation is this person's."""
        if not _HEX.fullmatch(conversation):
            return False
        expected = self._sign("conversation", f"{visitor.person}\0{conversation[:_HALF]}", _HALF)
        return hmac.compare_digest(conversation[_HALF:], expected)

    def csrf(self, visitor: Visitor) -> str:
        """The token every form of this person carries."""
        return self._sign("csrf", visitor.person)

    def csrf_holds(self, visitor: Visitor, token: str) -> bool:
        """Whether a form came from a page made for this person."""
        return hmac.compare_digest(token.encode(), self.csrf(visitor).encode())

    def to_cookie(self, visitor: Visitor) -> str:
        """The cookie's value, such as ``person.conversation.de.signature``."""
        payload = f"{visitor.person}.{visitor.conversation}.{visitor.locale or ''}"
        return f"{payload}.{self._sign('cookie', payload)}"

    def from_cookie(self, value: str | None) -> Visitor | None:
        """The person of this cookie; None when it is missing, changed or from before the secret was."""
        payload, _, signature = (value or "").rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign("cookie", payload).encode()):
            return None
        person, conversation, locale = payload.split(".")
        return Visitor(person, conversation, locale if locale in LOCALES else None)


def preferred_locale(accept_language: str) -> Locale:
    """The language a browser asks for; German when it asks for neither German nor English.

    Shape: ``de-DE,de;q=0.9,en;q=0.5``.
    """
    wishes: list[tuple[float, int, Locale]] = []
    for place, part in enumerate(accept_language[:500].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        name = tag.strip().lower()[:2]
        if name in LOCALES:
            number = float(weight) if re.fullmatch(r"[01](\.\d{1,3})?", weight) else 1.0
            wishes.append((-number, place, name))
    return min(wishes)[2] if wishes else "de"
