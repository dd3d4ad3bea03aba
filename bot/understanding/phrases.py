"""Phrase templates of admins: ``(a|b)`` one of, ``[x]`` may be missing, ``{slot}``, ``<rule>``. No regular expressions.

A template is expanded once into all its sentences, which go into a dictionary, so matching costs one look-up and no
template can hang. Expansion stops at ``MOST``; ``lotse check`` reports a template that would go beyond.
"""

from collections.abc import Iterator, Mapping
from itertools import islice

from bot.understanding.entities import TOPIC_MARK, WHO_MARK

MOST = 500
"""Sentences one template may stand for."""
_MARKS = {"topic": TOPIC_MARK, "who": WHO_MARK, "course": TOPIC_MARK}
_DEEPEST = 8


class PhraseError(ValueError):
    """A template that cannot be read; the message says what is wrong, in words for the admin."""


def expand(template: str, rules: Mapping[str, str]) -> tuple[str, ...]:
    """All sentences of a template, at most ``MOST``, slots as marks. Raises PhraseError when it cannot be read."""
    return tuple(islice(_sequence(template, rules, 0), MOST))


def is_too_wide(template: str, rules: Mapping[str, str]) -> bool:
    """Whether a template stands for more than ``MOST`` sentences."""
    return len(tuple(islice(_sequence(template, rules, 0), MOST + 1))) > MOST


def sentence_key(words: tuple[str, ...]) -> str:
    """What two sentences have in common when only case, marks and punctuation differ."""
    return " ".join(words)


def _sequence(template: str, rules: Mapping[str, str], depth: int) -> Iterator[str]:
    if depth > _DEEPEST:
        raise PhraseError("the template or its rules are nested too deeply, or a rule names itself")
    head, bracket, rest = _split_first(template)
    if not bracket:
        yield head
        return
    inner, tail = _matching(bracket, rest)
    if bracket == "(":
        options = [option for part in _alternatives(inner) for option in _sequence(part, rules, depth + 1)]
    elif bracket == "[":
        options = ["", *(option for part in _alternatives(inner) for option in _sequence(part, rules, depth + 1))]
    elif bracket == "<":
        if inner not in rules:
            raise PhraseError(f"there is no rule <{inner}> in intents/_lists.yaml")
        options = list(_sequence(rules[inner], rules, depth + 1))
    else:
        if inner not in _MARKS:
            raise PhraseError(f"there is no slot {{{inner}}}; known are {{topic}} and {{who}}")
        options = [_MARKS[inner]]
    for option in options:
        for end in _sequence(tail, rules, depth):
            yield f"{head}{option}{end}"


def _split_first(template: str) -> tuple[str, str, str]:
    for place, char in enumerate(template):
        if char in "([{<":
            return template[:place], char, template[place + 1 :]
        if char in ")]}>":
            raise PhraseError(f"{char!r} closes a bracket that was not opened")
    return template, "", ""


def _matching(bracket: str, rest: str) -> tuple[str, str]:
    closing = {"(": ")", "[": "]", "{": "}", "<": ">"}[bracket]
    depth = 0
    for place, char in enumerate(rest):
        if char == bracket:
            depth += 1
        elif char == closing:
            if depth == 0:
                return rest[:place], rest[place + 1 :]
            depth -= 1
    raise PhraseError(f"{bracket!r} is never closed")


def _alternatives(inner: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for place, char in enumerate(inner):
        if char in "([{<":
            depth += 1
        elif char in ")]}>":
            depth -= 1
        elif char == "|" and depth == 0:
            parts.append(inner[start:place])
            start = place + 1
    return [*parts, inner[start:]]
