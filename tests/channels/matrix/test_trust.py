"""Why today's clients exchange encrypted messages with Lotse, and what keeps that so: restart, restore, loss, recovery."""

import contextlib
import shutil
import sqlite3
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web

from bot.channels.matrix import key_upkeep, sync_loop, trust_watch
from bot.channels.matrix.cross_signing import SigningKey, canonical, keep_identity, new_identity, upload_identity
from bot.channels.matrix.device_setup import make_recovery_key, put_device_aside, recover, set_up
from bot.channels.matrix.encryption import has_keys
from bot.channels.matrix.homeserver import Homeserver
from bot.channels.matrix.matrix_account import DEVICE_FILE
from bot.channels.matrix.matrix_channel import open_matrix
from bot.channels.matrix.one_process import only_process
from bot.channels.matrix.recovery_key import decrypted, encrypted, new_key, read_key, written
from bot.channels.matrix.sealed_file import SealedFile
from bot.channels.matrix.signed_in import IDENTITY_FILE, UNTRUSTED, signed_in
from bot.errors import ConfigError
from tests.channels.matrix.at_work import AtWork
from tests.channels.matrix.gateway import HANG, gateway
from tests.channels.matrix.people import KEY, lotse_on
from tests.synapse import PASSWORD

FILLER = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 9999) SELECT i FROM n"

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def talk(person, work, user, words, room=None):
    """A question and an answer, both encrypted; gives the room and the answer as the person's client sees it."""
    room = room or await person.room_with(user, encrypted=True)
    await person.say(room, words)
    await work.hears(words, room)
    await work.says(room, f"Antwort auf {words}", outbox=f"{words} {room}")
    return room, await person.hears(room, user, f"Antwort auf {words}")


@pytest.mark.parametrize("strict", [False, True])
async def test_clients_of_both_kinds_talk_with_a_signed_device_before_and_after_a_restart(
    people, homeserver, tmp_path, strict
):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    person = await people.arrive(strict=strict)
    async with AtWork(lotse.settings) as before:
        room, answer = await talk(person, before, lotse.user, "vorher")
        assert (answer["wire"], answer["failed"], answer["shield"]) == ("m.room.encrypted", False, 0)
    await person.say(room, "inzwischen")
    async with AtWork(lotse.settings, before.cursor) as after:
        await after.hears("inzwischen", room)
        _, answer = await talk(person, after, lotse.user, "nachher", room)
        assert (answer["failed"], answer["shield"]) == (False, 0)
    devices = homeserver.call("GET", "/devices", lotse.account.token)["devices"]
    assert len([each for each in devices if each.get("display_name") == "Lotse"]) == 1  # one device, kept


async def test_without_a_signature_nobody_is_answered_because_lotse_does_not_start(homeserver, tmp_path):
    unsigned = await lotse_on(homeserver, tmp_path / "lotse", signed=False)
    with pytest.raises(ConfigError, match="lotse matrix setup"):
        async with open_matrix(unsigned.settings, None, None):
            pass
    async with signed_in(unsigned.settings) as me:
        assert (await me.look())[0] == "no_identity"
        assert await set_up(me) is True
        assert (await me.look())[0] == "signed"
        assert await set_up(me) is False


@pytest.mark.parametrize("strict", [False, True])
async def test_a_restored_backup_goes_on(people, homeserver, tmp_path, strict):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    person = await people.arrive(strict=strict)
    async with AtWork(lotse.settings) as before:
        room, _ = await talk(person, before, lotse.user, "gesichert")
    shutil.copytree(lotse.settings.folder, tmp_path / "backup")
    async with AtWork(lotse.settings, before.cursor) as later:
        await talk(person, later, lotse.user, "nicht gesichert", room)
    shutil.rmtree(lotse.settings.folder)
    restored = replace(lotse.settings, folder=tmp_path / "backup")
    async with AtWork(restored, before.cursor) as again:
        _, answer = await talk(person, again, lotse.user, "nach der Rückkehr", room)
        assert (answer["failed"], answer["shield"]) == (False, 0)
        other = await people.arrive(strict=strict)
        _, answer = await talk(other, again, lotse.user, "jemand anderes")
        assert (answer["failed"], answer["shield"]) == (False, 0)


async def test_a_backup_older_than_the_last_one_time_keys_goes_on(people, homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    person, stranger = await people.arrive(strict=True), homeserver.register()
    device = SealedFile(lotse.settings.folder / DEVICE_FILE, KEY).read()
    wanted = {"one_time_keys": {lotse.user: {device["device"]: "signed_curve25519"}}}

    def left():
        return homeserver.call("POST", "/keys/upload", device["token"], {})["one_time_key_counts"]["signed_curve25519"]

    async def after_many_begin(work, words):
        """More devices than half of the keys serve begin to write, and so does somebody who is known already."""
        for _ in range(26):
            homeserver.call("POST", "/keys/claim", stranger.token, wanted)
        assert left() < 25
        await talk(person, work, lotse.user, words, room)
        await work.until(lambda: left() >= 50)
        assert work.channel.problem is None

    async with AtWork(lotse.settings) as before:
        room, _ = await talk(person, before, lotse.user, "gesichert")
    shutil.copytree(lotse.settings.folder, tmp_path / "backup")
    async with AtWork(lotse.settings, before.cursor) as later:
        await after_many_begin(later, "nicht gesichert")
    shutil.rmtree(lotse.settings.folder)
    async with AtWork(replace(lotse.settings, folder=tmp_path / "backup"), before.cursor) as again:
        await after_many_begin(again, "nach der Rückkehr")
        await talk(person, again, lotse.user, "gleich darauf", room)
        # The oldest key is handed out first, and is none of those that are in no backup.
        await talk(await people.arrive(strict=True), again, lotse.user, "jemand anderes")


def take_keys(homeserver, stranger, user, device):
    """As many as make Lotse's device refill its stock."""
    for _ in range(26):
        wanted = {"one_time_keys": {user: {device: "signed_curve25519"}}}
        homeserver.call("POST", "/keys/claim", stranger.token, wanted)


async def test_keys_the_homeserver_does_not_take_keep_nobody_waiting(people, homeserver, tmp_path, monkeypatch):
    monkeypatch.setattr(key_upkeep, "AGAIN_AFTER_S", 0.5)
    monkeypatch.setattr(sync_loop, "LONG_POLL_S", 1)
    lotse, stranger = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    person = await people.arrive(strict=True)
    device = SealedFile(lotse.settings.folder / DEVICE_FILE, KEY).read()["device"]
    async with (
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address)) as work,
    ):
        room, _ = await talk(person, work, lotse.user, "vorher")
        gate.trouble = lambda path: web.Response(status=500) if path.endswith("/keys/upload") else None
        take_keys(homeserver, stranger, lotse.user, device)
        await person.say(room, "währenddessen")
        await work.hears("währenddessen", room)
        await work.until(lambda: work.channel.problem and "takes no keys" in work.channel.problem)
        told, asked = work.told, sum("/keys/upload" in path for path in gate.asked)
        await person.say(room, "und weiter")
        await work.hears("und weiter", room)
        await work.until(lambda: sum("/keys/upload" in path for path in gate.asked) > asked + 1)
        assert work.told == told + 1, "no sync is read again"
        gate.trouble = lambda path: None
        await work.until(lambda: work.channel.problem is None)
        await talk(await people.arrive(strict=True), work, lotse.user, "jemand anderes")


async def test_a_homeserver_that_hangs_over_keys_keeps_nobody_waiting_and_is_asked_once_at_a_time(
    people, homeserver, tmp_path
):
    lotse, stranger = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    person = await people.arrive(strict=True)
    device = SealedFile(lotse.settings.folder / DEVICE_FILE, KEY).read()["device"]
    async with (
        gateway(homeserver.address) as gate,
        AtWork(replace(lotse.settings, homeserver=gate.address)) as work,
    ):
        room, _ = await talk(person, work, lotse.user, "vorher")
        gate.trouble = lambda path: HANG if path.endswith("/keys/upload") else None
        take_keys(homeserver, stranger, lotse.user, device)
        await person.say(room, "währenddessen")
        await work.until(lambda: gate.held)
        for words in ("eins", "zwei", "drei"):
            await talk(person, work, lotse.user, words, room)
        assert work.channel.problem is None, "all that while the first answer was still waited for"
        assert sum("/keys/upload" in path for path in gate.asked) == 1
        gate.trouble = lambda path: None
        gate.let_go("/keys/upload")
        await talk(await people.arrive(strict=True), work, lotse.user, "jemand anderes")


async def test_lost_keys_are_noticed_at_the_start_and_explained(homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    (lotse.settings.folder / "keys.db").unlink()
    with pytest.raises(ConfigError, match="key store was lost"):
        async with open_matrix(lotse.settings, None, None):
            pass
    put_device_aside(lotse.settings)
    async with signed_in(lotse.settings) as me:
        await set_up(me)
        assert (await me.look())[0] == "signed"


async def test_keys_put_aside_before_are_kept_when_others_of_the_same_device_are(homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse", signed=False)
    settings, kept = replace(lotse.settings, password=None, token=lotse.account.token), []
    async with signed_in(settings) as me:
        await set_up(me)
    journal = settings.folder / "keys.db-journal"
    journal.write_bytes(b"")
    for _ in range(2):  # by who has not set the token of a new device yet
        kept.append((settings.folder / "keys.db").read_bytes())
        put_device_aside(settings)
        assert not journal.exists()
        with pytest.raises(ConfigError, match="set one of a new device"):
            async with signed_in(settings) as me:
                await set_up(me)
    aside = [path for path in settings.folder.glob("keys.db.*") if not path.name.endswith("-journal")]
    assert {path.read_bytes() for path in aside} == set(kept)


async def test_keys_that_a_kill_left_half_written_are_not_taken_for_lost(homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    file, killed = lotse.settings.folder / "keys.db", tmp_path / "killed"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as writing:
        (device,) = writing.execute("SELECT device_id FROM accounts").fetchone()
        writing.execute("PRAGMA cache_size = 1")  # so that what is written reaches the disk before the commit
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("UPDATE accounts SET device_id = 'half'")
        writing.execute(f"CREATE TABLE filler AS {FILLER}")
        shutil.copytree(lotse.settings.folder, killed)
        writing.execute("ROLLBACK")
    assert (killed / "keys.db-journal").stat().st_size > 0
    assert has_keys(killed, lotse.user, device)
    (killed / "keys.db").write_bytes(b"no database at all" * 99)
    with pytest.raises(ConfigError, match="cannot be read"):
        has_keys(killed, lotse.user, device)


async def test_a_lost_folder_is_made_up_for_with_the_recovery_key(people, homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    async with signed_in(lotse.settings) as me:
        typed = await make_recovery_key(me)
        master = me.identity().master.public
    shutil.rmtree(lotse.settings.folder)
    with pytest.raises(ConfigError, match="lotse matrix recover"):
        async with open_matrix(lotse.settings, None, None):
            pass
    async with signed_in(lotse.settings) as me:
        with pytest.raises(ConfigError, match="recover"):
            await set_up(me)
        for wrong in ("", "EsT0", written(new_key()), typed.replace(typed[9], "x" if typed[9] != "x" else "y", 1)):
            with pytest.raises(ConfigError, match="does not open"):
                await recover(me, wrong)
        await recover(me, f"  {typed.replace(' ', '')} ")
        assert me.identity().master.public == master
    person = await people.arrive(strict=True)
    async with AtWork(lotse.settings) as work:
        await talk(person, work, lotse.user, "wieder da")


async def test_an_identity_can_be_begun_anew_with_the_password(homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    (lotse.settings.folder / IDENTITY_FILE).unlink()
    async with signed_in(replace(lotse.settings, password=None, token="unused")) as me:
        with pytest.raises(ConfigError, match="LOTSE_MATRIX_PASSWORD"):
            await set_up(me, replace=True)
    (lotse.settings.folder / IDENTITY_FILE).unlink()
    async with signed_in(lotse.settings) as me:
        assert await set_up(me, replace=True) is True
        assert (await me.look())[0] == "signed"


async def test_everything_on_disk_is_sealed_and_another_key_is_refused(homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    async with signed_in(lotse.settings) as me:
        secrets = [me.homeserver.token.encode(), *(key.seed.hex().encode() for key in [me.identity().master])]
    for file in lotse.settings.folder.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
        assert not [secret for secret in secrets if secret in file.read_bytes()], file
    with pytest.raises(ConfigError, match="LOTSE_MATRIX_KEY"):
        async with signed_in(replace(lotse.settings, key="another key, thirty-two characters or more")):
            pass


async def test_a_second_process_is_refused(tmp_path):
    second = pytest.raises(ConfigError, match="Another process")
    with only_process(tmp_path / "matrix"), second, only_process(tmp_path / "matrix"):
        pass
    with only_process(tmp_path / "matrix"):
        pass


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"password": "wrong"}, "refused user and password"),
        ({"password": None, "token": "wrong"}, "does not know LOTSE_MATRIX_TOKEN"),
        ({"user": "@nobody-at-all:test.localhost"}, "refused user and password"),
    ],
)
async def test_settings_that_do_not_fit_the_account_stop_the_start(homeserver, tmp_path, changed, words):
    lotse = await lotse_on(homeserver, tmp_path / "lotse", signed=False)
    with pytest.raises(ConfigError, match=words):
        async with open_matrix(replace(lotse.settings, **changed), None, None):
            pass


async def test_a_token_of_somebody_else_is_not_used(homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse", signed=False)
    other = homeserver.register()
    with pytest.raises(ConfigError, match="correct one of the two"):
        async with open_matrix(replace(lotse.settings, password=None, token=other.token), None, None):
            pass


@pytest.mark.parametrize("handed_out", [0, 50])
async def test_with_a_token_alone_no_keys_are_uploaded_over_those_of_a_lost_folder(
    people, homeserver, tmp_path, handed_out
):
    lotse = await lotse_on(homeserver, tmp_path / "lotse", signed=False)
    settings = replace(lotse.settings, password=None, token=lotse.account.token)
    async with signed_in(settings) as me:
        await set_up(me)
        typed, device = await make_recovery_key(me), me.device.id
    person = await people.arrive(strict=True)
    known = await person.ask("fingerprint", other=lotse.user)
    for _ in range(handed_out):  # with none left, the homeserver would take others
        wanted = {"one_time_keys": {lotse.user: {device: "signed_curve25519"}}}
        homeserver.call("POST", "/keys/claim", person.token, wanted)
    shutil.rmtree(settings.folder)
    for _ in range(2):  # what the first start leaves behind does not pass for the keys of the device
        with pytest.raises(ConfigError, match="set one of a new device"):
            async with open_matrix(settings, None, None):
                pass
    listed = homeserver.call("POST", "/keys/query", person.token, {"device_keys": {lotse.user: []}})["device_keys"]
    assert listed[lotse.user][device]["keys"][f"ed25519:{device}"] == known
    proof = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": lotse.user}, "password": PASSWORD}
    newer = replace(settings, token=homeserver.call("POST", "/login", lotse.account.token, proof)["access_token"])
    put_device_aside(newer)
    async with signed_in(newer) as me:
        await recover(me, typed)
    async with AtWork(newer) as work:
        await talk(person, work, lotse.user, "mit neuem Gerät")


async def test_a_token_alone_is_enough(people, homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse", signed=False)
    settings = replace(lotse.settings, password=None, token=lotse.account.token)
    async with signed_in(settings) as me:
        await set_up(me)
    person = await people.arrive(strict=True)
    async with AtWork(settings) as work:
        await talk(person, work, lotse.user, "nur mit Token")


# --- The parts, by themselves ----------------------------------------------------------------------------------------


async def test_a_recovery_key_is_written_as_element_writes_it():
    """The example of the specification's *Cryptographic key representation* has this form: 12 groups of four."""
    key = bytes(range(32))
    assert read_key(written(key)) == key
    assert written(key).startswith("Es")
    assert len(written(key).split()) == 12
    sealed = encrypted("geheim", key, "m.cross_signing.master")
    assert decrypted(sealed, key, "m.cross_signing.master") == "geheim"
    for other in (new_key(), key):
        with pytest.raises(ConfigError):
            decrypted(sealed, other, "m.cross_signing.other")


async def test_a_signature_holds_for_its_object_only():
    """Source: RFC 8032, test 1: the public key to this seed."""
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key = SigningKey(seed)
    assert key.public == "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    signed = key.signed("@a:b", {"b": 1, "a": "ä", "unsigned": {"x": 1}})
    assert key.has_signed("@a:b", signed)
    assert not key.has_signed("@a:b", {**signed, "b": 2})
    assert not new_identity().master.has_signed("@a:b", signed)
    assert canonical({"b": 1, "a": "ä"}) == '{"a":"ä","b":1}'.encode()


@pytest.mark.parametrize("wrong", [None, [], {}, {"signatures": 1}, {"signatures": {"@a:b": None}}])
async def test_a_malformed_object_is_not_signed(wrong):
    assert not new_identity().master.has_signed("@a:b", wrong)


async def test_an_identity_that_is_replaced_while_lotse_runs_is_said_until_it_is_mended(
    homeserver, tmp_path, monkeypatch
):
    monkeypatch.setattr(trust_watch, "LOOK_AGAIN_EVERY_S", 0.5)
    lotse, other = await lotse_on(homeserver, tmp_path / "lotse"), new_identity()
    async with AtWork(lotse.settings) as work, aiohttp.ClientSession() as session:
        await work.until(lambda: work.cursor)
        client = Homeserver(homeserver.address, session)
        client.token = lotse.account.token
        await upload_identity(client, lotse.user, other, PASSWORD)
        await work.until(lambda: work.channel.problem == UNTRUSTED["other_identity"])
        keep_identity(SealedFile(lotse.settings.folder / IDENTITY_FILE, lotse.settings.key), other)
        await work.until(lambda: work.channel.problem is None)
    async with signed_in(lotse.settings) as me:
        assert (await me.look())[0] == "signed"
