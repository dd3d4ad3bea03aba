"""``lotse health``: asks a running Lotse how it is; for health checks of containers and services."""

import urllib.error
import urllib.request

import typer

from bot.commands.loading import settings_or_exit

PATIENCE_S = 4
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # where a program that listens everywhere is asked


def health() -> None:
    """Print what /health says; exit code 1 when Lotse is down or does not answer."""
    settings = settings_or_exit()
    host = EVERYWHERE.get(settings.host, settings.host)
    address = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}/health"
    asking = urllib.request.Request(address, headers={"Host": "localhost"})  # a name that is always known
    try:
        with urllib.request.urlopen(asking, timeout=PATIENCE_S) as answer:  # noqa: S310  # our own address
            typer.echo(answer.read().decode())
    except urllib.error.HTTPError as error:
        typer.echo(error.read().decode())
        raise typer.Exit(1) from error
    except OSError as error:
        typer.echo(f"Nothing answers at {address}: {error}", err=True)
        raise typer.Exit(1) from error
