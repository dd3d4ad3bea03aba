"""Puts a solved case into the drafts folder of the operator's own content."""

from pathlib import Path

from bot.content.case_drafts import FOLDER, CaseDraft, SolvedCase, draft_from
from bot.taught import may_be_taught

TRIES = 20


def save_draft(folder: Path, case: SolvedCase, *, shipped: Path) -> CaseDraft:
    """Write the draft of a solved case; a file that is there is never written over.

    Raises NothingToDraft, and TeachingRefused when the folder is not the operator's own or cannot be written to.
    """
    may_be_taught(folder, shipped)
    drafts = folder / FOLDER
    drafts.mkdir(exist_ok=True)
    for _ in range(TRIES):
        draft = draft_from(case, {path.name for path in drafts.iterdir()})
        try:
            with (folder / draft.file).open("x", encoding="utf-8", newline="\n") as opened:
                opened.write(draft.text)
        except FileExistsError:
            continue  # somebody else took the name in this moment
        return draft
    raise FileExistsError(f"no free name for a draft of case {case.number} in {drafts}")
