"""Events that wait for their key, on disk."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

from bot.channels.matrix import late_keys
from bot.channels.matrix.late_keys import MOST_BYTES, LateKeys

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def event(number, sender="@mallory:x.org", size=60_000):
    return {"event_id": f"${number}", "sender": sender, "content": {"ciphertext": "A" * size}}


async def longest_stall(doing):
    """The longest time the event loop stood still meanwhile, in seconds."""
    worst, task = 0.0, asyncio.ensure_future(doing)
    while not task.done():
        began = time.perf_counter()
        await asyncio.sleep(0.001)
        worst = max(worst, time.perf_counter() - began)
    await task
    return worst


async def test_a_flood_of_unreadable_events_is_bounded_written_once_and_costs_only_who_sent_it(tmp_path, monkeypatch):
    writes = []
    real = late_keys.replace_file
    monkeypatch.setattr(late_keys, "replace_file", lambda path, data: (writes.append(len(data)), real(path, data)))
    late = LateKeys(tmp_path / "waiting.json")
    late.add("!r:x.org", event("kim", "@kim:x.org", 500), NOW)
    for number in range(400):
        late.add("!r:x.org", event(number), NOW)
    assert writes == []
    assert await longest_stall(late.keep()) < 0.2
    assert len(writes) == 1
    assert writes[0] < MOST_BYTES + 10_000
    again = LateKeys(tmp_path / "waiting.json")
    assert again.waiting() == late.waiting()
    ids = [each.id for each in again.waiting()]
    assert ids[0] == "$kim"
    assert ids[-1] == "$399"
    await again.keep()
    assert len(writes) == 1, "what did not change is not written"


async def test_who_sends_many_small_ones_pushes_out_their_own(tmp_path, monkeypatch):
    monkeypatch.setattr(late_keys, "MOST_WAITING", 20)
    late = LateKeys(tmp_path / "waiting.json")
    late.add("!r:x.org", event("kim", "@kim:x.org", 5_000), NOW)
    for number in range(50):
        late.add("!r:x.org", event(number, size=10), NOW)
    assert [each.id for each in late.waiting()] == ["$kim", *(f"${number}" for number in range(31, 50))]


async def test_of_what_was_read_as_changed_nobody_is_told_when_its_room_can_be_looked_at_again(tmp_path):
    late = LateKeys(tmp_path / "waiting.json")
    late.add("!r:x.org", event("changed"), NOW, "room")
    late.add("!r:x.org", event("other"), NOW, "room")
    late.read_as("$changed", "$change")  # which came before what it changes, as it may from another server
    for event_id in ("$changed", "$other"):
        late.wait_for_key(event_id, NOW)
    assert [each.id for each in late.overdue(NOW + timedelta(minutes=2))] == ["$other"]


async def test_what_is_told_and_done_survives_a_stop(tmp_path):
    late = LateKeys(tmp_path / "waiting.json")
    for number in range(3):
        late.add("!r:x.org", event(number), NOW)
    late.told(["$1"])
    late.done(["$0"])
    await late.keep()
    again = LateKeys(tmp_path / "waiting.json")
    assert [(each.id, each.told) for each in again.waiting()] == [("$1", True), ("$2", False)]
    assert [each.id for each in again.overdue(NOW + timedelta(minutes=2))] == ["$2"]
    again.drop_old(NOW + timedelta(days=2))
    await again.keep()
    assert len(LateKeys(tmp_path / "waiting.json")) == 0
