"""What ``lotse check`` says about drafts: that they wait, and what is to be done before one becomes an answer.

Everything is a notice, a broken file included: a draft is no content yet, and must never keep content from going live.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from bot.content.anonymise import PLACEHOLDERS, looks_personal
from bot.content.definitions import Content
from bot.content.draft import Findings, KeyPath, did_you_mean
from bot.content.literals import literal_figures
from bot.content.schema import DraftFile, kind_of
from bot.content.shape_findings import read_shape
from bot.content.yaml_tree import Tree, parse_yaml
from bot.errors import ContentProblem
from bot.model import LOCALES, AspectId, TopicId

HOW = "`lotse drafts` says what is left to do; then `lotse drafts take` makes it an answer, or `discard` deletes it."


def draft_findings(files: Mapping[str, bytes], content: Content | None) -> list[ContentProblem]:
    """All notices about the files of the folder, by name; ``content`` is what topics and aspects are looked for in."""
    found: list[ContentProblem] = []
    for name, data in sorted(files.items()):
        tree, problems = parse_yaml(name, data)
        shape = None
        if tree is not None and kind_of(name) == "draft":
            shape, more = read_shape(tree, "draft")
            problems = (*problems, *more)
        found += [replace(problem, severity="notice") for problem in problems]
        if tree is not None and isinstance(shape, DraftFile):
            found += _about(shape, tree, content)
    return sorted(found)


def _about(draft: DraftFile, tree: Tree, content: Content | None) -> list[ContentProblem]:
    findings = Findings({tree.file: tree})
    file = tree.file
    label = f"{draft.topic or 'an unknown topic'}.{draft.aspect or '?'}"
    left = sum(text.count(sign) for _, text in _texts(draft) for sign in PLACEHOLDERS.values())
    placeholders = f"; {left} placeholder(s) to write around" if left else ""
    cut = "; its end is missing, because it was too long" if draft.cut else ""
    message = (
        f"A draft from case {draft.case} ({draft.solved.isoformat()}) waits, meant for {label}{placeholders}{cut}."
    )
    findings.notice(file, ("draft",), "KB070", message, HOW)
    for path, text in _texts(draft):
        for kind, words in looks_personal(text):
            message = f"“{words}” looks like personal data ({kind})."
            findings.notice(file, path, "KB071", message, "Take it out before anybody else reads this.")
        if path[-1] in LOCALES:
            for figure in literal_figures(text):
                message = f"“{figure.words}” is a figure in a text."
                findings.notice(file, path, "KB073", message, "In the answer it becomes a fact, named in braces.")
    if content is not None:
        _subject(draft, file, content, findings)
    return findings.problems


def _texts(draft: DraftFile) -> Iterator[tuple[KeyPath, str]]:
    for locale in LOCALES:
        text = getattr(draft.answer, locale)
        if text:
            yield ("answer", locale), text
        for index, sentence in enumerate(getattr(draft.answer.tests, locale).yes):
            yield ("answer", "tests", locale, "yes", index), sentence


def _subject(draft: DraftFile, file: str, content: Content, findings: Findings) -> None:
    topic = content.topics.get(TopicId(draft.topic)) if draft.topic else None
    if draft.topic and topic is None:
        hint = did_you_mean(draft.topic, frozenset(content.topics), otherwise="Name another topic, or write a new one.")
        findings.notice(file, ("topic",), "KB072", f"There is no topic `{draft.topic}`.", hint)
    own = topic.answers if topic else {}
    if draft.aspect and AspectId(draft.aspect) not in content.aspects and AspectId(draft.aspect) not in own:
        hint = did_you_mean(draft.aspect, frozenset(content.aspects), otherwise="An aspect of its own needs a title.")
        findings.notice(file, ("aspect",), "KB072", f"There is no aspect `{draft.aspect}`.", hint)
