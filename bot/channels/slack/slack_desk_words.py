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
MISSING: Words = {
    "de": "Es fehlt noch etwas: Wer übergibt, nennt ein Ziel; wer auf die Person wartet, eine Frage; sonst einen Tag.",
    "en": "Something is missing: to transfer takes a target; to wait for the person, a question; else a day.",
}
ROOM_GONE: Words = {
    "de": "In diesem Channel werden keine Fälle mehr bearbeitet; es wurde nichts getan. Am Desk im Browser geht es.",
    "en": "Cases are no longer worked in this channel; nothing was done. It works at the desk in the browser.",
}
BUTTON_GONE: Words = {
    "de": "Diesen Knopf gibt es nicht oder nicht mehr; es wurde nichts getan. !hilfe zeigt, was geht.",
    "en": "There is no such button, or not any more; nothing was done. !help shows what works.",
}
HOME_QUEUE: Words = {"de": "Offene Fälle Ihrer Teams", "en": "Open cases of your teams"}
