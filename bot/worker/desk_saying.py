"""What is said to a coordinator about something they did in their room, and the mark that it was handled."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bot.dialogue import desk_answers as words
from bot.handoff.case_states import Ignored, Refused
from bot.handoff.case_words import Sentences
from bot.model import CaseNumber, Locale, Reply
from bot.store.database import Database
from bot.store.desk import DeskResult, Done, NotFound, Then
from bot.store.desk_handling import handled, handled_with
from bot.store.desk_inbox import SaidAtDesk


@dataclass(frozen=True, slots=True)
class Saying:
    """``locale`` is the language of the rooms."""

    database: Database
    locale: Locale

    def then(
        self,
        said: SaidAtDesk,
        number: CaseNumber,
        now: datetime,
        not_found: Sentences | None,
        done: Sentences | None = None,
        ignored: Sentences | None = None,
    ) -> Then:
        """Marks it as handled where the case moves, and says why when it does not; what is done is seen on the card."""

        def answer(result: DeskResult) -> Reply | None:
            match result:
                case Refused():
                    sentences: Sentences | None = words.refusal(result)
                case NotFound():
                    sentences = not_found
                case Done():
                    sentences = done
                case Ignored():
                    sentences = ignored
                case _:
                    assert_never(result)
            return None if sentences is None else words.answer(sentences, self.locale)

        return handled_with(said, number, now, answer)

    async def only(self, said: SaidAtDesk, sentences: Sentences | None, now: datetime) -> None:
        """Nothing happens to any case; say this, if there is something to say."""
        reply = None if sentences is None else words.answer(sentences, self.locale)
        await handled(self.database, said, now, reply=reply)
