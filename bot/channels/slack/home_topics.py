"""The topics on the app's home: areas, the topics of one, the sides of one; each press shows the next, the last one asks.

A button carries the way to what it stands for (``funding/weiterbildungsbonus``). It comes back from a client, so it is walked
along the menu as it is at that moment, and leads no further than that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.channels.looking import MenuEntry
from bot.channels.slack import slack_words as words
from bot.channels.slack.block_parts import Json, button
from bot.channels.slack.blocks import rich_text, section
from bot.channels.slack.interactions import OPEN_TOPIC
from bot.model import Locale, Pressed, Span

IN_A_ROW = 25
"""Buttons an ``actions`` block holds."""
MOST_BUTTONS = 75
BETWEEN = "/"
"""Stands between the keys of a way; no key holds one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the menu somebody stands: the entries they pressed, from the first, and what can be pressed there."""

    way: tuple[MenuEntry, ...]
    entries: Sequence[MenuEntry]

    @property
    def asked(self) -> Pressed | None:
        """The question that was pressed; None while there is more to choose from."""
        return self.way[-1].question if self.way else None


def place_at(menu: Sequence[MenuEntry], way: str) -> Place:
    """The place this way leads to, as far as the menu knows it."""
    walked: list[MenuEntry] = []
    entries = menu
    for key in filter(None, way.split(BETWEEN)):
        entry = next((each for each in entries if each.key == key), None)
        if entry is None:
            break
        walked.append(entry)
        entries = entry.entries
    return Place(tuple(walked), entries)


def before(place: Place) -> Place:
    """The place one press before a question."""
    way = place.way[:-1]
    return Place(way, way[-1].entries)


def topic_blocks(place: Place, locale: Locale) -> list[Json]:
    """The heading, which says where one stands, and the buttons."""
    if not place.entries:
        return []
    heading = " › ".join((words.HOME_TOPICS[locale], *(entry.title for entry in place.way)))
    keys = [entry.key for entry in place.way]
    buttons = [
        button(entry.title, f"{OPEN_TOPIC}-{number}", BETWEEN.join((*keys, entry.key)))
        for number, entry in enumerate(place.entries[:MOST_BUTTONS], 1)
    ]
    if place.way:
        buttons.append(button(words.HOME_BACK[locale], f"{OPEN_TOPIC}-0", BETWEEN.join(keys[:-1]) or BETWEEN))
    rows = [buttons[start : start + IN_A_ROW] for start in range(0, len(buttons), IN_A_ROW)]
    blocks: list[Json] = [rich_text(section((Span(heading, bold=True),)))]
    blocks += [{"type": "actions", "block_id": f"topics-{row}", "elements": some} for row, some in enumerate(rows)]
    more = len(place.entries) - MOST_BUTTONS
    if more > 0:
        said = words.HOME_MORE_TOPICS[locale].replace("{count}", str(more))
        blocks.append(rich_text(section((Span(said),))))
    return blocks
