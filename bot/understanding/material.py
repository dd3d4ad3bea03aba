"""What there is to learn from: the content's names, phrases, examples and asks of one language, prepared.

Names are masked in sentences about aspects and intents, so that what is learnt there holds for every topic, those of
tomorrow included. An answer's own ``asks`` teach which answer, which topic and (masked) which aspect. Whether a sentence is a
question about a topic at all, or an intent, is learnt apart from that, from a part of them: all of them would outweigh the
intents by their number alone.
YAML ``tests`` are never read here.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from bot.content.definitions import Answer, Content, Topic
from bot.model import LOCALES, Locale
from bot.understanding.entities import TOPIC_MARK, WHO_MARK, Names
from bot.understanding.fuzzy import Vocabulary
from bot.understanding.normalize import STOPWORDS, tokens
from bot.understanding.phrases import expand, sentence_key
from bot.understanding.reader import ASPECT, INTENT, NO_TOPIC, QUESTION, NameIndexes, Question, prepare

PER_TEMPLATE = 3
"""Sentences of one template the rankers learn from; all of them match as phrases."""

MOST_ASKS_PER_ASPECT = 130
MOST_NAMELESS_PER_TOPIC, MOST_NAMED_PER_TOPIC = 110, 50
MOST_QUESTIONS = 2_000
"""Of more so many are drawn: training grows with the square of their number, and no label should drown the others.

A topic that is named is found by its name, so its ranker learns mostly from the ways to ask that do not name it.
"""

T = TypeVar("T")
Words = tuple[str, ...]
Examples = list[tuple[Words, str]]
_FIGURES = re.compile(r"\{[^{}]*\}|\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Ask:
    """One way to ask for a single answer; ``label`` is ``topic.aspect``."""

    label: str
    question: Question

    @property
    def topic(self) -> str:
        """The topic the answer belongs to."""
        return self.label.partition(".")[0]

    @property
    def aspect(self) -> str:
        """The side of it that the answer gives."""
        return self.label.partition(".")[2]


@dataclass(frozen=True, slots=True)
class Material:
    """Everything to learn from in one language."""

    locale: Locale
    names: NameIndexes
    vocabulary: Vocabulary
    phrases: dict[str, str]
    """Masked sentence -> route label; the first content that claims a sentence has it."""
    intents: Examples
    """Masked sentences with the intent (``intent:…``) they are examples of."""
    intent_counters: Examples
    """Masked sentences and the intent they are *not* examples of."""
    generic: Examples
    """Masked ways to ask for an aspect of any topic."""
    aspects: Examples
    """The same, with those for the answers of single topics."""
    aspect_counters: Examples
    """Masked sentences and the aspect they do *not* ask for."""
    topics: Examples
    """Sentences as they are, with the topic they are about."""
    titles: Examples
    """The names of topics."""
    asks: list[Ask]
    said: list[tuple[str, Words]]
    """What every answer says, figures left out."""
    said_in_full: list[tuple[str, Words]]
    """The same with title and *more*."""
    trust: dict[str, float]
    """How often a name in a sentence means its topic: *Bildungsurlaub* nearly always, *Meister* not."""

    @property
    def gates(self) -> Examples:
        """What tells intents from questions: examples of every intent, and as many questions as there is room for."""
        questions = [
            *drawn([words for words, _ in self.generic], MOST_QUESTIONS),
            *drawn([ask.question.masked for ask in self.asks], MOST_QUESTIONS),
        ]
        return [*self.intents, *((words, QUESTION) for words in dict.fromkeys(questions) if words)]


def gather(content: Content, locale: Locale) -> Material:
    """The material of one language."""
    rules = content.lists.rules.get(locale, {})
    overviews = frozenset(t.id for t in content.topics.values() if t.kind == "overview")
    who_words = (
        (word, who.id)
        for who in content.who.values()
        for template in who.phrases.get(locale, ())
        for word in expand(template, rules)
    )
    names = NameIndexes(
        Names.of(((name, topic.id) for topic in content.topics.values() for name in names_of(topic)), locale),
        Names.of(who_words, locale),
    )
    vocabulary = Vocabulary.of(_all_words(content, locale))

    def prepared(sentence: str) -> Question:
        words = tokens(sentence.replace("{topic}", TOPIC_MARK).replace("{who}", WHO_MARK))
        return prepare(words, names, vocabulary, overviews, locale)

    phrases: dict[str, str] = {}
    taught: Examples = []
    counters: Examples = []
    for label, templates, sentences, against in _routes(content, locale):
        for template in templates:
            variants = [prepared(variant).masked for variant in expand(template, rules)]
            for words in variants:
                phrases.setdefault(sentence_key(words), label)
            taught.extend((words, label) for words in islice(variants, 0, None, max(1, len(variants) // PER_TEMPLATE)))
        for sentence in sentences:
            words = prepared(sentence).masked
            phrases.setdefault(sentence_key(words), label)
            taught.append((words, label))
        counters.extend((prepared(sentence).masked, label) for sentence in against)
    generic, aspect_counters = _of_aspects(taught), _of_aspects(counters)
    titles = [(tokens(name), topic.id) for topic in content.topics.values() for name in names_of(topic)]
    topics: list[tuple[Words, str]] = [
        *titles,
        *(
            (tokens(sentence), NO_TOPIC)
            for intent in content.intents.values()
            if intent.kind in ("off_topic", "smalltalk")
            for sentence in intent.examples.get(locale, ())
        ),
    ]
    asks: list[Ask] = []
    for topic, answer in _answers(content):
        for sentence in (*answer.asks.get(locale, ()), *_title(answer, locale)):
            question = prepared(sentence)
            asks.append(Ask(f"{topic.id}.{answer.aspect}", question))
    return Material(
        locale,
        names,
        vocabulary,
        phrases,
        _distinct(example for example in taught if example[1].startswith(INTENT)),
        _distinct(example for example in counters if example[1].startswith(INTENT)),
        generic,
        _distinct([*generic, *_asks_by_aspect(asks, content)]),
        aspect_counters,
        _distinct([*topics, *_asks_by_topic(asks)]),
        _distinct(titles),
        asks,
        [
            (
                f"{topic.id}.{answer.aspect}",
                tokens(_FIGURES.sub(" ", f"{answer.title.get(locale, '')} {answer.text[locale]}")),
            )
            for topic, answer in _answers(content)
            if locale in answer.text
        ],
        [
            (f"{topic.id}.{answer.aspect}", tokens(_FIGURES.sub(" ", " ".join(_whole(topic, answer, locale)))))
            for topic, answer in _answers(content)
            if locale in answer.text
        ],
        _trust(asks),
    )


def _of_aspects(examples: Examples) -> Examples:
    return _distinct((words, label.removeprefix(ASPECT)) for words, label in examples if label.startswith(ASPECT))


def _distinct(examples: Iterable[tuple[Words, str]]) -> Examples:
    return list(dict.fromkeys(example for example in examples if example[0]))


def drawn(items: Sequence[T], most: int, by: Callable[[T], object] = lambda item: item) -> list[T]:
    """At most so many, in their order. Each item's lot is drawn by what it is, whatever else there is: whoever teaches one more
    sentence puts at most one other out, and what has nothing to do with it stays as it was learnt."""
    if len(items) <= most:
        return list(items)
    lots = [hashlib.blake2b(repr(by(item)).encode(), digest_size=8).digest() for item in items]
    chosen = sorted(range(len(items)), key=lambda place: (lots[place], place))[:most]
    return [items[place] for place in sorted(chosen)]


def _asks_by_aspect(asks: Sequence[Ask], content: Content) -> Examples:
    by_aspect: dict[str, list[Words]] = defaultdict(list)
    for ask in asks:
        if ask.aspect in content.aspects:
            by_aspect[ask.aspect].append(ask.question.masked)
    return [(words, aspect) for aspect, each in by_aspect.items() for words in drawn(each, MOST_ASKS_PER_ASPECT)]


def _asks_by_topic(asks: Sequence[Ask]) -> Examples:
    named: dict[str, list[Words]] = defaultdict(list)
    nameless: dict[str, list[Words]] = defaultdict(list)
    for ask in asks:
        question = ask.question
        (named if question.topics or question.areas else nameless)[ask.topic].append(question.words)
    return [
        (words, topic)
        for each, most in ((nameless, MOST_NAMELESS_PER_TOPIC), (named, MOST_NAMED_PER_TOPIC))
        for topic, sentences in each.items()
        for words in drawn(sentences, most)
    ]


def _trust(asks: list[Ask]) -> dict[str, float]:
    meant: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for ask in asks:
        for mention in (*ask.question.topics, *ask.question.areas):
            found[mention.words] += 1
            meant[mention.words] += ask.label.partition(".")[0] == mention.id
    return {words: (meant[words] + 1.0) / (count + 1.0) for words, count in found.items()}


def names_of(topic: Topic) -> Iterator[str]:
    """All names of a topic; German programmes keep their German names in English sentences."""
    for locale in LOCALES:
        if locale in topic.title:
            yield topic.title[locale]
        yield from topic.names.get(locale, ())


def sentences_of(content: Content, locale: Locale) -> Iterator[str]:
    """Everything the content says, and is asked by, in one language."""
    for aspect in content.aspects.values():
        yield from aspect.examples.get(locale, ())
    for intent in content.intents.values():
        yield from intent.examples.get(locale, ())
    for _, answer in _answers(content):
        for texts in (answer.text, answer.more, answer.title, *answer.who.values()):
            if locale in texts:
                yield texts[locale]
        yield from answer.asks.get(locale, ())


def _routes(
    content: Content, locale: Locale
) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    """(label, templates, examples, counterexamples) of every aspect and intent."""
    for aspect in content.aspects.values():
        yield (
            f"{ASPECT}{aspect.id}",
            aspect.phrases.get(locale, ()),
            aspect.examples.get(locale, ()),
            aspect.counterexamples.get(locale, ()),
        )
    for intent in content.intents.values():
        yield (
            f"{INTENT}{intent.id}",
            intent.phrases.get(locale, ()),
            intent.examples.get(locale, ()),
            intent.counterexamples.get(locale, ()),
        )


def _answers(content: Content) -> Iterator[tuple[Topic, Answer]]:
    for topic in content.topics.values():
        for answer in topic.answers.values():
            yield topic, answer


def _whole(topic: Topic, answer: Answer, locale: Locale) -> Iterator[str]:
    """Everything an answer says, with what it is about."""
    yield topic.title[locale]
    for texts in (answer.title, answer.text, answer.more):
        if locale in texts:
            yield texts[locale]


def _title(answer: Answer, locale: Locale) -> tuple[str, ...]:
    return (answer.title[locale],) if locale in answer.title else ()


def _all_words(content: Content, locale: Locale) -> Iterable[str]:
    """Every word the content uses; brackets of templates fall away, and the name of a slot or rule does no harm."""
    yield from STOPWORDS[locale]
    texts: list[Iterable[str]] = [sentences_of(content, locale), content.lists.rules.get(locale, {}).values()]
    texts.extend(names_of(topic) for topic in content.topics.values())
    for who in content.who.values():
        texts.extend((who.phrases.get(locale, ()), who.examples.get(locale, ())))
    texts.extend(aspect.phrases.get(locale, ()) for aspect in content.aspects.values())
    texts.extend(intent.phrases.get(locale, ()) for intent in content.intents.values())
    for sentences in texts:
        for sentence in sentences:
            yield from tokens(sentence)
