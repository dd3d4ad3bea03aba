"""``lotse schema``: writes the JSON Schemas that give an editor completion, and repairs modelines."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.commands.loading import ContentFolder
from bot.config import shipped_content
from bot.content.editor_schema import SCHEMA_FOLDER, json_schema, modeline
from bot.content.schema import FILE_MODELS

MODELINE = "# yaml-language-server:"


def schema(
    out: Annotated[Path | None, typer.Option(help=f"Where to write; default: {SCHEMA_FOLDER} of the content.")] = None,
    content: ContentFolder = None,
    fix_modelines: Annotated[
        bool, typer.Option("--fix-modelines", help="Also put the right first line into every content file.")
    ] = False,
) -> None:
    """Write one JSON Schema per kind of file."""
    root = content or shipped_content()
    folder = out or root / SCHEMA_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schema_files().items():
        (folder / name).write_text(text, encoding="utf-8")
    typer.echo(f"{len(FILE_MODELS)} schemas written to {folder}.")
    if fix_modelines:
        typer.echo(f"{_fix_modelines(root)} modeline(s) repaired.")


def schema_files() -> dict[str, str]:
    """The text of each schema file by its name."""
    return {f"{kind}.json": json.dumps(json_schema(kind), ensure_ascii=False, indent=2) + "\n" for kind in FILE_MODELS}


def _fix_modelines(content: Path) -> int:
    repaired = 0
    patterns = ("knowledge/**/*.yaml", "intents/**/*.yaml", "drafts/*.yaml")
    for path in sorted(path for pattern in patterns for path in content.glob(pattern)):
        wanted = modeline(path.relative_to(content).as_posix())
        if wanted is None:
            continue
        text = path.read_text(encoding="utf-8")
        first, _, rest = text.partition("\n")
        if first.rstrip() == wanted:
            continue
        body = rest if first.startswith(MODELINE) else text
        path.write_text(f"{wanted}\n{body}", encoding="utf-8")
        repaired += 1
    return repaired
