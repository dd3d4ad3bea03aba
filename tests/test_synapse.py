"""The homeserver of the tests is a real one, and its environment is the one that was pinned."""

import pytest

from tests import synapse


def test_two_people_talk_over_it(homeserver):
    anna, ben = homeserver.register(), homeserver.register()
    room = homeserver.call("POST", "/createRoom", anna.token, {"invite": [ben.user_id]})["room_id"]
    homeserver.call("POST", f"/join/{room}", ben.token, {})
    words = {"msgtype": "m.text", "body": "Moin"}
    sent = homeserver.call("PUT", f"/rooms/{room}/send/m.room.message/1", anna.token, words)["event_id"]
    again = homeserver.call("PUT", f"/rooms/{room}/send/m.room.message/1", anna.token, words)["event_id"]
    assert sent == again
    assert homeserver.call("GET", f"/rooms/{room}/event/{sent}", ben.token)["content"]["body"] == "Moin"


@pytest.mark.parametrize("content", [None, b"another lock"])
def test_an_environment_of_another_lock_is_not_used(monkeypatch, tmp_path, content):
    if content is not None:
        (tmp_path / "installed").write_bytes(content)
    monkeypatch.setattr(synapse, "INSTALLED", tmp_path / "installed")
    assert "python -m tests.synapse" in synapse.missing()
