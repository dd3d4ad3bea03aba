"""``lotse ask``: one question, or a stream of them as JSON lines. Needs no database and writes nothing."""

import itertools
import json
import sys
from datetime import date, datetime
from typing import Annotated, Any

import typer

from bot.commands.loading import ContentFolder, load_or_exit
from bot.dialogue.situation import BERLIN
from bot.dialogue.state import State
from bot.dialogue.turn import Turn
from bot.model import LOCALES, Locale, Utterance
from bot.rehearsal import Rehearsal, noon
from bot.trained import Trained


def ask(
    question: Annotated[str | None, typer.Argument(help="The question; leave it out with --jsonl.")] = None,
    jsonl: Annotated[
        bool, typer.Option("--jsonl", help="Read JSON lines from standard input, write JSON lines.")
    ] = False,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Answer as on this day at 12:00 in Berlin.")
    ] = None,
    locale: Annotated[str | None, typer.Option(help="de or en; default: the language of the question.")] = None,
    first_contact: Annotated[bool, typer.Option("--first-contact", help="With the line for a first contact.")] = False,
    content: ContentFolder = None,
) -> None:
    """Answer a question as Lotse would in a chat."""
    if (question is None) == (not jsonl):
        typer.echo('Give a question, as in: lotse ask "Wer zahlt meinen Kurs?", or --jsonl, not both.', err=True)
        raise typer.Exit(2)
    if locale not in (None, *LOCALES):
        typer.echo(f"There is no language {locale!r}; known are {', '.join(LOCALES)}.", err=True)
        raise typer.Exit(2)
    trained = load_or_exit(content)
    desk = Desk(trained, first_contact)
    if question is not None:
        row: dict[str, Any] = {"text": question, "as_of": as_of.date().isoformat() if as_of else None, "locale": locale}
        typer.echo(desk.answer(row)["text"])
        return
    for line in sys.stdin:  # one line out for each line in, an empty one too: whoever waits for it would wait forever
        sys.stdout.write(json.dumps(desk.answer_line(line), ensure_ascii=False) + "\n")
        sys.stdout.flush()


class Desk:
    """The conversations of one run, by their id."""

    def __init__(self, trained: Trained, first_contact: bool) -> None:
        """Start without any conversation."""
        self._trained = trained
        self._introduced = not first_contact
        self._numbers = itertools.count(1)
        self._open: dict[str, Rehearsal] = {}

    def answer_line(self, line: str) -> dict[str, Any]:
        """The answer to one JSON line; ``{"error"}`` when it cannot be read."""
        if not line.strip():
            return {"error": "an empty line"}
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            return {"error": f"not JSON: {error}"}
        if not isinstance(row, dict):
            return {"error": "not a JSON object"}
        try:
            return self.answer(row)
        except ValueError as error:
            return {"error": str(error), "id": row.get("id")}

    def answer(self, row: dict[str, Any]) -> dict[str, Any]:
        """The answer to one request. Raises ValueError naming the field that is wrong."""
        text = row.get("text")
        if not isinstance(text, str):
            raise ValueError('"text" is missing or not a string')
        locale, day = _locale(row.get("locale")), _day(row.get("as_of"))
        conversation = row.get("conversation")
        rehearsal = self._open.get(str(conversation)) if conversation is not None else None
        if rehearsal is None:
            state = State(introduced=self._introduced)
            rehearsal = Rehearsal(self._trained.content, self._trained.reader, self._numbers, state)
            if conversation is not None:
                self._open[str(conversation)] = rehearsal
        now = noon(day) if day else datetime.now(BERLIN)
        turn = rehearsal.take(Utterance(text), now, locale)
        return _row(row.get("id"), turn, rehearsal.text(turn))


def _row(id_: object, turn: Turn, text: str) -> dict[str, Any]:
    replies = turn.replies
    return {
        "id": id_,
        "decision": turn.decision,
        "answer": turn.label,
        "score": round(turn.score, 1),
        "locale": turn.state.locale,
        "text": text,
        "choices": [choice.label for reply in replies for choice in reply.choices],
        "sources": [
            {"title": note.title, "url": note.url, "as_of": note.as_of, "reviewed": note.reviewed}
            for reply in replies
            for note in reply.sources
        ],
        "reason": turn.reason.rule,
    }


def _locale(value: object) -> Locale | None:
    if value is None:
        return None
    for locale in LOCALES:
        if value == locale:
            return locale
    raise ValueError(f'"locale" is {value!r}; known are {", ".join(LOCALES)}')


def _day(value: object) -> date | None:
    if value is None:
        return None
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        day = None
    if day is None or day.isoformat() != value:  # Python reads 20261122 and 2026-W47-7 as well
        raise ValueError(f'"as_of" is {value!r}, not a date such as 2026-11-22')
    return day
