"""Which of a coordinator's words reach the employee, and which stay among coordinators.

Only who has the case is relayed, and what begins with a slash never. Where a team relays *explicitly*, because what its people
discuss beside a case must not slip out, words reach the employee only when somebody chose to reply; whatever else is written
is a note. ``decide`` asks here for every reply, so no desk has a way around it; a desk in a chat begins with ``written``.
"""

from bot.handoff.case_events import Notes, Replies
from bot.handoff.case_text import is_note, note_text
from bot.handoff.office import Office
from bot.model import CaseFacts, Staff


def written(case: CaseFacts, by: Staff, text: str) -> Replies | Notes:
    """What a message means that somebody just wrote into the thread of a case, choosing neither reply nor note."""
    speaks = case.state == "open" or case.owner == by.id
    return Replies(by, text) if speaks else Notes(by, text)


def as_meant(case: CaseFacts, event: Replies, office: Office) -> Replies | Notes:
    """The reply, or the note it is after all."""
    if is_note(event.text):
        return Notes(event.by, note_text(event.text))
    if office.relays_all(case.team) or event.on_purpose:
        return event
    return Notes(event.by, event.text)
