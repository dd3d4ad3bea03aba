"""What an employee's input means while there is a case: the rules that stand in front of all others.

===========================  ==============================================================================================
the case is                  what happens to what the employee writes
===========================  ==============================================================================================
open                         it joins the case. Lotse still answers what it is sure of, marked as automatic; what it is not
                             sure of is not asked back, because a person will read it
claimed, waiting             it goes to the coordinator, and Lotse is silent. Left are: how the case stands, closing it, what is
                             stored, deleting it (what only sounds like one of the first two, the coordinator reads as well; of
                             the others they read nothing, and the employee is told); and what is said to Lotse itself, by
                             pressing what it offered or by a command of its own. That is answered, marked as automatic, and no
                             part of the case; what Lotse is not sure of goes to the coordinator after all, and the employee
                             reads so
resolved                     small talk, *no, that was all*, and what is said to the program itself (help, language, what is
                             stored), is answered; anything else goes on with the case: *why?*, *once more*, *that was no
                             help* follow what the coordinator said last
given to Lotse, or over      Lotse answers as if there were none; asking for a person, or a yes to an offer of one, opens a case
===========================  ==============================================================================================

In front of a coordinator a bare *ja* or *2* answers the coordinator, never a question of ours: there a choice is pressed, or
typed in all its words. Deleting everything because somebody said yes to a human would be the worst mistake to make.
"""

from dataclasses import replace

from bot.content.definitions import Intent
from bot.dialogue import control, wording
from bot.dialogue.case_rules import opening, team_for
from bot.dialogue.choosing import STILL_ASKED, YES, choice_in_front, choice_said, choice_typed, known_as
from bot.dialogue.going_on import GOING_ON
from bot.dialogue.presses import REFUSED, offered_no_more
from bot.dialogue.remembering import OFFERS
from bot.dialogue.situation import Situation, finish
from bot.dialogue.state import Pending
from bot.dialogue.turn import Turn
from bot.dialogue.without_emoji import without_emoji
from bot.handoff import case_presses, case_words
from bot.handoff.case_events import (
    TIME_KINDS,
    Accepts,
    Asks,
    AsksAnew,
    Cancels,
    CaseEvent,
    Consents,
    DeletesMessage,
    EditsMessage,
    Leaves,
    LetsOthersRead,
    OpensAnother,
    Rates,
    SendsFile,
    Time,
    TimeKind,
    Withdraws,
    Writes,
)
from bot.handoff.case_moment import no_case
from bot.handoff.case_states import Ignored, Refused, decide
from bot.model import (
    CASE_TIMER,
    MAX_UTTERANCE,
    OVER,
    SILENT,
    UNFINISHED,
    AskedPerson,
    AskedToVerify,
    AskedWhy,
    CaseFacts,
    CaseTurn,
    Choice,
    Decision,
    Edited,
    Effect,
    Input,
    KeepEdit,
    LedToCase,
    Left,
    Locale,
    MoveCase,
    Paragraph,
    Pressed,
    Rated,
    Reacted,
    ReadByOthers,
    Reason,
    RecordRating,
    Removed,
    Reply,
    Say,
    SentFile,
    Span,
    TimerDue,
    Unreadable,
    Utterance,
)
from bot.understanding.normalize import tokens

PLAIN_ENOUGH = 90.0
"""In front of a coordinator a control word must be as good as certain: most sentences there are for a person. What is kept from
them in doubt (*which data do you need?*) is lost; what they read in doubt they can answer.
"""
LIKELY = 30.0
"""From this probability on small talk leaves a resolved case as it is."""

NO_WORDS = "no_words"
BETWEEN_US = frozenset({"my_data", "delete_my_data", NO_WORDS})
"""What the employee asks the program about themselves, and what there is nothing of to read: no coordinator does, whoever has the
case.
"""

TO_THE_PROGRAM = frozenset({
    "help", "switch_de", "switch_en", "case_status", "my_data", "delete_my_data", "privacy", "yes", "helpful", "cancel",
})  # fmt: skip
"""Control words that leave a resolved case as it is, whoever spoke last: they follow nothing, or say that nothing is missing."""

NEW_CASE = frozenset(
    map(
        tokens,
        (
            "neuer Fall", "neuen Fall", "ein neuer Fall", "neuen Fall öffnen", "neues Anliegen",
            "new case", "a new case", "open a new case", "new request",
        ),
    )
)  # fmt: skip
CLOSE_CASE = frozenset(
    map(
        tokens,
        (
            "Fall schließen", "Fall abbrechen", "Fall beenden", "Fall zurückziehen", "meinen Fall schließen",
            "meinen Fall zurückziehen", "schließen Sie meinen Fall", "schließe meinen Fall",
            "close case", "close my case", "cancel my case", "withdraw case", "withdraw my case",
        ),
    )
)  # fmt: skip
"""Commands in so many words. They are no intents: a new case and its end are never a matter of probability."""
COURTESIES = frozenset({"bitte", "please"})

NOTHING_MORE = frozenset(
    map(
        tokens,
        (
            "nein danke", "ne danke", "nee danke", "danke nein", "nein, alles gut", "nein danke, alles gut", "nein, alles klar",
            "nein, das war's", "nein, das wars", "nein, das war alles", "nein danke, das war's", "nein danke, das wars",
            "nein danke, das war alles", "nein, sonst nichts", "nein danke, sonst nichts", "nein, nichts mehr",
            "no thanks", "no thank you", "no, that's all", "no thanks, that's all", "no thank you, that's all",
            "no, that's it", "no, that's fine", "no, I'm fine", "no thanks, I'm fine", "no, all good", "all good", "nothing else",
        ),
    )
)  # fmt: skip
"""What is said to a coordinator's last words when nothing is left to do. A mere *no* is none: it may be one to *settled?*"""

LEFT_OPEN = frozenset({
    "aber", "jedoch", "allerdings", "leider", "nicht", "fehlt", "fehlen", "frage",
    "but", "however", "unfortunately", "not", "still", "missing", "question",
})  # fmt: skip
"""Words that, beside thanks, a greeting or a yes, tell that something is left: *thanks, but it does not work*."""


def command_words(s: Situation) -> tuple[str, ...]:
    """The words that were typed, to compare with those of a command: a *please* among them makes no other one of it."""
    typed = tokens(without_emoji(s.input.text)) if isinstance(s.input, Utterance) else ()
    return tuple(word for word in typed if word not in COURTESIES)


def happens(s: Situation, event: CaseEvent) -> CaseTurn | Refused | Ignored:
    """What the table says about this event, for the conversation's latest case or for none."""
    case = s.state.case
    if case is None or _has_no_say(case, event):
        asked = s.state.pending is not None and s.state.pending.kind == "offer_person"
        case = no_case(team_for(s.content, s.state.topic), s.locale, s.now, "requested" if asked else "bot")
    return decide(replace(case, locale=s.locale), event, s.now, s.office, encrypted=s.state.encrypted)


def _has_no_say(case: CaseFacts, event: CaseEvent) -> bool:
    """Whether a case is left behind by this event: the next one is for the team its own matter belongs to."""
    match event:
        case AsksAnew():
            return case.state not in UNFINISHED
        case Asks() | Accepts():
            return case.state in OVER
    return False


def _moved(s: Situation, event: CaseEvent, rule: str, label: str | None = None, *more: Effect) -> Turn | None:
    """The turn that moves the case; None when the table ignores the event."""
    outcome = happens(s, event)
    if not isinstance(outcome, CaseTurn):
        return None
    state = replace(s.state, pending=None, misses=0)
    decision: Decision = "handoff" if label in (None, "wants_person") else "control"
    return Turn(state, (MoveCase(outcome), *more), Reason(rule, outcome.event), decision, label)


# --- Inputs that are no words of the employee ------------------------------------------------------------------------


def timer_due(s: Situation) -> Turn | None:
    """A timer of the case: ``case:<number>:<what>``. No other is set yet, and none of them is answered in words."""
    if not isinstance(s.input, TimerDue):
        return None
    number, _, what = s.input.kind.removeprefix(CASE_TIMER).partition(":")
    kind: TimeKind | None = next((each for each in TIME_KINDS if each == what), None)
    silent = Turn(s.state, (), Reason("timer", s.input.kind), "silent")
    if kind is None or s.state.case is None or str(s.state.case.number) != number:
        return silent
    outcome = happens(s, Time(kind))
    if not isinstance(outcome, CaseTurn):
        return silent
    return replace(silent, effects=(MoveCase(outcome),))


def revised(s: Situation) -> Turn | None:
    """A message was changed or deleted: that is kept, and nothing is said about it.

    What was changed is answered anew where Lotse has the word; then it comes here as an Utterance (``policy.py``).
    """
    match s.input:
        case Edited(of=of, text=text):
            return _silently(s, EditsMessage(), KeepEdit(of, text))
        case Removed(of=of):
            return _silently(s, DeletesMessage(), KeepEdit(of, None))
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
        return _silently(s, Leaves())
    if isinstance(s.input, ReadByOthers) and s.input.elsewhere and s.state.case is not None:
        said = wording.say(case_words.GOES_ON_ALONE, s.locale, number=str(s.state.case.number))
        return finish(s, "control", "goes_on_alone", (said,), notice=True)
    if isinstance(s.input, ReadByOthers):
        return _silently(s, LetsOthersRead())
    if not isinstance(s.input, SentFile):
        return None
    moved = _moved(s, SendsFile(), "file", "file")
    return moved or finish(s, "control", "file", (wording.say(case_words.FILE_REFUSED, s.locale),), label="file")


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
    return _silently(s, Writes()) if with_person else Turn(s.state, (), Reason("case", "signed"), "silent")


def _silently(s: Situation, event: CaseEvent, *more: Effect) -> Turn:
    outcome = happens(s, event)
    moves = (MoveCase(outcome),) if isinstance(outcome, CaseTurn) else ()
    return Turn(s.state, (*more, *moves), Reason("case", event.kind), "silent")


# --- What is said about the case itself --------------------------------------------------------------------------------


def about_case(s: Situation) -> Turn | None:
    """Consent, closing, withdrawing, satisfaction and a new case: pressed at any time, or typed."""
    value = s.input.value if isinstance(s.input, Pressed) else _typed_value(s)
    press = None if value is None else case_presses.read_case_press(value)
    if press is None or s.state.case is None:
        return _new_case(s)
    match press.meaning:
        case case_presses.CONSENT:
            return _moved(s, Consents(True), "consent", "consent")
        case case_presses.NO_CONSENT:
            return _moved(s, Consents(False), "consent", "consent")
        case case_presses.SATISFIED:
            return _moved(s, Rates(True), "satisfaction", "satisfied")
        case case_presses.UNSATISFIED:
            return _moved(s, Rates(False), "satisfaction", "unsatisfied")
        case case_presses.CLOSE:
            return _moved(s, Cancels(), "case_closed", "cancel")
        case case_presses.WITHDRAW:
            return _moved(s, Withdraws(), "case_withdrawn", "cancel")
        case case_presses.KEEP:
            kept = replace(s, state=replace(s.state, pending=None))
            return finish(kept, "control", "case_kept", (wording.say(wording.CASE_KEPT, s.locale),), label="no")
    return _new_case(s)


def _typed_value(s: Situation) -> str | None:
    """The value of a choice about the case that was typed instead of pressed."""
    case, pending = s.state.case, s.state.pending
    if case is None or not isinstance(s.input, Utterance):
        return None
    if case.state == "resolved" and case.satisfied is None:
        choices = case_words.satisfaction_choices(s.locale)
        pending = pending or Pending.of("satisfaction", choices)
    if pending is None or pending.kind not in ("consent", "close_case", "satisfaction"):
        return None
    if case.state in SILENT:
        return _in_all_words(s, pending)
    return choice_said(s.input.text, pending, s.content)


def _in_all_words(s: Situation, pending: Pending) -> str | None:
    return choice_in_front(s.input.text, pending) if isinstance(s.input, Utterance) else None


def _new_case(s: Situation) -> Turn | None:
    if command_words(s) not in NEW_CASE:
        return None
    question = s.state.asked or (s.input.text if isinstance(s.input, Utterance) else "")
    return ask_for_person(s, question, "asked for a new case", AsksAnew())


def ask_for_person(s: Situation, question: str, reason: str, event: Asks | AsksAnew | Accepts) -> Turn:
    """The employee wants a person: a new case, the one there is, or the one that was resolved."""
    outcome = happens(s, event)
    state = replace(s.state, misses=0, pending=None)
    if isinstance(outcome, Refused):
        said = wording.say(outcome.words, s.locale)
        return finish(replace(s, state=state), "handoff", "still_running", (said,), label="wants_person", notice=True)
    if isinstance(outcome, Ignored):  # only an open case is told so; every other state leads on
        number = str(s.state.case.number) if s.state.case else ""
        said = wording.say(wording.CASE_ALREADY, s.locale, number=number)
        return finish(replace(s, state=state), "handoff", "opened", (said,), label="wants_person", notice=True)
    if outcome.case.number and outcome.case.state in SILENT:
        there = wording.say(
            wording.PERSON_THERE, s.locale, number=str(outcome.case.number), name=outcome.case.owner_name
        )
        asked, joined = replace(s, state=state), (MoveCase(outcome),)
        return finish(asked, "handoff", "opened", (there,), effects=joined, label="wants_person", notice=True)
    if outcome.case.number:
        return Turn(state, (MoveCase(outcome),), Reason("opened", outcome.event), "handoff", "wants_person")
    blocks, effect, pending = opening(s, question, reason, outcome)
    opened = replace(s, state=replace(state, pending=pending))
    offered = pending.choices if pending else ()
    choices = case_presses.of_case(tuple(Choice(label, value) for label, value in offered), None)
    earlier = None if s.state.case is None else decide(s.state.case, OpensAnother(), s.now, s.office)
    effects = (MoveCase(earlier), effect) if isinstance(earlier, CaseTurn) else (effect,)
    return finish(
        opened, "handoff", "opened", blocks, effects=effects, choices=choices, label="wants_person", notice=True
    )


def ask_to_close(s: Situation) -> Turn | None:
    """*Cancel* while there is a case may mean the case: asked back, because nobody should lose one by a word."""
    case = s.state.case
    if case is None or case.state not in UNFINISHED:
        return None
    choices = close_choices(s.locale)
    pending = Pending.of("close_case", choices)
    asking = replace(s, state=replace(s.state, pending=pending))
    asked = wording.say(wording.CLOSE_CASE, s.locale, number=str(case.number))
    shown = case_presses.of_case(choices, case.number)
    return finish(asking, "control", "close_case", (asked,), choices=shown, label="cancel")


def close_choices(locale: Locale) -> tuple[Choice, ...]:
    """What may be meant by *cancel* while there is a case."""
    said = (wording.CLOSE_YES, wording.CLOSE_WITHDRAW, wording.CLOSE_NO)
    meant = (case_presses.CLOSE, case_presses.WITHDRAW, case_presses.KEEP)
    return tuple(Choice(sentences[locale], value) for sentences, value in zip(said, meant, strict=True))


# --- A person has the word, or had it ------------------------------------------------------------------------------------


def silent(s: Situation) -> Turn | None:
    """A person has the case: what is written goes to them, and Lotse says nothing of its own."""
    if s.state.case is None or s.state.case.state not in SILENT:
        return None
    if isinstance(s.input, Rated):
        label = s.state.shown.label if s.state.shown else ""
        rating = RecordRating(s.input.about, label, s.input.helpful)
        return Turn(s.state, (rating,), Reason("silent", "rated"), "silent")
    if _to_lotse(s.input):
        return None
    if isinstance(s.input, AskedPerson):
        return _passed_on(s, "wants_person") if s.input.question else None
    allowed = _allowed(s)
    if allowed is not None:
        return _marked(allowed)
    joined = replace(s, state=replace(s.state, pending=None))
    return _cut(joined) or _half_answered(s) or _silently(joined, Writes())


def _half_answered(s: Situation) -> Turn | None:
    """*Yes*, or a number, after a question about deleting or closing that the employee has brought about.

    It may as well be said to the person, who gets it; but nobody must believe that everything is deleted now. The last choice
    leaves all as it is, so there is nothing to say about it.
    """
    case, pending = s.state.case, s.state.pending
    if case is None or pending is None or pending.kind not in ("confirm_delete", "close_case"):
        return None
    choice = _half_chosen(s, pending)
    if choice is None:
        return None
    said = wording.say(wording.NOT_ANSWERED_YET, s.locale, name=case.owner_name, choice=choice)
    return _marked(finish(s, "control", "half_answered", (said,), effects=_joins(s)))


def _half_chosen(s: Situation, pending: Pending) -> str | None:
    """The words of the choice that may be meant, which does something; the first one by a yes of any kind: *ja, mach das*."""
    if not isinstance(s.input, Utterance):
        return None
    does_something = pending.choices[:-1]
    value = choice_typed(s.input.text, pending)
    if value is None and s.best is not None and s.best.score >= PLAIN_ENOUGH and control.action_of(s) == YES:
        value = does_something[0][1]
    return next((label for label, each in does_something if each == value), None)


def _cut(s: Situation) -> Turn | None:
    """A message of which the person sees only the beginning: who wrote it is told, for they wait for an answer to all of it."""
    case = s.state.case
    if case is None or not isinstance(s.input, Utterance) or len(s.input.text) <= MAX_UTTERANCE:
        return None
    said = wording.say(wording.CUT_IN_CASE, s.locale, name=case.owner_name)
    return finish(s, "handoff", "cut", (said,), effects=_joins(s), notice=True)


def _to_lotse(given: Input) -> bool:
    """Whether this is said to the program itself: by pressing what it offered, or by a command of its own."""
    return isinstance(given, Pressed) or (isinstance(given, Utterance) and given.to_lotse)


def _allowed(s: Situation) -> Turn | None:
    """What an employee may want from the program even then."""
    if command_words(s) in CLOSE_CASE:
        return ask_to_close(s)
    pending = s.state.pending
    if pending is not None and pending.kind == "confirm_delete":
        value = s.input.value if isinstance(s.input, Pressed) else _in_all_words(s, pending)
        if value is not None:
            return control.confirm_delete(s, value)
    action, word_for_word = control.action_of(s), _is_word_for_word(s)
    if s.best is None or not (word_for_word or s.best.score >= PLAIN_ENOUGH):
        return None
    if action == "cancel":  # what is to end, the words do not say
        asked = ask_to_close(s)
        return asked and _perhaps_for_person(s, asked)
    turn = control.act(s, action) if action in ("case_status", "my_data", "delete_my_data") else None
    return turn if turn is None or word_for_word else _perhaps_for_person(s, turn)


def _is_word_for_word(s: Situation) -> bool:
    """Whether what was typed is an example of the best guess to the word, but for a *please*."""
    known = known_as(" ".join(command_words(s)), s.content)
    return known is not None and s.best is not None and known.id == s.best.intent


def _perhaps_for_person(s: Situation, turn: Turn) -> Turn:
    """What only sounds like a command may be an answer to the coordinator: *that has settled itself*, *you can delete that*.

    So they read it as well; where it may be the employee's own affair they do not, and the employee is told.
    """
    if turn.label not in BETWEEN_US:
        return replace(turn, effects=(*turn.effects, *_joins(s)))
    assert s.state.case is not None
    unread = wording.say(wording.NOT_READ, s.locale, name=s.state.case.owner_name)
    return replace(turn, effects=(Say(Reply((unread,), s.locale)), *turn.effects))


def goes_on(s: Situation) -> Turn | None:
    """A case that was resolved: whatever is not plainly for the program goes on with it, as the person was told it would."""
    case = s.state.case
    if case is None or case.state != "resolved" or not isinstance(s.input, Utterance):
        return None
    if not _asked_by_lotse(s) and tokens(without_emoji(s.input.text)) in NOTHING_MORE:
        return finish(s, "control", "declined", (wording.say(wording.DECLINED, s.locale),), label="no")
    return None if _leaves_resolved(s) else _moved(s, Writes(), "goes_on")


def _leaves_resolved(s: Situation) -> bool:
    """Whether this is small talk, a word to the program itself, or one that belongs to an open question of Lotse's own."""
    known, likely = known_as(s.said, s.content), _likely_intent(s)
    intent = known or likely
    if intent is None or (
        known is None and intent.action not in BETWEEN_US and not LEFT_OPEN.isdisjoint(tokens(s.said))
    ):
        return False
    if intent.kind != "control":
        return intent.kind == "smalltalk"
    return intent.action in TO_THE_PROGRAM or (_asked_by_lotse(s) and intent.action not in GOING_ON)


def _likely_intent(s: Situation) -> Intent | None:
    best = s.best
    if best is None or best.intent is None or best.score < LIKELY:
        return None
    return s.content.intents.get(best.intent)


def _asked_by_lotse(s: Situation) -> bool:
    """Whether a question of Lotse's own is open, other than those about the case."""
    return s.state.pending is not None and s.state.pending.kind not in ("consent", "satisfaction")


def beside_case(s: Situation, turn: Turn) -> Turn:
    """While a case is open, every message joins it; Lotse's answers are marked, and its doubts left to the person.

    Once a coordinator has it, what was said to Lotse itself is answered beside it, and its doubts are left to them as well.
    """
    case = s.state.case
    if case is None or case.state not in UNFINISHED:
        return turn
    turn = _with_how_to_answer(s, turn)
    if any(isinstance(effect, MoveCase) for effect in turn.effects):
        return turn
    if isinstance(s.input, AskedWhy) or turn.label in BETWEEN_US:
        return replace(_marked(turn), aside=True)
    if not isinstance(s.input, Utterance | Pressed) or turn.decision == "silent" or turn.reason.rule in REFUSED:
        return turn
    unsure = turn.decision in ("miss", "clarify", "off_topic") or turn.reason.rule in OFFERS or turn.label in GOING_ON
    if case.state in SILENT:
        return _in_front_of_person(s, turn, unsure=unsure) if _to_lotse(s.input) else turn
    if unsure:
        return _passed_on(s, turn.label)
    return _marked(replace(turn, effects=(*turn.effects, *_joins(s))))


def _in_front_of_person(s: Situation, turn: Turn, *, unsure: bool) -> Turn:
    """What was said to Lotse itself while a coordinator has the case. *None of these* is nothing to pass on."""
    if not unsure:
        return replace(_marked(turn), aside=True)
    return replace(offered_no_more(s), aside=True) if isinstance(s.input, Pressed) else _passed_on(s, turn.label)


def _with_how_to_answer(s: Situation, turn: Turn) -> Turn:
    """The turn, with how its question about case or data is answered where a bare *ja* or *1* is for the coordinator."""
    pending, case = turn.state.pending, s.state.case
    if pending is None or pending.kind not in STILL_ASKED or case is None or case.state not in SILENT:
        return turn
    how = wording.say(wording.IN_ALL_WORDS, turn.state.locale or s.locale, name=case.owner_name)
    effects = tuple(
        replace(effect, reply=replace(effect.reply, blocks=(*effect.reply.blocks, how)))
        if isinstance(effect, Say) and effect.reply.choices
        else effect
        for effect in turn.effects
    )
    return replace(turn, effects=effects)


def _passed_on(s: Situation, label: str | None) -> Turn:
    """What was said joins the case, and the employee reads who will read it."""
    moves = _joins(s)
    case = moves[0].turn.case if moves else s.state.case
    assert case is not None
    words = wording.JOINED_WITH if case.state in SILENT else wording.JOINED
    said = wording.say(words, s.locale, number=str(case.number), name=case.owner_name)
    kept = replace(s, state=replace(s.state, pending=None))
    joined = finish(kept, "handoff", "joined", (said,), label=label, notice=True)
    return replace(joined, effects=(*joined.effects, *moves))


def _joins(s: Situation) -> tuple[MoveCase, ...]:
    outcome = happens(s, Writes())
    return (MoveCase(outcome),) if isinstance(outcome, CaseTurn) else ()


def _marked(turn: Turn) -> Turn:
    """The turn with its replies marked as automatic; notices speak for themselves."""
    effects = tuple(
        replace(effect, reply=_automatic(effect.reply)) if isinstance(effect, Say) and not effect.notice else effect
        for effect in turn.effects
    )
    return replace(turn, effects=effects)


def _automatic(reply: Reply) -> Reply:
    return replace(reply, automatic=True)
