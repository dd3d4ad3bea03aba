"""The recovery key: opens a copy of the signing keys that lies, encrypted, on the server.

It is what Element calls *recovery key* (secret storage of the specification), so a lost folder needs no new identity: whoever
has the key signs the next device, and nobody who knew Lotse has to trust it anew. The key itself is shown once and kept by the
operator. Source: Matrix client-server API, *Secrets*, ``m.secret_storage.v1.aes-hmac-sha2`` and *Cryptographic key
representation*.
"""

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from Crypto.Cipher import AES
from Crypto.Hash import SHA256
from Crypto.Protocol.KDF import HKDF

from bot.channels.matrix.cross_signing import USAGES, Identity, SigningKey, unpadded
from bot.channels.matrix.homeserver import Homeserver, HomeserverError, segment
from bot.errors import ConfigError

ALGORITHM = "m.secret_storage.v1.aes-hmac-sha2"
ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
PREFIX = b"\x8b\x01"
WRONG = ConfigError(
    "This recovery key does not open the secret storage of Lotse's account; check it for typing mistakes."
)


def new_key() -> bytes:
    """A key of 32 bytes."""
    return secrets.token_bytes(32)


def written(key: bytes) -> str:
    """The key as people keep it: groups of four letters and digits."""
    raw = PREFIX + key
    raw += bytes([_parity(raw)])
    number = int.from_bytes(raw, "big")
    letters = ""
    while number:
        number, digit = divmod(number, 58)
        letters = ALPHABET[digit] + letters
    return " ".join(letters[start : start + 4] for start in range(0, len(letters), 4))


def read_key(typed: str) -> bytes:
    """The key as it was typed. Raises ConfigError on a typing mistake, which its last byte tells."""
    letters = "".join(typed.split())
    try:
        number = 0
        for letter in letters:
            number = number * 58 + ALPHABET.index(letter)
        raw = number.to_bytes(35, "big")
    except (ValueError, OverflowError):
        raise WRONG from None
    if raw[:2] != PREFIX or _parity(raw) != 0:
        raise WRONG
    return raw[2:-1]


def _parity(raw: bytes) -> int:
    parity = 0
    for byte in raw:
        parity ^= byte
    return parity


async def store_identity(homeserver: Homeserver, user: str, identity: Identity, key: bytes) -> None:
    """Lay an encrypted copy of the signing keys on the server. Raises HomeserverError."""
    key_id = secrets.token_hex(16)
    described = {"algorithm": ALGORITHM, "name": "Lotse", **_check_of(key)}
    await _put(homeserver, user, f"m.secret_storage.key.{key_id}", described)
    for usage, signing in zip(USAGES, (identity.master, identity.self_signing, identity.user_signing), strict=True):
        name = f"m.cross_signing.{usage}"
        await _put(homeserver, user, name, {"encrypted": {key_id: encrypted(unpadded(signing.seed), key, name)}})
    await _put(homeserver, user, "m.secret_storage.default_key", {"key": key_id})


async def recover_identity(homeserver: Homeserver, user: str, key: bytes) -> Identity:
    """The signing keys from their copy on the server. Raises ConfigError with another key, or where there is no copy."""
    default = await _get(homeserver, user, "m.secret_storage.default_key")
    key_id = default.get("key")
    if not isinstance(key_id, str):
        raise ConfigError("Lotse's account has no secret storage on the server, so there is nothing to recover.")
    described = await _get(homeserver, user, f"m.secret_storage.key.{key_id}")
    if not _opens(key, described):
        raise WRONG
    seeds = []
    for usage in USAGES:
        name = f"m.cross_signing.{usage}"
        stored = (await _get(homeserver, user, name)).get("encrypted")
        sealed = stored.get(key_id) if isinstance(stored, dict) else None
        if not isinstance(sealed, dict):
            raise ConfigError(f"The secret storage of Lotse's account does not hold {name}.")
        seed = decrypted(sealed, key, name)
        seeds.append(b64decode(seed + "=" * (-len(seed) % 4)))
    return Identity(*map(SigningKey, seeds))


def encrypted(secret: str, key: bytes, name: str) -> dict[str, str]:
    """One secret, encrypted for this name."""
    iv = bytearray(secrets.token_bytes(16))
    iv[8] &= 0x7F  # some implementations count in 63 bits
    return _sealed(secret.encode(), key, name, bytes(iv))


def decrypted(sealed: Mapping[str, Any], key: bytes, name: str) -> str:
    """The secret. Raises ConfigError when the key is another one."""
    try:
        ciphertext, mac = b64decode(_padded(sealed["ciphertext"])), b64decode(_padded(sealed["mac"]))
        iv = b64decode(_padded(sealed["iv"]))
    except (KeyError, ValueError, TypeError, AttributeError):
        raise WRONG from None
    aes, signing = _keys(key, name)
    if not hmac.compare_digest(mac, hmac.new(signing, ciphertext, sha256).digest()):
        raise WRONG
    return str(_counter(aes, iv).decrypt(ciphertext), "utf-8")


def _sealed(secret: bytes, key: bytes, name: str, iv: bytes) -> dict[str, str]:
    aes, signing = _keys(key, name)
    ciphertext = _counter(aes, iv).encrypt(secret)
    mac = hmac.new(signing, ciphertext, sha256).digest()
    return {"iv": b64encode(iv).decode(), "ciphertext": b64encode(ciphertext).decode(), "mac": b64encode(mac).decode()}


def _keys(key: bytes, name: str) -> tuple[bytes, bytes]:
    both = HKDF(key, 64, bytes(32), SHA256, context=name.encode())
    assert isinstance(both, bytes)
    return both[:32], both[32:]


def _counter(aes: bytes, iv: bytes) -> Any:
    return AES.new(aes, AES.MODE_CTR, nonce=b"", initial_value=iv)


def _check_of(key: bytes) -> dict[str, str]:
    """What tells whether a key is the right one: zeros, encrypted with it under an empty name."""
    sealed = _sealed(bytes(32), key, "", secrets.token_bytes(8) + bytes(8))
    return {"iv": sealed["iv"], "mac": sealed["mac"]}


def _opens(key: bytes, described: Mapping[str, Any]) -> bool:
    try:
        iv, mac = b64decode(_padded(described["iv"])), described["mac"]
        expected = _sealed(bytes(32), key, "", iv)["mac"]
        return hmac.compare_digest(mac.rstrip("="), expected.rstrip("="))
    except (KeyError, ValueError, TypeError, AttributeError):
        return False


def _padded(text: str) -> str:
    return text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)


def _path(user: str, kind: str) -> str:
    return f"/user/{segment(user)}/account_data/{segment(kind)}"


async def _put(homeserver: Homeserver, user: str, kind: str, content: Mapping[str, Any]) -> None:
    await homeserver.call("PUT", _path(user, kind), content)


async def _get(homeserver: Homeserver, user: str, kind: str) -> dict[str, Any]:
    try:
        return await homeserver.call("GET", _path(user, kind))
    except HomeserverError as error:
        if not error.absent:
            raise
        return {}
