"""``lotse health``: asks a running Lotse how it is; for health checks of containers and services."""

import urllib.error
import urllib.request

import typer

from bot.commands.loading import settings_or_exit

PATIENCE_S = 4


def health() -> None:
    """Print what /health says; exit code 1 when Lotse is down or does not answer."""
    settings = settings_or_exit()
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{host}:{settings.port}/health"
    try:
        with urllib.request.urlopen(address, timeout=PATIENCE_S) as answer:  # our own address
            typer.echo(answer.read().decode())
    except urllib.error.HTTPError as error:
        typer.echo(error.read().decode())
        raise typer.Exit(1) from error
    except OSError as error:
        typer.echo(f"Nothing answers at {address}: {error}", err=True)
        raise typer.Exit(1) from error
