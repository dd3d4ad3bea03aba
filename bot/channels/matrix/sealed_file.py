"""A small file that only who has the key can read: tokens and signing keys, at rest.

AES-256-GCM with a key derived from the operator's (HKDF, a salt per writing). The file is replaced in one step, and only its
owner may read it. Rejected: leaving this to the rights of the file; backups and snapshots do not keep them.
"""

import json
import os
import secrets
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

from Crypto.Cipher import AES
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF

from bot.errors import ConfigError

CONTEXT = b"lotse matrix file"
VERSION = 1


class SealedFile:
    """One JSON object on disk."""

    def __init__(self, path: Path, key: str) -> None:
        self.path = path
        self._key = key.encode()

    def exists(self) -> bool:
        """Whether anything was ever written."""
        return self.path.is_file()

    def read(self) -> dict[str, Any] | None:
        """What was written last; None when nothing was. Raises ConfigError with another key, or when it is damaged."""
        if not self.exists():
            return None
        try:
            sealed = json.loads(self.path.read_text("ascii"))
            if sealed["version"] != VERSION:
                raise ConfigError(f"{self.path} was written by a later version of Lotse; install that version.")
            parts = {name: b64decode(sealed[name]) for name in ("salt", "nonce", "tag", "data")}
            cipher = self._cipher(parts["salt"], parts["nonce"])
            opened = json.loads(cipher.decrypt_and_verify(parts["data"], parts["tag"]))
        except (OSError, ValueError, KeyError, TypeError):
            raise ConfigError(
                f"{self.path} cannot be opened with LOTSE_MATRIX_KEY: the key is another one than it was written with, or "
                "the file is damaged. Set the key it was written with, or restore the folder from a backup."
            ) from None
        if not isinstance(opened, dict):
            raise ConfigError(f"{self.path} is damaged; restore the folder from a backup.")
        return opened

    def write(self, content: dict[str, Any]) -> None:
        """Replace what the file holds; once this returns it survives a crash."""
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
        data, tag = self._cipher(salt, nonce).encrypt_and_digest(json.dumps(content).encode())
        parts = {"salt": salt, "nonce": nonce, "tag": tag, "data": data}
        sealed = {"version": VERSION, **{name: b64encode(part).decode() for name, part in parts.items()}}
        replace_file(self.path, json.dumps(sealed).encode())

    def _cipher(self, salt: bytes, nonce: bytes) -> Any:
        key = HKDF(self._key, 32, salt, SHA256, context=CONTEXT)
        return AES.new(key, AES.MODE_GCM, nonce=nonce)


def replace_file(path: Path, content: bytes) -> None:
    """Put this content there in one step, durably, readable for its owner alone."""
    unfinished = path.with_name(f"{path.name}.new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    unfinished.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
