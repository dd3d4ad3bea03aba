"""The first sentence of an answer about certain people, computed from ``suits``: no, yes if, or not known.

It is the rules' wording, never an authority's decision; a text written for that case wins over it. Somebody who names several
things about themselves (*befristet, im öffentlichen Dienst*) is judged by each of them and by all together, and whatever
excludes them is said first.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.content.definitions import Condition, Content, Suits, Topic, Who
from bot.content.facts import Truth, condition_words, evaluate, judge_condition, source_note, version_on
from bot.content.validity import source_date
from bot.dialogue import wording
from bot.dialogue.situation import Situation
from bot.model import Block, Bullets, Locale, SourceNote, Span

Slots = Mapping[str, str | int]
Alternatives = tuple[Condition, ...]
"""Conditions of which one must hold."""
EITHER: Mapping[Locale, str] = {"de": " oder ", "en": " or "}
AND: Mapping[Locale, str] = {"de": " und ", "en": " and "}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say about people, in words, with the source it rests on. ``people`` are those it is about."""

    truth: Truth
    people: tuple[Who, ...]
    blocks: tuple[Block, ...]
    sources: tuple[SourceNote, ...] = ()


def verdict(s: Situation, topic: Topic, people: tuple[Who, ...]) -> Verdict:
    """The verdict for somebody of whom all this is said, on the day of the situation."""
    locale = s.locale
    version = version_on(topic, s.day)
    suits = version.suits if version else None
    source = topic.sources.get(suits.source) if suits else None
    if suits is None or source is None or source_date(source) < s.day:
        return _unknown(people, locale)
    sources = (source_note(source, "one_source", locale),)
    together = _together(people)
    each = [((who,), who.slots) for who in people]
    for concerned, slots in (*each, *([(people, together)] if together is not None else [])):
        judged = evaluate(suits, slots)
        if judged.truth == "no":
            return Verdict("no", concerned, (_refusal(s.content, judged.deciding, slots, concerned, locale),), sources)
    open_still: dict[Alternatives, None] = {}
    for slots in [together] if together is not None else [who.slots for who in people]:
        required = still_required(suits, slots)
        if required is None:
            return _unknown(people, locale)
        open_still.update(dict.fromkeys(required))
    if not open_still:
        said = wording.say(wording.ELIGIBLE_YES, locale, who=_titles(people, locale))
        return Verdict("yes", people, (said,), sources)
    said = wording.say(wording.ELIGIBLE_YES_IF, locale, who=_titles(people, locale))
    conditions = Bullets(tuple((Span(_words(s.content, group, locale)),) for group in open_still))
    return Verdict("yes", people, (said, conditions), sources)


def still_required(suits: Suits, slots: Slots) -> tuple[Alternatives, ...] | None:
    """What else must hold for people with these slots; None when the rules say nothing about them in particular.

    They do when one condition is known to hold and none that is about these people is open. A list that is not closed is no
    condition to be named: others than those listed may qualify, and that is not known.
    """
    groups = (*((condition,) for condition in suits.conditions), *suits.any_of)
    truths = {condition: judge_condition(condition, slots) for group in groups for condition in group}
    if "yes" not in truths.values():
        return None
    required = []
    for group in groups:
        if not any(truths[condition] == "yes" for condition in group):
            required.append(tuple(condition for condition in group if truths[condition] == "unknown"))
    sure = all(condition.slot not in slots and _is_firm(condition) for group in required for condition in group)
    return tuple(required) if sure else None


def _is_firm(condition: Condition) -> bool:
    bounded = condition.minimum is not None or condition.maximum is not None
    return condition.closed or bounded or not condition.allowed


def _together(people: Sequence[Who]) -> Slots | None:
    """What is known of somebody of whom all this is said; None when it cannot be one person (*Azubis und Beamte*)."""
    slots: dict[str, str | int] = {}
    for who in people:
        for slot, value in who.slots.items():
            if slots.setdefault(slot, value) != value:
                return None
    return slots


def _unknown(people: tuple[Who, ...], locale: Locale) -> Verdict:
    said = wording.say(wording.ELIGIBLE_UNKNOWN, locale, who=_titles(people, locale))
    return Verdict("unknown", people, (said,))


def _refusal(
    content: Content, deciding: tuple[Condition, ...], slots: Slots, people: tuple[Who, ...], locale: Locale
) -> Block:
    who = _titles(people, locale)
    if all(slots.get(c.slot) in c.refused for c in deciding):
        return wording.say(wording.ELIGIBLE_NO, locale, who=who)
    return wording.say(wording.ELIGIBLE_NO_CONDITION, locale, who=who, condition=_words(content, deciding, locale))


def _words(content: Content, group: Alternatives, locale: Locale) -> str:
    return EITHER[locale].join(condition_words(condition, content.lists, locale) for condition in group)


def _titles(people: Sequence[Who], locale: Locale) -> str:
    *first, last = (who.title[locale] for who in people)
    return AND[locale].join((", ".join(first), last)) if first else last
