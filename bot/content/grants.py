"""What a programme gives towards a course of a certain price: its share, up to its ceiling, with the facts in force on a day."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from bot.content.definitions import Fact, Source, Topic, Version
from bot.content.source_notes import source_notes
from bot.content.validity import has_ended, review_date, version_on
from bot.model import Locale, SourceNote

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Grant:
    """The sum in euros. ``share``: what the share alone would be; ``loan``: whether the rest can be had as a loan."""

    price: Decimal
    rate: Fact
    share: Decimal
    amount: Decimal
    loan: bool
    sources: tuple[SourceNote, ...]

    @property
    def rest(self) -> Decimal:
        """What is left of the price."""
        return self.price - self.amount


def grant_for(topic: Topic, price: Decimal, locale: Locale, day: date) -> Grant | None:
    """The grant for a course of this price in euros.

    None where the programme gives no share that is the same for everybody, or gives everything, or where a figure of it may not
    be shown on that day.
    """
    version = version_on(topic, day)
    if version is None or has_ended(topic, day):
        return None
    for_course = [gives for gives in version.gives if gives.of == "course_cost"]
    grants = [gives for gives in for_course if gives.kind == "grant" and gives.share and not gives.when]
    if len(grants) != 1 or any(gives.when for gives in for_course):
        return None
    (grant,) = grants
    used = [_shown(topic, version, name, day) for name in (grant.share, grant.at_most) if name is not None]
    known = [each for each in used if each is not None]
    if len(known) < len(used):
        return None
    rate, *ceiling = (fact for fact, _ in known)
    assert isinstance(rate.value, Decimal)
    if rate.value >= 100:
        return None
    share = (price * rate.value / 100).quantize(CENT, ROUND_DOWN)
    most = min([share, *(fact.value for fact in ceiling if isinstance(fact.value, Decimal))])
    loan = most == share and any(gives.kind == "loan" for gives in for_course)
    return Grant(price, rate, share, most, loan, source_notes([(source, "inferred") for _, source in known], locale))


def _shown(topic: Topic, version: Version, name: str, day: date) -> tuple[Fact, Source] | None:
    """The fact with its source, if it is a number that may be shown on that day."""
    fact = version.facts.get(name)
    source = topic.sources.get(fact.source) if fact is not None else None
    if fact is None or source is None or not isinstance(fact.value, Decimal) or review_date(fact, source) < day:
        return None
    return fact, source
