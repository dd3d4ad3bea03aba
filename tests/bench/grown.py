"""The content, grown in memory: every topic again and again under new ids and names.

Aspects, intents and kinds of people stay as they are, so what grows is the knowledge. A copy calls itself by its own
name wherever the original does (in its ways to ask and in its texts), so that no two names are the same.

That leaves one choice, and the two ends of it are both measured, because real growth lies between them:

- *same words*: everything but the names is said in the original's words. Hardest for what is looked up by words, since
  each word leads to as many texts as there are copies; easiest for training, since sentences that are equal once the
  name is masked are learnt once.
- *own words*: words that neither the language nor the intents know (the subject's own: *Löten*, *Reinraum*) are
  altered too, consistently within a copy. Every copy then brings its own vocabulary and its own sentences to learn.

Area overviews are not copied: an area has one.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.content.definitions import Answer, Content, ListsByLocale, Topic, Version
from bot.model import LOCALES, AspectId, Locale, TopicId
from bot.understanding.material import names_of
from bot.understanding.normalize import STOPWORDS, tokens

_SYLLABLES = tuple(f"{consonant}{vowel}" for consonant in "bdfgklmnprstvz" for vowel in "aiou")
_KEPT = r"\{[^{}]*\}|\]\([^)]*\)"
"""Facts and the targets of links, which are no words."""
_WORD = re.compile(rf"{_KEPT}|[^\W\d_]+")
_SHORTEST_OWN = 4

Alter = Callable[[str], str]


def grown(content: Content, times: int, *, own_words: bool = False) -> Content:
    """The content with every topic but the overviews this many times; once is the content itself."""
    if times == 1:
        return content
    common = _common_words(content)
    topics = dict(content.topics)
    for number in range(1, times):
        for topic in content.topics.values():
            if topic.kind != "overview":
                copy = _copy(topic, number, common if own_words else None)
                topics[copy.id] = copy
    return replace(content, hash=f"{content.hash[:40]}-{times}{'-own' if own_words else ''}", topics=topics)


def mark_of(number: int) -> str:
    """A word nobody uses, another for every number: what the names of a copy get."""
    mark = "".join(_SYLLABLES[number // len(_SYLLABLES) ** place % len(_SYLLABLES)] for place in range(3))
    return f"{mark}x"


def _common_words(content: Content) -> frozenset[str]:
    """How people ask and speak, whatever the subject."""
    sentences = [
        sentence
        for each in (*content.aspects.values(), *content.intents.values(), *content.who.values())
        for lists in (each.phrases, each.examples, each.counterexamples)
        for locale in LOCALES
        for sentence in lists.get(locale, ())
    ]
    return frozenset(word for sentence in sentences for word in tokens(sentence)).union(*STOPWORDS.values())


def _copy(topic: Topic, number: int, common: frozenset[str] | None) -> Topic:
    mark = mark_of(number)
    alter = _alter_names(topic, mark)
    if common is not None:
        named, worded = alter, _alter_words(mark, common)
        alter = lambda text: worded(named(text))  # noqa: E731  # composition of two
    return replace(
        topic,
        id=TopicId(f"{topic.id}_{number}"),
        title={locale: f"{title} {mark}" for locale, title in topic.title.items()},
        names={locale: tuple(f"{name} {mark}" for name in names) for locale, names in topic.names.items()},
        answers=_answers(topic.answers, alter),
        versions=tuple(_version(version, alter) for version in topic.versions),
    )


def _alter_names(topic: Topic, mark: str) -> Alter:
    names = sorted({re.escape(name) for name in names_of(topic)}, key=len, reverse=True)
    places = re.compile(rf"{_KEPT}|(?<!\w)(?:{'|'.join(names)})(?!\w)", re.IGNORECASE)
    return lambda text: places.sub(lambda found: _marked(found[0], mark), text)


def _marked(found: str, mark: str) -> str:
    return found if found[0] in "{]" else f"{found} {mark}"


def _alter_words(mark: str, common: frozenset[str]) -> Alter:
    def altered(found: re.Match[str]) -> str:
        word = found[0]
        if word[0] in "{]" or len(word) < _SHORTEST_OWN or word == mark or common.issuperset(tokens(word)):
            return word
        return f"{word}{mark}"

    return lambda text: _WORD.sub(altered, text)


def _version(version: Version, alter: Alter) -> Version:
    return replace(version, answers=_answers(version.answers, alter))


def _answers(answers: Mapping[AspectId, Answer], alter: Alter) -> dict[AspectId, Answer]:
    return {aspect: _answer(answer, alter) for aspect, answer in answers.items()}


def _answer(answer: Answer, alter: Alter) -> Answer:
    return replace(
        answer,
        text=_each(answer.text, alter),
        title=_each(answer.title, alter),
        more=_each(answer.more, alter),
        who={who: _each(texts, alter) for who, texts in answer.who.items()},
        asks=_lists(answer.asks, alter),
    )


def _each(texts: Mapping[Locale, str], alter: Alter) -> dict[Locale, str]:
    return {locale: alter(text) for locale, text in texts.items()}


def _lists(sentences: ListsByLocale, alter: Alter) -> dict[Locale, tuple[str, ...]]:
    return {locale: tuple(map(alter, texts)) for locale, texts in sentences.items()}
