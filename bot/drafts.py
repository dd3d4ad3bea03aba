"""The drafts folder of the operator's own content: a solved case goes in, an admin makes an answer of it or discards it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.content.case_drafts import FOLDER, CaseDraft, SolvedCase, draft_from
from bot.content.content_files import read_drafts
from bot.content.schema import DraftFile
from bot.content.shape_findings import read_shape
from bot.content.teaching import TeachingRefused
from bot.content.yaml_tree import parse_yaml, plain
from bot.model import LOCALES, CaseNumber
from bot.taught import may_be_taught

TRIES = 20


@dataclass(frozen=True, slots=True)
class WaitingDraft:
    """A draft that waits: its ``name``, and what it says as far as it can be read."""

    name: str
    case: str
    topic: str
    aspect: str
    question: str
    answer: str
    replaced: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of one content folder."""

    folder: Path
    shipped: Path

    def save(self, case: SolvedCase) -> CaseDraft:
        """Write the draft of a solved case. Raises NothingToDraft, and TeachingRefused where nothing can be written."""
        return save_draft(self.folder, case, shipped=self.shipped)

    def waiting(self) -> tuple[WaitingDraft, ...]:
        """Every draft in the folder, by name; one that cannot be read is listed by its name."""
        return tuple(_read(path) for path in sorted((self.folder / FOLDER).glob("*.yaml")))

    def cases(self) -> frozenset[CaseNumber]:
        """The cases there is a draft of."""
        return frozenset(CaseNumber(int(draft.case)) for draft in self.waiting() if draft.case.isdecimal())

    def discard_of(self, cases: Collection[CaseNumber]) -> int:
        """Delete every draft of these cases; how many there were."""
        theirs = {str(case) for case in cases}
        return sum(self.discard(draft.name) for draft in self.waiting() if draft.case in theirs)

    def discard(self, name: str) -> bool:
        """Delete a draft; False when there is none of this name."""
        if name not in {path.name for path in (self.folder / FOLDER).glob("*.yaml")}:
            return False
        (self.folder / FOLDER / name).unlink(missing_ok=True)
        return True


def _read(path: Path) -> WaitingDraft:
    try:
        tree, _ = parse_yaml(path.name, path.read_bytes())
    except OSError:
        tree = None
    values = plain(tree.root) if tree is not None else None
    found: Mapping[str, object] = values if isinstance(values, dict) else {}
    answer = found.get("answer")
    texts: Mapping[str, object] = answer if isinstance(answer, dict) else {}
    tests = texts.get("tests")
    questions = [
        sentence
        for locale in LOCALES
        if isinstance(tests, dict) and isinstance(tests.get(locale), dict)
        for sentence in tests[locale].get("yes") or ()
    ]
    replaced = found.get("replaced")
    return WaitingDraft(
        path.name,
        str(found.get("case", "")),
        str(found.get("topic", "")),
        str(found.get("aspect", "")),
        str(questions[0]) if questions else "",
        "\n\n".join(str(texts[locale]) for locale in LOCALES if texts.get(locale)),
        tuple((str(kind), int(times)) for kind, times in replaced.items() if isinstance(times, int))
        if isinstance(replaced, dict)
        else (),
    )


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


def read_draft(folder: Path, name: str) -> DraftFile:
    """A draft by its name, with or without ``.yaml``. Raises TeachingRefused when there is none, or it cannot be read."""
    file = f"{FOLDER}/{name.removesuffix('.yaml')}.yaml"
    files, _ = read_drafts(folder)
    if file not in files:
        raise TeachingRefused(f"There is no draft {name}; `lotse drafts` lists those that wait.")
    tree, problems = parse_yaml(file, files[file])
    shape, more = read_shape(tree, "draft") if tree is not None else (None, [])
    if not isinstance(shape, DraftFile) or problems or more:
        first = [*problems, *more][0]
        raise TeachingRefused(f"{first.file}, line {first.line}: {first.message} {first.hint}")
    return shape
