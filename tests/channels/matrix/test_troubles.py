"""A homeserver that is away, hangs, throttles or ends the session; keys that come late: nothing is lost, nobody is fooled."""

import asyncio
import contextlib
import json
import time
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
import structlog
from aiohttp import web

from bot.channels.matrix import behind, failing_rooms, late_keys, sync_loop, syncing
from bot.channels.matrix import homeserver as homeserver_module
from bot.channels.matrix.homeserver import Homeserver as MatrixServer
from bot.channels.matrix.homeserver import HomeserverError, segment
from bot.channels.matrix.late_keys import LateKeys
from bot.channels.matrix.matrix_account import DEVICE_FILE
from bot.channels.matrix.sealed_file import SealedFile
from bot.channels.matrix.signed_in import signed_in
from bot.errors import ChannelError
from bot.model import Choice, Edited, Removed, Unreadable, Utterance
from tests.channels.matrix.at_work import PATIENCE_S, AtWork, NothingKept
from tests.channels.matrix.gateway import HANG, gateway
from tests.channels.matrix.people import KEY, People, lotse_on, room_of, write
from tests.synapse import PASSWORD, Homeserver
from tests.web.site import running_site

pytestmark = pytest.mark.asyncio(loop_scope="module")


def unreadable(work):
    return [each for each in work.heard if each.input == Unreadable()]


# --- Keys that come late ---------------------------------------------------------------------------------------------


async def test_a_message_whose_key_comes_late_is_taken_in_once_when_it_comes(homeserver, people, tmp_path):
    lotse, person = await lotse_on(homeserver, tmp_path / "lotse"), await people.arrive()
    async with AtWork(lotse.settings) as work:
        room = await person.room_with(lotse.user, encrypted=True)
        await person.ask("withhold", on=True)
        await person.say(room, "zu früh")
        waiting = lotse.settings.folder / "waiting.json"
        await work.until(lambda: waiting.exists() and json.loads(waiting.read_text()))
        assert work.heard == []
        assert "zu früh" not in waiting.read_text()
        await person.ask("withhold", on=False)
        await work.hears("zu früh", room)
        await work.until(lambda: not json.loads(waiting.read_text()))
    assert work.told == 1


async def test_it_goes_on_waiting_through_a_restart(homeserver, people, tmp_path):
    lotse, person = await lotse_on(homeserver, tmp_path / "lotse"), await people.arrive()
    async with AtWork(lotse.settings) as before:
        room = await person.room_with(lotse.user, encrypted=True)
        await person.ask("withhold", on=True)
        await person.say(room, "zu früh")
        waiting = lotse.settings.folder / "waiting.json"
        await before.until(lambda: waiting.exists() and json.loads(waiting.read_text()))
    async with AtWork(lotse.settings, before.cursor) as after:
        await person.ask("withhold", on=False)
        await after.hears("zu früh", room)


async def test_who_wrote_it_is_told_once_when_the_key_does_not_come(homeserver, people, tmp_path, monkeypatch):
    monkeypatch.setattr(late_keys, "TELL_AFTER", timedelta(seconds=1))
    monkeypatch.setattr(sync_loop, "LOOK_AT_LATE_EVERY_S", 0.2)
    lotse, person = await lotse_on(homeserver, tmp_path / "lotse"), await people.arrive()
    async with AtWork(lotse.settings) as work:
        room = await person.room_with(lotse.user, encrypted=True)
        await person.ask("withhold", on=True)
        event = await person.say(room, "nie zu lesen")
        (told,) = await work.until(lambda: unreadable(work))
        assert (told.address.room, told.person.external_user) == (room, person.user)
        assert told.external_id == f"{event}:unreadable"
        await person.ask("withhold", on=False)
        await work.hears("nie zu lesen", room)  # answered after all, though later than promised
        assert len(unreadable(work)) == 1


async def test_what_was_deleted_is_neither_answered_nor_asked_for_when_its_key_comes(
    homeserver, people, tmp_path, monkeypatch
):
    monkeypatch.setattr(late_keys, "TELL_AFTER", timedelta(seconds=5))
    monkeypatch.setattr(sync_loop, "LOOK_AT_LATE_EVERY_S", 0.2)
    lotse, person = await lotse_on(homeserver, tmp_path / "lotse"), await people.arrive()
    waiting = lotse.settings.folder / "waiting.json"
    async with AtWork(lotse.settings) as work:
        room = await person.room_with(lotse.user, encrypted=True)
        await person.ask("withhold", on=True)
        deleted = await person.say(room, "doch nicht")
        await person.edit(room, deleted, "wirklich nicht")
        kept = await person.say(room, "Wie hoch ist der Bonus?")
        await work.until(lambda: waiting.exists() and len(json.loads(waiting.read_text())) == 3)
        await person.redact(room, deleted)
        await work.until(lambda: len(json.loads(waiting.read_text())) == 1)
        await work.until(lambda: unreadable(work))
        await person.ask("withhold", on=False)
        await work.hears("Wie hoch ist der Bonus?", room)
        said = [each.external_id for each in work.heard if not isinstance(each.input, Removed)]
        assert said == [f"{kept}:unreadable", kept]


async def test_what_was_deleted_at_the_moment_its_key_came_is_not_answered(homeserver, people, tmp_path):
    lotse, person = await lotse_on(homeserver, tmp_path / "lotse"), await people.arrive()
    waiting = lotse.settings.folder / "waiting.json"
    async with (
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address)) as work,
    ):
        room = await person.room_with(lotse.user, encrypted=True)
        await person.ask("withhold", on=True)
        deleted = await person.say(room, "doch nicht")
        await work.until(lambda: waiting.exists() and json.loads(waiting.read_text()))
        gate.trouble = lambda path: web.Response(status=502) if "/sync" in path else None  # from the next one on
        await person.say(room, "etwas anderes")
        await work.until(lambda: len(json.loads(waiting.read_text())) == 2)
        await person.redact(room, deleted)
        await person.ask("withhold", on=False)
        gate.trouble = lambda path: None
        await work.hears("etwas anderes", room)
        assert [each.input for each in work.heard] == [Utterance("etwas anderes"), Removed(deleted)]


async def test_a_change_that_can_be_read_stands_for_what_it_changes_and_cannot(homeserver, people, tmp_path):
    lotse, person = await lotse_on(homeserver, tmp_path / "lotse"), await people.arrive()
    waiting = lotse.settings.folder / "waiting.json"
    async with AtWork(lotse.settings) as work:
        room = await person.room_with(lotse.user, encrypted=True)
        root = await person.say(room, "Hallo")
        await person.ask("forgetRoomKey", room=room)
        await person.ask("withhold", on=True)
        first = await person.say(room, "Wie hoch ist der Bohnus?", thread=root)
        both = await person.say(room, "Und wann?")
        await person.edit(room, both, "Und wann kommt er?")
        await work.until(lambda: waiting.exists() and len(json.loads(waiting.read_text())) == 3)
        await person.ask("withhold", on=False, keep=True)
        await person.ask("forgetRoomKey", room=room)
        await person.edit(room, first, "Wie hoch ist der Bonus?")
        heard = await work.hears("Wie hoch ist der Bonus?", room)
        assert (heard.external_id, heard.address.thread) == (first, root)
        await person.ask("withhold", on=False)
        await work.hears("Und wann kommt er?", room)
        await work.until(lambda: not json.loads(waiting.read_text()))
        inputs = [each.input for each in work.heard[1:]]
        assert inputs == [
            Utterance("Wie hoch ist der Bonus?"),
            Utterance("Und wann?"),
            Edited(both, "Und wann kommt er?"),
        ]


async def test_of_what_is_read_as_changed_while_its_room_is_asked_about_nobody_is_told(
    homeserver, people, tmp_path, monkeypatch
):
    lotse, person = await lotse_on(homeserver, tmp_path / "lotse"), await people.arrive()
    waiting, changed, real = lotse.settings.folder / "waiting.json", asyncio.Event(), LateKeys.read_as
    async with gateway(homeserver.address) as gate:
        settings = replace(lotse.settings, homeserver=gate.address)
        async with AtWork(settings) as before:
            room = await person.room_with(lotse.user, encrypted=True)
            await person.say(room, "Hallo")
            await before.hears("Hallo", room)
            await person.ask("forgetRoomKey", room=room)
            await person.ask("withhold", on=True)
            said = await person.say(room, "Wie hoch ist der Bohnus?")
            await before.until(lambda: waiting.exists() and json.loads(waiting.read_text()))
        await person.ask("withhold", on=False, keep=True)
        await person.ask("forgetRoomKey", room=room)

        def read_as(late, *given):
            real(late, *given)
            changed.set()

        monkeypatch.setattr(LateKeys, "read_as", read_as)
        monkeypatch.setattr(late_keys, "TELL_AFTER", timedelta(0))
        gate.trouble = lambda path: HANG if f"/rooms/{segment(room)}/state" in path else None
        async with AtWork(settings, before.cursor) as work:
            await work.until(lambda: gate.held)  # who wrote it is about to be told
            await person.edit(room, said, "Wie hoch ist der Bonus?")
            await asyncio.wait_for(changed.wait(), PATIENCE_S)
            gate.trouble = lambda path: None
            gate.let_go()
            await work.hears("Wie hoch ist der Bonus?", room)
            assert unreadable(work) == []


async def test_each_further_change_of_what_cannot_be_read_changes_what_was_read_in_its_place(
    homeserver, people, tmp_path
):
    lotse, person = await lotse_on(homeserver, tmp_path / "lotse"), await people.arrive()
    waiting = lotse.settings.folder / "waiting.json"
    async with AtWork(lotse.settings) as before:
        room = await person.room_with(lotse.user, encrypted=True)
        await person.say(room, "Hallo")
        await before.hears("Hallo", room)
        await person.ask("forgetRoomKey", room=room)
        await person.ask("withhold", on=True)
        said = await person.say(room, "Wie hoch ist der Bohnus?")
        await person.ask("forgetRoomKey", room=room)
        await person.edit(room, said, "Wie hoch ist der Bomus?")
        await before.until(lambda: waiting.exists() and len(json.loads(waiting.read_text())) == 2)
        await person.ask("withhold", on=False, keep=True)
        await person.ask("forgetRoomKey", room=room)
        await person.edit(room, said, "Wie hoch ist der Bonus?")
        assert (await before.hears("Wie hoch ist der Bonus?", room)).external_id == said
        await person.edit(room, said, "Wie hoch ist er?")
        await before.hears("Wie hoch ist er?", room)
    async with AtWork(lotse.settings, before.cursor) as after:
        await person.edit(room, said, "Wer bekommt ihn?")
        await after.hears("Wer bekommt ihn?", room)
        await person.ask("withhold", on=False)
        await after.until(lambda: not json.loads(waiting.read_text()))
        known = {each.external_id for each in before.heard}
        heard = before.heard + [each for each in after.heard if each.external_id not in known]
        assert [each.input for each in heard[1:]] == [
            Utterance("Wie hoch ist der Bonus?"),
            Edited(said, "Wie hoch ist er?"),
            Edited(said, "Wer bekommt ihn?"),
        ]


async def test_an_inbox_that_is_away_costs_nothing(homeserver, people, tmp_path):
    lotse, person = await lotse_on(homeserver, tmp_path / "lotse"), await people.arrive()
    async with AtWork(lotse.settings) as work:
        room = await person.room_with(lotse.user, encrypted=True)
        work.away = True
        for number in range(3):
            await person.say(room, f"Nachricht {number}")
        await asyncio.wait([work.receiving], timeout=1)
        assert work.heard == []
        work.away = False
        await work.hears("Nachricht 2", room)
        assert [each.input.text for each in work.heard] == [f"Nachricht {number}" for number in range(3)]


# --- A session that was ended ------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shortlived(tmp_path_factory):
    """A homeserver of these tests' own whose sessions run out, as long as they are not refreshed."""
    server = Homeserver(tmp_path_factory.mktemp("shortlived"), nonrefreshable_access_token_lifetime="4s")
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.close)


async def talks_again(person, work, room, lotse):
    """A question and an answer once the device is back; what is written before that is encrypted for nobody."""
    for number in range(10):
        await person.say(room, f"wieder da {number}")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                await work.hears(f"wieder da {number}", room)
                break
    await person.say(room, "nachher")
    await work.hears("nachher", room)
    words = f"Antwort {work.cursor}"
    async with asyncio.timeout(PATIENCE_S):
        while True:  # as the outbox does, when the session ends just then
            with contextlib.suppress(ChannelError):
                await work.says(room, words, outbox=words)
                break
            await asyncio.wait([work.receiving], timeout=0.2)
    answer = await person.hears(room, lotse.user, words)
    assert (answer["failed"], answer["shield"]) == (False, 0)


async def test_a_session_the_server_ended_is_begun_anew_as_the_same_trusted_device(homeserver, people, tmp_path):
    lotse, person = await lotse_on(homeserver, tmp_path / "lotse"), await people.arrive(strict=True)
    admin = homeserver.register(admin=True)
    async with AtWork(lotse.settings) as work:
        room = await person.room_with(lotse.user, encrypted=True)
        await person.say(room, "vorher")
        await work.hears("vorher", room)
        devices = f"/_synapse/admin/v2/users/{lotse.user}/devices"

        def own():
            listed = homeserver.call("GET", devices, admin.token)["devices"]
            return [each["device_id"] for each in listed if each["display_name"] == "Lotse"]

        (before,) = own()
        homeserver.call("DELETE", f"{devices}/{before}", admin.token)
        await talks_again(person, work, room, lotse)
        assert own() == [before]
        assert work.channel.problem is None


@pytest.mark.parametrize("killed_at", [None, "/keys/query", "/keys/upload"])
async def test_a_device_that_was_deleted_while_lotse_was_away_is_back_at_the_next_start(
    homeserver, people, tmp_path, killed_at
):
    lotse, person = await lotse_on(homeserver, tmp_path / "lotse"), await people.arrive(strict=True)
    async with AtWork(lotse.settings) as before:
        room = await person.room_with(lotse.user, encrypted=True)
        await person.say(room, "vorher")
        await before.hears("vorher", room)
    async with signed_in(lotse.settings) as me:
        device = me.device.id
    proof = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": lotse.user}, "password": PASSWORD}
    homeserver.call("DELETE", f"/devices/{device}", lotse.account.token, {"auth": proof})
    if killed_at is not None:  # signed in again, and no further
        async with gateway(homeserver.address) as gate:
            gate.trouble = lambda path: web.Response(status=500) if path.endswith(killed_at) else None
            async with AtWork(replace(lotse.settings, homeserver=gate.address)) as halfway:
                assert "answered 500" in halfway.channel.problem
            assert any(path.endswith("/login") for path in gate.asked)
    async with AtWork(lotse.settings, before.cursor) as work:
        assert work.channel.problem is None
        await talks_again(person, work, room, lotse)
    async with signed_in(lotse.settings) as me:
        assert (me.device.id, (await me.look())[0]) == (device, "signed")


async def test_a_session_that_ran_out_is_begun_anew_with_the_keys_it_had(node_tools, shortlived, tmp_path, monkeypatch):
    monkeypatch.setattr(sync_loop, "LONG_POLL_S", 1)
    lotse = await lotse_on(shortlived, tmp_path / "lotse")
    file = SealedFile(lotse.settings.folder / DEVICE_FILE, KEY)

    def ran_out(token):
        answer = shortlived.http.get("/_matrix/client/v3/account/whoami", headers={"Authorization": f"Bearer {token}"})
        return answer.status_code == 401 and answer.json()["soft_logout"]

    async with (
        People(node_tools, shortlived) as people,
        gateway(shortlived.address) as gate,
    ):
        settings = replace(lotse.settings, homeserver=gate.address)
        person = await people.arrive(strict=True, refreshing=True)
        async with AtWork(settings) as work:
            room = await person.room_with(lotse.user, encrypted=True)
            begun = file.read()
            await work.until(lambda: file.read()["token"] != begun["token"])
            assert ran_out(begun["token"])
            await talks_again(person, work, room, lotse)
            latest = file.read()
        await person.until(lambda _: ran_out(latest["token"]), room=room)
        async with AtWork(settings, work.cursor) as again:
            await talks_again(person, again, room, lotse)
        assert file.read()["device"] == begun["device"]
        assert file.read()["token"] not in (begun["token"], latest["token"])
        assert not any(path.endswith("/keys/upload") for path in gate.asked), "the homeserver has kept the keys"


async def test_a_token_that_died_is_said_and_not_hammered(homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse", signed=False)
    settings = replace(lotse.settings, password=None, token=lotse.account.token, encryption=False)
    async with AtWork(settings) as work:
        await work.until(lambda: work.cursor)
        homeserver.call("POST", "/logout", lotse.account.token, {})
        with pytest.raises(ChannelError) as refused:
            await work.says("!nowhere:test.localhost")
        assert not refused.value.permanent
        await work.until(lambda: work.channel.problem and "LOTSE_MATRIX_TOKEN" in work.channel.problem)
        assert not work.receiving.done()


# --- A homeserver in trouble -------------------------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shaky(homeserver, tmp_path_factory):
    """A homeserver of these tests' own, that may be stopped and that throttles."""
    server = Homeserver(tmp_path_factory.mktemp("shaky"), rc_message={"per_second": 0.5, "burst_count": 4})
    await asyncio.to_thread(server.start)
    yield server
    await asyncio.to_thread(server.close)


async def test_a_server_that_stops_and_one_that_hangs_are_noticed_and_made_up_for(shaky, tmp_path, monkeypatch):
    monkeypatch.setattr(sync_loop, "LONG_POLL_S", 1)
    monkeypatch.setattr(sync_loop, "SYNC_PATIENCE_S", 5.0)
    monkeypatch.setattr(sync_loop, "LONGEST_PAUSE_S", 1.0)
    lotse = await lotse_on(shaky, tmp_path / "lotse")
    account = shaky.register()
    async with AtWork(lotse.settings) as work:
        room = room_of(shaky, account, lotse.user)
        write(shaky, account, room, "vorher")
        await work.hears("vorher", room)
        write(shaky, account, room, "gleich danach")  # with this one all that the first one needed is done
        await work.hears("gleich danach", room)
        with shaky.frozen():
            await work.until(lambda: work.channel.problem)
            assert "did not answer" in work.channel.problem
        await work.until(lambda: work.channel.problem is None)
        await asyncio.to_thread(shaky.stop)
        await work.until(lambda: work.channel.problem)
        assert "cannot be reached" in work.channel.problem
        with pytest.raises(ChannelError) as refused:
            await work.says(room)
        assert not refused.value.permanent
        await asyncio.to_thread(shaky.start)
        write(shaky, account, room, "nachher")
        await work.hears("nachher", room)
        assert work.channel.problem is None
    assert [each.input.text for each in work.heard] == ["vorher", "gleich danach", "nachher"]


async def test_syncs_that_fail_are_throttled_or_hang_lose_nothing_and_the_operator_reads_of_it(
    homeserver, tmp_path, monkeypatch
):
    monkeypatch.setattr(sync_loop, "LONG_POLL_S", 1)
    monkeypatch.setattr(sync_loop, "SYNC_PATIENCE_S", 1.3)
    monkeypatch.setattr(sync_loop, "LONGEST_PAUSE_S", 0.2)
    lotse, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    troubles = {
        "answered 500": lambda: web.json_response({"errcode": "M_UNKNOWN"}, status=500),
        "throttles": lambda: web.json_response({"errcode": "M_LIMIT_EXCEEDED"}, status=429, headers={"Retry-After": "1"}),
        "did not answer": lambda: HANG,
    }  # fmt: skip
    async with (
        running_site(tmp_path) as site,
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address)) as work,
        httpx.AsyncClient() as operator,
    ):
        site.channels.append(work.channel)

        async def health():
            return (await operator.get(f"{site.address}/health")).json()

        room = room_of(homeserver, account, lotse.user)
        write(homeserver, account, room, "vorher")
        await work.hears("vorher", room)
        for number, (words, answer) in enumerate(troubles.items()):
            gate.trouble = lambda path, answer=answer: answer() if "/sync?since=" in path else None
            await work.until(lambda words=words: words in (work.channel.problem or ""))
            asked, since = sum("/sync?" in path for path in gate.asked), time.monotonic()
            write(homeserver, account, room, f"Nachricht {number}")
            told = await health()
            assert told["status"] == "degraded"
            assert any(words in reason and "Matrix" in reason for reason in told["reasons"])
            if words == "throttles":
                await work.until(lambda asked=asked: sum("/sync?" in path for path in gate.asked) > asked)
                assert time.monotonic() - since > 0.9, "it waits as long as it was asked to"
            gate.trouble = lambda path: None
            await work.hears(f"Nachricht {number}", room)
            await work.until(lambda: work.channel.problem is None)
            assert (await health())["status"] == "ok"
    heard = [each.input.text for each in work.heard]
    assert heard == ["vorher", *(f"Nachricht {number}" for number in range(len(troubles)))]


async def test_a_room_the_server_fails_in_holds_up_no_other_and_is_read_later_in_its_order(
    homeserver, tmp_path, monkeypatch
):
    monkeypatch.setattr(sync_loop, "LONG_POLL_S", 1)
    monkeypatch.setattr(failing_rooms, "MOST_FAILURES", 2)
    monkeypatch.setattr(failing_rooms, "LONGEST_PAUSE_S", 0.5)
    lotse, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    broken, real = [], MatrixServer.call_list

    async def call_list(server, method, path):
        if any(segment(room) in path for room in broken):
            raise HomeserverError("the homeserver answered 500", status=500)
        return await real(server, method, path)

    monkeypatch.setattr(MatrixServer, "call_list", call_list)
    async with AtWork(lotse.settings) as work:
        ill, well = room_of(homeserver, account, lotse.user), room_of(homeserver, account, lotse.user)
        write(homeserver, account, well, "anfang")
        await work.hears("anfang", well)
        broken.append(ill)
        write(homeserver, account, ill, "eins")
        write(homeserver, account, well, "hallo")
        await work.hears("hallo", well)
        await work.until(lambda: work.channel.problem and ill in work.channel.problem)
        write(homeserver, account, ill, "zwei")
        write(homeserver, account, well, "weiter")
        await work.hears("weiter", well)
    async with AtWork(lotse.settings, work.cursor) as again:  # it is known after a stop, too
        write(homeserver, account, well, "danach")
        await again.hears("danach", well)
        assert ill in again.channel.problem
        broken.clear()
        write(homeserver, account, ill, "drei")
        await again.hears("drei", ill)
        await again.until(lambda: again.channel.problem is None)
    said = [each.input.text for each in (*work.heard, *again.heard) if each.address.room == ill]
    assert said == ["eins", "zwei", "drei"]


def look_shortly(monkeypatch, first_pause_s):
    """Every wait of a room that hangs, short enough for a test."""
    monkeypatch.setattr(sync_loop, "LONG_POLL_S", 1)
    monkeypatch.setattr(syncing, "LOOK_S", 0.5)
    monkeypatch.setattr(failing_rooms, "FIRST_PAUSE_S", first_pause_s)


async def test_a_room_the_server_hangs_in_costs_the_others_one_short_look(homeserver, tmp_path, monkeypatch):
    look_shortly(monkeypatch, first_pause_s=0.5)
    monkeypatch.setattr(failing_rooms, "LONGEST_PAUSE_S", 0.5)
    monkeypatch.setattr(homeserver_module, "PATIENCE_S", 20.0)
    lotse, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    async with (
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address)) as work,
    ):
        ill, well = room_of(homeserver, account, lotse.user), room_of(homeserver, account, lotse.user)
        write(homeserver, account, well, "anfang")
        await work.hears("anfang", well)
        hangs = {segment(ill)}
        gate.trouble = lambda path: HANG if any(f"/rooms/{room}/state" in path for room in hangs) else None
        write(homeserver, account, ill, "eins")
        await work.until(lambda: work.channel.problem and ill in work.channel.problem)
        begun = time.monotonic()
        for number in range(4):
            write(homeserver, account, ill, f"kranke {number}")
            write(homeserver, account, well, f"gesunde {number}")
            await work.hears(f"gesunde {number}", well)
        assert time.monotonic() - begun < 10, "nobody waits while it is looked at in vain"
        assert any(f"/rooms/{segment(ill)}/state" in path for path in gate.asked)
        hangs.clear()
        gate.let_go()
        await work.hears("kranke 3", ill)
        await work.until(lambda: work.channel.problem is None)
        await work.until(lambda: any(f"/rooms/{segment(ill)}/receipt/" in path for path in gate.asked))
        write(homeserver, account, ill, "danach")
        await work.hears("danach", ill)
    said = [each.input.text for each in work.heard if each.address.room == ill]
    assert said == ["eins", *(f"kranke {number}" for number in range(4)), "danach"]
    assert json.loads((lotse.settings.folder / "waiting.json").read_text()) == []


async def test_a_room_that_answers_again_is_read_while_another_goes_on_hanging(homeserver, tmp_path, monkeypatch):
    look_shortly(monkeypatch, first_pause_s=0.5)
    lotse, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    async with (
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address)) as work,
    ):
        ill, worse = room_of(homeserver, account, lotse.user), room_of(homeserver, account, lotse.user)
        hangs = {f"/rooms/{segment(room)}/state" for room in (ill, worse)}
        gate.trouble = lambda path: HANG if any(room in path for room in hangs) else None
        for room in (worse, ill):
            write(homeserver, account, room, "eins")
        await work.until(lambda: all(each in (work.channel.problem or "") for each in (ill, worse)))
        await work.until(lambda: all(any(room in path for path in gate.held) for room in hangs))  # both are looked into
        hangs.remove(f"/rooms/{segment(ill)}/state")
        gate.let_go(f"/rooms/{segment(ill)}/state")
        await work.hears("eins", ill)
        assert any(segment(worse) in path for path in gate.held)
        assert worse in work.channel.problem
        hangs.clear()
        gate.let_go()
        await work.hears("eins", worse)


async def test_a_late_key_to_a_room_the_server_hangs_in_is_no_reason_to_ask_again_and_again(
    homeserver, people, tmp_path, monkeypatch
):
    look_shortly(monkeypatch, first_pause_s=0.1)
    lotse, person, account = (
        await lotse_on(homeserver, tmp_path / "lotse"),
        await people.arrive(),
        homeserver.register(),
    )
    async with (
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address)) as work,
    ):
        ill, well = await person.room_with(lotse.user, encrypted=True), room_of(homeserver, account, lotse.user)
        state = f"/rooms/{segment(ill)}/state"
        gate.trouble = lambda path: HANG if state in path else None
        before = sum(state in path for path in gate.asked)
        await person.ask("withhold", on=True)
        await person.say(ill, "zu früh")
        waiting = lotse.settings.folder / "waiting.json"
        await work.until(lambda: waiting.exists() and json.loads(waiting.read_text()))
        await person.ask("withhold", on=False)
        await work.until(lambda: work.channel.problem and ill in work.channel.problem)
        with structlog.testing.capture_logs() as logs:
            for number in range(4):
                write(homeserver, account, well, f"gesunde {number}")
                await work.hears(f"gesunde {number}", well)
                await asyncio.wait([work.receiving], timeout=0.7)
        assert [each["event"] for each in logs if each["event"].startswith("matrix_room")] == []
        assert sum(state in path for path in gate.asked) - before <= 2, "one short look, one patient one"
        gate.trouble = lambda path: None
        gate.let_go()
        await work.hears("zu früh", ill)
        await work.until(lambda: work.channel.problem is None)


async def test_a_gap_the_server_cannot_tell_waits_in_its_place_and_holds_up_nobody(homeserver, tmp_path, monkeypatch):
    look_shortly(monkeypatch, first_pause_s=0.5)
    lotse, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    async with gateway(homeserver.address) as gate:
        settings = replace(lotse.settings, homeserver=gate.address)
        async with AtWork(settings) as before:
            ill, well = room_of(homeserver, account, lotse.user), room_of(homeserver, account, lotse.user)
            for room in (ill, well):
                write(homeserver, account, room, f"anfang {room[1:5]}")
                await before.hears(f"anfang {room[1:5]}", room)
        for number in range(55):  # more than one answer of the server holds
            write(homeserver, account, ill, f"Nachricht {number}")
        gate.trouble = lambda path: HANG if f"/rooms/{segment(ill)}/messages" in path else None
        async with AtWork(settings, before.cursor) as work:
            await work.until(lambda: work.channel.problem and ill in work.channel.problem)
            write(homeserver, account, well, "weiter")
            await work.hears("weiter", well)
        async with AtWork(settings, work.cursor) as again:  # it is known after a stop, too
            write(homeserver, account, ill, "am Ende")
            await again.until(lambda: again.channel.problem and ill in again.channel.problem)
            gate.trouble = lambda path: None
            gate.let_go()
            await again.hears("am Ende", ill)
            await again.until(lambda: again.channel.problem is None)
    said = [each.input.text for each in (*work.heard, *again.heard) if each.address.room == ill]
    assert said == [*(f"Nachricht {number}" for number in range(55)), "am Ende"]


@pytest.mark.parametrize("asked_before", [False, True])
async def test_who_leaves_while_it_is_asked_who_is_in_a_room_is_not_taken_for_somebody_in_it(
    homeserver, tmp_path, monkeypatch, asked_before
):
    look_shortly(monkeypatch, first_pause_s=0.5)
    kim, lea, lotse = homeserver.register(), homeserver.register(), await lotse_on(homeserver, tmp_path / "lotse")

    class ForKim(NothingKept):
        async def listener_of(self, address, outbox_id):
            return kim.user_id

    async with AtWork(lotse.settings) as before:
        room = room_of(homeserver, kim, lotse.user)
        homeserver.call("POST", f"/rooms/{room}/invite", kim.token, {"user_id": lea.user_id})
        homeserver.call("POST", f"/join/{room}", lea.token, {})
        own = room_of(homeserver, kim, lotse.user)
        write(homeserver, kim, own, "davor")
        await before.hears("davor", own)
    async with (
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address), before.cursor, ForKim()) as work,
    ):
        gate.slow = path = f"/_matrix/client/v3/rooms/{segment(room)}/state"
        sending = asyncio.create_task(work.says(room, "Ihr Gehalt reicht."))
        await work.until(lambda: path in gate.held)
        if asked_before:  # in vain, by somebody whose question was waited for
            sending, former = asyncio.create_task(work.says(room, "Ihr Gehalt reicht.", outbox="o2")), sending
            await asyncio.sleep(0)
            gate.held.clear()
            gate.slow = path
            former.cancel()
            await work.until(lambda: path in gate.held)
        homeserver.call("POST", f"/rooms/{room}/leave", kim.token, {})
        write(homeserver, kim, own, "danach")
        await work.hears("danach", own)
        gate.let_go(path)
        with pytest.raises(ChannelError, match="has left"):
            await sending


async def test_who_came_into_a_room_that_was_set_aside_is_remembered_before_what_they_read_is_taken_in(
    homeserver, tmp_path, monkeypatch
):
    look_shortly(monkeypatch, first_pause_s=0.1)
    kim, lea, lotse = homeserver.register(), homeserver.register(), await lotse_on(homeserver, tmp_path / "lotse")
    directs = f"/user/{lotse.user}/account_data/io.lotse.directs"
    async with AtWork(lotse.settings) as before:
        room = room_of(homeserver, kim, lotse.user)
        write(homeserver, kim, room, "davor")
        await before.hears("davor", room)
    assert homeserver.call("GET", directs, lotse.account.token)["theirs"] == {kim.user_id: room}

    class LooksWhenItAccepts(AtWork):
        async def accept(self, incomings, cursor=None):
            if any(each.address.room == room for each in incomings):
                self.then = homeserver.call("GET", directs, lotse.account.token)["theirs"]
            await super().accept(incomings, cursor)

    async with (
        gateway(homeserver.address) as gate,
        LooksWhenItAccepts(replace(lotse.settings, homeserver=gate.address), before.cursor) as work,
    ):
        gate.trouble = lambda path: HANG if f"/rooms/{segment(room)}/state" in path else None
        homeserver.call("POST", f"/rooms/{room}/invite", kim.token, {"user_id": lea.user_id})
        write(homeserver, kim, room, f"{lotse.user} danach")
        await work.until(lambda: work.channel.problem and room in work.channel.problem)
        gate.trouble = lambda path: None
        gate.let_go()
        await work.hears("danach", room)
        assert work.then == {}


async def test_a_slow_database_sets_no_room_aside_and_is_not_said_to_be_the_homeserver(
    homeserver, tmp_path, monkeypatch
):
    look_shortly(monkeypatch, first_pause_s=0.5)
    asked, answered = asyncio.Event(), asyncio.Event()

    class SlowDatabase(NothingKept):
        async def case_of_event(self, person, event):
            asked.set()
            await answered.wait()

    lotse, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    async with AtWork(lotse.settings, belonging=SlowDatabase()) as work:
        room = room_of(homeserver, account, lotse.user)
        root = write(homeserver, account, room, "anfang")
        await work.hears("anfang", room)
        below = {"rel_type": "m.thread", "event_id": root}
        body = {"msgtype": "m.text", "body": "im Faden", "m.relates_to": below}
        with structlog.testing.capture_logs() as logs:
            homeserver.call("PUT", f"/rooms/{room}/send/m.room.message/faden", account.token, body)
            await asked.wait()
            await asyncio.wait([work.receiving], timeout=2 * syncing.LOOK_S)
            answered.set()
            await work.hears("im Faden", room)
        assert work.channel.problem is None
        assert [each["event"] for each in logs if each["log_level"] in ("warning", "error")] == []


async def test_lotse_starts_while_the_server_is_away_and_connects_when_it_is_back(shaky, tmp_path):
    lotse = await lotse_on(shaky, tmp_path / "lotse")
    await asyncio.to_thread(shaky.stop)
    async with AtWork(lotse.settings) as work:
        assert "cannot be reached" in work.channel.problem
        with pytest.raises(ChannelError):
            await work.says("!room:test.localhost")
        await asyncio.to_thread(shaky.start)
        await work.until(lambda: work.channel.problem is None and work.cursor)


@pytest.mark.parametrize("answer", [{"text": "<html>Welcome</html>", "content_type": "text/html"}, {"text": "{}"}])
async def test_lotse_starts_while_something_else_answers_at_the_servers_address_and_says_so(
    homeserver, tmp_path, answer
):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    said = []
    async with gateway(homeserver.address) as gate:
        gate.trouble = lambda path: web.Response(**answer)
        async with AtWork(replace(lotse.settings, homeserver=gate.address)) as work:
            asked = len(gate.asked)
            await work.until(lambda: said.append(work.channel.problem) or len(gate.asked) > asked + 1)
            gate.trouble = lambda path: None
            await work.until(lambda: work.channel.problem is None and work.cursor)
    assert {
        "The Matrix homeserver does not answer as it should: something else answers at its address, such as a proxy or a web site."
    } == set(said)


@pytest.mark.parametrize("status", [403, 404])
async def test_what_a_proxy_answers_while_the_homeserver_is_down_is_no_refusal(
    homeserver, tmp_path, monkeypatch, status
):
    look_shortly(monkeypatch, first_pause_s=0.2)
    lotse, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    async with (
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address)) as work,
    ):
        gate.trouble = lambda path: web.Response(text="no backend", status=status) if "/rooms/" in path else None
        room = room_of(homeserver, account, lotse.user)
        write(homeserver, account, room, "unterdessen")
        await work.until(lambda: any(path.endswith("/state") for path in gate.asked))
        with pytest.raises(ChannelError) as failed:
            await work.says(room, "Antwort")
        assert not failed.value.permanent
        gate.trouble = lambda path: None
        await work.hears("unterdessen", room)
        await work.says(room, "Antwort")
    assert [each.input.text for each in work.heard] == ["unterdessen"]


async def test_throttling_is_obeyed_and_nothing_is_given_up(shaky, tmp_path):
    lotse = await lotse_on(shaky, tmp_path / "lotse")
    account = shaky.register()
    async with AtWork(lotse.settings) as work:
        room = room_of(shaky, account, lotse.user)
        write(shaky, account, room, "hallo")
        await work.hears("hallo", room)
        sending = [work.says(room, f"Antwort {number}", outbox=f"o{number}") for number in range(8)]
        failed = [each for each in await asyncio.gather(*sending, return_exceptions=True) if not isinstance(each, str)]
        assert failed
        assert all(isinstance(each, ChannelError) and not each.permanent for each in failed)
        assert all(timedelta() < each.retry_after < timedelta(seconds=60) for each in failed)


async def test_signs_that_are_throttled_come_later_and_behind_the_messages(homeserver, tmp_path, monkeypatch):
    monkeypatch.setattr(behind, "MESSAGE_FIRST_S", 0.1)
    lotse, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()

    def throttled(path):
        if "/send/m.reaction/" in path or path.endswith("/send/m.room.message/message"):
            body = {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 50}
            return web.json_response(body, status=429)
        return None

    async with (
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address)) as work,
    ):
        room = room_of(homeserver, account, lotse.user)
        write(homeserver, account, room, "was")
        await work.hears("was", room)
        gate.trouble = throttled
        choices = tuple(Choice(f"Wahl {number}", f"c{number}") for number in range(4))
        await work.says(room, "Was meinen Sie?", outbox="choices", choices=choices)
        await work.until(lambda: any("/send/m.reaction/" in path for path in gate.asked))
        with pytest.raises(ChannelError) as refused:
            await work.says(room, "Noch etwas", outbox="message")
        gate.trouble = lambda path: None
        await asyncio.sleep(refused.value.retry_after.total_seconds())  # as the outbox does
        await work.says(room, "Noch etwas", outbox="message")

        def ours():
            events = homeserver.call("GET", f"/rooms/{room}/messages", account.token, dir="b", limit="50")["chunk"]
            sent = [each["type"] for each in events if each["sender"] == lotse.user and "state_key" not in each]
            return sent[::-1] if sent.count("m.reaction") == 4 else None

        assert await work.until(ours) == ["m.room.message", "m.room.message", *["m.reaction"] * 4]
