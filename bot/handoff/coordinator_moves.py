"""What a coordinator does to a case: the rules behind the cells of ``case_states.py``.

Only who has the case acts on it. Two things anybody of the team may do: write a note, and hand the case over (so a colleague who
fell ill holds nothing up), and that takes a note.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.handoff import case_words as words
from bot.handoff.case_events import (
    CaseEvent,
    Claims,
    Notes,
    Reopens,
    Replies,
    Resolves,
    ReturnsFromWaiting,
    ReturnsToBot,
    ReturnsToQueue,
    RevisesLine,
    SendsTranscript,
    TransfersToPerson,
    TransfersToTeam,
    TransfersToTopic,
    WaitsForEmployee,
    WaitsForThird,
)
from bot.handoff.case_moment import REOPEN_FOR, Change, Ignored, Moment, Refused, away_until, ended, resolved, taken_up
from bot.handoff.case_presses import of_case
from bot.handoff.case_text import MOST_CHARACTERS, is_note, note_text, parse
from bot.handoff.leaving import told_of_team, with_place
from bot.model import (
    SILENT,
    CaseEffect,
    CaseFacts,
    CaseState,
    GiveTranscript,
    Locale,
    Note,
    Relay,
    Remark,
    Reply,
    Revise,
    Staff,
    Tell,
)

EDIT_FOR = timedelta(hours=24)
"""An older reply is corrected by a new one: who read it yesterday does not look for changes in it."""
REMIND_AFTER_DAYS, GIVE_UP_AFTER_DAYS = 3, 10
"""Working days until the employee is reminded of a question, and until the case is closed without an answer."""
SHORTEST_NOTE = 10
"""Characters a note must have when a case changes hands."""


def _owned(m: Moment, by: Staff, *, to_act: words.Sentences = words.NOT_YOURS) -> Refused | None:
    """None when this coordinator has the case."""
    return None if m.case.owner == by.id else Refused("not_owner", to_act)


def _taken_by(m: Moment, staff: Staff, state: CaseState = "claimed") -> CaseFacts:
    return replace(m.case, state=state, owner=staff.id, owner_name=staff.name)


def claims(m: Moment, event: CaseEvent) -> Change:
    """The coordinator has the case from now on."""
    assert isinstance(event, Claims)
    case = _taken_by(m, event.by)
    tell = replace(m, case=case).told(words.CLAIMED)
    return Change(case, (tell, Remark("claimed", (("name", event.by.name),))))


def claims_again(m: Moment, event: CaseEvent) -> Refused | Ignored:
    """Somebody has it already."""
    assert isinstance(event, Claims)
    if m.case.owner == event.by.id:
        return Ignored("the case is theirs already")
    return Refused("taken", words.TAKEN)


def _usable(text: str) -> Refused | None:
    """None when these words may go to an employee."""
    if not text.strip() or not parse(text):
        return Refused("empty", words.EMPTY)
    if is_note(text):
        return Refused("note", words.LOOKS_LIKE_A_NOTE)
    return _too_long(text)


def _too_long(text: str) -> Refused | None:
    if len(text) <= MOST_CHARACTERS:
        return None
    numbers = {"length": str(len(text)), "most": str(MOST_CHARACTERS)}
    return Refused("too_long", words.filled(words.TOO_LONG, **numbers))


def _relay(by: Staff, text: str, locale: Locale) -> Relay:
    return Relay(by.id, by.name, text, Reply(parse(text), locale, person=by.name))


def _answered(m: Moment) -> CaseFacts:
    """Nothing is unanswered. Whoever writes outside of the opening hours is there: the employee is not told otherwise."""
    case = replace(m.case, replied_at=m.case.replied_at or m.now, unanswered_since=None, next_due=None)
    return replace(case, away_until=away_until(case.team, m.now, m.office) or case.away_until)


def replies(m: Moment, event: CaseEvent) -> Change | Refused:
    """Words for the employee, from who has the case."""
    assert isinstance(event, Replies)
    refused = _owned(m, event.by) or _usable(event.text)
    if refused is not None:
        return refused
    return Change(_answered(m), (_relay(event.by, event.text, m.locale),))


def replies_first(m: Moment, event: CaseEvent) -> Change | Refused:
    """The first reply claims the case."""
    assert isinstance(event, Replies)
    refused = _usable(event.text)
    if refused is not None:
        return refused
    claimed = claims(m, Claims(event.by))
    relay = _relay(event.by, event.text, m.locale)
    return replace(claimed, case=_answered(replace(m, case=claimed.case)), effects=(*claimed.effects, relay))


def notes(m: Moment, event: CaseEvent) -> Change | Refused:
    """Words for the other coordinators."""
    assert isinstance(event, Notes)
    if not event.text.strip():
        return Refused("empty", words.EMPTY)
    return _too_long(event.text) or Change(m.case, (Note(event.by.id, event.by.name, event.text.strip()),))


def revises(m: Moment, event: CaseEvent) -> Change | Refused:
    """A young reply is changed in place; an older one is corrected by a new line, if the case is still theirs."""
    assert isinstance(event, RevisesLine)
    if event.author != event.by.id:
        return Refused("not_author", words.ONLY_OWN_LINES)
    if event.text is None:
        return Change(m.case, (Revise(event.line, None, None),))
    if is_note(event.text):
        return Refused("note", words.REPLY_NOT_A_NOTE)
    refused = _usable(event.text)
    if refused is not None:
        return refused
    reply = Reply(parse(event.text), m.locale, person=event.by.name)
    if m.now - event.written_at <= EDIT_FOR:
        return Change(m.case, (Revise(event.line, event.text, reply),))
    corrected = f"**{words.CORRECTION[m.locale]}** {event.text}"
    return _owned(m, event.by) or Change(m.case, (_relay(event.by, corrected, m.locale),))


def _noted(note: str) -> Refused | None:
    if len(note_text(note) if is_note(note) else note.strip()) < SHORTEST_NOTE:
        return Refused("note_too_short", words.filled(words.NOTE_TOO_SHORT, least=str(SHORTEST_NOTE)))
    return _too_long(note)


def to_person(m: Moment, event: CaseEvent) -> Change | Refused | Ignored:
    """Hands over, or takes over: whoever looks after the team may do both, with a note."""
    assert isinstance(event, TransfersToPerson)
    if m.case.owner == event.to.id:
        return Ignored("the case is theirs already")
    if "coordinator" not in event.to.roles:
        return Refused("not_coordinator", words.filled(words.NOT_A_COORDINATOR, name=event.to.name))
    refused = _there(m, event.to) or _noted(event.note)
    if refused is not None:
        return refused
    state: CaseState = m.case.state if m.case.state in SILENT else "claimed"
    case = _taken_by(m, event.to, state)
    told = replace(m, case=case).told(words.CLAIMED if m.case.owner is None else words.TRANSFERRED)
    theirs = m.office.speaks_for(event.to.id, case.team)
    tell = told if theirs == case.team else with_place(m, told, theirs)
    remark = Remark("to_person", (("by", event.by.name), ("name", event.to.name)))
    if event.by.id == event.to.id:
        remark = Remark("to_self", (("name", event.to.name),))
    note = Note(event.by.id, event.by.name, event.note.strip())
    return Change(case, (tell, remark, note), (("to", event.to.id),))


def _there(m: Moment, colleague: Staff) -> Refused | None:
    """None when this colleague can take a case now. From somebody absent it would go on to the deputy at once, and the
    employee would read of two takeovers in a minute."""
    if m.office.present(colleague.id, m.now):
        return None
    deputy = m.office.deputy(colleague.id, m.now)
    if deputy is None:
        return Refused("is_away", words.filled(words.IS_AWAY, colleague=colleague.name))
    return Refused("is_away", words.filled(words.IS_AWAY_WITH_DEPUTY, colleague=colleague.name, deputy=deputy.name))


def to_team(m: Moment, event: CaseEvent) -> Change | Refused:
    """To another team's queue."""
    assert isinstance(event, TransfersToTeam)
    if event.team == m.case.team:
        return Refused("same_team", words.SAME_TEAM)
    if m.office.team_name(event.team, "de") == event.team:
        return Refused("unknown_team", words.UNKNOWN_TEAM)
    return _noted(event.note) or _given_to(m, event, event.team, event.note)


def _given_to(m: Moment, event: TransfersToTeam | TransfersToTopic, team: str, note: str) -> Change:
    case = replace(m.case, state="open", team=team, owner=None, owner_name="")
    tell = told_of_team(replace(m, case=case))
    remark = Remark("to_team", (("by", event.by.name), ("team", team)))
    return Change(case, (tell, remark, Note(event.by.id, event.by.name, note.strip())), (("to", team),))


def to_topic(m: Moment, event: CaseEvent) -> Change | Refused:
    """Names the topic; when it is another team's, the case goes there."""
    assert isinstance(event, TransfersToTopic)
    team = m.office.team_of(event.topic)
    if team is None:
        return Refused("unknown_topic", words.UNKNOWN_TOPIC)
    refused = _noted(event.note)
    if refused is not None:
        return refused
    named = replace(m, case=replace(m.case, topic=event.topic))
    remark = Remark("to_topic", (("by", event.by.name), ("topic", event.topic)))
    if team == m.case.team:
        note = Note(event.by.id, event.by.name, event.note.strip())
        return Change(named.case, (remark, note), (("topic", event.topic),))
    given = _given_to(named, event, team, event.note)
    return replace(given, effects=(remark, *given.effects), detail=(("topic", event.topic), *given.detail))


def waits_employee(m: Moment, event: CaseEvent) -> Change | Refused:
    """Asks, and waits: the employee is reminded once. On the day that was named the case comes back; without one it is closed."""
    assert isinstance(event, WaitsForEmployee)
    refused = _owned(m, event.by) or _usable(event.question) or _later(m, event.until)
    if refused is not None:
        return refused
    over = m.office.after_days(m.case.team, m.now, GIVE_UP_AFTER_DAYS)
    remind = m.office.after_days(m.case.team, m.now, REMIND_AFTER_DAYS)
    case = replace(
        _answered(m),
        state="waiting_employee",
        waiting_since=m.case.waiting_since or m.now,
        waiting_until=event.until,
        give_up_at=over if event.until is None else None,
        remind_at=remind if event.until is None or remind < event.until else None,
    )
    remark = Remark("waits_employee", (("by", event.by.name),))
    return Change(case, (_relay(event.by, event.question, m.locale), remark))


def waits_third(m: Moment, event: CaseEvent) -> Change | Refused:
    """Waits for somebody else; the employee is told until when."""
    assert isinstance(event, WaitsForThird)
    refused = _owned(m, event.by) or _later(m, event.until) or (_usable(event.text) if event.text else None)
    if refused is not None:
        return refused
    case = replace(
        _answered(m),
        state="waiting_third",
        waiting_since=m.case.waiting_since or m.now,
        waiting_until=event.until,
        give_up_at=None,
        remind_at=None,
    )
    until = m.office.promise(case.team, event.until, m.now, m.locale)
    tell: CaseEffect = (
        _relay(event.by, event.text, m.locale) if event.text else m.told(words.WAITING_THIRD, until=until)
    )
    return Change(case, (tell, Remark("waits_third", (("by", event.by.name), ("until", event.until.isoformat())))))


def _later(m: Moment, until: datetime | None) -> Refused | None:
    return Refused("until_past", words.UNTIL_PAST) if until is not None and until <= m.now else None


def goes_on(m: Moment, event: CaseEvent) -> Change | Refused:
    """The waiting is over."""
    assert isinstance(event, ReturnsFromWaiting)
    by = event.by
    return _owned(m, by) or Change(replace(m.case, state="claimed"), (Remark("goes_on"),))


def resolves(m: Moment, event: CaseEvent) -> Change | Refused:
    """The last line, then the notice; the question whether it is settled is asked once per case, if at all."""
    assert isinstance(event, Resolves)
    refused = _owned(m, event.by) or (_usable(event.summary) if event.summary.strip() else None)
    if refused is not None:
        return refused
    answered = replace(m, case=_answered(m)) if event.summary.strip() else m
    case = replace(resolved(answered, event.code), owner=event.by.id, owner_name=event.by.name)
    effects: list[CaseEffect] = []
    if event.summary.strip():
        effects.append(_relay(event.by, event.summary, m.locale))
    until = m.office.promise(case.team, m.now + REOPEN_FOR, m.now, m.locale)
    notice = replace(m, case=case).told(words.RESOLVED, until=until)
    if event.ask_satisfaction and case.satisfied is None:
        asked = words.told(
            words.SATISFACTION, m.locale, choices=of_case(words.satisfaction_choices(m.locale), m.case.number)
        )
        notice = Tell(replace(asked, blocks=(*notice.reply.blocks, *asked.blocks)))
    remark = Remark("resolved", (("by", event.by.name), ("code", event.code)))
    return Change(case, (*effects, notice, remark), (("code", event.code),))


def sends_transcript(m: Moment, event: CaseEvent) -> Change | Refused:
    """The employee gets what was said, as messages of their own conversation."""
    assert isinstance(event, SendsTranscript)
    by = event.by
    return _owned(m, by) or Change(m.case, (GiveTranscript(), Remark("transcript", (("by", by.name),))))


def to_queue(m: Moment, event: CaseEvent) -> Change | Refused:
    """Back to the queue, with or without a note."""
    assert isinstance(event, ReturnsToQueue)
    refused = _owned(m, event.by) or (_too_long(event.note) if event.note else None)
    if refused is not None:
        return refused
    case = replace(m.case, state="open", owner=None, owner_name="")
    note = (Note(event.by.id, event.by.name, event.note.strip()),) if event.note.strip() else ()
    tell = replace(m, case=case).told(words.TO_QUEUE)
    return Change(case, (tell, Remark("to_queue", (("by", event.by.name),)), *note))


def to_bot(m: Moment, event: CaseEvent) -> Change | Refused:
    """Lotse answers again; the case can be taken up for as long as a resolved one."""
    assert isinstance(event, ReturnsToBot)
    by = event.by
    refused = _owned(m, by)
    if refused is not None:
        return refused
    case = replace(ended(m.case), state="bot", resolved_at=m.now, owner=by.id, owner_name=by.name)
    case = replace(case, reopen_until=m.now + REOPEN_FOR)
    return Change(case, (replace(m, case=case).told(words.TO_BOT), Remark("to_bot", (("by", by.name),))))


def reopens(m: Moment, event: CaseEvent) -> Change:
    """The case is taken up again by who pressed."""
    assert isinstance(event, Reopens)
    by = event.by
    case = _taken_by(replace(m, case=taken_up(m)), by)
    return Change(case, (replace(m, case=case).told(words.REOPENED), Remark("reopened")))
