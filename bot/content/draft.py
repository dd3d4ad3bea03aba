"""What could be read of a content folder, whatever else is wrong with it, and how findings about it are collected."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from rapidfuzz import fuzz, process

from bot.content.definitions import Answer, ByLocale, Content, Topic, Version
from bot.content.schema import FileKind, kind_of
from bot.content.yaml_tree import Mark, Tree
from bot.errors import ContentProblem, Severity

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that could be read. ``content`` may have dangling references; of ``broken`` files it holds what could
    be mended (``mending.py``), which others must not be measured by.
    """

    content: Content
    trees: Mapping[str, Tree]
    broken: frozenset[str]
    """Names of files with a finding about syntax or shape."""

    known: Mapping[FileKind, frozenset[str]]
    """All ids of each kind that has a file of its own, those of broken files (by their name) included."""

    calendars: frozenset[str] = frozenset()
    """Names of all calendar files, broken ones included."""

    mended: Mapping[str, frozenset[KeyPath]] = field(default_factory=dict)
    """Of each file, where something stands in that nobody wrote."""

    def findings(self) -> "Findings":
        """An empty collection of findings about this draft."""
        return Findings(self.trees, self.mended)

    def ids(self, kind: FileKind) -> frozenset[str]:
        """The ids something may refer to."""
        return self.known.get(kind, frozenset())

    def is_broken(self, kind: FileKind) -> bool:
        """Whether a file of this kind could not be read."""
        return any(kind_of(name) == kind for name in self.broken)


def draft_of(
    content: Content,
    trees: Mapping[str, Tree],
    broken: frozenset[str],
    calendars: frozenset[str] = frozenset(),
    mended: Mapping[str, frozenset[KeyPath]] = MappingProxyType({}),
) -> Draft:
    """The draft, with all ids gathered once."""
    known: dict[FileKind, frozenset[str]] = {
        "topic": frozenset(content.topics),
        "aspect": frozenset(content.aspects),
        "who": frozenset(content.who),
        "intent": frozenset(content.intents),
        "contact": frozenset(content.contacts),
    }
    for name in broken:
        kind = kind_of(name)
        if kind in known:
            known[kind] |= {stem(name)}
    return Draft(content, trees, broken, known, calendars, mended)


def stem(name: str) -> str:
    """``knowledge/funding/kompass.yaml`` → ``kompass``."""
    return name.rsplit("/", 1)[-1].rsplit(".", 1)[0]


@dataclass(frozen=True, slots=True)
class Findings:
    """Collects findings; places are given as paths into a file and become line and column here.

    What lies at or below a ``mended`` place is not reported: nobody wrote it, and it has its finding.
    """

    trees: Mapping[str, Tree]
    mended: Mapping[str, frozenset[KeyPath]] = field(default_factory=dict)
    problems: list[ContentProblem] = field(default_factory=list)

    def add(
        self,
        file: str,
        path: KeyPath,
        code: str,
        message: str,
        hint: str,
        *,
        severity: Severity = "error",
        words: str | None = None,
        key: bool = False,
    ) -> None:
        """Report something at ``path``: at its key, at its value, or at ``words`` within it."""
        if any(path[: len(place)] == place for place in self.mended.get(file, ())):
            return
        tree = self.trees.get(file)
        if tree is None:
            mark = Mark(1, 1)
        elif words is not None:
            mark = tree.mark_of(path, words)
        else:
            mark = tree.mark(path, key=key)
        self.problems.append(ContentProblem(file, *mark, code, message, hint, severity))

    def notice(self, file: str, path: KeyPath, code: str, message: str, hint: str, *, words: str | None = None) -> None:
        """Report something that informs and blocks nothing."""
        self.add(file, path, code, message, hint, severity="notice", words=words)


def did_you_mean(word: str, known: Sequence[str] | frozenset[str], *, otherwise: str) -> str:
    """A hint that names the nearest known word."""
    best = process.extractOne(word.casefold(), sorted(known), scorer=fuzz.ratio, score_cutoff=60)
    return f"Did you mean `{best[0]}`?" if best else otherwise


def version_path(topic: Topic, version: Version, trees: Mapping[str, Tree]) -> KeyPath:
    """Where a version stands in its file, whose order is not the order in ``Topic.versions``."""
    tree = trees[topic.place.file]
    for index in range(len(topic.versions)):
        if tree.mark(("versions", index), key=True) == (version.place.line, version.place.column):
            return ("versions", index)
    return ("versions",)


def answers_of(topic: Topic, trees: Mapping[str, Tree]) -> Iterator[tuple[KeyPath, Answer]]:
    """Every answer of a topic with its path: the general ones, and those of single versions."""
    for aspect, answer in topic.answers.items():
        yield ("answers", aspect), answer
    for version in topic.versions:
        if version.answers:
            path = version_path(topic, version, trees)
            for aspect, answer in version.answers.items():
                yield (*path, "answers", aspect), answer


def texts_of(answer: Answer) -> Iterator[tuple[KeyPath, ByLocale]]:
    """Every text of an answer people may read, by its path below the answer; the main text has an empty path."""
    yield (), answer.text
    for name, texts in (("plain", answer.plain), ("more", answer.more)):
        if texts:
            yield (name,), texts
    for who, texts in answer.who.items():
        yield ("who", who), texts
