"""The shape of the files admins write, one model per kind of file.

Two things come out of these models: the check of a file (``shape_findings.py`` turns pydantic's errors into words
with a place) and the JSON Schemas that give an editor completion and descriptions (``editor_schema.py``). One
description for both is the point: what the editor underlines, the check refuses. Rules that need more than one file,
or arithmetic on dates, are not shape; they live in ``references.py`` and the modules beside it.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from bot.content.definitions import AREAS, Area, Confidence
from bot.content.team_shapes import TeamsFile
from bot.content.value_shapes import (
    CountOrUnknown,
    Day,
    FactShape,
    FilledShape,
    FormatsOrUnknown,
    GivesShape,
    Id,
    LanguagesOrUnknown,
    ModuleFormat,
    NumberOrUnknown,
    OptionalSentences,
    Sentences,
    Shape,
    SourceShape,
    SuitsShape,
    Text,
    Texts,
    TextsOrUnknown,
    Url,
    Word,
)

# --- Answers -------------------------------------------------------------------------------------------------


class TestSentences(Shape):
    """Sentences of one language."""

    __test__ = False
    yes: list[Text] = Field(default_factory=list, description="Must lead here.")
    no: list[Text] = Field(default_factory=list, description="Must not lead here.")


class TestsShape(Shape):
    """Sentences that must, and must not, lead here; they never train the reader."""

    __test__ = False
    de: TestSentences = Field(description="German.")
    en: TestSentences = Field(description="English.")


class WhereShape(FilledShape):
    """What the module block must say."""

    format: list[ModuleFormat] | None = Field(None, min_length=1, description="Any of these formats.")
    language: list[Literal["de", "en"]] | None = Field(None, min_length=1, description="Any of these languages.")


class ListShape(Shape):
    """A list that is computed and printed where the text says {list}."""

    area: Area = Field(description="The area whose topics are listed.")
    where: WhereShape | None = Field(None, description="Only modules that fit.")
    max_days: int | None = Field(None, ge=1, description="Only modules of at most so many course days.")


class AnswerShape(Shape):
    """The text for one side of the topic."""

    de: Text = Field(description="Two to five short sentences; figures in braces.")
    en: Text = Field(description="The same in English, with the same facts.")
    title: Texts | None = Field(None, description="Only for an aspect of its own: the words on a button.")
    plain: Texts | None = Field(None, description="In simple language.")
    more: Texts | None = Field(None, description="Shown after “Mehr dazu”.")
    asks: OptionalSentences | None = Field(None, description="Ways to ask for this answer that the aspect lacks.")
    who: dict[Id, Texts] | None = Field(None, description="The text for a certain kind of person (intents/who/).")
    next: list[Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")]] | None = Field(
        None, description="What helps next: an aspect of this topic, a topic, or topic.aspect."
    )
    sources: list[Id] | None = Field(None, description="What carries the text where no fact says it.")
    tests: TestsShape | None = Field(None, description="Sentences that must, and must not, lead here.")
    list_: ListShape | None = Field(None, alias="list", description="A computed list for {list}.")
    gap: bool = Field(False, description="true: the text says that nothing reviewed is known.")


class VersionShape(Shape):
    """What is valid together."""

    from_: Day | None = Field(None, alias="from", description="The first day; leave out when it does not matter.")
    to: Day | None = Field(None, description="The last day; leave out for the version in force.")
    facts: dict[Id, FactShape] = Field(default_factory=dict, description="The figures by name.")
    suits: SuitsShape | None = Field(None, description="Whom it is for.")
    gives: list[GivesShape] | None = Field(None, description="What it gives.")
    answers: dict[Id, AnswerShape] | None = Field(None, description="Answers whose wording differs in this version.")


class ModuleShape(Shape):
    """What is known of a course; unknown is a value and is said so."""

    source: Id = Field(description="A key of this topic's sources.")
    confidence: Confidence = Field(description="How sure the source is.")
    provider: TextsOrUnknown = Field(description="Who offers it.")
    place: TextsOrUnknown = Field(description="Where.")
    level: TextsOrUnknown = Field(description="Level, such as the DQR.")
    duration: TextsOrUnknown = Field(description="How long, in words.")
    days: CountOrUnknown = Field(description="Whole course days, for lists.")
    format: FormatsOrUnknown = Field(description="on_site, online, blended, part_time, full_time.")
    language: LanguagesOrUnknown = Field(description="Languages of the course.")
    price: TextsOrUnknown = Field(description="What it costs, in words.")
    entry: TextsOrUnknown = Field(description="What one has to bring.")
    credential: TextsOrUnknown = Field(description="What one gets at the end.")
    ects: NumberOrUnknown = Field(description="ECTS credits.")
    dates: TextsOrUnknown = Field(description="When it takes place, in words.")


# --- The files -----------------------------------------------------------------------------------------------


def _with_overview(answers: dict[str, AnswerShape]) -> dict[str, AnswerShape]:
    if "overview" not in answers:
        raise PydanticCustomError("overview_wanted", "the answer `overview` is missing")
    return answers


class TopicFile(Shape):
    """A subject of the knowledge base."""

    topic: Id = Field(description="The file's name.")
    area: Area = Field(description="The folder's name.")
    kind: Literal["topic", "overview"] = Field("topic", description="overview: an area as a whole.")
    title: Texts = Field(description="The full name.")
    names: Sentences = Field(description="What people call it; never whole questions.")
    team: Id = Field(description="Who gets the handoffs: an id of teams.yaml.")
    contact: Id = Field(description="Whom to ask: a file of contacts/.")
    sources: dict[Id, SourceShape] = Field(default_factory=dict, description="The main source first.")
    versions: list[VersionShape] = Field(default_factory=list, description="What changes together; newest first.")
    answers: Annotated[
        dict[Id, AnswerShape], AfterValidator(_with_overview), Field(json_schema_extra={"required": ["overview"]})
    ] = Field(description="The most asked first; overview is required.")
    same_as: dict[Id, Id] | None = Field(None, description="Aspects that another aspect's text answers here.")
    module: ModuleShape | None = Field(None, description="Only for course modules.")
    ended: Day | None = Field(None, description="The last day of a programme that is over.")
    instead: list[Id] | None = Field(None, min_length=1, description="Topics to point to instead.")
    starter: Texts | None = Field(None, description="A question to begin with, shown where a conversation is empty.")


class ModuleSentences(Shape):
    """How the module block answers this aspect."""

    field: Literal[
        "provider", "place", "level", "duration", "format", "language", "price", "entry", "credential", "ects", "dates"
    ] = Field(description="The field of the module block.")
    known: Texts = Field(description="With {value} and {module}.")
    unknown: Texts = Field(description="With {module} and {contact}.")


class AspectFile(Shape):
    """One side of a topic that people ask for."""

    aspect: Id = Field(description="The file's name.")
    title: Texts = Field(description="On a button, after the topic's name.")
    areas: list[Area] = Field(min_length=1, description="Where it makes sense.")
    phrases: OptionalSentences | None = Field(None, description="Templates: (a|b) [x] {topic} {who} <rule>.")
    examples: Sentences = Field(description="Whole sentences as people type them.")
    counterexamples: OptionalSentences | None = Field(None, description="They look alike but belong elsewhere.")
    module: ModuleSentences | None = Field(None, description="Where the module block answers this aspect.")


class WhoFile(Shape):
    """A kind of person."""

    who: Id = Field(description="The file's name.")
    title: Texts = Field(description="A plural noun: Auszubildende.")
    slots: dict[Id, Word | int] = Field(description="What it says about the slots of _lists.yaml; {} for nothing.")
    phrases: OptionalSentences | None = Field(None, description="The words themselves.")
    examples: Sentences = Field(description="Whole sentences as people type them.")
    counterexamples: OptionalSentences | None = Field(None, description="They look alike but mean somebody else.")


class IntentFile(Shape):
    """Anything a message can want that is not an answer from the knowledge base."""

    intent: Id = Field(description="The file's name.")
    kind: Literal["smalltalk", "control", "handoff", "off_topic"] = Field(description="The folder's name.")
    about: Text = Field(description="One line for the people who edit.")
    action: Id | None = Field(None, description="What Lotse does besides the reply; for control and handoff.")
    team: Id | None = Field(None, description="Who gets the handoffs: an id of teams.yaml.")
    reply: Sentences | None = Field(
        None, description="One of several is picked by turn. Off topic without one: Lotse says that it does not know."
    )
    phrases: OptionalSentences | None = Field(None, description="Templates: (a|b) [x] {topic} {who} <rule>.")
    examples: Sentences = Field(description="Whole sentences as people type them.")
    counterexamples: OptionalSentences | None = Field(None, description="They look alike but belong elsewhere.")
    tests: TestsShape | None = Field(None, description="Sentences that must, and must not, lead here.")


class ContactFile(Shape):
    """Whom to ask: an authority, a chamber, a provider."""

    contact: Id = Field(description="The file's name.")
    name: Texts = Field(description="The full name.")
    about: Texts = Field(description="What it is responsible for.")
    phone: Text | None = Field(None, description="In quotes, as people dial it.")
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")] | None = Field(
        None, description="An address people may write to."
    )
    url: Url | None = Field(None, description="Its page, https.")
    source: SourceShape | None = Field(None, description="Where the details come from.")


class StepShape(Shape):
    """A rung of the ladder."""

    title: Texts = Field(description="The name of the qualification.")
    topic: Id | None = Field(None, description="Where to read on.")
    level: CountOrUnknown = Field(description="DQR level, or unknown.")
    requires: list[Id] = Field(default_factory=list, description="Other steps, any of which opens this one.")


class PathwaysFile(Shape):
    """The ladder of qualifications."""

    steps: dict[Id, StepShape] = Field(min_length=1, description="The steps by id.")


class SlotValueShape(Shape):
    """A value of a slot."""

    title: Texts = Field(description="As a choice to press.")
    condition: Texts = Field(description="As a condition: Sie sind angestellt.")


class ChoiceSlot(Shape):
    """A slot with named values."""

    title: Texts = Field(description="The name people read.")
    kind: Literal["choice"] = Field(description="choice or number.")
    values: dict[Word, SlotValueShape] = Field(min_length=2, description="The values by id.")


class NumberSlot(Shape):
    """A slot that is a number."""

    title: Texts = Field(description="The name people read.")
    kind: Literal["number"] = Field(description="choice or number.")
    at_least: Texts = Field(description="With {min}.")
    at_most: Texts = Field(description="With {max}.")


class SynonymsShape(Shape):
    """Groups of words that mean the same for finding."""

    de: list[Annotated[list[Text], Field(min_length=2)]] = Field(description="German.")
    en: list[Annotated[list[Text], Field(min_length=2)]] = Field(description="English.")


class RulesShape(Shape):
    """Named pieces of phrases, written <name> there."""

    de: dict[Id, Text] = Field(description="German.")
    en: dict[Id, Text] = Field(description="English.")


class ListsFile(Shape):
    """What several files of intents/ share."""

    slots: dict[Id, Annotated[ChoiceSlot | NumberSlot, Field(discriminator="kind")]] = Field(
        min_length=1, description="What suits may ask."
    )
    synonyms: SynonymsShape = Field(description="Words that mean the same.")
    rules: RulesShape = Field(description="Named pieces of phrases.")


class KnownFailure(Shape):
    """A test sentence that is known to fail."""

    label: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")] = Field(
        description="What it should lead to, or should not: topic.aspect or an intent."
    )
    locale: Literal["de", "en"] = Field(description="The language of the list it stands in.")
    sentence: Text = Field(description="The test sentence, word for word.")


class KnownFailuresFile(Shape):
    """Test sentences that are known to fail."""

    failures: list[KnownFailure] = Field(description="The sentences; each must fail, or leave the list.")


class DraftAnswer(Shape):
    """An answer that waits to be written: the coordinator's words in one language, and the question as a test."""

    de: Text | None = Field(None, description="German; two to five short sentences, figures become facts.")
    en: Text | None = Field(None, description="The same in English.")
    title: Texts | None = Field(None, description="Only for an aspect of its own: the words on a button.")
    asks: OptionalSentences | None = Field(None, description="Ways to ask for this answer that the aspect lacks.")
    tests: TestsShape = Field(description="The question of the case, as a sentence that must lead here.")


class DraftFile(Shape):
    """A draft of an answer, made from a solved case. Lotse never answers from it."""

    draft: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[1-9][0-9]*$")] = Field(
        description="The file's name."
    )
    case: int = Field(ge=1, description="The number of the case.")
    solved: Day = Field(description="The day it was solved.")
    topic: Id | None = Field(None, description="What it was probably about; a guess.")
    aspect: Id | None = Field(None, description="Which side of it; a guess.")
    replaced: dict[Id, int] | None = Field(None, description="How much personal data of which kind was taken out.")
    cut: bool = Field(False, description="true: it was too long, and its end is missing.")
    answer: DraftAnswer = Field(description="What goes under `answers` of a topic.")


# --- Kinds of files ------------------------------------------------------------------------------------------

FileKind = Literal[
    "topic", "aspect", "who", "intent", "contact", "teams", "pathways", "lists", "known_failures", "draft"
]

FILE_MODELS: Mapping[FileKind, type[Shape]] = {
    "topic": TopicFile,
    "aspect": AspectFile,
    "who": WhoFile,
    "intent": IntentFile,
    "contact": ContactFile,
    "teams": TeamsFile,
    "pathways": PathwaysFile,
    "lists": ListsFile,
    "known_failures": KnownFailuresFile,
    "draft": DraftFile,
}


def kind_of(name: str) -> FileKind | None:
    """The kind of a file by its place, such as ``knowledge/funding/kompass.yaml``; None: nothing is read there."""
    match name.split("/"):
        case ["knowledge", "teams.yaml"]:
            return "teams"
        case ["knowledge", "pathways.yaml"]:
            return "pathways"
        case ["knowledge", "known_failures.yaml"]:
            return "known_failures"
        case ["drafts", _]:
            return "draft"
        case ["knowledge", "contacts", _]:
            return "contact"
        case ["knowledge", area, _] if area in AREAS:
            return "topic"
        case ["intents", "_lists.yaml"]:
            return "lists"
        case ["intents", "aspects", _]:
            return "aspect"
        case ["intents", "who", _]:
            return "who"
        case ["intents", "smalltalk" | "control" | "handoff" | "off_topic", _]:
            return "intent"
    return None
