"""What the employee, and time, do to a case: the rules behind the cells of ``case_states.py``."""

from collections.abc import Mapping
from dataclasses import replace

from bot.handoff import case_words as words
from bot.handoff.case_events import CaseEvent, Consents, Rates
from bot.handoff.case_moment import (
    REOPEN_FOR,
    Change,
    Ignored,
    Moment,
    alias_of,
    away_until,
    due_of,
    ended,
    promise_of,
    resolved,
    taken_up,
    timers_of,
)
from bot.handoff.escalation import called, called_to_text
from bot.handoff.leaving import told_of_team
from bot.handoff.promises import opening_words
from bot.model import SILENT, UNFINISHED, Alarm, CaseFacts, CaseNumber, DropCaseText, Remark

STAGES: Mapping[str, Alarm] = {"sla_warning": "warned", "sla_breach": "breached", "sla_lead": "lead"}
"""How far the alarm is after each of its timers."""


def opens(m: Moment, event: CaseEvent) -> Change:
    """A new case. The store gives it its number, and the dialogue its words."""
    new = CaseFacts(
        CaseNumber(0),
        "open",
        0,
        m.case.team,
        m.case.locale,
        m.now,
        topic=m.case.topic,
        first_due=m.office.first_due(m.case.team, m.now),
        solution_due=m.office.solution_due(m.case.team, m.now),
        unanswered_since=m.now,
        away_until=away_until(m.case.team, m.now, m.office),
    )
    return Change(new, (Remark("opened", (("team", m.case.team),)),))


def asks(m: Moment, event: CaseEvent) -> Change:
    """From Lotse to the coordinators: a new case, or once more the one that was given back to Lotse."""
    if not m.case.number:
        return opens(m, event)
    return _to_queue_again(m, told=words.REOPENED_QUEUE)


def _to_queue_again(m: Moment, told: words.Sentences) -> Change:
    case = replace(_unanswered(m), state="open", owner=None, owner_name="")
    tell = replace(m, case=case).told(told)
    return _told_if_closed(m, Change(case, (tell, Remark("reopened"))), promised=True)


def _unanswered(m: Moment) -> CaseFacts:
    """The case taken up again by what the employee has just said, which waits for an answer."""
    return replace(taken_up(m), unanswered_since=m.now, next_due=m.office.next_due(m.case.team, m.now))


def _told_if_closed(m: Moment, change: Change, *, promised: bool = False) -> Change:
    """The employee who writes while nobody is there reads so, and from when on somebody is: once per closing period.

    ``promised``: until when there is an answer has just been said.
    """
    case = change.case
    opening = away_until(case.team, m.now, m.office)
    if opening is None or opening == case.away_until:
        return change
    told = replace(m, case=replace(case, away_until=opening))
    sentences = words.AWAY_OPEN if case.state == "open" else words.AWAY
    opens = opening_words(opening, m.now, m.locale)
    promise = "" if promised else promise_of(told.case, m.now, m.office)
    tell = told.told(sentences, opening=opens, promise=promise)
    return replace(change, case=told.case, effects=(*change.effects, tell))


def joins(m: Moment, event: CaseEvent) -> Change:
    """The message belongs to the case; the first that is unanswered sets the clock."""
    return _told_if_closed(m, Change(_joined(m)))


def _joined(m: Moment) -> CaseFacts:
    if m.case.unanswered_since is not None:
        return m.case
    return replace(m.case, unanswered_since=m.now, next_due=m.office.next_due(m.case.team, m.now))


def wakes(m: Moment, event: CaseEvent) -> Change:
    """Somebody who writes is not waiting: the owner gets the case back, or who stands in for them."""
    joined = _joined(replace(m, case=replace(m.case, state="claimed")))
    owner = m.case.owner
    if owner is None or m.office.present(owner, m.now):
        return _told_if_closed(m, Change(joined, (Remark("goes_on"),)))
    return _told_if_closed(m, _without_owner(replace(m, case=joined), "owner_away"))


def _without_owner(m: Moment, why: str) -> Change:
    """The owner cannot act: to the deputy, else to the queue."""
    remark = Remark(why, (("name", m.case.owner_name),))
    deputy = m.office.deputy(m.case.owner, m.now) if m.case.owner is not None else None
    if deputy is None:
        case = replace(m.case, state="open", owner=None, owner_name="")
        return Change(case, (replace(m, case=case).told(words.TO_QUEUE), remark))
    case = replace(m.case, owner=deputy.id, owner_name=deputy.name)
    if case.state not in SILENT:
        case = replace(case, state="claimed")
    return Change(case, (replace(m, case=case).told(words.TRANSFERRED), remark), (("to", deputy.id),))


def writes_again(m: Moment, event: CaseEvent) -> Change | Ignored:
    """The same case once more, with the same coordinator if they are there."""
    if m.case.reopen_until is not None and m.now > m.case.reopen_until:
        return Ignored("the time to go on with the case is over")
    if m.case.owner is None or not m.office.present(m.case.owner, m.now):
        return _to_queue_again(m, words.REOPENED_QUEUE)
    case = replace(_unanswered(m), state="claimed")
    return _told_if_closed(
        m, Change(case, (replace(m, case=case).told(words.REOPENED), Remark("reopened"))), promised=True
    )


def asks_again(m: Moment, event: CaseEvent) -> Change:
    """A wish for a person goes on with the resolved case; where the time for that is over, it opens a new one."""
    again = writes_again(m, event)
    return opens(m, event) if isinstance(again, Ignored) else again


def gives_way(m: Moment, event: CaseEvent) -> Change | Ignored:
    """What the employee writes joins the case that is opened now, so this one is over."""
    if not m.case.number:
        return Ignored("there is no case")
    return Change(replace(ended(m.case), state="closed", closed_at=m.now), (Remark("gave_way"),))


def consents(m: Moment, event: CaseEvent) -> Change | Ignored:
    """Name and earlier transcript are shown, or not."""
    assert isinstance(event, Consents)
    if m.case.consent == event.granted:
        return Ignored("that has been said before")
    case = replace(m.case, consent=event.granted)
    sentences = words.CONSENTED if event.granted else words.NOT_CONSENTED
    remark = Remark("consented" if event.granted else "not_consented")
    return Change(case, (m.told(sentences, alias=alias_of(case.number)), remark))


def edits(m: Moment, event: CaseEvent) -> Change:
    """A message was changed; the line shows it."""
    return Change(m.case, (Remark("edited"),))


def deletes(m: Moment, event: CaseEvent) -> Change:
    """A message was deleted; the line shows it."""
    return Change(m.case, (Remark("deleted"),))


def sends_file(m: Moment, event: CaseEvent) -> Change:
    """No file is taken; the employee reads what works instead."""
    return Change(m.case, (m.told(words.FILE_REFUSED), Remark("file_refused")))


def cancels(m: Moment, event: CaseEvent) -> Change:
    """It has settled itself."""
    case = resolved(m, "cancelled")
    until = m.office.promise(case.team, m.now + REOPEN_FOR, m.now, case.locale)
    return Change(case, (m.told(words.CANCELLED, until=until), Remark("cancelled")))


def rates(m: Moment, event: CaseEvent) -> Change | Ignored:
    """Settled, or not yet: then the case goes on."""
    assert isinstance(event, Rates)
    if m.case.satisfied is not None:
        return Ignored("it was asked, and answered, once")
    rated = replace(m, case=replace(m.case, satisfied=event.satisfied))
    if event.satisfied:
        return Change(rated.case, (m.told(words.THANKS_FOR_RATING), Remark("satisfied")))
    again = writes_again(rated, event)
    if isinstance(again, Ignored):
        return again
    return replace(again, effects=(Remark("unsatisfied"), *again.effects))


def withdraws(m: Moment, event: CaseEvent) -> Change | Ignored:
    """What was said in the case is deleted."""
    if not m.case.number:
        return Ignored("there is no case")
    case = replace(ended(m.case), state="muted", closed_at=m.now, owner=m.case.owner)
    return Change(case, (m.told(words.WITHDRAWN), Remark("withdrawn"), DropCaseText()))


def erases(m: Moment, event: CaseEvent) -> Change | Ignored:
    """The person is deleted with everything about them, the case among it: there is nothing left to write in."""
    if not m.case.number:
        return Ignored("there is no case")
    return Change(replace(ended(m.case), state="erased", closed_at=m.now))


def leaves(m: Moment, event: CaseEvent) -> Change:
    """Coordinators are told; nothing else changes."""
    return Change(m.case, (Remark("left"),))


def lets_others_read(m: Moment, event: CaseEvent) -> Change:
    """Both sides are told; the case goes on there, for whoever asks others in means them to read."""
    return Change(m.case, (m.told(words.READ_BY_OTHERS), Remark("read_by_others")))


# --- Time ----------------------------------------------------------------------------------------------------------


def reminder(m: Moment, event: CaseEvent) -> Change:
    """The employee is reminded, once."""
    return Change(replace(m.case, remind_at=None), (m.told(words.REMINDER), Remark("reminded")))


def no_reply(m: Moment, event: CaseEvent) -> Change:
    """No answer came: resolved, and one message opens it again."""
    case = resolved(m, "no_reply")
    until = m.office.promise(case.team, m.now + REOPEN_FOR, m.now, m.locale)
    return Change(case, (m.told(words.NO_REPLY, until=until), Remark("waiting_over")), (("code", "no_reply"),))


def look_again(m: Moment, event: CaseEvent) -> Change:
    """Nobody has answered by the day that was named: back to the owner, or who stands in."""
    if m.case.owner is None or m.office.present(m.case.owner, m.now):
        remark = Remark("no_answer" if m.case.state == "waiting_employee" else "look_again")
        return Change(replace(m.case, state="claimed"), (remark,))
    return _without_owner(replace(m, case=replace(m.case, state="claimed")), "owner_away")


def closes(m: Moment, event: CaseEvent) -> Change:
    """The time to go on with the case is over."""
    return Change(replace(ended(m.case), state="closed", closed_at=m.now), (Remark("closed"),))


def day_ends(m: Moment, event: CaseEvent) -> Change:
    """A working day without any action: somebody else may take it."""
    case = replace(m.case, state="open", owner=None, owner_name="")
    return Change(case, (replace(m, case=case).told(words.TO_QUEUE), Remark("day_ended")))


def owner_gone(m: Moment, event: CaseEvent) -> Change:
    """The owner lost the role."""
    return _without_owner(m, "owner_gone")


def owner_away(m: Moment, event: CaseEvent) -> Change:
    """The owner is absent."""
    return _without_owner(m, "owner_away")


def owner_away_waiting(m: Moment, event: CaseEvent) -> Change | Ignored:
    """Nobody has to act now, so only a deputy takes it; without one the employee's answer finds the queue."""
    if m.case.owner is None or m.office.deputy(m.case.owner, m.now) is None:
        return Ignored("nobody has to act before the waiting ends")
    return _without_owner(m, "owner_away")


def team_gone(m: Moment, event: CaseEvent) -> Change | Ignored:
    """The content has no such team any more: the case goes to the one that takes whatever belongs to no other."""
    if not m.case.number:
        return Ignored("there is no case")
    former, team = m.case.team, m.office.team_now(m.case.team)
    if team == former:
        return Ignored("the team is there")
    case = replace(m.case, team=team)
    if case.state in UNFINISHED and case.replied_at is None and case.first_due is None:
        case = replace(case, first_due=m.office.first_due(team, m.now))  # nobody could promise anything before
    told = (told_of_team(replace(m, case=case)),) if case.state == "open" else ()
    return Change(
        case, (*told, Remark("team_gone", (("former", former), ("team", team)))), (("former", former), ("to", team))
    )


def alarm(m: Moment, event: CaseEvent) -> Change | Ignored:
    """A due time comes near, or has passed; what is told is how it stands now, not when the timer was set."""
    due = due_of(m.case)
    timer = next((one for one in timers_of(m.case, m.now, m.office) if one.what in STAGES), None)
    if due is None or timer is None:
        return Ignored("it was about something that has been done meanwhile")
    if timer.due_at > m.now:
        return Change(m.case)  # nobody is there now, as after a night without power: the timer is set anew
    case = replace(m.case, alarm=STAGES[timer.what])
    to = called_to_text(called(case, case.alarm, m.now, m.office))
    return Change(case, (Remark(timer.what, (("until", due.isoformat()), ("to", to))),))
