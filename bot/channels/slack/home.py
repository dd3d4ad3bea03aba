"""The app's home: what may be asked, and how one's own cases stand."""

from collections.abc import Sequence

from bot.channels.looking import OwnCase
from bot.channels.slack import slack_desk_words as desk_words
from bot.channels.slack import slack_words as words
from bot.channels.slack.block_parts import Json, button, plain
from bot.channels.slack.blocks import aside, rich_text, section, words_of
from bot.channels.slack.home_topics import Place, topic_blocks
from bot.channels.slack.interactions import ASK_PERSON, ASK_STARTER
from bot.model import Locale, Reply, Span

MOST_CASES = 20


def home_view(
    starters: Sequence[str],
    topics: Place,
    cases: Sequence[OwnCase],
    locale: Locale,
    queue: Reply | None = None,
    asked: str = "",
) -> Json:
    """The home of one employee; a coordinator's begins with the ``queue``. ``asked``: the question that was just pressed here."""
    blocks: list[Json] = [
        {"type": "header", "text": plain(words.HOME_TITLE[locale])},
        rich_text(section((Span(words.HOME_ABOUT[locale]),))),
    ]
    if queue is not None:
        blocks += [_heading(desk_words.HOME_QUEUE[locale]), *words_of(queue)]
    if starters:
        asks = [button(question, f"{ASK_STARTER}-{number}", "ask") for number, question in enumerate(starters, 1)]
        blocks += [_heading(words.HOME_ASK[locale]), {"type": "actions", "block_id": "starters", "elements": asks}]
    blocks += topic_blocks(topics, locale)
    if asked:
        blocks.append(aside((Span(words.HOME_ASKED[locale].replace("{question}", asked)),)))
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
