"""Reasons in words: for *Warum?*, for ``lotse explain`` and for the case page."""

from collections.abc import Mapping

from bot.dialogue.turn import Turn
from bot.model import Evidence, EvidenceKind, Locale

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

RULES: Mapping[str, str] = {
    "sure": "the best guess is sure enough to be answered",
    "gap": "topic and question are clear, but nothing reviewed is known about it: a known gap",
    "expired": "topic and question are clear, but a figure is past its review date, so none is shown",
    "not_in_force": "topic and question are clear, but no rule is in force on that day",
    "chosen": "one of the offered choices was taken",
    "chosen_topic": "the topic was chosen, the question had been asked before",
    "did_you_mean": "several guesses are close, or the best is not sure enough: ask back",
    "which_topic": "the question is clear, its topic is missing: ask for it",
    "several": "several questions in one message, each handled by itself",
    "opened": "a person was asked for",
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


def decision_words(turn: Turn) -> str:
    """The decision of a turn and the rule behind it, in English for admins."""
    rule = RULES.get(turn.reason.rule, turn.reason.rule)
    label = f" {turn.label}" if turn.label else ""
    return f"{turn.decision}{label} – {rule}"
