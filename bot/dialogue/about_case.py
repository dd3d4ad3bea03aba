"""What an employee says about the case itself: consent, its end, whether it is settled, a new one, a person."""

from dataclasses import replace

from bot.dialogue import wording
from bot.dialogue.case_rules import opening
from bot.dialogue.choosing import choice_in_front, choice_said
from bot.dialogue.moving_case import happens, moved
from bot.dialogue.situation import Situation, finish
from bot.dialogue.state import Pending
from bot.dialogue.turn import Turn
from bot.dialogue.without_emoji import without_emoji
from bot.handoff import case_presses, case_words
from bot.handoff.case_events import Accepts, Asks, AsksAnew, Cancels, Consents, OpensAnother, Rates, Withdraws
from bot.handoff.case_states import Ignored, Refused, decide
from bot.model import SILENT, UNFINISHED, CaseTurn, Choice, Locale, MoveCase, Pressed, Reason, Utterance
from bot.understanding.normalize import tokens

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


def command_words(s: Situation) -> tuple[str, ...]:
    """The words that were typed, to compare with those of a command: a *please* among them makes no other one of it."""
    typed = tokens(without_emoji(s.input.text)) if isinstance(s.input, Utterance) else ()
    return tuple(word for word in typed if word not in COURTESIES)


def about_case(s: Situation) -> Turn | None:
    """Consent, closing, withdrawing, satisfaction and a new case: pressed at any time, or typed."""
    value = s.input.value if isinstance(s.input, Pressed) else _typed_value(s)
    press = None if value is None else case_presses.read_case_press(value)
    if press is None or s.state.case is None:
        return _new_case(s)
    match press.meaning:
        case case_presses.CONSENT:
            return moved(s, Consents(True), "consent", "consent")
        case case_presses.NO_CONSENT:
            return moved(s, Consents(False), "consent", "consent")
        case case_presses.SATISFIED:
            return moved(s, Rates(True), "satisfaction", "satisfied")
        case case_presses.UNSATISFIED:
            return moved(s, Rates(False), "satisfaction", "unsatisfied")
        case case_presses.CLOSE:
            return moved(s, Cancels(), "case_closed", "cancel")
        case case_presses.WITHDRAW:
            return moved(s, Withdraws(), "case_withdrawn", "cancel")
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
        return in_all_words(s, pending)
    return choice_said(s.input.text, pending, s.content)


def in_all_words(s: Situation, pending: Pending) -> str | None:
    """The value of the choice that was typed in all its words; None for a number or a mere *yes*."""
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
    choices = _close_choices(s.locale)
    pending = Pending.of("close_case", choices)
    asking = replace(s, state=replace(s.state, pending=pending))
    asked = wording.say(wording.CLOSE_CASE, s.locale, number=str(case.number))
    shown = case_presses.of_case(choices, case.number)
    return finish(asking, "control", "close_case", (asked,), choices=shown, label="cancel")


def _close_choices(locale: Locale) -> tuple[Choice, ...]:
    """What may be meant by *cancel* while there is a case."""
    said = (wording.CLOSE_YES, wording.CLOSE_WITHDRAW, wording.CLOSE_NO)
    meant = (case_presses.CLOSE, case_presses.WITHDRAW, case_presses.KEEP)
    return tuple(Choice(sentences[locale], value) for sentences, value in zip(said, meant, strict=True))
