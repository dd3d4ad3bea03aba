"""What an employee says about the case itself: consent, its end, how it stands, a new one, a person."""

import json
from dataclasses import replace

import pytest

from bot.dialogue.policy import take_turn
from bot.dialogue.state import Pending, State, state_from_json, state_to_json
from bot.handoff.team_office import TeamOffice
from bot.model import CASE_STATES, SILENT, Context, LookedUp, LookUp, OpenCase, Pressed, Say, Utterance
from bot.understanding.understand import understand
from tests.conftest import NOW
from tests.desk_people import DeskOffice
from tests.dialogue.employee_turns import SURE_OF_BONUS, YES_NO, meant, moves, said, turn_of
from tests.handoff.test_case_states import case


@pytest.mark.parametrize("state", [None, "muted", "closed"])
def test_without_a_case_here_the_status_is_that_of_the_persons_other_conversations(trained, state):
    asked = turn_of(trained, state, "Wie steht mein Fall?", meant("case_status"))
    assert LookUp("cases") in asked.effects
    assert [effect for effect in asked.effects if isinstance(effect, Say)] == []
    found = turn_of(trained, state, LookedUp("cases", (("claimed", 17), ("waiting_employee", 18))))
    assert "Ihr Fall 17 aus einem anderen Gespräch ist in Arbeit." in said(found)
    assert "In Ihrem Fall 18 aus einem anderen Gespräch wird auf Ihre Antwort gewartet." in said(found)
    none = turn_of(trained, state, LookedUp("cases", ()))
    assert "Von Ihnen ist kein Fall offen." in said(none)


@pytest.mark.parametrize("state", ["open", *sorted(SILENT)])
@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        ("case:close", "resolved"),
        ("case:withdraw:17", "muted"),
        ("case:consent:17", None),
        ("case:no_consent", None),
    ],
)
def test_choices_about_the_case_can_be_pressed_at_any_time(trained, state, value, becomes):
    (move,) = moves(turn_of(trained, state, Pressed(value)))
    assert move.case.state == (becomes or state)


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("ja gern", True), ("Ja gerne!", True), ("klar", True), ("yes please", True), ("sure", True),
        ("nein danke", False), ("auf keinen Fall", False), ("no thanks", False),
        ("ja, und wie lange dauert es?", None), ("Ja, mein Name ist Kim Sommer", None), ("Danke", None),
    ],
)  # fmt: skip
def test_consent_is_given_and_refused_in_ones_own_words_too(trained, typed, given):
    asked = Pending("consent", (("Ja, gern", "case:consent"), ("Nein, lieber nicht", "case:no_consent")))
    turn = turn_of(trained, "open", typed, understand(typed, trained.reader, Context()), pending=asked)
    (move,) = moves(turn)
    assert (move.event, move.case.consent if given is not None else None) == (
        "writes" if given is None else "consents",
        given,
    )
    assert "Gerade steht keine Frage von mir offen" not in said(turn)


def test_consent_is_not_given_by_a_bare_yes_to_a_coordinator(trained):
    pending = Pending("consent", (("Ja, gern", "case:consent"), ("Nein, lieber nicht", "case:no_consent")))
    assert moves(turn_of(trained, "claimed", "ja", pending=pending))[0].case.consent is None
    assert moves(turn_of(trained, "claimed", "Ja, gern", pending=pending))[0].case.consent is True
    assert moves(turn_of(trained, "open", "ja", pending=pending))[0].case.consent is True


@pytest.mark.parametrize("state", ["bot", "closed", "muted", "erased", None])
def test_without_a_case_lotse_answers_and_a_person_is_one_word_away(trained, state):
    turn = turn_of(trained, state, "Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS)
    assert (turn.decision, moves(turn)) == ("answer", [])
    asked = turn_of(trained, state, "Mensch", meant("wants_person"))
    opened = [effect for effect in asked.effects if isinstance(effect, OpenCase)]
    assert len(opened) == (0 if state == "bot" else 1)
    if state == "bot":
        assert [move.case.state for move in moves(asked)] == ["open"], "the case that was given to Lotse, once more"


@pytest.mark.parametrize("state", [None, *CASE_STATES])
def test_a_yes_to_an_offer_brings_a_person_whatever_became_of_earlier_cases(trained, state):
    """A case of before has no say in it, and neither has the question it was opened with."""
    if state in (*SILENT, "erased", "requested"):
        return  # Lotse offers nothing there; nobody's case is in the last two
    offered = Pending("offer_person", YES_NO, "Mein Antrag wurde abgelehnt", "rejected_application", NOW)
    turn = turn_of(trained, state, Pressed("yes"), pending=offered)
    opened = [effect for effect in turn.effects if isinstance(effect, OpenCase)]
    if state == "open":
        assert "Ihr Fall 17 steht schon" in said(turn)
    elif state in ("bot", "resolved"):
        assert ([move.case.number for move in moves(turn)], opened) == ([17], [])
        assert moves(turn)[0].case.state in ("open", "claimed")
    else:
        assert [effect.question for effect in opened] == ["Mein Antrag wurde abgelehnt"]
        assert "steht schon" not in said(turn)


def test_what_was_asked_before_a_case_does_not_stand_on_the_card_of_the_next(trained):
    """Not even of one that was withdrawn: its text is deleted, and the next card is read before any consent."""
    asked = turn_of(trained, None, "Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS)
    first = take_turn(asked.state, Utterance("Mensch"), meant("wants_person"), trained.content, NOW, DeskOffice())
    (opened,) = [effect for effect in first.effects if isinstance(effect, OpenCase)]
    assert opened.question == "Was zahlt der Weiterbildungsbonus? – Mensch"
    assert opened.context.shown
    later = replace(first.state, case=case("muted"))
    second = take_turn(later, Utterance("Mensch"), meant("wants_person"), trained.content, NOW, DeskOffice())
    (opened,) = [effect for effect in second.effects if isinstance(effect, OpenCase)]
    assert (opened.question, opened.context.shown, opened.context.offered) == ("Mensch", (), ())


@pytest.mark.parametrize("state", ["resolved", "bot"])
def test_a_new_case_closes_the_one_before_and_goes_to_the_team_of_its_own_matter(trained, state):
    elsewhere = case(state, team="anerkennung", topic="zab")
    turn = turn_of(trained, elsewhere, "neuer Fall")
    (move,) = moves(turn)
    assert (move.case.number, move.case.state) == (17, "closed")
    assert [effect.team for effect in turn.effects if isinstance(effect, OpenCase)] == ["koordination"]


@pytest.mark.parametrize("locale", ["de", "en"])
def test_who_asks_for_a_person_in_an_encrypted_room_reads_where_the_case_goes(trained, locale):
    words = {
        "de": "Dieser Raum ist verschlüsselt. Ihr Fall verlässt ihn",
        "en": "This room is encrypted. Your case leaves it",
    }
    for encrypted in (True, False):
        state = State(locale=locale, locale_fixed=True, introduced=True, encrypted=encrypted)
        turn = take_turn(state, Pressed("person"), None, trained.content, NOW, DeskOffice())
        assert [effect.told_first for effect in turn.effects if isinstance(effect, OpenCase)] == [encrypted]
        assert (words[locale] in said(turn)) is encrypted
        assert "encrypted" not in state_to_json(turn.state)


@pytest.mark.parametrize(
    ("rooms", "words"),
    [
        ((), "auf dem Lotse läuft. Was Sie"),
        ((("matrix", True),), "läuft, und in ihrem Raum auf Matrix, der ebenfalls verschlüsselt ist. Was"),
        ((("matrix", False),), "läuft, und in ihrem Raum auf Matrix, der nicht verschlüsselt ist. Was"),
        (
            (("slack", False), ("slack", False)),
            "läuft, und in ihrem Kanal in Slack, der nicht von Ende zu Ende verschlüsselt ist. Was",
        ),
        ((("matrix", None),), "läuft, und in ihrem Raum auf Matrix. Was"),
        ((("slack", None),), "läuft, und in ihrem Kanal in Slack. Was"),
        ((("other", False),), "läuft, other. Was"),
    ],
)
def test_it_is_said_in_which_rooms_coordinators_read_it(trained, rooms, words):
    state = State(locale="de", locale_fixed=True, introduced=True, encrypted=True)
    office = TeamOffice(trained.content, rooms={"koordination": rooms})
    assert words in said(take_turn(state, Pressed("person"), None, trained.content, NOW, office))


def test_a_new_case_is_refused_while_a_person_is_at_it_and_opens_otherwise(trained):
    assert turn_of(trained, "claimed", "neuer Fall").decision == "handoff"
    assert "läuft noch bei Maria Petersen" in said(turn_of(trained, "claimed", "neuer Fall"))
    for state in ("resolved", "closed", "muted", "bot", None):
        turn = turn_of(trained, state, "Neuer Fall!")
        assert [effect for effect in turn.effects if isinstance(effect, OpenCase)], state


def test_the_case_is_never_stored_with_the_state():
    state = State(locale="de", case=case("claimed"), open_case=17, pending=Pending("offer_person", YES_NO, at=NOW))
    stored = json.loads(json.dumps(state_to_json(state)))
    assert "case" not in stored
    assert state_from_json(stored).case is None
    assert state_from_json(stored).pending == state.pending
