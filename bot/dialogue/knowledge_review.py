"""*Wissen prüfen*: which figures of a team expire soon, and which questions about its topics have no answer. Pure.

What the digest of the morning counts, named. The questions themselves are not quoted: what stands in a room is not taken back when
somebody has their data deleted. Nor does it say who of the team did or did not look after something.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from bot.content.definitions import Content, Team
from bot.content.facts import day_words
from bot.dialogue.desk_answers import with_commands
from bot.dialogue.digest import ExpiringTopic, expiring_topics, gaps_among
from bot.dialogue.naming import label_title
from bot.model import Block, Bullets, Locale, Paragraph, Reply, Span

MOST_TOPICS, MOST_GAPS = 10, 8
"""So many lines of each; the rest is counted."""

_WORDS: Mapping[Locale, Mapping[str, str]] = {
    "de": {
        "title": "Wissen prüfen · {teams}",
        "expiring": "In den nächsten 7 Tagen laufen ab; danach werden diese Angaben nicht mehr als aktuell gezeigt:",
        "nothing": "In den nächsten 7 Tagen läuft keine Angabe ab.",
        "facts_one": "1 Angabe bis {day}",
        "facts": "{count} Angaben, die erste bis {day}",
        "source": ", zu vergleichen mit: ",
        "gaps": "Fragen ohne Antwort, nach dem, worum es wahrscheinlich geht:",
        "no_gaps": "Zu diesen Themen ist keine Frage ohne Antwort.",
        "groups_one": "1 Gruppe",
        "groups": "{count} Gruppen",
        "unknown": "ohne erkanntes Thema",
        "more": "und {count} weitere",
        "where": "Die Fragen selbst stehen am Desk im Browser unter „Lücken“ und bei `lotse gaps`. Antworten und Angaben "
        "ändert, wer das Wissen pflegt.",
    },
    "en": {
        "title": "Review knowledge · {teams}",
        "expiring": "These expire within the next 7 days; then the figures are no longer shown as current:",
        "nothing": "No figure expires within the next 7 days.",
        "facts_one": "1 figure until {day}",
        "facts": "{count} figures, the first until {day}",
        "source": ", to be compared with: ",
        "gaps": "Questions without an answer, by what they are probably about:",
        "no_gaps": "No question about these topics is without an answer.",
        "groups_one": "1 group",
        "groups": "{count} groups",
        "unknown": "without a known topic",
        "more": "and {count} more",
        "where": "The questions themselves stand at the desk in the browser under “Gaps” and in `lotse gaps`. Whoever looks after "
        "the knowledge changes answers and figures.",
    },
}


def knowledge_review(
    teams: Sequence[Team], labels: Sequence[str | None], content: Content, day: date, locale: Locale
) -> Reply:
    """What of these teams' knowledge wants looking at. ``labels``: what each open group of questions is about, of all teams."""
    words = _WORDS[locale]
    names = ", ".join(team.name[locale] for team in teams)
    expiring = [topic for team in teams for topic in expiring_topics(content, team.id, day)]
    gaps = [label for team in teams for label in gaps_among(labels, content, team.id)]
    blocks: list[Block] = [Paragraph((Span(words["title"].replace("{teams}", names), bold=True),))]
    blocks += _listed(
        words["expiring"], words["nothing"], [_topic(one, locale) for one in _first_due(expiring)], MOST_TOPICS, locale
    )
    blocks += _listed(words["gaps"], words["no_gaps"], list(_gaps(gaps, content, locale)), MOST_GAPS, locale)
    blocks.append(Paragraph(with_commands(words["where"]), "notice"))
    return Reply(tuple(blocks), locale)


def _first_due(topics: Sequence[ExpiringTopic]) -> list[ExpiringTopic]:
    return sorted(topics, key=lambda one: (one.last_day, one.topic))


def _topic(one: ExpiringTopic, locale: Locale) -> tuple[Span, ...]:
    words = _WORDS[locale]
    said = words["facts_one" if one.facts == 1 else "facts"]
    said = said.replace("{count}", str(one.facts)).replace("{day}", day_words(one.last_day, locale))
    sources = [
        span
        for place, (title, url) in enumerate(one.sources)
        for span in (Span(", " if place else words["source"]), Span(title, href=url))
    ]
    return (Span(f"{one.title[locale]}: ", bold=True), Span(said), *sources)


def _gaps(labels: Sequence[str | None], content: Content, locale: Locale) -> Iterator[tuple[Span, ...]]:
    """One line for each label, the one with most groups first; those nobody can place come last."""
    words = _WORDS[locale]
    counts = Counter(labels)
    for label, count in sorted(counts.items(), key=lambda one: (one[0] is None, -one[1], one[0] or "")):
        title = words["unknown"] if label is None else label_title(content, label, locale)
        groups = words["groups_one" if count == 1 else "groups"].replace("{count}", str(count))
        yield (Span(f"{title}: "), Span(groups))


def _listed(
    heading: str, nothing: str, items: Sequence[tuple[Span, ...]], most: int, locale: Locale
) -> Iterator[Block]:
    """The items below their heading, the first few of them; or that there are none."""
    if not items:
        yield Paragraph((Span(nothing),))
        return
    yield Paragraph((Span(heading),))
    rest = len(items) - most
    more = ((Span(_WORDS[locale]["more"].replace("{count}", str(rest))),),) if rest > 0 else ()
    yield Bullets((*items[:most], *more))
