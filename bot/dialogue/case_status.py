"""How a case stands, in one sentence for the employee."""

from dataclasses import replace
from datetime import datetime

from bot.dialogue import wording
from bot.handoff.case_moment import promise_of
from bot.handoff.case_words import STATUS
from bot.handoff.office import Office
from bot.model import CaseFacts, Locale, Paragraph


def status_of(case: CaseFacts, locale: Locale, now: datetime, office: Office) -> Paragraph | None:
    """The sentence; None for a case there is nothing to say about any more."""
    sentences = STATUS.get(case.state)
    if sentences is None:
        return None
    until = case.waiting_until if case.state == "waiting_third" else case.reopen_until
    return wording.say(
        sentences,
        locale,
        number=str(case.number),
        name=case.owner_name,
        team=office.team_name(case.team, locale),
        of=office.team_name(office.speaks_for(case.owner, case.team), locale),
        promise=promise_of(replace(case, locale=locale), now, office),
        until=office.promise(case.team, until, now, locale) if until else "",
    )
