"""Signing in, and staying signed in as one and the same device.

The device is kept across restarts, because other people's clients give their keys to it; its id and token lie in a sealed file.
Before anything is read, ``whoami`` has to name the id that was set: who does not know who it is would answer itself.

A server may end a session at any moment. With a password Lotse signs in again as the same device; with a token alone it
says so, on the health page and in the log, and goes on trying, because an operator may have the token renewed.
"""

from dataclasses import dataclass
from typing import Any

import structlog

from bot.channels.matrix.homeserver import NO_HOMESERVER, Homeserver, HomeserverError
from bot.channels.matrix.matrix_settings import MatrixSettings
from bot.channels.matrix.sealed_file import SealedFile
from bot.errors import ConfigError

log = structlog.get_logger(__name__)

DEVICE_NAME = "Lotse"
DEVICE_FILE = "device.sealed"


@dataclass(frozen=True, slots=True)
class Device:
    """The device Lotse is signed in as."""

    user: str
    id: str


class SignedOut(ConfigError):
    """The homeserver has ended the session, and it cannot be begun anew by ourselves."""


class MatrixAccount:
    """Lotse's account, signed in."""

    def __init__(self, settings: MatrixSettings, homeserver: Homeserver) -> None:
        self._settings = settings
        self._homeserver = homeserver
        self._file = SealedFile(settings.folder / DEVICE_FILE, settings.key)
        self.password_tried = False
        """Whether the homeserver was asked about the password; a session that was kept needs none."""

    def kept_device(self) -> Device | None:
        """The device of an earlier start. Raises ConfigError."""
        kept = self._file.read()
        if kept is None or kept.get("user") != self._settings.user:
            return None
        return Device(kept["user"], kept["device"])

    async def ask_as_kept(self) -> Device:
        """The device of an earlier start, as the homeserver knows it: its session is used and never begun anew.

        Raises ConfigError when there is none, HomeserverError.
        """
        kept = self._file.read()
        if kept is None or kept.get("user") != self._settings.user:
            raise ConfigError(f"Lotse has not signed in as {self._settings.user} yet.")
        self._homeserver.token = kept["token"]
        return await self._known(expected=kept["device"])

    async def sign_in(self) -> Device:
        """Be signed in as the device that was kept, or as a new one.

        Raises ConfigError when the settings do not fit the account, HomeserverError when the server does not answer.
        """
        kept = self._file.read()
        if kept is not None and kept.get("user") == self._settings.user:
            self._homeserver.token = kept["token"]
            try:
                return await self._known(expected=kept["device"])
            except HomeserverError as error:
                if not error.signed_out:
                    raise
            await self.sign_in_again()
            return Device(self._settings.user, kept["device"])
        if self._settings.token is not None:
            self._homeserver.token = self._settings.token
            try:
                device = await self._known()
            except HomeserverError as error:
                if error.signed_out:
                    raise SignedOut("The homeserver does not know LOTSE_MATRIX_TOKEN; set one that is valid.") from None
                raise
        else:
            device = await self._by_password(None)
        self._keep(device)
        return device

    async def sign_in_again(self) -> None:
        """Begin the session anew as the same device, after the server ended it. Raises SignedOut, HomeserverError.

        The server may have deleted the device, and its keys with it.
        """
        kept = self.kept_device()
        assert kept is not None
        self._homeserver.token = None
        if self._settings.password is not None:
            await self._by_password(kept.id)
        else:
            self._homeserver.token = self._settings.token
            try:
                await self._known(expected=kept.id)
            except HomeserverError as error:
                if error.signed_out:
                    raise SignedOut(
                        "The homeserver has ended Lotse's session; set LOTSE_MATRIX_TOKEN to a valid token of the device "
                        f"{kept.id}, or set LOTSE_MATRIX_PASSWORD."
                    ) from None
                raise
        self._keep(kept)
        log.warning("matrix_signed_in_again", device=kept.id)

    async def _by_password(self, device_id: str | None) -> Device:
        body: dict[str, Any] = {
            "type": "m.login.password",
            "identifier": {"type": "m.id.user", "user": self._settings.user},
            "password": self._settings.password,
            "initial_device_display_name": DEVICE_NAME,
        }
        if device_id is not None:
            body["device_id"] = device_id
        self._homeserver.token = None
        self.password_tried = True
        try:
            answer = await self._homeserver.call("POST", "/login", body)
        except HomeserverError as error:
            if error.status == 403 and error.permanent:
                raise SignedOut(
                    "The homeserver refused user and password; check LOTSE_MATRIX_USER and LOTSE_MATRIX_PASSWORD. In the first, "
                    "the server's name stands behind the colon, which may be another one than in its address."
                ) from None
            if error.status in (400, 404) and error.permanent:
                raise SignedOut(
                    "The homeserver offers no sign-in by password; set LOTSE_MATRIX_TOKEN instead."
                ) from None
            raise
        self._homeserver.token = str(answer.get("access_token", ""))
        return self._checked(answer.get("user_id"), answer.get("device_id"), device_id)

    async def _known(self, expected: str | None = None) -> Device:
        answer = await self._homeserver.call("GET", "/account/whoami")
        return self._checked(answer.get("user_id"), answer.get("device_id"), expected)

    def _checked(self, user: Any, device_id: Any, expected: str | None) -> Device:
        """Fails closed: an account that is not the one that was set is not used."""
        if not isinstance(user, str):
            self._homeserver.token = None
            raise HomeserverError(NO_HOMESERVER, status=200)
        if user != self._settings.user:
            self._homeserver.token = None
            raise ConfigError(
                f"LOTSE_MATRIX_USER is {self._settings.user}, but the homeserver says Lotse is {user}; correct one of the two."
            )
        if not isinstance(device_id, str) or not device_id:
            self._homeserver.token = None
            raise ConfigError(
                "LOTSE_MATRIX_TOKEN belongs to no device, so nothing can be encrypted; set one that does."
            )
        if expected is not None and device_id != expected:
            self._homeserver.token = None
            raise ConfigError(
                f"The token belongs to the device {device_id}, but Lotse's keys are those of {expected}; run "
                "`lotse matrix new-device`."
            )
        return Device(user, device_id)

    def _keep(self, device: Device) -> None:
        self._file.write({"user": device.user, "device": device.id, "token": self._homeserver.token})
