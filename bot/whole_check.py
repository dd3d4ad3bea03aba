"""The whole check of a content folder: what can be seen at once, then training, then what needs understanding.

Training takes seconds, so it happens once, only when nothing else is wrong, and is kept for the next start.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from bot.check import Checked, judge
from bot.content.draft import Draft
from bot.content.read import read_content
from bot.errors import ContentProblem
from bot.trained import Trained, keep_problems, train
from bot.understood_findings import understood_findings


def check_and_train(folder: Path, day: date, cache_folder: Path | None = None) -> tuple[Checked, Trained | None]:
    """Everything the check finds as of a day, and content and reader; None when it did not come to training.

    Raises ConfigError when ``folder`` is no content folder.
    """
    read = read_content(folder)
    built: list[Trained] = []

    def understood(draft: Draft, on: date) -> Sequence[ContentProblem]:
        built.append(train(draft.content, read.problems, cache_folder))
        return understood_findings(draft, built[0].reader, on)

    checked = judge(read, day, (understood,))
    return checked, keep_problems(built[0], checked.problems, cache_folder) if built else None
