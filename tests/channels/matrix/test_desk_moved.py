"""A room of coordinators that is upgraded while cases are worked in it, on a real homeserver with an independent client."""

import pytest

from bot.store.cases import list_cases
from tests.channels.matrix.desk_in_matrix import matrix_desk
from tests.channels.matrix.people import upgraded

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def move(desk, homeserver):
    """Upgrade the room of the coordinators, as its owner does; everybody is asked into the new one, and comes."""
    desk.room = await upgraded(homeserver, desk.anna, desk.room, desk.lotse, desk.ben.user)
    await desk.ben.ask("join", room=desk.room)


def give_power(homeserver, owner, room, lotse):
    """Let Lotse write in this room also when it has moved, as who made it can."""
    levels = {"users": {lotse: 50}}
    homeserver.call("PUT", f"/rooms/{room}/state/m.room.power_levels", owner.token, levels)


async def case_in(desk):
    """A case with what one needs to work it: its number, whose it is, where they read, and its card.

    What was asked stands below the card already: said while the room moves it would wait for a clock that stands still.
    """
    kim, alone = await desk.asks(encrypted=False)
    await kim.hears(alone, desk.lotse, "ist offen.")
    number = (await list_cases(desk.site.database, None))[-1].number
    card = await desk.card(number)
    below = {"rel_type": "m.thread", "event_id": card["id"]}
    await desk.anna.until(
        lambda timeline: any(below.items() <= (each.get("relation") or {}).items() for each in timeline), room=desk.room
    )
    return number, kim, alone, card


async def works(desk, kim, alone, thread, words):
    """What the coordinator writes in the thread reaches the employee, and what they answer stands in it."""
    await desk.anna.say(desk.room, f"Guten Tag, {words}", thread=thread)
    await kim.hears(alone, desk.lotse, f"Guten Tag, {words}")
    await kim.say(alone, f"Danke, {words}")
    line = await desk.anna.hears(desk.room, desk.lotse, f"Person: Danke, {words}")
    assert (line["relation"]["rel_type"], line["relation"]["event_id"]) == ("m.thread", thread)


async def test_cases_of_before_and_after_a_move_are_worked_below_cards_in_the_new_room(
    homeserver, node_tools, tmp_path
):
    async with matrix_desk(homeserver, node_tools, tmp_path, encrypted=True) as desk:
        asked, claimed = await case_in(desk), await case_in(desk)
        old, left_behind = desk.room, {asked[-1]["id"], claimed[-1]["id"]}
        await move(desk, homeserver)
        _number, kim, alone, card = await case_in(desk)
        await works(desk, kim, alone, card["id"], "neuer Fall")

        number, kim, alone, card = asked
        await kim.say(alone, "Ist da noch jemand?")
        line = await desk.anna.hears(desk.room, desk.lotse, "Person: Ist da noch jemand?")
        thread = (await desk.card(number))["id"]
        assert (line["relation"]["rel_type"], line["relation"]["event_id"]) == ("m.thread", thread)
        await works(desk, kim, alone, thread, "alter Fall")

        number, kim, alone, card = claimed
        await desk.anna.say(desk.room, f"!nimm {number}")
        thread = (await desk.card(number, "In Arbeit"))["id"]
        await works(desk, kim, alone, thread, "übernommener Fall")

        await desk.anna.say(old, "!hilfe", thread=card["id"])
        answer = await desk.anna.hears(desk.room, desk.lotse, "!nimm übernimmt den Fall")
        assert "relation" not in answer
        assert left_behind.isdisjoint(each["id"] for each in await desk.anna.ask("timeline", room=desk.room))


async def test_open_cases_nobody_touches_get_their_cards_in_the_new_room_once_and_in_their_order(
    homeserver, node_tools, tmp_path
):
    async with matrix_desk(homeserver, node_tools, tmp_path) as desk:
        cases = [await case_in(desk), await case_in(desk)]
        await move(desk, homeserver)
        cards = [(await desk.card(number))["id"] for number, *_ in cases]
        _number, kim, alone, _left_behind = cases[0]
        await works(desk, kim, alone, cards[0], "aus dem alten Raum")
        posted = await desk.anna.from_lotse(desk.room, desk.lotse)
        assert [each["id"] for each in posted if each.get("relation") is None] == cards


async def test_who_answers_below_a_case_that_was_looked_up_after_a_move_works_it_below_a_card_in_the_new_room(
    homeserver, node_tools, tmp_path
):
    async with matrix_desk(homeserver, node_tools, tmp_path) as desk:
        number, kim, alone, _left_behind = await case_in(desk)
        await move(desk, homeserver)
        await desk.anna.say(desk.room, f"!stand {number}")
        copy = await desk.card(number)
        answered = {"m.relates_to": {"m.in_reply_to": {"event_id": copy["id"]}}}
        await desk.anna.say(desk.room, "Guten Tag, ich sehe nach", **answered)
        await kim.hears(alone, desk.lotse, "Guten Tag, ich sehe nach")
        await desk.card(number, "In Arbeit")
        await kim.say(alone, "Danke, gern")
        line = await desk.anna.hears(desk.room, desk.lotse, "Person: Danke, gern")
        here = {each["id"] for each in await desk.anna.ask("timeline", room=desk.room)}
        assert line["relation"]["rel_type"] == "m.thread"
        assert line["relation"]["event_id"] in here


async def test_what_is_taken_back_or_signed_after_a_move_is_so_in_the_room_where_it_stands(
    homeserver, node_tools, tmp_path
):
    async with matrix_desk(homeserver, node_tools, tmp_path) as desk:
        _number, kim, alone, card = await case_in(desk)
        for owner, room in ((desk.anna, desk.room), (kim, alone)):
            give_power(homeserver, owner, room, desk.lotse)
        words = await desk.anna.say(desk.room, "Guten Tag, zu viel gesagt", thread=card["id"])
        read = await kim.hears(alone, desk.lotse, "zu viel gesagt")
        old = desk.room
        await move(desk, homeserver)
        moved = await upgraded(homeserver, kim, alone, desk.lotse)

        later = await desk.anna.say(old, "Guten Tag, noch etwas", thread=card["id"])
        await kim.hears(moved, desk.lotse, "noch etwas")
        sign = {"rel_type": "m.annotation", "event_id": later, "key": "📤"}
        await desk.anna.until(lambda timeline: any(each.get("relation") == sign for each in timeline), room=old)

        await desk.anna.redact(old, words)
        await kim.until(
            lambda timeline: any(each["id"] == read["id"] and each["redacted"] for each in timeline), room=alone
        )
