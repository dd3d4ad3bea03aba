"""The form to hand a question to the coordinators: the question, and whether they may see a name."""

from bot.channels.slack import slack_words as words
from bot.channels.slack.block_parts import Json, plain
from bot.channels.slack.interactions import CASE_FORM, CONSENT, QUESTION
from bot.channels.slack.surfaces import Hint, Surfaces
from bot.model import Locale, Person

LONGEST = 3_000
"""Characters Slack takes in a field."""


def case_form(question: str, locale: Locale) -> Json:
    """The form, with the question filled in as far as it is known."""
    field: Json = {
        "type": "plain_text_input", "action_id": QUESTION, "multiline": True, "max_length": LONGEST,
    }  # fmt: skip
    if question:
        field["initial_value"] = question[:LONGEST]
    consent: Json = {
        "type": "checkboxes",
        "action_id": CONSENT,
        "options": [{"text": plain(words.FORM_CONSENT[locale]), "value": "yes"}],
    }
    return {
        "type": "modal",
        "callback_id": CASE_FORM,
        "title": plain(words.FORM_TITLE[locale]),
        "submit": plain(words.FORM_SEND[locale]),
        "close": plain(words.FORM_CLOSE[locale]),
        "blocks": [
            {"type": "input", "block_id": QUESTION, "label": plain(words.FORM_QUESTION[locale]), "element": field},
            {
                "type": "input",
                "block_id": CONSENT,
                "label": plain(words.FORM_NAME[locale]),
                "element": consent,
                "optional": True,
            },
            {"type": "context", "elements": [plain(words.FORM_NOTE[locale])]},
        ],
    }


def ask_for_person(surfaces: Surfaces, trigger: str, person: Person, question: str, locale: Locale, room: str) -> None:
    """Open the form to hand a question on; where it does not open, say in this room what does the same."""
    otherwise = Hint(room, person.external_user, words.FORM_NOT_OPENED[locale])
    surfaces.open_form(trigger, case_form(question, locale), otherwise)
