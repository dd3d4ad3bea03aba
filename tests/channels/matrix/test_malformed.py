"""What the real homeserver lets pass although it is malformed: it costs nobody anything. More, and worse: ``tests/drills``."""

from itertools import count

from structlog.testing import capture_logs

from tests.channels.matrix.at_work import AtWork
from tests.channels.matrix.people import lotse_on

SAID = {"msgtype": "m.text", "body": "Hallo"}
WRONG = (None, True, 7, [], [7], {}, {"a": []}, "", "x" * 1_000, "$", "\u202e")

MALFORMED = (
    *(("m.room.message", {**SAID, "m.relates_to": wrong}) for wrong in WRONG),
    *(("m.room.message", {**SAID, "m.relates_to": {"rel_type": wrong, "event_id": "$x"}}) for wrong in WRONG),
    *(("m.room.message", {**SAID, "m.mentions": wrong}) for wrong in WRONG),
    *(("m.room.message", {**SAID, "m.mentions": {"user_ids": wrong}}) for wrong in WRONG),
    *(("m.room.message", {**SAID, "format": wrong, "formatted_body": wrong}) for wrong in WRONG),
    *(("m.room.message", {**SAID, "io.lotse": wrong, "m.new_content": wrong}) for wrong in WRONG),
    *(("m.room.message", {"msgtype": "m.key.verification.request", "body": "", "to": wrong}) for wrong in WRONG),
    *(("m.reaction", {"m.relates_to": wrong}) for wrong in WRONG),
    *(
        ("m.reaction", {"m.relates_to": {"rel_type": "m.annotation", "event_id": "$x", "key": wrong}})
        for wrong in WRONG
    ),
    *(("m.room.encrypted", {"algorithm": wrong, "ciphertext": wrong, "session_id": wrong}) for wrong in WRONG),
    *(
        ("m.room.encrypted", {"algorithm": "m.megolm.v1.aes-sha2", "ciphertext": wrong, "session_id": "x"})
        for wrong in WRONG
    ),
    *((kind, {}) for kind in ("m.room.message", "m.reaction", "m.room.encrypted", "m.call.invite", "x")),
)


async def test_what_is_malformed_breaks_nothing_and_what_is_sound_arrives_between_it(homeserver, tmp_path):
    lotse, account = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    room = homeserver.call("POST", "/createRoom", account.token, {"invite": [lotse.user]})["room_id"]
    numbers = count()

    def send(kind, content):
        """Whether the homeserver lets it pass."""
        path = f"/_matrix/client/v3/rooms/{room}/send/{kind}/{next(numbers)}"
        headers = {"Authorization": f"Bearer {account.token}"}
        return homeserver.http.put(path, json=content, headers=headers).status_code == 200

    def say(words):
        assert send("m.room.message", {**SAID, "body": words})
        return words

    with capture_logs() as logs:
        async with AtWork(lotse.settings) as work:
            sound, passed = [say("zuerst")], 0
            await work.hears("zuerst")
            for number, each in enumerate(MALFORMED):
                passed += send(*each)
                if number % 20 == 0:
                    sound.append(say(f"dazwischen {number}"))
            sound.append(say("zuletzt"))
            await work.hears("zuletzt")
            assert work.channel.problem is None
    assert passed > len(MALFORMED) / 2
    assert [text for each in work.heard if (text := getattr(each.input, "text", None)) in sound] == sound
    assert [each for each in logs if each["log_level"] in ("error", "critical")] == []
