"""What employees and coordinators read about a case. German and English side by side; ``{braces}`` are filled in.

*Told* sentences are for the employee: friendly, short, *Sie*. *Refusals* are for the coordinator who pressed something.
*Remarks* are lines on the case page, for coordinators only; the store keeps their name and values, never the words.

``{team}`` is the case's team, ``{of}`` the one its coordinator speaks for: a colleague of another team stays one of theirs.
"""

from collections.abc import Mapping

from bot.handoff import case_presses
from bot.model import Choice, Locale, Paragraph, Reply, Resolution, Span

Sentences = Mapping[Locale, str]

# --- Told ------------------------------------------------------------------------------------------------------

CLAIMED: Sentences = {
    "de": "{name} ({of}) übernimmt Ihren Fall {number}.{promise} Ab jetzt liest und antwortet hier ein Mensch; ich halte mich zurück.",
    "en": "{name} ({of}) takes over your case {number}.{promise} From now on a human reads and answers here; I stay silent.",
}
PROMISED: Sentences = {"de": " Eine Antwort bekommen Sie bis {until}.", "en": " You will get a reply by {until}."}
TRANSFERRED: Sentences = {
    "de": "{name} ({of}) übernimmt jetzt Ihren Fall {number}.{promise} Was Sie bisher geschrieben haben, liegt dort vor.",
    "en": "{name} ({of}) now takes over your case {number}.{promise} What you have written so far is available there.",
}
TO_TEAM: Sentences = {
    "de": "Ihr Fall {number} liegt jetzt bei: {team}.{promise} Bis ihn jemand übernimmt, antworte ich wieder, soweit ich kann.",
    "en": "Your case {number} is now with: {team}.{promise} Until somebody takes it over I will answer again where I can.",
}
TO_QUEUE: Sentences = {
    "de": "Ihr Fall {number} steht wieder auf der Liste und wird von jemand anderem übernommen. Es geht nichts verloren. "
    "Bis dahin antworte ich wieder, soweit ich kann.",
    "en": "Your case {number} is back on the list and will be taken over by somebody else. Nothing is lost. "
    "Until then I will answer again where I can.",
}
WAITING_THIRD: Sentences = {
    "de": "Für Ihren Fall {number} warten wir auf eine Auskunft von anderer Stelle. {name} meldet sich bis {until}.",
    "en": "For your case {number} we are waiting for information from somebody else. {name} will get back to you by {until}.",
}
REMINDER: Sentences = {
    "de": "Eine Erinnerung: In Ihrem Fall {number} ist eine Frage an Sie offen. Ihre Antwort können Sie einfach hier schreiben.",
    "en": "A reminder: there is an open question for you in your case {number}. You can simply write your answer here.",
}
NO_REPLY: Sentences = {
    "de": "Zu Ihrem Fall {number} haben wir länger nichts von Ihnen gehört, deshalb schließen wir ihn. "
    "Bis {until} genügt eine Nachricht hier, und er ist wieder offen.",
    "en": "We have not heard from you about your case {number} for some time, so we are closing it. "
    "Until {until} one message here is enough to open it again.",
}
RESOLVED: Sentences = {
    "de": "{name} hat Ihren Fall {number} abgeschlossen. Ist noch etwas offen, schreiben Sie bis {until} einfach hier weiter. "
    "Für etwas anderes schreiben Sie „neuer Fall“.",
    "en": "{name} has closed your case {number}. If anything is left open, just go on writing here until {until}. "
    "For something else write “new case”.",
}
SATISFACTION: Sentences = {
    "de": "War Ihr Anliegen damit gelöst? Sie können die Frage auch übergehen.",
    "en": "Did that settle your request? You may also skip this question.",
}
SATISFIED: Sentences = {"de": "Ja, gelöst", "en": "Yes, settled"}
UNSATISFIED: Sentences = {"de": "Nein, noch nicht", "en": "No, not yet"}
THANKS_FOR_RATING: Sentences = {
    "de": "Danke für die Rückmeldung, das freut uns. Weitere Fragen beantworte ich gern.",
    "en": "Thank you for telling us, we are glad. I am happy to answer further questions.",
}
CANCELLED: Sentences = {
    "de": "Gut, Ihr Fall {number} ist geschlossen. Möchten Sie ihn doch weiterführen, schreiben Sie bis {until} einfach hier.",
    "en": "All right, your case {number} is closed. If you want to go on with it after all, just write here until {until}.",
}
WITHDRAWN: Sentences = {
    "de": "Ihr Fall {number} ist zurückgezogen. Was darin geschrieben wurde, ist gelöscht. Fragen Sie mich gern weiter.",
    "en": "Your case {number} has been withdrawn. What was written in it has been deleted. Feel free to ask me something else.",
}
TO_BOT: Sentences = {
    "de": "{name} gibt an mich zurück: Ab jetzt antworte ich hier wieder automatisch. Mit „Mensch“ holen Sie jederzeit wieder jemanden dazu.",
    "en": "{name} hands back to me: from now on I answer here automatically again. Type “human” at any time to bring somebody in.",
}
REOPENED: Sentences = {
    "de": "Ihr Fall {number} ist wieder offen, {name} kümmert sich darum.{promise}",
    "en": "Your case {number} is open again, and {name} is looking after it.{promise}",
}
REOPENED_QUEUE: Sentences = {
    "de": "Ihr Fall {number} ist wieder offen und steht auf der Liste ({team}).{promise}",
    "en": "Your case {number} is open again and on the list ({team}).{promise}",
}
LED_TO_CASE: Sentences = {
    "de": "Das gehört zu Ihrem Fall {number}. Die Antwort finden Sie in unserem Gespräch, nicht in diesem Thread.",
    "en": "This belongs to your case {number}. You will find the answer in our conversation, not in this thread.",
}
UNREADABLE: Sentences = {
    "de": "Ihre Nachricht ist verschlüsselt, und der Schlüssel dazu ist bei mir nicht angekommen; ich kann sie nicht lesen. "
    "Bitte schreiben Sie sie noch einmal. Kommt der Schlüssel noch, antworte ich auch auf diese.",
    "en": "Your message is encrypted, and its key has not reached me; I cannot read it. "
    "Please write it once more. Should the key still arrive, I will answer this one as well.",
}
FILE_REFUSED: Sentences = {
    "de": "Dateien nehme ich hier nicht an und habe auch nichts davon gespeichert. Bitte schreiben Sie, was darin steht, "
    "oder fragen Sie, auf welchem Weg Sie die Unterlagen sicher schicken können.",
    "en": "I do not accept files here, and nothing of it has been stored. Please write what it says, "
    "or ask for a safe way to send the documents.",
}
READ_BY_OTHERS: Sentences = {
    "de": "In diesem Raum lesen jetzt weitere Personen mit, auch die Antworten zu Ihrem Fall {number}. Was Sie selbst hier schreiben, geht "
    "weiter an die Koordination.",
    "en": "Other people can read along in this room now, the answers in your case {number} as well. What you write here yourself still goes "
    "to the coordination team.",
}
GOES_ON_ALONE: Sentences = {
    "de": "In unserem bisherigen Raum lesen jetzt weitere Personen mit. Mit Ihrem Fall {number} geht es deshalb hier weiter.",
    "en": "Other people can read along in the room we had so far. Your case {number} therefore goes on here.",
}
CONSENTED: Sentences = {
    "de": "Danke. Die Koordination sieht jetzt auch das bisherige Gespräch. Wenn Sie mögen, schreiben Sie dazu, wie wir Sie ansprechen dürfen.",
    "en": "Thank you. The coordination team can now see the earlier conversation too. If you like, tell us how we may address you.",
}
NOT_CONSENTED: Sentences = {
    "de": "In Ordnung. Die Koordination sieht nur Ihre Frage und was Sie ab jetzt schreiben, als „{alias}“.",
    "en": "All right. The coordination team only sees your question and what you write from now on, as “{alias}”.",
}
CORRECTION: Sentences = {"de": "Berichtigung:", "en": "Correction:"}
STILL_RUNNING: Sentences = {
    "de": "Ihr Fall {number} läuft noch bei {name}. Schreiben Sie Ihr neues Anliegen einfach hier dazu, oder beginnen Sie ein neues Gespräch.",
    "en": "Your case {number} is still with {name}. Just add your new request here, or start a new conversation.",
}

AWAY: Sentences = {
    "de": "Ihre Nachricht ist angekommen. Im Moment ist dort niemand im Dienst ({team}), wieder {opening}.{promise}",
    "en": "Your message has arrived. Nobody is on duty there at the moment ({team}); the team is back {opening}.{promise}",
}
AWAY_OPEN: Sentences = {
    "de": "Im Moment ist dort niemand im Dienst ({team}), wieder {opening}.{promise} Was ich sicher weiß, beantworte ich Ihnen weiter.",
    "en": "Nobody is on duty there at the moment ({team}); the team is back {opening}.{promise} What I know for sure I go on answering.",
}

# --- The employee asks how it stands -----------------------------------------------------------------------------

STATUS: Mapping[str, Sentences] = {
    "open": {
        "de": "Ihr Fall {number} steht auf der Liste der offenen Fälle ({team}). Bisher hat ihn noch niemand übernommen.{promise}",
        "en": "Your case {number} is on the list of open cases ({team}). Nobody has taken it over yet.{promise}",
    },
    "claimed": {
        "de": "Um Ihren Fall {number} kümmert sich {name} ({of}).{promise}",
        "en": "{name} ({of}) is looking after your case {number}.{promise}",
    },
    "waiting_employee": {
        "de": "In Ihrem Fall {number} wartet {name} ({of}) auf Ihre Antwort. Schreiben Sie sie einfach hier.",
        "en": "In your case {number}, {name} ({of}) is waiting for your answer. Just write it here.",
    },
    "waiting_third": {
        "de": "In Ihrem Fall {number} wartet {name} ({of}) auf eine Auskunft von anderer Stelle, voraussichtlich bis {until}.",
        "en": "In your case {number}, {name} ({of}) is waiting for information from somebody else, probably until {until}.",
    },
    "resolved": {
        "de": "Ihr Fall {number} ist abgeschlossen. Bis {until} genügt eine Nachricht hier, und er ist wieder offen.",
        "en": "Your case {number} is closed. Until {until} one message here is enough to open it again.",
    },
}

# --- Refusals ------------------------------------------------------------------------------------------------------

TAKEN: Sentences = {"de": "Diesen Fall hat gerade {name}.", "en": "{name} has this case at the moment."}
NOT_YOURS: Sentences = {
    "de": "Diesen Fall hat {name}. Übernehmen Sie ihn zuerst über „Übergeben“, mit einer Notiz.",
    "en": "{name} has this case. Take it over with “Transfer” first, with a note.",
}
CLAIM_FIRST: Sentences = {
    "de": "Diesen Fall hat noch niemand. Bitte übernehmen Sie ihn zuerst.",
    "en": "Nobody has this case yet. Please claim it first.",
}
REOPEN_FIRST: Sentences = {
    "de": "Dieser Fall ist abgeschlossen. Bitte öffnen Sie ihn zuerst wieder.",
    "en": "This case is resolved. Please reopen it first.",
}
WITH_LOTSE: Sentences = {
    "de": "In diesem Gespräch antwortet wieder Lotse. Bitte öffnen Sie den Fall zuerst wieder.",
    "en": "Lotse is answering in this conversation again. Please reopen the case first.",
}
FINAL: Sentences = {
    "de": "Dieser Fall ist endgültig geschlossen. Die Person kann jederzeit einen neuen öffnen.",
    "en": "This case is closed for good. The person can open a new one at any time.",
}
MUTED: Sentences = {
    "de": "Die Person hat diesen Fall zurückgezogen; ihr Text ist gelöscht.",
    "en": "The person has withdrawn this case; its text has been deleted.",
}
ERASED: Sentences = {
    "de": "Die Person hat ihre Daten löschen lassen; von diesem Fall ist nur noch die Nummer da.",
    "en": "The person had their data deleted; only the number of this case is left.",
}
NOT_OPENED: Sentences = {
    "de": "Hier ist noch kein Fall offen. Nur die Person selbst kann einen öffnen.",
    "en": "There is no open case here yet. Only the person can open one.",
}
NOT_RESOLVED: Sentences = {"de": "Dieser Fall ist noch offen.", "en": "This case is still open."}
STALE: Sentences = {
    "de": "Der Fall hat sich inzwischen geändert. Bitte sehen Sie sich den neuen Stand an und entscheiden Sie dann noch einmal.",
    "en": "The case has changed meanwhile. Please look at its new state and then decide again.",
}
SAID_MORE: Sentences = {
    "de": "Die Person hat inzwischen noch etwas geschrieben. Bitte lesen Sie es, öffnen Sie das Formular neu und entscheiden Sie "
    "dann noch einmal.",
    "en": "The person has written something more meanwhile. Please read it, open the form anew and then decide again.",
}
NOTE_TOO_SHORT: Sentences = {
    "de": "Bitte schreiben Sie eine Notiz von mindestens {least} Zeichen dazu, damit niemand von vorn anfangen muss.",
    "en": "Please add a note of at least {least} characters, so that nobody has to start from scratch.",
}
EMPTY: Sentences = {"de": "Bitte schreiben Sie zuerst etwas.", "en": "Please write something first."}
TOO_LONG: Sentences = {
    "de": "Dieser Text ist zu lang ({length} Zeichen). Möglich sind {most}.",
    "en": "This text is too long ({length} characters). The most is {most}.",
}
LOOKS_LIKE_A_NOTE: Sentences = {
    "de": "Was mit // oder / beginnt, ist eine interne Notiz und geht nie an die Person. Bitte nehmen Sie das weg.",
    "en": "What begins with // or / is an internal note and never goes to the person. Please remove that.",
}
REPLY_NOT_A_NOTE: Sentences = {
    "de": "Aus einer Antwort wird nachträglich keine Notiz: Die Person liest weiter, was da stand. Soll sie es nicht lesen, nehmen Sie die "
    "Antwort zurück (im Chat: löschen), und schreiben Sie die Notiz neu.",
    "en": "A reply does not become a note afterwards: the person still reads what stood there. If they should not, take the reply back "
    "(in a chat: delete it), and write the note anew.",
}
ONLY_OWN_LINES: Sentences = {
    "de": "Ändern und zurücknehmen können Sie nur, was Sie selbst geschrieben haben.",
    "en": "You can only change or take back what you wrote yourself.",
}
UNTIL_PAST: Sentences = {
    "de": "Dieser Zeitpunkt ist schon vorbei. Bitte wählen Sie einen späteren.",
    "en": "That moment has already passed. Please choose a later one.",
}
UNKNOWN_TEAM: Sentences = {"de": "Dieses Team gibt es nicht.", "en": "There is no such team."}
UNKNOWN_TOPIC: Sentences = {"de": "Dieses Thema gibt es nicht.", "en": "There is no such topic."}
SAME_TEAM: Sentences = {
    "de": "Der Fall liegt schon bei diesem Team. Wer ihn zurückgibt, setzt ihn wieder auf die Liste.",
    "en": "The case is with this team already. Returning it puts it back on the list.",
}
NOT_A_COORDINATOR: Sentences = {
    "de": "{name} kann keine Fälle übernehmen.",
    "en": "{name} cannot take cases.",
}

IS_AWAY: Sentences = {
    "de": "{colleague} ist gerade abwesend. Bitte übergeben Sie an jemanden, der da ist, oder an ein Team.",
    "en": "{colleague} is away at the moment. Please hand the case to somebody who is there, or to a team.",
}
IS_AWAY_WITH_DEPUTY: Sentences = {
    "de": "{colleague} ist gerade abwesend; die Vertretung hat {deputy}. Bitte übergeben Sie dorthin oder an ein Team.",
    "en": "{colleague} is away at the moment; {deputy} stands in. Please hand the case over there, or to a team.",
}

# --- Remarks -------------------------------------------------------------------------------------------------------

REMARKS: Mapping[str, Sentences] = {
    "opened": {"de": "Fall geöffnet ({team})", "en": "Case opened ({team})"},
    "claimed": {"de": "{name} hat übernommen", "en": "{name} claimed the case"},
    "to_person": {"de": "{by} hat an {name} übergeben", "en": "{by} handed over to {name}"},
    "to_self": {"de": "{name} hat den Fall an sich genommen", "en": "{name} took the case over"},
    "to_team": {"de": "{by} hat an {team} übergeben", "en": "{by} handed over to {team}"},
    "to_topic": {"de": "{by} hat das Thema festgelegt: {topic}", "en": "{by} set the topic: {topic}"},
    "to_queue": {"de": "{by} hat zurückgegeben", "en": "{by} returned the case"},
    "to_bot": {"de": "{by} lässt Lotse weitermachen", "en": "{by} lets Lotse go on"},
    "waits_employee": {"de": "{by} wartet auf die Person", "en": "{by} waits for the person"},
    "waits_third": {"de": "{by} wartet auf eine andere Stelle, bis {until}", "en": "{by} waits for somebody else, until {until}"},
    "goes_on": {"de": "Der Fall geht weiter", "en": "The case goes on"},
    "resolved": {"de": "{by} hat abgeschlossen: {code}", "en": "{by} resolved the case: {code}"},
    "transcript": {"de": "{by} hat der Person den Verlauf geschickt", "en": "{by} sent the person the transcript"},
    "reopened": {"de": "Der Fall ist wieder offen", "en": "The case is open again"},
    "closed": {"de": "Endgültig geschlossen", "en": "Closed for good"},
    "gave_way": {"de": "Endgültig geschlossen, denn die Person hat hier einen neuen Fall geöffnet", "en": "Closed for good, because the person opened a new case here"},
    "cancelled": {"de": "Die Person hat den Fall geschlossen", "en": "The person closed the case"},
    "withdrawn": {"de": "Die Person hat den Fall zurückgezogen", "en": "The person withdrew the case"},
    "consented": {"de": "Die Person gibt Namen und früheres Gespräch frei", "en": "The person shares name and earlier conversation"},
    "not_consented": {"de": "Die Person bleibt ohne Namen", "en": "The person stays without a name"},
    "edited": {"de": "Die Person hat eine Nachricht geändert", "en": "The person changed a message"},
    "deleted": {"de": "Gelöscht durch Person", "en": "Deleted by the person"},
    "file_refused": {"de": "Die Person wollte eine Datei schicken; sie wurde nicht angenommen", "en": "The person tried to send a file; it was refused"},
    "left": {"de": "Die Person hat den Raum verlassen", "en": "The person left the room"},
    "read_by_others": {"de": "Im Raum der Person lesen jetzt weitere mit, auch Ihre Antworten", "en": "Others now read along in the person's room, your answers as well"},
    "satisfied": {"de": "Die Person sagt: gelöst", "en": "The person says: settled"},
    "unsatisfied": {"de": "Die Person sagt: noch nicht gelöst", "en": "The person says: not settled yet"},
    "reminded": {"de": "Die Person wurde erinnert", "en": "The person was reminded"},
    "look_again": {"de": "Zeit, bei der anderen Stelle nachzufragen", "en": "Time to ask the other side again"},
    "no_answer": {"de": "Bis zu diesem Tag kam keine Antwort der Person", "en": "The person has not answered by that day"},
    "waiting_over": {"de": "Die Wartezeit ist um", "en": "The waiting time is over"},
    "day_ended": {"de": "Der Arbeitstag ist zu Ende; der Fall steht wieder auf der Liste", "en": "The working day is over; the case is back on the list"},
    "team_gone": {"de": "Das Team „{former}“ gibt es nicht mehr; der Fall liegt jetzt bei {team}", "en": "There is no team “{former}” any more; the case is now with {team}"},
    "owner_gone": {"de": "{name} ist nicht mehr in der Koordination", "en": "{name} is no longer a coordinator"},
    "owner_away": {"de": "{name} ist abwesend", "en": "{name} is absent"},
    "sla_warning": {"de": "Die zugesagte Zeit läuft bald ab ({until}); gerufen: {to}", "en": "The promised time is running out ({until}); called: {to}"},
    "sla_breach": {"de": "Die zugesagte Zeit ist abgelaufen ({until}); als Vertretung gerufen: {to}", "en": "The promised time has passed ({until}); called to stand in: {to}"},
    "sla_lead": {"de": "Die zugesagte Zeit ist länger abgelaufen ({until}); als Leitung gerufen: {to}", "en": "The promised time passed a while ago ({until}); called to lead: {to}"},
}  # fmt: skip

RESOLUTION_WORDS: Mapping[Resolution, Sentences] = {
    "answered": {"de": "Beantwortet", "en": "Answered"},
    "referred": {"de": "An die zuständige Stelle verwiesen", "en": "Referred to the office in charge"},
    "not_possible": {"de": "Nicht möglich", "en": "Not possible"},
    "missing_answer": {"de": "Frage fehlt im Wissen", "en": "The knowledge lacks this question"},
    "wrong_answer": {"de": "Antwort im Wissen ist falsch oder veraltet", "en": "The knowledge is wrong or outdated"},
    "no_reply": {"de": "Keine Rückmeldung der Person", "en": "No reply from the person"},
    "cancelled": {"de": "Von der Person geschlossen", "en": "Closed by the person"},
}


def filled(sentences: Sentences, **values: str) -> Sentences:
    """The sentences with their braces filled in; a value is never filled in itself."""
    return {locale: _fill(text, values) for locale, text in sentences.items()}


def _fill(text: str, values: Mapping[str, str]) -> str:
    parts = text.split("{")
    out = [parts[0]]
    for part in parts[1:]:
        key, brace, rest = part.partition("}")
        out.append(values[key] + rest if brace and key in values else "{" + part)
    return "".join(out)


def told(sentences: Sentences, locale: Locale, *, choices: tuple[Choice, ...] = (), **values: str) -> Reply:
    """A notice to the employee."""
    return Reply((Paragraph((Span(_fill(sentences[locale], values)),)),), locale, choices=choices)


def satisfaction_choices(locale: Locale) -> tuple[Choice, ...]:
    """What may be answered to the question whether it was settled."""
    return (Choice(SATISFIED[locale], case_presses.SATISFIED), Choice(UNSATISFIED[locale], case_presses.UNSATISFIED))


def remark_words(what: str, values: Mapping[str, str], locale: Locale) -> str:
    """A remark in words; one a later release has left there stands as its name."""
    return _fill(REMARKS[what][locale], values) if what in REMARKS else what
