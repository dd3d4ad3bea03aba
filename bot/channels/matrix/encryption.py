"""Keys and sessions of this device: matrix-nio's machine, fed by us, with its store encrypted at rest.

The order that loses nothing: what arrives is written to the key store first, the place up to which the channel was read
last, so that a stop in between only repeats.

A group session is shared with the devices that are in the room at that moment; whenever these change a new one is made, so
nobody who left can read on. Every process begins its own sessions with devices and rooms: a folder that was restored from a
backup holds ratchets that have been used further since, and what is sent with one of those nobody can read.

matrix-nio's bindings know no fallback keys, so when more devices begin a conversation while Lotse is away than it has
one-time keys (half of what the machine holds, fifty), the late ones wait until it is back and write again.
"""

import json
import logging
import sqlite3
import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import peewee
import structlog
from nio import (
    EncryptionError,
    KeysClaimResponse,
    KeysQueryResponse,
    ToDeviceEvent,
    ToDeviceResponse,
)
from nio.crypto import Olm
from nio.store import SqliteStore

from bot.channels.matrix.error_places import place_of
from bot.channels.matrix.event_reading import id_of
from bot.channels.matrix.homeserver import Homeserver, segment
from bot.channels.matrix.own_keys import OwnKeys, checked
from bot.channels.matrix.rooms import MEGOLM
from bot.errors import ChannelError, ConfigError

log = structlog.get_logger(__name__)
logging.getLogger("nio").setLevel(logging.CRITICAL)  # its warnings quote what people wrote

STORE = "keys.db"


class NoKey(Exception):
    """The key to this event has not arrived."""


class NotReadable(Exception):
    """The event cannot be decrypted, now or later."""


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """The public keys of this device."""

    device_id: str
    ed25519: str
    curve25519: str

    @property
    def fingerprint(self) -> str:
        """The signing key as clients show it: in groups of four."""
        return " ".join(self.ed25519[start : start + 4] for start in range(0, len(self.ed25519), 4))


class Encryption:
    """The machine of one device. ``own_keys`` are those it has on the homeserver."""

    def __init__(self, homeserver: Homeserver, machine: Olm) -> None:
        self._homeserver = homeserver
        self._machine = machine
        self.own_keys = OwnKeys(homeserver, machine)
        self._me = (machine.user_id, machine.device_id)
        self._begun: set[str] = set()
        self._recipients: dict[str, frozenset[tuple[str, str]]] = {}

    @property
    def keys(self) -> DeviceKeys:
        """The public keys of this device."""
        identity = self._machine.account.identity_keys
        return DeviceKeys(self._machine.device_id, identity["ed25519"], identity["curve25519"])

    def close(self) -> None:
        """Close the store."""
        self._machine.store.database.close()

    # --- What arrives ----------------------------------------------------------------------------------------------

    def take_in(self, events: Sequence[Any]) -> None:
        """Take keys from the to-device events of a sync."""
        for event in events:
            if not isinstance(event, dict) or event.get("type") != "m.room.encrypted" or not event.get("content"):
                continue  # requests for keys are not answered: whoever is in the room was given them
            try:
                self._machine.handle_to_device_event(ToDeviceEvent.parse_event(event))
            except (sqlite3.Error, peewee.PeeweeException):
                raise
            except Exception as error:
                # Anybody can send such an event, and one that is malformed must not hold up everybody's.
                log.warning("matrix_key_event_refused", error=place_of(error))

    def devices_changed(self, users: Iterable[Any]) -> None:
        """These users' devices have to be looked up again before something is encrypted for them."""
        self._machine.add_changed_users({user for user in users if id_of(user, "@")})

    def decrypt(self, event: Mapping[str, Any], room_id: str) -> dict[str, Any]:
        """The event with its decrypted type and content. Raises NoKey or NotReadable."""
        content = event.get("content")
        if not isinstance(content, Mapping) or content.get("algorithm") != MEGOLM:
            raise NotReadable("another algorithm")
        session_id, ciphertext = content.get("session_id"), content.get("ciphertext")
        if not isinstance(session_id, str) or not isinstance(ciphertext, str):
            raise NotReadable("malformed")
        found = [
            by_id[session_id] for by_id in self._machine.inbound_group_store[room_id].values() if session_id in by_id
        ]
        if not found:
            raise NoKey
        session = found[0]
        self._same_sender(event, session)
        try:
            plaintext, index = session.decrypt(ciphertext)
            inner = json.loads(plaintext)
        except (ValueError, RecursionError) as error:  # vodozemac's errors are ValueErrors
            if "index" in str(error).lower():  # the key we were given begins later
                raise NoKey from None
            raise NotReadable(type(error).__name__) from None
        seen = (event.get("event_id"), event.get("origin_server_ts"))
        if self._machine.message_index_store.setdefault((session.sender_key, session_id, index), seen) != seen:
            raise NotReadable("sent again as another event")
        if not isinstance(inner, dict) or not isinstance(inner.get("content"), dict) or inner.get("room_id") != room_id:
            raise NotReadable("malformed inside")
        if "m.relates_to" in content:  # stays in clear, so that the server can show threads
            inner["content"].setdefault("m.relates_to", content["m.relates_to"])
        return {**event, "type": inner.get("type"), "content": inner["content"]}

    def _same_sender(self, event: Mapping[str, Any], session: Any) -> None:
        """Raises NotReadable when the key belongs to a device of somebody else: a server that changes the sender is lying."""
        owners = {device.user_id for device in self._machine.device_store if device.curve25519 == session.sender_key}
        if owners and event.get("sender") not in owners:
            raise NotReadable("the sender is not the owner of the key")

    # --- What is sent ----------------------------------------------------------------------------------------------

    async def encrypt(
        self, room_id: str, users: Sequence[str], kind: str, content: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The content of an ``m.room.encrypted`` event for these users. Raises HomeserverError."""
        await self._look_up(users)
        await self._claim(users)
        await self._share(room_id, users)
        encrypted: dict[str, Any] = self._machine.group_encrypt(room_id, {"type": kind, "content": dict(content)})
        if "m.relates_to" in content:
            encrypted["m.relates_to"] = content["m.relates_to"]
        return encrypted

    async def _look_up(self, users: Sequence[str]) -> None:
        """Know the devices of these users."""
        machine = self._machine
        wanted = [user for user in users if user in machine.users_for_key_query or user not in machine.tracked_users]
        if not wanted:
            return
        answer = await self._homeserver.call("POST", "/keys/query", {"device_keys": {user: [] for user in wanted}})
        keys = answer.get("device_keys")
        for user in wanted:
            devices = keys.get(user) if isinstance(keys, dict) else None
            self._take_devices(user, devices if isinstance(devices, dict) else {})

    def _take_devices(self, user: str, devices: dict[str, Any]) -> None:
        """Store the devices of one user; a malformed one costs its owner their keys, and nobody else theirs."""
        sound = {}
        for device_id, device in devices.items():
            parsed = KeysQueryResponse.from_dict({"device_keys": {user: {device_id: device}}, "failures": {}})
            if isinstance(parsed, KeysQueryResponse) and _usable_keys(device, device_id):
                sound[device_id] = device
        self._machine.handle_response(KeysQueryResponse({user: sound}, {}))

    async def _claim(self, users: Sequence[str]) -> None:
        """Have a session begun by this process with every device of these users that offers one."""
        missing = [
            device
            for user in users
            for device in self._machine.device_store.active_user_devices(user)
            if device.curve25519 not in self._begun and (user, device.id) != self._me
        ]
        if missing:
            by_user: dict[str, list[str]] = {}
            for device in missing:
                by_user.setdefault(device.user_id, []).append(device.id)
            await self._claim_for(by_user)
            self._begun.update(
                device.curve25519 for device in missing
            )  # also those that offered none: not asked every time

    async def _claim_for(self, missing: Mapping[str, Iterable[str]]) -> None:
        wanted = {user: dict.fromkeys(devices, "signed_curve25519") for user, devices in missing.items()}
        answer = await self._homeserver.call("POST", "/keys/claim", {"one_time_keys": wanted})
        given = answer.get("one_time_keys")
        for user, devices in given.items() if isinstance(given, dict) else ():
            for device_id, keys in devices.items() if isinstance(devices, dict) else ():
                one = {"one_time_keys": {user: {device_id: keys}}, "failures": {}}
                try:
                    self._machine.handle_response(checked(KeysClaimResponse.from_dict(one), KeysClaimResponse))
                except (ChannelError, ValueError, KeyError, TypeError, StopIteration) as error:
                    log.warning("matrix_one_time_key_refused", user=user, device=device_id, error=place_of(error))

    async def _share(self, room_id: str, users: Sequence[str]) -> None:
        """Give the room's key to every device in it; a new key whenever these are others than before."""
        machine = self._machine
        wanted = frozenset(
            (user, device.id)
            for user in users
            for device in machine.device_store.active_user_devices(user)
            if machine.session_store.get(device.curve25519)
        )
        if wanted == self._recipients.get(room_id) and not machine.should_share_group_session(room_id):
            return
        machine.outbound_group_sessions.pop(room_id, None)
        self._recipients.pop(room_id, None)
        for devices, messages in machine.share_group_session_parallel(
            room_id, list(users), ignore_unverified_devices=True
        ):
            await self._to_devices(messages)
            machine.outbound_group_sessions[room_id].users_shared_with.update(devices)
        machine.outbound_group_sessions[room_id].mark_as_shared()
        self._recipients[room_id] = wanted

    async def _to_devices(self, messages: Mapping[str, Any]) -> None:
        await self._homeserver.call("PUT", f"/sendToDevice/m.room.encrypted/{segment(uuid.uuid4().hex)}", messages)

    async def mend_sessions(self) -> None:
        """Begin anew with devices whose session is broken, and tell them. Raises HomeserverError."""
        machine = self._machine
        if machine.wedged_devices:
            asked = tuple(machine.wedged_devices)
            await self._claim_for(machine.get_users_for_key_claiming())
            for device in asked:  # those that offered no key are tried when they next write
                if device in machine.wedged_devices:
                    machine.wedged_devices.remove(device)
        for message in tuple(machine.outgoing_to_device_messages):
            body = message.as_dict()
            await self._homeserver.call("PUT", f"/sendToDevice/{segment(message.type)}/{uuid.uuid4().hex}", body)
            machine.handle_response(ToDeviceResponse(message))


def open_encryption(homeserver: Homeserver, folder: Path, user: str, device_id: str, key: str) -> Encryption:
    """The machine of this device, with its keys from the folder, or with new ones. Raises ConfigError with a wrong key."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / STORE
    file.touch(mode=0o600)
    try:
        store = SqliteStore(user, device_id, str(folder), database_name=STORE, pickle_key=key)
        machine = Olm(user, device_id, store)
    except (ValueError, EncryptionError):
        raise ConfigError(
            f"The keys in {file} cannot be opened with LOTSE_MATRIX_KEY; set the key they were written with, or restore the "
            "folder from a backup."
        ) from None
    except (sqlite3.Error, peewee.PeeweeException) as error:
        raise ConfigError(f"The keys in {file} cannot be read ({error}); restore the folder from a backup.") from None
    return Encryption(homeserver, machine)


def has_keys(folder: Path, user: str, device_id: str) -> bool:
    """Whether the folder holds keys of this device. Raises ConfigError when that cannot be read.

    Opened for writing: what a kill left half written must be rolled back before anything can be read.
    """
    file = folder / STORE
    if not file.is_file():
        return False
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=rw", uri=True)) as connection:
            known = connection.execute("SELECT COUNT(*) FROM sqlite_master WHERE name = 'accounts'").fetchone()[0]
            mine = "SELECT COUNT(*) FROM accounts WHERE user_id = ? AND device_id = ?"
            return bool(known and connection.execute(mine, (user, device_id)).fetchone()[0])
    except sqlite3.Error as error:
        raise ConfigError(f"The keys in {file} cannot be read ({error}); restore the folder from a backup.") from None


def _usable_keys(device: Any, device_id: str) -> bool:
    keys = device.get("keys") if isinstance(device, dict) else None
    if not isinstance(keys, dict):
        return False
    return all(
        isinstance(keys.get(f"{kind}:{device_id}"), str) and len(keys[f"{kind}:{device_id}"]) == 43
        for kind in ("ed25519", "curve25519")
    )
