"""When a person is brought in: only the employee opens a case; everything else only offers one."""

from datetime import datetime

from bot.content.definitions import Content
from bot.dialogue import wording
from bot.dialogue.choosing import yes_no
from bot.dialogue.remembering import GUESSES
from bot.dialogue.situation import Situation
from bot.dialogue.state import Pending
from bot.handoff.case_moment import timers_of
from bot.handoff.case_presses import CONSENT, NO_CONSENT
from bot.handoff.leaving import leaving
from bot.handoff.promises import opened_words
from bot.handoff.team_office import GENERAL_TEAM, team_now
from bot.model import (
    CASE_NUMBER,
    AskedPerson,
    Block,
    CaseContext,
    CaseTurn,
    Choice,
    Locale,
    OpenCase,
    Paragraph,
    TopicId,
    WhoId,
)


def team_for(content: Content, topic: TopicId | None) -> str:
    """The team that takes handoffs about a topic; the general one when there is none."""
    return (
        content.topics[topic].team if topic is not None and topic in content.topics else team_now(content, GENERAL_TEAM)
    )


def opening(
    s: Situation, question: str, reason: str, turn: CaseTurn
) -> tuple[tuple[Block, ...], OpenCase, Pending | None]:
    """What is said and done when a case opens: its number, what is promised, and the question for consent.

    The case is open whatever is answered to that question, and if nothing is. Who has consented already is not asked.
    """
    case = turn.case
    promise = opened_words(s.content.teams.get(case.team), s.now, s.locale)
    team = s.office.team_name(case.team, s.locale)
    said = wording.say(wording.CASE_OPENED, s.locale, number=CASE_NUMBER, team=team, promise=promise)
    effect = OpenCase(
        question=question,
        locale=s.locale,
        reason=reason,
        team=case.team,
        topic=s.state.topic,
        context=context_of(s),
        first_due=case.first_due,
        solution_due=case.solution_due,
        away_until=case.away_until,
        timers=timers_of(case, s.now, s.office),
        told_first=s.state.encrypted,
    )
    leaves = leaving(s.office, case.team, s.locale) if s.state.encrypted else ()
    if isinstance(s.input, AskedPerson) and s.input.consents:
        return (said, *leaves), effect, None
    choices = ((wording.CONSENT_YES[s.locale], CONSENT), (wording.CONSENT_NO[s.locale], NO_CONSENT))
    return (said, *leaves, wording.say(wording.CONSENT, s.locale)), effect, Pending("consent", choices)


def context_of(s: Situation) -> CaseContext:
    """What is known of the conversation at this moment, for the card of a case."""
    who: tuple[WhoId, ...] = tuple(dict.fromkeys((*s.state.who, *s.understanding.who)))
    found = s.understanding.candidates[:GUESSES]
    now = any(guess.topic for guess in found) or not s.state.guesses  # else this message is only the wish for a person
    return CaseContext(
        understood=tuple((guess.label, guess.score) for guess in found) if now else s.state.guesses,
        about=s.understanding.about if now else s.state.about,
        aspect=s.state.aspect,
        who=who,
        shown=s.state.shown_before,
        offered=s.state.offered,
        refused=s.state.refused,
        files_refused=s.state.files_refused,
    )


def offer(text: str, reason: str, locale: Locale, now: datetime) -> tuple[Pending, tuple[Choice, ...]]:
    """An offer of a person, pending until the employee answers; ``text`` becomes the question of the case."""
    choices = yes_no(locale)
    return Pending.of("offer_person", choices, text, reason, now), choices


def offer_line(locale: Locale) -> Paragraph:
    """The question whether to bring in a person."""
    return wording.say(wording.OFFER, locale)
