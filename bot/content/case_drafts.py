"""From a solved case to a draft of an answer: the question, what the coordinator replied, and nobody's name.

A draft is a YAML file in ``drafts/`` beside ``knowledge/``. It is content of nobody yet: Lotse never answers from it, and a
broken one never keeps anything from going live. An admin turns it into an answer; ``knowledge/README.md`` says how.

What people wrote must stay text: braces would name facts, brackets and bars are templates once a sentence teaches, HTML
and links could lead anywhere, invisible characters hide what a reviewer should see. All of it is taken out here, every value
is quoted, and the file is read again and compared before anybody gets it.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from bot.content.anonymise import Replacement, anonymise, named_in
from bot.content.editor_schema import modeline
from bot.content.yaml_tree import parse_yaml, plain
from bot.model import LOCALES, AspectId, CaseNumber, Locale, TopicId

FOLDER = "drafts"
UNSORTED = "unsorted"
"""Stands in the name of a draft whose topic is not clear."""
LONGEST_ANSWER = 3_000
LONGEST_QUESTION = 300
"""Characters that are kept; who wrote more said more than one thing, and somebody has to read it anyway."""


@dataclass(frozen=True, slots=True)
class SolvedCase:
    """What a draft is made of. ``replies``: what the coordinator wrote to the employee, notes never among it.

    ``names``: of everybody in the case, as far as they are known; whom the words name themselves is known besides.
    """

    number: CaseNumber
    question: str
    replies: tuple[str, ...]
    locale: Locale
    solved_on: date
    topic: TopicId | None = None
    aspect: AspectId | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseDraft:
    """A draft as it is to be written: ``file`` below the content folder, its ``text``, and what the reviewer is told."""

    file: str
    text: str
    question: str
    answer: str
    replaced: tuple[Replacement, ...]
    cut: bool


class NothingToDraft(ValueError):
    """The case holds no question, or no reply, that could become an answer."""


def guess_of(understood: Sequence[tuple[str, float]], topic: TopicId | None) -> tuple[TopicId | None, AspectId | None]:
    """Topic and aspect a case was probably about: the best guess that names the case's topic, else the best of all."""
    pairs = [label.partition(".") for label, _ in understood if "." in label]
    for subject, _, aspect in pairs:
        if topic is None or subject == topic:
            return TopicId(subject), AspectId(aspect)
    return topic, None


def draft_from(case: SolvedCase, taken: Collection[str] = ()) -> CaseDraft:
    """The draft of a solved case. ``taken``: names of files in the folder. Raises NothingToDraft."""
    named, companies = named_in("\n\n".join((case.question, *case.replies)))
    names = (*case.names, *named)
    question, replaced_there = anonymise(as_sentence(case.question), names, companies)
    answer, replaced_here = anonymise(as_answer("\n\n".join(case.replies)), names, companies)
    if not re.search(r"\w", question) or not re.search(r"\w", answer):
        raise NothingToDraft("There is no question or no reply in this case that could become an answer.")
    cut = len(question) > LONGEST_QUESTION or len(answer) > LONGEST_ANSWER
    question, answer = _cut(question, LONGEST_QUESTION), _cut(answer, LONGEST_ANSWER)
    replaced = _together((*replaced_there, *replaced_here))
    name = _name(case.topic, taken)
    values = _values(case, name, question, answer, replaced, cut=cut)
    file = f"{FOLDER}/{name}.yaml"
    text = "\n".join([modeline(file) or "", *_lines(values)]) + "\n"
    tree, problems = parse_yaml(file, text.encode())
    if tree is None or problems or json.dumps(plain(tree.root), default=str) != json.dumps(values, default=str):
        raise NothingToDraft("This case cannot be written as a draft; write the answer by hand.")
    return CaseDraft(file, text, question, answer, replaced, cut)


# --- What people wrote stays text ----------------------------------------------------------------------------


def as_answer(text: str) -> str:
    """A text for readers: paragraphs, lists, bold and links to pages stay, everything that is more than text goes."""
    text = re.sub(r"</?[A-Za-z!][^>\n]*>", "", _visible(text))
    text = re.sub(r"!?\[([^\]\n]*)\]\((?!https://)[^)\n]*\)", r"\1", text)  # a link that leads to no page
    text = text.replace("{", "(").replace("}", ")")
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def as_sentence(text: str) -> str:
    """A sentence as people type it, in one line, without the signs that make a template."""
    return " ".join(re.sub(r"[{}\[\]<>()|]", " ", _visible(text)).split())


def _visible(text: str) -> str:
    """Composed, with one kind of line break, and without characters nobody sees."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept: list[str] = []
    for char in text:
        category = unicodedata.category(char)
        if char == "\n" or category in ("Zl", "Zp"):
            kept.append("\n")
        elif category[0] == "Z" or char == "\t":
            kept.append(" ")
        elif category[0] != "C":
            kept.append(char)
    return "".join(kept)


def _cut(text: str, longest: int) -> str:
    """At most so long, ending with a whole word."""
    return text if len(text) <= longest else text[:longest].rpartition(" ")[0].rstrip() or text[:longest]


# --- The file ------------------------------------------------------------------------------------------------


def _name(topic: TopicId | None, taken: Collection[str]) -> str:
    """``weiterbildungsbonus.2``: the first number that is free."""
    subject = topic if topic and re.fullmatch(r"[a-z][a-z0-9_]*", topic) else UNSORTED
    number = 1
    while f"{subject}.{number}.yaml" in taken:
        number += 1
    return f"{subject}.{number}"


def _together(replaced: Sequence[Replacement]) -> tuple[Replacement, ...]:
    times = {one.kind: 0 for one in replaced}
    for one in replaced:
        times[one.kind] += one.times
    return tuple(
        Replacement(one.kind, one.placeholder, times[one.kind]) for one in {r.kind: r for r in replaced}.values()
    )


def _values(
    case: SolvedCase, name: str, question: str, answer: str, replaced: Sequence[Replacement], *, cut: bool
) -> dict[str, object]:
    values: dict[str, object] = {"draft": name, "case": int(case.number), "solved": case.solved_on}
    if case.topic:
        values["topic"] = str(case.topic)
    if case.aspect:
        values["aspect"] = str(case.aspect)
    if replaced:
        values["replaced"] = {one.kind: one.times for one in replaced}
    if cut:
        values["cut"] = True
    tests = {locale: {"yes": [question] if locale == case.locale else []} for locale in LOCALES}
    values["answer"] = {case.locale: answer, "tests": tests}
    return values


def _lines(values: dict[str, object]) -> list[str]:
    """Block style, every text in double quotes: JSON's quoting is YAML's, too."""
    lines: list[str] = []
    for key, value in values.items():
        if isinstance(value, dict):
            lines.append(f"{key}:")
            lines += [f"  {line}" for line in _lines(value)] if key == "answer" else []
            if key != "answer":
                lines[-1] = f"{key}: {_inline(value)}"
        else:
            lines.append(f"{key}: {_inline(value)}")
    return lines


def _inline(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_inline(below)}" for key, below in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_inline, value)) + "]"
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case _:
            return json.dumps(value, ensure_ascii=False)
