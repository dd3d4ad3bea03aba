"""What a homeserver's answer means, asked over HTTP of a server that answers as it is told."""

import asyncio
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.matrix.homeserver import JITTER, LONGEST_WAIT, Homeserver, HomeserverError, pause, segment, wait_asked

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ERROR = {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 1500}


@pytest.fixture
async def told(unused_tcp_port_factory):
    """A homeserver that answers what it was told, and remembers what it was asked."""
    answers, asked = [], []

    async def answer(request):
        asked.append((request.method, request.raw_path, request.headers.get("Authorization"), await request.text()))
        return answers.pop(0)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as session:
        yield Homeserver(f"http://127.0.0.1:{port}", session), answers, asked
    await runner.cleanup()


@pytest.mark.parametrize(
    ("answer", "permanent", "wait", "signed_out"),
    [
        (web.json_response({"errcode": "M_FORBIDDEN"}, status=403), True, None, False),
        (web.json_response({"errcode": "M_TOO_LARGE"}, status=413), True, None, False),
        (web.json_response({"errcode": "M_UNKNOWN_TOKEN", "soft_logout": True}, status=401), False, None, True),
        (web.json_response({"session": "x", "flows": []}, status=401), True, None, False),
        (web.json_response({"errcode": "M_UNKNOWN"}, status=400), True, None, False),
        (web.json_response({"errcode": "M_USER_LOCKED", "soft_logout": True}, status=401), False, None, False),
        (web.json_response({"errcode": "M_USER_SUSPENDED"}, status=403), False, None, False),
        (web.json_response({"errcode": "M_RESOURCE_LIMIT_EXCEEDED"}, status=403), False, None, False),
        (web.json_response({"errcode": "M_UNKNOWN"}, status=500), False, None, False),
        (web.json_response({"errcode": 7}, status=403), False, None, False),
        (web.json_response({"error": "no backend"}, status=404), False, None, False),
        (web.json_response({"session": "x"}, status=403), False, None, False),
        (web.Response(text="<html>Not Found</html>", status=404), False, None, False),
        (web.Response(text="<html>Forbidden</html>", status=403), False, None, False),
        (web.Response(status=400), False, None, False),
        (web.Response(text="<html>Bad gateway</html>", status=502), False, None, False),
        (web.json_response(ERROR, status=429), False, 1.5, False),
        (web.json_response(ERROR, status=429, headers={"Retry-After": "7"}), False, 7, False),
        (web.json_response({}, status=429, headers={"Retry-After": "99999999"}), False, 300, False),
        (web.json_response({"retry_after_ms": -5}, status=429), False, 0, False),
        (web.json_response({"retry_after_ms": "soon"}, status=429), False, None, False),
        (web.json_response([1, 2], status=200), False, None, False),
        (web.Response(text="moved", status=200), False, None, False),
    ],
)
async def test_what_an_answer_means(told, answer, permanent, wait, signed_out):
    homeserver, answers, _asked = told
    answers.append(answer)
    with pytest.raises(HomeserverError) as refused:
        await homeserver.call("GET", "/account/whoami")
    assert (refused.value.permanent, refused.value.signed_out) == (permanent, signed_out)
    if wait is None:
        assert refused.value.retry_after is None
    else:
        assert wait <= refused.value.retry_after.total_seconds() <= wait * (1 + JITTER)


async def test_ids_stay_one_segment_and_the_token_goes_along(told):
    homeserver, answers, asked = told
    homeserver.token = "secret"
    answers.append(web.json_response({"event_id": "$1"}))
    path = f"/rooms/{segment('!a/b?c#d:x')}/send/m.room.message/{segment('tx 1')}"
    assert await homeserver.call("PUT", path, {"body": "ä"}, query={"x": "1 2"}) == {"event_id": "$1"}
    ((method, raw, authorisation, body),) = asked
    assert (method, authorisation, body) == ("PUT", "Bearer secret", '{"body": "\\u00e4"}')
    assert raw.startswith("/_matrix/client/v3/rooms/%21a%2Fb%3Fc%23d%3Ax/send/m.room.message/tx%201?x=1")


async def test_a_server_that_is_not_there_or_says_nothing_is_tried_again(told, unused_tcp_port):
    homeserver, _answers, _asked = told
    gone = Homeserver(f"http://127.0.0.1:{unused_tcp_port}", homeserver._session)
    with pytest.raises(HomeserverError, match="cannot be reached") as refused:
        await gone.call("GET", "/sync")
    assert not refused.value.permanent


async def test_a_throttling_server_is_left_alone_for_the_minute_it_asked_for(told, monkeypatch):
    homeserver, answers, _asked = told
    answers.append(web.json_response(ERROR, status=429, headers={"Retry-After": "60"}))
    with pytest.raises(HomeserverError) as throttled:
        await homeserver.call("GET", "/sync")
    slept = []

    async def sleep(seconds):
        slept.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    await pause(1, throttled.value)
    await pause(9, throttled.value, longest_s=0.1)
    assert all(60 <= seconds <= 75 for seconds in slept)
    assert len(slept) == 2


@given(st.text(max_size=40), st.none() | st.floats() | st.integers() | st.text() | st.booleans())
def test_no_wait_is_longer_than_the_longest(header, milliseconds):
    asked = wait_asked({"Retry-After": header}, {"retry_after_ms": milliseconds}, NOW)
    assert asked is None or timedelta() <= asked <= LONGEST_WAIT * (1 + JITTER)


def test_a_date_counts_from_now():
    asked = wait_asked({"Retry-After": "Sun, 22 Nov 2026 09:00:10 GMT"}, {"retry_after_ms": 1}, NOW)
    assert timedelta(seconds=10) <= asked <= timedelta(seconds=12.5)
