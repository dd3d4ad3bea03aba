"""The command line: ``lotse`` when installed, ``python -m bot`` in a checkout."""

import sys
from importlib import import_module

import typer

from bot.content.collector import collector_paused

COMMANDS = (
    "run",
    "chat",
    "ask",
    "explain",
    "check",
    "teach",
    "schema",
    "cases",
    "gaps",
    "drafts",
    "link",
    "match",
    "export",
    "erase",
    "migrate",
    "matrix",
    "slack-manifest",
    "doctor",
    "health",
)
"""In the order of the help. A command ``x-y`` is ``x_y`` of ``bot/commands/x_y.py``: a function, or an app of commands."""


def command_line(arguments: list[str]) -> typer.Typer:
    """The command line with the command that is wanted, or with all of them when that is not clear.

    Only the wanted command is imported: ``ask`` needs no database, and its start should not pay for one.
    """
    app = typer.Typer(
        name="lotse",
        help="Chat advisor for further training in microtechnology.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(lambda: None)
    for name in [name for name in COMMANDS if name == next(iter(arguments), "")] or COMMANDS:
        module = name.replace("-", "_")
        with collector_paused():
            command = getattr(import_module(f"bot.commands.{module}"), module)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def main() -> None:
    """Run one command."""
    command_line(sys.argv[1:])()


if __name__ == "__main__":
    main()
