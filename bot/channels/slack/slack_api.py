"""Calls of Slack's Web API, with our own errors and without the package's own second tries.

``slack_sdk`` by itself sends a request again after a connection was reset, also when Slack had carried it out: a message
would stand there twice. So nothing is sent again here; the outbox does that, and looks first.

Errors are of three kinds. Slack refuses for good (no such channel): tried again, it would be refused again. Slack refuses
the token: every message waits until the operator has acted. Anything else passes by itself.

Source: https://docs.slack.dev/apis/web-api/rate-limits/ and the error lists of the methods used.
"""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import ChannelError

TIMEOUT_S = 20
TOKEN_PAUSE = timedelta(minutes=1)
"""How long to leave Slack alone when it refuses the token."""
LONGEST_WAIT = timedelta(minutes=10)
"""Slack asks for seconds; a header that asks for more than this is not obeyed to the letter."""

FOR_GOOD = frozenset(
    {
        "as_user_not_supported", "cannot_dm_bot", "cannot_reply_to_message", "cant_delete_message", "cant_update_message",
        "channel_not_found", "edit_window_closed", "invalid_arguments", "invalid_blocks", "invalid_metadata_format",
        "invalid_thread_ts", "is_archived", "is_inactive", "message_not_found", "messages_tab_disabled",
        "metadata_too_large", "msg_blocks_too_long", "msg_too_long", "no_text", "not_in_channel", "restricted_action",
        "restricted_action_non_threadable_channel", "restricted_action_read_only_channel", "thread_not_found",
        "too_many_attachments", "user_disabled", "user_not_found", "user_not_visible", "users_list_not_supplied",
    }
)  # fmt: skip
TOKEN_REFUSED = frozenset(
    {
        "account_inactive", "app_not_installed", "invalid_auth", "missing_scope", "no_permission", "not_allowed_token_type",
        "not_authed", "org_login_required", "team_access_not_granted", "token_expired", "token_revoked",
    }
)  # fmt: skip


NOT_GRANTED = frozenset({"missing_scope", "no_permission", "not_allowed_token_type"})
"""Of these, what is about one method: others may still be called."""

GONE = frozenset({"message_not_found", "cant_update_message"})
"""Of a message that is to be changed: it is not there, or another app's, as after the app was made anew."""

Tell = Callable[[str | None], None]


class SlackApi:
    """The Web API as one bot, with one pool of connections. Once it is closed, calls fail until it is opened again."""

    def __init__(self, token: str, base_url: str, tell: Tell = lambda problem: None) -> None:
        """``tell`` hears in one sentence why Slack cannot be used, and None once it can."""
        self._token, self._base_url, self._tell = token, base_url, tell
        self._problems: dict[str, str] = {}
        """What is wrong with one method, and under ``""`` with all of them."""
        self._client: AsyncWebClient | None = None
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    def open(self) -> None:
        """Calls may be made; the first one connects."""
        self._closed = False

    async def call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        """Carry out one method, such as ``chat.postMessage``, and return what it answers. Raises ChannelError."""
        answer, _ = await self.call_with_headers(method, **arguments)
        return answer

    async def call_with_headers(self, method: str, **arguments: Any) -> tuple[Mapping[str, Any], Mapping[str, str]]:
        """The same, with the headers of the answer, their names in small letters."""
        function = getattr(self._connected(), method.replace(".", "_"))
        try:
            answer = await function(**arguments)
        except SlackApiError as error:
            refusal = refusal_of(method, error)
            if is_about_token(refusal):
                self._problems.pop("", None)  # Slack can be reached; what it says of the token now is what counts
                of = method if _code_of(error) in NOT_GRANTED else ""
                self._note(of, f"{refusal.reason}; see bot/channels/slack/README.md.")
            else:
                self._clear(method if refusal.permanent else "")
            raise refusal from error
        except (TimeoutError, SlackClientError, aiohttp.ClientError, OSError, json.JSONDecodeError) as error:
            unreached = ChannelError(f"Slack could not be reached ({method}: {type(error).__name__})")
            self._note("", f"{unreached.reason}.")
            raise unreached from error
        self._clear(method)
        data: Mapping[str, Any] = answer.data
        return data, {name.lower(): value for name, value in answer.headers.items()}

    def _note(self, of: str, problem: str) -> None:
        self._problems[of] = problem
        self._told()

    def _clear(self, method: str) -> None:
        """Slack has answered, so it can be reached with this token; and this method it has granted."""
        self._problems.pop("", None)
        self._problems.pop(method, None)
        self._told()

    def _told(self) -> None:
        self._tell(next(iter(self._problems.values()), None))

    def _connected(self) -> AsyncWebClient:
        if self._closed:
            raise ChannelError("Lotse is stopping; Slack is not called any more")
        if self._client is None or self._session is None or self._session.closed:
            # A proxy that is set is used: the package asks for it, once. aiohttp would look for one, and into ~/.netrc, with
            # every call, in threads, while the answer waits.
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S))
            self._client = AsyncWebClient(
                token=self._token, base_url=self._base_url, session=self._session, retry_handlers=[]
            )
        return self._client

    async def close(self) -> None:
        """Close the connections."""
        self._closed = True
        if self._session is not None:
            await self._session.close()
        self._session = self._client = None


def is_about_token(error: ChannelError) -> bool:
    """Whether Slack refuses the token, for everything or for one method, and the operator must act."""
    return error.retry_after == TOKEN_PAUSE and "token" in error.reason


def refusal_of(method: str, error: SlackApiError) -> ChannelError:
    """What Slack's answer means: that it refuses for good, that it refuses the token, or that it passes by itself."""
    response = error.response
    status = getattr(response, "status_code", None) or getattr(response, "status", None)
    headers: Mapping[str, str] = getattr(response, "headers", None) or {}
    data, code = getattr(response, "data", None), _code_of(error)
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return ChannelError(f"Slack asks to wait ({method})", retry_after=_wait(headers))
    if code in TOKEN_REFUSED:
        needed = f", needed: {data['needed']}" if isinstance(data, Mapping) and data.get("needed") else ""
        return ChannelError(f"Slack refuses the token ({method}: {code}{needed})", retry_after=TOKEN_PAUSE)
    gone = code in GONE
    return ChannelError(f"Slack answered {code or status} ({method})", permanent=code in FOR_GOOD, gone=gone)


def _code_of(error: SlackApiError) -> str:
    """Slack's own word for what was wrong; empty when it said none."""
    data = getattr(error.response, "data", None)
    return str(data.get("error", "")) if isinstance(data, Mapping) else ""


def _wait(headers: Mapping[str, str]) -> timedelta:
    asked = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return min(timedelta(seconds=int(asked)), LONGEST_WAIT) if asked.isdecimal() else timedelta(seconds=30)
