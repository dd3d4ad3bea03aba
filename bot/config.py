"""Settings, read once from the environment and from ``.env`` into a frozen Settings; each begins with ``LOTSE_``.

A wrong or unknown setting stops the start with one sentence that names it: a misspelt setting that is silently ignored
is found weeks later. The time zone is no setting, because deadlines and office hours are those of Schleswig-Holstein.
"""

import contextlib
import difflib
import ipaddress
import os
import re
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import ConfigError

PREFIX = "LOTSE_"
TIMEZONE = ZoneInfo("Europe/Berlin")
SHORTEST_SECRET = 32

Clock = Callable[[], datetime]
"""Gives the present moment as aware UTC."""


def _noon(moment: Any) -> Any:
    """A day stands for its noon, as in ``lotse ask``."""
    return f"{moment}T12:00" if isinstance(moment, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", moment) else moment


def _in_berlin(moment: datetime) -> datetime:
    """A moment without a zone, as people write it, is one in Berlin."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=TIMEZONE)).astimezone(UTC)


def _upper(level: Any) -> Any:
    return level.upper() if isinstance(level, str) else level


def _long_enough(secret: SecretStr) -> SecretStr:
    if len(secret.get_secret_value()) < SHORTEST_SECRET:
        raise ValueError(f"it needs at least {SHORTEST_SECRET} characters")
    return secret


def _base_address(address: str) -> str:
    """``https://lotse.example.org``: no path, nobody's name, and encrypted unless it never leaves this machine."""
    parts = urlsplit(address)
    plain = f"{parts.scheme}://{parts.netloc}"
    if (
        "@" in plain
        or parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.port == 0
        or address.rstrip("/") != plain
    ):
        raise ValueError("write scheme and host alone, such as https://lotse.example.org")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("it needs https://, because passwords and cookies would be readable on their way")
    return plain


def _slack_api(address: str) -> str:
    parts = urlsplit(address)
    plain = parts.scheme == "http" and not is_loopback(parts.hostname or "")
    if parts.scheme not in ("http", "https") or not parts.hostname or plain:
        raise ValueError("it must begin with https://, because the token is sent there")
    return address.rstrip("/") + "/"


def shipped_content() -> Path:
    """The folder with the content that ships: inside an installed package, else the checkout's root."""
    package = Path(__file__).parent
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parent


class Settings(BaseSettings):
    """Everything that can be set; ``.env.example`` describes each setting for the operator."""

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_prefix=PREFIX, env_ignore_empty=True, env_file_encoding="utf-8"
    )

    data: Path = Path("data")
    database: str = ""
    content: Path = Field(default_factory=shipped_content)
    host: str = "127.0.0.1"
    port: int = Field(default=8420, ge=0, le=65535)
    address: Annotated[str, AfterValidator(_base_address)] | None = None
    open_access: bool = False
    staff: Path | None = None
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = "INFO"
    clock: Annotated[datetime, BeforeValidator(_noon), AfterValidator(_in_berlin)] | None = None
    secret: Annotated[SecretStr, AfterValidator(_long_enough)] | None = None
    keep_messages_hours: int = Field(default=24, ge=1)
    keep_transcripts_days: int = Field(default=30, ge=1)
    keep_cases_days: int = Field(default=180, ge=1)
    keep_gaps_days: int = Field(default=180, ge=1)
    gaps_smallest_group: int = Field(default=5, ge=1)
    desk_language: Literal["de", "en"] = "de"
    # Matrix; what belongs together is checked by ``channels/matrix/matrix_settings.py``.
    matrix_homeserver: Annotated[str, AfterValidator(_base_address)] | None = None
    matrix_user: str = ""
    matrix_password: SecretStr | None = None
    matrix_token: SecretStr | None = None
    matrix_key: Annotated[SecretStr, AfterValidator(_long_enough)] | None = None
    matrix_encryption: bool = True
    matrix_invites: str = ""
    matrix_desk_rooms: str = ""
    matrix_desk_power_level: int = Field(default=0, ge=0, le=100)
    matrix_display_name: str = Field(default="Lotse", min_length=1, max_length=80)
    matrix_avatar: Path | None = None
    # Slack; what belongs together is checked by ``channels/slack/slack_settings.py``.
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    slack_api: Annotated[str, AfterValidator(_slack_api)] = "https://slack.com/api/"
    slack_agent_view: bool = False
    slack_desk_rooms: str = ""

    @property
    def database_address(self) -> str:
        """The database to use: the one that was set, or a SQLite file in the data folder."""
        return self.database or f"sqlite:///{self.data / 'lotse.db'}"

    @property
    def staff_file(self) -> Path:
        """The file with the people who may sign in."""
        return self.staff or self.data / "staff.yaml"

    def own_address(self, port: int | None = None) -> str:
        """Where people reach the pages, such as ``http://127.0.0.1:8420``; ``port``: the one that was handed out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.address or f"http://{host}:{port or self.port}"


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """The settings from the environment, and from the file for what the environment does not set.

    An empty value counts as not set. Raises ConfigError with one sentence that names the setting.
    """
    in_file = dotenv_values(env_file) if env_file is not None and env_file.is_file() else {}
    for variable in (*in_file, *os.environ):
        name = variable.upper().removeprefix(PREFIX).lower()
        if variable.upper().startswith(PREFIX) and name not in Settings.model_fields:
            raise ConfigError(f"{variable} is not a setting of Lotse{_did_you_mean(name)}")
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as error:
        first = error.errors()[0]
        reason = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"{PREFIX}{str(first['loc'][0]).upper()} is not usable: {reason}.") from None
    reached_by = (settings.host, urlsplit(settings.own_address()).hostname or "")
    for host in reached_by:
        if settings.open_access and not is_loopback(host):
            raise ConfigError(
                f"LOTSE_OPEN_ACCESS lets in everybody who can reach {host}; "
                "use it with LOTSE_HOST=127.0.0.1 and without LOTSE_ADDRESS, or switch it off."
            )
    return settings


def _did_you_mean(name: str) -> str:
    near = difflib.get_close_matches(name, Settings.model_fields, n=1)
    return f"; did you mean {PREFIX}{near[0].upper()}?" if near else "; see .env.example for all settings."


def is_loopback(host: str) -> bool:
    """Whether this name or address is this machine's own, seen from itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_web_access(settings: Settings) -> None:
    """Raises ConfigError where nobody could use what is served.

    The desk needs a session everywhere, and a session needs people who may sign in. With open access one person is
    built in as long as no file names others.
    """
    if settings.staff is not None and not settings.staff.is_file():
        raise ConfigError(
            f"LOTSE_STAFF names {settings.staff}, which is not there; write it, or leave the setting out."
        )
    if not settings.open_access and not settings.staff_file.is_file():
        raise ConfigError(
            f"Nobody could sign in: write the people who work at the desk into {settings.staff_file} (README.md says "
            "how), or set LOTSE_OPEN_ACCESS=true to try Lotse on this machine only."
        )
    if settings.address is None and not is_loopback(settings.host):
        raise ConfigError(
            f"LOTSE_HOST={settings.host} is reached from elsewhere; set LOTSE_ADDRESS to the https address people use."
        )


def cookie_secret(settings: Settings) -> str:
    """The secret cookies are signed with: the one that was set, or one made once and kept in the data folder."""
    if settings.secret is not None:
        return settings.secret.get_secret_value()
    file = settings.data / "secret"
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            _make_secret(file)
        kept = file.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigError(
            f"The secret for cookies cannot be kept in {file} ({error.strerror}); make LOTSE_DATA a folder this user "
            "may write to, or set LOTSE_SECRET."
        ) from None
    if len(kept) < SHORTEST_SECRET:
        raise ConfigError(
            f"{file} is damaged; delete it (everybody's browser is then a new visitor) or set LOTSE_SECRET."
        )
    return kept


def _make_secret(file: Path) -> None:
    """Written beside its place and then put there in one step: nobody ever reads half of it, the first one wins."""
    unfinished = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as opened:
        opened.write(secrets.token_hex(32))
    with contextlib.suppress(FileExistsError):
        os.link(unfinished, file)
    unfinished.unlink()


def make_clock(start: datetime | None = None) -> Clock:
    """A clock that shows the present, or one that shows ``start`` now and runs on from there."""
    if start is None:
        return lambda: datetime.now(UTC)
    began, first = time.monotonic(), start.astimezone(UTC)
    return lambda: first + timedelta(seconds=time.monotonic() - began)
