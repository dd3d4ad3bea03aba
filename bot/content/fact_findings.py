"""What is wrong with facts, versions and sources: values that do not fit, time that does not fit, nothing behind them.

Whatever depends on the day is a notice: passing of time must never keep content from going live, because a figure past
its review is handled where it is shown.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from bot.content.definitions import Fact, FactValue, Range, Source, Table, Topic, Unit, Version
from bot.content.draft import Draft, Findings, KeyPath, answers_of, texts_of, version_path
from bot.content.placeholders import RESERVED, Placeholder, placeholders
from bot.content.validity import has_ended, review_date, source_date, version_on
from bot.errors import ContentProblem
from bot.model import LOCALES

DUE_SOON = timedelta(days=30)
LONGEST_REVIEW = timedelta(days=400)
"""A year and some slack; a figure nobody looks at for longer is not reviewed."""


def fact_findings(draft: Draft, day: date) -> list[ContentProblem]:
    """Every finding about facts, versions, sources and contacts, judged as of a day."""
    findings = draft.findings()
    used = _used_facts(draft)
    for topic in draft.content.topics.values():
        _versions(topic, draft, findings)
        for name, source in topic.sources.items():
            _source(topic.place.file, ("sources", name), source, day, findings)
        for version in topic.versions:
            path = version_path(topic, version, draft.trees)
            for name, fact in version.facts.items():
                _fact(topic, fact, (*path, "facts", name), findings)
        if not has_ended(topic, day):
            _reviews(topic, day, draft, findings)
        _unused(topic, used, draft, findings)
    _contacts(draft, day, findings)
    _module_fields(draft, findings)
    return findings.problems


# --- Versions ------------------------------------------------------------------------------------------------


def _versions(topic: Topic, draft: Draft, findings: Findings) -> None:
    file = topic.place.file
    for version in topic.versions:
        if version.start and version.end and version.start > version.end:
            path = version_path(topic, version, draft.trees)
            findings.add(file, (*path, "to"), "KB022", "`to` lies before `from`.", "Correct one of the two days.")
            return
    for older, newer in zip(topic.versions, topic.versions[1:], strict=False):
        path = version_path(topic, newer, draft.trees)
        if newer.start is None:
            message = "Two versions have no `from`."
            findings.add(file, path, "KB022", message, "Say from which day on each is valid.", key=True)
        elif older.end is None or older.end >= newer.start:
            before = version_path(topic, older, draft.trees)
            where = (*before, "to") if older.end else before
            message = f"This version still runs when the next one begins on {newer.start}."
            hint = f"Write `to: {newer.start - timedelta(days=1)}`."
            findings.add(file, where, "KB022", message, hint, key=older.end is None)
        elif older.end + timedelta(days=1) < newer.start:
            message = f"Nothing is valid from {older.end + timedelta(days=1)} to {newer.start - timedelta(days=1)}."
            hint = "Move `from` or `to`; a real pause is a version of its own without facts."
            findings.add(file, (*path, "from"), "KB021", message, hint)


def _reviews(topic: Topic, day: date, draft: Draft, findings: Findings) -> None:
    version = version_on(topic, day)
    if version is None:
        if topic.versions:
            message = f"No version is in force on {day}; answers with figures say that they are being checked."
            findings.notice(topic.place.file, ("versions",), "KB027", message, "Add a version, or `ended`.")
        return
    path = version_path(topic, version, draft.trees)
    for name, fact in version.facts.items():
        source = topic.sources.get(fact.source)
        if source is None:
            continue
        last = review_date(fact, source)
        if last < day:
            message = f"`{name}` has been due for review since {last} and is not shown."
            code = "KB027"
        elif last - day <= DUE_SOON:
            message = f"`{name}` is due for review on {last}."
            code = "KB028"
        else:
            continue
        hint = f"Compare it with “{source.title}” and set `reviewed` of that source."
        findings.notice(topic.place.file, (*path, "facts", name), code, message, hint)


def _source(file: str, path: KeyPath, source: Source, day: date, findings: Findings) -> None:
    if source.url is not None and not source.url.startswith("https://"):
        hint = "Give the https address, or none."
        findings.add(file, (*path, "url"), "KB026", f"“{source.url}” is not an https address.", hint)
    if source.as_of and source.as_of > source.reviewed.isoformat():
        message = f"The source is dated {source.as_of}, after it was reviewed."
        findings.add(file, (*path, "as_of"), "KB024", message, "Correct one of the two days.")
    if source.reviewed > day:
        findings.notice(file, (*path, "reviewed"), "KB028", "This day lies in the future.", "Correct the day.")
    elif source_date(source) < day:
        message = f"The source was last compared on {source.reviewed}."
        findings.notice(file, (*path, "reviewed"), "KB028", message, "Compare it again and set the day.")


# --- Values --------------------------------------------------------------------------------------------------

_TEXT_UNITS: frozenset[Unit] = frozenset({"law", "phone", "email", "url", "text"})
_WHOLE: frozenset[Unit] = frozenset({"times", "people", "dqr", "semesters"})
_NOTHING = re.compile(
    r"\s*(unknown|unbekannt|nicht bekannt|not known|keine angaben?|k\. ?a\.|n/?a|tbd|offen|\?+|[-–—])\s*", re.IGNORECASE
)


def _fact(topic: Topic, fact: Fact, path: KeyPath, findings: Findings) -> None:
    file = topic.place.file
    if fact.name in RESERVED:
        message = f"`{fact.name}` means something else in braces."
        findings.add(file, path, "KB016", message, "Choose another name.", key=True)
    if _says_nothing(fact.value):
        hint = "What is not known is no fact: delete it; Lotse then says so and names the contact."
        findings.add(file, (*path, "value"), "KB020", f"`{fact.name}` says that nothing is known.", hint)
    elif isinstance(fact.value, Table):
        _table(file, path, fact, fact.value, findings)
    elif fact.unit == "table":
        message = f"`{fact.name}` is a table without rows."
        findings.add(file, path, "KB024", message, "Add `columns` and `rows`.", key=True)
    elif wrong := misfit(fact.value, fact.unit):
        findings.add(file, (*path, "value"), "KB024", f"`{fact.name}`: {wrong[0]}", wrong[1])
    if fact.unit == "url" and isinstance(fact.value, str) and fact.value and not fact.value.startswith("https://"):
        findings.add(file, (*path, "value"), "KB026", f"“{fact.value}” is not an https address.", "Begin with https.")
    if fact.per is not None and (fact.unit in _TEXT_UNITS or fact.unit in ("date", "table")):
        findings.add(file, (*path, "per"), "KB024", f"`per` means nothing with {fact.unit}.", "Delete it.", key=True)
    source = topic.sources.get(fact.source)
    if source and fact.review_by and fact.review_by > source.reviewed + LONGEST_REVIEW:
        message = f"`review_by` lies more than {LONGEST_REVIEW.days} days after its source was reviewed."
        findings.add(file, (*path, "review_by"), "KB024", message, "Choose an earlier day, or delete the key.")


def _says_nothing(value: FactValue) -> bool:
    if isinstance(value, str):
        return _NOTHING.fullmatch(value) is not None
    if isinstance(value, Decimal | Range | date | Table):
        return False
    return any(_NOTHING.fullmatch(text) for text in value.values())


def misfit(value: FactValue, unit: Unit) -> tuple[str, str] | None:
    """Why a value cannot have a unit, and what to do; None when it can."""
    match unit, value:
        case "table", _:
            return "a table cannot stand in a table.", "Choose another unit."
        case "date", date():
            return None
        case "date", _:
            return "a date is expected here.", "Write year-month-day without quotes: 2026-02-01."
        case (("law" | "url" | "text"), Decimal() | Range() | date()):
            return f"a {unit} is a text.", "Write it in quotes, or as {de: …, en: …}."
        case "text", str():
            return "a text needs both languages.", "Write {de: …, en: …}."
        case "email", str() if "@" in value:
            return None
        case "phone", str() if re.fullmatch(r"[+0(][0-9 ()/+-]{2,}", value):
            return None
        case (("phone" | "email"), _):
            return f"this is not a {unit}.", "Write it in quotes, as people dial or type it."
        case (("law" | "url" | "text"), _):
            return ("it is empty.", "Write the text.") if value == "" else None
        case _, Range():
            return _range_misfit(value, unit)
        case _, Decimal():
            return _number_misfit(value, unit)
    if value == "":
        return "there is no value.", "Add `value:`."
    return f"{unit} needs a number.", "Write the bare number, or {min: …, max: …}; the unit stands in `unit`."


def _range_misfit(value: Range, unit: Unit) -> tuple[str, str] | None:
    if value.min is not None and value.max is not None and value.min >= value.max:
        return "`min` must be smaller than `max`.", "Correct the range, or write one number."
    for bound in (value.min, value.max):
        if bound is not None and (wrong := _number_misfit(bound, unit)):
            return wrong
    return None


def _number_misfit(value: Decimal, unit: Unit) -> tuple[str, str] | None:
    if value < 0:
        return "a figure cannot be negative.", "Delete the minus sign."
    if unit in _WHOLE and value != value.to_integral_value():
        return f"{unit} are counted in whole numbers.", "Round it, or choose another unit."
    if unit == "dqr" and not 1 <= value <= 8:
        return "the DQR has the levels 1 to 8.", "Correct the number."
    if unit == "grade" and not 1 <= value <= 6:
        return "grades run from 1 to 6.", "Correct the number, or use points."
    return None


def _table(file: str, path: KeyPath, fact: Fact, table: Table, findings: Findings) -> None:
    if fact.unit != "table":
        message = f"`{fact.name}` has columns or rows but is no table."
        findings.add(file, (*path, "unit"), "KB023", message, "Write `unit: table`.")
        return
    if not table.columns or not table.rows:
        missing = "columns" if not table.columns else "rows"
        findings.add(file, path, "KB024", f"`{fact.name}` has no {missing}.", f"Add `{missing}`.", key=True)
        return
    for index, row in enumerate(table.rows):
        if len(row) != len(table.columns):
            message = f"This row has {len(row)} cells, but there are {len(table.columns)} columns."
            findings.add(file, (*path, "rows", index), "KB024", message, "One cell per column.")
            continue
        for cell, column in enumerate(table.columns):
            if wrong := misfit(row[cell], column.unit):
                findings.add(file, (*path, "rows", index, cell), "KB024", f"`{fact.name}`: {wrong[0]}", wrong[1])


# --- What nobody uses ----------------------------------------------------------------------------------------


def _used_facts(draft: Draft) -> frozenset[tuple[str, str]]:
    """Topic and name of every fact some text or some programme's gives refer to."""
    return frozenset(_references(draft))


def _references(draft: Draft) -> Iterator[tuple[str, str]]:
    for topic in draft.content.topics.values():
        for _, answer in answers_of(topic, draft.trees):
            for _, texts in texts_of(answer):
                for text in texts.values():
                    yield from _named(text, topic.id)
        for version in topic.versions:
            for gives in version.gives:
                yield from ((topic.id, name) for name in (gives.share, gives.at_most) if name)
    for intent in draft.content.intents.values():
        for locale in LOCALES:
            for reply in intent.reply.get(locale, ()):
                yield from _named(reply, "")


def _named(text: str, topic: str) -> Iterator[tuple[str, str]]:
    for placeholder in placeholders(text):
        if isinstance(placeholder, Placeholder):
            yield placeholder.topic or topic, placeholder.fact


def _unused(topic: Topic, used: frozenset[tuple[str, str]], draft: Draft, findings: Findings) -> None:
    newest: dict[str, Version] = {name: version for version in topic.versions for name in version.facts}
    for name, version in newest.items():
        if (topic.id, name) not in used:
            path = (*version_path(topic, version, draft.trees), "facts", name)
            message = f"No text uses the fact `{name}`."
            findings.notice(topic.place.file, path, "KB029", message, f"Write {{{name}}} in a text, or delete it.")


def _contacts(draft: Draft, day: date, findings: Findings) -> None:
    asked = {topic.contact for topic in draft.content.topics.values()}
    complete = not any(name.startswith("knowledge/") for name in draft.broken)
    for contact in draft.content.contacts.values():
        file = contact.place.file
        if contact.id not in asked and complete:
            message = f"No topic names the contact `{contact.id}`."
            findings.notice(file, (), "KB015", message, "Name it as `contact` of a topic, or delete the file.")
        if contact.url is not None and not contact.url.startswith("https://"):
            hint = "Give the https address, or none."
            findings.add(file, ("url",), "KB026", f"“{contact.url}” is not an https address.", hint)
        if contact.source is not None:
            _source(file, ("source",), contact.source, day, findings)


MODULE_FIELDS = (
    "provider", "place", "level", "duration", "format", "language", "price", "entry", "credential", "ects", "dates",
)  # fmt: skip


def _module_fields(draft: Draft, findings: Findings) -> None:
    """A field of the module blocks that no aspect puts into a sentence is never said."""
    modules = [topic for topic in draft.content.topics.values() if topic.module]
    if not modules or any(name.startswith("intents/aspects/") for name in draft.broken):
        return
    said = {aspect.module_field for aspect in draft.content.aspects.values()}
    first = min(modules, key=lambda topic: topic.place.file)
    for name in MODULE_FIELDS:
        if name not in said:
            message = f"No aspect has a sentence for `{name}` of the module blocks."
            hint = f"Add `module: {{field: {name}, known: …, unknown: …}}` to a file of intents/aspects/."
            findings.notice(first.place.file, ("module", name), "KB049", message, hint)
    for aspect in draft.content.aspects.values():
        others = [one for one in draft.content.aspects.values() if one.module_field == aspect.module_field]
        if aspect.module_field and min(others, key=lambda one: one.id) is not aspect:
            message = f"Another aspect answers `{aspect.module_field}` as well."
            findings.notice(aspect.place.file, ("module", "field"), "KB049", message, "Check that both are meant.")
