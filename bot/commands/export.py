"""``lotse export training``: the content's phrases as labelled sentences, so that other engines can learn the same."""

import json
import random
import sys
from collections import defaultdict
from typing import Annotated, Literal

import typer

from bot.commands.loading import ContentFolder, load_or_exit
from bot.content.definitions import Content
from bot.model import LOCALES
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
        for intent in content.intents.values():
            found[intent.id].update(dict.fromkeys(intent.examples.get(locale, ())))
        for topic in content.topics.values():
            name = topic.title[locale]
            for answer in topic.answers.values():
                label = f"{topic.id}.{answer.aspect}"
                found[label].update(dict.fromkeys(answer.asks.get(locale, ())))
                aspect = content.aspects.get(answer.aspect)
                if aspect is None:
                    continue
                templates = [t for t in aspect.phrases.get(locale, ()) if "{topic}" in t and "{who}" not in t]
                sentences = [e for e in aspect.examples.get(locale, ()) if "{topic}" in e and "{who}" not in e]
                sentences += [chance.choice(expand(t, rules)) for t in templates]
                for sentence in sentences:
                    filled = sentence.replace("{topic}", name).replace("xtopicx", name)
                    found[label][" ".join(filled.split())] = None
    rows: list[tuple[str, str]] = []
    for label in sorted(found):
        sentences = sorted(found[label])
        drawn = chance.sample(sentences, min(MOST_PER_LABEL, len(sentences)))
        rows.extend((sentence, label) for sentence in drawn)
    return rows
