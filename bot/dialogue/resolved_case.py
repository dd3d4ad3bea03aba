"""A case was resolved: what goes on with it, and what leaves it as it is."""

from bot.content.definitions import Intent
from bot.dialogue import wording
from bot.dialogue.beside_case import BETWEEN_US
from bot.dialogue.choosing import known_as
from bot.dialogue.going_on import GOING_ON
from bot.dialogue.moving_case import moved
from bot.dialogue.situation import Situation, finish
from bot.dialogue.turn import Turn
from bot.dialogue.without_emoji import without_emoji
from bot.handoff.case_events import Writes
from bot.model import Utterance
from bot.understanding.normalize import tokens

LIKELY = 30.0
"""From this probability on small talk leaves a resolved case as it is."""

TO_THE_PROGRAM = frozenset({
    "help", "switch_de", "switch_en", "case_status", "my_data", "delete_my_data", "privacy", "yes", "helpful", "cancel",
})  # fmt: skip
"""Control words that leave a resolved case as it is, whoever spoke last: they follow nothing, or say that nothing is missing."""

NOTHING_MORE = frozenset(
    map(
        tokens,
        (
            "nein danke", "ne danke", "nee danke", "danke nein", "nein, alles gut", "nein danke, alles gut", "nein, alles klar",
            "nein, das war's", "nein, das wars", "nein, das war alles", "nein danke, das war's", "nein danke, das wars",
            "nein danke, das war alles", "nein, sonst nichts", "nein danke, sonst nichts", "nein, nichts mehr",
            "no thanks", "no thank you", "no, that's all", "no thanks, that's all", "no thank you, that's all",
            "no, that's it", "no, that's fine", "no, I'm fine", "no thanks, I'm fine", "no, all good", "all good", "nothing else",
        ),
    )
)  # fmt: skip
"""What is said to a coordinator's last words when nothing is left to do. A mere *no* is none: it may be one to *settled?*"""

LEFT_OPEN = frozenset({
    "aber", "jedoch", "allerdings", "leider", "nicht", "fehlt", "fehlen", "frage",
    "but", "however", "unfortunately", "not", "still", "missing", "question",
})  # fmt: skip
"""Words that, beside thanks, a greeting or a yes, tell that something is left: *thanks, but it does not work*."""


def goes_on(s: Situation) -> Turn | None:
    """A case that was resolved: whatever is not plainly for the program goes on with it, as the person was told it would."""
    case = s.state.case
    if case is None or case.state != "resolved" or not isinstance(s.input, Utterance):
        return None
    if not _asked_by_lotse(s) and tokens(without_emoji(s.input.text)) in NOTHING_MORE:
        return finish(s, "control", "declined", (wording.say(wording.DECLINED, s.locale),), label="no")
    return None if _leaves_resolved(s) else moved(s, Writes(), "goes_on")


def _leaves_resolved(s: Situation) -> bool:
    """Whether this is small talk, a word to the program itself, or one that belongs to an open question of Lotse's own."""
    known = known_as(s.said, s.content)
    intent = known or _likely_intent(s)
    if intent is None:
        return False
    if known is None and intent.action not in BETWEEN_US and not LEFT_OPEN.isdisjoint(tokens(s.said)):
        return False
    if intent.kind != "control":
        return intent.kind == "smalltalk"
    return intent.action in TO_THE_PROGRAM or (_asked_by_lotse(s) and intent.action not in GOING_ON)


def _likely_intent(s: Situation) -> Intent | None:
    best = s.best
    if best is None or best.intent is None or best.score < LIKELY:
        return None
    return s.content.intents.get(best.intent)


def _asked_by_lotse(s: Situation) -> bool:
    """Whether a question of Lotse's own is open, other than those about the case."""
    return s.state.pending is not None and s.state.pending.kind not in ("consent", "satisfaction")
