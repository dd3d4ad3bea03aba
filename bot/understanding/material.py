"""What there is to learn from: the content's names, phrases, examples and asks of one language, prepared.

Names are masked in sentences about aspects and intents, so that what is learnt there holds for every topic, those of
tomorrow included. An answer's own ``asks`` teach which answer, which topic and (masked) which aspect. Whether a sentence is a
question about a topic at all, or an intent, is learnt apart from that and without them: there they would outweigh the intents
by their number alone.
YAML ``tests`` are never read here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from bot.content.definitions import Answer, Content, Topic
from bot.model import LOCALES, Locale
from bot.understanding.entities import TOPIC_MARK, WHO_MARK, Names
from bot.understanding.fuzzy import Vocabulary
from bot.understanding.normalize import STOPWORDS, tokens
from bot.understanding.phrases import expand, sentence_key
from bot.understanding.reader import ASPECT, INTENT, NO_TOPIC, NameIndexes, Question, prepare

PER_TEMPLATE = 3
"""Sentences of one template the rankers learn from; all of them match as phrases."""

MOST_ASKS_PER_ASPECT = 130
MOST_ASKS_PER_TOPIC = 130
"""More are thinned out evenly: training grows with the square of their number, and no label should drown the others."""

Words = tuple[str, ...]
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
    gates: list[tuple[Words, str]]
    """Masked sentences with ``intent:…`` or ``aspect:…``."""
    aspects: list[tuple[Words, str]]
    """Masked sentences with the aspect they ask for."""
    counters: list[tuple[Words, str]]
    """Masked sentences and the aspect they do *not* ask for."""
    topics: list[tuple[Words, str]]
    """Sentences as they are, with the topic they are about."""
    asks: list[Ask]
    said: list[tuple[str, Words]]
    """What every answer says, figures left out."""
    trust: dict[str, float]
    """How often a name in a sentence means its topic: *Bildungsurlaub* nearly always, *Meister* not."""


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
    routes: list[tuple[Words, str]] = []
    counters: list[tuple[Words, str]] = []
    for label, templates, sentences, against in _routes(content, locale):
        for template in templates:
            variants = [prepared(variant).masked for variant in expand(template, rules)]
            for words in variants:
                phrases.setdefault(sentence_key(words), label)
            routes.extend((words, label) for words in islice(variants, 0, None, max(1, len(variants) // PER_TEMPLATE)))
        for sentence in sentences:
            words = prepared(sentence).masked
            phrases.setdefault(sentence_key(words), label)
            routes.append((words, label))
        counters.extend((prepared(sentence).masked, label) for sentence in against)
    topics: list[tuple[Words, str]] = [
        (tokens(name), topic.id) for topic in content.topics.values() for name in names_of(topic)
    ]
    topics.extend(
        (tokens(sentence), NO_TOPIC)
        for intent in content.intents.values()
        if intent.kind in ("off_topic", "smalltalk")
        for sentence in intent.examples.get(locale, ())
    )
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
        _distinct(routes),
        _distinct(
            [
                *((words, label.removeprefix(ASPECT)) for words, label in routes if label.startswith(ASPECT)),
                *_spread(
                    ((a.question.masked, a.aspect) for a in asks if a.aspect in content.aspects), MOST_ASKS_PER_ASPECT
                ),
            ]
        ),
        _distinct((words, label.removeprefix(ASPECT)) for words, label in counters if label.startswith(ASPECT)),
        _distinct([*topics, *_spread(((a.question.words, a.topic) for a in asks), MOST_ASKS_PER_TOPIC)]),
        asks,
        [
            (
                f"{topic.id}.{answer.aspect}",
                tokens(_FIGURES.sub(" ", f"{answer.title.get(locale, '')} {answer.text[locale]}")),
            )
            for topic, answer in _answers(content)
            if locale in answer.text
        ],
        _trust(asks),
    )


def _distinct(examples: Iterable[tuple[Words, str]]) -> list[tuple[Words, str]]:
    return list(dict.fromkeys(example for example in examples if example[0]))


def _spread(examples: Iterable[tuple[Words, str]], most: int) -> Iterator[tuple[Words, str]]:
    """At most so many of each label, evenly spread over those there are."""
    by_label: dict[str, list[Words]] = {}
    for words, label in examples:
        by_label.setdefault(label, []).append(words)
    for label, sentences in by_label.items():
        step = max(1.0, len(sentences) / most)
        yield from ((sentences[int(place * step)], label) for place in range(min(most, len(sentences))))


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
