"""Whom a programme is for, judged with three values: yes, no, and nothing reviewed is known.

Everything that is not said stays *unknown*, never *no*: an authority may see a case differently, and a wrong no costs
a person money.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from bot.content.definitions import Condition, Lists, Slot, Suits
from bot.content.unit_words import number_words
from bot.model import Locale

Truth = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True)
class Judged:
    """One condition and what is known about it."""

    condition: Condition
    truth: Truth


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it suits, and what decides.

    ``deciding`` are the conditions that make it a *no* (several when all of a group of alternatives fail), or those
    still open when it is *unknown*; empty when it is a *yes*. ``judged`` has every condition, alternatives included.
    """

    truth: Truth
    deciding: tuple[Condition, ...]
    judged: tuple[Judged, ...]


def evaluate(suits: Suits, slots: Mapping[str, str | int]) -> Verdict:
    """Judge what is known of a person or course against what a programme asks."""
    single = [Judged(condition, judge_condition(condition, slots)) for condition in suits.conditions]
    groups = [[Judged(condition, judge_condition(condition, slots)) for condition in group] for group in suits.any_of]
    judged = (*single, *(one for group in groups for one in group))
    for one in single:
        if one.truth == "no":
            return Verdict("no", (one.condition,), judged)
    for group in groups:
        if all(one.truth == "no" for one in group):
            return Verdict("no", tuple(one.condition for one in group), judged)
    still_open = [one.condition for one in single if one.truth == "unknown"]
    for group in groups:
        if not any(one.truth == "yes" for one in group):
            still_open += [one.condition for one in group if one.truth == "unknown"]
    return Verdict("unknown" if still_open else "yes", tuple(still_open), judged)


def judge_condition(condition: Condition, slots: Mapping[str, str | int]) -> Truth:
    """Whether one condition holds."""
    value = slots.get(condition.slot)
    if value is None:
        return "unknown"
    if condition.minimum is not None or condition.maximum is not None:
        if not isinstance(value, int):
            return "unknown"
        too_small = condition.minimum is not None and value < condition.minimum
        too_great = condition.maximum is not None and value > condition.maximum
        return "no" if too_small or too_great else "yes"
    if value in condition.allowed:
        return "yes"
    return "no" if condition.closed or value in condition.refused else "unknown"


def condition_words(condition: Condition, lists: Lists, locale: Locale) -> str:
    """A condition as a clause: *Ihr Arbeitsplatz liegt in Schleswig-Holstein*, *the course has at least 16 hours*."""
    slot = lists.slots[condition.slot]
    if slot.kind == "number":
        return _bounds(condition, slot, locale)
    either = " oder " if locale == "de" else " or "
    if condition.allowed:
        return either.join(slot.values[value].condition[locale] for value in slot.values if value in condition.allowed)
    refused = either.join(slot.values[value].title[locale] for value in slot.values if value in condition.refused)
    return f"{slot.title[locale]}: {'nicht' if locale == 'de' else 'not'} {refused}"


def _bounds(condition: Condition, slot: Slot, locale: Locale) -> str:
    def words(template: str, bound: Decimal) -> str:
        return template.replace("{min}", number_words(bound, locale)).replace("{max}", number_words(bound, locale))

    parts: list[str] = []
    if condition.minimum is not None:
        parts.append(words(slot.at_least[locale], condition.minimum))
    if condition.maximum is not None:
        parts.append(words(slot.at_most[locale], condition.maximum))
    return (" und " if locale == "de" else " and ").join(parts)
