"""What the operator set for Matrix, checked and taken apart once."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from bot.channels.desk_rooms import read_desk_rooms
from bot.config import Settings
from bot.errors import ConfigError
from bot.model import DeskRoom

NAME = "matrix"

USER_ID = re.compile(r"@[!-9;-~]{1,200}:([A-Za-z0-9.\-\[\]:]{1,230})")
"""Ids of older servers may hold any printable character but a colon. Source: Matrix specification, *Identifier grammar*."""
ROOM_ID = re.compile(r"![!-~]{1,254}")
SERVER = re.compile(r"(?:[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+|localhost|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
"""A server that others can name has a dot in its name."""


@dataclass(frozen=True, slots=True)
class MatrixSettings:
    """How Lotse uses Matrix."""

    homeserver: str
    user: str
    folder: Path
    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)
    key: str = field(default="", repr=False)
    encryption: bool = True
    invites: tuple[str, ...] = ()
    display_name: str = "Lotse"
    avatar: Path | None = None
    desk_rooms: tuple[DeskRoom, ...] = ()
    desk_power_level: int = 0

    @property
    def server_name(self) -> str:
        """The part of our id after the first colon."""
        return self.user.partition(":")[2]


def matrix_settings(settings: Settings) -> MatrixSettings | None:
    """The settings of Matrix, or None when it is not used. Raises ConfigError naming the setting."""
    if settings.matrix_homeserver is None:
        return None
    if not USER_ID.fullmatch(settings.matrix_user):
        raise ConfigError("LOTSE_MATRIX_USER is not usable: write Lotse's own id, such as @lotse:example.org.")
    password = settings.matrix_password.get_secret_value() if settings.matrix_password else None
    token = settings.matrix_token.get_secret_value() if settings.matrix_token else None
    if password is None and token is None:
        raise ConfigError(
            "LOTSE_MATRIX_PASSWORD is missing (or LOTSE_MATRIX_TOKEN, where signing in is not by password)."
        )
    if settings.matrix_key is None:
        raise ConfigError(
            "LOTSE_MATRIX_KEY is missing: it encrypts Lotse's keys on disk. Make one with `openssl rand -hex 32` and keep it "
            "with your backups."
        )
    if settings.matrix_avatar is not None and not settings.matrix_avatar.is_file():
        raise ConfigError(f"LOTSE_MATRIX_AVATAR names {settings.matrix_avatar}, which is not there.")
    invites = tuple(settings.matrix_invites.replace(",", " ").split())
    for each in invites:
        if not _may_invite(each, settings.matrix_user):
            raise ConfigError(
                f"LOTSE_MATRIX_INVITES is not usable at `{each}`: name servers (example.org), people (@anna:example.org) and rooms "
                "(!abc:example.org), or write * for everybody."
            )
    return MatrixSettings(
        homeserver=settings.matrix_homeserver,
        user=settings.matrix_user,
        folder=settings.data / "matrix",
        password=password,
        token=token,
        key=settings.matrix_key.get_secret_value(),
        encryption=settings.matrix_encryption,
        invites=invites,
        display_name=settings.matrix_display_name,
        avatar=settings.matrix_avatar,
        desk_rooms=matrix_desk_rooms(settings),
        desk_power_level=settings.matrix_desk_power_level,
    )


def matrix_desk_rooms(settings: Settings) -> tuple[DeskRoom, ...]:
    """The rooms of coordinators; none where Matrix is not used. Raises ConfigError naming the setting."""
    if settings.matrix_homeserver is None:
        return ()
    given = settings.matrix_desk_rooms
    return read_desk_rooms("LOTSE_MATRIX_DESK_ROOMS", given, NAME, _is_room, "!abc:example.org")


def _may_invite(text: str, user: str) -> bool:
    """Whether this can be somebody who invites; our own server may be named as it is, however short."""
    grammars = (SERVER, USER_ID, ROOM_ID)
    return text in ("*", user.partition(":")[2]) or any(grammar.fullmatch(text) for grammar in grammars)


def _is_room(text: str) -> bool:
    return ROOM_ID.fullmatch(text) is not None
