"""Why words of a coordinator did not arrive, as coordinators read it. Pure.

A channel names its reason in English and with the code of the platform, for whoever reads the log (``ChannelError.reason``); a
fault of Lotse's own is named in the same way. Of the codes the usual ones are known here; any other is said to be a refusal, and
no more. Several lines may hold of a reason: the first one counts.
"""

from bot.handoff.case_words import Sentences
from bot.model import Locale

REASONS: tuple[tuple[tuple[str, ...], Sentences], ...] = (
    (
        ("unexpected ", "the stored message cannot be read"),  # the channel was not even asked, or broke itself
        {
            "de": "Ein Fehler in Lotse selbst; das muss der Betrieb richten",
            "en": "A fault in Lotse itself; whoever runs Lotse has to mend that",
        },
    ),
    (
        ("user_disabled", "user_not_found", "user_not_visible", "cannot_dm_bot", "users_list_not_supplied"),
        {
            "de": "Das Konto der Person ist dort gesperrt oder gelöscht",
            "en": "The person's account there is disabled or deleted",
        },
    ),
    (
        ("the person has left",),
        {"de": "Die Person hat den Raum verlassen", "en": "The person has left the room"},
    ),
    (
        ("edit_window_closed", "cant_update_message"),
        {
            "de": "Die Plattform lässt diese Nachricht nicht mehr ändern",
            "en": "The platform does not let this message be changed any more",
        },
    ),
    (
        ("cant_delete_message",),
        {
            "de": "Die Plattform lässt diese Nachricht nicht löschen",
            "en": "The platform does not let this message be deleted",
        },
    ),
    (
        ("message_not_found", "left behind when its room moved"),
        {"de": "Die Nachricht gibt es dort nicht mehr", "en": "The message does not exist there any more"},
    ),
    (
        ("channel_not_found", "is_archived", "is_inactive", "not_in_channel", "thread_not_found", "M_NOT_FOUND"),
        {
            "de": "Den Raum gibt es nicht mehr, oder Lotse ist nicht mehr darin",
            "en": "The room does not exist any more, or Lotse is no longer in it",
        },
    ),
    (
        ("messages_tab_disabled", "restricted_action", "M_FORBIDDEN"),
        {"de": "Lotse darf dort nicht schreiben", "en": "Lotse may not write there"},
    ),
    (
        ("msg_too_long", "msg_blocks_too_long", "M_TOO_LARGE"),
        {"de": "Der Text ist für die Plattform zu lang", "en": "The text is too long for the platform"},
    ),
    (
        ("encrypted in a way",),
        {
            "de": "Der Raum der Person ist so verschlüsselt, dass Lotse darin nicht schreiben kann",
            "en": "The person's room is encrypted in a way in which Lotse cannot write there",
        },
    ),
    (
        (
            "could not be reached",
            "cannot be reached",
            "did not answer",
            "no answer within",
            "is not connected",
            "something else answers",
        ),
        {
            "de": "Die Plattform war lange nicht erreichbar",
            "en": "The platform could not be reached for a long time",
        },
    ),
    (
        ("refuses the token", "no longer knows our token"),
        {
            "de": "Die Plattform lässt Lotse nicht mehr ein; das muss der Betrieb richten",
            "en": "The platform does not let Lotse in any more; whoever runs Lotse has to mend that",
        },
    ),
)
REFUSED: Sentences = {"de": "Die Plattform hat es nicht angenommen", "en": "The platform did not take it"}


def reason_words(reason: str | None, locale: Locale) -> str:
    """What a channel's reason means, without a full stop."""
    told = reason or ""
    return next((words for marks, words in REASONS if any(mark in told for mark in marks)), REFUSED)[locale]
