"""From the shapes of single files to the values the program works with; no judgement, no findings."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from decimal import Decimal
from types import MappingProxyType

from bot.content import schema, team_shapes, value_shapes
from bot.content.definitions import (
    Answer,
    Aspect,
    ByLocale,
    Closing,
    Column,
    Condition,
    Contact,
    DayException,
    Fact,
    FactValue,
    Gives,
    Intent,
    ListQuery,
    Lists,
    ListsByLocale,
    Module,
    OpenSlot,
    Place,
    Range,
    Sla,
    Slot,
    SlotValue,
    Source,
    Step,
    Suits,
    Table,
    Team,
    TeamCalendar,
    Tests,
    Topic,
    Version,
    Who,
)
from bot.content.yaml_tree import Tree
from bot.model import AspectId, IntentId, TopicId, WhoId


def place(tree: Tree, *path: str | int) -> Place:
    """The place of a key's value, or of the file's beginning."""
    return Place(tree.file, *tree.mark(path, key=True))


def texts(shape: value_shapes.Texts | None) -> ByLocale:
    """Both languages; empty when nothing is written."""
    return {"de": shape.de, "en": shape.en} if shape else {}


def sentences(shape: value_shapes.Sentences | value_shapes.OptionalSentences | None) -> ListsByLocale:
    """Both languages; empty when nothing is written."""
    return {"de": tuple(shape.de), "en": tuple(shape.en)} if shape else {}


def tests(shape: schema.TestsShape | None) -> Tests:
    """Test sentences by locale."""
    if shape is None:
        return Tests()
    return Tests(
        yes={"de": tuple(shape.de.yes), "en": tuple(shape.en.yes)},
        no={"de": tuple(shape.de.no), "en": tuple(shape.en.no)},
    )


def topic(shape: schema.TopicFile, tree: Tree) -> Topic:
    """One topic; its versions oldest first."""
    versions = [_version(version, tree, index) for index, version in enumerate(shape.versions)]
    return Topic(
        id=TopicId(shape.topic),
        area=shape.area,
        kind=shape.kind,
        title=texts(shape.title),
        names=sentences(shape.names),
        team=shape.team,
        contact=shape.contact,
        sources={name: source(name, of) for name, of in shape.sources.items()},
        versions=tuple(sorted(versions, key=lambda version: version.start or date.min)),
        answers=_answers(shape.answers, tree, "answers"),
        same_as={AspectId(key): AspectId(value) for key, value in (shape.same_as or {}).items()},
        module=_module(shape.module) if shape.module else None,
        ended=shape.ended,
        instead=tuple(TopicId(other) for other in shape.instead or ()),
        starter=texts(shape.starter),
        place=place(tree),
    )


def source(name: str, shape: value_shapes.SourceShape) -> Source:
    """A source; an undated one has no ``as_of``."""
    as_of = None if shape.as_of == "undated" else shape.as_of
    return Source(name, shape.title, shape.url, as_of, shape.reviewed, shape.kind)


def _answers(shapes: Mapping[str, schema.AnswerShape], tree: Tree, *path: str | int) -> Mapping[AspectId, Answer]:
    return {AspectId(name): _answer(name, shape, place(tree, *path, name)) for name, shape in shapes.items()}


def _answer(name: str, shape: schema.AnswerShape, where: Place) -> Answer:
    return Answer(
        aspect=AspectId(name),
        text={"de": shape.de, "en": shape.en},
        place=where,
        title=texts(shape.title),
        plain=texts(shape.plain),
        more=texts(shape.more),
        asks=sentences(shape.asks),
        who={WhoId(who): texts(of) for who, of in (shape.who or {}).items()},
        next=tuple(shape.next or ()),
        sources=tuple(shape.sources or ()),
        tests=tests(shape.tests),
        query=_query(shape.list_) if shape.list_ else None,
        gap=shape.gap,
    )


def _query(shape: schema.ListShape) -> ListQuery:
    where: dict[str, tuple[str, ...]] = {}
    if shape.where and shape.where.format:
        where["format"] = tuple(shape.where.format)
    if shape.where and shape.where.language:
        where["language"] = tuple(shape.where.language)
    return ListQuery(shape.area, where, shape.max_days)


def _version(shape: schema.VersionShape, tree: Tree, index: int) -> Version:
    return Version(
        start=shape.from_,
        end=shape.to,
        facts={name: _fact(name, fact) for name, fact in shape.facts.items()},
        suits=_suits(shape.suits) if shape.suits else None,
        gives=tuple(_gives(gives) for gives in shape.gives or ()),
        answers=_answers(shape.answers or {}, tree, "versions", index, "answers"),
        place=place(tree, "versions", index),
    )


def _fact(name: str, shape: value_shapes.FactShape) -> Fact:
    if shape.columns is not None or shape.rows is not None:
        columns = tuple(Column(texts(column.title), column.unit) for column in shape.columns or ())
        rows = tuple(tuple(_value(cell) for cell in row) for row in shape.rows or ())
        value: FactValue = Table(columns, rows)
    else:
        value = _value(shape.value) if shape.value is not None else ""
    return Fact(name, value, shape.unit, shape.source, shape.confidence, shape.per, shape.review_by)


def _value(shape: Decimal | date | str | value_shapes.Texts | value_shapes.RangeShape) -> FactValue:
    match shape:
        case value_shapes.Texts():
            return texts(shape)
        case value_shapes.RangeShape():
            return Range(shape.min, shape.max)
        case _:
            return shape


def _suits(shape: value_shapes.SuitsShape) -> Suits:
    conditions = tuple(condition(slot, of) for slot, of in (shape.__pydantic_extra__ or {}).items())
    alternatives = tuple(condition(slot, of) for group in shape.any or () for slot, of in group.items())
    return Suits(conditions, shape.source, (alternatives,) if alternatives else ())


def condition(slot: str, shape: list[str] | value_shapes.ListCondition | value_shapes.NumberCondition) -> Condition:
    """What is asked of one slot."""
    match shape:
        case value_shapes.ListCondition():
            return Condition(slot, frozenset(shape.is_ or ()), frozenset(shape.not_ or ()))
        case value_shapes.NumberCondition():
            return Condition(slot, minimum=shape.min, maximum=shape.max)
        case _:
            return Condition(slot, frozenset(shape), closed=True)


def _gives(shape: value_shapes.GivesShape) -> Gives:
    when = tuple(condition(slot, of) for slot, of in (shape.when or {}).items())
    return Gives(shape.kind, shape.of, shape.share, shape.at_most, when)


def _module(shape: schema.ModuleShape) -> Module:
    def known(value: value_shapes.Texts | str) -> ByLocale | None:
        return None if isinstance(value, str) else texts(value)

    return Module(
        provider=known(shape.provider),
        place=known(shape.place),
        level=known(shape.level),
        duration=known(shape.duration),
        days=None if isinstance(shape.days, str) else shape.days,
        format=() if isinstance(shape.format, str) else tuple(shape.format),
        language=() if isinstance(shape.language, str) else tuple(shape.language),
        price=known(shape.price),
        entry=known(shape.entry),
        credential=known(shape.credential),
        ects=None if isinstance(shape.ects, str) else shape.ects,
        dates=known(shape.dates),
        source=shape.source,
        confidence=shape.confidence,
    )


def aspect(shape: schema.AspectFile, tree: Tree) -> Aspect:
    """One aspect."""
    return Aspect(
        id=AspectId(shape.aspect),
        title=texts(shape.title),
        areas=tuple(shape.areas),
        phrases=sentences(shape.phrases),
        examples=sentences(shape.examples),
        counterexamples=sentences(shape.counterexamples),
        place=place(tree),
        module_field=shape.module.field if shape.module else None,
        module_known=texts(shape.module.known) if shape.module else {},
        module_unknown=texts(shape.module.unknown) if shape.module else {},
    )


def who(shape: schema.WhoFile, tree: Tree) -> Who:
    """One kind of person."""
    return Who(
        id=WhoId(shape.who),
        title=texts(shape.title),
        slots=dict(shape.slots),
        phrases=sentences(shape.phrases),
        examples=sentences(shape.examples),
        counterexamples=sentences(shape.counterexamples),
        place=place(tree),
    )


def intent(shape: schema.IntentFile, tree: Tree) -> Intent:
    """One intent."""
    return Intent(
        id=IntentId(shape.intent),
        kind=shape.kind,
        reply=sentences(shape.reply),
        phrases=sentences(shape.phrases),
        examples=sentences(shape.examples),
        counterexamples=sentences(shape.counterexamples),
        tests=tests(shape.tests),
        place=place(tree),
        action=shape.action,
        team=shape.team,
    )


def contact(shape: schema.ContactFile, tree: Tree) -> Contact:
    """One contact."""
    return Contact(
        id=shape.contact,
        name=texts(shape.name),
        about=texts(shape.about),
        phone=shape.phone,
        email=shape.email,
        url=shape.url,
        source=source("source", shape.source) if shape.source else None,
        place=place(tree),
    )


def teams(
    shape: team_shapes.TeamsFile, tree: Tree, calendars: Mapping[str, tuple[Closing, ...]] = MappingProxyType({})
) -> Mapping[str, Team]:
    """All teams by id. ``calendars``: the closings of each calendar file, by its name."""
    return {name: _team(name, of, place(tree, "teams", name), calendars) for name, of in shape.teams.items()}


def _team(name: str, shape: team_shapes.TeamShape, where: Place, calendars: Mapping[str, tuple[Closing, ...]]) -> Team:
    named = tuple(shape.calendars or ())
    return Team(
        id=name,
        name=texts(shape.name),
        place=where,
        calendar=TeamCalendar(
            week=tuple(_slots(getattr(shape.hours, day)) for day in team_shapes.WEEK),
            holidays=None if shape.holidays == "none" else shape.holidays,
            exceptions=tuple(_exception(exception) for exception in shape.exceptions or ()),
            closings=tuple(closing for calendar in named for closing in calendars.get(calendar, ())),
        ),
        sla=_sla(shape.sla, shape.lead_after_hours),
        deputy_team=shape.deputy_team,
        relay=shape.relay,
        encrypted_only=shape.encrypted_only,
        ends_with_day=shape.ends_with_day,
        calendars=named,
    )


def _slots(written: Sequence[str] | None) -> tuple[OpenSlot, ...]:
    """The slots in the order they are written; working time does not depend on it."""
    return tuple(OpenSlot(*map(_clock, re.findall(team_shapes.CLOCK_PATTERN, slot))) for slot in written or ())


def _clock(written: str) -> time:
    hour, _, minute = written.partition(":")
    return time(int(hour), int(minute))


def _exception(shape: team_shapes.ExceptionShape) -> DayException:
    """Days of an exception that names none, or not all of them, are those it does name: a finding says so."""
    yearly = isinstance(shape.date, str)
    day = date.fromisoformat(f"{team_shapes.LEAP_YEAR}-{shape.date}") if isinstance(shape.date, str) else shape.date
    first = day or shape.from_ or shape.to or date.min
    last = day or shape.to or first
    return DayException(first, last, _slots(shape.hours), yearly, texts(shape.name))


def _sla(shape: team_shapes.SlaShape | None, lead_after: Decimal | None) -> Sla:
    usual = Sla()
    return Sla(
        first=_hours(shape.first_hours if shape else None, usual.first),
        next=_hours(shape.next_hours if shape else None, usual.next),
        solution_days=(shape.solution_days if shape else None) or usual.solution_days,
        lead_after=_hours(lead_after, usual.lead_after),
    )


def _hours(number: Decimal | None, usual: timedelta) -> timedelta:
    return usual if number is None else timedelta(hours=float(number))


def steps(shape: schema.PathwaysFile, tree: Tree) -> Mapping[str, Step]:
    """The ladder by id."""
    return {
        name: Step(
            id=name,
            title=texts(of.title),
            topic=TopicId(of.topic) if of.topic else None,
            requires=tuple(of.requires),
            level=None if isinstance(of.level, str) else of.level,
            place=place(tree, "steps", name),
        )
        for name, of in shape.steps.items()
    }


def lists(shape: schema.ListsFile) -> Lists:
    """Slots, synonyms and rules."""
    return Lists(
        slots={name: _slot(name, of) for name, of in shape.slots.items()},
        synonyms={
            "de": tuple(tuple(group) for group in shape.synonyms.de),
            "en": tuple(tuple(group) for group in shape.synonyms.en),
        },
        rules={"de": dict(shape.rules.de), "en": dict(shape.rules.en)},
    )


def _slot(name: str, shape: schema.ChoiceSlot | schema.NumberSlot) -> Slot:
    if isinstance(shape, schema.NumberSlot):
        return Slot(name, texts(shape.title), "number", {}, texts(shape.at_least), texts(shape.at_most))
    values = {key: SlotValue(key, texts(of.title), texts(of.condition)) for key, of in shape.values.items()}
    return Slot(name, texts(shape.title), "choice", values)
