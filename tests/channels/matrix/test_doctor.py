"""What the doctor finds on the live server, the commands operators use, and the try-out in one command."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import httpx
import pytest
from aiohttp import web

from bot.channels.matrix.device_setup import make_recovery_key
from bot.channels.matrix.examination import examine
from bot.channels.matrix.one_process import only_process
from bot.channels.matrix.rooms import ABOVE_ALL, MEGOLM
from bot.channels.matrix.signed_in import signed_in
from bot.model import DeskRoom
from tests.channels.matrix.at_work import AtWork
from tests.channels.matrix.gateway import gateway
from tests.channels.matrix.people import KEY, lotse_on
from tests.content.small_tree import write_tree
from tests.matrix_demo import furnish, prepare
from tests.program import ROOT, environment, lotse, lotse_here, stop, web_chat
from tests.synapse import PASSWORD

PATIENCE_S = 240


async def found(settings, encrypted_only=()):
    findings = [finding async for finding in examine(settings, encrypted_only)]
    return {
        level: " ".join(each.what for each in findings if each.level == level) for level in ("good", "note", "wrong")
    }


async def test_when_all_is_well_nothing_is_wrong(homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    said = await found(lotse.settings)
    assert said["wrong"] == ""
    assert "Other clients trust this device" in said["good"]
    assert "LOTSE_MATRIX_PASSWORD was not tried" in said["good"]
    assert "recovery-key" in said["note"]
    async with signed_in(lotse.settings) as me:
        await make_recovery_key(me)
    assert (await found(lotse.settings))["note"] == ""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"homeserver": "http://127.0.0.1:9"}, "cannot be reached"),
        ({"password": "wrong"}, "refused user and password"),
        ({"user": "@lotse:127.0.0.1"}, "the server's name stands behind the colon"),
        ({"desk_rooms": (DeskRoom("matrix", "!elsewhere:test.localhost", rest=True),)}, "invite it there"),
        ({}, "lotse matrix setup"),
    ],
)
async def test_what_is_wrong_is_said_with_what_to_do(homeserver, tmp_path, changed, words):
    lotse = await lotse_on(homeserver, tmp_path / "lotse", signed=False)
    assert words in (await found(replace(lotse.settings, **changed)))["wrong"]


async def test_the_rooms_of_the_coordinators_are_looked_at(homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    anna = homeserver.register()
    room = homeserver.call("POST", "/createRoom", anna.token, {"invite": [lotse.user]})["room_id"]
    async with signed_in(lotse.settings) as me:
        await me.homeserver.call("POST", f"/join/{room}", {})
    known = replace(lotse.settings, desk_rooms=(DeskRoom("matrix", room, frozenset({"foerderung"}), rest=True),))
    assert (
        f"{room} (foerderung, all other teams): 1 coordinator(s); it is not encrypted" in (await found(known))["note"]
    )
    assert "anerkennung is encrypted_only" in (await found(known, ["anerkennung"]))["wrong"]
    strict = replace(known, desk_power_level=ABOVE_ALL + 1)
    assert f"nobody has power {ABOVE_ALL + 1}" in (await found(strict))["wrong"]


async def test_of_a_room_of_coordinators_lotse_is_only_invited_to_it_is_said_that_it_comes_in(homeserver, tmp_path):
    lotse, anna = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    encryption = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": MEGOLM}}
    wanted = {"invite": [lotse.user], "initial_state": [encryption]}
    room = homeserver.call("POST", "/createRoom", anna.token, wanted)["room_id"]
    known = replace(lotse.settings, desk_rooms=(DeskRoom("matrix", room, rest=True),))
    said = await found(known)
    assert said["wrong"] == ""
    assert f"invited to {room}" in said["note"]
    assert "LOTSE_MATRIX_ENCRYPTION is off" in (await found(replace(known, encryption=False)))["wrong"]
    async with AtWork(known) as work:
        await work.until(lambda: room in homeserver.call("GET", "/joined_rooms", lotse.account.token)["joined_rooms"])
    said = await found(known)
    assert f"{room} (all other teams): 1 coordinator(s)" in said["good"]
    assert "invited" not in said["note"]


async def test_while_lotse_runs_its_keys_are_left_alone_and_everything_else_is_looked_at(homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    elsewhere = DeskRoom("matrix", "!elsewhere:test.localhost", rest=True)
    sealed = (lotse.settings.folder / "device.sealed").read_bytes()
    with only_process(lotse.settings.folder):
        well, ill = await found(lotse.settings), await found(replace(lotse.settings, desk_rooms=(elsewhere,)))
        stranger = await found(replace(lotse.settings, user="@somebody:test.localhost"))
    assert "stop it" in well["note"]
    assert f"The session of {lotse.user}" in well["good"]
    assert "Lotse is in 0 room(s)" in well["good"]
    assert well["wrong"] == ""
    assert "invite it there" in ill["wrong"]
    assert "has not signed in as @somebody:test.localhost" in stranger["wrong"]
    assert (lotse.settings.folder / "device.sealed").read_bytes() == sealed


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "signs in again by itself within a minute if LOTSE_MATRIX_PASSWORD is the account's password"),
        ({"password": None, "token": "gone"}, "set LOTSE_MATRIX_TOKEN to a valid token of the device"),
    ],
)
async def test_of_a_session_that_ended_under_a_running_lotse_it_is_said_what_to_do(homeserver, tmp_path, more, words):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    async with signed_in(lotse.settings) as me:
        await me.homeserver.call("POST", "/logout", {})
    with only_process(lotse.settings.folder):
        assert words in (await found(replace(lotse.settings, **more)))["wrong"]


async def test_without_signing_keys_no_recovery_key_is_asked_for(homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse", signed=False)
    said = await found(lotse.settings)
    assert "lotse matrix setup" in said["wrong"]
    assert "recovery-key" not in said["note"], "it could not be made yet"


@pytest.mark.parametrize("answer", [{"text": "<html>Welcome</html>", "content_type": "text/html"}, {"text": "{}"}])
async def test_what_answers_instead_of_the_homeserver_is_called_by_its_name(homeserver, tmp_path, answer):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    async with gateway(homeserver.address) as gate:
        gate.trouble = lambda path: web.Response(**answer)
        said = await found(replace(lotse.settings, homeserver=gate.address))
    assert said["wrong"].startswith(f"{gate.address}: something else answers at its address, such as a proxy")
    assert "Check LOTSE_MATRIX_HOMESERVER" in said["wrong"]
    assert "LOTSE_MATRIX_USER" not in said["wrong"]


def test_a_command_says_what_is_away_and_where_more_is_said(tmp_path):
    settings = {
        "LOTSE_MATRIX_HOMESERVER": "http://127.0.0.1:9",
        "LOTSE_MATRIX_USER": "@lotse:example.org",
        "LOTSE_MATRIX_PASSWORD": "x",
        "LOTSE_MATRIX_KEY": KEY,
    }
    done = lotse_here("matrix", "status", folder=tmp_path, **settings)
    assert done.returncode == 2
    assert "The Matrix homeserver does not answer as it should: the homeserver cannot be reached" in done.stderr
    assert "`lotse doctor` says more" in done.stderr


async def test_a_folder_nobody_can_use_is_not_taken_for_that_of_a_running_lotse(homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    (tmp_path / "file").touch()
    said = await found(replace(lotse.settings, folder=tmp_path / "file" / "folder"))
    assert "cannot be used" in said["wrong"]
    assert "running" not in said["note"]


def test_the_commands_make_show_sign_and_recover_the_device(homeserver, tmp_path):
    account = homeserver.register()
    settings = {
        "LOTSE_MATRIX_HOMESERVER": homeserver.address,
        "LOTSE_MATRIX_USER": account.user_id,
        "LOTSE_MATRIX_PASSWORD": PASSWORD,
        "LOTSE_MATRIX_KEY": KEY,
    }

    def run(*arguments, code=0, given=None):
        done = lotse_here(*arguments, folder=tmp_path, given=given, **settings)
        assert done.returncode == code, done.stdout + done.stderr
        assert PASSWORD not in done.stdout + done.stderr
        return done.stdout + done.stderr

    assert "no_identity" in run("matrix", "status", code=1)
    shown = run("matrix", "setup")
    assert "signed: other clients trust this device" in shown
    recovery = next(line.strip() for line in shown.splitlines() if line.strip().startswith("Es"))
    assert "signed" in run("matrix", "status")
    assert "signed" in run("matrix", "sign")
    assert "WRONG" not in run("doctor")
    account_keys = homeserver.call("POST", "/keys/query", account.token, {"device_keys": {account.user_id: []}})
    (known,) = account_keys["device_keys"][account.user_id].values()
    fingerprint = known["keys"][f"ed25519:{known['device_id']}"]
    groups = [fingerprint[start : start + 4] for start in range(0, len(fingerprint), 4)]
    assert f"Fingerprint  {' '.join(groups)}\n" in run("matrix", "status")
    device = next(line for line in run("matrix", "status").splitlines() if line.startswith("Device"))
    (tmp_path / "data" / "matrix" / "identity.sealed").unlink()
    assert "other_identity" in run("matrix", "status", code=1)
    assert "does not open" in run("matrix", "recover", given="EsT0 wrong\n", code=2)
    assert "signed" in run("matrix", "recover", given=f"{recovery}\n")
    run("matrix", "new-device")
    assert device not in run("matrix", "status")
    newer = run("matrix", "recovery-key")
    assert recovery not in newer
    assert (
        "LOTSE_MATRIX_KEY"
        in lotse_here(
            "matrix",
            "status",
            folder=tmp_path,
            **{**settings, "LOTSE_MATRIX_KEY": "another key, thirty-two characters long"},
        ).stderr
    )
    assert "not used" in lotse_here("doctor", folder=tmp_path).stdout


def test_a_second_lotse_on_the_same_folder_does_not_start(homeserver, tmp_path):
    account = homeserver.register()
    settings = {
        "LOTSE_MATRIX_HOMESERVER": homeserver.address,
        "LOTSE_MATRIX_USER": account.user_id,
        "LOTSE_MATRIX_PASSWORD": PASSWORD,
        "LOTSE_MATRIX_KEY": KEY,
        "LOTSE_CONTENT": str(write_tree(tmp_path / "content")),
    }
    assert lotse_here("matrix", "setup", folder=tmp_path, **settings).returncode == 0
    with web_chat(tmp_path, **settings) as (address, first):
        second = lotse("run", folder=tmp_path, LOTSE_OPEN_ACCESS="true", LOTSE_PORT="0", **settings)
        assert second.returncode == 2
        assert "Another process uses the Matrix keys in" in second.stderr
        assert httpx.get(f"{address}/health").json()["status"] == "ok"
        assert stop(first) == 0
    with web_chat(tmp_path, **settings) as (address, _):
        assert httpx.get(f"{address}/health").json()["status"] == "ok"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"LOTSE_MATRIX_USER": "lotse"}, "LOTSE_MATRIX_USER is not usable"),
        ({"LOTSE_MATRIX_PASSWORD": ""}, "LOTSE_MATRIX_PASSWORD is missing"),
        ({"LOTSE_MATRIX_KEY": ""}, "LOTSE_MATRIX_KEY is missing"),
        ({"LOTSE_MATRIX_KEY": "short"}, "LOTSE_MATRIX_KEY is not usable"),
        ({"LOTSE_MATRIX_HOMESERVER": "http://matrix.example.org"}, "needs https"),
        ({"LOTSE_MATRIX_DESK_ROOMS": "foerderung"}, "LOTSE_MATRIX_DESK_ROOMS is not usable at `foerderung`"),
        ({"LOTSE_MATRIX_DESK_ROOMS": "a=!x:y a=!z:y"}, "LOTSE_MATRIX_DESK_ROOMS is not usable"),
        ({"LOTSE_MATRIX_INVITES": "example.org,anna"}, "LOTSE_MATRIX_INVITES is not usable at `anna`"),
        ({"LOTSE_MATRIX_INVITES": "#room:example.org"}, "LOTSE_MATRIX_INVITES is not usable at `#room:example.org`"),
        ({"LOTSE_MATRIX_AVATAR": "nowhere.png"}, "LOTSE_MATRIX_AVATAR names nowhere.png"),
        ({"LOTSE_MATRIX_ENCRYPTION": "false"}, "LOTSE_MATRIX_ENCRYPTION is off"),
        ({"LOTSE_MATRIX_HOMESERVER": ""}, "LOTSE_MATRIX_HOMESERVER is empty"),
    ],
)
def test_settings_that_cannot_work_are_named_in_one_sentence(tmp_path, changed, words):
    settings = {
        "LOTSE_MATRIX_HOMESERVER": "http://127.0.0.1:9",
        "LOTSE_MATRIX_USER": "@lotse:example.org",
        "LOTSE_MATRIX_PASSWORD": "x",
        "LOTSE_MATRIX_KEY": KEY,
    }
    done = lotse_here("matrix", "status", folder=tmp_path, **{**settings, **changed})
    assert done.returncode == 2
    assert words in done.stderr


def test_a_demo_that_is_interrupted_at_its_first_start_ends_quietly_and_starts_again(homeserver, tmp_path):
    """``homeserver`` says whether Synapse can be had."""
    folder = tmp_path / "demo"
    command = [sys.executable, "-m", "tests.matrix_demo", "--folder", str(folder)]
    first = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    patience = time.monotonic() + PATIENCE_S
    while not (folder / "synapse" / "homeserver.yaml").exists():
        assert time.monotonic() < patience
        assert first.poll() is None
        time.sleep(0.01)  # of a file of another process nothing is told
    first.send_signal(signal.SIGINT)
    assert first.communicate(timeout=PATIENCE_S)[0] == b""
    assert first.returncode == 0
    server, chosen = prepare(folder)
    try:
        assert server.address.endswith(chosen["port"])
        assert furnish(server, chosen["password"]) != chosen["desk"], "a stop may have come before the room was noted"
    finally:
        server.close()


def test_the_demo_starts_a_homeserver_with_lotse_on_it_and_answers(homeserver, tmp_path):
    """``homeserver`` says whether Synapse can be had; the demo has one of its own."""
    command = [sys.executable, "-m", "tests.matrix_demo", "--folder", str(tmp_path / "demo")]
    content = write_tree(tmp_path / "content")
    settings = environment(LOTSE_PORT="0", LOTSE_CONTENT=str(content), LOTSE_CLOCK="2026-11-22")
    process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        told = ""
        for line in process.stdout:
            told += line
            if "Lotse is ready" in line:
                break
        address = next(line.split()[-1] for line in told.splitlines() if line.startswith("Matrix is there"))
        password = next(line.split()[-1] for line in told.splitlines() if "password:" in line)
        assert "recovery key" in told
        with httpx.Client(base_url=f"{address}/_matrix/client/v3", timeout=30, trust_env=False) as kim:
            body = {
                "type": "m.login.password",
                "identifier": {"type": "m.id.user", "user": "kim"},
                "password": password,
            }
            kim.headers["Authorization"] = f"Bearer {kim.post('/login', json=body).json()['access_token']}"
            wanted = {"invite": ["@lotse:lotse.localhost"], "is_direct": True}
            room = kim.post("/createRoom", json=wanted).json()["room_id"]
            asked = {"msgtype": "m.text", "body": "Wie hoch ist der Bonus?"}
            kim.put(f"/rooms/{room}/send/m.room.message/1", json=asked).raise_for_status()
            patience = time.monotonic() + PATIENCE_S
            answers, since = [], None
            while not answers:
                assert time.monotonic() < patience
                query = {"timeout": "5000", **({"since": since} if since else {})}
                answer = kim.get("/sync", params=query).json()
                since = answer["next_batch"]
                joined = answer.get("rooms", {}).get("join", {}).get(room, {"timeline": {"events": []}})
                answers = [
                    each["content"]["body"]
                    for each in joined["timeline"]["events"]
                    if each["sender"].startswith("@lotse:") and each["type"] == "m.room.message"
                ]
        assert "Quelle: Weiterbilden SH" in answers[0]
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
