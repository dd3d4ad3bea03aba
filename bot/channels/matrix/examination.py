"""Looks at the settings of Matrix and at the live homeserver, and says in plain words what is wrong and what to do.

Nothing is changed there, except that a missing device signs in as it would at the start. While Lotse runs it holds its keys, so
they are left alone then, and it is said so; the session is only asked with. Whether other clients trust the device, which depends
on the keys, Lotse watches itself while it runs.
"""

from collections.abc import AsyncIterator, Collection

import aiohttp

from bot.channels.finding import Finding
from bot.channels.matrix.encryption import has_keys
from bot.channels.matrix.event_reading import inside
from bot.channels.matrix.homeserver import NO_HOMESERVER, Homeserver, HomeserverError, in_words, segment
from bot.channels.matrix.invitations import is_encrypted
from bot.channels.matrix.late_keys import LateKeys
from bot.channels.matrix.matrix_account import Device, MatrixAccount
from bot.channels.matrix.matrix_settings import MatrixSettings
from bot.channels.matrix.one_process import InUse, only_process
from bot.channels.matrix.rooms import Room, RoomBook
from bot.channels.matrix.signed_in import UNTRUSTED, WAITING_FILE, SignedIn, signed_in
from bot.channels.matrix.timelines import first_sync_filter
from bot.errors import ChannelError, ConfigError
from bot.model import DeskRoom

NEEDED_VERSION = (1, 4)
"""Threads, with whether Lotse took part in one, came with version 1.4 of the specification."""


async def examine(settings: MatrixSettings, encrypted_only: Collection[str] = ()) -> AsyncIterator[Finding]:
    """Everything that can be looked at, in the order in which it matters. Raises nothing an operator could mend.

    ``encrypted_only`` are the teams whose cases appear in encrypted rooms only.
    """
    async with aiohttp.ClientSession(trust_env=False) as session:
        homeserver = Homeserver(settings.homeserver, session)
        try:
            async for finding in _server(homeserver, settings):
                yield finding
        except HomeserverError as error:
            yield Finding(
                "wrong",
                f"{settings.homeserver}: {error.reason}. Check LOTSE_MATRIX_HOMESERVER: it is the address clients use, which may "
                "be another one than the server's name.",
            )
            return
    if "*" in settings.invites:
        yield Finding("note", "LOTSE_MATRIX_INVITES is *: whoever finds Lotse, on any server, may bring it into rooms.")
    try:
        if _is_running(settings):
            looks = _while_it_runs(settings, encrypted_only)
        else:
            looks = _while_it_stands_still(settings, encrypted_only)
        async for finding in looks:
            yield finding
    except ChannelError as error:
        yield Finding("wrong", in_words(error))
    except ConfigError as error:
        yield Finding("wrong", str(error))


def _is_running(settings: MatrixSettings) -> bool:
    try:
        with only_process(settings.folder):
            return False
    except InUse:
        return True


async def _while_it_runs(settings: MatrixSettings, encrypted_only: Collection[str]) -> AsyncIterator[Finding]:
    yield Finding("note", "Lotse is running with these keys; stop it to have its keys looked at as well.")
    async with aiohttp.ClientSession(trust_env=False) as session:
        homeserver = Homeserver(settings.homeserver, session)
        account = MatrixAccount(settings, homeserver)
        try:
            device = await account.ask_as_kept()
        except HomeserverError as error:
            if not error.signed_out:
                raise
            yield Finding("wrong", _session_ended(settings, account.kept_device()))
            return
        yield Finding("good", f"The session of {device.user}, device {device.id}, is valid.")
        async for finding in _rooms(homeserver, settings, encrypted_only):
            yield finding


def _session_ended(settings: MatrixSettings, device: Device | None) -> str:
    """What to do where the session ended under a running Lotse, which begins it anew by itself if it can."""
    if settings.password is None and device is not None:
        return (
            f"The homeserver has ended Lotse's session; set LOTSE_MATRIX_TOKEN to a valid token of the device {device.id}, or "
            "set LOTSE_MATRIX_PASSWORD, and start Lotse anew."
        )
    return (
        "The homeserver has ended Lotse's session. Lotse signs in again by itself within a minute if LOTSE_MATRIX_PASSWORD is "
        "the account's password; otherwise set that one and start Lotse anew."
    )


async def _while_it_stands_still(settings: MatrixSettings, encrypted_only: Collection[str]) -> AsyncIterator[Finding]:
    async with signed_in(settings) as me:
        yield Finding("good", _signed_in_as(me))
        async for finding in _device(me):
            yield finding
        async for finding in _rooms(me.homeserver, settings, encrypted_only):
            yield finding


async def _server(homeserver: Homeserver, settings: MatrixSettings) -> AsyncIterator[Finding]:
    answer = await homeserver.call("GET", "/_matrix/client/versions")
    versions = answer.get("versions")
    if not isinstance(versions, list):
        raise HomeserverError(NO_HOMESERVER, status=200)
    newest = max((_version(each) for each in versions), default=(0, 0))
    if newest < NEEDED_VERSION:
        yield Finding("wrong", "The homeserver is too old for threads (Matrix 1.4); update it.")
    else:
        yield Finding("good", f"{settings.homeserver} is a Matrix homeserver (Matrix {newest[0]}.{newest[1]}).")
    flows = (await homeserver.call("GET", "/login")).get("flows")
    kinds = {flow.get("type") for flow in flows if isinstance(flow, dict)} if isinstance(flows, list) else set()
    if settings.password is not None and "m.login.password" not in kinds:
        yield Finding(
            "wrong", "The homeserver offers no sign-in by password; set LOTSE_MATRIX_TOKEN instead of the password."
        )
    if settings.password is None:
        yield Finding(
            "note", "Only a token is set: when the homeserver ends the session, somebody has to set a new one."
        )


def _version(text: object) -> tuple[int, int]:
    parts = text.removeprefix("v").split(".") if isinstance(text, str) and text.startswith("v") else ()
    numbers = [int(part) for part in parts if part.isascii() and part.isdigit()]
    return (numbers[0], numbers[1]) if len(numbers) == 2 else (0, 0)


def _signed_in_as(me: SignedIn) -> str:
    said = f"Signed in as {me.device.user}, device {me.device.id}"
    if me.settings.password is None or me.account.password_tried:
        return f"{said}."
    # To try it would begin a session, and end the one of the device or make another device.
    return f"{said}, with the session that was kept; LOTSE_MATRIX_PASSWORD was not tried."


async def _device(me: SignedIn) -> AsyncIterator[Finding]:
    settings = me.settings
    if me.encryption is None:
        yield Finding(
            "note",
            "LOTSE_MATRIX_ENCRYPTION is off: Lotse declines encrypted rooms, and reads nothing where it is in one.",
        )
        return
    trust, _ = await me.look()
    if trust == "signed":
        yield Finding("good", "Other clients trust this device.")
    else:
        yield Finding("wrong", UNTRUSTED[trust])
    if not has_keys(settings.folder, me.device.user, me.device.id):
        yield Finding("wrong", f"The key store in {settings.folder} does not hold the keys of this device.")
    # Without signing keys there is nothing to recover.
    if me.identity() is not None and not await _has_recovery_key(me):
        yield Finding("note", "There is no recovery key: if the folder is lost, everybody has to trust Lotse anew. Make one "
                      "with `lotse matrix recovery-key`.")  # fmt: skip
    waiting = len(LateKeys(settings.folder / WAITING_FILE))
    if waiting:
        yield Finding(
            "note", f"{waiting} encrypted message(s) wait for their key; their writers are told after a minute."
        )


async def _has_recovery_key(me: SignedIn) -> bool:
    path = f"/user/{segment(me.device.user)}/account_data/m.secret_storage.default_key"
    try:
        await me.homeserver.call("GET", path)
    except HomeserverError as error:
        if not error.absent:
            raise
        return False
    return True


async def _rooms(
    homeserver: Homeserver, settings: MatrixSettings, encrypted_only: Collection[str]
) -> AsyncIterator[Finding]:
    joined = (await homeserver.call("GET", "/joined_rooms")).get("joined_rooms")
    rooms = joined if isinstance(joined, list) else []
    yield Finding("good", f"Lotse is in {len(rooms)} room(s).")
    for desk in settings.desk_rooms:
        if desk.room not in rooms:
            yield await _outside(
                homeserver, settings, desk.room, f"{desk.room}, the room of the coordinators ({_teams(desk)})"
            )
            continue
        room = await RoomBook(homeserver).latest_of(desk.room)
        if room.successor is not None and room.successor not in rooms:
            moved = f"{room.successor}, which {room.id} ({_teams(desk)}) was replaced by"
            yield await _outside(homeserver, settings, room.successor, moved)
            continue
        if room.id != desk.room:
            yield Finding(
                "note",
                f"{desk.room} ({_teams(desk)}) was replaced by {room.id}, and Lotse has followed. With the new id in "
                "LOTSE_MATRIX_DESK_ROOMS, open cases get new cards there.",
            )
        yield _desk_room(room, desk, settings, encrypted_only)


async def _outside(homeserver: Homeserver, settings: MatrixSettings, room_id: str, name: str) -> Finding:
    """What is to be said of a room of coordinators Lotse is not in. Raises HomeserverError."""
    query = {"timeout": "0", "filter": first_sync_filter()}
    invites = inside(await homeserver.call("GET", "/sync", query=query), "rooms", "invite")
    if room_id not in invites:
        return Finding("wrong", f"Lotse is not in {name}; invite it there.")
    if is_encrypted(invites[room_id]) and not settings.encryption:
        return Finding("wrong", f"Lotse is invited to {name}: it is encrypted, but LOTSE_MATRIX_ENCRYPTION is off.")
    return Finding("note", f"Lotse is invited to {name}, and comes in when it starts.")


def _desk_room(room: Room, desk: DeskRoom, settings: MatrixSettings, encrypted_only: Collection[str]) -> Finding:
    least, name = settings.desk_power_level, f"{room.id} ({_teams(desk)})"
    people = [user for user in room.joined() if user != settings.user and room.level_of(user) >= least]
    hidden = sorted(team for team in encrypted_only if desk.takes(team))
    if room.encrypted and not settings.encryption:
        return Finding("wrong", f"{name} is encrypted, but LOTSE_MATRIX_ENCRYPTION is off.")
    if not people:
        return Finding(
            "wrong", f"Nobody in {name} is a coordinator: nobody else is there, or nobody has power {least}."
        )
    if hidden and not room.encrypted:
        return Finding(
            "wrong",
            f"{name} is not encrypted, but {', '.join(hidden)} is encrypted_only in knowledge/teams.yaml: cases appear there "
            "without their text. Switch encryption on in the room's settings.",
        )
    encrypted = "" if room.encrypted else "; it is not encrypted, though employees' questions appear there"
    return Finding("good" if room.encrypted else "note", f"{name}: {len(people)} coordinator(s){encrypted}.")


def _teams(desk: DeskRoom) -> str:
    named = sorted(desk.teams)
    return ", ".join([*named, "all other teams"] if desk.rest else named)
