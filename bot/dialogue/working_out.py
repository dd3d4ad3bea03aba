"""The sum for the price of a course that somebody names: what a programme would give towards it, and what would be left."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bot.content.definitions import Answer, Fact, Topic
from bot.content.facts import Grant, answer_on, figure, grant_for, value_words
from bot.dialogue import wording
from bot.dialogue.situation import Situation
from bot.dialogue.state import programme_of
from bot.model import AspectId, Locale, Paragraph, SourceNote, Span
from bot.understanding.entities import figure_key
from bot.understanding.normalize import tokens
from bot.understanding.reader import FUNDING_HELP

BESIDE_PRICE = frozenset(
    tokens(
        "der die das den er sie es mein meine meiner unser unsere dieser ein eine kurs lehrgang seminar schulung weiterbildung "
        "kostet kosten kurskosten kursgebühr gebühr gebühren preis pro person bei für mit von und also so etwa ca circa rund "
        "insgesamt euro eur rechne rechnen mal mir uns das bitte aus durch "
        "the it my our this a course training seminar costs cost fee price is for of per person and about at around with please "
        "work out calculate"
    )
)
"""The words of a message that tells a price and nothing else: *mein Lehrgang kostet 5500 Euro*, *bei 3000 Euro?*"""
EXAMPLE = AspectId("example")
PRICED = (EXAMPLE, AspectId("amount"))
ABOUT_PRICES = frozenset((*PRICED, *map(AspectId, ("cost", "coverage", "overview"))))


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """The sum in words, and what it rests on."""

    said: Paragraph
    sources: tuple[SourceNote, ...]


def worked_out(s: Situation, topic: Topic, answer: Answer) -> WorkedOut | None:
    """The sum of the topic, or of the programme an answer names for a course; None where no price, or no share, is known.

    An amount that is or was a figure of the programme is what is asked about, not a price; one of its examples may be both.
    """
    if answer.aspect == FUNDING_HELP:
        named = programme_of(answer, s.content)
        topic = s.content.topics[named] if named else topic
    elif answer.aspect not in ABOUT_PRICES:
        return None
    facts = (fact for version in topic.versions for fact in version.facts.values())
    figures = figures_of(fact for fact in facts if fact.confidence != "inferred")
    priced = [amount for amount in s.understanding.quoted if amount.endswith("€") and amount not in figures]
    grant = grant_for(topic, Decimal(priced[0].removesuffix("€")), s.locale, s.day) if len(priced) == 1 else None
    return None if grant is None else WorkedOut(_said(grant, topic.title[s.locale], s.locale), grant.sources)


def side_for_price(s: Situation, topic: Topic) -> AspectId | None:
    """The side of a topic under which a price that is told, and nothing else, is worked out; None where it cannot be."""
    if not all(word in BESIDE_PRICE or not word.isalpha() for word in tokens(s.said)):
        return None
    answers = (answer_on(topic, aspect, s.day) for aspect in (*PRICED, FUNDING_HELP))
    return next((each.aspect for each in answers if each is not None and worked_out(s, topic, each) is not None), None)


def figures_of(facts: Iterable[Fact]) -> set[str]:
    """The amounts and percentages of these facts, in the form in which quoted ones are read."""
    return {
        figure_key(fact.value, percent=fact.unit == "percent")
        for fact in facts
        if isinstance(fact.value, Decimal) and fact.unit in ("EUR", "percent")
    }


def _said(grant: Grant, title: str, locale: Locale) -> Paragraph:
    amounts = {"price": grant.price, "share": grant.share, "amount": grant.amount, "rest": grant.rest}
    words = {name: value_words(amount, "EUR", locale) for name, amount in amounts.items()}
    sentence = wording.WORKED_OUT if grant.amount == grant.share else wording.WORKED_OUT_CAPPED
    (span,) = wording.say(sentence, locale, title=title, rate=figure(grant.rate, locale), **words).spans
    loan = wording.say(wording.REST_AS_LOAN, locale).spans if grant.loan else ()
    return Paragraph((span, *(Span(f" {each.text}") for each in loan)))
