"""The Bolt application: which handler answers to what, and what Slack is told when one of them fails.

Bolt by itself acknowledges an event *before* its listener has run; a stop in between would lose the message. With
``process_before_response`` the acknowledgement waits for the listener, which does one short transaction.

Every event, command and button Lotse knows stands in a table here; the app's manifest is made from the same tables, so
that nothing is subscribed to without a handler, and nothing handled without a subscription.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack import slack_words as words
from bot.channels.slack.command_handlers import given_back, private
from bot.channels.slack.handlers import Handlers
from bot.channels.slack.interactions import CASE_FORM, COMMAND, SHORTCUT
from bot.channels.slack.slack_desk_events import FORM as DESK_FORM
from bot.errors import StoreUnavailable

log = structlog.get_logger(__name__)

Body = Mapping[str, Any]
BOTH_AWAY = f"{words.AWAY['de']} {words.AWAY['en']}"
"""The language somebody prefers is in the database that is away."""

EVENTS: Mapping[str, Callable[[Handlers], Callable[[Body], Awaitable[None]]]] = {
    "message": lambda handlers: handlers.message,
    "app_mention": lambda handlers: handlers.message,
    "reaction_added": lambda handlers: handlers.reaction,
    "app_home_opened": lambda handlers: handlers.home_opened,
    "member_joined_channel": lambda handlers: handlers.joined,
}


def build_app(handlers: Handlers, signing_secret: str | None, base_url: str) -> AsyncApp:
    """The application, ready to be given requests by either transport."""

    async def authorize(**_: Any) -> AuthorizeResult:
        # By itself Bolt would ask Slack who it is at the first event, and lose that event when Slack does not answer.
        return AuthorizeResult(
            enterprise_id=None, team_id=handlers.us.team, bot_user_id=handlers.us.bot_user, bot_id=handlers.us.bot_id
        )

    app = AsyncApp(
        name="lotse",
        signing_secret=signing_secret or "",
        client=AsyncWebClient(base_url=base_url, retry_handlers=[]),
        authorize=authorize,
        process_before_response=True,
        raise_error_for_unhandled_request=True,
        request_verification_enabled=signing_secret is not None,
        ssl_check_enabled=False,
        ignoring_self_events_enabled=False,  # it would hide that somebody deleted a card; what is Lotse's own we know ourselves
        attaching_function_token_enabled=False,
    )
    for event, choose in EVENTS.items():
        app.event(event)(_listener(choose(handlers)))
    app.action(re.compile(".*"))(_listener(handlers.pressed))

    @app.command(COMMAND)
    async def on_command(body: dict[str, Any], ack: AsyncAck) -> None:
        try:
            shown = await handlers.commanded(body, handlers.us.bot_user)
        except StoreUnavailable as error:  # Slack repeats no command, so its sender is told
            _note_not_taken_in(error)
            shown = private(BOTH_AWAY)
        await (ack() if shown is None else ack(shown))

    @app.shortcut(SHORTCUT)
    async def on_shortcut(body: dict[str, Any], ack: AsyncAck) -> None:
        await handlers.handed_on(body, handlers.us.bot_user)
        await ack()

    @app.view(CASE_FORM)
    async def on_form(body: dict[str, Any], ack: AsyncAck) -> None:
        try:
            wrong = await handlers.form_sent(body)
        except StoreUnavailable as error:  # the form stays open, with everything that was written
            _note_not_taken_in(error)
            wrong = given_back(BOTH_AWAY)
        await (ack() if wrong is None else ack(**wrong))

    @app.view(DESK_FORM)
    async def on_desk_form(body: dict[str, Any], ack: AsyncAck) -> None:
        try:
            wrong = await handlers.desk_form_sent(body)
        except StoreUnavailable as error:  # the form stays open, with everything that was written
            _note_not_taken_in(error)
            wrong = {"response_action": "errors", "errors": {"text": BOTH_AWAY}}
        await (ack() if wrong is None else ack(**wrong))

    app.error(_on_error)
    return app


def _listener(handle: Callable[[Body], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def listener(body: dict[str, Any], ack: AsyncAck) -> None:
        await handle(body)
        await ack()

    return listener


async def _on_error(error: Exception) -> BoltResponse:
    """503 when nothing was stored, so that Slack sends it again; what nobody handles is acknowledged and forgotten.

    Nothing of the request is logged: it holds what people wrote.
    """
    if isinstance(error, BoltUnhandledRequestError):
        return BoltResponse(status=200, body="")
    if isinstance(error, StoreUnavailable):
        _note_not_taken_in(error)
        return BoltResponse(status=503, body="")
    log.error("slack_handler_failed", error=type(error).__name__, where=_where(error))
    return BoltResponse(status=500, body="")


def _note_not_taken_in(error: StoreUnavailable) -> None:
    log.warning("slack_not_taken_in", error=type(error).__name__)


def _where(error: BaseException) -> str:
    """File and line of the failure, never a value."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}" if trace else ""
