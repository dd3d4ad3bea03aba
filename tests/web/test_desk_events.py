"""The live updates of the desk: who is told what, how soon, and when the line ends. Real server, real store."""

import contextlib
import json
import re
from time import perf_counter

import pytest

from bot.handoff.case_events import Claims, Replies, TransfersToTeam
from bot.handoff.case_words import ERASED
from bot.model import CaseNumber, Staff, StaffId
from bot.store.announce import Announcer
from bot.web.desk_presence import TYPING_LASTS, Other, Presence
from bot.web.desk_regions import Told, region, state_of
from bot.web.page_texts import TEXTS
from tests.conftest import NOW
from tests.web.desk_acting import NOTE, act, case_of
from tests.web.site import PEOPLE, arrived, signed_in
from tests.web.test_chat_events import read_events, split_lines

pytestmark = pytest.mark.asyncio(loop_scope="module")

ANNA, DORA = "anna.petersen", "dora"


@contextlib.asynccontextmanager
async def stream(staff, path, state=""):
    """The events of a stream of the desk, one by one."""
    async with staff.http.stream("GET", path, params={"state": state}) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield read_events(split_lines(answer.aiter_text()))


async def until(events, name, words=""):
    """The next event of this name whose data holds these words."""
    async for event in events:
        if event.name == name and words in event.data:
            return json.loads(event.data) if event.data[:1] in "[{" else event.data
    raise AssertionError("the stream has ended")


def state_on(html):
    return re.search(r'data-state="([0-9a-f]+)"', html)[1]


async def test_a_page_that_is_up_to_date_is_told_only_what_is_new(site, guest):
    async with signed_in(site, ANNA) as anna, signed_in(site, DORA) as dora:
        number = await case_of(site, guest)
        state = state_on((await anna.at(f"/desk/cases/{number}")).text)
        async with stream(anna, f"/desk/cases/{number}/events", state) as events:
            await act(dora, number, "say", mode="note", text="Nur eine Notiz")
            event = await anext(events)
            assert (event.name, event.message["name"][:4]) == ("region", "line")
            assert "Nur eine Notiz" in event.message["html"]


async def test_a_page_that_was_away_is_told_everything_and_what_there_is(site, guest):
    async with signed_in(site, ANNA) as anna:
        number = await case_of(site, guest)
        async with stream(anna, f"/desk/cases/{number}/events", "0" * 16) as events:
            everything = await until(events, "all")
            told = [(await until(events, "region"))["name"] for _ in everything]
        assert told == everything
        assert {"head", "card", "moves", "others", "hint"} <= set(told)


async def test_a_queue_is_told_of_a_new_case(site, guests):
    async with signed_in(site, ANNA) as anna:
        state = state_on((await anna.at("/desk")).text)
        async with stream(anna, "/desk/events", state) as events:
            number = await case_of(site, await guests())
            assert f'data-case="{number}"' in (await until(events, "region", f'data-case=\\"{number}\\"'))["html"]


async def test_who_no_longer_sees_a_case_is_sent_away(site, guest):
    async with signed_in(site, ANNA) as anna:
        number = await case_of(site, guest)
        async with stream(anna, f"/desk/cases/{number}/events") as events:
            me = site.people.find(StaffId(ANNA))
            await site.desk.act(number, TransfersToTeam(me, "anerkennung", NOTE), site.clock())
            assert await until(events, "away") == "/desk?said=taken_away"
            assert [event async for event in events] == []


async def test_a_role_taken_away_ends_the_stream_at_once(own_site):
    async with signed_in(own_site, ANNA) as anna, arrived(own_site) as guest:
        number = await case_of(own_site, guest)
        async with stream(anna, f"/desk/cases/{number}/events") as events:
            await until(events, "all")
            own_site.staff_file.write_text(PEOPLE.replace("roles: [coordinator, admin]", "roles: [admin]"))
            assert await until(events, "ended") == TEXTS["de"]["desk_ended_no_access"]
            assert [event async for event in events] == []


@pytest.mark.parametrize("path", ["/desk/events", "/desk/cases/{number}/events"])
async def test_whoever_is_taken_out_is_told_so_on_the_open_page(own_site, path):
    async with signed_in(own_site, ANNA) as anna, arrived(own_site) as guest:
        number = await case_of(own_site, guest)
        async with stream(anna, path.format(number=number)) as events:
            await until(events, "all")
            own_site.staff_file.write_text(PEOPLE.replace("  anna.petersen:", "  somebody.else:"))
            assert await until(events, "ended") == TEXTS["de"]["desk_ended_signed_out"]


async def test_a_case_erased_from_another_conversation_says_so_to_whoever_has_it_open(site, guest):
    async with signed_in(site, ANNA) as anna:
        number = await case_of(site, guest)
        async with stream(anna, f"/desk/cases/{number}/events") as events:
            await until(events, "all")
            await guest.post("/chat/new", conversation=None)
            await guest.open()
            await guest.say("lösche meine Daten")
            address = await until(events, "away")
        assert ERASED["de"] in (await anna.at(address)).text


async def test_a_reply_is_seen_by_a_colleague_within_half_a_second(site, guest):
    async with signed_in(site, ANNA) as anna:
        number = await case_of(site, guest)
        dora = site.people.find(StaffId(DORA))
        await site.desk.act(number, Claims(dora), site.clock())
        async with stream(anna, f"/desk/cases/{number}/events") as events:
            await until(events, "all")
            began = perf_counter()
            await site.desk.act(number, Replies(dora, "Schnell gesagt"), site.clock())
            await until(events, "region", "Schnell gesagt")
            assert perf_counter() - began < 5  # the figure itself is measured in the bench


async def test_words_cannot_break_out_of_an_event(site, guest):
    async with signed_in(site, ANNA) as anna:
        number = await case_of(site, guest)
        async with stream(anna, f"/desk/cases/{number}/events") as events:
            await act(anna, number, "say", text="x\n\nevent: away\ndata: /evil\n\n\u2028\u0085")
            told = await until(events, "region", "evil")
            assert told["name"].startswith("line")


# --- the parts, by themselves -----------------------------------------------------------------------------------------


async def test_regions_are_told_once_and_gone_ones_are_named():
    one, two = region("a", "1"), region("b", "2")
    told = Told("")
    assert [event.split("\n")[0] for event in told.news([one, two])] == ["event: all", "event: region", "event: region"]
    assert told.news([one, two]) == []
    (changed,) = told.news([region("a", "3"), two])
    assert '"html":"3"' in changed
    (gone,) = told.news([two])
    assert gone == 'event: gone\ndata: ["a"]\n\n'
    assert Told(state_of([one, two])).news([one, two]) == []


async def test_presence_is_about_others_and_ends():
    now = NOW
    presence = Presence(Announcer(), lambda: now)
    maria, jan = (Staff(StaffId(name), name, frozenset({"coordinator"})) for name in ("maria", "jan"))
    case = CaseNumber(17)
    presence.typing(case, maria)
    with presence.at(case, maria), presence.at(case, maria):
        with presence.at(case, jan):
            assert presence.others(case, maria) == (Other("jan", typing=False),)
            presence.typing(case, jan)
            assert presence.others(case, maria) == (Other("jan", typing=True),)
            presence.typing(case, jan, stopped=True)
            assert presence.others(case, maria) == (Other("jan", typing=False),)
            presence.typing(case, jan)
            now += TYPING_LASTS
            assert presence.others(case, maria) == (Other("jan", typing=False),)
        assert presence.others(case, maria) == ()
        assert presence.others(case, jan) == (Other("maria", typing=False),)
    assert presence.others(case, jan) == ()
