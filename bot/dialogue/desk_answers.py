"""What Lotse says to coordinators in their rooms besides cards and lines: why something was not done, and where to look. Pure."""

from collections.abc import Iterable, Mapping

from bot.content.definitions import Content
from bot.dialogue.desk_card import DeskCase, team_title
from bot.dialogue.undelivered import reason_words
from bot.handoff.case_moment import Refused
from bot.handoff.case_text import harmless
from bot.handoff.case_words import Sentences, filled
from bot.model import Block, CaseContext, CaseFacts, CaseNumber, Locale, Paragraph, Reply, Span

UNKNOWN_COMMAND: Sentences = {
    "de": "Diesen Befehl gibt es nicht. `!hilfe` zeigt alle.",
    "en": "There is no such command. `!help` shows all of them.",
}
UNKNOWN_PRESS: Sentences = {
    "de": "Diesen Knopf gibt es nicht oder nicht mehr; es wurde nichts getan. `!hilfe` zeigt, was geht.",
    "en": "There is no such button, or not any more; nothing was done. `!help` shows what works.",
}
WHICH_CASE: Sentences = {
    "de": "Welcher Fall? Schreiben Sie die Nummer dazu, zum Beispiel `!nimm 17`, oder schreiben Sie im Faden des Falls.",
    "en": "Which case? Add its number, such as `!claim 17`, or write in the thread of the case.",
}
WHICH_THREAD: Sentences = {
    "de": "Welcher Fall? Antworten und Notizen schreiben Sie bitte in seinem Faden; eine Zahl davor gehört zum Text.",
    "en": "Which case? Please write replies and notes in its thread; a number in front is part of the text.",
}
OTHER_CASE: Sentences = {
    "de": "Sie schreiben im Faden von Fall {here}; es wurde nichts getan. Fall {other} geht in seinem Faden oder mit seiner Nummer "
    "im Raum.",
    "en": "You are writing in the thread of case {here}; nothing was done. Case {other} is worked in its own thread, or by its "
    "number in the room.",
}
CASE_OR_WORDS: Sentences = {
    "de": "Meinen Sie Fall {other}? Sie schreiben im Faden von Fall {here}; es wurde nichts getan. Fall {other} geht in seinem "
    "Faden oder mit seiner Nummer im Raum. Gehört die Zahl zum Text, stellen Sie bitte ein Wort davor.",
    "en": "Do you mean case {other}? You are writing in the thread of case {here}; nothing was done. Case {other} is worked in its "
    "own thread, or by its number in the room. If the number is part of the text, please put a word in front of it.",
}
NO_SUCH_CASE: Sentences = {
    "de": "Einen solchen Fall gibt es für Sie hier nicht.",
    "en": "There is no such case for you here.",
}
NOT_A_COORDINATOR: Sentences = {
    "de": "Sie sind in diesem Raum nicht als Koordination eingetragen; es wurde nichts getan. Das ändert, wer den Raum verwaltet.",
    "en": "You are no coordinator in this room; nothing was done. Whoever manages the room can change that.",
}
CANNOT_CHECK: Sentences = {
    "de": "Ob Sie hier koordinieren, lässt sich im Moment nicht prüfen; es wurde nichts getan. Bitte versuchen Sie es gleich noch "
    "einmal.",
    "en": "Whether you are a coordinator here cannot be checked at the moment; nothing was done. Please try again in a moment.",
}
ROOM_CLOSED: Sentences = {
    "de": "In diesem Raum wird nicht mehr koordiniert; was hier steht, erreicht die Person nicht. Fall {number} steht jetzt im "
    "neuen Raum des Teams und am Desk im Browser.",
    "en": "Cases are no longer worked in this room; what stands here does not reach the person. Case {number} is now in the "
    "team's new room and at the desk in the browser.",
}
FAILED: Sentences = {
    "de": "Dabei ist bei mir ein Fehler aufgetreten; es wurde nichts getan. Am Desk im Browser geht es vielleicht.",
    "en": "Something went wrong on my side; nothing was done. It may work at the desk in the browser.",
}
WORDS_WANTED: Sentences = {
    "de": "Wonach soll ich suchen? Zum Beispiel `!wissen Bonus Höhe`.",
    "en": "What shall I look for? For example `!knowledge bonus amount`.",
}
FILES_STAY: Sentences = {
    "de": "Dateien werden nicht weitergegeben, weitergeleitete Nachrichten auch nicht; die Person bekommt sie nicht.",
    "en": "Files are not passed on, and neither are messages you forward; the person does not get them.",
}
NOTE_STAYS: Sentences = {
    "de": "Eine Notiz bleibt, wie sie geschrieben wurde; schreiben Sie bitte eine neue.",
    "en": "A note stays as it was written; please write a new one.",
}
NOTE_REMAINS: Sentences = {
    "de": "Die Notiz steht weiter am Fall, auch wenn sie hier gelöscht ist. Die Person hat sie nicht bekommen.",
    "en": "The note still stands in the case, though it is deleted here. The person did not get it.",
}
REPLY_STAYS: Sentences = {
    "de": "Der Fall liegt nicht mehr bei Ihrem Team: Ihre Änderung erreicht die Person nicht, sie hat weiter die frühere Fassung. "
    "Löschen können Sie die Nachricht noch; dann verschwindet sie auch dort.",
    "en": "The case is not with your team any more: your change does not reach the person, who still has what you wrote first. "
    "You can still delete the message; then it disappears there as well.",
}
CASE_GONE: Sentences = {
    "de": "Den Fall gibt es nicht mehr, er wurde gelöscht. Was Sie hier ändern oder löschen, erreicht die Person nicht.",
    "en": "The case no longer exists; it was deleted. What you change or delete here does not reach the person.",
}
ONLY_A_REPLY: Sentences = {
    "de": "Durch Ändern wird aus einer Antwort kein Befehl; die Person hat weiter die frühere Fassung. Schreiben Sie ihn neu.",
    "en": "Changing a reply does not make it a command; the person still has what you wrote first. Please write it anew.",
}
NOTHING_BY_CHANGING: Sentences = {
    "de": "Durch Ändern geschieht hier nichts. Bitte schreiben Sie es neu.",
    "en": "Changing this does nothing. Please write it anew.",
}
ALREADY: Sentences = {
    "de": "Das ist schon so; es war nichts zu tun.",
    "en": "It is so already; there was nothing to do.",
}
KEPT_AS_NOTE: Sentences = {
    "de": "Das bleibt eine Notiz, die Person liest es nicht: Der Fall liegt jetzt bei {name}.",
    "en": "This stays a note, the person does not read it: the case is with {name} now.",
}
NOT_DELIVERED: Sentences = {
    "de": "⚠ Nicht zugestellt; die Person hat es nicht bekommen. Grund: {reason}. `!nochmal` versucht es erneut.",
    "en": "⚠ Not delivered; the person has not got it. Reason: {reason}. `!again` tries once more.",
}
NOT_CHANGED: Sentences = {
    "de": "⚠ Die Änderung kam nicht an; die Person liest weiter die frühere Fassung. Grund: {reason}. `!nochmal` versucht es "
    "erneut.",
    "en": "⚠ The change did not arrive; the person still reads what you wrote first. Reason: {reason}. `!again` tries once more.",
}
NOT_DELETED: Sentences = {
    "de": "⚠ Gelöscht ist es nur hier; die Person liest es weiter. Grund: {reason}. `!nochmal` versucht es erneut.",
    "en": "⚠ It is deleted here only; the person still reads it. Reason: {reason}. `!again` tries once more.",
}
SENT_AGAIN: Sentences = {
    "de": "Ich versuche es noch einmal; 📤 unter Ihrer Nachricht sagt, dass es angekommen ist. Misslingt es wieder, steht es hier.",
    "en": "I am trying once more; 📤 under your message says that it has arrived. Should it fail again, it is said here.",
}
NOTHING_FAILED: Sentences = {
    "de": "In diesem Fall ist nichts, was nicht zugestellt wurde.",
    "en": "There is nothing in this case that was not delivered.",
}
NEXT_CASE: Sentences = {
    "de": "Fall {number} ist jetzt bei Ihnen; in seinem Faden geht es weiter.",
    "en": "Case {number} is yours now; go on in its thread.",
}
NO_NEXT_CASE: Sentences = {
    "de": "Im Moment wartet hier kein Fall, den niemand hat.",
    "en": "No case that nobody has is waiting here at the moment.",
}
NO_SUCH_TEAM: Sentences = {
    "de": "„{team}“ ist kein Team dieses Raums. Hier sind: {teams}.",
    "en": "“{team}” is no team of this room. Here are: {teams}.",
}
NOT_READABLE: Sentences = {
    "de": "Diese Nachricht ist verschlüsselt, und der Schlüssel dazu fehlt mir; bitte schreiben Sie sie noch einmal.",
    "en": "This message is encrypted, and I do not have its key; please write it once more.",
}
NO_ACCOUNT: Sentences = {
    "de": "Dieses Konto gehört zu keinem Zugang am Desk. Wer einen hat, bekommt dort unter „Anmeldungen“ einen Code, der beide "
    "verbindet.",
    "en": "This account belongs to no access to the desk. Whoever has one gets a code there, under “Sessions”, that links it.",
}
LINK_SENT: Sentences = {
    "de": "Ich habe Ihnen den Link als Direktnachricht geschickt.",
    "en": "I have sent you the link as a direct message.",
}
LINK: Sentences = {
    "de": "Ihr Link zum Desk, einmal und zehn Minuten lang: {link}",
    "en": "Your link to the desk, once and for ten minutes: {link}",
}
MOVED: Sentences = {
    "de": "Fall {number} liegt jetzt bei: {team}.",
    "en": "Case {number} is now with: {team}.",
}
ENCRYPTED_ONLY: Sentences = {
    "de": "Fall {number} · {team}: Was an dieses Team geht, steht nur in verschlüsselten Räumen, und dieser ist keiner. Sie finden "
    "den Fall am Desk im Browser.",
    "en": "Case {number} · {team}: what goes to this team appears in encrypted rooms only, and this is none. You find the case at "
    "the desk in the browser.",
}
UNTOLD: Sentences = {
    "de": "Fall {number} · {team}: Die Frage kommt aus einem verschlüsselten Raum, und dort ist noch nicht angekommen, wo sie "
    "gelesen wird. Sobald das zugestellt ist, steht sie hier; bis dahin finden Sie den Fall am Desk im Browser.",
    "en": "Case {number} · {team}: the question comes from an encrypted room, and where it is read has not been delivered there "
    "yet. Once it has, the question stands here; until then you find the case at the desk in the browser.",
}

_TYPED: Mapping[str, Sentences] = {
    "not_owner": {
        "de": " In diesem Raum tut das `!an IHR NAME: Notiz`.",
        "en": " In this room `!to YOUR NAME: note` does that.",
    },
    "same_team": {"de": " Das tut `!zurück`.", "en": " `!return` does that."},
    "reopen_first": {"de": " Das tut `!öffnen`.", "en": " `!reopen` does that."},
    "with_lotse": {"de": " Das tut `!öffnen`.", "en": " `!reopen` does that."},
}
"""By the reason of a refusal: what is typed in a room for what it asks for, because no card there has a button for it."""


def refusal(refused: Refused) -> Sentences:
    """Why something was refused, and what to type instead."""
    how = _TYPED.get(refused.why)
    return refused.words if how is None else {locale: text + how[locale] for locale, text in refused.words.items()}


def answer(sentences: Sentences, locale: Locale, **values: str) -> Reply:
    """The sentences as a reply; what stands between backticks is shown as typed."""
    return Reply((Paragraph(with_commands(filled(sentences, **values)[locale])),), locale)


def not_delivered(reason: str | None, locale: Locale, *, changed: bool, deleted: bool) -> Reply:
    """That a coordinator's words did not arrive, or that what was ``changed`` or ``deleted`` in them did not."""
    sentences = NOT_DELIVERED if not changed else NOT_DELETED if deleted else NOT_CHANGED
    return answer(sentences, locale, reason=reason_words(reason, locale))


def with_commands(text: str) -> tuple[Span, ...]:
    """The text; what stands between backticks is shown as typed."""
    return tuple(Span(harmless(piece), code=place % 2 == 1) for place, piece in enumerate(text.split("`")) if piece)


def link_answer(link: str, locale: Locale) -> Reply:
    """The link to the desk."""
    before, _, after = LINK[locale].partition("{link}")
    return Reply((Paragraph((Span(before), Span(link, href=link), Span(after))),), locale)


def moved_card(number: CaseNumber, team: str, content: Content, locale: Locale) -> Reply:
    """What is left of the card of a case in the room of a team that does not have it any more."""
    return answer(MOVED, locale, number=str(number), team=team_title(content, team, locale))


def bare_card(number: CaseNumber, team: str, content: Content, locale: Locale) -> Reply:
    """The card of a case whose text must not stand in this room."""
    return answer(ENCRYPTED_ONLY, locale, number=str(number), team=team_title(content, team, locale))


def waiting_card(number: CaseNumber, team: str, content: Content, locale: Locale) -> Reply:
    """The card of a case whose employee has not been told yet that it is read here."""
    return answer(UNTOLD, locale, number=str(number), team=team_title(content, team, locale))


def queued(facts: CaseFacts, name: str, channel: str, about: str) -> DeskCase:
    """A case as it stands in the list of a room: by what it is about, for a list is not taken back when a case is deleted."""
    return DeskCase(facts, name, channel, about, "", CaseContext())


def calling(reply: Reply, people: Iterable[tuple[str, str]]) -> Reply:
    """The reply with these people called: (id on the platform, name)."""
    spans = tuple(span for user, name in people for span in (Span(f"@{name}", mention=user), Span(" ")))
    if not spans:
        return reply
    called: Block = Paragraph(spans[:-1])
    return Reply((*reply.blocks, called), reply.locale)
