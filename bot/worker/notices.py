"""What Lotse says when something goes wrong on its own side."""

from collections.abc import Mapping
from dataclasses import replace

from bot.dialogue import wording
from bot.handoff.case_events import Asks, OpensAnother
from bot.handoff.case_moment import Moment, timers_of
from bot.handoff.case_states import decide
from bot.handoff.employee_moves import opens
from bot.handoff.leaving import leaving
from bot.handoff.office import Office, OfficeOf, PlainOffice
from bot.handoff.team_office import GENERAL_TEAM
from bot.model import (
    CASE_NUMBER,
    UNFINISHED,
    AskedPerson,
    CaseFacts,
    CaseNumber,
    CaseTurn,
    Effect,
    Locale,
    MoveCase,
    OpenCase,
    Paragraph,
    Pressed,
    Reply,
    Say,
    Span,
    Utterance,
)
from bot.store.conversations import Work

DEFAULT: Locale = "de"

APOLOGY: Mapping[Locale, str] = {
    "de": "Entschuldigung: Bei Ihrer Nachricht ist bei mir ein Fehler aufgetreten, ich kann sie nicht beantworten. "
    f"Eine Person aus der Koordination sieht sie sich an (Fall {CASE_NUMBER}). "
    "Andere Fragen können Sie mir weiterhin stellen.",
    "en": "Sorry: something went wrong on my side with your message, and I cannot answer it. "
    f"A person from the coordination team will look at it (case {CASE_NUMBER}). "
    "You can go on asking me other questions.",
}


def flood_notice(locale: Locale | None) -> Reply:
    """The notice that somebody sent more at once than is answered."""
    chosen = locale or DEFAULT
    return Reply((wording.say(wording.MANY_MESSAGES, chosen),), chosen)


def apologise(work: Work, office: OfficeOf | None = None) -> tuple[Effect, ...]:
    """An apology for an input that could not be answered, and a case, so that a person sees it: a new one, or the open one.

    With an ``office`` the new case has due times like any other; without one nothing is promised.
    """
    locale = work.locale or DEFAULT
    match work.input:
        case Utterance(text=said) | Pressed(value=said) | AskedPerson(question=said):
            question = said
        case _:
            question = ""
    sorry = Paragraph((Span(APOLOGY[locale]),))
    if work.case is not None and work.case.state in UNFINISHED:
        return (Say(Reply((sorry,), locale), notice=True),)
    there = PlainOffice() if office is None else office(work.absences)
    team = there.team_now(GENERAL_TEAM)
    case = OpenCase(question, locale, "turn_failed", team, None, told_first=work.encrypted)
    reply = Reply((sorry, *(leaving(there, team, locale) if work.encrypted else ())), locale)
    case = case if office is None else _promised(case, work, there)
    earlier = None if work.case is None else decide(work.case, OpensAnother(), work.now, there)
    return (Say(reply, notice=True), *((MoveCase(earlier),) if isinstance(earlier, CaseTurn) else ()), case)


def _promised(case: OpenCase, work: Work, office: Office) -> OpenCase:
    """The case with the due times and timers of the moment."""
    unknown = CaseFacts(CaseNumber(0), "bot", 0, case.team, case.locale, work.now)
    opened = opens(Moment(unknown, work.now, office), Asks()).case
    return replace(
        case,
        first_due=opened.first_due,
        solution_due=opened.solution_due,
        away_until=opened.away_until,
        timers=timers_of(opened, work.now, office),
    )
