"""From a folder to immutable Content; the only file of the package that touches the disk.

``read_content`` always comes back with a value: what is wrong with a file is a finding, and only a folder that is no
content folder at all is a ``ConfigError``. Beside the finished Content it hands back the *draft*: everything that
could be read even though something else could not, so that ``lotse check`` reports all findings at once and not the
first layer of them.
"""

import gc
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bot.content import assemble, schema
from bot.content.characters import MAX_BYTES, too_large
from bot.content.closing_calendar import read_closings
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
from bot.content.draft import Draft, draft_of
from bot.content.references import reference_findings
from bot.content.schema import FileKind, kind_of
from bot.content.shape_findings import read_shape
from bot.content.team_shapes import TeamsFile
from bot.content.value_shapes import Shape
from bot.content.yaml_tree import Tree, parse_yaml
from bot.errors import ConfigError, ContentProblem
from bot.model import AspectId, IntentId, TopicId, WhoId

ROOTS = ("intents", "knowledge")
DRAFTS = "drafts"
"""Beside the two; drafts of answers, which Lotse never answers from."""
CALENDARS = "knowledge/calendars/"
MAX_FOLDERS = 4
"""Folders below the content folder; real content has two, a loop of links never ends."""


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
    _require_folders(folder)
    problems: list[ContentProblem] = []
    files = dict(sorted(_read_files(folder, problems)))
    with collector_paused():
        draft = _draft(files, problems)
    problems.extend(reference_findings(draft))
    problems.sort()
    healthy = not any(problem.severity == "error" for problem in problems)
    return ReadResult(draft.content if healthy else None, tuple(problems), draft)


def read_drafts(folder: Path) -> tuple[dict[str, bytes], tuple[ContentProblem, ...]]:
    """The files of the drafts folder by name, and what could not be read. They are no content: no hash counts them."""
    problems: list[ContentProblem] = []
    files: dict[str, bytes] = {}
    if (folder / DRAFTS).is_dir():
        for name in _walk(folder / DRAFTS, DRAFTS, MAX_FOLDERS, problems):
            data = _read_bytes(folder / name, name, problems)
            if data is not None:
                files[name] = data
    return files, tuple(problems)


def fingerprint(folder: Path) -> str:
    """The hash the content of a folder would have, without reading more than its bytes.

    Raises ConfigError when ``folder`` is no content folder.
    """
    _require_folders(folder)
    return content_hash(dict(_read_files(folder, [])))


def content_hash(files: Mapping[str, bytes]) -> str:
    """Changes with any byte of any file, and with any name."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


@contextmanager
def collector_paused() -> Iterator[None]:
    """Building a tree makes hundreds of thousands of objects and no cycle; looking for cycles meanwhile costs a third."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


# --- Disk ----------------------------------------------------------------------------------------------------


def _require_folders(folder: Path) -> None:
    for path in (folder, *(folder / root for root in ROOTS)):
        try:
            next(path.iterdir(), None)
        except OSError as error:
            reason = error.strerror or "cannot be read"
            raise ConfigError(
                f"LOTSE_CONTENT: {path} is not a content folder ({reason.lower()}). "
                "It must be a readable folder with intents/ and knowledge/ in it."
            ) from error


def _read_files(folder: Path, problems: list[ContentProblem]) -> Iterator[tuple[str, bytes]]:
    for root in ROOTS:
        for path in _walk(folder / root, root, 0, problems):
            data = _read_bytes(folder / path, path, problems)
            if data is not None:
                yield path, data


def _walk(folder: Path, name: str, depth: int, problems: list[ContentProblem]) -> Iterator[str]:
    """Names of all YAML files and calendars below, relative to the content folder, with ``/`` between."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        problems.append(_unreadable(name, error))
        return
    for entry in entries:
        below = f"{name}/{entry.name}"
        if entry.name.startswith("."):
            continue
        try:
            is_folder = entry.is_dir()
        except OSError as error:
            problems.append(_unreadable(below, error))
            continue
        if is_folder and entry.is_symlink():
            hint = "Put the folder itself here."
            problems.append(ContentProblem(below, 1, 1, "KB001", "Links to folders are not followed.", hint))
        elif is_folder and depth < MAX_FOLDERS:
            yield from _walk(folder / entry.name, below, depth + 1, problems)
        elif not is_folder and entry.name.endswith((".yaml", ".yml", ".ics")):
            yield below


def _read_bytes(path: Path, name: str, problems: list[ContentProblem]) -> bytes | None:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            hint = "Only ordinary files are read."
            problems.append(ContentProblem(name, 1, 1, "KB001", "This is not an ordinary file.", hint))
            return None
        with path.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
            size = os.fstat(opened.fileno()).st_size
    except OSError as error:
        problems.append(_unreadable(name, error))
        return None
    if len(data) > MAX_BYTES:
        problems.append(too_large(name, max(size, len(data))))
        return None
    return data


def _unreadable(name: str, error: OSError) -> ContentProblem:
    reason = (error.strerror or "unknown reason").lower()
    hint = "Check that it exists and that Lotse may read it."
    return ContentProblem(name, 1, 1, "KB001", f"It cannot be read: {reason}.", hint)


# --- Putting together ----------------------------------------------------------------------------------------


_Key = TypeVar("_Key", bound=str)
_Placed = TypeVar("_Placed", Topic, Aspect, Who, Intent, Contact)


def _draft(files: Mapping[str, bytes], problems: list[ContentProblem]) -> Draft:
    trees: dict[str, Tree] = {}
    shapes: list[tuple[Shape, Tree]] = []
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
        found, shape = _read_file(name, data, kind, trees)
        problems.extend(found)
        if shape is None or found:
            broken.add(name)
        else:
            shapes.append((shape, trees[name]))
    content = _content(content_hash(files), shapes, calendars, problems)
    return draft_of(content, trees, frozenset(broken), frozenset(calendars))


def _read_file(
    name: str, data: bytes, kind: FileKind, trees: dict[str, Tree]
) -> tuple[list[ContentProblem], Shape | None]:
    tree, syntax = parse_yaml(name, data)
    problems = list(syntax)
    if tree is None:
        return problems, None
    trees[name] = tree
    shape, findings = read_shape(tree, kind)
    places = {(problem.line, problem.column) for problem in problems}
    problems.extend(finding for finding in findings if (finding.line, finding.column) not in places)
    return problems, shape


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
