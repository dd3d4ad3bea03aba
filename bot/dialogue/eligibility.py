"""The first sentence of an answer about a certain kind of person, computed from ``suits``: no, yes if, or not known.

It is the rules' wording, never an authority's decision; a text written for that case wins over it.
"""

from dataclasses import dataclass

from bot.content.definitions import Condition, Content, Topic, Who
from bot.content.facts import Truth, condition_words, judge_condition, source_note, version_on
from bot.content.validity import source_date
from bot.dialogue import wording
from bot.dialogue.situation import Situation
from bot.model import Block, Bullets, Locale, SourceNote, Span


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules say about a kind of person, in words, with the source it rests on."""

    truth: Truth
    blocks: tuple[Block, ...]
    sources: tuple[SourceNote, ...]


def verdict(s: Situation, topic: Topic, who: Who) -> Verdict:
    """The verdict for one kind of person on the day of the situation."""
    locale = s.locale
    version = version_on(topic, s.day)
    suits = version.suits if version else None
    source = topic.sources.get(suits.source) if suits else None
    if suits is None or source is None or source_date(source) < s.day:
        return _unknown(who, locale)
    concerned = [c for c in (*suits.conditions, *(c for group in suits.any_of for c in group)) if c.slot in who.slots]
    truths = {
        condition: judge_condition(condition, who.slots) for condition in suits.conditions if condition in concerned
    }
    sources = (source_note(source, "one_source", locale),)
    refused = [condition for condition, truth in truths.items() if truth == "no"]
    if refused:
        return Verdict("no", (_refusal(s.content, refused[0], who, locale),), sources)
    if not truths or "unknown" in truths.values():
        return _unknown(who, locale)
    others = [c for c in suits.conditions if c not in concerned]
    if not others:
        return Verdict("yes", (wording.say(wording.ELIGIBLE_YES, locale, who=who.title[locale]),), sources)
    conditions = Bullets(tuple((Span(condition_words(c, s.content.lists, locale)),) for c in others))
    said = wording.say(wording.ELIGIBLE_YES_IF, locale, who=who.title[locale])
    return Verdict("yes", (said, conditions), sources)


def _unknown(who: Who, locale: Locale) -> Verdict:
    return Verdict("unknown", (wording.say(wording.ELIGIBLE_UNKNOWN, locale, who=who.title[locale]),), ())


def _refusal(content: Content, condition: Condition, who: Who, locale: Locale) -> Block:
    if content.lists.slots[condition.slot].kind == "choice" and not condition.allowed:
        return wording.say(wording.ELIGIBLE_NO, locale, who=who.title[locale])
    if who.slots.get(condition.slot) in condition.refused:
        return wording.say(wording.ELIGIBLE_NO, locale, who=who.title[locale])
    words = condition_words(condition, content.lists, locale)
    return wording.say(wording.ELIGIBLE_NO_CONDITION, locale, who=who.title[locale], condition=words)
