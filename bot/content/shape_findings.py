"""What pydantic found, in plain words and with a place: one finding per wrong key or value."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import ValidationError
from rapidfuzz import fuzz, process

from bot.content.editor_schema import json_schema
from bot.content.schema import FILE_MODELS, FileKind
from bot.content.team_shapes import WEEK
from bot.content.value_shapes import Shape
from bot.content.yaml_tree import Tree, plain
from bot.errors import ContentProblem

KeyPath = tuple[str | int, ...]


def read_shape(tree: Tree, kind: FileKind) -> tuple[Shape | None, tuple[ContentProblem, ...]]:
    """The file as a typed shape, or None, and every finding about its shape."""
    model = FILE_MODELS[kind]
    if not isinstance(tree.root.value, dict):
        mark = tree.root.mark
        hint = f"Begin with a line such as `{kind}: …`; see the README of this folder."
        return None, (ContentProblem(tree.file, *mark, "KB016", "The file must be keys with values.", hint),)
    try:
        return model.model_validate(plain(tree.root)), ()
    except ValidationError as error:
        return None, tuple(_findings(tree, kind, error))


def _findings(tree: Tree, kind: FileKind, error: ValidationError) -> Iterable[ContentProblem]:
    seen: set[tuple[int, int]] = set()
    for found in error.errors(include_url=False):
        path = _real_path(tree, found["loc"], missing=found["type"] == "missing")
        code, message, hint = _words(kind, tree, path, found)
        at_key = found["type"] in ("extra_forbidden", "missing", "invalid_key", "overview_wanted")
        mark = tree.mark(path[:-1] if found["type"] == "missing" else path, key=at_key)
        if found["type"] != "missing" and mark in seen:
            continue
        seen.add(mark)
        yield ContentProblem(tree.file, *mark, code, message, hint)


def _real_path(tree: Tree, loc: Sequence[str | int], *, missing: bool) -> KeyPath:
    """The path without the names pydantic adds for the alternative it took."""
    path: list[str | int] = []
    for position, part in enumerate(loc):
        last = position == len(loc) - 1
        if tree.find([*path, part]) is not None or (last and missing):
            path.append(part)
    return tuple(path)


def _words(file_kind: FileKind, tree: Tree, path: KeyPath, found: Any) -> tuple[str, str, str]:
    """Code, message and hint for one pydantic error."""
    kind: str = found["type"]
    value = found["input"]
    context: Mapping[str, Any] = found.get("ctx") or {}
    name = _name(path)
    match kind:
        case "missing":
            return _missing(file_kind, path)
        case "overview_wanted":
            return _missing(file_kind, (*path, "overview"))
        case "keys_wanted" if path[-1:] == ("hours",) and file_kind == "teams":
            return _no_hours(path)
        case "keys_wanted":
            return "KB016", f"{name} is empty.", "Write at least one of its keys, or delete it."
        case "extra_forbidden" if path[-2:-1] == ("hours",) and file_kind == "teams":
            return "KB053", f"{name} is no day of the week.", _weekday_hint(str(path[-1]))
        case "slot_wanted":
            return "KB016", f"“{value}” is no opening time.", 'Write it as "08:00-12:30", from and until.'
        case "extra_forbidden":
            return "KB010", f"The key {name} is not known here.", _unknown_key_hint(file_kind, tree, path)
        case "as_of_wanted":
            return "KB016", f"“{value}” is not possible for {name}.", "Write 2026-02-02, 2026-02, 2026 or undated."
        case "string_pattern_mismatch" if path[-1:] not in _FORMS and "a-z" in str(context.get("pattern")):
            hint = "An id is lower case a to z, digits and underscores, and begins with a letter."
            hint = "Write an aspect, a topic, or topic.aspect." if path[-2:-1] == ("next",) else hint
            return "KB016", f"“{value}” is not an id.", hint
        case "string_pattern_mismatch" | "string_too_short":
            return "KB016", f"The text of {name} is empty or not of the expected form.", _form_hint(path)
        case "string_too_long":
            return "KB008", f"The text of {name} is longer than 4,000 characters.", "Shorten it, or split it."
        case "string_type" if isinstance(value, list | dict):
            return "KB016", f"{name} must be a text.", "Write one text here, in quotes if it has a colon."
        case "string_type":
            written = str(value).lower() if isinstance(value, bool) else value
            return "KB016", f"{name} must be a text, not {written}.", f'Put it in quotes: "{written}".'
        case "literal_error" if context.get("expected") == "'unknown'":
            return "KB016", f"“{value}” is not possible for {name}.", _or_unknown(path)
        case "literal_error":
            return _not_in_list(path, str(value), str(context.get("expected")))
        case "union_tag_invalid":
            return _not_in_list((*path, "kind"), str(context.get("tag")), str(context.get("expected_tags")))
        case "union_tag_not_found":
            return "KB017", f"{name} has no `kind`.", "Add `kind: choice` or `kind: number`."
        case "too_short":
            return (
                "KB016",
                f"{name} needs at least {_entries(context.get('min_length'))}.",
                "Add one, or delete the key.",
            )
        case "too_long":
            return "KB016", f"{name} takes at most {_entries(context.get('max_length'))}.", "Make two of it."
        case "bool_type":
            return "KB016", f"{name} must be true or false.", "Write true or false without quotes."
        case "int_type" | "int_from_float" | "greater_than_equal":
            return "KB016", f"{name} must be a whole number from 1 on.", "Write it without unit and quotes."
        case "list_type":
            return "KB016", f"{name} must be a list.", "Write [one, two], or one per line beginning with `- `."
        case "dict_type" | "model_type" | "model_attributes_type" if "module" in path and file_kind == "topic":
            return "KB016", f"{name} must be a text in both languages.", _or_unknown(path)
        case "dict_type" | "model_type" | "model_attributes_type":
            return "KB016", f"{name} must have keys of its own.", _keys_hint(tree, path)
        case _:
            return "KB016", f"{name}: {found['msg']}.", "See the README of this folder for an example."


def _name(path: KeyPath) -> str:
    match path:
        case ():
            return "the file"
        case (*_, str() as key, int() as index):
            return f"entry {index + 1} of `{key}`"
        case (*_, int() as outer, int() as index):
            return f"entry {index + 1} of entry {outer + 1}"
    return f"`{path[-1]}`"


def _entries(count: object) -> str:
    return "one entry" if count == 1 else f"{count} entries"


def _not_in_list(path: KeyPath, value: str, expected: str) -> tuple[str, str, str]:
    known = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
    best = _did_you_mean(value, known, otherwise="")
    code = "KB023" if path[-1:] == ("unit",) else "KB016"
    return code, f"“{value}” is not possible for {_name(path)}.", f"{best} Possible: {', '.join(known)}.".strip()


def _or_unknown(path: KeyPath) -> str:
    match path[-1:]:
        case ("days" | "level" | "ects",) if path[0] != "module" or path[-1] != "level":
            return "Write a number without quotes, or unknown."
        case ("format" | "language",):
            return "Write a list such as [online], or unknown."
    return "Write {de: …, en: …}, or unknown."


def _no_hours(path: KeyPath) -> tuple[str, str, str]:
    hint = 'Add `hours:` with `mon: ["08:00-12:30", "13:30-16:30"]` and so on: they say when an answer is promised.'
    return "KB053", f"The team `{path[1]}` has no opening hours.", hint


_WEEKDAYS: Mapping[str, str] = {
    "mo": "mon", "di": "tue", "tu": "tue", "mi": "wed", "we": "wed", "do": "thu", "th": "thu", "fr": "fri",
    "sa": "sat", "so": "sun", "su": "sun",
}  # fmt: skip
"""Days as people would write them, in either language, by their first two letters."""


def _weekday_hint(word: str) -> str:
    day = _WEEKDAYS.get(word.strip().casefold()[:2])
    return f"Did you mean `{day}`?" if day else f"Possible here: {', '.join(WEEK)}."


def _missing(file_kind: FileKind, path: KeyPath) -> tuple[str, str, str]:
    match path:
        case ("teams", _, "hours") if file_kind == "teams":
            return _no_hours(path)
        case (*_, ("de" | "en") as locale):
            language = {"de": "German", "en": "English"}[str(locale)]
            of = next((f" of `{part}`" for part in reversed(path[:-1]) if isinstance(part, str)), "")
            return "KB011", f"The {language} text{of} is missing.", f"Add `{locale}:` beside the other language."
        case (*_, "facts", _, "source" | "confidence" as key):
            return "KB020", f"The fact `{path[-2]}` has no {key}.", "Every figure names its source and how sure it is."
        case (*_, "facts", _, "unit"):
            return "KB023", f"The fact `{path[-2]}` has no unit.", "Add `unit:`, such as EUR, percent or months."
        case (*_, "answers", "overview") | ("answers",):
            return "KB040", "The answer `overview` is missing.", "Say in two or three sentences what it is."
        case ("module", str() as key) if file_kind == "topic":
            return "KB017", f"`{key}` is missing in the module block.", f"Write `{key}: unknown` if it is not known."
        case _:
            return "KB017", f"The key `{path[-1]}` is missing here.", f"Add `{path[-1]}:`."


_FORMS: Mapping[tuple[str | int, ...], str] = {
    ("email",): "Write an address such as name@example.org.",
}


def _form_hint(path: KeyPath) -> str:
    return _FORMS.get(path[-1:], "Write the text, or delete the key.")


def _keys_hint(tree: Tree, path: KeyPath) -> str:
    node = tree.find(path)
    if node is not None and isinstance(node.value, str):
        return "Write {de: …, en: …} if this is a text; otherwise see the README of this folder."
    return "Write its keys below, indented by two spaces."


def _did_you_mean(word: str, known: Sequence[str], *, otherwise: str = "Check the spelling.") -> str:
    best = process.extractOne(word.casefold(), known, scorer=fuzz.ratio, score_cutoff=60) if word else None
    return f"Did you mean `{best[0]}`?" if best else otherwise


def _unknown_key_hint(kind: FileKind, tree: Tree, path: KeyPath) -> str:
    around, node = tree.find(path[:-1]), tree.find(path)
    taken = frozenset(around.keys) if around is not None else frozenset()
    if node is not None and node.value is None and taken & {"de", "en"}:
        return "A text with a comma in it needs quotes around it inside { }."
    known = [key for key in keys_at(kind, path[:-1]) if key not in taken]
    return _did_you_mean(str(path[-1]), known, otherwise=f"Possible here: {', '.join(known) or 'nothing more'}.")


def keys_at(kind: FileKind, path: KeyPath) -> tuple[str, ...]:
    """The keys that are possible at a place of a file, by its schema."""
    schemas = [_schema(kind)]
    for part in path:
        schemas = [below for schema in schemas for below in _below(kind, schema, part)]
    return tuple(dict.fromkeys(key for schema in schemas for key in _resolved(kind, schema).get("properties", {})))


@cache
def _schema(kind: FileKind) -> dict[str, Any]:
    return json_schema(kind)


def _resolved(kind: FileKind, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema a reference names; a choice between schemas as one with the properties of all."""
    if reference := schema.get("$ref"):
        found: dict[str, Any] = _schema(kind)["$defs"][str(reference).rsplit("/", 1)[-1]]
        return found
    choices = [_resolved(kind, choice) for choice in schema.get("anyOf", schema.get("oneOf", ()))]
    if not choices:
        return schema
    return {
        "properties": {key: value for choice in choices for key, value in choice.get("properties", {}).items()},
        "items": next((choice["items"] for choice in choices if "items" in choice), {}),
    }


def _below(kind: FileKind, schema: dict[str, Any], part: str | int) -> list[dict[str, Any]]:
    whole = _resolved(kind, schema)
    if isinstance(part, int):
        return [whole["items"]] if whole.get("items") else []
    if part in whole.get("properties", {}):
        return [whole["properties"][part]]
    others = [*whole.get("patternProperties", {}).values(), whole.get("additionalProperties")]
    return [other for other in others if isinstance(other, dict)]
