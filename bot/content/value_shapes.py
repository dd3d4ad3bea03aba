"""The smaller shapes inside content files: texts, numbers and days, sources, facts, conditions."""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    StringConstraints,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from bot.content.definitions import Confidence, Per, Unit

ID_PATTERN = r"^[a-z][a-z0-9_]{0,59}$"
WORD_PATTERN = r"^[A-Za-z][A-Za-z0-9_]{0,59}$"
DAY_PATTERN = r"^(199[0-9]|20[0-9]{2})-[0-9]{2}-[0-9]{2}$"
"""Days of validity and review lie between 1990 and 2099; anything else is a slip of the finger."""
AS_OF_PATTERN = r"^((19|20)[0-9]{2}(-(0[1-9]|1[0-2]))?|undated)$"


def number_of(value: object) -> Decimal:
    """A number as the tree has it; no text, no truth value."""
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    raise PydanticCustomError("number_wanted", "a number is expected here, without unit and quotes")


def day_of(value: object) -> date:
    """A day between 1990 and 2099."""
    found = _date(value)
    if found is None:
        raise PydanticCustomError("day_wanted", "a day is expected here, such as 2026-02-01")
    if not 1990 <= found.year <= 2099:
        raise PydanticCustomError("day_wanted", "a day between 1990 and 2099 is expected here")
    return found


def _date(value: object) -> date | None:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or len(value) != len("2026-02-01"):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _as_of(value: object) -> str:
    if (day := _date(value)) is not None and 1900 <= day.year <= 2099:
        return day.isoformat()
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if isinstance(text, str) and re.match(AS_OF_PATTERN, text):
        return text
    raise PydanticCustomError("as_of_wanted", "a day, a month, a year or undated is expected here")


Id = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Word = Annotated[str, StringConstraints(pattern=WORD_PATTERN)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4_000, pattern=r"\S")]
Url = Annotated[str, StringConstraints(min_length=1, pattern=r"^\S+$")]
Number = Annotated[Decimal, BeforeValidator(number_of), WithJsonSchema({"type": "number"})]
Day = Annotated[
    date,
    BeforeValidator(day_of),
    WithJsonSchema({"type": "string", "format": "date", "pattern": DAY_PATTERN}),
]
AsOf = Annotated[
    str,
    BeforeValidator(_as_of),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "format": "date", "pattern": "^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$"},
                {"type": "string", "pattern": AS_OF_PATTERN},
                {"type": "integer", "minimum": 1900, "maximum": 2099},
            ]
        }
    ),
]


class Shape(BaseModel):
    """A part of a file: no key beyond the ones named, no value of another type."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


class FilledShape(Shape):
    """A part of a file whose keys may all be left out, but not all at once."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    @model_validator(mode="after")
    def _has_a_key(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("keys_wanted", "at least one key is expected here")
        return self


class Texts(Shape):
    """One text in both languages."""

    de: Text = Field(description="German, with Sie.")
    en: Text = Field(description="English.")


class Sentences(Shape):
    """At least one sentence in each language."""

    de: list[Text] = Field(min_length=1, description="German.")
    en: list[Text] = Field(min_length=1, description="English.")


class OptionalSentences(Shape):
    """Sentences in both languages; a list may be empty."""

    de: list[Text] = Field(description="German.")
    en: list[Text] = Field(description="English.")


def _kind_of_known(value: object) -> str:
    return "unknown" if isinstance(value, str) else "known"


Unknown = Annotated[Literal["unknown"], Tag("unknown")]
TextsOrUnknown = Annotated[Annotated[Texts, Tag("known")] | Unknown, Discriminator(_kind_of_known)]
NumberOrUnknown = Annotated[Annotated[Number, Tag("known")] | Unknown, Discriminator(_kind_of_known)]
CountOrUnknown = Annotated[
    Annotated[Annotated[int, Field(ge=1)], Tag("known")] | Unknown, Discriminator(_kind_of_known)
]
ModuleFormat = Literal["on_site", "online", "blended", "part_time", "full_time"]
FormatsOrUnknown = Annotated[
    Annotated[Annotated[list[ModuleFormat], Field(min_length=1)], Tag("known")] | Unknown,
    Discriminator(_kind_of_known),
]
LanguagesOrUnknown = Annotated[
    Annotated[Annotated[list[Literal["de", "en"]], Field(min_length=1)], Tag("known")] | Unknown,
    Discriminator(_kind_of_known),
]


# --- Sources, facts, conditions ------------------------------------------------------------------------------


class SourceShape(Shape):
    """Where a statement comes from."""

    title: Text = Field(description="The name under which people find it; shown under every answer.")
    url: Url | None = Field(None, description="Its address, https.")
    as_of: AsOf = Field(description="The date the source itself shows: 2026-02-02, 2026-02, 2026, or undated.")
    reviewed: Day = Field(description="The day somebody last compared our text with the source.")
    kind: Literal["statute", "authority", "provider", "press"] = Field(
        "authority", description="A statute is reviewed every twelve months, figures of all others every six."
    )


class RangeShape(FilledShape):
    """A value between two bounds; leave out the one that is open."""

    min: Number | None = Field(None, description="The smallest value, inclusive.")
    max: Number | None = Field(None, description="The greatest value, inclusive.")


def _kind_of_value(value: object) -> str | None:
    match value:
        case bool():
            return None
        case int() | Decimal():
            return "number"
        case date():
            return "day"
        case str():
            return "text"
        case {"de": _} | {"en": _}:
            return "texts"
        case dict():
            return "range"
    return None


Value = Annotated[
    Annotated[Number, Tag("number")]
    | Annotated[date, Tag("day")]
    | Annotated[Text, Tag("text")]
    | Annotated[Texts, Tag("texts")]
    | Annotated[RangeShape, Tag("range")],
    Discriminator(
        _kind_of_value,
        custom_error_type="value_wanted",
        custom_error_message="a number, a range {min, max}, a date, a text or {de, en} is expected here",
    ),
]


class ColumnShape(Shape):
    """A column of a table."""

    title: Texts = Field(description="The heading; a row reads: first cell, then title and value of the others.")
    unit: Unit = Field(description="The unit of the cells.")


class FactShape(Shape):
    """One figure with its source. Texts name it in braces: {name}."""

    value: Value | None = Field(None, description="A number, {min, max}, a date, a text or {de, en}; not for tables.")
    unit: Unit = Field(description="What the value is counted in; Lotse writes it in the reader's language.")
    source: Id = Field(description="A key of this topic's sources.")
    confidence: Confidence = Field(description="How sure the sources are; inferred is arithmetic on shown facts only.")
    per: Per | None = Field(None, description="What the value is for: per course, per year …")
    review_by: Day | None = Field(None, description="The last day it may be shown; else six or twelve months.")
    columns: list[ColumnShape] | None = Field(None, min_length=2, description="Only for unit: table.")
    rows: list[Annotated[list[Value], Field(min_length=1)]] | None = Field(
        None, min_length=1, description="Only for unit: table; a cell per column."
    )


class ListCondition(FilledShape):
    """Some values of a slot, and what is not in either list is unknown."""

    is_: list[Word] | None = Field(None, alias="is", min_length=1, description="These fit.")
    not_: list[Word] | None = Field(None, alias="not", min_length=1, description="These do not.")


class NumberCondition(FilledShape):
    """Bounds of a slot that is a number, both inclusive."""

    min: Number | None = Field(None, description="At least.")
    max: Number | None = Field(None, description="At most.")


def _kind_of_condition(value: object) -> str | None:
    match value:
        case list():
            return "values"
        case {"min": _} | {"max": _}:
            return "bounds"
        case dict():
            return "choice"
    return None


ConditionShape = Annotated[
    Annotated[Annotated[list[Word], Field(min_length=1)], Tag("values")]
    | Annotated[ListCondition, Tag("choice")]
    | Annotated[NumberCondition, Tag("bounds")],
    Discriminator(
        _kind_of_condition,
        custom_error_type="condition_wanted",
        custom_error_message="a list of values, {is, not} or {min, max} is expected here",
    ),
]


class SuitsShape(Shape):
    """Whom it is for: slots of intents/_lists.yaml, all of which must hold."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, ConditionShape]
    source: Id = Field(description="The key of the source that says so.")
    any: list[Annotated[dict[Id, ConditionShape], Field(min_length=1, max_length=1)]] | None = Field(
        None, min_length=2, description="Alternatives, one slot each; one of them must hold."
    )


class GivesShape(Shape):
    """What a programme gives, for the advisors; share and at_most are names of facts."""

    kind: Literal["grant", "loan", "wage", "leave"] = Field(description="grant, loan, wage or leave.")
    of: Id = Field(description="Of what: course_cost, exam_fee, living …")
    share: Id | None = Field(None, description="The fact that says which share.")
    at_most: Id | None = Field(None, description="The fact that says up to how much.")
    when: dict[Id, ConditionShape] | None = Field(None, description="Only when these slots hold.")
