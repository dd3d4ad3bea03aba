"""What a card in a room of coordinators can be worked with: its buttons, and the forms they open; and the buttons of a digest."""

import re
from collections.abc import Sequence

from bot.channels.slack import slack_desk_words as words
from bot.channels.slack.block_parts import Json, button, plain
from bot.channels.slack.slack_desk_events import (
    CLAIM,
    COMMANDS,
    FORM,
    STEPS,
    TRANSCRIPT,
    DeskPlace,
    Step,
    card_value,
    metadata,
)
from bot.model import CaseNumber, Choice, Locale, OutboxId, read_typed

LONGEST = 3_000
"""Characters Slack takes in a field."""
MOST_OPTIONS = 100
OPTION = 75

Options = Sequence[tuple[str, str]]
"""What may be chosen: value, and words."""


def card_buttons(case: CaseNumber, version: int, choices: Sequence[Choice], locale: Locale) -> Json:
    """The row under a card: claim it while nobody has, and what is done in a case as this card shows it."""
    value = card_value(case, version)
    claims = [{**button(choice.label, CLAIM, choice.value), "style": "primary"} for choice in choices]
    steps = [button(words.STEPS[step][locale], f"desk-{step}", value) for step in STEPS]
    transcript = {**button(words.TRANSCRIPT[locale], TRANSCRIPT, value), "confirm": _asked_first(locale)}
    return {"type": "actions", "block_id": f"desk:{case}", "elements": [*claims, *steps, transcript]}


_STANDS_FOR = re.compile(r"!(\w+) (\w+)")


def command_buttons(choices: Sequence[Choice], outbox_id: OutboxId) -> Json | None:
    """The row under what offers commands; None where the choices are others. Of each only the team goes to the client and back."""
    names = {command: name for name, command in COMMANDS.items()}
    given = [(choice.label, read_typed(choice.value)) for choice in choices]
    found = [(label, _STANDS_FOR.fullmatch(read.command)) for label, read in given if read is not None]
    buttons = [button(label, names[stands[1]], stands[2]) for label, stands in found if stands and stands[1] in names]
    if len(buttons) < len(choices):
        return None
    return {"type": "actions", "block_id": f"commands:{outbox_id}", "elements": buttons}


def _asked_first(locale: Locale) -> Json:
    """What is asked before a press counts that sends something at once."""
    return {
        "title": plain(words.TRANSCRIPT[locale]),
        "text": plain(words.TRANSCRIPT_ASKED[locale]),
        "confirm": plain(words.SEND[locale]),
        "deny": plain(words.CLOSE[locale]),
    }


def desk_form(step: Step, place: DeskPlace, teams: Options, reasons: Options, locale: Locale) -> Json:
    """The form of one step. ``teams`` may be transferred to, ``reasons`` a case is resolved for."""
    title = words.FORM_TITLE[locale].replace("{number}", str(place.case)).replace("{step}", words.STEPS[step][locale])
    return {
        "type": "modal",
        "callback_id": FORM,
        "private_metadata": metadata(step, place),
        "title": plain(title[:24]),
        "submit": plain(words.SEND[locale]),
        "close": plain(words.CLOSE[locale]),
        "blocks": _fields(step, teams, reasons, locale),
    }


def _fields(step: Step, teams: Options, reasons: Options, locale: Locale) -> list[Json]:
    said = {name: texts[locale] for name, texts in words.FIELDS.items()}
    match step:
        case "reply" | "note":
            return [_text(said[step])]
        case "knowledge":
            return [_text(said[step], multiline=False)]
        case "transfer":
            return [
                _select("team", said["team"], teams, optional=True),
                _text(said["other"], "other", multiline=False, optional=True),
                _text(said["transfer_note"]),
            ]
        case "wait":
            whom = [("employee", said["for_employee"]), ("third", said["for_third"])]
            day: Json = {"type": "datepicker", "action_id": "until"}
            return [
                _select("for", said["for"], whom),
                {
                    "type": "input",
                    "block_id": "until",
                    "label": plain(said["until"]),
                    "element": day,
                    "optional": True,
                },
                _text(said["question"], optional=True),
            ]
        case "resolve":
            return [_select("code", said["code"], reasons), _text(said["last"], optional=True)]


def _text(label: str, name: str = "text", *, multiline: bool = True, optional: bool = False) -> Json:
    element: Json = {
        "type": "plain_text_input",
        "action_id": name,
        "multiline": multiline,
        "max_length": LONGEST,
    }
    return {"type": "input", "block_id": name, "label": plain(label), "element": element, "optional": optional}


def _select(name: str, label: str, options: Options, *, optional: bool = False) -> Json:
    element: Json = {
        "type": "static_select",
        "action_id": name,
        "options": [{"text": plain(text[:OPTION]), "value": value} for value, text in options[:MOST_OPTIONS]],
    }
    return {"type": "input", "block_id": name, "label": plain(label), "element": element, "optional": optional}
