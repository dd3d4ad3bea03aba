"""``lotse matrix``: Lotse's device on Matrix, and why other clients trust it.

Stop Lotse first: only one process may use the keys.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from bot.channels.matrix.device_setup import make_recovery_key, put_device_aside, recover, set_up
from bot.channels.matrix.homeserver import in_words
from bot.channels.matrix.matrix_settings import MatrixSettings, matrix_settings
from bot.channels.matrix.signed_in import UNTRUSTED, SignedIn, signed_in
from bot.commands.loading import settings_or_exit, stop_with
from bot.errors import ChannelError, ConfigError

matrix = typer.Typer(
    help="Lotse's device on Matrix: make it, show it, sign it, recover its keys.", no_args_is_help=True
)


@matrix.command()
def setup(
    replace: Annotated[
        bool, typer.Option(help="Also when the account has signing keys that are not here: begin anew with others.")
    ] = False,
) -> None:
    """Sign in, make keys, and sign this device, so that today's clients trust it. May be done again."""

    async def do(me: SignedIn) -> None:
        new = await set_up(me, replace=replace)
        await _show(me)
        if new:
            await _show_recovery_key(me)

    _run(do)


@matrix.command()
def status() -> None:
    """Show this device and how other clients see it; exit code 1 when they do not trust it."""

    async def do(me: SignedIn) -> None:
        if not await _show(me):
            raise typer.Exit(1)

    _run(do)


@matrix.command()
def sign() -> None:
    """Sign this device with the signing keys that are here."""

    async def do(me: SignedIn) -> None:
        await me.sign()
        if not await _show(me):
            raise typer.Exit(1)

    _run(do)


@matrix.command("recovery-key")
def recovery_key() -> None:
    """Make a new recovery key and show it once; an earlier one no longer counts."""
    _run(_show_recovery_key)


@matrix.command("recover")
def recover_keys() -> None:
    """Fetch the signing keys with the recovery key (asked for, or from standard input) and sign this device."""
    typed = typer.prompt("Recovery key", hide_input=True)

    async def do(me: SignedIn) -> None:
        await recover(me, typed)
        await _show(me)

    _run(do)


@matrix.command("new-device")
def new_device() -> None:
    """Begin with a new device, where the keys of the old one were lost; the old ones are put aside."""
    settings = _settings()
    try:
        put_device_aside(settings)
    except ConfigError as error:
        stop_with(error)
    setup(replace=False)


async def _show(me: SignedIn) -> bool:
    """Print this device; whether others trust it."""
    assert me.encryption is not None
    trust, _ = await me.look()
    typer.echo(f"Account      {me.device.user}")
    typer.echo(f"Device       {me.device.id}")
    typer.echo(f"Fingerprint  {me.encryption.keys.fingerprint}")
    identity = me.identity()
    if identity is not None:
        typer.echo(f"Master key   {identity.master.public}")
    typer.echo("Trust        signed: other clients trust this device" if trust == "signed" else f"Trust        {trust}")
    if trust != "signed":
        typer.echo(UNTRUSTED[trust], err=True)
    return trust == "signed"


async def _show_recovery_key(me: SignedIn) -> None:
    typer.echo("\nThe recovery key. It is shown this once; keep it where your backups are not:\n")
    typer.echo(f"    {await make_recovery_key(me)}\n")


def _settings() -> MatrixSettings:
    try:
        settings = matrix_settings(settings_or_exit())
    except ConfigError as error:
        stop_with(error)
    if settings is None:
        stop_with(ConfigError("Matrix is not set: LOTSE_MATRIX_HOMESERVER is empty (.env.example describes it)."))
    if not settings.encryption:
        stop_with(ConfigError("LOTSE_MATRIX_ENCRYPTION is off, so there are no keys."))
    return settings


def _run(do: Callable[[SignedIn], Awaitable[None]]) -> None:
    settings = _settings()

    async def signed_in_first() -> None:
        async with signed_in(settings) as me:
            await do(me)

    try:
        asyncio.run(signed_in_first())
    except ChannelError as error:
        stop_with(ConfigError(f"{in_words(error)} `lotse doctor` says more."))
    except ConfigError as error:
        stop_with(error)
