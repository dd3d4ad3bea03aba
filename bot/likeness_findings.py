"""Sentences that teach and still lead elsewhere, sentences too alike to be told apart, and answers nobody can reach.

All of it is a notice: a sentence may well be like another one, and typed word for word each is still found. But whoever
says it a little differently ends at the neighbour's, so admins should see both places.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bot.content.definitions import Content
from bot.content.draft import Draft, Findings
from bot.content.phrase_findings import Saying, is_template, sayings_of
from bot.errors import ContentProblem
from bot.model import LOCALES, AspectId, Context, Locale, TopicId
from bot.understanding.entities import TOPIC_MARK, WHO_MARK
from bot.understanding.normalize import content_words, stems
from bot.understanding.ranking import Ranker, Vector
from bot.understanding.reader import ASPECT, INTENT, LocaleReader, Question, Reader, question_of
from bot.understanding.retrieval import Similar, terms
from bot.understanding.understand import understand

TOO_ALIKE = 0.9
"""Likeness from which on two sentences of one set of content words are one sentence said twice."""
HINT = "Say it more clearly, or move it where it leads."
MOST_ASKS = 5
"""Ways to ask that are judged per answer and language: each takes two milliseconds, and there may be ten thousand."""
FEWEST = 2
"""Content words of such twins: one word alone (*alles gut*, *und alt*) says little about what is meant."""


@dataclass(frozen=True, slots=True)
class Taught:
    """A sentence that teaches, prepared; ``label`` is that of the reader: ``aspect:…``, ``intent:…``, ``topic.aspect``."""

    saying: Saying
    label: str
    question: Question
    words: frozenset[str]
    """Stems of the words that carry meaning."""


def likeness_findings(draft: Draft, reader: Reader) -> list[ContentProblem]:
    """Notices about sentences that teach: those that lead elsewhere, twins of different meaning, answers out of reach."""
    findings = draft.findings()
    sayings = [saying for saying in sayings_of(draft) if not is_template(saying)]
    for locale in LOCALES:
        local = reader.locales[locale]
        overviews = frozenset(reader.overviews.values())
        taught = [_taught(saying, local, overviews) for saying in _newest(sayings, locale)]
        alike = Similar.of((str(i), terms(t.question.masked, locale, local.parts)) for i, t in enumerate(taught))
        leads = [_leads(one, local, reader, draft.content) for one in taught]

        def like(one: Taught, among: Similar = alike, here: LocaleReader = local) -> dict[str, float]:
            return among.nearest(terms(one.question.masked, here.locale, here.parts))

        told: set[int] = set()
        for number, (one, label) in enumerate(zip(taught, leads, strict=True)):
            if one.saying.kind == "asks":
                continue  # reported once per answer, below
            near = like(one)
            if label != one.label:
                _flips(one, label, _nearest(near, taught, label), draft, findings)
            elif twin := _twin(number, near, taught):
                if twin not in told:
                    _twins(one, taught[twin], draft, findings)
                told.add(number)
        for asked in _asked(taught, leads):
            _astray(asked, locale, _first_astray(asked, like, taught), draft, findings)
    return findings.problems


def _newest(sayings: Sequence[Saying], locale: Locale) -> list[Saying]:
    """The sentences of one language, of an answer only those at the end of its list: the rest was judged before."""
    by_owner: dict[str, list[Saying]] = defaultdict(list)
    for saying in sayings:
        if saying.locale == locale and not saying.owner.label.startswith("who "):
            by_owner[f"{saying.kind} {saying.owner.label}"].append(saying)
    return [one for of in by_owner.values() for one in (of[-MOST_ASKS:] if of[0].kind == "asks" else of)]


def _taught(saying: Saying, local: LocaleReader, overviews: frozenset[TopicId]) -> Taught:
    text = saying.text.replace("{topic}", TOPIC_MARK).replace("{who}", WHO_MARK)
    question = question_of(text, local, overviews)
    kind, _, name = saying.owner.label.partition(" ")
    label = {"aspect": ASPECT, "intent": INTENT}.get(kind, "") + name
    carrying = content_words(question.masked, local.locale)
    return Taught(saying, label, question, frozenset(stems(carrying, local.locale)))


def _leads(one: Taught, local: LocaleReader, reader: Reader, content: Content) -> str:
    """Where a sentence leads by everything but its own exact words, as far as that can be seen without holding it out."""
    if one.saying.kind != "asks":
        vector = local.masked.vector(one.question.masked)
        gate = _best(local.gate, vector)
        return gate if gate.startswith(INTENT) else f"{ASPECT}{_best(local.aspect, vector)}"
    found = understand(one.saying.text, reader, Context(local.locale)).candidates
    if not found:
        return "nothing"
    best = found[0]
    if best.topic is None or best.aspect is None:
        return f"{INTENT}{best.intent}" if best.intent else f"{ASPECT}{best.aspect}"
    return f"{best.topic}.{content.topics[best.topic].same_as.get(AspectId(best.aspect), best.aspect)}"


def _best(ranker: Ranker, vector: Vector) -> str:
    return ranker.labels[int(np.argmax(ranker.margins(vector)))]


def _nearest(near: dict[str, float], taught: Sequence[Taught], label: str) -> Taught | None:
    """The sentence of another label that is most like this one."""
    fitting = [(cosine, -int(key)) for key, cosine in near.items() if taught[int(key)].label == label]
    return taught[-max(fitting)[1]] if fitting else None


def _twin(number: int, near: dict[str, float], taught: Sequence[Taught]) -> int | None:
    """The sentence with the same words and another meaning, if there is one; *amount* of a topic is *amount*."""
    one = taught[number]
    found = [
        (cosine, -int(key))
        for key, cosine in near.items()
        if cosine >= TOO_ALIKE
        and len(one.words) >= FEWEST
        and taught[int(key)].words == one.words
        and _side(taught[int(key)].label) != _side(one.label)
        and int(key) != number
    ]
    return -max(found)[1] if found else None


def _side(label: str) -> str:
    return label.rpartition(".")[2].removeprefix(ASPECT)


# --- Reports -------------------------------------------------------------------------------------------------


def _flips(one: Taught, label: str, like: Taught | None, draft: Draft, findings: Findings) -> None:
    owner = one.saying.owner
    message = f"“{one.saying.text}” teaches {one.label}, but said a little differently it leads to {label}"
    findings.notice(owner.file, owner.path, "KB038", f"{message}{_because(like, draft)}.", HINT)


def _because(like: Taught | None, draft: Draft) -> str:
    return f"; most like it is “{like.saying.text}” ({_where(like, draft)})" if like else ""


def _twins(one: Taught, other: Taught, draft: Draft, findings: Findings) -> None:
    owner = one.saying.owner
    message = (
        f"“{one.saying.text}” teaches {one.label}, and “{other.saying.text}” ({_where(other, draft)}) {other.label}: "
        "only small words tell them apart."
    )
    findings.notice(owner.file, owner.path, "KB038", message, "Say one of the two more clearly, or delete it.")


Led = tuple[Taught, str]
"""A way to ask for an answer, and where it leads."""


def _asked(taught: Sequence[Taught], leads: Sequence[str]) -> Iterable[Sequence[Led]]:
    """The ways to ask, answer by answer."""
    own: dict[str, list[Led]] = defaultdict(list)
    for one, label in zip(taught, leads, strict=True):
        if one.saying.kind == "asks":
            own[one.label].append((one, label))
    return own.values()


def _first_astray(
    asked: Sequence[Led], like: Callable[[Taught], dict[str, float]], taught: Sequence[Taught]
) -> Taught | None:
    """What the first way to ask that leads elsewhere is most like there."""
    found = next(((one, led) for one, led in asked if led != one.label), None)
    return _nearest(like(found[0]), taught, found[1]) if found else None


def _astray(
    asked: Sequence[Led],
    locale: Locale,
    nearest: Taught | None,
    draft: Draft,
    findings: Findings,
) -> None:
    """One notice per answer: none of its ways to ask leads there, or some do not."""
    wrong = [(one, led) for one, led in asked if led != one.label]
    if not wrong:
        return
    one, led = wrong[0]
    owner = one.saying.owner
    if len(wrong) == len(asked):
        others = ", ".join(sorted({led for _, led in wrong}))
        message = f"None of the ways to ask for {one.label} ({locale}) leads there, but to {others}."
        findings.notice(owner.file, owner.path[:-1], "KB039", message, "Add ways to ask that only fit this answer.")
        return
    others = f"{len(wrong)} of {len(asked)} ways to ask for {one.label} ({locale}) lead elsewhere"
    message = f"{others}: “{one.saying.text}” to {led}{_because(nearest, draft)}."
    findings.notice(owner.file, owner.path, "KB038", message, HINT)


def _where(one: Taught, draft: Draft) -> str:
    owner = one.saying.owner
    mark = draft.trees[owner.file].mark(owner.path)
    return f"{owner.file}:{mark.line}"
