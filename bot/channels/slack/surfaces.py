"""What Slack shows for a moment: hints only one person sees, the sign that an answer is on its way, prompts, changed buttons.

None of it is stored or tried again, and losing it does no harm. So what goes wrong here is logged and nothing more.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.channels.slack import slack_words as words
from bot.channels.slack.block_parts import Json
from bot.channels.slack.blocks import SlackMessage
from bot.channels.slack.escaping import escape
from bot.channels.slack.posting import Rooms
from bot.channels.slack.slack_api import SlackApi
from bot.errors import ChannelError, StoreUnavailable
from bot.model import Locale

log = structlog.get_logger(__name__)

MOST_PROMPTS = 4
PROMPT_TITLE = 60
"""Characters of a prompt that are shown; all of it is asked when it is pressed."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A line only one person sees. ``room`` may be their own id: their conversation with Lotse."""

    room: str
    user: str
    text: str
    thread: str | None = None


class Surfaces:
    """Shows fleeting things, each in a task of its own, so that nothing waits for them."""

    def __init__(self, api: SlackApi, rooms: Rooms) -> None:
        self._api, self._rooms = api, rooms
        self._showing: set[asyncio.Task[None]] = set()

    def begin(self, what: str, showing: Coroutine[Any, Any, object]) -> None:
        """Do this beside everything else; a failure is logged under this name."""
        task = asyncio.create_task(_quietly(what, showing), name=what)
        self._showing.add(task)
        task.add_done_callback(self._shown)
        task.add_done_callback(lambda _: showing.close())  # it may have been given up before it began

    def _shown(self, task: asyncio.Task[None]) -> None:
        self._showing.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:  # a bug, and its text may hold what people wrote
            log.error("slack_surface_failed", what=task.get_name(), error=type(error).__name__)

    async def close(self) -> None:
        """Give up what is still being shown."""
        for task in self._showing:
            task.cancel()
        await asyncio.gather(*self._showing, return_exceptions=True)

    def hint(self, room: str, user: str, text: str, thread: str | None = None) -> None:
        """A line only this user sees, until they load Slack anew."""
        self.begin("hint", self._hint(Hint(room, user, text, thread)))

    def hint_anywhere(self, room: str, user: str, text: str) -> None:
        """The same, in their own conversation with Lotse where it is not in this room."""
        self.begin("hint", self._hint_anywhere(Hint(room, user, text)))

    async def _hint_anywhere(self, hint: Hint) -> None:
        try:
            await self._hint(hint)
        except ChannelError:
            await self._hint(replace(hint, room=hint.user, thread=None))

    async def _hint(self, hint: Hint) -> None:
        room = await self._rooms.id_of(hint.room)
        place = {"thread_ts": hint.thread} if hint.thread else {}
        await self._api.call("chat.postEphemeral", channel=room, user=hint.user, text=escape(hint.text), **place)

    def status(self, room: str, thread: str, locale: Locale) -> None:
        """In the agent view: that an answer is on its way. Slack takes it away when the answer is posted."""
        said = words.STATUS[locale]
        self.begin(
            "status", self._api.call("assistant.threads.setStatus", channel_id=room, thread_ts=thread, status=said)
        )

    def prompts(self, room: str, questions: Sequence[str], locale: Locale) -> None:
        """In the agent view: questions to begin with."""
        prompts = [{"title": _short(question), "message": question} for question in questions[:MOST_PROMPTS]]
        title = words.PROMPTS_TITLE[locale]
        setting = self._api.call("assistant.threads.setSuggestedPrompts", channel_id=room, title=title, prompts=prompts)
        self.begin("prompts", setting)

    def change(self, room: str, stamp: str, message: SlackMessage) -> None:
        """Show a message of ours in another form; its words stay."""
        blocks = list(message.blocks)
        self.begin("change", self._api.call("chat.update", channel=room, ts=stamp, text=message.text, blocks=blocks))

    def open_form(self, trigger: str, view: Json, otherwise: Hint) -> None:
        """Open a form; Slack allows it for three seconds after something was pressed. Is it too late, this is said."""
        self.begin("form", self._form(trigger, view, otherwise))

    async def _form(self, trigger: str, view: Json, otherwise: Hint) -> None:
        try:
            await self._api.call("views.open", trigger_id=trigger, view=view)
        except ChannelError as error:
            log.info("slack_not_shown", what="form", reason=error.reason)
            await self._hint_anywhere(otherwise)

    def home(self, user: str, view: Mapping[str, Any]) -> None:
        """Show the app's home to this user."""
        self.begin("home", self._api.call("views.publish", user_id=user, view=dict(view)))


async def _quietly(what: str, showing: Coroutine[Any, Any, object]) -> None:
    try:
        await showing
    except (ChannelError, StoreUnavailable) as error:
        log.info("slack_not_shown", what=what, reason=str(error))


def _short(question: str) -> str:
    return question if len(question) <= PROMPT_TITLE else f"{question[: PROMPT_TITLE - 1].rstrip()}…"
