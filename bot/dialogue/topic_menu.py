"""What can be asked, as a menu a few presses deep: area, topic, side of the topic. Computed from the content as it is now.

A programme that is over is left out, and so is a side about which nothing is known: nobody should press their way to a gap.
"""

from collections.abc import Mapping
from datetime import date

from bot.content.definitions import AREAS, Area, Content, Topic
from bot.content.facts import has_ended
from bot.dialogue.choosing import SAY
from bot.dialogue.naming import aspect_title
from bot.model import AspectId, Choice, Locale, TopicId

AREA_TITLES: Mapping[Area, Mapping[Locale, str]] = {
    "funding": {"de": "Förderung", "en": "Funding"},
    "modules": {"de": "Kurse und Module", "en": "Courses and modules"},
    "recognition": {"de": "Anerkennung", "en": "Recognition"},
    "initiative": {"de": "Initiativen und Beratung", "en": "Initiatives and advice"},
}
OVERVIEW = AspectId("overview")


def areas_of(content: Content, day: date) -> tuple[Area, ...]:
    """The areas there are topics in."""
    return tuple(area for area in AREAS if topics_in(content, area, day))


def topics_in(content: Content, area: Area, day: date) -> tuple[TopicId, ...]:
    """The topics of an area that are not over: the area as a whole first, then those there is most to say about."""
    there = [topic for topic in content.topics.values() if topic.area == area and not has_ended(topic, day)]
    there.sort(key=lambda topic: (topic.kind != "overview", -len(topic.answers), topic.id))
    return tuple(topic.id for topic in there)


def sides_of(content: Content, topic_id: TopicId, locale: Locale) -> tuple[Choice, ...]:
    """The sides of a topic something is known about, as the choices that give these answers."""
    topic = content.topics[topic_id]
    written = tuple(aspect for aspect, answer in topic.answers.items() if not answer.gap and aspect != OVERVIEW)
    sides = dict.fromkeys((OVERVIEW, *written, *_of_module(content, topic)))
    return tuple(
        Choice(aspect_title(content, topic_id, aspect, locale), f"{SAY}{topic_id}.{aspect}") for aspect in sides
    )


def _of_module(content: Content, topic: Topic) -> tuple[AspectId, ...]:
    """The sides a course's own record answers."""
    if topic.module is None:
        return ()
    asked = ((aspect.id, getattr(topic.module, aspect.module_field or "", None)) for aspect in content.aspects.values())
    return tuple(aspect for aspect, value in asked if value not in (None, ()))
