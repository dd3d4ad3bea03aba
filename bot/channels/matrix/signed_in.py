"""Signed in, with keys the homeserver has and other clients trust: what the channel and the commands begin with."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import aiohttp

from bot.channels.matrix import cross_signing
from bot.channels.matrix.encryption import Encryption, has_keys, open_encryption
from bot.channels.matrix.homeserver import Homeserver
from bot.channels.matrix.matrix_account import Device, MatrixAccount
from bot.channels.matrix.matrix_settings import MatrixSettings
from bot.channels.matrix.one_process import only_process
from bot.channels.matrix.sealed_file import SealedFile
from bot.errors import ConfigError

IDENTITY_FILE = "identity.sealed"
WAITING_FILE = "waiting.json"

UNTRUSTED: Mapping[cross_signing.Trust, str] = {
    "unsigned": "Lotse's device is not signed, so today's clients would exchange no encrypted messages with it; run "
    "`lotse matrix sign`.",
    "no_identity": "Lotse's account has no signing keys yet, so today's clients would exchange no encrypted messages with it; "
    "run `lotse matrix setup`.",
    "other_identity": "Lotse's account has signing keys that are not in this folder (it was used before, or the folder was "
    "lost); run `lotse matrix recover` with the recovery key, or `lotse matrix setup --replace` to begin anew.",
    "other_keys": "The homeserver knows Lotse's device with other keys than those in this folder: its key store was lost or "
    "replaced. Restore the folder from a backup, or run `lotse matrix new-device`; where LOTSE_MATRIX_TOKEN is set, set one of a "
    "new device first.",
    "no_device": "The homeserver does not know Lotse's device any more; start Lotse anew, which gives it the keys again.",
}


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The account, signed in, with its machine. ``encryption`` is None where encrypted rooms are not served."""

    settings: MatrixSettings
    homeserver: Homeserver
    account: MatrixAccount
    device: Device
    encryption: Encryption | None
    identity_file: SealedFile

    def identity(self) -> cross_signing.Identity | None:
        """The signing keys we hold."""
        return cross_signing.read_identity(self.identity_file)

    async def give_keys(self) -> None:
        """See that the server has the keys of this device. Raises ConfigError, HomeserverError.

        It is asked, whatever we remember: whoever deletes the device, as changing the password does, deletes its keys, and
        signing in again brings back the device alone. A token may also belong to a device whose keys lay in a folder that was
        lost; clients that know it would refuse other ones, so none are uploaded over them.
        """
        if self.encryption is None:
            return
        own_keys = self.encryption.own_keys
        found = await cross_signing.look(self.homeserver, self.device.user, self.device.id)
        trust = cross_signing.trust_of(found, self.device.user, self.encryption.keys, None)
        if trust == "other_keys" and not own_keys.uploaded:
            raise ConfigError(UNTRUSTED[trust])
        if trust == "no_device" or not own_keys.uploaded:
            await own_keys.upload_all()

    async def look(self) -> tuple[cross_signing.Trust, cross_signing.OnServer]:
        """How other clients see this device, and what the server knows of it. Raises HomeserverError."""
        assert self.encryption is not None
        found = await cross_signing.look(self.homeserver, self.device.user, self.device.id)
        return cross_signing.trust_of(found, self.device.user, self.encryption.keys, self.identity()), found

    async def sign(self) -> cross_signing.Trust:
        """Sign this device with the identity we hold, if that is all it lacks; how other clients see it then."""
        trust, found = await self.look()
        identity = self.identity()
        if trust != "unsigned" or identity is None or found.device is None:
            return trust
        await cross_signing.sign_device(self.homeserver, self.device.user, found.device, identity)
        return (await self.look())[0]


@contextlib.asynccontextmanager
async def signed_in(settings: MatrixSettings) -> AsyncIterator[SignedIn]:
    """Sign in, open the keys and see that the server has them; alone in the folder. Raises ConfigError, HomeserverError."""
    with only_process(settings.folder):
        async with aiohttp.ClientSession(trust_env=False) as session:
            homeserver = Homeserver(settings.homeserver, session)
            account = MatrixAccount(settings, homeserver)
            _refuse_lost_keys(settings, account)
            device = await account.sign_in()
            encryption = None
            if settings.encryption:
                encryption = open_encryption(homeserver, settings.folder, device.user, device.id, settings.key)
            identity_file = SealedFile(settings.folder / IDENTITY_FILE, settings.key)
            me = SignedIn(settings, homeserver, account, device, encryption, identity_file)
            try:
                await me.give_keys()
                yield me
            finally:
                if encryption is not None:
                    encryption.close()


def _refuse_lost_keys(settings: MatrixSettings, account: MatrixAccount) -> None:
    """A device that was used before must find its keys: with new ones, everybody would have to trust it anew."""
    kept = account.kept_device()
    if settings.encryption and kept is not None and not has_keys(settings.folder, kept.user, kept.id):
        raise ConfigError(UNTRUSTED["other_keys"])
