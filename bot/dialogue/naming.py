"""What topics, aspects, answers and contacts are called in front of an employee."""

from collections.abc import Mapping

from bot.content.definitions import ByLocale, Content, IntentKind
from bot.dialogue.desk_words import DESK_WORDS
from bot.dialogue.wording import UNKNOWN_CONTACT
from bot.model import AspectId, IntentId, Locale, TopicId

KIND_TITLES: Mapping[IntentKind, ByLocale] = {
    "smalltalk": {"de": "Plauderei", "en": "small talk"},
    "control": {"de": "eine Anweisung an Lotse", "en": "an instruction to Lotse"},
    "handoff": {"de": "ein Anliegen für einen Menschen", "en": "a matter for a person"},
    "off_topic": {"de": "nichts, wozu Lotse Auskunft gibt", "en": "nothing Lotse gives information about"},
}
"""What an intent is called that is no answer."""


def title_of(content: Content, topic: TopicId, locale: Locale) -> str:
    """The topic's title."""
    return content.topics[topic].title[locale]


def aspect_title(content: Content, topic: TopicId | None, aspect: AspectId, locale: Locale) -> str:
    """The aspect's name: the topic's own answer may bring its own."""
    if topic is not None:
        answer = content.topics[topic].answers.get(aspect)
        if answer and answer.title:
            return answer.title[locale]
    return content.aspects[aspect].title[locale] if aspect in content.aspects else aspect


def answer_title(content: Content, topic: TopicId, aspect: AspectId, locale: Locale) -> str:
    """Topic and aspect as people would say it: *Weiterbildungsbonus Schleswig-Holstein: Höhe*."""
    if aspect == "overview":
        return title_of(content, topic, locale)
    return f"{title_of(content, topic, locale)}: {aspect_title(content, topic, aspect, locale)}"


def label_title(content: Content, label: str, locale: Locale) -> str:
    """The title of a label: ``topic.aspect``, a topic, an aspect, or what an intent is about.

    Of small talk, control words and foreign subjects coordinators need to know only that they are that.
    """
    topic, _, aspect = label.partition(".")
    if TopicId(topic) in content.topics:
        return answer_title(content, TopicId(topic), AspectId(aspect or "overview"), locale)
    intent = content.intents.get(IntentId(label))
    if intent is None:
        return aspect_title(content, None, AspectId(label), locale).replace("_", " ")
    return DESK_WORDS[locale].get(f"desk_reason_{label}", KIND_TITLES[intent.kind][locale])


def contact_line(content: Content, topic: TopicId, locale: Locale) -> str:
    """Whom to ask about a topic: name, telephone, address on the web."""
    contact = content.contacts.get(content.topics[topic].contact)
    if contact is None:
        return UNKNOWN_CONTACT[locale]
    ways = [way for way in (contact.phone, contact.email, contact.url) if way]
    return f"{contact.name[locale]} ({', '.join(ways)})" if ways else contact.name[locale]
