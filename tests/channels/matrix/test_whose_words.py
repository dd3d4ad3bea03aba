"""What is for one person alone reaches nobody else, whatever becomes of the room it would be said in: on a real homeserver."""

import pytest
import pytest_asyncio

from bot.store.cases import list_cases
from tests.channels.matrix.desk_in_matrix import matrix_desk
from tests.channels.matrix.people import upgraded

pytestmark = pytest.mark.asyncio(loop_scope="module")

HAS_LEFT = "– Die Person hat den Raum verlassen –"
LEFT = "die Person hat es nicht bekommen. Grund: Die Person hat den Raum verlassen"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def desk(homeserver, node_tools, tmp_path_factory):
    async with matrix_desk(homeserver, node_tools, tmp_path_factory.mktemp("desk")) as desk:
        yield desk


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def talking_desk(homeserver, node_tools, tmp_path_factory):
    """One where Lotse says what it says by itself, and so takes up alone what concerns one person alone."""
    async with matrix_desk(homeserver, node_tools, tmp_path_factory.mktemp("talking"), own_words=True) as desk:
        yield desk


async def asked_back(desk):
    """Somebody alone with Lotse in clear, their room, the thread of their case, and what Anna asked there."""
    kim, alone = await desk.asks(encrypted=False)
    await kim.hears(alone, desk.lotse, "ist offen.")
    thread = (await desk.card((await list_cases(desk.site.database, None))[-1].number))["id"]
    said = await desk.anna.say(desk.room, "Worum geht es?", thread=thread)
    await kim.hears(alone, desk.lotse, "Worum geht es?")
    return kim, alone, thread, said


async def before_another_one(desk, kim, lea, room):
    """Of two they had asked in, one leaves after them."""
    max_ = await desk.people.arrive()
    for other in (lea, max_):
        await comes(kim, other, room)
    await kim.ask("leave", room=room)
    await max_.ask("leave", room=room)
    return room


async def before_the_one_they_asked_in_comes(desk, kim, lea, room):
    await kim.ask("invite", room=room, invited=lea.user)
    await kim.ask("leave", room=room)
    await lea.ask("join", room=room)
    return room


async def where_the_room_has_moved_to(desk, kim, lea, room):
    new = await upgraded(desk.people.homeserver, kim, room, desk.lotse, lea.user)
    await lea.ask("join", room=new)
    await kim.ask("leave", room=new)
    return new


async def comes(kim, other, room):
    await kim.ask("invite", room=room, invited=other.user)
    await other.ask("join", room=room)


@pytest.mark.parametrize(
    "leaves", [before_another_one, before_the_one_they_asked_in_comes, where_the_room_has_moved_to]
)
async def test_whoever_is_left_alone_in_somebodys_room_has_no_part_in_their_case_and_speaks_for_themselves(
    desk, leaves
):
    kim, alone, thread, said = await asked_back(desk)
    lea = await desk.people.arrive()
    room = await leaves(desk, kim, lea, alone)
    await lea.say(room, "Meine eigene Frage.")
    await lea.hears(room, desk.lotse, "Sie schrieben: Meine eigene Frage.")
    await desk.anna.edit(desk.room, said, "Ist Ihr Gehalt so klein?")
    await desk.anna.say(desk.room, "Ihr Gehalt reicht.", thread=thread)
    await told_of_refusal(desk, thread)
    assert "Gehalt" not in str(await lea.ask("timeline", room=room))


async def test_a_room_lotse_made_is_replaced_also_where_others_come_into_what_it_has_become(talking_desk):
    desk = talking_desk
    kim, made, thread = await asked_in_a_group(desk)
    lea = await desk.people.arrive()
    moved = await upgraded(desk.people.homeserver, kim, made, desk.lotse)
    await comes(kim, lea, moved)
    new = await next_room_for(kim)
    await kim.hears(new, desk.lotse, "geht es deshalb hier weiter")
    await desk.anna.say(desk.room, "Ihr Gehalt reicht.", thread=thread)
    await kim.hears(new, desk.lotse, "Ihr Gehalt reicht.")
    assert "Gehalt" not in str(await lea.ask("timeline", room=moved))


async def test_where_others_came_into_a_room_lotse_made_its_person_goes_on_and_what_stands_there_can_be_taken_back(
    talking_desk,
):
    desk = talking_desk
    kim, made, thread = await asked_in_a_group(desk)
    said = await desk.anna.say(desk.room, "Ihr Gehalt reicht.", thread=thread)
    heard = await kim.hears(made, desk.lotse, "Ihr Gehalt reicht.")
    lea = await desk.people.arrive()
    await comes(kim, lea, made)
    new = await next_room_for(kim)
    await kim.hears(new, desk.lotse, "geht es deshalb hier weiter")
    await kim.say(made, "Wozu das?")
    line = await desk.anna.hears(desk.room, desk.lotse, "Person: Wozu das?")
    assert line["relation"]["event_id"] == thread
    await desk.anna.redact(desk.room, said)
    await lea.until(
        lambda timeline: any(each["id"] == heard["id"] and each["redacted"] for each in timeline), room=made
    )
    await kim.ask("leave", room=made)
    await kim.say(new, "Hier geht es weiter.")
    await desk.anna.hears(desk.room, desk.lotse, "Person: Hier geht es weiter.")
    assert HAS_LEFT not in str(await desk.anna.ask("timeline", room=desk.room)), (
        "what is said to them is not said there"
    )


async def asked_in_a_group(desk):
    """Somebody who asked for a person in a group, the room Lotse made for the two, and the thread of their case."""
    kim, ole = await desk.people.arrive(), await desk.people.arrive()
    group = await kim.room_with(desk.lotse, ole)
    await kim.say(group, "neuer Fall", mention=desk.lotse)
    made = await next_room_for(kim)
    return kim, made, (await desk.card((await list_cases(desk.site.database, None))[-1].number))["id"]


async def next_room_for(kim):
    """The room into which Lotse asks them, once they have come."""
    (room,) = await kim.until(bool, "invitations")
    await kim.ask("join", room=room)
    return room


async def told_of_refusal(desk, thread):
    """Wait until coordinators read in this thread that the person left, and that neither a change nor new words reached them."""

    def told(messages):
        below = [each for each in messages if (each.get("relation") or {}).get("event_id") == thread]
        lines = [each["content"]["body"] for each in below]
        return all(any(words in line for line in lines) for words in (HAS_LEFT, LEFT, "Die Änderung kam nicht an"))

    await desk.anna.from_lotse(desk.room, desk.lotse, told)
