"""``lotse export``: the content's phrases for other engines (*training*), or all that is stored about one *person*."""

import asyncio
import json
import random
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from bot.commands.loading import ContentFolder, load_or_exit, settings_or_exit, stop_with
from bot.config import Settings
from bot.content.definitions import Aspect, Content
from bot.dialogue.person_report import report_of, report_text
from bot.errors import ConfigError, StoreUnavailable
from bot.model import LOCALES, Locale, Person
from bot.store.database import open_database
from bot.store.privacy import person_data
from bot.understanding.entities import TOPIC_MARK
from bot.understanding.normalize import tokens
from bot.understanding.phrases import expand

MOST_PER_LABEL = 20
SEED = 7


export = typer.Typer(help="Write out what others need: phrases to learn from, or what is stored about a person.")

Channel = Annotated[str, typer.Argument(help="Where they write: browser, console, matrix or slack.")]
User = Annotated[str, typer.Argument(help="Their id there; in the web chat it stands on the page *Meine Daten*.")]


@export.command("person")
def export_person(
    channel: Channel,
    user: User,
    as_text: Annotated[bool, typer.Option("--text", help="To be read by people, in German, instead of JSON.")] = False,
) -> None:
    """Everything stored about one person, as JSON by table; exit code 1 when nothing is."""
    settings = settings_or_exit()
    person = Person(channel, user)
    try:
        data = asyncio.run(_read(settings, person))
    except (ConfigError, StoreUnavailable) as error:
        stop_with(error)
    if data is None:
        typer.echo("Nothing is stored about this person.", err=True)
        raise typer.Exit(1)
    if as_text:
        typer.echo(report_text(report_of(data, "de")))
        return
    about = {"channel": channel, "user": user, "exported_at": datetime.now(UTC).isoformat(timespec="seconds")}
    typer.echo(json.dumps({**about, "data": data}, ensure_ascii=False, indent=2))


async def _read(settings: Settings, person: Person) -> dict[str, list[dict[str, Any]]] | None:
    database = await open_database(settings.database_address, upgrade=False)
    try:
        return await person_data(database, person)
    finally:
        await database.close()


@export.command("training")
def export_training(content: ContentFolder = None) -> None:
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
