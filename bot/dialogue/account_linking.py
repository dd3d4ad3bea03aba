"""Somebody of the staff links the account they write from: *verbinden* and the code they were shown at the desk."""

import re
from dataclasses import replace

from bot.dialogue import wording
from bot.dialogue.situation import Situation, finish
from bot.dialogue.turn import Turn
from bot.model import LinkAccount, LookedUp, Utterance

_CODE = re.compile(
    r"\s*[!/]?(?:verbinden|verknüpfen|link|connect)\s+([2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){2})\s*", re.IGNORECASE
)


def links_account(s: Situation) -> Turn | None:
    """The word and a code, and nothing else. What becomes of it the store finds out, and says in a ``LookedUp``."""
    found = _CODE.fullmatch(s.input.text) if isinstance(s.input, Utterance) else None
    if found is None:
        return None
    turn = finish(s, "control", "link_account", (), effects=(LinkAccount(found[1].upper()),), label="link_account")
    return replace(turn, state=replace(turn.state, introduced=s.state.introduced), effects=turn.effects[1:])


def linked(s: Situation, found: LookedUp) -> Turn:
    """Whether the account is linked now."""
    words = wording.ACCOUNT_LINKED if dict(found.found).get("linked") else wording.ACCOUNT_NOT_LINKED
    return finish(s, "control", "account_linked", (wording.say(words, s.locale),), label="link_account")
