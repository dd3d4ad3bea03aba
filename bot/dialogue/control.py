"""Control words: help, why, more, simpler, language, my data. Each action is a function of the situation."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.dialogue import justifying, wording
from bot.dialogue.answers import further_text, menu
from bot.dialogue.case_rules import offer
from bot.dialogue.case_status import status_of
from bot.dialogue.choosing import NO, PERSON, YES
from bot.dialogue.going_on import INSTEAD, WHAT_NOW, instead, what_now, who_they_are
from bot.dialogue.naming import contact_line, label_title
from bot.dialogue.situation import Situation, by_turn, finish
from bot.dialogue.state import Pending
from bot.dialogue.turn import Turn
from bot.model import (
    Bullets,
    Choice,
    ForgetPerson,
    Locale,
    LookedUp,
    LookUp,
    OutboxId,
    RecordRating,
    Span,
    TopicId,
    Utterance,
)

PERSON_DATA: Mapping[str, Mapping[Locale, str]] = {
    "messages": {"de": "Nachrichten in Gesprächen", "en": "messages in conversations"},
    "waiting": {"de": "Nachrichten, die noch auf Antwort warten", "en": "messages still waiting for a reply"},
    "outgoing": {"de": "Antworten, die noch unterwegs sind", "en": "replies still on their way"},
    "cases": {"de": "Fälle bei der Koordination", "en": "cases with the coordination team"},
    "gaps": {"de": "unbeantwortete Fragen", "en": "unanswered questions"},
    "ratings": {"de": "Bewertungen", "en": "ratings"},
}
"""What the store counts about a person, in words."""


SOURCES = "sources"
DELETE, KEEP = "data:delete", "data:keep"
"""Of their own, not *yes* and *no*: a *yes* pressed under something said long ago must never delete anything."""


def action_of(s: Situation) -> str | None:
    """The action of the best guess when it is a control word at all, however unsure."""
    best = s.best
    intent = s.content.intents.get(best.intent) if best and best.intent else None
    return intent.action if intent else None


def act(s: Situation, action: str) -> Turn | None:
    """Carry out a control action; None when there is none of that name."""
    carry_out = ACTIONS.get(action)
    return carry_out(s) if carry_out else None


def _help(s: Situation) -> Turn:
    blocks = (wording.say(wording.HELP, s.locale),)
    choices = menu(s)
    state = replace(s.state, pending=Pending.of("next", choices))
    return finish(replace(s, state=state), "control", "help", blocks, choices=choices, label="help", candidate=s.best)


def _situation(s: Situation) -> Turn | None:
    """Something about themselves, without a question: what they can ask with it, or the choices that are open."""
    about_them = who_they_are(s)
    if about_them is not None:
        return about_them
    best, pending = s.best, s.state.pending
    intent = s.content.intents.get(best.intent) if best and best.intent else None
    replies = intent.reply.get(s.locale, ()) if intent else ()
    if not replies:
        return None
    open_choices = pending is not None and pending.kind in ("clarify", "topic") and pending.choices
    choices = (*menu(s), Choice(wording.PERSON[s.locale], PERSON))
    if pending is not None and open_choices:
        choices = tuple(Choice(*choice) for choice in pending.choices)
    still = pending if open_choices else Pending.of("next", choices, s.said)
    state = replace(s.state, pending=still, who=s.understanding.who or s.state.who)
    blocks = (by_turn(s, replies),)
    return finish(
        replace(s, state=state), "clarify", "situation", blocks, choices=choices, label="situation", candidate=best
    )


def _cancel(s: Situation) -> Turn:
    state = replace(s.state, pending=None, topic=None, aspect=None, who=(), misses=0)
    blocks = (wording.say(wording.CANCELLED, s.locale),)
    return finish(replace(s, state=state), "control", "cancel", blocks, label="cancel")


def _back(s: Situation) -> Turn | None:
    """To the choices that were there before the last one was taken; None when none was."""
    before = s.state.before
    if before is None:
        return None
    choices = tuple(Choice(label, value) for label, value in before.choices)
    state = replace(s.state, pending=before, before=None)
    blocks = (wording.say(wording.BACK, s.locale),)
    return finish(replace(s, state=state), "control", "back", blocks, choices=choices, label="back")


def _switch(locale: Locale) -> Callable[[Situation], Turn]:
    def switch(s: Situation) -> Turn:
        changed = replace(s, state=replace(s.state, locale=locale, locale_fixed=True), locale=locale)
        blocks = (wording.say(wording.SWITCHED, locale),)
        return finish(changed, "control", f"switch_{locale}", blocks, label=f"switch_{locale}")

    return switch


def _more(s: Situation) -> Turn:
    return _further(s, "more")


def _plain(s: Situation) -> Turn:
    return _further(s, "plain")


def _further(s: Situation, kind: str) -> Turn:
    if s.state.shown is None:
        return finish(s, "control", kind, (wording.say(wording.NOTHING_BEFORE, s.locale),), label=kind)
    found = further_text(s, kind)
    if found is not None:
        blocks, sources = found
        return finish(s, "control", kind, blocks, sources=sources, label=kind)
    topic = TopicId(s.state.shown.label.partition(".")[0])
    if kind == "more" and topic in s.content.topics:
        blocks = (wording.say(wording.NO_MORE, s.locale, contact=contact_line(s.content, topic, s.locale)),)
    else:
        blocks = (wording.say(wording.NO_PLAIN, s.locale),)
    return finish(s, "control", kind, blocks, label=kind)


def _helpful(s: Situation) -> Turn:
    return rated(s, rating_of(s, helpful=True))


def _not_helpful(s: Situation) -> Turn:
    rating = rating_of(s, helpful=False)
    return rated(s, rating, label_title(s.content, rating.label, s.locale) if rating.label else "")


def rating_of(s: Situation, *, helpful: bool, about: OutboxId | None = None) -> RecordRating:
    """Whether the answer shown last helped, said in words; or the one under which that was pressed."""
    return RecordRating(about, s.state.shown.label if s.state.shown else "", helpful)


def rated(s: Situation, rating: RecordRating, question: str = "") -> Turn:
    """What is said to a rating: thanks, or an offer of a person with this question."""
    if rating.helpful:
        blocks = (wording.say(wording.RATED_GOOD, s.locale),)
        return finish(s, "control", "rated", blocks, effects=(rating,), label="helpful")
    pending, choices = offer(question, "not helpful", s.locale, s.now)
    changed = replace(s, state=replace(s.state, pending=pending))
    blocks = (wording.say(wording.RATED_BAD, s.locale),)
    return finish(changed, "control", "rated", blocks, choices=choices, effects=(rating,), label="not_helpful")


def _case_status(s: Situation) -> Turn:
    case = s.state.case
    said = status_of(case, s.locale, s.now, s.office) if case is not None else None
    if said is None:  # the person may have one in another conversation
        return _look_up(s, LookUp("cases"), "case_status")
    return finish(s, "control", "case_status", (said,), label="case_status")


def cases_elsewhere(s: Situation, found: LookedUp) -> Turn:
    """How the cases of the person stand that belong to other conversations."""
    said = tuple(
        wording.say(wording.CASE_ELSEWHERE[state], s.locale, number=str(number))
        for state, number in found.found
        if state in wording.CASE_ELSEWHERE
    )
    said = said or (wording.say(wording.CASE_STATUS_NONE, s.locale),)
    return finish(s, "control", "case_status", said, label="case_status")


def _my_data(s: Situation) -> Turn:
    return _look_up(s, LookUp("person_data"), "my_data")


def _look_up(s: Situation, effect: LookUp, label: str) -> Turn:
    """Two turns: the store looks it up, and answers with a ``LookedUp``."""
    turn = finish(s, "control", label, (), effects=(effect,), label=label)
    return replace(turn, state=replace(turn.state, introduced=s.state.introduced), effects=turn.effects[1:])


def person_data(s: Situation, found: LookedUp) -> Turn:
    """What is stored about the person, in words."""
    items = tuple(
        (Span(f"{PERSON_DATA[kind][s.locale] if kind in PERSON_DATA else kind}: {count}"),)
        for kind, count in found.found
    )
    blocks = (wording.say(wording.MY_DATA, s.locale), Bullets(items))
    return finish(s, "control", "my_data", blocks, label="my_data")


def _delete_my_data(s: Situation) -> Turn:
    choices = (Choice(wording.DELETE_YES[s.locale], DELETE), Choice(wording.DELETE_NO[s.locale], KEEP))
    pending = Pending.of("confirm_delete", choices)
    changed = replace(s, state=replace(s.state, pending=pending))
    blocks = (wording.say(wording.CONFIRM_DELETE, s.locale),)
    return finish(changed, "control", "confirm_delete", blocks, choices=choices, label="delete_my_data")


def confirm_delete(s: Situation, value: str) -> Turn | None:
    """The answer to the question whether everything is to be deleted; None when it is neither yes nor no.

    Words may say yes or no in their own way; what is pressed must be what stood under the question.
    """
    closed = replace(s, state=replace(s.state, pending=None))
    in_words = isinstance(s.input, Utterance)
    if value == DELETE or (in_words and value == YES):
        blocks = (wording.say(wording.DELETED, s.locale),)
        return finish(closed, "control", "delete_my_data", blocks, effects=(ForgetPerson(),), label="delete_my_data")
    if value == KEEP or (in_words and value == NO):
        return finish(closed, "control", "declined", (wording.say(wording.NOT_KEPT, s.locale),), label="no")
    return None


ACTIONS: Mapping[str, Callable[[Situation], Turn | None]] = {
    "help": _help,
    "situation": _situation,
    INSTEAD: instead,
    WHAT_NOW: what_now,
    "cancel": _cancel,
    "back": _back,
    "switch_de": _switch("de"),
    "switch_en": _switch("en"),
    "why": justifying.why,
    SOURCES: justifying.sources,
    "more": _more,
    "plain": _plain,
    "helpful": _helpful,
    "not_helpful": _not_helpful,
    "case_status": _case_status,
    "my_data": _my_data,
    "delete_my_data": _delete_my_data,
}
"""What a control intent's ``action`` may name, besides *yes*, *no*, *none* and *person*. None: only the intent's reply is left."""

__all__ = ["ACTIONS", "act", "action_of", "cases_elsewhere", "confirm_delete", "person_data"]
