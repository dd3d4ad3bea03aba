"""What an admin's change must pass before it goes live.

*Errors* keep content from going live: shape, references, figures without a source, two phrases that cannot be told
apart. *Notices* inform and block nothing, because time must never break a running bot: a figure past its review date
is handled when it is shown. The rules live beside what they judge in ``content/``; this module runs them all, so that
one look shows every finding, and takes further checks (those that need understanding) as functions.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from bot.content.collector import collector_paused
from bot.content.content_files import read_drafts
from bot.content.definitions import Content
from bot.content.draft import Draft
from bot.content.draft_findings import draft_findings
from bot.content.fact_findings import fact_findings
from bot.content.phrase_findings import PhraseTools, phrase_findings
from bot.content.read import ReadResult, read_content
from bot.content.text_findings import text_findings
from bot.errors import ContentProblem
from bot.understanding.normalize import tokens
from bot.understanding.phrases import MOST, expand

ExtraCheck = Callable[[Draft, date], Sequence[ContentProblem]]
"""A check of a draft that has no errors yet, such as whether every test sentence leads where it must."""


TOOLS = PhraseTools(key=tokens, expand=expand, widest=MOST)
"""How the reader folds sentences and reads templates, so that both judge by the same measure."""


@dataclass(frozen=True, slots=True)
class Checked:
    """``content`` is None as soon as there is one error; ``problems`` are all findings, sorted by place."""

    content: Content | None
    problems: tuple[ContentProblem, ...]


def check_content(folder: Path, day: date, extra: Sequence[ExtraCheck] = ()) -> list[ContentProblem]:
    """All findings about a content folder as of a day, sorted by place."""
    return list(judge(read_content(folder), day, extra).problems)


def judge(read: ReadResult, day: date, extra: Sequence[ExtraCheck] = ()) -> Checked:
    """All findings about what was read, and the content when it may go live.

    ``extra`` checks run only when nothing else is wrong: they may rely on every reference.
    """
    with collector_paused():
        problems = {*read.problems, *_static_findings(read.draft, day)}
    if not has_errors(problems):
        for check in extra:
            problems.update(check(read.draft, day))
    content = None if has_errors(problems) else read.content
    return Checked(content, tuple(sorted(problems)))


def check_drafts(folder: Path, content: Content | None) -> list[ContentProblem]:
    """Notices about the drafts folder; apart from the content, because a draft must never keep it from going live."""
    files, unreadable = read_drafts(folder)
    return sorted([*(replace(problem, severity="notice") for problem in unreadable), *draft_findings(files, content)])


def has_errors(problems: Sequence[ContentProblem] | set[ContentProblem]) -> bool:
    """Whether one of the findings keeps the content from going live."""
    return any(problem.severity == "error" for problem in problems)


def _static_findings(draft: Draft, day: date) -> list[ContentProblem]:
    return [*text_findings(draft), *fact_findings(draft, day), *phrase_findings(draft, TOOLS)]
