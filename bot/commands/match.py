"""``lotse match TRAIN``: the lexical ranker alone, behind a line protocol, for measurements against other engines."""

import json
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from bot.understanding.label_parts import train
from bot.understanding.language import LanguageModel
from bot.understanding.normalize import STOPWORDS


def match(
    train_file: Annotated[Path, typer.Argument(metavar="TRAIN", help='JSON lines {"text", "label"}.')],
) -> None:
    """Train on TRAIN, then answer each JSON line {"text"} with {"label", "score", "us"}."""
    try:
        examples = [(row["text"], row["label"]) for row in map(json.loads, train_file.read_text("utf-8").splitlines())]
    except (OSError, ValueError, KeyError, TypeError) as error:
        typer.echo(f'{train_file} is not a file of JSON lines {{"text", "label"}}: {error}', err=True)
        raise typer.Exit(2) from error
    if not examples:
        typer.echo(f"{train_file} holds no example.", err=True)
        raise typer.Exit(2)
    started = time.perf_counter()
    known = LanguageModel.of({locale: [" ".join(words)] for locale, words in STOPWORDS.items()})
    english = sum(known.detect(text, None) == "en" for text, _ in examples)
    ranker = train(examples, "en" if english * 2 > len(examples) else "de")
    _write({"ready": True, "train_s": round(time.perf_counter() - started, 3)})
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            text = json.loads(line)["text"]
        except (ValueError, KeyError, TypeError) as error:
            _write({"error": f'not a JSON object with "text": {error}'})
            continue
        begun = time.perf_counter()
        scores = ranker.margins(str(text))
        best = int(scores.argmax())
        took = (time.perf_counter() - begun) * 1e6
        _write({"label": ranker.labels[best], "score": round(float(scores[best]), 5), "us": round(took, 1)})


def _write(row: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(row, ensure_ascii=False) + "\n")
    sys.stdout.flush()
