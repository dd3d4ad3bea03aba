import pytest

from bot.web.visitor import Seal, Visitor, preferred_locale

SEAL = Seal("a secret of the tests")


def test_a_cookie_brings_back_the_person_the_conversation_and_the_language():
    visitor = Visitor(**{**as_dict(SEAL.new_visitor()), "locale": "en"})
    assert SEAL.from_cookie(SEAL.to_cookie(visitor)) == visitor


def test_a_visitor_without_a_chosen_language_has_none_after_the_cookie_either():
    visitor = SEAL.new_visitor()
    assert SEAL.from_cookie(SEAL.to_cookie(visitor)) == visitor
    assert visitor.locale is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda cookie: None,
        lambda cookie: "",
        lambda cookie: "x",
        lambda cookie: "...",
        lambda cookie: cookie[:-1],
        lambda cookie: cookie + "0",
        lambda cookie: cookie.replace(cookie[0], "0" if cookie[0] != "0" else "1", 1),
        lambda cookie: "ä" * 40 + cookie,
        lambda cookie: Seal("another secret").to_cookie(SEAL.new_visitor()),
    ],
)
def test_a_changed_or_foreign_cookie_is_nobody(damage):
    cookie = SEAL.to_cookie(SEAL.new_visitor())
    assert SEAL.from_cookie(damage(cookie)) is None


def test_people_and_conversations_are_never_the_same_twice():
    visitors = [SEAL.new_visitor() for _ in range(50)]
    assert len({visitor.person for visitor in visitors}) == 50
    assert len({SEAL.new_conversation(visitors[0].person) for _ in range(50)}) == 50


def test_only_the_person_it_was_made_for_owns_a_conversation():
    mine, other = SEAL.new_visitor(), SEAL.new_visitor()
    second = SEAL.new_conversation(mine.person)
    assert SEAL.owns(mine, mine.conversation)
    assert SEAL.owns(mine, second)
    assert not SEAL.owns(other, mine.conversation)
    assert not SEAL.owns(other, second)


@pytest.mark.parametrize(
    "forged", ["", "0" * 32, "messages", "../../etc", "g" * 32, "A" * 32, "0" * 31, "0" * 33, "é" * 32, "0" * 32 + "\n"]
)
def test_a_made_up_conversation_belongs_to_nobody(forged):
    assert not SEAL.owns(SEAL.new_visitor(), forged)


def test_a_form_token_holds_for_its_own_person_only():
    mine, other = SEAL.new_visitor(), SEAL.new_visitor()
    assert SEAL.csrf_holds(mine, SEAL.csrf(mine))
    for token in ("", SEAL.csrf(other), SEAL.csrf(mine)[:-1], "ü"):
        assert not SEAL.csrf_holds(mine, token)


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("", "de"),
        ("de-DE,de;q=0.9,en;q=0.5", "de"),
        ("en-GB,en;q=0.9,de;q=0.5", "en"),
        ("en;q=0.3,de;q=0.8", "de"),
        ("fr-FR,fr;q=0.9,en;q=0.8,de;q=0.7", "en"),
        ("fr,da", "de"),
        ("EN", "en"),
        ("en;q=nonsense", "en"),
        (",;,;q=,de;q=", "de"),
        ("x" * 100_000, "de"),
    ],
)
def test_the_pages_follow_the_language_of_the_browser(header, locale):
    assert preferred_locale(header) == locale


def as_dict(visitor):
    return {"person": visitor.person, "conversation": visitor.conversation, "locale": visitor.locale}
