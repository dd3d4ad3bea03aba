"""``lotse export training``: the content's phrases as labelled sentences, so that other engines can learn the same."""

import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

import typer

from bot.commands.loading import ContentFolder, load_or_exit
from bot.content.definitions import Aspect, Content
from bot.model import LOCALES, Locale
from bot.understanding.entities import TOPIC_MARK
from bot.understanding.normalize import tokens
from bot.understanding.phrases import expand

MOST_PER_LABEL = 20
SEED = 7


def export(
    what: Annotated[Literal["training"], typer.Argument(help="What to export.")] = "training",
    content: ContentFolder = None,
) -> None:
    """JSON lines {"text", "label"}: at most 20 seeded phrases per label and language; test sentences are left out."""
    for text, label in training_rows(load_or_exit(content).content):
        sys.stdout.write(json.dumps({"text": text, "label": label}, ensure_ascii=False) + "\n")


def training_rows(content: Content) -> list[tuple[str, str]]:
    """(sentence, label) of aspects (with a topic's name put in), intents and own answers, in a fixed order."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    chance = random.Random(SEED)  # noqa: S311  # a fixed draw, not a secret
    for locale in LOCALES:
        rules = content.lists.rules.get(locale, {})
        ways = {aspect.id: _ways_to_ask(aspect, locale, rules) for aspect in content.aspects.values()}
        names = [topic.title[locale] for topic in content.topics.values()]
        for intent in content.intents.values():
            for sentence in intent.examples.get(locale, ()):
                found[intent.id][_filled(sentence, chance.choice(names))] = None
        for topic in content.topics.values():
            for answer in topic.answers.values():
                sentences = found[f"{topic.id}.{answer.aspect}"]
                for sentence in answer.asks.get(locale, ()):
                    sentences[_filled(sentence, topic.title[locale])] = None
                for expanded in ways.get(answer.aspect, ()):
                    sentences[_filled(chance.choice(expanded), topic.title[locale])] = None
    held_back = {tokens(sentence) for sentence in _test_sentences(content)}
    rows: list[tuple[str, str]] = []
    for label in sorted(found):
        kept = [sentence for sentence in sorted(found[label]) if tokens(sentence) not in held_back]
        drawn = chance.sample(kept, min(MOST_PER_LABEL, len(kept)))
        rows.extend((sentence, label) for sentence in drawn)
    return rows


def _ways_to_ask(aspect: Aspect, locale: Locale, rules: Mapping[str, str]) -> list[Sequence[str]]:
    """What each example and each template of an aspect may say, about a topic that is named."""
    written = [*((e,) for e in aspect.examples.get(locale, ()) if "{topic}" in e and "{who}" not in e)]
    templates = [t for t in aspect.phrases.get(locale, ()) if "{topic}" in t and "{who}" not in t]
    return [*written, *(expand(template, rules) for template in templates)]


def _filled(sentence: str, name: str) -> str:
    return " ".join(sentence.replace("{topic}", name).replace(TOPIC_MARK, name).split())


def _test_sentences(content: Content) -> Iterator[str]:
    """What must lead somewhere; also when a template happens to say the same, it is not to be learnt from."""
    answers = [answer for topic in content.topics.values() for answer in topic.answers.values()]
    for tests in (*(answer.tests for answer in answers), *(intent.tests for intent in content.intents.values())):
        for sentences in tests.yes.values():
            yield from sentences
