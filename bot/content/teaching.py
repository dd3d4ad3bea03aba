"""One more sentence in a YAML file, with every other byte as it was: text in, text out.

Why not load and dump: comments, quotes and line breaks are the admins' own and must survive. Why not a library that keeps
them: the tree knows where each value begins and ends, so a sentence can be put in by position, and what comes out is read
again and compared before anybody gets it. A layout that is not understood is refused, never guessed at.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.content.definitions import Content, Place
from bot.content.draft import KeyPath, did_you_mean
from bot.content.yaml_places import after_line, end_of, line_end, line_start, newline_of, quoted, start_of_line
from bot.content.yaml_tree import Node, Plain, Tree, parse_yaml, plain
from bot.model import LOCALES, AspectId, IntentId, Locale, TopicId

WIDEST = 120
"""Columns of a line; a list in brackets goes on in the next line beyond."""
LONGEST = 200
"""Characters of a sentence that teaches; longer ones are stories, and teach their accidents."""
_HARMLESS = re.compile(r"[^\W\d_][\w ]*\w")
_WORDS_OF_YAML = frozenset({"yes", "no", "on", "off", "true", "false", "null"})


class TeachingRefused(ValueError):
    """The sentence cannot be taught there; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """Where a sentence goes: the lists at ``path`` of ``file``, and the ``label`` it then leads to."""

    label: str
    file: str
    path: KeyPath


def lesson_for(target: str, content: Content) -> Lesson:
    """The place of a target: ``topic.aspect``, an aspect or an intent. Raises TeachingRefused with what was meant."""
    topic_id, dot, aspect = target.partition(".")
    if dot:
        return _answer_lesson(topic_id, aspect, content)
    places: dict[str, Place] = {}
    if target in content.aspects:
        places["aspects"] = content.aspects[AspectId(target)].place
    if target in content.intents:
        places["intents"] = content.intents[IntentId(target)].place
    if len(places) == 1:
        (place,) = places.values()
        return Lesson(target, place.file, ("examples",))
    if places:
        raise TeachingRefused(f"`{target}` is an aspect and an intent; edit the file itself.")
    if target in content.topics:
        known = content.topics[TopicId(target)]
        raise TeachingRefused(
            f"`{target}` is a topic; name one of its answers, such as `{target}.{next(iter(known.answers))}`."
        )
    hint = did_you_mean(target, frozenset({*content.aspects, *content.intents, *_labels(content)}), otherwise="")
    raise TeachingRefused(f"There is no aspect, intent or answer `{target}`. {hint}".strip())


def _answer_lesson(topic_id: str, aspect: str, content: Content) -> Lesson:
    topic = content.topics.get(TopicId(topic_id))
    if topic is None:
        hint = did_you_mean(topic_id, frozenset(content.topics), otherwise="")
        raise TeachingRefused(f"There is no topic `{topic_id}`. {hint}".strip())
    own = topic.same_as.get(AspectId(aspect), AspectId(aspect))
    if own in topic.answers:
        return Lesson(f"{topic_id}.{own}", topic.place.file, ("answers", own, "asks"))
    if own in content.aspects:
        raise TeachingRefused(
            f"`{topic_id}` has no text for `{own}`. Write one, or teach the aspect for all topics: `lotse teach … {own}`."
        )
    hint = did_you_mean(aspect, frozenset(topic.answers), otherwise="")
    raise TeachingRefused(f"`{topic_id}` has no answer `{aspect}`. {hint}".strip())


def _labels(content: Content) -> list[str]:
    return [f"{topic.id}.{aspect}" for topic in content.topics.values() for aspect in topic.answers]


def teach(tree: Tree, path: KeyPath, locale: Locale, sentence: str) -> str:
    """The text of the file with the sentence at the end of the list of one language at ``path``; all else as it was.

    Missing lists are made. Raises TeachingRefused when the sentence is empty or too long, or the layout not understood.
    """
    sentence = " ".join(sentence.split())
    if not re.search(r"\w", sentence):
        raise TeachingRefused("There is no word in this sentence.")
    if len(sentence) > LONGEST:
        raise TeachingRefused(f"This sentence has {len(sentence)} characters; {LONGEST} is the limit. Say it shorter.")
    at, words = _edit(tree, path, locale, sentence)
    expected = _with_sentence(plain(tree.root), path, locale, sentence)
    text = tree.text[:at] + words + tree.text[at:]
    again, problems = parse_yaml(tree.file, text.encode())
    if again is None or problems or plain(again.root) != expected:
        raise TeachingRefused(
            f"The layout of {tree.file} near `{path[-1]}` is not understood; add the sentence by hand."
        )
    return text


def _with_sentence(whole: Plain, path: Sequence[str | int], locale: Locale, sentence: str) -> Plain:
    """The values that must come out."""
    if path:
        return {**whole, path[0]: _with_sentence(whole.get(path[0], {}), path[1:], locale, sentence)}
    lists = {other: list(whole[other]) if other in whole else [] for other in LOCALES}
    lists[locale].append(sentence)
    return lists


# --- Where and what ------------------------------------------------------------------------------------------


def _edit(tree: Tree, path: KeyPath, locale: Locale, sentence: str) -> tuple[int, str]:
    """The offset to write at, and what to write."""
    around, name = tree.find(path[:-1]), str(path[-1])
    if around is None or not isinstance(around.value, dict):
        raise TeachingRefused(f"There is no `{path[0]}` in {tree.file} to teach this to.")
    lists = around.value.get(name)
    if lists is None:
        both = ", ".join(f"{other}: [{quoted(sentence) if other == locale else ''}]" for other in LOCALES)
        return _new_key(tree.text, around, f"{name}: {{{both}}}")
    if not isinstance(lists.value, dict) or set(lists.value) - set(LOCALES):
        raise TeachingRefused(f"`{name}` in {tree.file} is no list for each language.")
    sentences = lists.value.get(locale)
    if sentences is None:
        return _new_key(tree.text, lists, f"{locale}: [{quoted(sentence)}]")
    if not isinstance(sentences.value, list):
        raise TeachingRefused(f"`{name}` in {tree.file} is no list of sentences.")
    if tree.text[sentences.start] == "[":
        return _into_brackets(tree.text, sentences, sentences.value, sentence)
    return _below_dashes(tree.text, sentences.value, sentence)


def _into_brackets(text: str, lists: Node, items: Sequence[Node], sentence: str) -> tuple[int, str]:
    if not items:
        return lists.start + 1, quoted(sentence)
    at = end_of(text, items[-1])
    written = _like(text, items[-1], sentence)
    alone = len(items) > 1 and all(not text[line_start(text, i.start) : i.start].strip() for i in items[1:])
    rest = text[at : line_end(text, at)]
    if alone or len(text[line_start(text, at) : at] + rest) + len(written) + 2 > WIDEST:
        return at, f",{newline_of(text)}{' ' * (items[0].mark.column - 1)}{written}"
    return at, f", {written}"


def _below_dashes(text: str, items: Sequence[Node], sentence: str) -> tuple[int, str]:
    last = items[-1]
    dash = text.rindex("-", 0, last.start)
    indent = dash - line_start(text, dash)
    before = text[line_start(text, dash) : dash]
    if before.strip():
        raise TeachingRefused("A list begins in the line of its key; add the sentence by hand.")
    return after_line(text, end_of(text, last), " " * indent + "- " + _like(text, last, sentence))


def _new_key(text: str, around: Node, words: str) -> tuple[int, str]:
    """Put a key at the end of a mapping; in an answer before its test sentences, where admins look for it."""
    values: Mapping[str, Node] = around.value if isinstance(around.value, dict) else {}
    last = max(values.values(), key=lambda node: node.start)
    if text[around.start] == "{":
        return end_of(text, last), f", {words}"
    indent = " " * (around.mark.column - 1)
    tests = around.keys.get("tests")
    if tests is None:
        return after_line(text, end_of(text, last), indent + words)
    at = start_of_line(text, tests.line)
    while (above := line_start(text, at - 1)) < at and text[above:at].startswith(f"{indent}#"):
        at = above  # a comment above `tests` is about the tests
    if text[at : line_end(text, at)].startswith(indent):
        return at, f"{indent}{words}{newline_of(text)}"
    raise TeachingRefused("A key stands in the line of another one; add the sentence by hand.")


def _like(text: str, neighbour: Node, sentence: str) -> str:
    """Quoted as the sentence before is, so that a list stays in one style; without quotes only plain words."""
    quote = text[neighbour.start]
    if quote == "'" and "'" not in sentence:
        return f"'{sentence}'"
    if quote not in "'\"|>" and _HARMLESS.fullmatch(sentence) and sentence.lower() not in _WORDS_OF_YAML:
        return sentence
    return quoted(sentence)
