"""``lotse chat``: a conversation in the terminal, on the same path as everywhere else."""

import asyncio
import contextlib
import getpass
import sys

import typer

from bot.app import Core, open_core, running
from bot.channels.console import ConsoleChannel
from bot.commands.loading import say_if_learning, settings_or_exit, stop_with
from bot.config import Settings
from bot.errors import ConfigError, ContentError, StoreUnavailable
from bot.logs import set_up_logs
from bot.store.figures import read_figures

QUIET = "ERROR"
LOOK_AGAIN_S = 0.05


def chat() -> None:
    """Talk to Lotse in the terminal; end with Ctrl+D. Conversations are stored like any other."""
    settings = settings_or_exit()
    set_up_logs(QUIET)
    try:
        say_if_learning(settings.content)
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_chat(settings))
    except (ConfigError, ContentError, StoreUnavailable) as error:
        stop_with(error)


async def _chat(settings: Settings) -> None:
    async with open_core(settings) as core:
        console = ConsoleChannel(core.clock, user=getpass.getuser())
        typer.echo("Lotse. Fragen Sie einfach; Ende mit Strg+D. / Just ask; end with Ctrl+D.\n\n> ", nl=False)
        sys.stdout.flush()
        async with running(core, [console]):
            await console.ended.wait()
            while await _is_busy(core):  # noqa: ASYNC110  # a moment at the end of the input, nothing to wait on
                await asyncio.sleep(LOOK_AGAIN_S)  # what was typed last is still answered
        typer.echo("")


async def _is_busy(core: Core) -> bool:
    figures = await read_figures(core.database, core.clock())
    return bool(figures.inputs_waiting or figures.deliveries_waiting or figures.deliveries_sending)
