"""What goes on with a resolved case, and what leaves it as it is."""

import pytest

from bot.dialogue.state import Pending
from bot.model import Context
from bot.understanding.understand import understand
from tests.dialogue.employee_turns import SURE_OF_BONUS, YES_NO, meant, moves, said, turn_of


@pytest.mark.parametrize(("given", "understood"), [("Danke!", meant("thanks")), ("Hilfe", meant("help"))])
def test_thanks_do_not_open_a_resolved_case_again(trained, given, understood):
    assert moves(turn_of(trained, "resolved", given, understood)) == []


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("Was zahlt der Bonus?", SURE_OF_BONUS),
        ("doch noch etwas", None),
        ("Mensch", meant("wants_person")),
        ("und wenn das nicht geht, was dann", meant("instead")),
        ("ok und was mach ich jetzt", meant("what_now")),
    ],
)
def test_anything_else_goes_on_with_a_resolved_case(trained, given, understood):
    turn = turn_of(trained, "resolved", given, understood)
    (move,) = moves(turn)
    assert (move.case.state, move.case.owner) == ("claimed", "maria")
    assert "Ihr Fall 17 ist wieder offen, Maria Petersen kümmert sich darum" in said(turn)


@pytest.mark.parametrize(
    "told",
    [
        "Es geht immer noch nicht",
        "Das hat leider nicht geholfen",
        "Ich bin damit nicht einverstanden",
        "Moment, ich habe noch Unterlagen",
        "Nein, das ist noch nicht gelöst",
        "Nein danke, so geht das nicht",
        "Danke, aber es klappt nicht",
        "Hallo, ich habe noch eine Frage",
        "Ja, aber der Bescheid fehlt",
        "Hilfe, es geht nicht",
        "Lieber nicht",
        "Das verstehe ich nicht",
        "Können Sie das bitte wiederholen?",
        "Warum?",
        "Und wie geht es weiter?",
        "But he refused again, please help me",
        "I am still waiting for the letter",
    ],
)
def test_what_follows_a_coordinators_last_words_goes_on_with_a_resolved_case(trained, told):
    (move,) = moves(turn_of(trained, "resolved", told, understand(told, trained.reader, Context())))
    assert (move.case.state, move.case.owner) == ("claimed", "maria")


@pytest.mark.parametrize(
    "said",
    [
        "Danke",
        "Es hat geklappt, danke!",
        "Top",
        "abbrechen",
        "Ok, danke und schönen Feierabend",
        "Perfekt",
        "Das hat mir sehr geholfen",
        "Ja, danke, alles geklärt",
        "yes it did, thanks",
        "Tschüss",
        "Hilfe",
        "English please",
        "meine Daten",
        "Wie steht es um meinen Fall?",
        "Danke für die Infos",
        "Thank you for the information!",
        "Nein, danke",
        "Nein, das war's",
        "Danke, und Ihnen noch einen schönen Tag",
        "Bitte lösche meine Daten, aber wirklich alle",
        "Danke, ich habe keine Fragen mehr",
        "No, that's all.",
        "All good 👍",
    ],
)
def test_small_talk_and_words_to_the_program_leave_a_resolved_case(trained, said):
    assert moves(turn_of(trained, "resolved", said, understand(said, trained.reader, Context()))) == []


def test_what_answers_a_question_of_lotses_own_leaves_a_resolved_case(trained):
    asked = Pending("clarify", (("Höhe", "say:weiterbildungsbonus.amount"),))
    assert moves(turn_of(trained, "resolved", "nichts davon", meant("none_of_these"), pending=asked)) == []
    consent = Pending("consent", YES_NO)
    assert moves(turn_of(trained, "resolved", "nichts davon", meant("none_of_these"), pending=consent))


@pytest.mark.parametrize(
    ("typed", "state", "satisfied"),
    [
        ("ja", "resolved", True),
        ("1", "resolved", True),
        ("Nein, noch nicht", "claimed", False),
        ("2", "claimed", False),
    ],
)
def test_the_question_whether_it_is_settled_can_be_answered_by_typing(trained, typed, state, satisfied):
    (move,) = moves(turn_of(trained, "resolved", typed))
    assert (move.case.state, move.case.satisfied) == (state, satisfied)
