"""The rules of a case, as one table: every state by every event. Nothing else decides what becomes of a case.

``decide(case, event, now, office)`` is a pure function. It gives a ``CaseTurn`` (new facts, timers, what is said and done, the
audit row), ``Ignored`` (nothing happens, and why) or ``Refused`` (nothing happens, and the coordinator reads this sentence).

Reasons for the shape of the table
- **Only the employee opens a case**, so every coordinator's cell under *bot* and *requested* refuses.
- **An offer is no event of a case.** It is a question Lotse asked in a conversation that has none: it stands in the dialogue's
  state, lapses there with its age and is declined there (``dialogue/policy.py``), without a row, a timer or an audit of
  something nobody wanted. *requested* is how that looks from here: no case, and a yes would open one. Nor is the question
  how a case stands an event: it is answered from the facts, and changes none.
- **A person has the word from claimed on.** ``silent_from`` notes the version of that moment; the outbox drops what Lotse
  decided before it. The employee's messages, people's replies and notices are never dropped.
- **Waiting is claimed with a clock that stands.** Any message of the employee wakes the owner, whichever of the two
  waitings it was: somebody who writes is not waiting any more. A day that was named brings the case back to its owner;
  only a question without one is given up when nobody answers it. Due times move by the working time that was waited.
- **resolved is not the end.** For 14 days one message goes back to the same coordinator, if they are there; a colleague
  who is away is not woken, the queue is. Then the case is closed for good, and the next wish for a person is a new case.
- **A conversation has one case that goes on.** Where another one opens, a case that was resolved or given to Lotse is closed
  (*opens_another*): what the employee writes joins the new one, so nobody could go on with the old.
- **A case given to Lotse** (state *bot* with a number) keeps its number when the employee asks for a person again: the
  same conversation about the same matter. It is closed after the same 14 days.
- **A team that is gone** from the content leaves its cases to the general team, in whatever state they are; whoever has one
  keeps it. Were they left as they are, nobody could see them, and no calendar would promise anything.
- **muted and erased** hold no text. In *muted* the row is left so that coordinators see what became of it; in *erased*
  only the audit is.
- **Timers follow from the facts.** They are all replaced with every turn (``timers_of``), so none is forgotten and none
  outlives its reason.
- **A stale page** (a version older than the case's) may still reply and note, because people's words are never thrown
  away; whatever else it wants is refused, with the more telling sentence first (*Diesen Fall hat gerade ...*).

Rejected: one method per event with conditions on the state inside (nobody sees the cell that is missing), and a library
for state machines (the table is the smallest part of this).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.handoff import case_words as words
from bot.handoff import coordinator_moves as by_staff
from bot.handoff import employee_moves as by_user
from bot.handoff.case_events import CaseEvent, Replies, actor_of
from bot.handoff.case_moment import Change, Ignored, Moment, Refused, Rule, since_and_due, timers_of
from bot.handoff.office import Office
from bot.handoff.relaying import as_meant
from bot.model import SILENT, CaseFacts, CaseState, CaseTurn

FINE_WHEN_STALE = frozenset({"replies", "notes", "revises"})
"""What a page may do that has not seen the latest change."""

READS_LAST_WORDS = frozenset({"waits_employee", "waits_third", "resolves"})
"""What nobody should decide who has not read the employee's last words: each of them says that nothing is to be done just now."""

Outcome = CaseTurn | Refused | Ignored


@dataclass(frozen=True, slots=True)
class Goes:
    """A cell that leads on: the rule that says how, and every state it may lead to; none: it stays in the one it is in."""

    rule: Rule
    to: tuple[CaseState, ...] = ()


Cell = Goes | Ignored | Refused


def decide(
    case: CaseFacts,
    event: CaseEvent,
    now: datetime,
    office: Office,
    version: int | None = None,
    *,
    encrypted: bool = False,
) -> Outcome:
    """What follows from this event.

    ``version``: the one the coordinator's page showed, None when it does not matter. ``encrypted``: the employee writes from a
    room only those in it can read.
    """
    if isinstance(event, Replies):
        event = as_meant(case, event, office)
    cell = TABLE[event.kind][case.state]
    changed = cell.rule(Moment(case, now, office, encrypted), event) if isinstance(cell, Goes) else cell
    if isinstance(changed, Refused):
        return _about(changed, case)
    stale = version is not None and version != case.version
    if stale and event.kind not in FINE_WHEN_STALE and not isinstance(changed, Ignored):
        return Refused("stale", words.STALE)
    if isinstance(changed, Ignored):
        return changed
    return _finished(case, changed, event, now, office)


def _about(refused: Refused, case: CaseFacts) -> Refused:
    """The sentence with the case's number and the name of who has it."""
    return Refused(refused.why, words.filled(refused.words, name=case.owner_name, number=str(case.number)))


def _finished(before: CaseFacts, change: Change, event: CaseEvent, now: datetime, office: Office) -> CaseTurn:
    """The turn, with what holds for all of them: versions, silence, the standing clock, the alarm, the timers."""
    case = change.case
    if case.state not in ("waiting_employee", "waiting_third") and before.waiting_since is not None:
        case = _clock_goes_on(case, before.waiting_since, now, office)
    moved = (case.state, case.owner, case.team, case.topic) != (before.state, before.owner, before.team, before.topic)
    if moved:
        case = replace(case, version=before.version + 1)
    if case.state in SILENT and before.state not in SILENT:
        case = replace(case, silent_from=case.version)
    if case.alarm == before.alarm and since_and_due(case) != since_and_due(before):
        case = replace(case, alarm="none")
    return CaseTurn(
        event.kind, before, case, change.effects, timers_of(case, now, office), actor_of(event), change.detail
    )


def _clock_goes_on(case: CaseFacts, paused: datetime, now: datetime, office: Office) -> CaseFacts:
    def later(due: datetime | None) -> datetime | None:
        return None if due is None else office.resumed(case.team, due, paused, now)

    return replace(
        case,
        waiting_since=None,
        waiting_until=None,
        give_up_at=None,
        remind_at=None,
        first_due=later(case.first_due),
        solution_due=later(case.solution_due),
    )


# --- The table ---------------------------------------------------------------------------------------------------------

_LOTSE = Ignored("there is no case: Lotse answers")
_GOES_ON = Ignored("the case goes on")
_OVER = Ignored("the case is over for good: Lotse answers")
_GONE = Ignored("the text of the case is deleted")
_NOT_WAITING = Ignored("the case is not waiting any more")
_NOT_CLAIMED = Ignored("nobody has the case")
_STANDS = Ignored("the clock stands while the case waits")
_NO_CASE = Ignored("there is no case")
_RESOLVED_ALREADY = Ignored("the case is resolved already")
_DONE = Ignored("it is so already")

_NOT_OPENED = Refused("not_opened", words.NOT_OPENED)
_WITH_LOTSE = Refused("with_lotse", words.WITH_LOTSE)
_REOPEN_FIRST = Refused("reopen_first", words.REOPEN_FIRST)
_CLAIM_FIRST = Refused("claim_first", words.CLAIM_FIRST)
_TAKEN = Refused("taken", words.TAKEN)
_FINAL = Refused("final", words.FINAL)
_MUTED = Refused("muted", words.MUTED)
_ERASED = Refused("erased", words.ERASED)
_NOT_RESOLVED = Refused("not_resolved", words.NOT_RESOLVED)

_OPENS = Goes(by_user.opens, ("open",))


def row(
    *,
    bot: Cell,
    requested: Cell,
    open: Cell,
    claimed: Cell,
    waiting_employee: Cell,
    waiting_third: Cell,
    resolved: Cell,
    closed: Cell,
    muted: Cell,
    erased: Cell,
) -> Mapping[CaseState, Cell]:
    """One event in every state; none can be left out."""
    return {
        "bot": bot,
        "requested": requested,
        "open": open,
        "claimed": claimed,
        "waiting_employee": waiting_employee,
        "waiting_third": waiting_third,
        "resolved": resolved,
        "closed": closed,
        "muted": muted,
        "erased": erased,
    }


# fmt: off
TABLE: Mapping[str, Mapping[CaseState, Cell]] = {
    # The employee
    "asks": row(
        bot=Goes(by_user.asks, ("open",)), requested=Goes(by_user.asks, ("open",)),
        open=Ignored("the case is open already, and is told so"), claimed=Goes(by_user.joins),
        waiting_employee=Goes(by_user.wakes, ("claimed", "open")),
        waiting_third=Goes(by_user.wakes, ("claimed", "open")),
        resolved=Goes(by_user.asks_again, ("claimed", "open")), closed=_OPENS, muted=_OPENS, erased=_OPENS,
    ),
    "asks_anew": row(
        bot=_OPENS, requested=_OPENS, open=Ignored("the case is open already, and is told so"),
        claimed=Refused("still_running", words.STILL_RUNNING),
        waiting_employee=Refused("still_running", words.STILL_RUNNING),
        waiting_third=Refused("still_running", words.STILL_RUNNING), resolved=_OPENS, closed=_OPENS, muted=_OPENS,
        erased=_OPENS,
    ),
    "opens_another": row(
        bot=Goes(by_user.gives_way, ("closed",)), requested=_NO_CASE, open=_GOES_ON, claimed=_GOES_ON,
        waiting_employee=_GOES_ON, waiting_third=_GOES_ON, resolved=Goes(by_user.gives_way, ("closed",)), closed=_OVER,
        muted=_OVER, erased=_OVER,
    ),
    "accepts": row(
        bot=Goes(by_user.asks, ("open",)), requested=Goes(by_user.asks, ("open",)),
        open=Ignored("the case is open already, and is told so"), claimed=Goes(by_user.joins),
        waiting_employee=Goes(by_user.wakes, ("claimed", "open")),
        waiting_third=Goes(by_user.wakes, ("claimed", "open")),
        resolved=Goes(by_user.asks_again, ("claimed", "open")), closed=_OPENS, muted=_OPENS, erased=_OPENS,
    ),
    "consents": row(
        bot=_NO_CASE, requested=_NO_CASE, open=Goes(by_user.consents), claimed=Goes(by_user.consents),
        waiting_employee=Goes(by_user.consents), waiting_third=Goes(by_user.consents),
        resolved=Goes(by_user.consents), closed=_OVER, muted=_GONE, erased=_GONE,
    ),
    "writes": row(
        bot=_LOTSE, requested=Ignored("Lotse answers on while an offer is pending"), open=Goes(by_user.joins),
        claimed=Goes(by_user.joins), waiting_employee=Goes(by_user.wakes, ("claimed", "open")),
        waiting_third=Goes(by_user.wakes, ("claimed", "open")),
        resolved=Goes(by_user.writes_again, ("claimed", "open")), closed=_OVER,
        muted=Ignored("the case was withdrawn: Lotse answers"), erased=_OVER,
    ),
    "edits": row(
        bot=_LOTSE, requested=_LOTSE, open=Goes(by_user.edits), claimed=Goes(by_user.edits),
        waiting_employee=Goes(by_user.edits), waiting_third=Goes(by_user.edits), resolved=Goes(by_user.edits),
        closed=_OVER, muted=_GONE, erased=_GONE,
    ),
    "deletes": row(
        bot=_LOTSE, requested=_LOTSE, open=Goes(by_user.deletes), claimed=Goes(by_user.deletes),
        waiting_employee=Goes(by_user.deletes), waiting_third=Goes(by_user.deletes), resolved=Goes(by_user.deletes),
        closed=Goes(by_user.deletes), muted=_GONE, erased=_GONE,
    ),
    "sends_file": row(
        bot=_LOTSE, requested=_LOTSE, open=Goes(by_user.sends_file), claimed=Goes(by_user.sends_file),
        waiting_employee=Goes(by_user.sends_file), waiting_third=Goes(by_user.sends_file),
        resolved=Goes(by_user.sends_file), closed=_OVER, muted=_OVER, erased=_OVER,
    ),
    "cancels": row(
        bot=_NO_CASE, requested=_NO_CASE, open=Goes(by_user.cancels, ("resolved",)),
        claimed=Goes(by_user.cancels, ("resolved",)), waiting_employee=Goes(by_user.cancels, ("resolved",)),
        waiting_third=Goes(by_user.cancels, ("resolved",)), resolved=_RESOLVED_ALREADY, closed=_OVER, muted=_GONE,
        erased=_GONE,
    ),
    "rates": row(
        bot=_NO_CASE, requested=_NO_CASE, open=_GOES_ON, claimed=_GOES_ON,
        waiting_employee=_GOES_ON, waiting_third=_GOES_ON,
        resolved=Goes(by_user.rates, ("resolved", "claimed", "open")), closed=_OVER, muted=_GONE, erased=_GONE,
    ),
    "withdraws": row(
        bot=Goes(by_user.withdraws, ("muted",)), requested=_NO_CASE,
        open=Goes(by_user.withdraws, ("muted",)), claimed=Goes(by_user.withdraws, ("muted",)),
        waiting_employee=Goes(by_user.withdraws, ("muted",)), waiting_third=Goes(by_user.withdraws, ("muted",)),
        resolved=Goes(by_user.withdraws, ("muted",)), closed=Goes(by_user.withdraws, ("muted",)), muted=_DONE,
        erased=_GONE,
    ),
    "erases": row(
        bot=Goes(by_user.erases, ("erased",)), requested=_NO_CASE,
        open=Goes(by_user.erases, ("erased",)), claimed=Goes(by_user.erases, ("erased",)),
        waiting_employee=Goes(by_user.erases, ("erased",)), waiting_third=Goes(by_user.erases, ("erased",)),
        resolved=Goes(by_user.erases, ("erased",)), closed=Goes(by_user.erases, ("erased",)),
        muted=Goes(by_user.erases, ("erased",)), erased=_DONE,
    ),
    "leaves": row(
        bot=_LOTSE, requested=_LOTSE, open=Goes(by_user.leaves), claimed=Goes(by_user.leaves),
        waiting_employee=Goes(by_user.leaves), waiting_third=Goes(by_user.leaves), resolved=Goes(by_user.leaves),
        closed=_OVER, muted=_GONE, erased=_GONE,
    ),
    "lets_others_read": row(
        bot=_LOTSE, requested=_LOTSE, open=Goes(by_user.lets_others_read), claimed=Goes(by_user.lets_others_read),
        waiting_employee=Goes(by_user.lets_others_read), waiting_third=Goes(by_user.lets_others_read),
        resolved=_RESOLVED_ALREADY, closed=_OVER, muted=_GONE, erased=_GONE,
    ),
    # A coordinator
    "claims": row(
        bot=_WITH_LOTSE, requested=_NOT_OPENED, open=Goes(by_staff.claims, ("claimed",)),
        claimed=Goes(by_staff.claims_again), waiting_employee=Goes(by_staff.claims_again),
        waiting_third=Goes(by_staff.claims_again), resolved=_REOPEN_FIRST, closed=_FINAL, muted=_MUTED,
        erased=_ERASED,
    ),
    "replies": row(
        bot=_WITH_LOTSE, requested=_NOT_OPENED, open=Goes(by_staff.replies_first, ("claimed",)),
        claimed=Goes(by_staff.replies), waiting_employee=Goes(by_staff.replies), waiting_third=Goes(by_staff.replies),
        resolved=_REOPEN_FIRST, closed=_FINAL, muted=_MUTED, erased=_ERASED,
    ),
    "notes": row(
        bot=Goes(by_staff.notes), requested=_NOT_OPENED, open=Goes(by_staff.notes), claimed=Goes(by_staff.notes),
        waiting_employee=Goes(by_staff.notes), waiting_third=Goes(by_staff.notes), resolved=Goes(by_staff.notes),
        closed=_FINAL, muted=_MUTED, erased=_ERASED,
    ),
    "revises": row(
        bot=Goes(by_staff.revises), requested=_NOT_OPENED, open=Goes(by_staff.revises),
        claimed=Goes(by_staff.revises), waiting_employee=Goes(by_staff.revises), waiting_third=Goes(by_staff.revises),
        resolved=Goes(by_staff.revises), closed=_FINAL, muted=_MUTED, erased=_ERASED,
    ),
    "to_person": row(
        bot=_WITH_LOTSE, requested=_NOT_OPENED, open=Goes(by_staff.to_person, ("claimed",)),
        claimed=Goes(by_staff.to_person), waiting_employee=Goes(by_staff.to_person),
        waiting_third=Goes(by_staff.to_person), resolved=_REOPEN_FIRST, closed=_FINAL, muted=_MUTED, erased=_ERASED,
    ),
    "to_team": row(
        bot=_WITH_LOTSE, requested=_NOT_OPENED, open=Goes(by_staff.to_team),
        claimed=Goes(by_staff.to_team, ("open",)), waiting_employee=Goes(by_staff.to_team, ("open",)),
        waiting_third=Goes(by_staff.to_team, ("open",)), resolved=_REOPEN_FIRST, closed=_FINAL, muted=_MUTED,
        erased=_ERASED,
    ),
    "to_topic": row(
        bot=_WITH_LOTSE, requested=_NOT_OPENED, open=Goes(by_staff.to_topic),
        claimed=Goes(by_staff.to_topic, ("claimed", "open")),
        waiting_employee=Goes(by_staff.to_topic, ("waiting_employee", "open")),
        waiting_third=Goes(by_staff.to_topic, ("waiting_third", "open")), resolved=_REOPEN_FIRST, closed=_FINAL,
        muted=_MUTED, erased=_ERASED,
    ),
    "waits_employee": row(
        bot=_WITH_LOTSE, requested=_NOT_OPENED, open=_CLAIM_FIRST,
        claimed=Goes(by_staff.waits_employee, ("waiting_employee",)), waiting_employee=Goes(by_staff.waits_employee),
        waiting_third=Goes(by_staff.waits_employee, ("waiting_employee",)), resolved=_REOPEN_FIRST, closed=_FINAL,
        muted=_MUTED, erased=_ERASED,
    ),
    "waits_third": row(
        bot=_WITH_LOTSE, requested=_NOT_OPENED, open=_CLAIM_FIRST,
        claimed=Goes(by_staff.waits_third, ("waiting_third",)),
        waiting_employee=Goes(by_staff.waits_third, ("waiting_third",)), waiting_third=Goes(by_staff.waits_third),
        resolved=_REOPEN_FIRST, closed=_FINAL, muted=_MUTED, erased=_ERASED,
    ),
    "goes_on": row(
        bot=_WITH_LOTSE, requested=_NOT_OPENED, open=_CLAIM_FIRST, claimed=_DONE,
        waiting_employee=Goes(by_staff.goes_on, ("claimed",)), waiting_third=Goes(by_staff.goes_on, ("claimed",)),
        resolved=_REOPEN_FIRST, closed=_FINAL, muted=_MUTED, erased=_ERASED,
    ),
    "resolves": row(
        bot=_WITH_LOTSE, requested=_NOT_OPENED, open=_CLAIM_FIRST,
        claimed=Goes(by_staff.resolves, ("resolved",)), waiting_employee=Goes(by_staff.resolves, ("resolved",)),
        waiting_third=Goes(by_staff.resolves, ("resolved",)), resolved=_RESOLVED_ALREADY, closed=_FINAL, muted=_MUTED,
        erased=_ERASED,
    ),
    "sends_transcript": row(
        bot=_WITH_LOTSE, requested=_NOT_OPENED, open=_CLAIM_FIRST, claimed=Goes(by_staff.sends_transcript),
        waiting_employee=Goes(by_staff.sends_transcript), waiting_third=Goes(by_staff.sends_transcript),
        resolved=Goes(by_staff.sends_transcript), closed=_FINAL, muted=_MUTED, erased=_ERASED,
    ),
    "to_queue": row(
        bot=_WITH_LOTSE, requested=_NOT_OPENED, open=_DONE, claimed=Goes(by_staff.to_queue, ("open",)),
        waiting_employee=Goes(by_staff.to_queue, ("open",)), waiting_third=Goes(by_staff.to_queue, ("open",)),
        resolved=_REOPEN_FIRST, closed=_FINAL, muted=_MUTED, erased=_ERASED,
    ),
    "to_bot": row(
        bot=_DONE, requested=_NOT_OPENED, open=_CLAIM_FIRST,
        claimed=Goes(by_staff.to_bot, ("bot",)), waiting_employee=Goes(by_staff.to_bot, ("bot",)),
        waiting_third=Goes(by_staff.to_bot, ("bot",)), resolved=_RESOLVED_ALREADY, closed=_FINAL, muted=_MUTED,
        erased=_ERASED,
    ),
    "reopens": row(
        bot=Goes(by_staff.reopens, ("claimed",)), requested=_NOT_OPENED, open=_NOT_RESOLVED, claimed=_TAKEN,
        waiting_employee=_TAKEN, waiting_third=_TAKEN, resolved=Goes(by_staff.reopens, ("claimed",)), closed=_FINAL,
        muted=_MUTED, erased=_ERASED,
    ),
    # Time
    "reminder": row(
        bot=_NOT_WAITING, requested=_NO_CASE, open=_NOT_WAITING, claimed=_NOT_WAITING,
        waiting_employee=Goes(by_user.reminder), waiting_third=Ignored("the employee is not asked for anything"),
        resolved=_NOT_WAITING, closed=_NOT_WAITING, muted=_GONE, erased=_GONE,
    ),
    "waiting_over": row(
        bot=_NOT_WAITING, requested=_NO_CASE, open=_NOT_WAITING, claimed=_NOT_WAITING,
        waiting_employee=Goes(by_user.look_again, ("claimed", "open")),
        waiting_third=Goes(by_user.look_again, ("claimed", "open")), resolved=_NOT_WAITING, closed=_NOT_WAITING,
        muted=_GONE, erased=_GONE,
    ),
    "gives_up": row(
        bot=_NOT_WAITING, requested=_NO_CASE, open=_NOT_WAITING, claimed=_NOT_WAITING,
        waiting_employee=Goes(by_user.no_reply, ("resolved",)),
        waiting_third=Ignored("the employee is not asked for anything"), resolved=_NOT_WAITING, closed=_NOT_WAITING,
        muted=_GONE, erased=_GONE,
    ),
    "reopen_over": row(
        bot=Goes(by_user.closes, ("closed",)), requested=_NO_CASE, open=_GOES_ON, claimed=_GOES_ON,
        waiting_employee=_GOES_ON, waiting_third=_GOES_ON, resolved=Goes(by_user.closes, ("closed",)), closed=_DONE,
        muted=_GONE, erased=_GONE,
    ),
    "day_ends": row(
        bot=_NO_CASE, requested=_NO_CASE, open=_NOT_CLAIMED, claimed=Goes(by_user.day_ends, ("open",)),
        waiting_employee=_STANDS, waiting_third=_STANDS, resolved=_NOT_CLAIMED, closed=_OVER, muted=_GONE,
        erased=_GONE,
    ),
    "owner_gone": row(
        bot=_LOTSE, requested=_NO_CASE, open=_NOT_CLAIMED, claimed=Goes(by_user.owner_gone, ("claimed", "open")),
        waiting_employee=Goes(by_user.owner_gone, ("waiting_employee", "open")),
        waiting_third=Goes(by_user.owner_gone, ("waiting_third", "open")),
        resolved=Ignored("whoever is there takes it if it is opened again"), closed=_OVER, muted=_GONE, erased=_GONE,
    ),
    "owner_away": row(
        bot=_LOTSE, requested=_NO_CASE, open=_NOT_CLAIMED, claimed=Goes(by_user.owner_away, ("claimed", "open")),
        waiting_employee=Goes(by_user.owner_away_waiting), waiting_third=Goes(by_user.owner_away_waiting),
        resolved=Ignored("whoever is there takes it if it is opened again"), closed=_OVER, muted=_GONE, erased=_GONE,
    ),
    "team_gone": row(
        bot=Goes(by_user.team_gone), requested=_NO_CASE, open=Goes(by_user.team_gone), claimed=Goes(by_user.team_gone),
        waiting_employee=Goes(by_user.team_gone), waiting_third=Goes(by_user.team_gone),
        resolved=Goes(by_user.team_gone), closed=_OVER, muted=_GONE, erased=_GONE,
    ),
    "sla_warning": row(
        bot=_LOTSE, requested=_NO_CASE, open=Goes(by_user.alarm), claimed=Goes(by_user.alarm),
        waiting_employee=_STANDS, waiting_third=_STANDS, resolved=_RESOLVED_ALREADY, closed=_OVER, muted=_GONE,
        erased=_GONE,
    ),
    "sla_breach": row(
        bot=_LOTSE, requested=_NO_CASE, open=Goes(by_user.alarm), claimed=Goes(by_user.alarm),
        waiting_employee=_STANDS, waiting_third=_STANDS, resolved=_RESOLVED_ALREADY, closed=_OVER, muted=_GONE,
        erased=_GONE,
    ),
    "sla_lead": row(
        bot=_LOTSE, requested=_NO_CASE, open=Goes(by_user.alarm), claimed=Goes(by_user.alarm),
        waiting_employee=_STANDS, waiting_third=_STANDS, resolved=_RESOLVED_ALREADY, closed=_OVER, muted=_GONE,
        erased=_GONE,
    ),
}
# fmt: on

__all__ = ["READS_LAST_WORDS", "TABLE", "Goes", "Ignored", "Outcome", "Refused", "decide"]
