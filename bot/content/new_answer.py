"""From a draft to an answer of its topic: what has to be done first, and the topic's file with the answer at the end.

Like a sentence that is taught (``teaching.py``) the answer is put in by position, so that comments and layout stay the admins'
own, and what comes out is read again and compared before anybody gets it.
"""

from collections.abc import Iterator

from bot.content.anonymise import PLACEHOLDERS
from bot.content.definitions import Content
from bot.content.draft import did_you_mean
from bot.content.schema import DraftAnswer, DraftFile
from bot.content.teaching import TeachingRefused
from bot.content.yaml_places import after_line, end_of, newline_of, quoted
from bot.content.yaml_tree import Tree, parse_yaml, plain
from bot.model import LOCALES, AspectId, TopicId


def still_to_do(draft: DraftFile, content: Content) -> tuple[str, ...]:
    """What keeps this draft from becoming an answer, in sentences that say what to do; none: it may be tried."""
    return tuple(_to_do(draft, content))


def _to_do(draft: DraftFile, content: Content) -> Iterator[str]:
    topic = content.topics.get(TopicId(draft.topic)) if draft.topic else None
    if topic is None:
        near = did_you_mean(draft.topic or "", frozenset(content.topics), otherwise="")
        yield f"Name the topic at `topic:`{f', there is no {draft.topic}' if draft.topic else ''}. {near}".rstrip()
    if draft.aspect is None:
        yield "Name the side of the topic at `aspect:`."
    elif topic is not None and AspectId(draft.aspect) in topic.answers:
        label = f"{draft.topic}.{draft.aspect}"
        yield f'{label} has an answer already: change its text by hand, or `lotse teach "…" {label}` and discard the draft.'
    elif AspectId(draft.aspect) not in content.aspects and (draft.answer.title is None or draft.answer.asks is None):
        yield f"`{draft.aspect}` is an aspect of its own: give the answer a `title` and `asks`."
    if draft.cut:
        yield "The end is missing: finish the text, then delete `cut`."
    for locale in LOCALES:
        text = getattr(draft.answer, locale)
        if not text:
            yield f"Write the answer in the other language, at `answer: {locale}:`."
        for sign in PLACEHOLDERS.values():
            if sign in (text or ""):
                yield f"Say it for everybody, without {sign} (`answer: {locale}:`)."


def with_answer(tree: Tree, aspect: AspectId, answer: DraftAnswer) -> str:
    """The text of a topic's file with this answer behind its others. Raises TeachingRefused when its layout is not understood."""
    answers = tree.find(("answers",))
    if answers is None or not isinstance(answers.value, dict) or not answers.value or tree.text[answers.start] == "{":
        raise TeachingRefused(f"The answers of {tree.file} do not stand below each other; add this one by hand.")
    indent = " " * (answers.mark.column - 1)
    lines = [f"{indent}{line}" for line in _lines(aspect, answer)]
    last = max(answers.value.values(), key=lambda node: node.start)
    at, words = after_line(tree.text, end_of(tree.text, last), newline_of(tree.text).join(lines))
    text = tree.text[:at] + words + tree.text[at:]
    again, problems = parse_yaml(tree.file, text.encode())
    before = plain(tree.root)
    expected = {**before, "answers": {**before["answers"], aspect: _values(answer)}}
    if again is None or problems or plain(again.root) != expected:
        raise TeachingRefused(f"The layout of {tree.file} is not understood; add the answer by hand.")
    return text


def _values(answer: DraftAnswer) -> dict[str, object]:
    return answer.model_dump(mode="json", exclude_none=True, exclude_unset=True)


def _lines(aspect: AspectId, answer: DraftAnswer) -> Iterator[str]:
    yield f"{aspect}:"
    for key, value in _values(answer).items():
        yield f"  {key}: {_inline(value)}"


def _inline(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{key}: {_inline(below)}" for key, below in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_inline, value)) + "]"
        case _:
            return quoted(str(value)).replace("\n", "\\n")
