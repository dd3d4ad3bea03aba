"""Why something did not arrive, in words a coordinator understands."""

import pytest

from bot.channels.slack.slack_api import FOR_GOOD
from bot.dialogue.undelivered import REFUSED, reason_words
from bot.model import LOCALES

REASONS = [
    *(f"Slack answered {code} (chat.update)" for code in sorted(FOR_GOOD)),
    "Slack refuses the token (chat.postMessage: token_revoked)",
    "Slack could not be reached (chat.postMessage: ClientConnectorError)",
    "the homeserver answered 403 M_FORBIDDEN",
    "the homeserver cannot be reached (ClientConnectorError)",
    "unexpected KeyError in sending.py:12",
    "the stored message cannot be read (TypeError)",
    None,
]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("reason", REASONS)
def test_no_code_and_no_word_of_the_log_is_in_it(reason, locale):
    said = reason_words(reason, locale)
    assert not said.endswith("."), "it stands within a sentence"
    assert not any(word in said for word in ("_", "Slack", "homeserver", "Error"))


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("Slack answered user_disabled (conversations.open)", "Das Konto der Person ist dort gesperrt oder gelöscht"),
        ("Slack answered edit_window_closed (chat.update)", "Die Plattform lässt diese Nachricht nicht mehr ändern"),
        (
            "Slack answered is_archived (chat.postMessage)",
            "Den Raum gibt es nicht mehr, oder Lotse ist nicht mehr darin",
        ),
        ("the homeserver answered 403 M_FORBIDDEN", "Lotse darf dort nicht schreiben"),
        ("no answer within 60 seconds", "Die Plattform war lange nicht erreichbar"),
        ("unexpected ValueError in sending.py:12", "Ein Fehler in Lotse selbst; das muss der Betrieb richten"),
        (
            "the stored message cannot be read (KeyError)",
            "Ein Fehler in Lotse selbst; das muss der Betrieb richten",
        ),
        ("Slack answered invalid_blocks (chat.postMessage)", REFUSED["de"]),
        (None, REFUSED["de"]),
    ],
)
def test_the_usual_ones_are_told_apart(reason, said):
    assert reason_words(reason, "de") == said
