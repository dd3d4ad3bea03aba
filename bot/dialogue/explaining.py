"""Reasons in words: for *Warum?*, for ``lotse explain`` and for the case page."""

from collections.abc import Mapping
from dataclasses import replace

from bot.content.definitions import Content
from bot.dialogue.naming import aspect_title, label_title
from bot.dialogue.turn import Turn
from bot.model import Candidate, Evidence, EvidenceKind, Locale, Understanding
from bot.understanding.normalize import tokens

EVIDENCE: Mapping[EvidenceKind, Mapping[Locale, str]] = {
    "name": {"de": "Sie nannten „{text}“.", "en": "You named “{text}”."},
    "typo": {"de": "„{text}“ klingt wie ein bekannter Name.", "en": "“{text}” looks like a known name."},
    "compound": {"de": "In „{text}“ steckt ein bekannter Name.", "en": "“{text}” contains a known name."},
    "phrase": {"de": "Der Satz ist als Formulierung hinterlegt ({text}).", "en": "The sentence is a known phrase ({text})."},
    "words": {"de": "Ihre Wörter passen zu: {text}.", "en": "Your words fit: {text}."},
    "own_answer": {
        "de": "Ähnlich wird nach dieser Antwort gefragt ({text}).",
        "en": "This answer is asked for in a similar way ({text}).",
    },
    "context": {"de": "Davor ging es um: {text}.", "en": "Before, it was about: {text}."},
    "who": {"de": "Sie nannten eine Personengruppe: „{text}“.", "en": "You named a group of people: “{text}”."},
    "figure": {
        "de": "Sie nannten eine Zahl, die dazu gehört oder gehörte: {text}.",
        "en": "You quoted a figure that belongs or belonged to it: {text}.",
    },
}  # fmt: skip

CHOSEN: Mapping[Locale, str] = {
    "de": "Sie haben diese Antwort selbst ausgewählt.",
    "en": "You picked this answer yourself.",
}
_ASKED_BACK: Mapping[Locale, str] = {
    "de": "Ihre Frage passte zu mehreren Antworten ähnlich gut. Bevor ich rate, frage ich lieber zurück.",
    "en": "Your question fitted several answers about equally well. I would rather ask than guess.",
}
_NOT_FOUND: Mapping[Locale, str] = {
    "de": "Zu Ihren Worten habe ich keine geprüfte Antwort gefunden, die sicher genug passt. Ich antworte nur aus geprüften "
    "Texten und rate nicht.",
    "en": "I found no checked answer that fits your words surely enough. I only answer from checked texts and do not guess.",
}
_ELSEWHERE: Mapping[Locale, str] = {
    "de": "Ihre Worte passen zu keinem meiner Themen: Förderung, Kurse und Anerkennung.",
    "en": "Your words fit none of my subjects: funding, courses and recognition.",
}
_FOR_A_PERSON: Mapping[Locale, str] = {
    "de": "Ihre Worte klangen nach etwas, das besser ein Mensch mit Ihnen klärt.",
    "en": "Your words sounded like something that a person had better settle with you.",
}
_AROUND = " .,;:!?()\"'„“”"
WHY_NO_ANSWER: Mapping[str, Mapping[Locale, str]] = {
    "did_you_mean": _ASKED_BACK,
    "which_topic": {
        "de": "Was Sie wissen möchten, war klar, aber nicht, worum es geht. Deshalb habe ich danach gefragt.",
        "en": "What you want to know was clear, but not what it is about. That is why I asked.",
    },
    "miss": _NOT_FOUND,
    "second_miss": _NOT_FOUND,
    "none_of_these": _NOT_FOUND,
    "unlike": _ELSEWHERE,
    "off_topic": _ELSEWHERE,
    "sensitive": _FOR_A_PERSON,
    "offered": _FOR_A_PERSON,
}
"""Why there was no answer, by the rule that decided so."""

RULES: Mapping[str, str] = {
    "sure": "the best guess is sure enough to be answered",
    "gap": "topic and question are clear, but nothing reviewed is known about it: a known gap",
    "expired": "topic and question are clear, but a figure is past its review date, so none is shown",
    "not_in_force": "topic and question are clear, but no rule is in force on that day",
    "chosen": "one of the offered choices was taken",
    "chosen_topic": "the topic was chosen, the question had been asked before",
    "did_you_mean": "several guesses are close, or the best is not sure enough: ask back",
    "which_topic": "the question is clear, its topic is missing: ask for it",
    "assumed_topic": "the question is clear, and its topic is that spoken of before",
    "price": "the price of what was spoken of was told: what there is towards it",
    "who_they_are": "who they are was told: what that means for what was spoken of",
    "instead": "what was spoken of does not fit: what else there is",
    "what_now": "what to do about what was spoken of",
    "nothing_else": "there is nothing else to show: a person is offered",
    "doubt": "a yes that asks back: the question of ours once more",
    "several": "several questions in one message, each handled by itself",
    "opened": "a person was asked for",
    "offered": "a person may have been asked for: one is offered",
    "sensitive": "a sensitive matter: a person is offered",
    "unlike": "hardly a word of it is known: off topic",
    "miss": "nothing fits well enough: an honest miss",
    "second_miss": "the second miss in a row: a person is offered",
    "none_of_these": "none of the offered guesses was meant: a person is offered",
}


def evidence_words(evidence: Evidence, locale: Locale) -> str:
    """One piece of evidence as a sentence, with its weight in percent."""
    text = EVIDENCE[evidence.kind][locale].replace("{text}", evidence.text)
    share = round(evidence.weight * 100)
    return f"{text} ({share} %)" if locale == "de" else f"{text} ({share}%)"


TYPED = frozenset({"name", "typo", "compound", "who"})
"""Evidence that quotes what was typed."""


def reasons(candidate: Candidate, understood: Understanding, content: Content, locale: Locale) -> tuple[str, ...]:
    """Why this answer, in the words of the employee and the titles they see."""
    return tuple(
        evidence_words(replace(each, text=_in_plain_words(each, candidate, understood, content, locale)), locale)
        for each in candidate.evidence
    )


def _in_plain_words(
    evidence: Evidence, candidate: Candidate, understood: Understanding, content: Content, locale: Locale
) -> str:
    text = evidence.text
    if evidence.kind in TYPED:
        return as_typed(text, understood)
    if candidate.aspect is not None and text == candidate.aspect:
        return aspect_title(content, candidate.topic, candidate.aspect, locale)
    if text in (candidate.topic, candidate.label):
        return label_title(content, text, locale)
    return as_typed(text, understood)


def as_typed(words: str, understood: Understanding) -> str:
    """Words of the matching copy as they were typed: *Externenprüfung*, not *externenprufung*."""
    typed = {read: meant for meant, read in understood.mended}
    wanted = tuple(token for word in words.split() for token in tokens(typed.get(word, word)))
    written = [(word.strip(_AROUND), tokens(word)) for word in understood.text.split()]
    for start in range(len(written)):
        found: tuple[str, ...] = ()
        for end in range(start, len(written)):
            found += written[end][1]
            if found == wanted:
                return " ".join(word for word, _ in written[start : end + 1])
            if len(found) >= len(wanted):
                break
    each = {each[0]: word for word, each in written if len(each) == 1}
    return " ".join(each.get(word, word) for word in wanted)


def decision_words(turn: Turn) -> str:
    """The decision of a turn and the rule behind it, in English for admins."""
    rule = RULES.get(turn.reason.rule, turn.reason.rule)
    label = f" {turn.label}" if turn.label else ""
    return f"{turn.decision}{label} – {rule}"
