"""The app's home: what may be asked, and how one's own cases stand."""

from collections.abc import Sequence

from bot.channels.looking import OwnCase
from bot.channels.slack import slack_words as words
from bot.channels.slack.blocks import Json, button, plain, rich_text, section
from bot.channels.slack.interactions import ASK_PERSON, ASK_STARTER
from bot.model import Locale, Span

MOST_CASES = 20


def home_view(starters: Sequence[str], cases: Sequence[OwnCase], locale: Locale) -> Json:
    """The home of one employee."""
    blocks: list[Json] = [
        {"type": "header", "text": plain(words.HOME_TITLE[locale])},
        rich_text(section((Span(words.HOME_ABOUT[locale]),))),
    ]
    if starters:
        asks = [button(question, f"{ASK_STARTER}-{number}", "ask") for number, question in enumerate(starters, 1)]
        blocks += [_heading(words.HOME_ASK[locale]), {"type": "actions", "block_id": "starters", "elements": asks}]
    blocks += [_heading(words.HOME_CASES[locale])]
    if cases:
        said = [section((Span(case.said),)) for case in cases[:MOST_CASES]]
        blocks.append(rich_text({"type": "rich_text_list", "style": "bullet", "elements": said}))
    else:
        blocks.append(rich_text(section((Span(words.NO_CASES[locale]),))))
    person = button(words.HOME_PERSON[locale], ASK_PERSON, "ask")
    blocks.append({"type": "actions", "block_id": "person", "elements": [person]})
    return {"type": "home", "blocks": blocks}


def cases_said(cases: Sequence[OwnCase], locale: Locale) -> str:
    """The same cases as plain text."""
    return "\n".join(case.said for case in cases[:MOST_CASES]) or words.NO_CASES[locale]


def _heading(text: str) -> Json:
    return rich_text(section((Span(text, bold=True),)))
