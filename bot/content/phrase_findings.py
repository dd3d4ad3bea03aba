"""What is wrong with how people ask: names, phrases, examples and test sentences, compared without understanding.

How sentences are folded and templates expanded is the reader's business, so both come in as functions; what is judged
here is only what can be seen without training: the same sentence in two places, templates that cannot be read,
sentences that test nothing.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple

from bot.content.definitions import Answer, Tests, Topic
from bot.content.draft import Draft, Findings, KeyPath, answers_of
from bot.content.template_size import CEILING, count_sentences
from bot.errors import ContentProblem
from bot.model import LOCALES, Locale

ENOUGH_EXAMPLES = 3
ENOUGH_YES = 5
ENOUGH_NO = 2
"""Test sentences per topic (or intent) and language."""

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhraseTools:
    """What the reader brings: the form in which two sentences are the same, and all sentences of a template.

    ``expand`` raises ValueError with words for the admin when a template cannot be read.
    """

    key: Callable[[str], Key]
    expand: Callable[[str, Mapping[str, str]], tuple[str, ...]]
    widest: int


class Owner(NamedTuple):
    """Who says a sentence: a label such as ``aspect amount``, and where it stands."""

    label: str
    file: str
    path: KeyPath


Kind = Literal["phrases", "examples", "asks"]


class Saying(NamedTuple):
    """One sentence or template that leads somewhere."""

    owner: Owner
    locale: Locale
    text: str
    kind: Kind


def phrase_findings(draft: Draft, tools: PhraseTools) -> list[ContentProblem]:
    """Every finding about names, phrases, examples and test sentences."""
    findings = draft.findings()
    tools = replace(tools, key=cache(tools.key))  # a sentence is looked at up to four times
    _names(draft, tools, findings)
    sayings = [saying for saying in sayings_of(draft) if not _broken_template(saying, draft, tools, findings)]
    _equal_sayings([saying for saying in sayings if not saying.owner.label.startswith("who ")], tools, findings)
    _equal_sayings([saying for saying in sayings if saying.owner.label.startswith("who ")], tools, findings)
    _counterexamples(draft, sayings, tools, findings)
    _too_few_examples(draft, findings)
    _tests(draft, sayings, tools, findings)
    return findings.problems


# --- Names ---------------------------------------------------------------------------------------------------


def _names(draft: Draft, tools: PhraseTools, findings: Findings) -> None:
    taken: dict[tuple[Locale, Key], Topic] = {}
    for topic in draft.content.topics.values():
        for locale in LOCALES:
            for index, name in enumerate(topic.names[locale]):
                path = ("names", locale, index)
                key = tools.key(name)
                if not key:
                    findings.add(topic.place.file, path, "KB036", f"“{name}” has no word in it.", "Write a name.")
                    continue
                other = taken.setdefault((locale, key), topic)
                if other is not topic:
                    message = f"“{name}” is also a name of `{other.id}`."
                    hint = "Lotse could not tell them apart; keep it in one of the two."
                    findings.add(topic.place.file, path, "KB031", message, hint)
                if "?" in name or len(name.split()) > 8:
                    message = f"“{name}” reads like a question, not a name."
                    findings.notice(topic.place.file, path, "KB036", message, "Move it to `asks` of an answer.")


# --- Phrases and examples ------------------------------------------------------------------------------------


def sayings_of(draft: Draft) -> Iterator[Saying]:
    """Every phrase, example and way to ask, with its place."""
    content = draft.content
    groups = (("aspect", content.aspects), ("who", content.who), ("intent", content.intents))
    for kind, things in groups:
        for thing in things.values():
            label = f"{kind} {thing.id}"
            for name, sentences in (("phrases", thing.phrases), ("examples", thing.examples)):
                for locale in LOCALES:
                    for index, text in enumerate(sentences.get(locale, ())):
                        owner = Owner(label, thing.place.file, (name, locale, index))
                        yield Saying(owner, locale, text, "phrases" if name == "phrases" else "examples")
    for topic in content.topics.values():
        for path, answer in answers_of(topic, draft.trees):
            for locale in LOCALES:
                for index, text in enumerate(answer.asks.get(locale, ())):
                    owner = Owner(
                        f"answer {topic.id}.{answer.aspect}", topic.place.file, (*path, "asks", locale, index)
                    )
                    yield Saying(owner, locale, text, "asks")


_BRACKETS = re.compile(r"[()\[\]<>|]")


def is_template(saying: Saying) -> bool:
    """Whether a text stands for several sentences; in ``asks`` brackets say so."""
    return saying.kind == "phrases" or (saying.kind == "asks" and _BRACKETS.search(saying.text) is not None)


def _broken_template(saying: Saying, draft: Draft, tools: PhraseTools, findings: Findings) -> bool:
    file, path = saying.owner.file, saying.owner.path
    if not is_template(saying):
        if saying.kind == "examples" and _BRACKETS.search(saying.text):
            message = f"“{saying.text}” has brackets, but examples are plain sentences."
            findings.add(file, path, "KB032", message, "Move it to `phrases`, or write the sentences out.")
        return False
    rules = draft.content.lists.rules.get(saying.locale, {})
    if draft.is_broken("lists") and "<" in saying.text:
        return True
    count = count_sentences(saying.text, rules)
    if count > tools.widest:
        many = "endlessly many" if count >= CEILING else f"{count}"
        message = f"This phrase stands for {many} sentences; {tools.widest} is the limit."
        findings.add(file, path, "KB033", message, "Make several of it, or fewer brackets.")
        return True
    try:
        sentences = tools.expand(saying.text, rules)
    except ValueError as error:
        findings.add(file, path, "KB032", f"This phrase cannot be read: {error}.", "See intents/README.md.")
        return True
    if not tools.key(min(sentences, key=len, default="")):
        message = "This phrase may be empty: everything in it can be missing."
        findings.add(file, path, "KB036", message, "Leave at least one word outside of [ ].")
        return True
    return False


def _equal_sayings(sayings: list[Saying], tools: PhraseTools, findings: Findings) -> None:
    """The same sentence, whatever its case and marks, must not lead to two places."""
    taken: dict[tuple[Locale, Key], Owner] = {}
    for saying in sayings:
        if is_template(saying):
            continue
        key = tools.key(saying.text)
        if not key:
            hint = "Write a sentence."
            findings.add(saying.owner.file, saying.owner.path, "KB036", f"“{saying.text}” has no word in it.", hint)
            continue
        other = taken.setdefault((saying.locale, key), saying.owner)
        if other is saying.owner:
            continue
        file, path = saying.owner.file, saying.owner.path
        if other.label == saying.owner.label:
            findings.notice(file, path, "KB034", f"“{saying.text}” stands here twice.", "Delete one of the two.")
        elif other.label == f"aspect {saying.owner.label.rpartition('.')[2]}":
            message = f"“{saying.text}” is an example of {other.label} already."
            findings.notice(file, path, "KB034", message, "Delete it; the aspect works for every topic.")
        else:
            message = f"“{saying.text}” also leads to {other.label} ({other.file})."
            findings.add(file, path, "KB030", message, "Keep it in one place.")


def _counterexamples(draft: Draft, sayings: list[Saying], tools: PhraseTools, findings: Findings) -> None:
    own = {(saying.owner.label, saying.locale, tools.key(saying.text)) for saying in sayings if not is_template(saying)}
    content = draft.content
    for kind, things in (("aspect", content.aspects), ("who", content.who), ("intent", content.intents)):
        for thing in things.values():
            for locale in LOCALES:
                for index, text in enumerate(thing.counterexamples.get(locale, ())):
                    if (f"{kind} {thing.id}", locale, tools.key(text)) in own:
                        path = ("counterexamples", locale, index)
                        message = f"“{text}” is an example and a counterexample."
                        findings.add(thing.place.file, path, "KB034", message, "Keep it in one of the two lists.")


def _too_few_examples(draft: Draft, findings: Findings) -> None:
    content = draft.content
    for things in (content.aspects, content.who, content.intents):
        for thing in things.values():
            for locale in LOCALES:
                count = len(thing.examples.get(locale, ()))
                if count < ENOUGH_EXAMPLES:
                    message = f"There are {count} examples; {ENOUGH_EXAMPLES} are the least, ten make the difference."
                    findings.notice(thing.place.file, ("examples", locale), "KB037", message, "Add some.")


# --- Test sentences ------------------------------------------------------------------------------------------

_PERSONAL = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+"), "an e-mail address"),
    (re.compile(r"(?<!\d)(?:\+\d{2}|0\d)[\d /()-]{6,}\d"), "a telephone number"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?\d{4}){4,}"), "an account number"),
)


def _tests(draft: Draft, sayings: list[Saying], tools: PhraseTools, findings: Findings) -> None:
    taught = {(saying.locale, tools.key(saying.text)) for saying in sayings if not is_template(saying)}
    expected: dict[tuple[Locale, Key], Owner] = {}
    for topic in draft.content.topics.values():
        counts: dict[tuple[Locale, str], int] = {}
        for path, answer in answers_of(topic, draft.trees):
            owner = Owner(f"{topic.id}.{answer.aspect}", topic.place.file, (*path, "tests"))
            _sentences(owner, answer.tests, tools, taught, expected, findings)
            _count(answer, counts)
        for (locale, kind), enough in _ENOUGH.items():
            have = counts.get((locale, kind), 0)
            if have < enough:
                message = f"There are {have} test sentences ({locale}, {kind}) for this topic; {enough} are wanted."
                findings.notice(topic.place.file, ("answers",), "KB060", message, "Add some under `tests`.")
    for intent in draft.content.intents.values():
        owner = Owner(intent.id, intent.place.file, ("tests",))
        _sentences(owner, intent.tests, tools, taught, expected, findings)
        for locale in LOCALES:
            if not intent.tests.yes.get(locale):
                message = f"There is no test sentence ({locale}) for this intent."
                findings.notice(intent.place.file, ("tests",), "KB060", message, "Add some under `tests`.")


_ENOUGH: Mapping[tuple[Locale, str], int] = {
    (locale, kind): enough for locale in LOCALES for kind, enough in (("yes", ENOUGH_YES), ("no", ENOUGH_NO))
}


def _count(answer: Answer, counts: dict[tuple[Locale, str], int]) -> None:
    for locale in LOCALES:
        for kind, sentences in (("yes", answer.tests.yes), ("no", answer.tests.no)):
            counts[locale, kind] = counts.get((locale, kind), 0) + len(sentences.get(locale, ()))


def _sentences(
    owner: Owner,
    tests: Tests,
    tools: PhraseTools,
    taught: set[tuple[Locale, Key]],
    expected: dict[tuple[Locale, Key], Owner],
    findings: Findings,
) -> None:
    for locale in LOCALES:
        yes = tests.yes.get(locale, ())
        keys = {tools.key(text) for text in yes}
        for kind, sentences in (("yes", yes), ("no", tests.no.get(locale, ()))):
            for index, text in enumerate(sentences):
                path = (*owner.path, locale, kind, index)
                _personal(owner.file, path, text, findings)
                key = tools.key(text)
                if kind == "no":
                    if key in keys:
                        message = f"“{text}” must and must not lead here."
                        findings.add(owner.file, path, "KB063", message, "Keep it in one of the two lists.")
                    continue
                if (locale, key) in taught:
                    message = f"“{text}” is an example already, so it tests nothing."
                    findings.notice(owner.file, path, "KB061", message, "Say it in other words.")
                other = expected.setdefault((locale, key), owner)
                if other.label != owner.label:
                    message = f"“{text}” must also lead to {other.label} ({other.file})."
                    findings.add(owner.file, path, "KB063", message, "Keep it in one place.")


def _personal(file: str, path: KeyPath, text: str, findings: Findings) -> None:
    for pattern, what in _PERSONAL:
        if found := pattern.search(text):
            message = f"“{found[0].strip()}” looks like {what}."
            findings.notice(file, path, "KB062", message, "Real people's data do not belong in tests.")
