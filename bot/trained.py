"""The live pair: content read from a folder, and the reader trained on it, kept in a cache by content hash.

Training takes seconds, a start should not. The cache holds derived data only and may be deleted at any time; its name
carries the hash of the content and of the code that trained it, so neither can be mixed up with another. It is pickled,
so it lies in a folder of the user's own with mode 700 and is read from nowhere else.
"""

import hashlib
import os
import pickle
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot import __version__
from bot.content.definitions import Content
from bot.content.read import read_content
from bot.errors import ContentError, ContentProblem
from bot.understanding.reader import Reader
from bot.understanding.training import build

KEPT = 4
"""Readers kept in the cache: the present one and those somebody may go back to."""


@dataclass(frozen=True, slots=True)
class Trained:
    """A content and its reader, with the notices the check had."""

    content: Content
    reader: Reader
    problems: tuple[ContentProblem, ...]


def load_trained(folder: Path, cache_folder: Path | None = None) -> Trained:
    """The content of a folder and its reader. Raises ContentError when the content has errors.

    Only the *readable* part is checked here (shape and references); texts and test sentences are judged by
    ``lotse check``, which guards every change.
    """
    result = read_content(folder)
    if result.content is None:
        raise ContentError(result.problems)
    return Trained(result.content, reader_of(result.content, cache_folder), result.problems)


def reader_of(content: Content, cache_folder: Path | None = None) -> Reader:
    """The reader of a content, from the cache when it is there. A cache that cannot be read or written is no error."""
    folder = cache_folder or default_cache()
    path = folder / f"reader-{content.hash[:16]}-{code_hash()}.pickle"
    try:
        reader = pickle.loads(path.read_bytes())  # noqa: S301  # our own file in our own folder, see above
    except (OSError, pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError):
        reader = build(content)
        _keep(path, reader)
    assert isinstance(reader, Reader)
    return reader


def default_cache() -> Path:
    """``$XDG_CACHE_HOME/lotse``, by default ``~/.cache/lotse``."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "lotse"


@cache
def code_hash() -> str:
    """Changes with the code that trains a reader."""
    digest = hashlib.sha256(__version__.encode())
    package = Path(__file__).parent
    for path in sorted([*(package / "understanding").glob("*.py"), package / "content" / "definitions.py"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _keep(path: Path, reader: Reader) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        unfinished.write_bytes(pickle.dumps(reader, protocol=pickle.HIGHEST_PROTOCOL))
        unfinished.replace(path)
        for old in sorted(path.parent.glob("reader-*.pickle"), key=lambda p: p.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return  # a read-only or full disk costs the training at the next start, nothing else
