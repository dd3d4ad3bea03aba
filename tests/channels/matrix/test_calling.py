"""Whether a message in a group calls Lotse, and what is then asked."""

import time

import pytest

from bot.channels.matrix.calling import Names
from bot.channels.matrix.event_reading import RoomEvent

ME = "@lotse:example.org"
NAMES = Names(ME, ("Lotse",))


def message(text="hi", **more):
    return RoomEvent("text", "$1", "@kim:example.org", None, text=text, **more)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Lotse, was zahlt der Bonus", "was zahlt der Bonus"),
        ("lotse: was zahlt der Bonus", "was zahlt der Bonus"),
        ("Lotse was zahlt der Bonus?", "was zahlt der Bonus?"),
        ("@Lotse hilf mir", "hilf mir"),
        ("Hallo Lotse, was zahlt der Bonus", "was zahlt der Bonus"),
        ("Hallo lieber Lotse, was zahlt der Bonus", "was zahlt der Bonus"),
        ("Guten Tag Lotse, was zahlt der Bonus", "was zahlt der Bonus"),
        ("Guten Morgen, Lotse!", "Guten Morgen, Lotse!"),
        ("Servus Lotse", "Servus Lotse"),
        ("Good morning Lotse, who may apply", "who may apply"),
        ("Was zahlt der Bonus, Lotse?", "Was zahlt der Bonus?"),
        ("Lotse", "Lotse"),
        (f"{ME} was zahlt der Bonus", "was zahlt der Bonus"),
        (f"Frag doch {ME}.", f"Frag doch {ME}."),
    ],
)
def test_who_addresses_lotse_is_answered(text, asked):
    assert NAMES.is_called(message(text))
    assert NAMES.without_call(text) == asked


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Lotse sagte 60 Prozent, stimmt das?", "Lotse sagte 60 Prozent, stimmt das?"),
        ("Lotse kann das sein, oder?", "Lotse kann das sein, oder?"),
        ("Lotse said I get 60 percent, is that right?", "Lotse said I get 60 percent, is that right?"),
        ("Lotse sagte ich bekomme 60 Prozent, stimmt das?", "Lotse sagte ich bekomme 60 Prozent, stimmt das?"),
        ("Lotse bekomme ich den Bonus?", "bekomme ich den Bonus?"),
        ("Lotse how much is it?", "how much is it?"),
        ("Lotse do I get it?", "do I get it?"),
    ],
)
def test_a_name_that_a_sentence_is_about_stays_in_it(text, asked):
    assert NAMES.is_called(message(text)), "a group answers it as before"
    assert NAMES.without_call(text) == asked


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Lotse hat Ihnen ja schon den Betrag genannt. Reicht Ihnen das?",) * 2,
        ("Lotse, unser Programm, rundet. Sie bekommen 600 Euro.",) * 2,
        ("Hat Ihnen das geholfen, Lotse?",) * 2,
        ("Lotse! Der rundet, oder?",) * 2,
        ("@Lotse !fertig beantwortet", "!fertig beantwortet"),
        ("Lotse !hilfe", "!hilfe"),
        ("Lotse: // den kenne ich", "// den kenne ich"),
        ("Lotse /den kenne ich", "/den kenne ich"),
    ],
)
def test_coordinators_words_stay_as_they_are_and_commands_and_notes_what_they_are(text, said):
    assert NAMES.said_at_desk(text) == said


@pytest.mark.parametrize(
    "text",
    [
        "Lotse-Treffen ist morgen um 10",
        "Lotse hat mir gestern geholfen",
        "Lotsen gibt es im Hafen, oder?",
        "Das hat mir der Lotse gesagt",
        "Geht das über Lotse?",
        "@lotse:example.orgx was zahlt der Bonus?",
        "@lotse:example.org.evil.net was zahlt der Bonus?",
        "an x@lotse:example.org",
        "Morgen ist Treffen, Lotse-Runde",
        "/lotse was?",
    ],
)
def test_who_talks_about_lotse_or_somebody_else_is_not(text):
    assert not NAMES.is_called(message(text))
    assert NAMES.without_call(text) == text


@pytest.mark.parametrize(
    ("href", "called"),
    [
        ("https://matrix.to/#/@lotse:example.org", True),
        ("https://matrix.to/#/%40lotse%3Aexample.org", True),
        ("https://matrix.to/#/@lotse:example.org?via=example.org", True),
        ("matrix:u/lotse:example.org", True),
        ("matrix:u/lotse:example.org?action=chat", True),
        ("https://matrix.to/#/@lotse:example.org.evil.net", False),
        ("matrix:u/lotse:example.org.evil.net", False),
        ("https://matrix.to/#/@anna:example.org", False),
    ],
)
def test_a_link_to_lotse_calls_it(href, called):
    linked = message(links=f'<a href="{href}">L</a>: hi')
    assert NAMES.is_called(linked) is called
    assert not NAMES.is_called(message(links=linked.links, mentioned=frozenset())), (
        "a client that names who is meant decides"
    )


@pytest.mark.parametrize(
    "text", [" " * 32_000 + "x", "," * 32_000, ", Lotse " * 4_000 + "x", "Hallo, " * 4_500, "@lotse:" * 4_500]
)
def test_no_text_takes_long(text):
    started = time.perf_counter()
    NAMES.is_called(message(text, links=text))
    NAMES.without_call(text)
    NAMES.said_at_desk(text)
    assert time.perf_counter() - started < 0.5
