"""No figure is shown as current outside its version or past its review date, on any day of three years, in no text.

What may be shown is worked out here a second time, from the versions and review dates alone, in the plainest way; only
how a single value is written (``5.000 €``) is taken from the product.
"""

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from bot.content.definitions import Table
from bot.content.facts import day_words, render_answer, render_module
from bot.content.unit_words import figure
from bot.content.validity import changes_between
from bot.dialogue.naming import contact_line
from bot.dialogue.policy import take_turn
from bot.dialogue.state import State
from bot.model import Candidate, Pressed, Understanding, Utterance, as_text
from bot.rehearsal import noon
from tests.conftest import TODAY
from tests.program import Guest, stop, web_chat

LOCALES = ("de", "en")
LAST = date(2029, 11, 22)
LATER = date(2030, 1, 1)
SIX_MONTHS = {
    "EUR", "percent", "percentage_points", "date", "minutes", "hours", "clock_hours", "teaching_units", "days",
    "working_days", "weeks", "months", "years", "semesters",
}  # fmt: skip
"""Amounts, deadlines and durations."""


# --- What may be shown, worked out once more -----------------------------------------------------------------------


def months_after(day, months):
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def last_day(fact, source):
    if fact.review_by:
        return fact.review_by
    units = {column.unit for column in fact.value.columns} if isinstance(fact.value, Table) else {fact.unit}
    return months_after(source.reviewed, 6 if units & SIX_MONTHS and source.kind != "statute" else 12)


def ended(topic, day):
    return topic.ended is not None and topic.ended < day


def in_force(topic, day):
    fitting = [v for v in topic.versions if (v.start or date.min) <= day <= (v.end or date.max)]
    assert len(fitting) <= 1
    return fitting[0] if fitting else None


def words(raw, topic, content, locale, day):
    """What stands for ``{raw}`` on a day; None when nothing may."""
    name, _, modifier = raw.partition(":")
    *path, name = name.removesuffix(".from").split(".")
    if path and path[0] != "before":
        topic = content.topics[path.pop(0)]
    now = in_force(topic, day)
    if path:
        past = [v for v in topic.versions if v is not now and v.end and v.end < day and name in v.facts]
        version = max(past, key=lambda v: v.end, default=None)
        if version is None:
            return None
        until = "bis" if locale == "de" else "to" if version.start else "until"
        start = f"{day_words(version.start, locale)} " if version.start else ""
        period = f" ({start}{until} {day_words(version.end, locale)})"
    elif ended(topic, day):
        history = [v for v in topic.versions if name in v.facts]
        version, period = now if now in history else max(history, key=lambda v: v.end or date.max), ""
    else:
        version, period = now, ""
        if version is None or name not in version.facts:
            return None
        if day > last_day(version.facts[name], topic.sources[version.facts[name].source]):
            return None
    if raw.partition(":")[0].endswith(".from"):
        return version.start and day_words(version.start, locale)
    fact = version.facts[name]
    if isinstance(fact.value, Table) and period:
        return f"{period.strip()} {figure(fact, locale)}"
    return figure(fact, locale, modifier) + period


def expected(text, topic, content, locale, day):
    """The text with its figures, or None when one of them may not be shown. A computed list stays ``{list}``."""
    filled = text
    for raw in set(re.findall(r"\{([^{}]*)\}", text)) - {"list"}:
        said = words(raw, topic, content, locale, day)
        if said is None:
            return None
        filled = filled.replace(f"{{{raw}}}", f" {said} " if "\n" in said else said)
    return squeezed(filled)


def squeezed(text):
    return " ".join(text.split())


# --- Every text on every day ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """One text of the content. ``version``: the one it stands in; None, where it holds for all of them."""

    topic: object
    answer: object
    version: object
    kind: str
    who: str | None
    texts: dict


def all_texts(content):
    for topic in content.topics.values():
        for version, answers in ((None, topic.answers), *((v, v.answers) for v in topic.versions)):
            for answer in answers.values():
                yield Written(topic, answer, version, "text", None, answer.text)
                for who, texts in answer.who.items():
                    yield Written(topic, answer, version, "text", who, texts)
                for kind, texts in (("plain", answer.plain), ("more", answer.more)):
                    if texts:
                        yield Written(topic, answer, version, kind, None, texts)


def days(content):
    changes = changes_between(content, TODAY, LAST)
    near = {day + timedelta(days=step) for day in changes for step in (-1, 0, 1)}
    return sorted(near | {TODAY, LAST, LATER})


def test_the_days_on_which_something_changes_include_every_review_date_and_every_version(trained):
    """The days the others look at are themselves worked out again: none may be missing."""
    found = set(changes_between(trained.content, TODAY, LAST))
    wanted = set()
    for topic in trained.content.topics.values():
        for version in topic.versions:
            wanted |= {day for day in (version.start, version.end and version.end + timedelta(days=1)) if day}
            wanted |= {last_day(f, topic.sources[f.source]) + timedelta(days=1) for f in version.facts.values()}
    assert {day for day in wanted if TODAY <= day <= LAST} <= found


def test_every_text_shows_the_figures_of_its_day_or_none(trained):
    content = trained.content
    texts = list(all_texts(content))
    wrong = []
    shown = withheld = 0
    for day in days(content):
        for each in texts:
            if each.version is not None and in_force(each.topic, day) is not each.version:
                continue
            for locale in LOCALES:
                want = expected(each.texts[locale], each.topic, content, locale, day)
                got = render_answer(each.topic, each.answer, content, locale, day, each.texts)
                shown, withheld = shown + (want is not None), withheld + (want is None)
                if want is None:
                    fine = got.text == "" and got.blocks == () and got.status not in ("current", "stale")
                else:
                    fine = all(part.strip() in squeezed(got.text) for part in want.split("{list}"))
                    fine = fine and ("{list}" in want or squeezed(got.text) == want)
                if not fine:
                    place = f"{each.topic.id}.{each.answer.aspect} {each.kind} {each.who or ''} {locale} {day}"
                    wrong.append(f"{place}: wanted {want!r}, got {got.status} {got.text!r}")
    assert not wrong, "\n".join(wrong[:20])
    assert shown > 5_000
    assert withheld > 5_000


def test_a_module_field_that_changes_often_is_shown_for_six_months(trained):
    content = trained.content
    modules = [topic for topic in content.topics.values() if topic.module]
    fields = [aspect for aspect in content.aspects.values() if aspect.module_field]
    for day in days(content):
        for topic in modules:
            source = topic.sources[topic.module.source]
            overdue = day > months_after(source.reviewed, 6) and source.kind != "statute"
            for aspect in fields:
                value = getattr(topic.module, aspect.module_field)
                rendered = render_module(topic, aspect, content, "de", day)
                if aspect.module_field in ("price", "dates", "duration", "ects") and value is not None and overdue:
                    assert (rendered.status, rendered.text) == ("expired", ""), (topic.id, aspect.id, day)


# --- Every reply on the days that matter most ----------------------------------------------------------------------


def reply_of(content, each, locale, day):
    """What a person reads who asks for this very text on that day."""
    label = f"{each.topic.id}.{each.answer.aspect}"
    candidate = Candidate("answer", label, 99.0, topic=each.topic.id, aspect=each.answer.aspect)
    understood = Understanding(locale, (candidate,), who=(each.who,) if each.who else ())
    state = State(locale=locale, locale_fixed=True, introduced=True)
    turn = take_turn(state, Utterance("frage"), understood, content, noon(day))
    if each.kind != "text":
        turn = take_turn(turn.state, Pressed(each.kind), None, content, noon(day))
    return turn


def speaks_of_today(text, topic, content, day):
    """Whether a text names a figure as current: not a former one, nor one of a programme that is over."""
    for raw in set(re.findall(r"\{([^{}]*)\}", text)) - {"list"}:
        path = raw.partition(":")[0].removesuffix(".from").split(".")
        of = content.topics[path[0]] if len(path) > 1 and path[0] != "before" else topic
        if "before" not in path and not ended(of, day):
            return True
    return False


@pytest.mark.parametrize("day", [date(2027, 5, 23), LATER])
def test_a_reply_never_holds_a_figure_that_may_not_be_shown(trained, day):
    content = trained.content
    wrong = []
    for each in all_texts(content):
        if each.version is not None and in_force(each.topic, day) is not each.version:
            continue
        for locale in LOCALES:
            if expected(each.texts[locale], each.topic, content, locale, day) is not None:
                continue
            turn = reply_of(content, each, locale, day)
            said = " ".join(squeezed(as_text(replace(reply, sources=(), choices=()))) for reply in turn.replies)
            names = each.topic.title[locale] + contact_line(content, each.topic.id, locale)
            today = {
                words(raw, each.topic, content, locale, TODAY)
                for raw in set(re.findall(r"\{([^{}]*)\}", each.texts[locale])) - {"list"}
            }
            leaked = [w for w in today if w and re.search(r"\d", w) and squeezed(w) in said and w not in names]
            if leaked:
                wrong.append(f"{each.topic.id}.{each.answer.aspect} {each.kind} {locale} {day}: {leaked} in {said!r}")
    assert not wrong, "\n".join(wrong[:20])


def test_years_later_nothing_is_shown_as_current(trained):
    content = trained.content
    wrong = []
    for each in all_texts(content):
        if each.version is not None and in_force(each.topic, LATER) is not each.version:
            continue
        for locale in LOCALES:
            turn = reply_of(content, each, locale, LATER)
            said = " ".join(as_text(reply) for reply in turn.replies)
            if ended(each.topic, LATER) or each.kind != "text":
                continue
            figures = speaks_of_today(each.texts[locale], each.topic, content, LATER)
            former = "{before." in each.texts[locale]
            checked = "wird gerade überprüft" in said or "is being checked" in said
            withheld = turn.reason.rule in ("expired", "not_in_force")
            # Without figures: nothing was stated, or nothing that is checked again and again, or a notice says so.
            fine = withheld if figures else turn.reason.rule == "gap" or former or checked
            if not fine or "Grundsätzlich ja" in said or "In principle yes" in said:
                wrong.append(
                    f"{each.topic.id}.{each.answer.aspect} {each.who or ''} {locale}: {turn.reason.rule} {said!r}"
                )
    assert not wrong, "\n".join(wrong[:20])


# --- The running program -------------------------------------------------------------------------------------------


def test_the_program_starts_years_later_answers_and_shows_no_outdated_figure(trained, tmp_path):
    with web_chat(tmp_path, LOTSE_CLOCK="2030-01-01") as (address, process), Guest(address) as guest:
        page = guest.say("Was zahlt der Weiterbildungsbonus?")
        assert "werden gerade überprüft" in page
        assert not re.search(r"60\s%|5\.000\s€|40\s%|1\.500\s€", page)
        assert "Das Programm endete am 31. Dezember 2021." in guest.say("Gibt es die Bildungsprämie noch?")
        health = guest.health()
        assert (health["status"], health["content"]["errors"]) == ("ok", [])
        assert stop(process) == 0
