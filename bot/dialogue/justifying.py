"""*Warum?* and *Woher hast du das?*: the reasons for the reply before, and the sources it rests on.

What is typed asks about the reply before; what is pressed asks about the answer it stands under, however long ago that was given.
"""

from bot.dialogue import wording
from bot.dialogue.answers import compose
from bot.dialogue.explaining import CHOSEN, WHY_NO_ANSWER, evidence_words
from bot.dialogue.naming import label_title
from bot.dialogue.situation import Situation, finish
from bot.dialogue.state import Shown
from bot.dialogue.turn import Turn
from bot.model import AspectId, Bullets, Reason, SourceNote, Span, TopicId


def why(s: Situation) -> Turn:
    """Why the answer before was chosen; or why there was none, when Lotse asked back or did not understand."""
    no_answer = WHY_NO_ANSWER.get(s.state.unanswered)
    if no_answer is not None:
        return finish(s, "control", "why", (wording.say(no_answer, s.locale),), label="why")
    if s.state.shown is None:
        return finish(s, "control", "why", (wording.say(wording.NOTHING_BEFORE, s.locale),), label="why")
    return _explained(s, s.state.shown)


def why_given(s: Situation, given: Reason) -> Turn:
    """Why this answer was chosen, from what was noted when it was; an earlier release noted no sentences."""
    *beside, label = given.shown
    words = given.words or tuple(evidence_words(each, s.locale) for each in given.evidence)
    return _explained(s, Shown(label, words, beside=tuple(beside)))


def _explained(s: Situation, shown: Shown) -> Turn:
    reasons = shown.why or (CHOSEN[s.locale],)
    said = wording.say(wording.WHY, s.locale, label=_titles(s, shown))
    return finish(s, "control", "why", (said, Bullets(tuple((Span(reason),) for reason in reasons))), label="why")


def sources(s: Situation) -> Turn | None:
    """The sources of the answer before, with their dates; None when there was no answer, or it is gone."""
    shown = s.state.shown
    if shown is None:
        return None
    notes: list[SourceNote] = []
    for label in (*shown.beside, shown.label):
        topic, _, aspect = label.partition(".")
        if TopicId(topic) not in s.content.topics:
            return None
        carried = compose(s, TopicId(topic), AspectId(aspect), s.state.who, carried=True)
        notes.extend(carried.sources)
    words = wording.SOURCES if notes else wording.NO_SOURCES
    said = wording.say(words, s.locale, label=_titles(s, shown))
    return finish(s, "control", "sources", (said,), sources=tuple(dict.fromkeys(notes)), label="sources")


def _titles(s: Situation, shown: Shown) -> str:
    between = "“ und „" if s.locale == "de" else "” and “"
    return between.join(label_title(s.content, label, s.locale) for label in (*shown.beside, shown.label))
