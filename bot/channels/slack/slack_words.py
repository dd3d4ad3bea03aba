"""What stands on Slack's own surfaces: buttons, forms, the app's home. German and English side by side."""

from collections.abc import Mapping

from bot.model import WHY as WHY
from bot.model import Locale

Words = Mapping[Locale, str]

HELPFUL: Words = {"de": "Hilfreich", "en": "Helpful"}
NOT_HELPFUL: Words = {"de": "Nicht hilfreich", "en": "Not helpful"}
CHOSEN: Words = {"de": "Gewählt: {label}", "en": "You chose: {label}"}
RATED: Mapping[bool, Words] = {
    True: {"de": "Ihre Bewertung: hilfreich", "en": "Your rating: helpful"},
    False: {"de": "Ihre Bewertung: nicht hilfreich", "en": "Your rating: not helpful"},
}
TOO_LATE: Words = {
    "de": "Diese Auswahl gilt nicht mehr. Schreiben Sie mir einfach, was Sie möchten.",
    "en": "This choice is no longer valid. Just write to me what you would like.",
}
NOT_YOURS: Words = {
    "de": "Diese Auswahl gehört zur Frage einer anderen Person. Fragen Sie mich gern selbst.",
    "en": "This choice belongs to somebody else's question. You are welcome to ask me yourself.",
}
STRANGER: Words = {
    "de": "Ich antworte hier nur Mitgliedern des Workspace, in dem ich eingerichtet bin. Es wurde nichts gespeichert.",
    "en": "I only answer members of the workspace I was installed in. Nothing has been stored.",
}
STRANGER_TOLD = f"{STRANGER['de']}\n{STRANGER['en']}"
"""In both languages: nothing is known of a stranger, so neither is the language they prefer."""
NOT_KNOWN: Words = {
    "de": "Slack sagt mir gerade nicht, ob Sie zu diesem Workspace gehören; es wurde nichts gespeichert. Bitte versuchen Sie es "
    "gleich noch einmal, oder schreiben Sie mir direkt.",
    "en": "Slack does not tell me just now whether you are of this workspace; nothing has been stored. Please try again in a "
    "moment, or write to me directly.",
}
NOT_KNOWN_TOLD = f"{NOT_KNOWN['de']}\n{NOT_KNOWN['en']}"
IN_CASE: Words = {
    "de": "Das gehört zu Ihrem Fall. Die Antwort steht in unserem Gespräch, nicht in diesem Thread.",
    "en": "That belongs to your case. The answer will stand in our conversation, not in this thread.",
}
SAID_DIRECTLY: Words = {
    "de": "In dem Kanal, in dem Sie gefragt haben, kann ich nicht schreiben; deshalb antworte ich Ihnen hier. Fragen Sie mich hier "
    "gern weiter.",
    "en": "I cannot write in the channel in which you asked, so I am answering you here. You are welcome to go on asking here.",
}
AWAY: Words = {
    "de": "Das hat gerade nicht geklappt. Bitte versuchen Sie es gleich noch einmal.",
    "en": "That did not work just now. Please try again in a moment.",
}
STATUS: Words = {"de": "sucht die Antwort …", "en": "is looking for the answer …"}
PROMPTS_TITLE: Words = {"de": "Womit kann ich helfen?", "en": "What can I do for you?"}

# --- The command -----------------------------------------------------------------------------------------------------

COMMAND_HELP: Words = {
    "de": "Fragen Sie mich hier oder in der Direktnachricht, zum Beispiel:\n"
    "• /lotse Wer zahlt meinen Kurs?\n"
    "• /lotse status – wie Ihre Fälle stehen\n"
    "• /lotse mensch – eine Person dazuholen\n"
    "• /lotse sprache en – auf Englisch weiter\n"
    "• /lotse meine-daten – was über Sie gespeichert ist",
    "en": "Ask me here or in a direct message, for example:\n"
    "• /lotse Who pays for my course?\n"
    "• /lotse status – how your cases stand\n"
    "• /lotse human – bring in a person\n"
    "• /lotse language de – go on in German\n"
    "• /lotse my-data – what is stored about you",
}
LANGUAGE_HELP: Words = {
    "de": "Ich kann Deutsch und Englisch. Schreiben Sie „/lotse sprache de“ oder „/lotse sprache en“.",
    "en": "I speak German and English. Type “/lotse language de” or “/lotse language en”.",
}
SWITCH: Words = {"de": "Deutsch bitte", "en": "English please"}
MY_DATA_UTTERANCE: Words = {"de": "meine Daten", "en": "my data"}
IN_DIRECT: Words = {
    "de": "Ich antworte Ihnen in unserer Direktnachricht.",
    "en": "I will answer you in our direct message.",
}
COMMAND_ABOUT: Words = {
    "de": "Fragen zu Weiterbildung, Förderung und Anerkennung",
    "en": "Questions about further training, funding and recognition",
}

# --- The form --------------------------------------------------------------------------------------------------------

FORM_TITLE: Words = {"de": "An die Koordination", "en": "To the coordinators"}
FORM_SEND: Words = {"de": "Senden", "en": "Send"}
FORM_CLOSE: Words = {"de": "Abbrechen", "en": "Cancel"}
FORM_QUESTION: Words = {"de": "Ihre Frage", "en": "Your question"}
FORM_NAME: Words = {"de": "Ihr Name", "en": "Your name"}
FORM_CONSENT: Words = {
    "de": "Die Koordination darf meinen Namen und unser bisheriges Gespräch sehen",
    "en": "The coordinators may see my name and our conversation so far",
}
FORM_NOTE: Words = {
    "de": "Ohne Ihren Namen sieht die Koordination nur die Frage. Die Antwort kommt in unserer Direktnachricht.",
    "en": "Without your name the coordinators see the question only. The answer comes in our direct message.",
}
FORM_NOT_OPENED: Words = {
    "de": "Das Formular ließ sich nicht öffnen; es wurde nichts getan. Versuchen Sie es noch einmal, oder schreiben Sie "
    "/lotse mensch und dahinter Ihre Frage: Dann öffne ich einen Fall ohne Formular.",
    "en": "The form could not be opened; nothing was done. Try again, or type /lotse human and your question behind it: then I "
    "open a case without a form.",
}
FORM_EMPTY: Words = {"de": "Bitte schreiben Sie Ihre Frage dazu.", "en": "Please write your question."}
SHORTCUT_NAME: Words = {"de": "An Koordination geben", "en": "Hand to coordinators"}
"""Slack takes at most 24 characters."""
SHORTCUT_ABOUT: Words = {
    "de": "Macht aus dieser Nachricht eine Frage an die Koordination",
    "en": "Turns this message into a question to the coordinators",
}

# --- The home --------------------------------------------------------------------------------------------------------

HOME_TITLE: Words = {"de": "Lotse – Beratung zur Weiterbildung", "en": "Lotse – advice on further training"}
HOME_ABOUT: Words = {
    "de": "Ich bin ein automatisches Programm mit festen Regeln. Fragen Sie mich nach Förderung, Kursen und dazu, was Ihr "
    "Können zählt; unter jeder Antwort stehen Quelle und Stand. Eine Person ist immer einen Schritt entfernt.",
    "en": "I am an automatic program with fixed rules. Ask me about funding, courses and what your skills count for; under "
    "every answer stand its source and date. A person is always one step away.",
}
HOME_ASK: Words = {"de": "Zum Beispiel", "en": "For example"}
HOME_TOPICS: Words = {"de": "Themen", "en": "Topics"}
HOME_BACK: Words = {"de": "← Zurück", "en": "← Back"}
HOME_MORE_TOPICS: Words = {
    "de": "Und {count} weitere: Schreiben Sie mir einfach, worum es geht.",
    "en": "And {count} more: just write to me what it is about.",
}
HOME_ASKED: Words = {
    "de": "Meine Antwort auf „{question}“ steht unter „Nachrichten“.",
    "en": "My answer to “{question}” stands under “Messages”.",
}
HOME_CASES: Words = {"de": "Meine Fälle", "en": "My cases"}
NO_CASES: Words = {"de": "Sie haben keinen offenen Fall.", "en": "You have no open case."}
HOME_PERSON: Words = {"de": "Eine Person fragen", "en": "Ask a person"}
ABOUT: Words = {
    "de": "Beratung zu Weiterbildung, Förderung und Anerkennung",
    "en": "Advice on further training, funding and recognition",
}
LONG_ABOUT: Words = {
    "de": "Lotse beantwortet Fragen von Beschäftigten zu Förderung, Kursen der Mikrotechnologie und dazu, wofür Erfahrung und Abschlüsse "
    "zählen: mit geprüften Angaben, Quelle und Stand, ohne KI-Texte. Auf Wunsch kommt eine Person aus der Koordination dazu. Der Name "
    "wird ihr nur gezeigt, wenn man zustimmt; „meine Daten“ zeigt, was gespeichert ist, „lösche meine Daten“ löscht es.",
    "en": "Lotse answers employees' questions about funding, courses in microtechnology and what experience and degrees count for: with "
    "reviewed facts, source and date, and no AI-written text. On request a person of the coordination team joins. They see a name only "
    "with consent; “my data” shows what is stored, “delete my data” deletes it.",
}
COMMAND_HINT: Words = {
    "de": "Frage | status | sprache de/en | mensch | meine-daten | hilfe",
    "en": "question | status | language de/en | human | my-data | help",
}
