"""The live pair: content read from a folder, and the reader trained on it, kept in a cache by content hash.

Training takes seconds, a start should not. The cache holds derived data only and may be deleted at any time; its name
carries the hash of the content and of the code that trained it, so neither can be mixed up with another. It is pickled,
so it lies in a folder of the user's own with mode 700 and is read from nowhere else.

What reads YAML, checks and trains is imported only where the cache has nothing: that alone takes as long as the rest of a
start.
"""

import contextlib
import hashlib
import os
import pickle
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bot import __version__
from bot.content.collector import collector_paused
from bot.content.content_files import fingerprint
from bot.content.definitions import Content
from bot.errors import ContentError, ContentProblem
from bot.understanding.reader import Reader

KEPT = 4
"""Contents kept in the cache, those used last: the present one and those somebody may go back to."""


AT_QUESTION_TIME = frozenset(
    (
        "alike", "evidence", "follow_ups", "label_parts", "language_wish", "programmes", "split", "understand", "weighing",
        "weights",
    )
)  # fmt: skip
"""Modules of understanding that have no part in the training of a reader: a change there leaves the cache as it is."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A content and its reader, with the notices the check had."""

    content: Content
    reader: Reader
    problems: tuple[ContentProblem, ...]


def is_trained(folder: Path, cache_folder: Path | None = None) -> bool:
    """Whether ``load_trained`` takes a moment, not a minute. Raises ConfigError when it is no content folder."""
    return _place(fingerprint(folder), cache_folder).is_file()


def load_trained(folder: Path, cache_folder: Path | None = None) -> Trained:
    """The content of a folder and its reader, from the cache when the files are those of last time.

    Only what cannot be used at all is refused here, with ContentError: shape, references, phrase templates that cannot be
    read. Texts and test sentences are judged by ``lotse check``, which guards every change. Raises ConfigError when it is
    no content folder.
    """
    path = _place(fingerprint(folder), cache_folder)
    known = _kept(path)
    if known is not None:
        return known
    from bot.check import TOOLS
    from bot.content.phrase_findings import phrase_findings
    from bot.content.read import read_content
    from bot.understanding.phrases import PhraseError

    result = read_content(folder)
    if result.content is None:
        raise ContentError(result.problems)
    try:
        return train(result.content, result.problems, cache_folder)
    except PhraseError as error:  # the one thing besides shape and references that keeps it from being trained
        broken = tuple(p for p in phrase_findings(result.draft, TOOLS) if p.severity == "error")
        raise ContentError((*result.problems, *broken)) from error


def train(content: Content, problems: tuple[ContentProblem, ...], cache_folder: Path | None = None) -> Trained:
    """The reader trained on a content, kept for the next start. A cache that cannot be written is no error."""
    path = _place(content.hash, cache_folder)
    known = _kept(path)
    if known is not None and known.problems == problems:
        return known
    if known is not None:
        trained = replace(known, problems=problems)
    else:
        from bot.understanding.training import build

        trained = Trained(content, build(content), problems)
    _keep(path, trained)
    return trained


def keep_problems(trained: Trained, problems: tuple[ContentProblem, ...], cache_folder: Path | None = None) -> Trained:
    """The same content and reader with all findings of a check that needed the reader, kept for the next start."""
    complete = replace(trained, problems=problems)
    _keep(_place(trained.content.hash, cache_folder), complete)
    return complete


def _place(content_hash: str, cache_folder: Path | None) -> Path:
    return (cache_folder or default_cache()) / f"trained-{content_hash[:16]}-{code_hash()}.pickle"


def _kept(path: Path) -> Trained | None:
    try:
        with path.open("rb") as file, collector_paused():
            kept = pickle.load(file)  # noqa: S301  # our own file in our own folder, see above
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError, TypeError):
        return None
    with contextlib.suppress(OSError):  # a cache that cannot be written is none of our troubles
        os.utime(path)
    return kept if isinstance(kept, Trained) else None


def default_cache() -> Path:
    """``$XDG_CACHE_HOME/lotse``, by default ``~/.cache/lotse``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lotse"


@cache
def code_hash() -> str:
    """Changes with the code that trains a reader."""
    digest = hashlib.sha256(__version__.encode())
    package = Path(__file__).parent
    understanding = [path for path in (package / "understanding").glob("*.py") if path.stem not in AT_QUESTION_TIME]
    for path in sorted([*understanding, *(package / "content").glob("*.py"), *(package / "model").glob("*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _keep(path: Path, trained: Trained) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        unfinished.write_bytes(pickle.dumps(trained, protocol=pickle.HIGHEST_PROTOCOL))
        unfinished.replace(path)
        for old in sorted(path.parent.glob("trained-*.pickle"), key=lambda p: p.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return  # a read-only or full disk costs the training at the next start, nothing else
