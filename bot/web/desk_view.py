"""A case in words: how old it is, what was promised, how near that is to being broken, whose turn it is.

Computed from the facts and the content of the moment, never stored; the same words stand in the queue and on the case page.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.content.definitions import Content
from bot.dialogue.desk_card import team_title
from bot.handoff.case_moment import since_and_due
from bot.handoff.promises import Level, Target, due_words, sla_of, sla_words, span_words, target_words
from bot.handoff.working_time import BERLIN
from bot.model import CaseFacts, Locale, TopicId
from bot.web.page_texts import TEXTS

DAYS_FROM = timedelta(hours=48)
"""From here on an age is said in days."""


@dataclass(frozen=True, slots=True)
class SlaView:
    """What is due: *Erste Antwort*, *heute, 14:00 Uhr*, *noch 2 Std.*; ``level`` has a sign and a word of its own."""

    level: Level
    target: str
    due: str
    left: str
    paused: bool


def sla_view(facts: CaseFacts, content: Content, now: datetime, locale: Locale) -> SlaView | None:
    """How near the promise is to being broken; None when nothing is promised any more."""
    waiting = facts.state in ("waiting_employee", "waiting_third")
    running = since_and_due(replace(facts, state="claimed") if waiting else facts)
    team = content.teams.get(facts.team)
    if running is None or team is None:
        return None
    since, due = running
    target = _target(facts)
    state = sla_of(team, target, since, due, now, paused_since=facts.waiting_since if waiting else None)
    words = "" if waiting else due_words(due, now, locale)
    return SlaView(state.level, target_words(target, locale), words, sla_words(state, locale), waiting)


def _target(facts: CaseFacts) -> Target:
    """Which of the promises ``since_and_due`` speaks of."""
    if facts.replied_at is None and facts.first_due is not None:
        return "first"
    return "next" if facts.unanswered_since is not None and facts.next_due is not None else "solution"


def age_words(age: timedelta, locale: Locale) -> str:
    """For how long, as it follows *seit* or *for*: *unter 1 Min.*, *2 Std. 10 Min.*, *3 Tagen*."""
    if age < DAYS_FROM:
        return span_words(max(age, timedelta()), locale)
    days = "Tagen" if locale == "de" else "days"
    return f"{age.days} {days}"


def team_name(content: Content, team: str, locale: Locale) -> str:
    """The team's name, or its id when the content no longer has it."""
    return team_title(content, team, locale)


def topic_name(content: Content, topic: TopicId | None, locale: Locale) -> str:
    """The topic's title; its id when the content no longer has it, and a dash where nobody knows."""
    if topic is None:
        return TEXTS[locale]["desk_no_topic"]
    known = content.topics.get(topic)
    return known.title[locale] if known else topic


def day_of(moment: datetime, locale: Locale) -> str:
    """The day of a line, as a heading between the lines of two days."""
    local = moment.astimezone(BERLIN)
    return local.strftime("%d.%m.%Y") if locale == "de" else local.strftime("%d %b %Y")


def first_line(text: str, most: int = 140) -> str:
    """The first line of what somebody wrote, not longer than a row shows."""
    line = next((line for line in text.strip().split("\n") if line.strip()), "").strip()
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
