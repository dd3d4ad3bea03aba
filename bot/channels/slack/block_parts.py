"""The small pieces blocks, forms and the home are made of."""

from typing import Any

Json = dict[str, Any]

LABEL = 75
"""Characters on a button."""


def plain(text: str) -> Json:
    """Words without any markup; ``:smile:`` stays what it is."""
    return {"type": "plain_text", "text": text, "emoji": False}


def button(text: str, action: str, value: str) -> Json:
    """A button; what is too long for it ends in an ellipsis, and stands in full in the message's text."""
    label = text if len(text) <= LABEL else f"{text[: LABEL - 1].rstrip()}…"
    return {"type": "button", "action_id": action, "text": plain(label), "value": value}
