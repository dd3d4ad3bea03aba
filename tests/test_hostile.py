"""Whatever is typed: never an exception, a reply within the limits, no brace left open, and twice the same answer."""

import itertools
import json
import random
from dataclasses import replace

import pytest

from bot.channels.browser import LIMITS
from bot.dialogue.policy import take_turn
from bot.dialogue.state import State, state_from_json, state_to_json
from bot.model import CASE_NUMBER, Context, Pressed, Utterance, as_text
from bot.rehearsal import Rehearsal
from bot.understanding.understand import understand
from tests.conftest import NOW
from tests.web.payloads import HOSTILE_TEXTS

SEED, MESSAGES = 20261122, 600
BRACES = (
    "{rate}",
    "{case_number}",
    "{}",
    "{0}",
    "{{cap}}",
    "{before.rate}",
    "{part}",
    "{title}",
    "{contact}",
    "{number}",
)
FORMATS = (
    "%s",
    "%n%n%n",
    "%(x)s",
    "${HOME}",
    "$(id)",
    "`id`",
    "'; DROP TABLE cases; --",
    "../../etc/passwd",
    "\\x00",
    "\\N{DASH}",
)
NUMBERS = (
    "9" * 400,
    "-1e400",
    "1" + "0" * 5_000,
    "0x" + "f" * 99,
    "NaN %",
    "99999999999999999999 €",
    "1,5,5,5 %",
    "²³¼ %",
    "٣٤ %",
)
SIGNS = "\x00\x01\x08\x1b\x7f\x85\u00ad\u200b\u200d\u202e\u2066\u2069\ufeff\ufffe\U000e0041"
EMOJI = "🙂👍🏽👨‍👩‍👧‍👦🇩🇪❤️‍🔥"
MARKDOWN = (
    "**",
    "__",
    "> ",
    "# ",
    "- ",
    "1. ",
    "[x](javascript:alert(1))",
    "```",
    "|a|b|",
    "<!channel>",
    "<@U123>",
    "@room",
)


def zalgo(text, chance):
    return "".join(
        char + "".join(chr(chance.randrange(0x300, 0x36F)) for _ in range(chance.randrange(9))) for char in text
    )


def messages(content, count):
    """Half of it noise, half of it questions with noise in them."""
    chance = random.Random(SEED)
    sentences = [s for aspect in content.aspects.values() for e in aspect.examples.values() for s in e]
    names = [name for topic in content.topics.values() for e in topic.names.values() for name in e]
    asked = lambda: chance.choice(sentences).replace("{topic}", chance.choice(names))  # noqa: E731
    kinds = (
        lambda: "".join(chance.choice(SIGNS + EMOJI + " aä?") for _ in range(chance.randrange(60))),
        lambda: "".join(
            chr(chance.choice((chance.randrange(0xD800), chance.randrange(0xE000, 0x110000)))) for _ in range(30)
        ),
        lambda: zalgo(asked(), chance),
        lambda: f"{asked()} {chance.choice(BRACES)} {chance.choice(BRACES)}? und was kostet {chance.choice(BRACES)}?",
        lambda: f"{chance.choice(FORMATS)} {asked()} {chance.choice(FORMATS)}",
        lambda: f"{asked()} {chance.choice(NUMBERS)}",
        lambda: f"{chance.choice(MARKDOWN)}{asked()}{chance.choice(MARKDOWN)}",
        lambda: f"{chance.choice(HOSTILE_TEXTS)} {asked()}",
        lambda: "? ".join(asked() for _ in range(chance.randrange(1, 9))),
        lambda: f"\u202e{asked()}\u202c".replace(" ", chance.choice(("\u00a0", "\u3000", "\t", "\r\n", "\x00"))),
        lambda: "".join(chance.sample(word := asked(), len(word))),
        lambda: str(chance.randrange(12)),
        lambda: chance.choice(
            ("ja", "nein", "nichts davon", "warum", "mehr dazu", "abbrechen", "english", "yes", "no")
        ),
    )
    longest = (
        "x",
        "ä" * 7,
        "Was zahlt der Weiterbildungsbonus? ",
        "🙂",
        "\u0301",
        "{rate}",
        "9",
        " ",
        "?\n",
        "und wie ",
    )
    for text in longest:
        yield (text * 40_000)[:40_000]
    for _ in range(count - len(longest)):
        yield chance.choice(kinds)()


def check_reply(turn, said):
    """What holds for every reply, whatever was said."""
    assert turn.replies or turn.decision in ("silent", "control")
    for reply in turn.replies:
        text = as_text(reply)
        assert text.strip()
        assert len(text) <= LIMITS.text
        assert len(reply.choices) <= LIMITS.choices
        text.encode("utf-8")
        own = text.replace(CASE_NUMBER, "") if turn.decision == "handoff" else text
        assert "{" not in own or "{" in said, text
        assert all(0 <= score <= 100 for _, score in turn.reason.scores)
    json.dumps(state_to_json(turn.state), allow_nan=False).encode("utf-8")


@pytest.mark.parametrize("locale", ["de", "en"])
def test_nothing_typed_breaks_a_turn_and_the_same_words_get_the_same_reply(trained, locale):
    """Each message alone, and then in a conversation that goes on and on; every tenth is asked twice."""
    content, reader = trained.content, trained.reader
    rehearsal = Rehearsal(content, reader, itertools.count(1), State(locale=locale, locale_fixed=True))
    said = ""
    for number, text in enumerate(messages(content, MESSAGES // 2)):
        state = rehearsal.state
        said += text  # why an answer was given quotes what was asked before
        turn = rehearsal.take(Utterance(text), NOW)
        check_reply(turn, said)
        assert all(reply.locale in ("de", "en") for reply in turn.replies)
        if number % 10 == 0:
            again = Rehearsal(content, reader, itertools.count(1), state).take(Utterance(text), NOW)
            assert repr(again.effects).encode() == repr(turn.effects).encode()
            alone = State(locale=locale, introduced=True)
            once, twice = (
                take_turn(alone, Utterance(text), understand(text, reader, Context(locale)), content, NOW) for _ in "12"
            )
            assert repr(once) == repr(twice)
            check_reply(once, text)
        if number % 50 == 49:
            rehearsal.state = replace(State(locale=locale, locale_fixed=True), introduced=True)
            said = ""


def test_words_of_a_person_come_back_as_they_were_or_not_at_all(trained):
    """Braces in a question are never filled in, neither by our texts nor by the number of a case."""
    for text in (
        "Was zahlt der Weiterbildungsbonus? {case_number} {rate} {title} qwrtz?",
        "{contact} {number} {team}?",
    ):
        rehearsal = Rehearsal(trained.content, trained.reader, itertools.count(7), State(introduced=True))
        for reply in rehearsal.take(Utterance(text), NOW).replies:
            assert (
                not {"{rate}", "{title}", "{contact}"} & set(as_text(reply).split())
                or text in as_text(reply)
                or "{case" in text
            )


def test_values_nobody_offered_do_nothing_that_was_not_offered(trained):
    """A page sends the value of a choice; whoever forges one gets an answer or a miss, never somebody else's effects."""
    chance = random.Random(SEED)
    values = [
        "",
        "say:",
        "say:x",
        "say:x.y",
        "say:weiterbildungsbonus",
        "say:weiterbildungsbonus.",
        "topic:",
        "topic:x",
    ]
    values += [
        "yes",
        "no",
        "none",
        "case_status:1",
        "timer:x",
        "confirm_delete",
        "forget",
        "__class__",
        "{case_number}",
    ]
    values += [f"say:{a}.{b}" for a, b in (("weiterbildungsbonus", "__init__"), ("..", ".."), ("x" * 5_000, "y"))]
    values += ["".join(chance.choice(SIGNS + "say:.topic") for _ in range(20)) for _ in range(200)]
    for value in values:
        state = state_from_json(state_to_json(State(locale="de", introduced=True)))
        turn = take_turn(state, Pressed(value), None, trained.content, NOW)
        check_reply(turn, value)
        assert {type(effect).__name__ for effect in turn.effects} <= {"Say", "RecordGap"}, value
