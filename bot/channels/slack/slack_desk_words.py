"""What coordinators read in Slack besides what is said on every platform: on buttons, and in forms."""

from collections.abc import Mapping

from bot.model import Locale

Words = Mapping[Locale, str]

STEPS: Mapping[str, Words] = {
    "reply": {"de": "Antworten", "en": "Reply"},
    "note": {"de": "Notiz", "en": "Note"},
    "transfer": {"de": "Übergeben", "en": "Transfer"},
    "wait": {"de": "Warten", "en": "Wait"},
    "resolve": {"de": "Erledigt", "en": "Resolve"},
    "knowledge": {"de": "Wissen", "en": "Knowledge"},
}
TRANSCRIPT: Words = {"de": "Verlauf", "en": "Transcript"}
TRANSCRIPT_ASKED: Words = {
    "de": "Wenn die Person darum bittet: alles, was sie gesehen hat, geht als Nachricht an sie. Notizen sind nie dabei.",
    "en": "If the person asks for it: everything they have seen goes to them as a message. Notes are never part of it.",
}
FORM_TITLE: Words = {"de": "{step} · Fall {number}", "en": "{step} · case {number}"}
SEND: Words = {"de": "Senden", "en": "Send"}
CLOSE: Words = {"de": "Abbrechen", "en": "Cancel"}

FIELDS: Mapping[str, Words] = {
    "reply": {"de": "Ihre Antwort an die Person", "en": "Your reply to the person"},
    "note": {"de": "Notiz, nur für Kolleginnen und Kollegen", "en": "Note, for colleagues only"},
    "knowledge": {"de": "Wonach soll ich suchen?", "en": "What shall I look for?"},
    "team": {"de": "An das Team", "en": "To the team"},
    "other": {"de": "Oder an eine Person oder ein Thema", "en": "Or to a person or a topic"},
    "transfer_note": {"de": "Notiz für die Übergabe", "en": "Note for whoever takes over"},
    "for": {"de": "Worauf wird gewartet?", "en": "What is waited for?"},
    "for_employee": {"de": "Auf die Person", "en": "The person"},
    "for_third": {"de": "Auf eine andere Stelle", "en": "Somebody else"},
    "until": {"de": "Bis", "en": "Until"},
    "question": {"de": "Frage oder Satz an die Person", "en": "Question or sentence to the person"},
    "code": {"de": "Grund", "en": "Reason"},
    "last": {"de": "Letzter Satz an die Person", "en": "Last sentence to the person"},
}
MISSING: Mapping[str, Words] = {
    "reply": {"de": "Bitte schreiben Sie zuerst etwas.", "en": "Please write something first."},
    "note": {"de": "Bitte schreiben Sie zuerst etwas.", "en": "Please write something first."},
    "knowledge": {"de": "Bitte nennen Sie ein paar Worte.", "en": "Please give a few words."},
    "target": {
        "de": "Bitte wählen Sie ein Team, oder nennen Sie hier eine Person oder ein Thema.",
        "en": "Please choose a team, or name a person or a topic here.",
    },
    "transfer_note": {
        "de": "Bitte schreiben Sie eine Notiz für die, die den Fall übernehmen.",
        "en": "Please write a note for whoever takes the case over.",
    },
    "for": {"de": "Bitte wählen Sie, worauf gewartet wird.", "en": "Please choose what is waited for."},
    "question": {
        "de": "Bitte schreiben Sie, was die Person beantworten soll.",
        "en": "Please write what the person shall answer.",
    },
    "until": {
        "de": "Bitte wählen Sie den Tag, bis zu dem auf die andere Stelle gewartet wird.",
        "en": "Please choose the day until which somebody else is waited for.",
    },
    "code": {"de": "Bitte wählen Sie einen Grund.", "en": "Please choose a reason."},
}
"""What is said under the field of a form that is empty and must not be."""
FORM_NOT_OPENED: Words = {
    "de": "Das Formular ließ sich nicht öffnen; es wurde nichts getan. Drücken Sie noch einmal, oder schreiben Sie im Faden "
    "des Falls: {typed}",
    "en": "The form could not be opened; nothing was done. Press once more, or write in the thread of the case: {typed}",
}
TYPED_INSTEAD: Mapping[str, Words] = {
    "reply": {"de": "!a Ihr Text", "en": "!reply your text"},
    "note": {"de": "!notiz Ihr Text", "en": "!note your text"},
    "transfer": {"de": "!an Team: Notiz", "en": "!to team: note"},
    "wait": {"de": "!warten bis 1.12. Frage", "en": "!wait until 1.12. question"},
    "resolve": {"de": "!fertig beantwortet", "en": "!done answered"},
    "knowledge": {"de": "!wissen Worte", "en": "!knowledge words"},
}
"""What does the same as the form of a step."""
ROOM_GONE: Words = {
    "de": "In diesem Channel werden keine Fälle mehr bearbeitet; es wurde nichts getan. Am Desk im Browser geht es.",
    "en": "Cases are no longer worked in this channel; nothing was done. It works at the desk in the browser.",
}
BUTTON_GONE: Words = {
    "de": "Diesen Knopf gibt es nicht oder nicht mehr; es wurde nichts getan. !hilfe zeigt, was geht.",
    "en": "There is no such button, or not any more; nothing was done. !help shows what works.",
}
HOME_QUEUE: Words = {"de": "Offene Fälle Ihrer Teams", "en": "Open cases of your teams"}
