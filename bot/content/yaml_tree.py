"""YAML text in, a tree of values with their places out; everything that makes YAML dangerous or surprising is refused.

Why events and not ``yaml.load``: values need their places, of two equal keys the last one must not win silently, and
an alias bomb or ten thousand brackets have to be stopped at the first event instead of being built. The parser only
ever sees text that is small (``content_files.py`` looks at the size first) and free of control characters, and the loop below
keeps its own stack, so that no nesting can exhaust Python's.

What plain scalars mean is decided here and not by YAML 1.1: ``12:30`` and ``0431`` stay text, ``1.10`` keeps its
digits, ``yes`` is a finding where a value is expected and simply the text "yes" where a key is.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

import yaml

from bot.content.characters import MAX_FINDINGS, decode
from bot.errors import ContentProblem

MAX_DEPTH = 12
MAX_TEXT = 4_000
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Scalar = str | int | Decimal | date | bool | None
Plain = Any
"""Values without places, as pydantic and JSON Schema validators take them."""


class Mark(NamedTuple):
    """A place in a file; line and column count from 1."""

    line: int
    column: int


class Node(NamedTuple):
    """One value with its place. ``start`` and ``end`` are offsets into the file's text."""

    value: "Scalar | dict[str, Node] | list[Node]"
    mark: Mark
    start: int
    end: int
    keys: Mapping[str, Mark]
    """Where each key of a mapping stands; empty for everything else."""


@dataclass(frozen=True, slots=True)
class Tree:
    """One file: its text and the values in it. Not ``complete``: a block stood twice, and the second is not in it."""

    file: str
    text: str
    root: Node
    complete: bool = True

    def find(self, path: Sequence[str | int]) -> Node | None:
        """The value at ``path``, or None."""
        node = self.root
        for part in path:
            below = _child(node, part)
            if below is None:
                return None
            node = below
        return node

    def mark(self, path: Sequence[str | int], *, key: bool = False) -> Mark:
        """The place of what lies at ``path``, or of the nearest thing around it. ``key``: of the key, not the value."""
        node, mark = self.root, self.root.mark
        for position, part in enumerate(path):
            if key and position == len(path) - 1 and isinstance(part, str) and part in node.keys:
                return node.keys[part]
            below = _child(node, part)
            if below is None:
                continue
            mark = node.keys[part] if isinstance(part, str) and isinstance(below.value, dict | list) else below.mark
            node = below
        return mark

    def mark_of(self, path: Sequence[str | int], words: str) -> Mark:
        """The place of ``words`` within the text at ``path``; the text's own place when they do not stand there."""
        node = self.find(path)
        if node is None:
            return self.mark(path)
        at = self.text.find(words, node.start, node.end)
        if at < 0:
            return node.mark
        line_start = self.text.rfind("\n", 0, at) + 1
        return Mark(node.mark.line + self.text.count("\n", node.start, at), at - line_start + 1)


def _child(node: Node, part: str | int) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(part) if isinstance(part, str) else None
    if isinstance(node.value, list) and isinstance(part, int) and 0 <= part < len(node.value):
        items: list[Node] = node.value
        return items[part]
    return None


def plain(node: Node) -> Plain:
    """The values alone, without their places."""
    if isinstance(node.value, dict):
        return {key: plain(below) for key, below in node.value.items()}
    if isinstance(node.value, list):
        return [plain(below) for below in node.value]
    return node.value


def parse_yaml(file: str, data: bytes) -> tuple[Tree | None, tuple[ContentProblem, ...]]:
    """The tree of one file, or None, and every finding about its syntax."""
    text, problems = decode(file, data)
    if text is None or problems:
        return None, tuple(problems)
    builder = _Builder(file, problems)
    try:
        builder.run(text)
    except _Refused:
        return None, tuple(problems)
    except yaml.YAMLError as error:
        problems.append(_syntax_problem(file, error))
        return None, tuple(problems)
    if builder.root is None:
        problems.append(
            ContentProblem(file, 1, 1, "KB002", "The file is empty.", "Delete it, or write what it is about.")
        )
        return None, tuple(problems)
    return Tree(file, text, builder.root, builder.complete), tuple(problems)


# --- Events --------------------------------------------------------------------------------------------------


class _Refused(Exception):
    """The rest of the file is not read."""


class _Open:
    """A mapping or list that is being read."""

    __slots__ = ("items", "key", "keys", "mapping", "mark", "start")

    def __init__(self, mark: Mark, start: int, *, mapping: bool) -> None:
        self.mark = mark
        self.start = start
        self.mapping: dict[str, Node] | None = {} if mapping else None
        self.items: list[Node] = []
        self.keys: dict[str, Mark] = {}
        self.key: str | None = None


class _Builder:
    """Builds the tree from parser events, with a stack of its own."""

    def __init__(self, file: str, problems: list[ContentProblem]) -> None:
        self.file = file
        self.problems = problems
        self.stack: list[_Open] = []
        self.root: Node | None = None
        self.complete = True

    def run(self, text: str) -> None:
        documents = 0
        for event in _events(text):
            match event:
                case yaml.ScalarEvent():
                    self._refuse_extras(event)
                    self._scalar(event)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self._refuse_extras(event)
                    self._open(event)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    self._close(event)
                case yaml.AliasEvent():
                    self._stop(event, "KB004", "`*` refers to another place of the file.", "Write the value out.")
                case yaml.DocumentStartEvent():
                    documents += 1
                    if documents > 1:
                        self._stop(event, "KB004", "A second document begins here.", "One subject per file.")
                    if event.version or event.tags:
                        self._stop(event, "KB004", "A `%` directive is not understood.", "Delete the line.")
                case _:
                    pass

    def _report(self, mark: Mark, code: str, message: str, hint: str) -> None:
        self.problems.append(ContentProblem(self.file, mark.line, mark.column, code, message, hint))
        if len(self.problems) >= MAX_FINDINGS:
            raise _Refused

    def _stop(self, event: yaml.Event, code: str, message: str, hint: str) -> None:
        self._report(_mark(event.start_mark), code, message, hint)
        raise _Refused

    def _refuse_extras(self, event: Any) -> None:
        if event.anchor is not None:
            self._stop(event, "KB004", f"`&{event.anchor}` names a value for use elsewhere.", "Write the value out.")
        if event.tag is not None:
            self._stop(event, "KB004", f"`{event.tag}` is a tag, which is not understood here.", "Delete the tag.")

    def _open(self, event: Any) -> None:
        top = self.stack[-1] if self.stack else None
        if top is not None and top.mapping is not None and top.key is None:
            self._stop(event, "KB002", "A key must be a word, not a list or a block.", "Did you forget quotes?")
        if len(self.stack) >= MAX_DEPTH:
            message = f"This is nested more than {MAX_DEPTH} levels deep."
            self._stop(event, "KB007", message, "Check the brackets and the indentation.")
        mark = event.start_mark
        self.stack.append(_Open(_mark(mark), mark.index, mapping=isinstance(event, yaml.MappingStartEvent)))

    def _close(self, event: Any) -> None:
        done, end = self.stack.pop(), event.end_mark.index
        value: dict[str, Node] | list[Node] = done.items if done.mapping is None else done.mapping
        self._place(Node(value, done.mark, done.start, end, done.keys))

    def _scalar(self, event: Any) -> None:
        mark = _mark(event.start_mark)
        if len(event.value) > MAX_TEXT:
            message = f"This text has {len(event.value)} characters; {MAX_TEXT} is the limit."
            self._report(mark, "KB008", message, "Shorten it, or put the rest under `more`.")
        top = self.stack[-1] if self.stack else None
        if top is not None and top.mapping is not None and top.key is None:
            self._key(top, event.value, mark, is_plain=event.style is None or not event.style)
            return
        is_plain = not event.style and not event.implicit[1]
        value = self._resolve(event.value, mark) if is_plain else event.value
        self._place(Node(value, mark, event.start_mark.index, event.end_mark.index, _NO_KEYS))

    def _key(self, top: _Open, key: str, mark: Mark, *, is_plain: bool) -> None:
        if is_plain and key == "<<":
            self._report(mark, "KB004", "`<<` merges another block in.", "Write the keys out.")
            raise _Refused
        if is_plain and key in ("", "~", "null"):
            self._report(mark, "KB002", "A key is missing before the colon.", "Write the key, or quote the text.")
        if key in top.keys:
            first = top.keys[key]
            message = f"`{key}` stands twice here, first in line {first.line}."
            self._report(mark, "KB003", message, "Keep one of the two, or rename one.")
        top.keys.setdefault(key, mark)
        top.key = key

    def _place(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if top.mapping is None:
            top.items.append(node)
        else:
            assert top.key is not None
            if top.mapping.setdefault(top.key, node) is not node and isinstance(node.value, dict | list):
                self.complete = False
            top.key = None

    def _resolve(self, text: str, mark: Mark) -> Scalar:
        """What an unquoted value means."""
        first = text[:1]
        if first.isdigit() or first in ("+", "-"):
            return self._number_or_date(text, mark)
        lower = text.lower()
        if lower in _WORDS:
            if _WORDS[lower] is None:
                hint = "Write the value, or delete the key; inside { } a text with a comma needs quotes."
                self._report(mark, "KB016", "There is no value here.", hint)
            return _WORDS[lower]
        if lower in ("yes", "no", "on", "off"):
            message = f"`{text}` without quotes means true or false in some programs."
            self._report(mark, "KB005", message, f'Write "{text}" in quotes for the word, or true / false.')
        return text

    def _number_or_date(self, text: str, mark: Mark) -> Scalar:
        if _INTEGER.fullmatch(text):
            return int(text)
        if _DECIMAL.fullmatch(text):
            return Decimal(text)
        if _DATE.fullmatch(text):
            try:
                return date.fromisoformat(text)
            except ValueError:
                self._report(mark, "KB005", f"There is no day {text}.", "Dates are written year-month-day.")
        return text


_NO_KEYS: Mapping[str, Mark] = {}
_WORDS: Mapping[str, Scalar] = {"": None, "~": None, "null": None, "true": True, "false": False}
_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})\.[0-9]{1,12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _mark(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1)


def _events(text: str) -> Iterator[Any]:
    loader = _LOADER(text)
    try:
        while loader.check_event():
            yield loader.get_event()
    finally:
        loader.dispose()


# --- Messages ------------------------------------------------------------------------------------------------

_HINTS = (
    ("mapping values are not allowed", "A text with a colon in it needs quotes around it."),
    ("cannot start any token", "A text that begins with a special character needs quotes around it."),
    ("could not find expected ':'", "Is a colon missing, or a quotation mark?"),
    ("while scanning a quoted scalar", 'A quotation mark is not closed. Inside double quotes write \\" for one.'),
    ("unknown escape character", "Inside double quotes a backslash is special; use single quotes, or double it."),
    ("block end", "Check the indentation: things on one level begin in the same column; a quote may be open."),
    ("',' or", "A bracket is not closed, or a text with a comma or bracket in it needs quotes."),
)


def _syntax_problem(file: str, error: yaml.YAMLError) -> ContentProblem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = " ".join(str(part) for part in (getattr(error, "context", None), getattr(error, "problem", None)) if part)
    what = what or str(error).splitlines()[0]
    hint = next((hint for sign, hint in _HINTS if sign in what), "Check indentation, colons and quotes near here.")
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return ContentProblem(file, line, column, "KB002", f"This is not valid YAML: {what}.", hint)
