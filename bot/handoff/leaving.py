"""What an employee in an encrypted room reads about where their case goes: when it opens, and whenever others read it. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from bot.handoff.case_moment import Moment
from bot.handoff.case_words import TO_TEAM, Sentences, told
from bot.handoff.office import Office, ReadIn
from bot.model import Block, Locale, Tell

LEAVES_ENCRYPTION: Sentences = {
    "de": "Dieser Raum ist verschlüsselt. Ihr Fall verlässt ihn: {team} liest ihn am Desk von Lotse, auf dem Server, auf dem "
    "Lotse läuft{rooms}. Was Sie hier weiter dazu schreiben, wird dort ebenso gelesen.",
    "en": "This room is encrypted. Your case leaves it: {team} reads it at Lotse's desk, on the server Lotse runs on{rooms}. "
    "What you go on writing about it here is read there as well.",
}
READ_IN: Mapping[ReadIn, Sentences] = {
    ("matrix", True): {
        "de": ", und in ihrem Raum auf Matrix, der ebenfalls verschlüsselt ist",
        "en": ", and in its room on Matrix, which is encrypted too",
    },
    ("matrix", False): {
        "de": ", und in ihrem Raum auf Matrix, der nicht verschlüsselt ist",
        "en": ", and in its room on Matrix, which is not encrypted",
    },
    ("matrix", None): {"de": ", und in ihrem Raum auf Matrix", "en": ", and in its room on Matrix"},
    ("slack", False): {
        "de": ", und in ihrem Kanal in Slack, der nicht von Ende zu Ende verschlüsselt ist",
        "en": ", and in its channel in Slack, which is not encrypted from end to end",
    },
    ("slack", None): {"de": ", und in ihrem Kanal in Slack", "en": ", and in its channel in Slack"},
}
"""Where else a case is read that leaves an encrypted room."""
NOW_READ: Sentences = {
    "de": "Ihr Fall kommt aus einem verschlüsselten Raum: {team} liest ihn am Desk von Lotse, auf dem Server, auf dem Lotse läuft"
    "{rooms}.",
    "en": "Your case comes from an encrypted room: {team} reads it at Lotse's desk, on the server Lotse runs on{rooms}.",
}


def read_in(rooms: tuple[ReadIn, ...], locale: Locale) -> str:
    """Where else a case is read, as the end of a sentence; platforms this release does not know are named."""
    places = dict.fromkeys(rooms)
    return "".join(READ_IN[room][locale] if room in READ_IN else f", {room[0]}" for room in places)


def leaving(office: Office, team: str, locale: Locale) -> tuple[Block, ...]:
    """That a case which opens now leaves an encrypted room, and where its team reads it."""
    rooms = read_in(office.read_in(team), locale)
    return told(LEAVES_ENCRYPTION, locale, team=office.team_name(team, locale), rooms=rooms).blocks


def told_of_team(m: Moment) -> Tell:
    """That the case is with its team now, and from an encrypted room also where that is read."""
    return with_place(m, m.told(TO_TEAM), m.case.team)


def with_place(m: Moment, tell: Tell, team: str) -> Tell:
    """What is told, and from an encrypted room also where this team, which reads the case from now on, does so."""
    if not m.encrypted:
        return tell
    name, rooms = m.office.team_name(team, m.locale), read_in(m.office.read_in(team), m.locale)
    where = told(NOW_READ, m.locale, team=name, rooms=rooms)
    return Tell(replace(tell.reply, blocks=(*tell.reply.blocks, *where.blocks)), told_first=True)
