"""The files of a content folder, as bytes; the only module of the package that touches the disk.

It imports next to nothing, because a start with everything in its cache needs no more than the hash.
"""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.content.characters import MAX_BYTES, too_large
from bot.errors import ConfigError, ContentProblem

ROOTS = ("intents", "knowledge")
DRAFTS = "drafts"
"""Beside the two; drafts of answers, which Lotse never answers from."""
MAX_FOLDERS = 4
"""Folders below the content folder; real content has two, a loop of links never ends."""


def read_files(folder: Path, problems: list[ContentProblem]) -> dict[str, bytes]:
    """The files of ``intents/`` and ``knowledge/`` by name, in order; what cannot be read is added to ``problems``.

    Raises ConfigError when ``folder`` is not a folder with both of them in it.
    """
    _require_folders(folder)
    return dict(sorted(_read_all(folder, problems)))


def read_drafts(folder: Path) -> tuple[dict[str, bytes], tuple[ContentProblem, ...]]:
    """The files of the drafts folder by name, and what could not be read. They are no content: no hash counts them."""
    problems: list[ContentProblem] = []
    files: dict[str, bytes] = {}
    if (folder / DRAFTS).is_dir():
        for name in _walk(folder / DRAFTS, DRAFTS, MAX_FOLDERS, problems):
            data = _read_bytes(folder / name, name, problems)
            if data is not None:
                files[name] = data
    return files, tuple(problems)


def fingerprint(folder: Path) -> str:
    """The hash the content of a folder would have, without reading more than its bytes.

    Raises ConfigError when ``folder`` is no content folder.
    """
    return content_hash(read_files(folder, []))


def content_hash(files: Mapping[str, bytes]) -> str:
    """Changes with any byte of any file, and with any name."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def _require_folders(folder: Path) -> None:
    for path in (folder, *(folder / root for root in ROOTS)):
        try:
            next(path.iterdir(), None)
        except OSError as error:
            reason = error.strerror or "cannot be read"
            raise ConfigError(
                f"LOTSE_CONTENT: {path} is not a content folder ({reason.lower()}). "
                "It must be a readable folder with intents/ and knowledge/ in it."
            ) from error


def _read_all(folder: Path, problems: list[ContentProblem]) -> Iterator[tuple[str, bytes]]:
    for root in ROOTS:
        for path in _walk(folder / root, root, 0, problems):
            data = _read_bytes(folder / path, path, problems)
            if data is not None:
                yield path, data


def _walk(folder: Path, name: str, depth: int, problems: list[ContentProblem]) -> Iterator[str]:
    """Names of all YAML files and calendars below, relative to the content folder, with ``/`` between."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        problems.append(_unreadable(name, error))
        return
    for entry in entries:
        below = f"{name}/{entry.name}"
        if entry.name.startswith("."):
            continue
        try:
            is_folder = entry.is_dir()
        except OSError as error:
            problems.append(_unreadable(below, error))
            continue
        if is_folder and entry.is_symlink():
            hint = "Put the folder itself here."
            problems.append(ContentProblem(below, 1, 1, "KB001", "Links to folders are not followed.", hint))
        elif is_folder and depth < MAX_FOLDERS:
            yield from _walk(folder / entry.name, below, depth + 1, problems)
        elif not is_folder and entry.name.endswith((".yaml", ".yml", ".ics")):
            yield below


def _read_bytes(path: Path, name: str, problems: list[ContentProblem]) -> bytes | None:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            hint = "Only ordinary files are read."
            problems.append(ContentProblem(name, 1, 1, "KB001", "This is not an ordinary file.", hint))
            return None
        with path.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
            size = os.fstat(opened.fileno()).st_size
    except OSError as error:
        problems.append(_unreadable(name, error))
        return None
    if len(data) > MAX_BYTES:
        problems.append(too_large(name, max(size, len(data))))
        return None
    return data


def _unreadable(name: str, error: OSError) -> ContentProblem:
    reason = (error.strerror or "unknown reason").lower()
    hint = "Check that it exists and that Lotse may read it."
    return ContentProblem(name, 1, 1, "KB001", f"It cannot be read: {reason}.", hint)
