"""The command line: ``lotse`` when installed, ``python -m bot`` in a checkout."""

import typer

from bot.commands.check import check
from bot.commands.schema import schema

app = typer.Typer(
    name="lotse",
    help="Chat advisor for further training in microtechnology.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(check)
app.command()(schema)


def main() -> None:
    """Run one command."""
    app()


if __name__ == "__main__":
    main()
