"""Questions Lotse could not answer, as a list somebody can work through: what is one question, biggest first.

Pure: what was asked, what was set aside and the present content go in, groups come out. Known gaps and expired figures
belong together by what they are about (``topic.aspect``), whatever their words; all others by likeness. A question the
present content answers is no gap any more and is left out, unless the answer is one that was offered and refused.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.content.anonymise import anonymise
from bot.content.definitions import Content
from bot.dialogue.choosing import SAY
from bot.dialogue.policy import take_turn
from bot.dialogue.state import State
from bot.dialogue.turn import Turn
from bot.dialogue.without_emoji import without_emoji
from bot.model import Context, Locale, MissedQuestion, Pressed, RecordGap, SetAside, Utterance
from bot.understanding.alike import Prepared, group_alike, is_known_again, prepare
from bot.understanding.normalize import tokens
from bot.understanding.reader import Reader
from bot.understanding.understand import understand

BY_LABEL = ("known", "expired")
"""Kinds of gaps whose subject was clear."""
MOST_FINGERPRINTS = 50
"""Ways to say it by which a group is known again."""


@dataclass(frozen=True, slots=True)
class GapGroup:
    """One question in all its wordings. ``id``: that of its oldest row, so it names the group while that row is kept.

    ``question`` is the wording asked most often, ``wordings`` are all, most often first. ``people``: how many asked it.
    ``guess``: what the present content makes of it, with its score. ``label``: set when its subject is known.
    ``set_aside``: the id of the decision that hides it.
    """

    id: int
    question: str
    locale: Locale
    count: int
    people: int
    kinds: Mapping[str, int]
    last_at: datetime
    wordings: tuple[str, ...] = ()
    label: str | None = None
    guess: tuple[str, float] | None = None
    offered: tuple[str, ...] = ()
    set_aside: int | None = None
    fingerprints: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Wording:
    """Everything that was asked in one wording, and what the present content makes of it."""

    text: str
    locale: Locale
    rows: tuple[MissedQuestion, ...]
    guess: tuple[str, float] | None


Verdict = tuple[bool, tuple[str, float] | None]
Answers = dict[tuple[str, Locale, frozenset[str]], Verdict]
"""What is known of wordings already, for one content: whether it is answered now, and the best guess."""


def group_gaps(
    questions: Iterable[MissedQuestion],
    aside: Sequence[SetAside],
    content: Content,
    reader: Reader,
    now: datetime,
    known: Answers | None = None,
) -> tuple[GapGroup, ...]:
    """All groups, biggest first; those that were set aside carry the decision. ``known`` is filled, to be kept."""
    by_wording: dict[tuple[Locale, tuple[str, ...], str | None], list[MissedQuestion]] = {}
    for question in questions:
        words = tokens(question.text)
        if words:
            label = question.label if question.kind in BY_LABEL else None
            by_wording.setdefault((question.locale, words, label), []).append(question)
    known = {} if known is None else known
    wordings = [
        wording
        for (locale, _, _), rows in by_wording.items()
        if (wording := _open(rows, locale, content, reader, now, known)) is not None
    ]
    wordings.sort(key=lambda one: (-len(one.rows), one.rows[0].id))
    prepared = {id(one): prepare(one.text, one.locale, reader) for one in wordings}
    groups = [_group(one, prepared, aside) for one in _together(wordings, prepared)]
    return tuple(sorted(groups, key=lambda group: (-group.count, -group.last_at.timestamp(), group.id)))


def still_open(groups: Iterable[GapGroup]) -> tuple[GapGroup, ...]:
    """Those nobody set aside."""
    return tuple(group for group in groups if group.set_aside is None)


def for_outsiders(groups: Iterable[GapGroup], smallest: int) -> tuple[GapGroup, ...]:
    """Those that may be shown beyond the coordinators: asked by enough people that none of them is recognised.

    One wording stands for all, without what has the form of personal data.
    """
    return tuple(
        replace(group, question=anonymise(group.question)[0], wordings=(), fingerprints=())
        for group in groups
        if group.people >= smallest
    )


def _open(
    rows: Sequence[MissedQuestion], locale: Locale, content: Content, reader: Reader, now: datetime, known: Answers
) -> Wording | None:
    """The wording, or None when the present content answers it. A day later the same content may have expired."""
    text = rows[-1].text
    refused = frozenset(value for row in rows if row.kind == "clarified" for value in row.offered)
    subject = rows[0].label if rows[0].kind in BY_LABEL else None
    key = (subject or text, locale, refused)
    if key not in known:
        known[key] = (
            _subject_answered(subject, locale, content, now)
            if subject
            else _judged(text, locale, refused, content, reader, now)
        )
    answered, guess = known[key]
    return None if answered else Wording(text, locale, tuple(rows), guess)


def _judged(
    text: str, locale: Locale, refused: frozenset[str], content: Content, reader: Reader, now: datetime
) -> Verdict:
    found = understand(without_emoji(text), reader, Context(locale))
    turn = take_turn(State(introduced=True, locale=locale), Utterance(text), found, content, now)
    guess = next(((one.label, round(one.score, 1)) for one in found.candidates), None)
    return _answers(turn) and f"{SAY}{turn.label}" not in refused, guess


def _subject_answered(label: str, locale: Locale, content: Content, now: datetime) -> Verdict:
    """Whether there is an answer to a subject by now: the question itself may have left it to the context."""
    turn = take_turn(State(introduced=True, locale=locale), Pressed(f"{SAY}{label}"), None, content, now)
    # A label of an earlier content is no choice any more: that is a refusal, not an answer.
    return turn.decision == "answer" and _answers(turn), (label, 100.0)


def _answers(turn: Turn) -> bool:
    missed = any(isinstance(effect, RecordGap) for effect in turn.effects)
    return not missed and turn.decision not in ("miss", "clarify")


def _together(wordings: Sequence[Wording], prepared: Mapping[int, Prepared]) -> list[list[Wording]]:
    by_label: dict[str, list[Wording]] = {}
    others: list[Wording] = []
    for one in wordings:
        label = _label(one)
        if label is None:
            others.append(one)
        else:
            by_label.setdefault(label, []).append(one)
    alike = group_alike([prepared[id(one)] for one in others])
    return [*by_label.values(), *([others[place] for place in group] for group in alike)]


def _label(one: Wording) -> str | None:
    first = one.rows[0]
    return first.label if first.kind in BY_LABEL else None


def _group(wordings: Sequence[Wording], prepared: Mapping[int, Prepared], aside: Sequence[SetAside]) -> GapGroup:
    first, label = wordings[0], _label(wordings[0])
    rows = [row for one in wordings for row in one.rows]
    offered = Counter(value for row in rows for value in row.offered)
    fingerprints = tuple(prepared[id(one)].fingerprint for one in wordings)
    return GapGroup(
        id=min(row.id for row in rows),
        question=first.text,
        locale=first.locale,
        count=len(rows),
        people=len({row.person for row in rows}),
        kinds=dict(Counter(row.kind for row in rows).most_common()),
        last_at=max(row.at for row in rows),
        wordings=tuple(one.text for one in wordings),
        label=label,
        guess=first.guess,
        offered=tuple(value for value, _ in offered.most_common()),
        set_aside=next((one.id for one in aside if _applies(one, label, first.locale, fingerprints)), None),
        fingerprints=tuple(tuple(sorted(one)) for one in fingerprints[:MOST_FINGERPRINTS]),
    )


def _applies(aside: SetAside, label: str | None, locale: Locale, fingerprints: Sequence[frozenset[int]]) -> bool:
    """Whether a decision is about this group: about its subject, or about at least half of its wordings."""
    if label is not None or aside.label is not None:
        return label == aside.label
    known = [frozenset(one) for one in aside.fingerprints]
    again = sum(is_known_again(one, known) for one in fingerprints)
    return locale == aside.locale and again * 2 >= len(fingerprints)
