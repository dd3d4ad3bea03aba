"""Why other clients trust this device: it is signed by its owner's cross-signing keys.

Today's clients give no keys to, and show no messages from, a device its owner has not signed (MSC4153, in the specification
since 1.18). An account has three key pairs: the *master* key is the identity, it signs the *self-signing* key, which signs the
owner's devices, and the *user-signing* key, which signs other people (Lotse signs nobody). matrix-nio has none of this.

The three seeds are kept in a sealed file; the public halves and the signatures lie on the server. Everything here may be done
again without harm. Source: Matrix client-server API, *Cross-signing*.
"""

import json
import secrets
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from Crypto.PublicKey import ECC
from Crypto.Signature import eddsa

from bot.channels.matrix.encryption import DeviceKeys
from bot.channels.matrix.homeserver import Homeserver, HomeserverError
from bot.channels.matrix.sealed_file import SealedFile
from bot.errors import ConfigError

USAGES = ("master", "self_signing", "user_signing")

Trust = Literal["signed", "unsigned", "other_identity", "no_identity", "other_keys", "no_device"]
"""*signed*: as it should be. *unsigned*: our identity, but it has not signed this device. *other_identity*: the account's
identity is not the one we hold (or we hold none). *no_identity*: the account has none yet. *other_keys*: the server knows this
device with keys that are not ours, so ours were lost. *no_device*: the server does not know this device."""


def canonical(value: Any) -> bytes:
    """The bytes that are signed. Source: Matrix specification, *Canonical JSON*."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def unpadded(data: bytes) -> str:
    """Base64 without padding, as Matrix writes keys and signatures."""
    return b64encode(data).decode().rstrip("=")


class SigningKey:
    """An Ed25519 key pair from its seed of 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self.seed = seed
        self._key = ECC.construct(curve="Ed25519", seed=seed)
        self.public = unpadded(self._key.public_key().export_key(format="raw"))

    def signed(self, user: str, value: Mapping[str, Any]) -> dict[str, Any]:
        """The object with our signature beside those it has."""
        bare = {key: each for key, each in value.items() if key not in ("signatures", "unsigned")}
        signature = unpadded(eddsa.new(self._key, "rfc8032").sign(canonical(bare)))
        signatures = {**value.get("signatures", {})}
        signatures[user] = {**signatures.get(user, {}), f"ed25519:{self.public}": signature}
        return {**value, "signatures": signatures}

    def has_signed(self, user: str, value: Any) -> bool:
        """Whether the object carries a signature of this key that holds."""
        try:
            signature = value["signatures"][user][f"ed25519:{self.public}"]
            bare = {key: each for key, each in value.items() if key not in ("signatures", "unsigned")}
            return bool(signature == self.signed(user, bare)["signatures"][user][f"ed25519:{self.public}"])
        except (KeyError, TypeError, AttributeError):
            return False


@dataclass(frozen=True, slots=True)
class Identity:
    """The three key pairs of an account."""

    master: SigningKey
    self_signing: SigningKey
    user_signing: SigningKey

    def objects(self, user: str) -> dict[str, Any]:
        """The public halves as they are uploaded: the second and third signed by the first."""
        plain = {
            usage: {"user_id": user, "usage": [usage], "keys": {f"ed25519:{key.public}": key.public}}
            for usage, key in zip(USAGES, (self.master, self.self_signing, self.user_signing), strict=True)
        }
        signed = {usage: self.master.signed(user, plain[usage]) for usage in USAGES[1:]}
        return {f"{usage}_key": value for usage, value in {**plain, **signed}.items()}


def new_identity() -> Identity:
    """Three new key pairs."""
    return Identity(*(SigningKey(secrets.token_bytes(32)) for _ in USAGES))


def read_identity(file: SealedFile) -> Identity | None:
    """The identity we hold; None when we hold none. Raises ConfigError."""
    kept = file.read()
    if kept is None:
        return None
    try:
        return Identity(*(SigningKey(bytes.fromhex(kept[usage])) for usage in USAGES))
    except (KeyError, TypeError, ValueError):
        raise ConfigError(f"{file.path} is damaged; run `lotse matrix recover` with the recovery key.") from None


def keep_identity(file: SealedFile, identity: Identity) -> None:
    """Write the seeds down, before anything is uploaded that needs them."""
    keys = (identity.master, identity.self_signing, identity.user_signing)
    file.write({usage: key.seed.hex() for usage, key in zip(USAGES, keys, strict=True)})


@dataclass(frozen=True, slots=True)
class OnServer:
    """What the server knows of our account: the public master key, and the object of this device."""

    master: str | None
    device: Mapping[str, Any] | None


async def look(homeserver: Homeserver, user: str, device_id: str) -> OnServer:
    """What the server knows of us. Raises HomeserverError."""
    answer = await homeserver.call("POST", "/keys/query", {"device_keys": {user: []}})
    device = _inside(answer, "device_keys", user, device_id)
    keys = _inside(answer, "master_keys", user, "keys")
    master = next((each for each in keys.values() if isinstance(each, str)), None) if isinstance(keys, dict) else None
    return OnServer(master, device if isinstance(device, dict) else None)


def _inside(value: Any, *path: str) -> Any:
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def trust_of(found: OnServer, user: str, ours: DeviceKeys, identity: Identity | None) -> Trust:
    """How other clients see this device."""
    if found.device is None:
        return "no_device"
    keys = found.device.get("keys")
    if not isinstance(keys, dict) or keys.get(f"ed25519:{ours.device_id}") != ours.ed25519:
        return "other_keys"
    if found.master is None:
        return "no_identity"
    if identity is None or identity.master.public != found.master:
        return "other_identity"
    return "signed" if identity.self_signing.has_signed(user, found.device) else "unsigned"


async def upload_identity(homeserver: Homeserver, user: str, identity: Identity, password: str | None) -> None:
    """Make this the account's identity. Raises HomeserverError, ConfigError when the server wants a password we have not.

    A server asks for the password once more when the account already has an identity.
    """
    objects = identity.objects(user)
    try:
        await homeserver.call("POST", "/keys/device_signing/upload", objects)
    except HomeserverError as error:
        session = error.body.get("session")
        if error.status != 401 or not isinstance(session, str):
            raise
    else:
        return
    if password is None:
        raise ConfigError(
            "The homeserver wants the password before it takes new signing keys; set LOTSE_MATRIX_PASSWORD for this command."
        )
    proof = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user},
        "password": password,
        "session": session,
    }
    await homeserver.call("POST", "/keys/device_signing/upload", {**objects, "auth": proof})


async def sign_device(homeserver: Homeserver, user: str, device: Mapping[str, Any], identity: Identity) -> None:
    """Sign this device, as the server knows it, with our identity. Raises HomeserverError."""
    bare = {key: value for key, value in device.items() if key != "unsigned"}
    signed = identity.self_signing.signed(user, bare)
    answer = await homeserver.call("POST", "/keys/signatures/upload", {user: {device["device_id"]: signed}})
    if answer.get("failures"):
        raise HomeserverError("the homeserver did not take the signature of this device", permanent=True)
