"""Lotse's own sentences: what it says when no admin's text is meant. Built in, so no missing file can silence it.

One entry per occasion, German and English side by side; ``{braces}`` are filled by the caller. Tone: friendly, short, *Sie*.
"""

from collections.abc import Mapping

from bot.model import Bullets, Locale, Paragraph, Reply, Span

Sentences = Mapping[Locale, str]

FIRST_CONTACT: Sentences = {
    "de": "Guten Tag, ich bin Lotse: ein automatisches Programm mit festen Regeln, keine KI-Texte. Ihre Fragen speichere "
    "ich bis zu 30 Tage; mit „lösche meine Daten“ löschen Sie alles. Mit „Mensch“ holen Sie jederzeit eine Person dazu.",
    "en": "Hello, I am Lotse: an automatic program with fixed rules, no AI-written text. I keep your questions for up to "
    "30 days; “delete my data” erases everything. Type “human” at any time to bring in a person.",
}
ASSUMED: Sentences = {"de": "Ich beziehe das auf: {title}.", "en": "I take this to be about: {title}."}
GAP: Sentences = {
    "de": "Zu „{title}“ habe ich dazu ({aspect}) keine geprüfte Angabe. Zuständig ist: {contact}.",
    "en": "I have no reviewed information about that ({aspect}) for “{title}”. Please ask: {contact}.",
}
GAP_OWN: Sentences = {
    "de": "Dazu habe ich bei „{title}“ keine geprüfte Angabe. Zuständig ist: {contact}.",
    "en": "I have no reviewed information on that for “{title}”. Please ask: {contact}.",
}
EXPIRED: Sentences = {
    "de": "Die Angaben dazu ({title}) werden gerade überprüft. Deshalb nenne ich Ihnen keine Zahl, die überholt sein könnte. "
    "Verbindliche Auskunft gibt: {contact}. Ich kann auch eine Person aus der Koordination für Sie fragen.",
    "en": "This information ({title}) is being checked at the moment, so I will not give you a figure that may be outdated. "
    "For a binding answer please ask: {contact}. I can also bring in a person from the coordination team.",
}
NOT_IN_FORCE: Sentences = {
    "de": "Für diesen Tag liegt mir zu „{title}“ keine gültige Regelung vor. Deshalb nenne ich Ihnen keine Zahl. "
    "Verbindliche Auskunft gibt: {contact}.",
    "en": "I know of no rule in force on that day for “{title}”, so I will not give you a figure. "
    "For a binding answer please ask: {contact}.",
}
STALE: Sentences = {
    "de": "Hinweis: Diese Auskunft wird gerade überprüft und könnte überholt sein.",
    "en": "Please note: this information is being checked and may be outdated.",
}
ENDED: Sentences = {
    "de": "{title} gibt es nicht mehr: Das Programm endete am {date}.",
    "en": "{title} no longer exists: the programme ended on {date}.",
}
INSTEAD: Sentences = {"de": "Heute kommt eher infrage: {titles}.", "en": "Today you may want to look at: {titles}."}
CONFIRM_ONE_SOURCE: Sentences = {
    "de": "Diese Angabe stützt sich auf eine einzige Quelle; bitte lassen Sie sie sich bestätigen: {contact}.",
    "en": "This rests on a single source; please have it confirmed by: {contact}.",
}
CONFIRM_CONFLICTING: Sentences = {
    "de": "Die Quellen widersprechen sich in diesem Punkt; bitte fragen Sie nach: {contact}.",
    "en": "The sources disagree on this point; please check with: {contact}.",
}
ELIGIBLE_NO: Sentences = {
    "de": "Nein: {who} sind hier ausgeschlossen.",
    "en": "No: {who} are excluded here.",
}
ELIGIBLE_NO_CONDITION: Sentences = {
    "de": "Nach den Regeln eher nein: Für {who} fehlt eine Voraussetzung ({condition}).",
    "en": "By the rules rather not: {who} lack one condition ({condition}).",
}
ELIGIBLE_YES: Sentences = {"de": "Grundsätzlich ja, auch für {who}.", "en": "In principle yes, for {who} too."}
ELIGIBLE_YES_IF: Sentences = {
    "de": "Grundsätzlich ja, auch für {who}, wenn außerdem gilt:",
    "en": "In principle yes, for {who} too, provided that:",
}
ELIGIBLE_UNKNOWN: Sentences = {
    "de": "Speziell für {who} liegt mir dazu keine geprüfte Angabe vor. Allgemein gilt:",
    "en": "I have no reviewed information for {who} in particular. In general:",
}
WORKED_OUT: Sentences = {
    "de": "{title}, gerechnet für {price}: {rate} davon sind {amount}, übrig bleiben {rest}, wenn alle Kosten förderfähig sind.",
    "en": "{title}, worked out for {price}: {rate} of it is {amount}, which leaves {rest}, if all of the cost is eligible.",
}
WORKED_OUT_CAPPED: Sentences = {
    "de": "{title}, gerechnet für {price}: {rate} davon wären {share}, gezahlt werden höchstens {amount}; übrig bleiben {rest}.",
    "en": "{title}, worked out for {price}: {rate} of it would be {share}, but at most {amount} is paid, which leaves {rest}.",
}
REST_AS_LOAN: Sentences = {
    "de": "Den Rest gibt es auf Wunsch als Darlehen.",
    "en": "You can get the rest as a loan if you wish.",
}
CLARIFY: Sentences = {"de": "Meinten Sie …?", "en": "Did you mean …?"}
WHICH_TOPIC: Sentences = {
    "de": "Worum geht es Ihnen bei „{aspect}“?",
    "en": "What is your question about “{aspect}” related to?",
}
NONE_OF_THESE: Sentences = {"de": "nichts davon", "en": "none of these"}
PERSON: Sentences = {"de": "mit einem Menschen sprechen", "en": "talk to a person"}
MISS: Sentences = {
    "de": "Das habe ich leider nicht verstanden. Vielleicht sagen Sie es mit anderen Worten, zum Beispiel: "
    "„Was zahlt der Weiterbildungsbonus?“ oder „Wofür zählt meine Berufserfahrung?“",
    "en": "Sorry, I did not understand that. You could put it differently, for example: “What does the training bonus pay?” or "
    "“What does my work experience count for?”",
}
MISS_AGAIN: Sentences = {
    "de": "Auch das kann ich leider nicht sicher beantworten. Soll ich eine Person aus der Koordination dazuholen?",
    "en": "I cannot answer that reliably either. Shall I bring in a person from the coordination team?",
}
OFF_TOPIC: Sentences = {
    "de": "Damit kenne ich mich nicht aus. Ich helfe bei Förderung von Weiterbildung, bei Kursen der Mikrotechnologie und bei der "
    "Anerkennung von Können und Erfahrung.",
    "en": "That is not something I know about. I can help with funding for further training, with courses in microtechnology and with "
    "having skills and experience recognised.",
}
NOT_UNDERSTOOD_PART: Sentences = {
    "de": "Diesen Teil habe ich nicht verstanden: „{part}“.",
    "en": "I did not understand this part: “{part}”.",
}
CUT: Sentences = {
    "de": "Ihre Nachricht ist sehr lang. Ich habe nur die ersten {limit} Zeichen gelesen.",
    "en": "Your message is very long. I have read only the first {limit} characters.",
}
CUT_IN_CASE: Sentences = {
    "de": "Auch {name} sieht nicht mehr davon. Bitte schicken Sie den Rest in einer weiteren Nachricht.",
    "en": "{name} does not see more of it either. Please send the rest in another message.",
}
NOT_ANSWERED_YET: Sentences = {
    "de": "Das ist an {name} gegangen, und getan habe ich nichts. War meine Frage gemeint, drücken Sie bitte die Antwort, oder "
    "schreiben Sie sie ganz aus: {choice}",
    "en": "That went to {name}, and I have done nothing. If you meant my question, please press the answer, or type it in all its "
    "words: {choice}",
}
EMPTY: Sentences = {
    "de": "Ich habe keinen Text erhalten. Schreiben Sie mir einfach Ihre Frage, zum Beispiel: „Wer zahlt meinen Kurs?“",
    "en": "I received no text. Just type your question, for example: “Who pays for my course?”",
}
EMPTY_IN_CASE: Sentences = {
    "de": "Davon kam kein Text an, auch nicht bei der Koordination. Bitte schreiben Sie, was Sie sagen möchten.",
    "en": "No text of that has arrived, nor has it reached the coordination team. Please write what you would like to say.",
}
OFFER: Sentences = {
    "de": "Möchten Sie, dass ich das an eine Person aus der Koordination gebe?",
    "en": "Would you like me to pass this on to a person from the coordination team?",
}
PERHAPS_FOR_A_PERSON: Sentences = {
    "de": "Ich bin nicht sicher, ob ich Sie richtig verstehe. Vielleicht hilft Ihnen hier ein Mensch besser als ich.",
    "en": "I am not sure that I understand you. Perhaps a person can help you better here than I can.",
}
ALONE_PLEASE: Sentences = {
    "de": "„{part}“: Das tue ich nur, wenn es allein steht. Bitte schreiben Sie es mir noch einmal einzeln.",
    "en": "“{part}”: I only do that when it stands alone. Please send it once more by itself.",
}
YES: Sentences = {"de": "Ja, bitte", "en": "Yes, please"}
NO: Sentences = {"de": "Nein, danke", "en": "No, thank you"}
DECLINED: Sentences = {
    "de": "Gut, dann bleibt es dabei. Fragen Sie mich gern weiter.",
    "en": "All right. Feel free to ask me something else.",
}
CASE_OPENED: Sentences = {
    "de": "Ich habe Ihre Frage als Fall {number} für die Koordination ({team}) aufgenommen. {promise} Sie können hier weiter "
    "fragen; was Sie schreiben, gehört mit zum Fall.",
    "en": "I have recorded your question as case {number} for the coordination team ({team}). {promise} You can go on asking "
    "here; what you write becomes part of the case.",
}
CONSENT: Sentences = {
    "de": "Die Koordination sieht Ihre Frage, aber nicht Ihren Namen. Darf sie auch Ihren Namen und unser bisheriges Gespräch sehen?",
    "en": "The coordination team sees your question, but not your name. May they also see your name and our conversation so far?",
}
CONTINUED_ALONE: Sentences = {
    "de": "Das geht nur Sie etwas an: Ich habe Ihnen dazu eine Direktnachricht geschrieben.",
    "en": "That is between you and me: I have sent you a direct message about it.",
}
CONSENT_YES: Sentences = {"de": "Ja, gern", "en": "Yes, gladly"}
CONSENT_NO: Sentences = {"de": "Nein, lieber nicht", "en": "No, rather not"}
JOINED: Sentences = {
    "de": "Das habe ich zu Ihrem Fall {number} dazugelegt.",
    "en": "I have added that to your case {number}.",
}
JOINED_WITH: Sentences = {
    "de": "Das habe ich zu Ihrem Fall {number} dazugelegt; {name} liest es und antwortet Ihnen hier.",
    "en": "I have added that to your case {number}; {name} reads it and will answer you here.",
}
PERSON_THERE: Sentences = {
    "de": "{name} aus der Koordination hat Ihren Fall {number} und liest, was Sie hier schreiben.",
    "en": "{name} from the coordination team has your case {number} and reads what you write here.",
}
NOT_READ: Sentences = {
    "de": "{name} liest das nicht. War es für die Koordination bestimmt, sagen Sie es bitte noch einmal mit anderen Worten.",
    "en": "{name} does not read that. If it was meant for the coordination team, please say it again in other words.",
}
IN_ALL_WORDS: Sentences = {
    "de": "Bitte drücken Sie die Antwort, oder schreiben Sie sie ganz aus: Eine Zahl oder ein bloßes „ja“ geht an {name}.",
    "en": "Please press the answer, or type it in all its words: a number or a mere “yes” goes to {name}.",
}
CLOSE_CASE: Sentences = {
    "de": "Soll ich Ihren Fall {number} schließen?",
    "en": "Shall I close your case {number}?",
}
CLOSE_YES: Sentences = {"de": "Ja, Fall schließen", "en": "Yes, close the case"}
CLOSE_WITHDRAW: Sentences = {"de": "Zurückziehen und Text löschen", "en": "Withdraw and delete the text"}
CLOSE_NO: Sentences = {"de": "Nein, Fall behalten", "en": "No, keep the case"}
CASE_KEPT: Sentences = {"de": "Gut, der Fall bleibt, wie er ist.", "en": "All right, the case stays as it is."}
CASE_ALREADY: Sentences = {
    "de": "Ihr Fall {number} steht schon auf der Liste der Koordination. Was Sie hier schreiben, gehört mit dazu.",
    "en": "Your case {number} is already on the coordination team's list. What you write here is added to it.",
}
CASE_ELSEWHERE: Mapping[str, Sentences] = {
    "open": {
        "de": "Ihr Fall {number} aus einem anderen Gespräch steht auf der Liste der offenen Fälle. Dort kommt auch die Antwort an. "
        "Haben Sie es verlassen, schreiben Sie hier „neuer Fall“.",
        "en": "Your case {number} from another conversation is on the list of open cases. The reply will arrive there too. "
        "If you have left it, type “new case” here.",
    },
    "claimed": {
        "de": "Ihr Fall {number} aus einem anderen Gespräch ist in Arbeit. Dort kommt auch die Antwort an. Haben Sie es verlassen, "
        "schreiben Sie hier „neuer Fall“.",
        "en": "Your case {number} from another conversation is being worked on. The reply will arrive there too. If you have left it, "
        "type “new case” here.",
    },
    "waiting_employee": {
        "de": "In Ihrem Fall {number} aus einem anderen Gespräch wird auf Ihre Antwort gewartet. Bitte schreiben Sie sie dort. "
        "Haben Sie es verlassen, schreiben Sie hier „neuer Fall“.",
        "en": "In your case {number} from another conversation somebody is waiting for your answer. Please write it there. "
        "If you have left it, type “new case” here.",
    },
    "waiting_third": {
        "de": "In Ihrem Fall {number} aus einem anderen Gespräch warten wir auf eine Auskunft von anderer Stelle.",
        "en": "In your case {number} from another conversation we are waiting for information from somebody else.",
    },
}
CASE_STATUS_NONE: Sentences = {
    "de": "Von Ihnen ist kein Fall offen. Mit „Mensch“ geben Sie Ihre Frage an die Koordination.",
    "en": "You have no open case. Type “human” to pass your question on to the coordination team.",
}
HELP: Sentences = {
    "de": "Ich beantworte Fragen zu Förderung von Weiterbildung, zu Kursen der Mikrotechnologie und dazu, was Ihr Können und Ihre Erfahrung "
    "zählen. Fragen Sie einfach, wie Sie es einer Kollegin sagen würden. Außerdem verstehe ich: „warum“, „mehr dazu“, "
    "„einfacher bitte“, „English“, „meine Daten“, „lösche meine Daten“ und „Mensch“.",
    "en": "I answer questions about funding for further training, courses in microtechnology, and what your skills and experience count for. "
    "Just ask as you would ask a colleague. I also understand: “why”, “more”, “simpler please”, “Deutsch”, “my data”, "
    "“delete my data” and “human”.",
}
SWITCHED: Sentences = {
    "de": "Gern, ich antworte jetzt auf Deutsch.",
    "en": "Sure, I will answer in English from now on.",
}
CANCELLED: Sentences = {
    "de": "Abgebrochen. Womit kann ich sonst helfen?",
    "en": "Cancelled. What else can I do for you?",
}
NOTHING_BEFORE: Sentences = {
    "de": "Dazu müsste ich Ihnen erst etwas beantwortet haben. Was möchten Sie wissen?",
    "en": "I would have to answer something first. What would you like to know?",
}
NOTHING_ELSE: Sentences = {
    "de": "Etwas anderes habe ich dazu leider nicht. Möchten Sie mit einem Menschen darüber sprechen?",
    "en": "I am afraid I have nothing else on that. Would you like to talk to a person about it?",
}
NO_MORE: Sentences = {
    "de": "Mehr habe ich dazu nicht hinterlegt. Verbindliche Auskunft gibt: {contact}.",
    "en": "I have nothing more on this. For a binding answer please ask: {contact}.",
}
NO_PLAIN: Sentences = {
    "de": "Davon habe ich noch keine Fassung in einfacher Sprache. Eine Person kann es Ihnen erklären: Schreiben Sie „Mensch“.",
    "en": "I have no version of this in plain language yet. A person can explain it: type “human”.",
}
WHY: Sentences = {
    "de": "Ich habe „{label}“ gewählt, und zwar deshalb:",
    "en": "I chose “{label}” for these reasons:",
}
SOURCES: Sentences = {
    "de": "Darauf stützt sich „{label}“, mit dem Tag, an dem der Text zuletzt damit verglichen wurde:",
    "en": "This is what “{label}” rests on, with the day on which the text was last compared with it:",
}
NO_SOURCES: Sentences = {
    "de": "Zu „{label}“ liegt mir keine geprüfte Quelle vor; deshalb habe ich Ihnen nur gesagt, wer zuständig ist.",
    "en": "I have no checked source on “{label}”; that is why I only told you whom to ask.",
}
BACK: Sentences = {
    "de": "Gut, noch einmal zurück. Was darf es sein?",
    "en": "All right, one step back. Which one is it?",
}
NO_REASON_KEPT: Sentences = {
    "de": "Zu dieser Antwort ist nichts mehr gespeichert. Fragen Sie gern noch einmal.",
    "en": "Nothing is stored about this answer any more. Please ask once more.",
}
OFFERED_NO_MORE: Sentences = {
    "de": "Diese Auswahl gibt es hier nicht oder nicht mehr; es ist nichts geschehen. Schreiben Sie mir bitte, was Sie möchten. "
    "Mit „Mensch“ holen Sie jederzeit jemanden dazu.",
    "en": "This choice is not, or no longer, available here; nothing has been done. Please write what you would like. "
    "Type “human” at any time to bring somebody in.",
}
TRUSTED_BY_SIGNATURE: Sentences = {
    "de": "Sie möchten mich bestätigen (verifizieren). Emojis oder einen Code kann ich nicht mit Ihnen vergleichen: Ich bin ein "
    "Programm, und vor mir sitzt niemand. Deshalb habe ich die Anfrage abgelehnt. Sie können mir trotzdem verschlüsselt schreiben: "
    "Mein Gerät ist vom Betreiber signiert. Wenn Sie sichergehen möchten, fragen Sie ihn nach dem Fingerabdruck meines "
    "Geräts und vergleichen ihn mit dem in den Details meines Geräts in Ihrem Programm. Hier lautet er:",
    "en": "You would like to verify me. I cannot compare emoji or a code with you: I am a program, and nobody sits in front of me. "
    "So I have declined the request. You can still write to me encrypted: my device is signed by its operator. "
    "To make sure, ask the operator for the fingerprint of my device and compare it with the one in the details of my device "
    "in your client. Here it is:",
}
ANOTHERS_CHOICE: Sentences = {
    "de": "Diese Auswahl gehört zur Frage einer anderen Person; es ist nichts geschehen. Fragen Sie mich gern selbst.",
    "en": "This choice belongs to somebody else's question; nothing has been done. You are welcome to ask me yourself.",
}
OTHER_CASE: Sentences = {
    "de": "Diese Auswahl gehört zu Ihrem Fall {number}, um den es hier nicht mehr geht; es ist nichts geschehen.",
    "en": "This choice belongs to your case {number}, which is no longer the one at hand here; nothing has been done.",
}
NOTHING_TO_CHOOSE: Sentences = {
    "de": "Zur Auswahl steht gerade nichts. Schreiben Sie mir Ihre Frage in Worten, oder wählen Sie ein Thema.",
    "en": "There is nothing to choose from right now. Write your question in words, or pick a subject.",
}
NO_SUCH_CHOICE: Sentences = {
    "de": "So viele Möglichkeiten sind es nicht. Bitte wählen Sie eine Zahl von 1 bis {count}, oder fragen Sie mich etwas anderes.",
    "en": "There are not that many choices. Please pick a number from 1 to {count}, or ask me something else.",
}
ONE_AT_A_TIME: Sentences = {
    "de": "Bitte eins nach dem anderen: Wählen Sie eine Zahl von 1 bis {count}, und fragen Sie nach dem anderen danach in Worten.",
    "en": "One at a time, please: pick one number from 1 to {count}, and ask for the other in words afterwards.",
}
RATED_GOOD: Sentences = {"de": "Danke, das freut mich.", "en": "Thank you, glad to hear it."}
RATED_BAD: Sentences = {
    "de": "Danke für den Hinweis. Soll ich eine Person aus der Koordination dazuholen?",
    "en": "Thank you for telling me. Shall I bring in a person from the coordination team?",
}
CONFIRM_DELETE: Sentences = {
    "de": "Soll ich wirklich alles löschen, was ich zu Ihnen auf dieser Plattform gespeichert habe? Offene Fälle werden damit "
    "zurückgezogen. Das lässt sich nicht rückgängig machen.",
    "en": "Do you really want me to delete everything I have stored about you on this platform? Open cases are withdrawn with it. "
    "This cannot be undone.",
}
DELETE_YES: Sentences = {"de": "Ja, alles löschen", "en": "Yes, delete everything"}
DELETE_NO: Sentences = {"de": "Nein, nichts löschen", "en": "No, delete nothing"}
"""Words that answer nothing else: in front of a coordinator, *Ja, bitte* may be said to a question of theirs."""
DELETED: Sentences = {
    "de": "Erledigt: Was ich zu Ihnen auf dieser Plattform gespeichert hatte, ist gelöscht.",
    "en": "Done: what I had stored about you on this platform has been deleted.",
}
MY_DATA: Sentences = {
    "de": "Das ist zu Ihnen auf dieser Plattform gespeichert:",
    "en": "This is what is stored about you on this platform:",
}
NOT_KEPT: Sentences = {
    "de": "Nichts davon: Ich habe nichts gelöscht.",
    "en": "Nothing has been deleted.",
}
ACCOUNT_LINKED: Sentences = {
    "de": "Dieses Konto gehört jetzt zu Ihrem Zugang am Desk. Im Raum der Koordination arbeiten Sie damit unter Ihrem Namen.",
    "en": "This account now belongs to your access to the desk. In the coordinators' room you work under your name with it.",
}
ACCOUNT_NOT_LINKED: Sentences = {
    "de": "Dieser Code verbindet nichts (mehr). Am Desk bekommen Sie unter „Anmeldungen“ einen neuen; er gilt zehn Minuten.",
    "en": "This code links nothing (any more). You get a new one at the desk under “Sessions”; it works for ten minutes.",
}
MANY_MESSAGES: Sentences = {
    "de": "Das waren sehr viele Nachrichten auf einmal. Ich beantworte sie der Reihe nach, soweit sie angekommen sind; bitte warten Sie kurz.",
    "en": "That was a lot of messages at once. I answer those that arrived one by one; please wait a moment.",
}

UNKNOWN_CONTACT: Sentences = {"de": "die Koordination", "en": "the coordination team"}


def say(sentences: Sentences, locale: Locale, **values: str) -> Paragraph:
    """One built-in sentence as a paragraph, its braces filled in."""
    text = sentences[locale]
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    return Paragraph((Span(text),))


def reply(locale: Locale, *blocks: Paragraph | Bullets) -> Reply:
    """A plain reply of these blocks."""
    return Reply(blocks=blocks, locale=locale)
