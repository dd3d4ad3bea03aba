"""What can still be judged of a file whose shape has errors: the file as if they were mended.

`lotse check` shows all findings at once, so a misspelt unit must not hide the figure in a text of the same file. A wrong
or missing *leaf* (a unit, a team, one language) is replaced by a value of the right form, an unknown key is left out, and
what would be found at these places alone is not reported: they have their finding already.

Nothing is invented that others refer to. Where a whole block is missing, unknown or of the wrong form, facts or sources
may lie in it, and everything that names them would look wrong too; such a file is not mended.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError
from rapidfuzz import fuzz, process

from bot.content.value_shapes import Shape
from bot.content.yaml_tree import Plain

KeyPath = tuple[str | int, ...]

ROUNDS = 10
"""Looks at one file; what was hidden behind an error comes up in the next, and no file is that deep."""
STAND_INS: Mapping[str, Plain] = {
    "team": "x",
    "contact": "x",
    "source": "x",
    "unit": "text",
    "confidence": "one_source",
    "as_of": "undated",
    "title": {"de": "x", "en": "x"},
    "starter": {"de": "x", "en": "x"},
    "overview": {"de": "x", "en": "x"},
}
"""For keys that are missing. Where others must be known for what is around a key, the key is not here."""
OTHER = {"de": "en", "en": "de"}


def mended(model: type[Shape], values: Plain) -> tuple[Shape | None, frozenset[KeyPath]]:
    """The file with stand-ins for its errors, and the places where these stand; None when that cannot be done."""
    values = copy.deepcopy(values)
    places: set[KeyPath] = set()
    for _ in range(ROUNDS):
        try:
            return model.model_validate(values), frozenset(places)
        except ValidationError as error:
            for found in error.errors(include_url=False):
                path = _path_in(values, found["loc"], missing=found["type"] == "missing")
                place = _mend(values, path, found)
                if place is None:
                    return None, frozenset()
                places.add(place)
    return None, frozenset()


def _path_in(values: Plain, loc: Sequence[str | int], *, missing: bool) -> KeyPath:
    """The path without the names pydantic adds for the alternative it took."""
    path: list[str | int] = []
    for position, part in enumerate(loc):
        if _has(_at(values, path), part) or (missing and position == len(loc) - 1):
            path.append(part)
    return tuple(path)


def _has(around: Plain, part: str | int) -> bool:
    if isinstance(around, list):
        return isinstance(part, int) and part < len(around)
    return isinstance(around, dict) and part in around


def _at(values: Plain, path: Sequence[str | int]) -> Plain:
    for part in path:
        values = values[part]
    return values


def _mend(values: Plain, path: KeyPath, found: Any) -> KeyPath | None:
    """Put right what was found at this path. Gives the place about which nothing else is to be reported."""
    if found["type"] == "overview_wanted":
        path = (*path, "overview") if path[-1:] == ("answers",) else ("answers", "overview")
    if not path or not isinstance(_at(values, path[:-1]), dict | list):
        return None
    around, key = _at(values, path[:-1]), path[-1]
    value = around[key] if _has(around, key) else None
    if found["type"] == "extra_forbidden":
        if isinstance(value, dict | list):
            return None
        del around[key]
        return path
    better = _missing(around, key) if value is None else _better(value, found)
    if better is None or better == value:
        return None
    around[key] = better
    return path[:-1] if key == "unit" else path  # what unit a value would fit is not known


def _missing(around: Plain, key: str | int) -> Plain:
    if key in OTHER:
        return copy.deepcopy(around.get(OTHER[str(key)]))
    return copy.deepcopy(STAND_INS.get(str(key)))


def _better(value: Plain, found: Any) -> Plain:
    """A value of the form that was wanted; None when that is not known."""
    match found["type"]:
        case "literal_error":
            return _nearest(value, str(found["ctx"]["expected"]))
        case "string_type" if not isinstance(value, dict | list):
            return str(value)
        case "string_too_long" | "string_pattern_mismatch" | "slot_wanted":
            return "08:00-09:00" if found["type"] == "slot_wanted" else "x"
        case "as_of_wanted":
            return "undated"
        case "bool_type":
            return False
        case "int_type" | "int_from_float" | "greater_than_equal" if not isinstance(value, dict | list):
            return 1
        case "list_type" if isinstance(value, str):
            return [value]
        case _:
            return None


def _nearest(value: Plain, expected: str) -> str:
    known = [word.strip(" '") for word in expected.replace(" or ", ", ").split(",")]
    return str(process.extractOne(str(value), known, scorer=fuzz.ratio)[0])
