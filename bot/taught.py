"""What one more sentence changes, tried on a copy of the content folder: the folder itself stays as it is.

The running bot watches the folder, and an admin may stop the command at any moment; so a sentence that does harm must
never have been in the file, not even for the seconds the training takes.
"""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.check import has_errors, judge
from bot.content.content_files import ROOTS
from bot.content.draft import Draft
from bot.content.new_answer import still_to_do, with_answer
from bot.content.read import ReadResult, read_content
from bot.content.schema import DraftFile
from bot.content.teaching import Lesson, TeachingRefused, lesson_for, teach
from bot.dialogue.policy import take_turn
from bot.dialogue.state import State
from bot.errors import ContentError, ContentProblem
from bot.model import AspectId, Context, Locale, TopicId, Utterance
from bot.rehearsal import noon
from bot.trained import Trained, train
from bot.understanding.normalize import tokens
from bot.understanding.reader import Reader
from bot.understanding.understand import understand
from bot.understood_findings import Key, Outcome, known_failures, leads_to, outcomes


@dataclass(frozen=True, slots=True)
class Taught:
    """What a sentence changes. ``text`` is the whole new text of the file ``lesson.file``."""

    lesson: Lesson
    locale: Locale
    text: str
    before: str
    """The text of that file when it was tried."""
    leads: bool
    """Whether the sentence now leads where it was taught."""
    errors: tuple[ContentProblem, ...]
    """Errors that were not there before, other than test sentences."""
    notices: tuple[ContentProblem, ...]
    """Notices that were not there before."""
    gained: tuple[Outcome, ...]
    """Test sentences that failed before and are right now."""
    lost: tuple[Outcome, ...]
    """Test sentences that were right before and fail now; ``came`` is what comes now."""
    known: frozenset[Key]
    """What the list of known failures names."""

    @property
    def does_harm(self) -> bool:
        """Whether the content could not go live with it, or would get worse."""
        return bool(self.errors) or any(outcome.trial.key not in self.known for outcome in self.lost)


def try_sentence(
    folder: Path,
    sentence: str,
    target: str,
    day: date,
    locale: Locale | None = None,
    cache_folder: Path | None = None,
) -> Taught:
    """What would change if ``sentence`` were taught to ``target``; its language by the content's words unless given.

    Raises TeachingRefused when it cannot be taught there, ContentError when the content has errors already that keep it
    from being trained, ConfigError when it is no content folder.
    """
    read = read_content(folder)
    lesson = lesson_for(target, read.draft.content)
    before, problems = _static(read, day, cache_folder)
    language = locale or before.reader.language.detect(sentence, None)
    _refuse_repetition(sentence, lesson, language, read.draft)
    text = teach(read.draft.trees[lesson.file], lesson.path, language, sentence)
    return _tried(_Try(folder, read, before, problems, day, cache_folder), lesson, language, sentence, text)


def try_answer(folder: Path, draft: DraftFile, day: date, locale: Locale, cache_folder: Path | None = None) -> Taught:
    """What would change if this draft became an answer of its topic; ``locale``: the language of its question.

    Raises TeachingRefused with everything that has to be done first, ContentError and ConfigError as above.
    """
    read = read_content(folder)
    to_do = still_to_do(draft, read.draft.content)
    if to_do:
        raise TeachingRefused("\n".join(to_do))
    before, problems = _static(read, day, cache_folder)
    topic, aspect = read.draft.content.topics[TopicId(draft.topic or "")], AspectId(draft.aspect or "")
    lesson = Lesson(f"{topic.id}.{aspect}", topic.place.file, ("answers", aspect))
    text = with_answer(read.draft.trees[lesson.file], aspect, draft.answer)
    questions = getattr(draft.answer.tests, locale).yes
    sentence = questions[0] if questions else ""
    return _tried(_Try(folder, read, before, problems, day, cache_folder), lesson, locale, sentence, text)


@dataclass(frozen=True, slots=True)
class _Try:
    """The content as it is, and where what is learnt of it is kept."""

    folder: Path
    read: ReadResult
    trained: Trained
    problems: tuple[ContentProblem, ...]
    day: date
    cache_folder: Path | None


def _tried(a: _Try, lesson: Lesson, language: Locale, sentence: str, text: str) -> Taught:
    """What changes with another text of the lesson's file, found out on a copy."""
    read, before, problems, day = a.read, a.trained, a.problems, a.day
    old = read.draft.trees[lesson.file].text
    with TemporaryDirectory(prefix="lotse-teach-") as name:
        copy = Path(name)
        for root in ROOTS:
            shutil.copytree(a.folder / root, copy / root)
        (copy / lesson.file).write_bytes(text.encode())
        again = read_content(copy)
    checked = judge(again, day)
    new = tuple(p for p in checked.problems if _same(p) not in {_same(old) for old in problems})
    errors = tuple(problem for problem in new if problem.severity == "error")
    notices = tuple(problem for problem in new if problem.severity == "notice")
    known = frozenset(known_failures(read.draft))
    if errors or checked.content is None:
        return Taught(lesson, language, text, old, False, errors, notices, (), (), known)
    after = train(checked.content, checked.problems, a.cache_folder)
    gained, lost = _flipped(_by_key(read.draft, before.reader, day), _by_key(again.draft, after.reader, day))
    leads = _leads(sentence, lesson, after, day)
    return Taught(lesson, language, text, old, leads, (), notices, gained, lost, known)


def may_be_taught(folder: Path, shipped: Path) -> None:
    """Whether a folder is somebody's own to change. Raises TeachingRefused with what to do.

    What ships inside the installed program is replaced by the next release, and with it what was taught.
    """
    if folder.resolve() == shipped.resolve() and shipped.name == "shipped":
        raise TeachingRefused(
            "This content ships with Lotse and would be replaced by the next release. Copy its folders intents/ and "
            "knowledge/ to a folder of your own, set LOTSE_CONTENT to it and start again."
        )
    for path in (folder, *(folder / root for root in ROOTS)):
        if not os.access(path, os.W_OK):
            raise TeachingRefused(f"Lotse may not write to {path}; give it write access, or teach where the files are.")


def keep(folder: Path, taught: Taught) -> None:
    """Write what was tried into the folder: all or nothing, and only when the file is still as it was tried.

    Raises TeachingRefused when it would do harm, when somebody changed the file meanwhile, or when it cannot be written;
    then the file is as before.
    """
    path = folder / taught.lesson.file
    if taught.does_harm:
        raise TeachingRefused(f"Nothing was changed: {taught.lesson.file} is as before.")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        if path.read_bytes() != taught.before.encode():
            raise TeachingRefused(f"{taught.lesson.file} was changed meanwhile, so nothing was written; try again.")
        unfinished.write_bytes(taught.text.encode())
        unfinished.chmod(path.stat().st_mode)
        unfinished.replace(path)  # whoever reads the file meanwhile sees the old text or the new one
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise TeachingRefused(f"{taught.lesson.file} cannot be written ({reason}); nothing was changed.") from None
    finally:
        unfinished.unlink(missing_ok=True)


def teach_into(
    folder: Path, sentence: str, target: str, day: date, locale: Locale | None = None, *, shipped: Path
) -> Taught:
    """Teach a sentence to an answer, an aspect or an intent for good, as the desk does with one press.

    What changes comes back either way; ``does_harm`` tells that nothing was written because of it. Takes as long as two
    trainings, so it belongs into a process of its own. Raises TeachingRefused, ContentError, ConfigError.
    """
    may_be_taught(folder, shipped)
    taught = try_sentence(folder, sentence, target, day, locale)
    if not taught.does_harm:
        keep(folder, taught)
    return taught


def _static(read: ReadResult, day: date, cache_folder: Path | None) -> tuple[Trained, tuple[ContentProblem, ...]]:
    checked = judge(read, day)
    if checked.content is None or has_errors(checked.problems):
        raise ContentError(checked.problems)
    return train(checked.content, checked.problems, cache_folder), checked.problems


def _refuse_repetition(sentence: str, lesson: Lesson, locale: Locale, draft: Draft) -> None:
    """The check would only give a notice: the same sentence twice in one list does no harm, but no good either."""
    tree = draft.trees[lesson.file]
    node = tree.find((*lesson.path, locale))
    known = node.value if node is not None and isinstance(node.value, list) else []
    if tokens(sentence) in {tokens(str(item.value)) for item in known}:
        raise TeachingRefused(f"“{sentence}” is taught to {lesson.label} already.")


def _same(problem: ContentProblem) -> tuple[str, str, str]:
    """A finding without its line, which moves when something is put in above it."""
    return problem.file, problem.code, problem.message


def _by_key(draft: Draft, reader: Reader, day: date) -> Mapping[tuple[Key, bool], Outcome]:
    return {(outcome.trial.key, outcome.trial.wanted): outcome for outcome in outcomes(draft, reader, day)}


def _flipped(
    before: Mapping[tuple[Key, bool], Outcome], after: Mapping[tuple[Key, bool], Outcome]
) -> tuple[tuple[Outcome, ...], tuple[Outcome, ...]]:
    changed = [(before[key].result, now) for key, now in after.items() if key in before]
    gained = tuple(now for was, now in changed if was != "right" and now.result == "right")
    lost = tuple(now for was, now in changed if was != "wrong" and now.result == "wrong")
    return gained, lost


def _leads(sentence: str, lesson: Lesson, trained: Trained, day: date) -> bool:
    """An aspect is reached without a topic too, when Lotse asks which one."""
    found = understand(sentence, trained.reader, Context())
    if lesson.label in trained.content.aspects:
        return any(c.aspect == lesson.label for c in found.candidates[:1])
    turn = take_turn(State(introduced=True), Utterance(sentence), found, trained.content, noon(day))
    return leads_to(turn, found.candidates[:1], lesson.label, trained.content)
