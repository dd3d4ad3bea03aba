"""From a folder to immutable Content.

``read_content`` always comes back with a value: what is wrong with a file is a finding, and only a folder that is no
content folder at all is a ``ConfigError``. Beside the finished Content it hands back the *draft*: everything that
could be read even though something else could not, so that ``lotse check`` reports all findings at once and not the
first layer of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from bot.content import assemble, schema
from bot.content.closing_calendar import read_closings
from bot.content.collector import collector_paused
from bot.content.content_files import content_hash, read_files
from bot.content.definitions import (
    Aspect,
    Closing,
    Contact,
    Content,
    Intent,
    Lists,
    Step,
    Team,
    Topic,
    Who,
)
from bot.content.draft import Draft, KeyPath, draft_of
from bot.content.mending import mended
from bot.content.references import reference_findings
from bot.content.schema import FILE_MODELS, FileKind, kind_of
from bot.content.shape_findings import read_shape
from bot.content.team_shapes import TeamsFile
from bot.content.value_shapes import Shape
from bot.content.yaml_tree import Tree, parse_yaml, plain
from bot.errors import ContentProblem
from bot.model import AspectId, IntentId, TopicId, WhoId

CALENDARS = "knowledge/calendars/"


@dataclass(frozen=True, slots=True)
class ReadResult:
    """``content`` is None as soon as there is one error; ``problems`` are all findings so far, sorted."""

    content: Content | None
    problems: tuple[ContentProblem, ...]
    draft: Draft


def read_content(folder: Path) -> ReadResult:
    """Read ``intents/`` and ``knowledge/`` of a folder: syntax, shape and references.

    Raises ConfigError when ``folder`` is not a folder with both of them in it.
    """
    problems: list[ContentProblem] = []
    files = read_files(folder, problems)
    with collector_paused():
        draft = _draft(files, problems)
    problems.extend(reference_findings(draft))
    problems.sort()
    healthy = not any(problem.severity == "error" for problem in problems)
    return ReadResult(draft.content if healthy else None, tuple(problems), draft)


# --- Putting together ----------------------------------------------------------------------------------------


_Key = TypeVar("_Key", bound=str)
_Placed = TypeVar("_Placed", Topic, Aspect, Who, Intent, Contact)


def _draft(files: Mapping[str, bytes], problems: list[ContentProblem]) -> Draft:
    trees: dict[str, Tree] = {}
    shapes: list[tuple[Shape, Tree]] = []
    mended_at: dict[str, frozenset[KeyPath]] = {}
    calendars: dict[str, tuple[Closing, ...]] = {}
    broken = {problem.file for problem in problems}
    for name, data in files.items():
        if name.startswith(CALENDARS) and name.endswith(".ics"):
            calendar = read_closings(name, data)
            calendars[name.removeprefix(CALENDARS)] = calendar.closings
            problems.extend(calendar.problems)
            continue
        kind = kind_of(name)
        if kind is None or not name.endswith(".yaml"):
            problems.append(_orphan(name))
            continue
        found, shape, mended_at[name] = _read_file(name, data, kind, trees)
        problems.extend(found)
        if found:
            broken.add(name)
        if shape is not None:
            shapes.append((shape, trees[name]))
    content = _content(content_hash(files), shapes, calendars, problems)
    return draft_of(content, trees, frozenset(broken), frozenset(calendars), mended_at)


def _read_file(
    name: str, data: bytes, kind: FileKind, trees: dict[str, Tree]
) -> tuple[list[ContentProblem], Shape | None, frozenset[KeyPath]]:
    """The findings about one file, its shape as far as it could be read, and where that is not what is written."""
    tree, syntax = parse_yaml(name, data)
    problems = list(syntax)
    if tree is None:
        return _not_all(problems), None, frozenset()
    trees[name] = tree
    shape, findings = read_shape(tree, kind)
    places = {(problem.line, problem.column) for problem in problems}
    problems.extend(finding for finding in findings if (finding.line, finding.column) not in places)
    if not problems:
        return problems, shape, frozenset()
    as_if, mended_at = mended(FILE_MODELS[kind], plain(tree.root)) if tree.complete else (None, frozenset())
    return (problems if as_if else _not_all(problems)), as_if, mended_at


def _not_all(problems: list[ContentProblem]) -> list[ContentProblem]:
    """Says at the last finding of a file that there may be more of them."""
    *others, last = sorted(problems)
    return [*others, replace(last, hint=f"{last.hint} Then check again: the rest of this file was not looked at.")]


def _orphan(name: str) -> ContentProblem:
    if name.endswith(".yml"):
        return ContentProblem(name, 1, 1, "KB015", "Files must end in .yaml.", "Rename the file.")
    hint = "Move it into one of the folders that the README names."
    return ContentProblem(name, 1, 1, "KB015", "Nothing is read from here.", hint)


def _content(
    digest: str,
    shapes: list[tuple[Shape, Tree]],
    calendars: Mapping[str, tuple[Closing, ...]],
    problems: list[ContentProblem],
) -> Content:
    topics: dict[TopicId, Topic] = {}
    aspects: dict[AspectId, Aspect] = {}
    who: dict[WhoId, Who] = {}
    intents: dict[IntentId, Intent] = {}
    contacts: dict[str, Contact] = {}
    teams: Mapping[str, Team] = {}
    steps: Mapping[str, Step] = {}
    lists = Lists({}, {"de": (), "en": ()}, {"de": {}, "en": {}})

    def add(known: dict[_Key, _Placed], key: _Key, value: _Placed, tree: Tree) -> None:
        if key in known:
            other = known[key].place.file
            message = f"The id `{key}` is taken by {other}."
            problems.append(ContentProblem(tree.file, 1, 1, "KB013", message, "Choose another id and file name."))
        else:
            known[key] = value

    for shape, tree in shapes:
        match shape:
            case schema.TopicFile():
                topic = assemble.topic(shape, tree)
                add(topics, topic.id, topic, tree)
            case schema.AspectFile():
                aspect = assemble.aspect(shape, tree)
                add(aspects, aspect.id, aspect, tree)
            case schema.WhoFile():
                person = assemble.who(shape, tree)
                add(who, person.id, person, tree)
            case schema.IntentFile():
                intent = assemble.intent(shape, tree)
                add(intents, intent.id, intent, tree)
            case schema.ContactFile():
                contact = assemble.contact(shape, tree)
                add(contacts, contact.id, contact, tree)
            case TeamsFile():
                teams = assemble.teams(shape, tree, calendars)
            case schema.PathwaysFile():
                steps = assemble.steps(shape, tree)
            case schema.ListsFile():
                lists = assemble.lists(shape)
            case _:
                pass
    return Content(digest, topics, aspects, who, intents, contacts, teams, steps, lists)
