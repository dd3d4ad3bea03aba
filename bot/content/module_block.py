"""What the module blocks say, in words: single fields, and the lists computed from all of them."""

from collections.abc import Mapping
from datetime import date

from bot.content.definitions import ByLocale, Content, ListQuery, Module, Topic
from bot.content.unit_words import number_words
from bot.content.validity import MONTHS_SHORT, add_months, has_ended
from bot.model import Locale

FORMAT_WORDS: Mapping[Locale, Mapping[str, str]] = {
    "de": {
        "on_site": "vor Ort",
        "online": "online",
        "blended": "teils online, teils vor Ort",
        "part_time": "in Teilzeit",
        "full_time": "in Vollzeit",
    },
    "en": {
        "on_site": "on site",
        "online": "online",
        "blended": "partly online, partly on site",
        "part_time": "part-time",
        "full_time": "full-time",
    },
}
LANGUAGE_WORDS: Mapping[Locale, Mapping[str, str]] = {
    "de": {"de": "Deutsch", "en": "Englisch"},
    "en": {"de": "German", "en": "English"},
}


def module_value(module: Module, name: str, locale: Locale) -> str | None:
    """One field in words; None when it is unknown."""
    match name:
        case "format":
            return ", ".join(FORMAT_WORDS[locale][value] for value in module.format) or None
        case "language":
            return ", ".join(LANGUAGE_WORDS[locale][value] for value in module.language) or None
        case "ects":
            return None if module.ects is None else f"{number_words(module.ects, locale)} ECTS"
        case _:
            texts: ByLocale | None = getattr(module, name)
            return None if texts is None else texts[locale]


def listed_topics(query: ListQuery, content: Content, day: date) -> tuple[Topic, ...]:
    """The topics a computed list names, by title: those of the area that are not over and whose module block fits."""
    fitting = [
        topic
        for topic in content.topics.values()
        if topic.area == query.area and topic.kind == "topic" and not has_ended(topic, day) and _fits(topic, query)
    ]
    return tuple(sorted(fitting, key=lambda topic: topic.title["de"].casefold()))


def _fits(topic: Topic, query: ListQuery) -> bool:
    if not query.where and query.max_days is None:
        return True
    module = topic.module
    if module is None:
        return False
    having = {"format": module.format, "language": module.language}
    if any(not set(wanted) & set(having.get(key, ())) for key, wanted in query.where.items()):
        return False
    return query.max_days is None or (module.days is not None and module.days <= query.max_days)


def list_words(query: ListQuery, content: Content, locale: Locale, day: date) -> str:
    """The lines that stand for ``{list}``."""
    topics = listed_topics(query, content, day)
    if not topics:
        return "- zurzeit nichts bekannt" if locale == "de" else "- nothing known at present"
    return "\n".join(f"- {_list_line(topic, locale, day)}" for topic in topics)


def _list_line(topic: Topic, locale: Locale, day: date) -> str:
    """The title, with the duration while it need not be looked up again."""
    module = topic.module
    current = module and add_months(topic.sources[module.source].reviewed, MONTHS_SHORT) >= day
    duration = module.duration if module and current else None
    return f"{topic.title[locale]} ({duration[locale]})" if duration else topic.title[locale]
