"""One turn of an employee whose case is in some state, and what came of it."""

from bot.dialogue.policy import take_turn
from bot.dialogue.state import State
from bot.model import Candidate, Edited, MoveCase, Understanding, Utterance, as_text
from tests.conftest import NOW
from tests.desk_people import DeskOffice
from tests.handoff.test_case_states import case

SURE_OF_BONUS = Understanding(
    "de",
    (Candidate("answer", "weiterbildungsbonus.amount", 95, topic="weiterbildungsbonus", aspect="amount"),),
)
YES_NO = (("Ja, bitte", "yes"), ("Nein, danke", "no"))


def meant(intent, score=95.0):
    return Understanding("de", (Candidate("intent", intent, score, intent=intent),))


def turn_of(trained, state, given, understood=None, **more):
    said = Utterance(given) if isinstance(given, str) else given
    found = (understood or Understanding("de")) if isinstance(said, Utterance | Edited) else None
    beginning = State(locale="de", introduced=True, case=case(state) if isinstance(state, str) else state, **more)
    return take_turn(beginning, said, found, trained.content, NOW, DeskOffice())


def moves(turn):
    return [effect.turn for effect in turn.effects if isinstance(effect, MoveCase)]


def said(turn):
    return "\n".join(as_text(reply) for reply in turn.replies)
