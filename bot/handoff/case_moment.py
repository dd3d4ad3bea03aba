"""What a rule of a case may look at, what it wants, and what follows from the facts alone: due times and timers."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.handoff import case_words as words
from bot.handoff.case_events import CaseEvent
from bot.handoff.office import Office
from bot.model import CaseEffect, CaseFacts, CaseNumber, CaseState, CaseTimer, Choice, Locale, Resolution, Tell

REOPEN_FOR = timedelta(days=14)
"""How long one message of the employee opens a resolved case again."""


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing happens, and that is right."""

    because: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing happens; the coordinator reads why. ``why`` names the reason for programs."""

    why: str
    words: words.Sentences


@dataclass(frozen=True, slots=True)
class Moment:
    """What a cell of the table may look at."""

    case: CaseFacts
    now: datetime
    office: Office
    encrypted: bool = False
    """Whether the employee writes from a room only those in it can read."""

    @property
    def locale(self) -> Locale:
        """The language the employee is told things in."""
        return self.case.locale

    def told(self, sentences: words.Sentences, *, choices: tuple[Choice, ...] = (), **values: str) -> Tell:
        """A notice to the employee, with what most of them name filled in."""
        case = self.case
        known = {
            "number": str(case.number),
            "team": self.office.team_name(case.team, case.locale),
            "of": self.office.team_name(self.office.speaks_for(case.owner, case.team), case.locale),
            "name": case.owner_name,
            "promise": promise_of(case, self.now, self.office),
        }
        return Tell(words.told(sentences, case.locale, choices=choices, **{**known, **values}))


@dataclass(frozen=True, slots=True)
class Change:
    """What a cell wants: the new facts, what is said and done, and what the audit keeps besides."""

    case: CaseFacts
    effects: tuple[CaseEffect, ...] = ()
    detail: tuple[tuple[str, str], ...] = ()


Rule = Callable[[Moment, CaseEvent], Change | Refused | Ignored]


def alias_of(number: CaseNumber) -> str:
    """What an employee is called until they consent: *Person 7F3A*, always the same for one case, from nothing about them."""
    return f"Person {(number * 40503 + 0x7F3A) & 0xFFFF:04X}"


def no_case(team: str, locale: Locale, now: datetime, state: CaseState = "bot") -> CaseFacts:
    """A conversation without a case, as the table sees it: Lotse answers, or an offer is pending."""
    return CaseFacts(CaseNumber(0), state, 0, team, locale, now)


# --- Due times -------------------------------------------------------------------------------------------------


def since_and_due(case: CaseFacts) -> tuple[datetime, datetime] | None:
    """Since when and until when something is due in this case; None while the clock stands."""
    if case.state not in ("open", "claimed"):
        return None
    if case.replied_at is None and case.first_due is not None:
        return case.opened_at, case.first_due
    if case.unanswered_since is not None and case.next_due is not None:
        return case.unanswered_since, case.next_due
    return None if case.solution_due is None else (case.opened_at, case.solution_due)


def due_of(case: CaseFacts) -> datetime | None:
    """Until when something is due in this case; None while nothing is, or the clock stands."""
    due = since_and_due(case)
    return due[1] if due else None


def promise_of(case: CaseFacts, now: datetime, office: Office) -> str:
    """The promise as a sentence to add, with its blank in front; empty when nothing is promised."""
    due = case.first_due if case.replied_at is None and case.first_due is not None else case.next_due
    if due is None or due <= now:
        return ""
    until = office.promise(case.team, due, now, case.locale)
    return words.filled(words.PROMISED, until=until)[case.locale]


def away_until(team: str, now: datetime, office: Office) -> datetime | None:
    """When somebody of the team is there again; None while somebody is. It also tells one closing period from another."""
    opening = office.opens(team, now)
    return opening if opening > now else None


def timers_of(case: CaseFacts, now: datetime, office: Office) -> tuple[CaseTimer, ...]:
    """Every timer the case needs now; they replace those set before."""
    timers: list[CaseTimer] = []
    due = since_and_due(case)
    if due is not None:
        since, until = due
        passed = case.alarm == "none" and until <= now  # nobody is warned of what has passed: that is told as it is
        what, at = {
            "none": ("sla_warning", office.warn_at(case.team, since, until)),
            "warned": ("sla_breach", office.breach_at(case.team, until)),
            "breached": ("sla_lead", office.lead_at(case.team, until)),
            "lead": ("", now),
        }["warned" if passed else case.alarm]
        if what:  # what is overdue already, because Lotse stood still, waits for working time too
            timers.append(CaseTimer(what, at if at > now else office.opens(case.team, now)))
    unanswered = case.state == "claimed" and case.unanswered_since is not None
    if unanswered and (ends := office.day_ends(case.team, now)) is not None:
        timers.append(CaseTimer("day_ends", ends))
    if case.remind_at is not None:
        timers.append(CaseTimer("reminder", case.remind_at))
    if case.waiting_until is not None:
        timers.append(CaseTimer("waiting_over", case.waiting_until))
    if case.give_up_at is not None:
        timers.append(CaseTimer("gives_up", case.give_up_at))
    if case.state in ("resolved", "bot") and case.reopen_until is not None:
        timers.append(CaseTimer("reopen_over", case.reopen_until))
    return tuple(timers)


def ended(case: CaseFacts) -> CaseFacts:
    """The case with nothing due and nobody waiting."""
    return replace(
        case,
        unanswered_since=None,
        next_due=None,
        waiting_since=None,
        waiting_until=None,
        give_up_at=None,
        remind_at=None,
        reopen_until=None,
    )


def taken_up(m: Moment) -> CaseFacts:
    """The case as it goes on after it had ended: what was promised then has passed, so everything is promised anew."""
    return replace(
        m.case,
        resolution=None,
        resolved_at=None,
        reopen_until=None,
        first_due=None,
        solution_due=m.office.solution_due(m.case.team, m.now),
    )


def resolved(m: Moment, code: Resolution) -> CaseFacts:
    """The case as it is once it is resolved for this reason."""
    over = replace(ended(m.case), state="resolved", resolution=code, resolved_at=m.now)
    return replace(over, reopen_until=m.now + REOPEN_FOR)
