"""No person, please: told apart from the wish for one."""

import pytest

from bot.dialogue.declining import declines_person, without_wish
from bot.model import Candidate, Understanding

WISH = Candidate("intent", "wants_person", 60.0, intent="wants_person")
AMOUNT = Candidate("answer", "weiterbildungsbonus.amount", 20.0, topic="weiterbildungsbonus", aspect="amount")


@pytest.mark.parametrize(
    ("text", "declines"),
    [
        ("ich möchte keinen menschen sprechen", True),
        ("Ich will keinen Menschen, nur die Höhe vom Bonus", True),
        ("Nein, keinen Menschen", True),
        ("kein Mensch nötig", True),
        ("bitte keine Person dazuholen", True),
        ("Mir reicht die Auskunft, ich brauche keine Person", True),
        ("ich will nicht mit einem Menschen sprechen, sag mir nur die Frist", True),
        ("Sie müssen mir keinen Rückruf geben", True),
        ("I do not want to talk to a person, just tell me the amount", True),
        ("I'd rather not talk to someone", True),
        ("no human please", True),
        ("please no call", True),
        ("ich möchte einen menschen sprechen", False),
        ("Gibt es hier keinen Menschen?", False),
        ("kann ich nicht mit einem menschen sprechen", False),
        ("warum gibt es hier keine person", False),
        ("keine maschine, ich will einen menschen", False),
        ("mensch!! nicht maschine!!", False),
        ("ich will nicht mit einem bot schreiben", False),
        ("ich brauche keinen Berater, sondern einen Menschen", False),
        ("kein mensch hilft mir, ich will jemanden sprechen", False),
        ("ich komm nicht weiter brauche einen menschen", False),
        ("nein, ich will einen menschen", False),
        ("I can't talk to a human here", False),
        ("can i not talk to a person", False),
        ("I do not want a bot but a human", False),
        ("", False),
    ],
)
def test_a_person_is_declined_only_where_the_words_say_so(text, declines):
    assert declines_person(text) is declines


def test_no_example_of_the_wish_declines_it(trained):
    wish = trained.content.intents["wants_person"]
    assert not [sentence for each in wish.examples.values() for sentence in each if declines_person(sentence)]


def test_what_is_left_is_as_probable_as_without_the_wish(trained):
    understood = Understanding(
        "de", (WISH, AMOUNT), text="Ich will keinen Menschen, nur die Höhe vom Bonus", elsewhere=4.0
    )
    left = without_wish(understood, trained.content)
    assert [(c.label, c.score) for c in left.candidates] == [("weiterbildungsbonus.amount", 50.0)]
    assert left.elsewhere == 10.0
    wanted = Understanding("de", (WISH, AMOUNT), text="Ich will einen Menschen und die Höhe vom Bonus")
    assert without_wish(wanted, trained.content) == wanted
