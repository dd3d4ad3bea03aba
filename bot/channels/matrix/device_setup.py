"""Makes Lotse's device one other clients trust: what ``lotse matrix`` does, step by step, and may do again without harm."""

import itertools
from pathlib import Path
from typing import assert_never

from bot.channels.matrix import cross_signing, recovery_key
from bot.channels.matrix.encryption import STORE
from bot.channels.matrix.matrix_account import DEVICE_FILE
from bot.channels.matrix.matrix_settings import MatrixSettings
from bot.channels.matrix.one_process import only_process
from bot.channels.matrix.sealed_file import SealedFile
from bot.channels.matrix.signed_in import UNTRUSTED, SignedIn
from bot.errors import ConfigError


async def set_up(me: SignedIn, *, replace: bool = False) -> bool:
    """Give the account signing keys if it has none, and sign this device; True when the keys are new.

    ``replace``: also when it has some that are not ours. Everybody who trusted the old ones has to trust Lotse anew. Raises
    ConfigError, HomeserverError.
    """
    trust, _ = await me.look()
    match trust:
        case "signed":
            return False
        case "unsigned":
            await me.sign()
            return False
        case "no_identity":
            await _new_identity(me)
            return True
        case "other_identity":
            if not replace:
                raise ConfigError(UNTRUSTED[trust])
            await _new_identity(me)
            return True
        case "other_keys" | "no_device":
            raise ConfigError(UNTRUSTED[trust])
        case _:
            assert_never(trust)


async def _new_identity(me: SignedIn) -> None:
    """The seeds are on disk before the server knows their public halves."""
    identity = cross_signing.new_identity()
    cross_signing.keep_identity(me.identity_file, identity)
    await cross_signing.upload_identity(me.homeserver, me.device.user, identity, me.settings.password)
    trust = await me.sign()
    if trust != "signed":
        raise ConfigError(UNTRUSTED[trust])


async def make_recovery_key(me: SignedIn) -> str:
    """Lay a copy of the signing keys on the server, and give the key that opens it, to be shown once.

    An earlier recovery key no longer counts. Raises ConfigError when there is nothing to keep, HomeserverError.
    """
    identity = me.identity()
    if identity is None:
        raise ConfigError("There are no signing keys in this folder; run `lotse matrix setup`.")
    key = recovery_key.new_key()
    await recovery_key.store_identity(me.homeserver, me.device.user, identity, key)
    return recovery_key.written(key)


async def recover(me: SignedIn, typed: str) -> None:
    """Fetch the signing keys with the recovery key, and sign this device. Raises ConfigError, HomeserverError."""
    identity = await recovery_key.recover_identity(me.homeserver, me.device.user, recovery_key.read_key(typed))
    found = await cross_signing.look(me.homeserver, me.device.user, me.device.id)
    if found.master != identity.master.public:
        raise ConfigError(
            "The recovery key opens signing keys that the account no longer uses; run `lotse matrix setup --replace`."
        )
    cross_signing.keep_identity(me.identity_file, identity)
    trust = await me.sign()
    if trust != "signed":
        raise ConfigError(UNTRUSTED[trust])


def put_device_aside(settings: MatrixSettings) -> None:
    """Let the next sign-in make a new device. The old keys stay in the folder under another name. Raises ConfigError.

    Keys that were put aside before are never overwritten: with a token of the same device it would be the same name again.
    """
    with only_process(settings.folder):
        file = SealedFile(settings.folder / DEVICE_FILE, settings.key)
        old = (file.read() or {}).get("device", "unknown")
        for path in (file.path, settings.folder / STORE):
            if path.exists():
                _put_aside(path, path.with_name(f"{path.name}.{old}"))


def _put_aside(path: Path, wanted: Path) -> None:
    further = (wanted.with_name(f"{wanted.name}.{number}") for number in itertools.count(2))
    name = next(each for each in itertools.chain((wanted,), further) if not each.exists())
    # What a kill left half written goes along: into the next database of the former name it would be rolled back.
    half_written = path.with_name(f"{path.name}-journal")
    if half_written.exists():
        half_written.rename(name.with_name(f"{name.name}-journal"))
    path.rename(name)
