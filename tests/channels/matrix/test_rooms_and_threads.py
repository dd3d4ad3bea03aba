"""Where Lotse is spoken to, what it takes in there and how it answers, on a real homeserver with an independent client."""

import itertools
import time
from dataclasses import replace

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.channels.looking import CasePlace
from bot.channels.matrix.matrix_channel import open_matrix
from bot.channels.matrix.profile import show_ourselves
from bot.channels.matrix.signed_in import signed_in
from bot.channels.matrix.sync_loop import CURSOR_AT_LEAST_EVERY_S
from bot.errors import ChannelError, NotInRoom, NotThereYet
from bot.model import (
    Address,
    AskedToVerify,
    AskedWhy,
    CameIn,
    CaseNumber,
    Choice,
    DeskRoom,
    Edit,
    Edited,
    Left,
    OutboxId,
    Paragraph,
    Post,
    Pressed,
    Rated,
    React,
    Reacted,
    Redact,
    Removed,
    Reply,
    SentFile,
    Span,
    Typing,
    Utterance,
)
from tests.channels.matrix.at_work import AtWork, NothingKept
from tests.channels.matrix.gateway import HANG, gateway
from tests.channels.matrix.people import lotse_on
from tests.conftest import NOW

pytestmark = pytest.mark.asyncio(loop_scope="module")

CHOICES = (Choice("Wie beantrage ich ihn?", "bonus.application"), Choice("Wer bekommt ihn?", "bonus.eligibility"))


def reply(text, **more):
    return Reply((Paragraph((Span(text),)),), "de", **more)


@pytest.mark.parametrize("encrypted", [False, True])
async def test_between_two_everything_is_said_to_lotse_and_threads_are_kept(work, lotse, anna, encrypted):
    room = await anna.room_with(lotse.user, encrypted=encrypted)
    first = await anna.say(room, "Eine Frage")
    heard = await work.hears("Eine Frage", room)
    assert (heard.address, heard.external_id) == (Address("matrix", room), first)
    assert heard.person.external_user == anna.user
    await anna.say(room, "Im Faden", thread=first)
    assert (await work.hears("Im Faden", room)).address.thread == first
    await work.says(room, "Antwort im Faden", thread=first, outbox=f"thread-{encrypted}")
    answer = await anna.hears(room, lotse.user, "Antwort im Faden")
    assert answer["relation"]["rel_type"] == "m.thread"
    assert answer["relation"]["event_id"] == first
    assert answer["relation"]["is_falling_back"] is True
    assert answer["content"]["msgtype"] == "m.notice"
    assert answer["content"]["m.mentions"] == {}
    assert answer["wire"] == ("m.room.encrypted" if encrypted else "m.room.message")


@pytest.mark.parametrize("encrypted", [False, True])
async def test_in_a_group_lotse_answers_when_called_and_in_the_thread_that_begins_there(
    work, lotse, anna, ben, encrypted
):
    room = await anna.room_with(lotse.user, ben, encrypted=encrypted)
    await anna.say(room, "Unter uns")
    root = await anna.say(room, "Lotse: Was zahlt der Bonus?", mention=lotse.user)
    heard = await work.hears("Was zahlt der Bonus?", room)
    assert heard.address == Address("matrix", room, root)
    await ben.say(room, "Und für mich?", thread=root)
    assert (await work.hears("Und für mich?", room)).address.thread == root
    other = await ben.say(room, "Ein anderer Faden")
    await ben.say(room, "nichts für Lotse", thread=other)
    await ben.say(room, "@Lotse, gilt das auch in Kiel?")
    await work.hears("gilt das auch in Kiel?", room)
    said = {each.input.text for each in work.heard if each.address.room == room}
    assert said == {"Was zahlt der Bonus?", "Und für mich?", "gilt das auch in Kiel?"}


async def test_in_a_group_a_plain_reply_to_lotse_goes_on_in_the_thread_of_what_it_said(work, lotse, anna, ben):
    room = await anna.room_with(lotse.user, ben, encrypted=True)

    async def replies(by, event, words, **more):
        return await by.say(room, words, **{"m.relates_to": {"m.in_reply_to": {"event_id": event}}}, **more)

    root = await anna.say(room, "Lotse: Auswahl", mention=lotse.user)
    await work.hears("Auswahl", room)
    await work.says(room, "Bitte wählen Sie.", thread=root, outbox="plain reply")
    answer = (await anna.hears(room, lotse.user, "Bitte wählen Sie."))["id"]
    await replies(anna, answer, "2")
    assert (await work.hears("2", room)).address.thread == root
    own = await replies(ben, answer, "Und ich?", mention=lotse.user)
    assert (await work.hears("Und ich?", room)).address.thread == root
    await replies(anna, own, "Das weiß ich nicht")
    called = await replies(anna, own, "Lotse, wissen Sie es?", mention=lotse.user)
    assert (await work.hears("wissen Sie es?", room)).address.thread == called
    assert "Das weiß ich nicht" not in {getattr(each.input, "text", "") for each in work.heard}


@pytest.mark.parametrize("encrypted", [False, True])
async def test_of_an_answer_to_somebody_only_the_new_words_are_said(work, lotse, anna, ben, encrypted):
    room = await anna.room_with(lotse.user, ben, encrypted=encrypted)
    first = await anna.say(room, "Please wait for the decision of the office.")
    quoted = f"> <{ben.user}> Please wait for the decision\n> of the office.\n\n"
    formatted = {"format": "org.matrix.custom.html", "formatted_body": (
        f'<mx-reply><blockquote><a href="https://matrix.to/#/{room}/{first}">In reply to</a> Please wait</blockquote></mx-reply>'
        f'<a href="https://matrix.to/#/{lotse.user}">Lotse</a>: <em>How much is that in English?</em> Was heißt das?')}  # fmt: skip
    relation = {"m.relates_to": {"m.in_reply_to": {"event_id": first}}}
    await anna.say(room, f"{quoted}Lotse: Was heißt das?", mention=lotse.user, **formatted, **relation)
    assert (await work.hears("Was heißt das?", room)).person.external_user == anna.user


async def test_what_is_not_for_lotse_costs_no_write_each_time_and_is_read_again_at_a_start_without_harm(
    homeserver, anna, tmp_path
):
    other = await lotse_on(homeserver, tmp_path / "lotse")
    begun = time.monotonic()
    async with AtWork(other.settings) as before:
        room = await anna.room_with(other.user)
        await anna.say(room, "Anfang")
        await before.hears("Anfang")
        cursor = before.cursor
        for number in range(6):  # each comes back with a sync of its own, or nearly
            await before.says(room, f"Antwort {number}", outbox=f"own {number}")
        await anna.say(room, "Ende")
        await before.hears("Ende")
        assert before.cursors_alone <= 1 + (time.monotonic() - begun) / CURSOR_AT_LEAST_EVERY_S
    async with AtWork(other.settings, cursor) as after:
        await anna.say(room, "Neu")
        await after.hears("Neu")
        assert [each.input.text for each in after.heard] == ["Ende", "Neu"]


async def test_clients_without_threads_show_an_answer_below_the_latest_message_of_its_thread(work, lotse, anna, ben):
    room = await anna.room_with(lotse.user, ben, encrypted=True)

    async def answers(words, thread):
        """What each event of the answer is shown as an answer to, and its id."""
        event = await work.says(room, words, thread=thread, outbox=f"below {words[:20]}")
        shown = await anna.from_lotse(room, lotse.user, lambda all: {each["id"] for each in all} >= set(event.split()))
        relations = {each["id"]: each["relation"] for each in shown}
        return [(relations[each]["m.in_reply_to"]["event_id"], each) for each in event.split()]

    root = await anna.say(room, "Was zahlt der Bonus?", mention=lotse.user)
    await work.hears("Was zahlt der Bonus?", room)
    ((below, first),) = await answers("60 %", root)
    assert below == root
    ((below, second),) = await answers("Noch etwas", root)
    assert below == first
    asked = await ben.say(room, "Auch in Kiel?", thread=root)
    await work.hears("Auch in Kiel?", room)
    await anna.react(room, second, "👍")
    long = await answers("Ja, überall im Land. " * 600, root)
    assert [below for below, _ in long] == [asked, long[0][1]]


async def test_after_a_restart_lotse_still_knows_its_threads(lotse, homeserver, anna, ben, tmp_path):
    other = await lotse_on(homeserver, tmp_path / "lotse")
    async with AtWork(other.settings) as before:
        room = await anna.room_with(other.user, ben)
        root = await anna.say(room, "Eine Frage", mention=other.user)
        await before.hears("Eine Frage")
        await before.says(room, "Eine Antwort", thread=root)
        foreign = await anna.say(room, "Unter uns")
    async with AtWork(other.settings, before.cursor) as after:
        await ben.say(room, "Nachfrage", thread=root)
        await ben.say(room, "fremd", thread=foreign)
        await ben.say(room, "Ende", mention=other.user)
        await after.hears("Ende")
        assert [each.input.text for each in after.heard] == ["Nachfrage", "Ende"]


@pytest.mark.parametrize("encrypted", [False, True])
async def test_changes_deletions_and_files(work, lotse, anna, encrypted):
    room = await anna.room_with(lotse.user, encrypted=encrypted)
    first = await anna.say(room, "Fragee")
    await anna.edit(room, first, "Frage")
    heard = await work.until(lambda: [each for each in work.heard if each.input == Edited(first, "Frage")])
    assert heard[0].person.external_user == anna.user
    await anna.redact(room, first)
    await work.until(lambda: [each for each in work.heard if each.input == Removed(first)])
    await anna.say(room, "zeugnis.pdf", msgtype="m.file", url="mxc://test.localhost/abc")
    await work.until(lambda: [each for each in work.heard if each.address.room == room and each.input == SentFile()])
    await anna.say(room, "Notiz eines Programms", msgtype="m.notice")
    await anna.say(room, "Ende")
    await work.hears("Ende", room)
    assert not [each for each in work.heard if each.input == Utterance("Notiz eines Programms")]


@pytest.mark.parametrize("encrypted", [False, True])
async def test_choices_are_offered_as_signs_and_a_reaction_presses_them(work, lotse, anna, encrypted):
    room = await anna.room_with(lotse.user, encrypted=encrypted)
    outbox = f"choices-{encrypted}"
    event = await work.says(room, "Bitte wählen Sie.", outbox=outbox, choices=CHOICES, rateable=True)
    shown = await anna.hears(room, lotse.user, "Bitte wählen Sie.")
    assert "1. Wie beantrage ich ihn?\n2. Wer bekommt ihn?" in shown["content"]["body"]
    assert "<ol><li>Wie beantrage ich ihn?</li>" in shown["content"]["formatted_body"]
    signs = await anna.from_lotse(room, lotse.user, lambda some: len(some) == 2, kind="m.reaction")
    assert [each["relation"]["key"] for each in signs] == ["1️⃣", "2️⃣"]
    await anna.react(room, event, "2️⃣")
    await work.until(lambda: [each for each in work.heard if each.input == Pressed("bonus.eligibility")])
    await anna.react(room, event, "3️⃣")
    await work.until(lambda: [each for each in work.heard if each.input == Pressed("choice:3")])
    await anna.react(room, event, "👍🏽")
    await work.until(lambda: [each for each in work.heard if each.input == Rated(True, OutboxId(outbox))])
    await anna.react(room, event, "❓")
    await work.until(lambda: [each for each in work.heard if each.input == AskedWhy(OutboxId(outbox))])
    await anna.react(room, event, "🙋")
    await work.until(lambda: [each for each in work.heard if each.input == Pressed("person")])
    human = await work.says(room, "Das geht.", outbox=f"human-{encrypted}", person="Maria Petersen")
    await anna.hears(room, lotse.user, "Das geht.")
    await anna.redact(room, await anna.react(room, human, "❤️"))
    for sign in ("sehr gut", "👍", "❤️"):
        await anna.react(room, human, sign)
    mine = await anna.say(room, "meine eigene Nachricht")
    await anna.react(room, mine, "👎")
    await anna.react(room, event, "🦆")
    await anna.say(room, "Ende")
    await work.hears("Ende", room)
    here = [each.input for each in work.heard if each.address.room == room]
    assert [given for given in here if isinstance(given, Rated)] == [Rated(True, OutboxId(outbox))]
    assert [given.sign for given in here if isinstance(given, Reacted)] == ["❤", "👍"], (
        "to a human each sign is said once"
    )


async def test_a_reaction_is_understood_after_a_restart(homeserver, anna, tmp_path):
    other = await lotse_on(homeserver, tmp_path / "lotse")
    async with AtWork(other.settings) as before:
        room = await anna.room_with(other.user, encrypted=True)
        await anna.say(room, "Hallo")
        await before.hears("Hallo")
        event = await before.says(room, "Bitte wählen Sie.", choices=CHOICES)
    async with AtWork(other.settings, before.cursor) as after:
        await anna.react(room, event, "1️⃣")
        await after.until(lambda: [each for each in after.heard if each.input == Pressed("bonus.application")])


@pytest.mark.parametrize("encrypted", [False, True])
async def test_what_was_said_is_changed_and_taken_back(work, lotse, anna, encrypted):
    room = await anna.room_with(lotse.user, encrypted=encrypted)
    address, name = Address("matrix", room), f"edit-{encrypted}"
    event = await work.says(room, "alt", outbox=name, person="Maria Petersen")
    shown = await anna.hears(room, lotse.user, "alt")
    assert shown["content"]["msgtype"] == "m.text"
    assert shown["content"]["body"] == "Maria Petersen (Mensch):\n\nalt"
    change = Edit(address, OutboxId(f"{name}-2"), OutboxId(name), event, reply("neu", person="Maria Petersen"))
    assert await work.channel.send(change) == await work.channel.send(change)
    await anna.hears(room, lotse.user, "neu")
    await work.channel.send(Redact(address, OutboxId(f"{name}-3"), OutboxId(name), event))
    await anna.until(lambda timeline: any(each["id"] == event and each["redacted"] for each in timeline), room=room)
    mine = await anna.say(room, "Danke")
    put = await work.channel.send(React(address, OutboxId(f"{name}-4"), mine, "⏳"))
    signs = await anna.from_lotse(room, lotse.user, kind="m.reaction")
    assert signs[-1]["relation"] == {"rel_type": "m.annotation", "event_id": mine, "key": "⏳"}
    await work.channel.send(Redact(address, OutboxId(f"{name}-5"), OutboxId(f"{name}-4"), put))
    await anna.until(lambda timeline: any(each["id"] == put and each["redacted"] for each in timeline), room=room)


async def test_a_very_long_reply_becomes_several_messages_that_are_changed_together(work, lotse, anna):
    room = await anna.room_with(lotse.user, encrypted=True)
    address = Address("matrix", room)
    long = "\n\n".join(f"Absatz {number}. " + "Wörter und mehr Wörter. " * 40 for number in range(30))
    blocks = tuple(Paragraph((Span(part),)) for part in long.split("\n\n"))
    post = Reply(blocks, "de", choices=CHOICES)
    ids = (await work.channel.send(Post(address, OutboxId("long"), post))).split()
    assert len(ids) > 2
    assert (await work.channel.send(Post(address, OutboxId("long"), post))).split() == ids
    said = await anna.from_lotse(room, lotse.user, lambda some: len(some) == len(ids))
    assert "".join("\n\n" + each["content"]["body"] for each in said).count("Absatz ") == 30
    assert ["1. Wie beantrage" in each["content"]["body"] for each in said] == [False] * (len(ids) - 1) + [True]
    await work.channel.send(Edit(address, OutboxId("short"), OutboxId("long"), " ".join(ids), reply("kurz")))
    timeline = await anna.until(
        lambda events: sum(each["redacted"] for each in events if each["id"] in ids) == len(ids) - 1, room=room
    )
    assert any(each["id"] == ids[0] and not each["redacted"] for each in timeline)


async def test_who_leaves_a_room_of_two_is_remembered_and_the_room_is_not_spoken_in(work, lotse, anna):
    room = await anna.room_with(lotse.user)
    await anna.say(room, "Hallo")
    await work.hears("Hallo", room)
    await anna.ask("leave", room=room)
    left = await work.until(lambda: [each for each in work.heard if each.input == Left()])
    assert (left[0].address, left[0].person.external_user) == (Address("matrix", room), anna.user)


async def test_an_offer_to_verify_lotse_is_declined_at_once_and_answered_in_words_once(work, lotse, people):
    kim = await people.arrive(strict=True)
    for encrypted in (True, False):  # a client knows whom to verify once it shares an encrypted room with them
        room = await kim.room_with(lotse.user, encrypted=encrypted)
        await kim.say(room, "Hallo")
        await work.hears("Hallo", room)
        for _ in range(2):
            assert await kim.ask("verify", other=lotse.user, room=room) == {"code": "m.user", "by": lotse.user}
        await kim.say(room, "Ende")
        await work.hears("Ende", room)
        here = [each.input for each in work.heard if each.address.room == room]
        (asked,) = [given for given in here if not isinstance(given, Utterance)]
        assert isinstance(asked, AskedToVerify)
        assert asked.fingerprint.replace(" ", "") == await kim.ask("fingerprint", other=lotse.user)
    (device,) = await kim.ask("devices", other=lotse.user)
    assert await kim.ask("verify", other=lotse.user, device=device) == {"code": "m.user", "by": lotse.user}
    assert work.channel.problem is None


async def test_people_who_verify_each_other_in_a_group_are_left_alone(work, lotse, anna, ben):
    room = await anna.room_with(lotse.user, ben)
    request = {"msgtype": "m.key.verification.request", "from_device": "X", "methods": ["m.sas.v1"]}
    for asked in (ben.user, lotse.user):
        await anna.say(room, "Bitte bestätigen", **request, to=asked)
    await anna.say(room, "Ende", mention=lotse.user)
    await work.hears("Ende", room)
    assert [each.input for each in work.heard if each.address.room == room] == [Utterance("Ende")]


async def test_only_those_are_joined_who_may_invite(homeserver, anna, ben, tmp_path):
    choosy = await lotse_on(homeserver, tmp_path / "lotse", invites=(anna.user,))
    async with AtWork(choosy.settings):
        await anna.room_with(choosy.user)
        asked = (await ben.ask("room", invite=[choosy.user], encrypted=False, direct=True))["room_id"]
        await ben.until(lambda members: members.get(choosy.user) == "leave", "members", room=asked)


async def test_where_nothing_is_encrypted_an_encrypted_room_is_declined(homeserver, anna, tmp_path):
    plain = await lotse_on(homeserver, tmp_path / "lotse", signed=False, encryption=False)
    async with AtWork(plain.settings):
        asked = (await anna.ask("room", invite=[plain.user], encrypted=True, direct=True))["room_id"]
        await anna.until(lambda members: members.get(plain.user) == "leave", "members", room=asked)
        await anna.room_with(plain.user)


async def test_an_invitation_that_came_while_lotse_was_away_is_answered(homeserver, anna, tmp_path):
    other = await lotse_on(homeserver, tmp_path / "lotse")
    room = (await anna.ask("room", invite=[other.user], encrypted=False, direct=True))["room_id"]
    await anna.say(room, "vor der Ankunft")
    async with AtWork(other.settings) as work:
        await anna.until(lambda members: members.get(other.user) == "join", "members", room=room)
        assert (await work.hears("vor der Ankunft")).address.room == room


async def looked_into_in_vain(channel, room):
    """As what a look into a room of coordinators fails."""
    with pytest.raises(ChannelError) as refused:
        await channel.look_into(room)
    return type(refused.value)


async def test_a_room_of_coordinators_lotse_is_on_its_way_into_is_told_from_one_it_was_not_asked_into(
    homeserver, tmp_path
):
    other, owner = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    room, elsewhere = (
        homeserver.call("POST", "/createRoom", owner.token, {"invite": invited})["room_id"]
        for invited in ([other.user], [])
    )
    desk_rooms = tuple(DeskRoom("matrix", each, rest=True) for each in (room, elsewhere))
    async with gateway(homeserver.address) as gate:
        settings = replace(other.settings, homeserver=gate.address, desk_rooms=desk_rooms)
        async with open_matrix(settings, NothingKept(), lambda: NOW) as channel:
            assert await looked_into_in_vain(channel, room) == NotThereYet, "of no invitation anything was heard yet"
        gate.trouble = lambda path: HANG if "/join/" in path else None
        async with AtWork(settings) as work:
            await work.until(lambda: any("/join/" in path for path in gate.held))
            assert await looked_into_in_vain(work.channel, room) == NotThereYet
            assert await looked_into_in_vain(work.channel, elsewhere) == NotInRoom
            with pytest.raises(NotInRoom):
                await work.says(elsewhere)
            gate.let_go()
            await work.until(lambda: is_in(homeserver, other, room))
            state = await work.channel.look_into(room)
            assert owner.user_id in {member.external_user for member in state.members}
            assert [each.input for each in work.heard if each.address.room == room] == [CameIn()]


def is_in(homeserver, lotse, room):
    return room in homeserver.call("GET", "/joined_rooms", lotse.account.token)["joined_rooms"]


async def test_that_lotse_cannot_come_into_a_room_of_coordinators_at_present_is_said_once(homeserver, tmp_path):
    other, owner = await lotse_on(homeserver, tmp_path / "lotse"), homeserver.register()
    room = homeserver.call("POST", "/createRoom", owner.token, {"invite": [other.user]})["room_id"]
    async with gateway(homeserver.address) as gate:
        gate.trouble = lambda path: web.json_response({}, status=500) if "/join/" in path else None
        desk_rooms = (DeskRoom("matrix", room, rest=True),)
        settings = replace(other.settings, homeserver=gate.address, desk_rooms=desk_rooms)
        with capture_logs() as logs:
            async with AtWork(settings) as work:
                await work.until(lambda: sum("/join/" in path for path in gate.asked) > 1)
                assert await looked_into_in_vain(work.channel, room) == NotInRoom
                gate.trouble = lambda path: None
                await work.until(lambda: is_in(homeserver, other, room))
    said = [(each["event"], each["reason"]) for each in logs if each["log_level"] == "warning"]
    assert said == [("matrix_invitation_waits", "the homeserver answered 500")]


async def test_a_start_with_an_empty_database_reads_nothing_of_before_however_soon_it_comes(homeserver, anna, tmp_path):
    """Synapse gives the same answer to the same first sync for two minutes."""
    other = await lotse_on(homeserver, tmp_path / "lotse")
    async with AtWork(other.settings) as before:
        room = await anna.room_with(other.user)
        await anna.say(room, "vorher")
        await before.hears("vorher")
    async with AtWork(other.settings) as after:
        await after.until(lambda: after.cursor)
        await anna.say(room, "nachher")
        await after.hears("nachher")
        assert [each.input.text for each in after.heard] == ["nachher"]


async def test_what_was_said_during_a_long_absence_is_taken_in_completely_and_once(homeserver, anna, tmp_path):
    other = await lotse_on(homeserver, tmp_path / "lotse")
    async with AtWork(other.settings) as before:
        room = await anna.room_with(other.user)
        await anna.say(room, "vorher")
        await before.hears("vorher")
    for number in range(70):  # more than one answer of the server holds
        await anna.say(room, f"Nachricht {number}")
    async with AtWork(other.settings, before.cursor) as after:
        await after.hears("Nachricht 69")
        assert [each.input.text for each in after.heard] == [f"Nachricht {number}" for number in range(70)]


async def test_who_left_a_room_of_two_and_is_back_before_it_is_read_goes_on_in_their_conversation(
    homeserver, anna, tmp_path
):
    class HerCase(NothingKept):
        async def owner_of(self, address):
            return anna.user if address.room == room else None

        async def cases_in(self, address):
            return [CasePlace(anna.user, CaseNumber(1), address, "de")] if address.room == room else []

    lotse = await lotse_on(homeserver, tmp_path / "lotse")
    async with AtWork(lotse.settings) as work:
        room = await anna.room_with(lotse.user)
        await anna.say(room, "Guten Tag")
        await work.hears("Guten Tag")
    homeserver.call("PUT", f"/rooms/{room}/state/m.room.join_rules", anna.token, {"join_rule": "public"})
    for step in ("leave", "join"):
        homeserver.call("POST", f"/rooms/{room}/{step}", anna.token, {})
    async with AtWork(lotse.settings, work.cursor, HerCase()) as after:
        await anna.say(room, "Da bin ich wieder.")
        assert (await after.hears("Da bin ich wieder.")).address == Address("matrix", room)
        assert not [each for each in after.heard if each.input == Left()]


async def test_a_room_that_is_upgraded_goes_on_as_the_same_conversation(work, lotse, anna, homeserver):
    account = homeserver.register()
    room = homeserver.call("POST", "/createRoom", account.token, {"invite": [lotse.user], "is_direct": True})["room_id"]

    def says(where, text, number):
        body = {"msgtype": "m.text", "body": text}
        homeserver.call("PUT", f"/rooms/{where}/send/m.room.message/{number}", account.token, body)

    says(room, "alt", 1)
    await work.hears("alt", room)
    new = homeserver.call("POST", f"/rooms/{room}/upgrade", account.token, {"new_version": "10"})["replacement_room"]
    homeserver.call("POST", f"/rooms/{new}/invite", account.token, {"user_id": lotse.user})
    await work.until(
        lambda: (
            homeserver.call("GET", f"/rooms/{new}/joined_members", account.token)["joined"].get(lotse.user) is not None
        )
    )
    says(new, "neu", 2)
    assert (await work.hears("neu")).address == Address("matrix", room)
    event = await work.says(room, "Antwort", outbox="upgraded")
    assert homeserver.call("GET", f"/rooms/{new}/event/{event}", account.token)["content"]["body"] == "Antwort"
    await work.channel.show(Typing(Address("matrix", room)))
    fleeting = homeserver.call("GET", "/sync", account.token)["rooms"]["join"][new]["ephemeral"]["events"]
    assert [each["content"] for each in fleeting if each["type"] == "m.typing"] == [{"user_ids": [lotse.user]}]
    group = homeserver.call("POST", "/createRoom", account.token, {"invite": [lotse.user, anna.user]})["room_id"]
    homeserver.call("POST", f"/rooms/{new}/leave", account.token, {})
    await work.until(lambda: any(each.input == Left() and each.address.room == room for each in work.heard))
    says(group, "Lotse, wo bin ich allein?", 3)
    assert (await work.hears("wo bin ich allein?")).alone == account.user_id, "in neither room they are any more"


async def test_people_see_that_an_answer_is_coming_and_that_it_was_read(work, lotse, homeserver):
    account = homeserver.register()
    room = homeserver.call("POST", "/createRoom", account.token, {"invite": [lotse.user], "is_direct": True})["room_id"]
    sent = homeserver.call(
        "PUT", f"/rooms/{room}/send/m.room.message/1", account.token, {"msgtype": "m.text", "body": "gelesen?"}
    )["event_id"]
    await work.hears("gelesen?", room)
    await work.channel.show(Typing(Address("matrix", room)))

    different = itertools.count()  # Synapse answers the same first sync as it did before, for two minutes

    def fleeting():
        query = {"filter": '{"presence":{"types":[]}}', "timeout": str(next(different))}
        joined = homeserver.call("GET", "/sync", account.token, **query)["rooms"]["join"]
        return {each["type"]: each["content"] for each in joined[room]["ephemeral"]["events"]}

    await work.until(lambda: {"m.typing", "m.receipt"} <= fleeting().keys())
    seen = fleeting()
    assert seen["m.typing"] == {"user_ids": [lotse.user]}
    assert lotse.user in seen["m.receipt"][sent]["m.read"]


async def test_who_asked_in_a_group_is_answered_alone_in_one_room_that_is_made_once(homeserver, anna, ben, tmp_path):
    other = await lotse_on(homeserver, tmp_path / "lotse")
    async with AtWork(other.settings) as work:
        group = await anna.room_with(other.user, ben, encrypted=True)
        await anna.say(group, "Mensch", mention=other.user)
        assert (await work.hears("Mensch", group)).alone == anna.user
        await work.says(anna.user, "Ihr Fall 1 ist offen.", outbox="alone1")
        invited = homeserver.call("GET", "/sync", anna.token)["rooms"]["invite"]
        (room,) = [each for each in invited if other.user in str(invited[each])]
        await anna.ask("join", room=room)
        await anna.hears(room, other.user, "Ihr Fall 1 ist offen.")  # said before she had joined
        await work.says(anna.user, "Was möchten Sie wissen?", outbox="alone2")
        heard = await anna.hears(room, other.user, "Was möchten Sie wissen?")
        assert heard["wire"] == "m.room.encrypted"
        await anna.say(room, "Meine Frage")
        assert (await work.hears("Meine Frage")).address == Address("matrix", anna.user)
        own = await ben.room_with(other.user)
        await ben.say(own, "Hallo")
        await work.hears("Hallo", own)
        await ben.say(group, "Mensch bitte", mention=other.user)
        assert (await work.hears("Mensch bitte", group)).alone == own
    async with AtWork(other.settings, work.cursor) as after:
        await anna.say(room, "Noch eine Frage")
        assert (await after.hears("Noch eine Frage")).address == Address("matrix", anna.user)
        await anna.ask("invite", room=room, invited=ben.user)
        await anna.say(room, "Lotse, noch da?", mention=other.user)
        await after.hears("noch da?")  # by then it is known that others read along
        await after.says(anna.user, "Nur für Sie.", outbox="alone3")
        kept = homeserver.call("GET", f"/user/{other.user}/account_data/io.lotse.directs", other.account.token)
        new = kept["ours"][anna.user]
        await anna.ask("join", room=new)
        await anna.hears(new, other.user, "Nur für Sie.")
        assert "Nur für Sie." not in str(await anna.ask("timeline", room=room))


async def test_who_sent_lotse_out_of_their_room_is_answered_alone_in_another_one(work, lotse, homeserver):
    account = homeserver.register()

    def asks(room, text):
        body = {"msgtype": "m.text", "body": text}
        homeserver.call("PUT", f"/rooms/{room}/send/m.room.message/{text.split()[-1]}", account.token, body)

    made = {"invite": [lotse.user], "is_direct": True}
    own = homeserver.call("POST", "/createRoom", account.token, made)["room_id"]
    asks(own, "Guten Tag")
    await work.hears("Guten Tag", own)
    homeserver.call("POST", f"/rooms/{own}/kick", account.token, {"user_id": lotse.user})
    others = {"invite": [lotse.user, homeserver.register().user_id]}
    group = homeserver.call("POST", "/createRoom", account.token, others)["room_id"]
    asks(group, "Lotse, Mensch")
    assert (await work.hears("Mensch", group)).alone == account.user_id


async def test_a_room_lotse_made_is_not_replaced_to_take_back_what_stands_there_nor_for_who_is_back(
    homeserver, people, tmp_path
):
    anna, other = await people.arrive(), await lotse_on(homeserver, tmp_path / "lotse")
    address = Address("matrix", anna.user)
    async with AtWork(other.settings) as work:
        said = await work.says(anna.user, "Nur für Sie.", outbox="said1")
        (room,) = await anna.until(bool, "invitations")
        await anna.ask("join", room=room)
        rule = f"/rooms/{room}/state/m.room.join_rules"
        homeserver.call("PUT", rule, anna.token, {"join_rule": "public"})
        await anna.ask("leave", room=room)
        await work.until(lambda: any(each.input == Left() and each.address == address for each in work.heard))
    async with AtWork(other.settings, work.cursor) as after:
        await after.channel.send(Redact(address, OutboxId("back1"), OutboxId("said1"), said))
        event = homeserver.call("GET", f"/rooms/{room}/event/{said}", other.account.token)
        assert not event["content"]
        joined = homeserver.call("GET", "/joined_rooms", other.account.token)["joined_rooms"]
        assert joined == [room]

        await anna.ask("join", room=room)
        await anna.say(room, "Da bin ich wieder.")
        assert (await after.hears("Da bin ich wieder.")).address == address
        await after.says(anna.user, "Willkommen zurück.", outbox="said2")
        await anna.hears(room, other.user, "Willkommen zurück.")


async def test_a_new_name_or_picture_is_shown_and_the_same_one_is_uploaded_once(homeserver, tmp_path):
    lotse = await lotse_on(homeserver, tmp_path / "lotse")

    async def shown(picture, name="Lotse"):
        settings = replace(lotse.settings, avatar=tmp_path / "picture.png", display_name=name)
        settings.avatar.write_bytes(picture)
        async with signed_in(settings) as me:
            await show_ourselves(me)
            return await me.homeserver.call("GET", f"/profile/{lotse.user}")

    first = await shown(b"one picture")
    assert first["displayname"] == "Lotse"
    assert await shown(b"one picture") == first
    second = await shown(b"another picture", "Lotsin")
    assert second["displayname"] == "Lotsin"
    assert second["avatar_url"] not in ("", first["avatar_url"])
    assert await shown(b"another picture", "Lotsin") == second
