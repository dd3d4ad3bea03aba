"""What the dialogue remembers of a message whose writer has changed it, or taken it back: its new words, or none.

A question that was deleted must not come back: not as the question of a case, not in a choice that is pressed later, not in
the explanation of an answer.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.dialogue.state import Pending, State
from bot.model import MAX_UTTERANCE


def with_words_changed(state: State, before: Sequence[str], after: str) -> State:
    """The state after a message that said ``before`` (in each of its versions) says ``after``; empty: it was deleted."""
    versions = tuple(words for words in before if words)
    if not versions:
        return state
    state = replace(
        state, pending=_pending(state.pending, versions, after), before=_pending(state.before, versions, after)
    )
    if state.asked not in {words[:MAX_UTTERANCE] for words in versions}:
        return state
    shown = None if state.shown is None else replace(state.shown, why=())  # quotes the words that led to it
    return replace(state, asked=after[:MAX_UTTERANCE], guesses=(), about=None, shown=shown)


def _pending(pending: Pending | None, versions: Sequence[str], after: str) -> Pending | None:
    """The open question of ours, which keeps the message that led to it, or one of several questions in it."""
    if pending is None or not pending.text or not any(pending.text in words for words in versions):
        return pending
    return replace(pending, text=after if pending.text in versions else "")
