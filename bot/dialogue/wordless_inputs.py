"""What is no words of the employee: timers, changed and deleted messages, files, signs, and who comes or leaves.

Lotse says something only where nobody else could: that a file or a message cannot be read, or where the case goes on.
"""

from dataclasses import replace

from bot.dialogue import wording
from bot.dialogue.moving_case import moved, moves, silently
from bot.dialogue.situation import Situation, finish
from bot.dialogue.turn import Turn
from bot.handoff import case_words
from bot.handoff.case_events import (
    TIME_KINDS,
    DeletesMessage,
    EditsMessage,
    Leaves,
    LetsOthersRead,
    SendsFile,
    Time,
    TimeKind,
    Writes,
)
from bot.model import (
    CASE_TIMER,
    SILENT,
    UNFINISHED,
    AskedToVerify,
    CaseFacts,
    Edited,
    KeepEdit,
    LedToCase,
    Left,
    Paragraph,
    Reacted,
    ReadByOthers,
    Reason,
    Removed,
    SentFile,
    Span,
    TimerDue,
    Unreadable,
    Utterance,
)

NO_WORDS = "no_words"


def timer_due(s: Situation) -> Turn | None:
    """A timer of the case: ``case:<number>:<what>``. No other is set yet, and none of them is answered in words."""
    if not isinstance(s.input, TimerDue):
        return None
    number, _, what = s.input.kind.removeprefix(CASE_TIMER).partition(":")
    kind: TimeKind | None = next((each for each in TIME_KINDS if each == what), None)
    silent = Turn(s.state, (), Reason("timer", s.input.kind), "silent")
    if kind is None or s.state.case is None or str(s.state.case.number) != number:
        return silent
    return replace(silent, effects=moves(s, Time(kind)))


def revised(s: Situation) -> Turn | None:
    """A message was changed or deleted: that is kept, and nothing is said about it.

    What was changed is answered anew where Lotse has the word; then it comes here as an Utterance (``policy.py``).
    """
    match s.input:
        case Edited(of=of, text=text):
            return silently(s, EditsMessage(), KeepEdit(of, text))
        case Removed(of=of):
            return silently(s, DeletesMessage(), KeepEdit(of, None))
    return None


def answered_anew(case: CaseFacts | None, given: Edited) -> bool:
    """Whether Lotse answers a changed message: it has words, and no coordinator has it or is about to."""
    return bool(given.text.strip()) and (case is None or case.state not in UNFINISHED)


def unreadable(s: Situation) -> Turn | None:
    """Nobody can answer what nobody can read, so this is said even where a coordinator has the word."""
    if not isinstance(s.input, Unreadable):
        return None
    return finish(s, "control", "unreadable", (wording.say(case_words.UNREADABLE, s.locale),), notice=True)


def asked_to_verify(s: Situation) -> Turn | None:
    """An offer to verify Lotse, which nobody can take up: how it is trusted instead. It is about no case."""
    if not isinstance(s.input, AskedToVerify):
        return None
    said = wording.say(wording.TRUSTED_BY_SIGNATURE, s.locale)
    key = Paragraph((Span(s.input.fingerprint, code=True),))
    return replace(finish(s, "control", "asked_to_verify", (said, key), notice=True), aside=True)


def led_to_case(s: Situation) -> Turn | None:
    """Who wrote below a message of their case looks for the answer there; it stands where the case goes on."""
    if not isinstance(s.input, LedToCase):
        return None
    locale = s.input.locale
    there = replace(s, locale=locale, state=replace(s.state, locale=locale))
    said = wording.say(case_words.LED_TO_CASE, locale, number=str(s.input.number))
    return replace(finish(there, "control", "led_to_case", (said,), notice=True), aside=True)


def file_or_leaving(s: Situation) -> Turn | None:
    """A file is refused with a way that works; who leaves the room, or asks others in, is remembered for the coordinators."""
    if isinstance(s.input, Left):
        return silently(s, Leaves())
    if isinstance(s.input, ReadByOthers) and s.input.elsewhere and s.state.case is not None:
        said = wording.say(case_words.GOES_ON_ALONE, s.locale, number=str(s.state.case.number))
        return finish(s, "control", "goes_on_alone", (said,), notice=True)
    if isinstance(s.input, ReadByOthers):
        return silently(s, LetsOthersRead())
    if not isinstance(s.input, SentFile):
        return None
    refused = wording.say(case_words.FILE_REFUSED, s.locale)
    return moved(s, SendsFile(), "file", "file") or finish(s, "control", "file", (refused,), label="file")


def no_words(s: Situation) -> Turn | None:
    """What came without words joins no case, and who sent it does not wait for an answer to it."""
    case = s.state.case
    if not isinstance(s.input, Utterance) or s.input.text.strip() or case is None or case.state not in UNFINISHED:
        return None
    return finish(s, "control", NO_WORDS, (wording.say(wording.EMPTY_IN_CASE, s.locale),), label=NO_WORDS)


def signed(s: Situation) -> Turn | None:
    """A sign under a coordinator's words is said to them as a short message, while they have the case."""
    if not isinstance(s.input, Reacted):
        return None
    with_person = s.state.case is not None and s.state.case.state in SILENT
    return silently(s, Writes()) if with_person else Turn(s.state, (), Reason("case", "signed"), "silent")
