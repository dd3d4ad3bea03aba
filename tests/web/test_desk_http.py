"""The desk as a browser without script meets it: every step of a case, and everything that is not believed."""

import asyncio
import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import pytest
import pytest_asyncio
from sqlalchemy import update

from bot.dialogue.digest import DigestFigures, digest
from bot.handoff.case_words import STALE
from bot.model import StaffId
from bot.store import tables
from bot.store.absences import list_absences
from bot.store.desk_notices import DeskNotice, put_notice
from bot.store.desk_reading import read_case
from bot.web.desk_actions import READERS
from bot.web.desk_case_view import MOVES
from bot.web.desk_queue import MOST_CASES
from bot.web.page_texts import TEXTS
from bot.web.requests import LANGUAGE_COOKIE
from bot.worker.owners_loop import hand_to_teams
from tests.drills.hostile import Page
from tests.store.rows import rows
from tests.web.desk_acting import NOTE, act, case_of, lines_of, on_page, seen, words_of
from tests.web.payloads import HOSTILE_TEXTS, HOSTILE_VALUES
from tests.web.site import PEOPLE, arrived, field_of, signed_in
from tests.web.test_pages import Shape

pytestmark = pytest.mark.asyncio(loop_scope="module")

DE, EN = TEXTS["de"], TEXTS["en"]
ANNA, DORA, BEN = "anna.petersen", "dora", "ben.hansen"


@pytest_asyncio.fixture(loop_scope="module")
async def anna(site):
    async with signed_in(site, ANNA) as staff:
        yield staff


@pytest_asyncio.fixture(loop_scope="module")
async def dora(site):
    async with signed_in(site, DORA) as staff:
        yield staff


@pytest_asyncio.fixture(loop_scope="module")
async def ben(site):
    async with signed_in(site, BEN) as staff:
        yield staff


async def file_of(site, number, staff=ANNA):
    return await read_case(site.database, site.people.find(StaffId(staff)), number, site.clock())


async def state_of(site, number):
    facts = (await file_of(site, number)).facts
    return facts.state, facts.owner


# --- the queue -------------------------------------------------------------------------------------------------------


async def test_the_queue_has_a_row_for_every_case_one_may_see(site, guest, anna, ben):
    number = await case_of(site, guest, "Was zahlt der Bonus?")
    page = words_of((await anna.at("/desk")).text)
    assert f"Fall {number}" in page
    for words in ("Förderberatung", DE["desk_nobody"], "Erste Antwort", "heute, 14:00 Uhr", "noch 4 Std."):
        assert words in page
    assert re.search(r"Person [0-9A-F]{4}", page)
    assert f'data-case="{number}"' not in (await ben.at("/desk")).text
    assert (await ben.at(f"/desk/cases/{number}")).status_code == 404


@pytest.mark.parametrize("tab", ["team", "new", "mine", "waiting", "overdue", "done"])
async def test_every_tab_shows_what_belongs_there_and_says_something_when_empty(site, guests, anna, tab):
    cases = {state: await case_of(site, await guests()) for state in ("open", "claimed", "waiting", "resolved")}
    for state in ("claimed", "waiting", "resolved"):
        await act(anna, cases[state], "claim")
    await act(anna, cases["waiting"], "wait", whom="employee", text="Welches Zeugnis?", until="")
    await act(anna, cases["resolved"], "resolve", code="answered")
    html = (await anna.at(f"/desk?tab={tab}")).text
    expected = {
        "team": {"open", "claimed", "waiting"}, "new": {"open"}, "mine": {"claimed", "waiting"},
        "waiting": {"waiting"}, "overdue": set(), "done": {"resolved"},
    }[tab]  # fmt: skip
    assert {state for state, number in cases.items() if f'data-case="{number}"' in html} == expected
    nothing = (await anna.at(f"/desk?tab={tab}&q=gibtesnicht")).text
    assert DE["desk_empty_search"] in nothing


async def test_search_finds_by_number_person_word_and_owner(site, guest, anna):
    number = await case_of(site, guest, "Frage mit dem Wort Vakuumpumpe")
    name = (await file_of(site, number)).name
    await act(anna, number, "claim")
    for words in (f"%23{number}", name.replace(" ", "+"), "anna+petersen"):
        assert f'data-case="{number}"' in (await anna.at(f"/desk?q={words}")).text, words
    assert f'data-case="{number}"' not in (await anna.at("/desk?q=Turbinenbau")).text


async def test_what_is_due_first_comes_first_and_overdue_says_so_in_words(site, guests, anna):
    late, early = await case_of(site, await guests()), await case_of(site, await guests())
    async with site.database.transaction() as connection:
        passed = {"first_due": site.clock() - timedelta(minutes=25), "opened_at": site.clock() - timedelta(hours=2)}
        await connection.execute(update(tables.cases).where(tables.cases.c.number == early).values(**passed))
    html = (await anna.at("/desk")).text
    assert html.index(f'data-case="{early}"') < html.index(f'data-case="{late}"')
    assert "seit 25 Min. überfällig" in words_of(html)
    assert f'data-case="{early}"' in (await anna.at("/desk?tab=overdue")).text


async def test_who_is_called_by_a_promise_reads_so_above_the_list(site, guest, anna, dora, ben):
    number = await case_of(site, guest)
    await act(dora, number, "claim")

    async def calls(staff):
        html = (await staff.at("/desk")).text
        found = re.search(r'data-region="calls"[^>]*>(.*?)</div>', html, re.DOTALL)[1]
        return [words_of(item) for item in re.findall("<li.*?</li>", found, re.DOTALL) if f'cases/{number}"' in item]

    async def alarm(stage):
        async with site.database.transaction() as connection:
            mine = update(tables.cases).where(tables.cases.c.number == number)
            await connection.execute(mine.values(alarm=stage))
        return [await calls(staff) for staff in (dora, anna, ben)]

    assert await alarm("none") == [[], [], []]
    until = "heute, 14:00 Uhr"
    assert await alarm("warned") == [[f"▲ Fall {number} : {DE['desk_call_warned'].format(until=until)}"], [], []]
    stands_in = DE["desk_call_other_team"].format(team="Förderberatung", until=until)
    assert await alarm("breached") == [[], [], [f"■ Fall {number} : {stands_in}"]]
    leads = DE["desk_call_lead"].format(team="Förderberatung", until=until)
    assert await alarm("lead") == [[], [f"■ Fall {number} : {leads}"], []]
    await act(dora, number, "say", text="Moin")
    assert [await calls(staff) for staff in (dora, anna, ben)] == [[], [], []]


async def test_the_oldest_of_very_many_cases_is_in_the_list_in_the_search_and_the_next_one(own_site):
    async with signed_in(own_site, ANNA) as anna, arrived(own_site) as guest:
        oldest = await case_of(own_site, guest, "Frage nach der Vakuumpumpe")
        (row,) = await rows(own_site.database, tables.cases)
        now = own_site.clock()
        many = [
            {**row._asdict(), "number": number, "question": "x", "first_due": now + timedelta(hours=4)}
            for number in range(oldest + 1, oldest + MOST_CASES + 2)
        ]
        async with own_site.database.transaction() as connection:
            await connection.execute(tables.cases.insert(), many)
            late = update(tables.cases).where(tables.cases.c.number == oldest)
            await connection.execute(late.values(first_due=now - timedelta(days=9), opened_at=now - timedelta(days=10)))
            done = update(tables.cases).where(tables.cases.c.number == oldest + 1)
            await connection.execute(done.values(state="closed", question="Frage nach dem Reinraum"))
        html = (await anna.at("/desk")).text
        assert re.search(r'data-case="(\d+)"', html)[1] == str(oldest)
        assert (html.count('class="case-row'), 'Team <span class="count">501<' in html) == (MOST_CASES, True)
        assert DE["desk_more"].format(count=MOST_CASES) in html
        for address in ("/desk?q=vakuumpumpe", "/desk?tab=overdue"):
            assert re.findall(r'data-case="(\d+)"', (await anna.at(address)).text) == [str(oldest)]
        assert f'data-case="{oldest + 1}"' in (await anna.at("/desk?tab=done&q=reinraum")).text
        assert (await anna.submit("/desk/next")).url.path == f"/desk/cases/{oldest}"


async def test_several_calls_are_a_count_that_opens_and_the_worst_stands_first(own_site):
    async with (
        signed_in(own_site, ANNA) as anna,
        arrived(own_site) as one,
        arrived(own_site) as two,
        arrived(own_site) as three,
    ):
        late, soon, lost = [await case_of(own_site, guest) for guest in (one, two, three)]

        async def calls(**alarms):
            async with own_site.database.transaction() as connection:
                for number, alarm in zip((late, soon, lost), alarms.values(), strict=True):
                    mine = update(tables.cases).where(tables.cases.c.number == number)
                    await connection.execute(mine.values(alarm=alarm, owner=ANNA if alarm == "warned" else None))
            html = (await anna.at("/desk")).text
            return re.search(r'data-region="calls"[^>]*>(.*?)</div>', html, re.DOTALL)[1]

        alone = await calls(late="lead", soon="none", lost="none")
        assert ("<details" in alone, alone.count("<li")) == (False, 1)
        several = await calls(late="lead", soon="warned", lost="lead")
        assert ("<details" in several, "<details open" in several) == (True, False)
        summary = re.search("<summary>.*?</summary>", several, re.DOTALL)[0]
        assert words_of(summary) == "■ Sie sind gefragt: 2 Zusagen sind abgelaufen, 1 läuft bald ab"
        assert re.findall(r"cases/(\d+)", several) == [str(late), str(lost), str(soon)]


async def test_the_mornings_of_all_teams_are_one_card_and_quiet_teams_one_line_of_it(own_site):
    busy = DigestFigures(gap_groups=3)

    async def digests_of(**figures):
        for name, given in figures.items():
            team = own_site.live.content.teams[name]
            replies = {"de": digest(team, given, own_site.clock(), "de")}
            await put_notice(own_site.database, DeskNotice(name, "digest", "2026-11-22", own_site.clock(), replies))
        async with signed_in(own_site, ANNA) as anna:
            html = (await anna.at("/desk")).text
        return re.search(r'data-region="digests"[^>]*>(.*?)</div>\s*<div class="desk-filters"', html, re.DOTALL)[1]

    quiet = await digests_of(module=DigestFigures())
    assert ("<details" in quiet, words_of(quiet)) == (False, "Morgenübersicht: heute liegt nichts Neues an")
    both = await digests_of(foerderung=busy)
    assert both.count("<details") == 1
    for words in (
        "Guten Morgen, Förderberatung!",
        "3 Gruppen unbeantworteter Fragen",
        "Heute nichts Neues: Kursberatung",
    ):
        assert words in words_of(both)


async def test_next_case_claims_the_most_urgent_one_and_says_when_there_is_none(own_site):
    async with signed_in(own_site, ANNA) as anna, arrived(own_site) as one, arrived(own_site) as two:
        first, second = await case_of(own_site, one), await case_of(own_site, two)
        for number in (first, second):
            answer = await anna.submit("/desk/next")
            assert answer.url.path == f"/desk/cases/{number}"
            assert await state_of(own_site, number) == ("claimed", ANNA)
            own_site.now += timedelta(seconds=4)
        assert DE["desk_said_none_open"] in (await anna.submit("/desk/next")).text


async def test_an_admin_without_cases_reads_why_there_are_none(site):
    async with signed_in(site, "cem") as cem:
        page = await cem.at("/desk")
        assert (page.status_code, DE["desk_no_cases"] in page.text) == (200, True)
        assert (await cem.submit("/desk/next")).status_code == 404
        assert (await cem.at("/desk/gaps")).status_code == 200


# --- the card and the lines --------------------------------------------------------------------------------------


async def test_the_card_holds_everything_that_is_known_and_nothing_else(site, guest, anna):
    number = await case_of(site, guest, "Was zahlt der Bonus?")
    page = words_of((await anna.at(f"/desk/cases/{number}")).text)
    file = await file_of(site, number)
    for words in (
        file.name, DE["desk_card_anonymous"], DE["desk_reason_asked"], "Erste Antwort: heute, 14:00 Uhr", "Förderberatung",
        DE["desk_language_de"], DE["desk_platform_browser"], DE["desk_state_open"],
        DE["desk_card_about"], DE["desk_card_understood"], DE["desk_card_offered"], DE["desk_card_refused"], "70", "61",
        "mit einem Menschen sprechen", f"✓ {DE['desk_fresh_valid']}", f"⚠ {DE['desk_fresh_gone']}",
        f"{file.case.context.shown[0].label} · gezeigt heute", f"Wissensstand {site.live.content.hash[:8]}",
        f"{DE['desk_card_files']} 1", f"{DE['desk_card_earlier']} {DE['desk_no_earlier']}",
    ):  # fmt: skip
        assert words in page, words


async def test_earlier_cases_stand_on_the_card_counted_and_without_a_word_of_theirs(site, guest, anna):
    first = await case_of(site, guest, "Geheime erste Frage")
    await act(anna, first, "claim")
    await act(anna, first, "resolve", code="answered")
    async with site.database.transaction() as connection:
        await connection.execute(update(tables.cases).where(tables.cases.c.number == first).values(state="closed"))
    second = await case_of(site, guest, "Zweite Frage")
    assert second != first
    page = words_of((await anna.at(f"/desk/cases/{second}")).text)
    assert f"{DE['desk_card_earlier']} 1 22.11.2026: {DE['desk_no_topic']} ({DE['desk_short_closed']})" in page
    assert "Geheime" not in page


async def test_each_kind_of_line_is_named_in_words(site, guest, anna):
    number = await case_of(site, guest)
    await guest.say("Noch etwas")
    await guest.see("Sie schrieben: Noch etwas")
    await act(anna, number, "claim")
    await act(anna, number, "say", text="Moin!")
    await act(anna, number, "say", mode="note", text="Ruft gern zurück")
    html = (await anna.at(f"/desk/cases/{number}")).text
    (note,) = lines_of(html, "note")
    assert DE["desk_who_note"] in note
    assert DE["desk_note_inside"] in note
    assert DE["desk_automatic"] in lines_of(html, "lotse")[-1]
    assert DE["desk_who_notice"] in lines_of(html, "notice")[0]
    assert "Anna Petersen" in lines_of(html, "coordinator")[0]
    assert "Anna Petersen hat übernommen" in words_of(html)


async def test_where_a_team_relays_only_on_purpose_the_composer_writes_notes_until_a_reply_is_chosen(site, guest, dora):
    number = await case_of(site, guest)
    stale = await on_page(dora, number)
    assert field_of(dora.html, "ready") == "reply"
    await act(dora, number, "transfer", to="team:streit", note=NOTE)
    refused = await act(dora, number, "say", version=stale, ready="reply", text="Nicht so gemeint")
    assert (refused.status_code, DE["desk_wrong_mode"] in unescape(refused.text)) == (409, True)
    assert "Nicht so gemeint</textarea>" in refused.text
    assert re.search(r'value="note"[^>]* checked', refused.text), "the choice is made anew"
    await on_page(dora, number)
    assert field_of(dora.html, "ready") == "note"
    assert DE["desk_hint_on_purpose"] in words_of(dora.html)
    await act(dora, number, "say", ready="note", mode="note", text="Nur für uns")
    assert (await file_of(site, number, DORA)).facts.state == "open"
    await act(dora, number, "say", ready="note", mode="reply", text="Für Sie")
    page = await guest.see("Für Sie")
    assert "Nur für uns" not in page
    assert "Nicht so gemeint" not in page
    assert (await file_of(site, number, DORA)).facts.owner == DORA


# --- the steps -----------------------------------------------------------------------------------------------------


async def test_a_reply_claims_arrives_and_is_read_as_a_persons(site, guest, anna):
    number = await case_of(site, guest)
    answer = await act(anna, number, "say", text="Moin! Das **geht**.")
    assert answer.url.path == f"/desk/cases/{number}"
    assert await state_of(site, number) == ("claimed", ANNA)
    await guest.see("Anna Petersen (Mensch)")
    assert "<strong>geht</strong>" in guest.html
    await seen(site, anna, number, DE["desk_receipt_accepted"])


async def test_notes_stay_inside_however_they_are_written(site, guest, anna):
    number = await case_of(site, guest)
    await act(anna, number, "say", mode="note", text="Geheim eins")
    await act(anna, number, "say", mode="reply", text="// Geheim zwei")
    await act(anna, number, "say", text="Für Sie")
    page = await guest.see("Für Sie")
    assert "Geheim" not in page
    assert {line.text for line in (await file_of(site, number)).lines if line.kind == "note"} == {
        "Geheim eins",
        "Geheim zwei",
    }


async def test_all_steps_lead_where_they_say(site, guest, anna):
    number = await case_of(site, guest)
    steps = [
        ("claim", {}, ("claimed", ANNA)),
        ("wait", {"whom": "third", "until": "2026-11-30", "text": ""}, ("waiting_third", ANNA)),
        ("go_on", {}, ("claimed", ANNA)),
        ("wait", {"whom": "employee", "until": "", "text": "Welches Zeugnis?"}, ("waiting_employee", ANNA)),
        ("to_queue", {"note": "Bin morgen weg"}, ("open", None)),
        ("transfer", {"to": f"person:{DORA}", "note": NOTE}, ("claimed", DORA)),
        ("transfer", {"to": f"person:{ANNA}", "note": NOTE}, ("claimed", ANNA)),
        ("transfer", {"to": "topic:bonus", "note": NOTE}, ("claimed", ANNA)),
        ("transcript", {}, ("claimed", ANNA)),
        ("to_bot", {}, ("bot", ANNA)),
        ("reopen", {}, ("claimed", ANNA)),
        ("resolve", {"code": "missing_answer", "summary": "Alles Gute!", "ask": "yes"}, ("resolved", ANNA)),
        ("draft", {}, ("resolved", ANNA)),
        ("reopen", {}, ("claimed", ANNA)),
        ("transfer", {"to": "team:anerkennung", "note": NOTE}, None),
    ]
    for move, fields, expected in steps:
        answer = await act(anna, number, move, **fields)
        assert answer.status_code == 200, (move, words_of(answer.text)[:300])
        if expected is not None:
            assert await state_of(site, number) == expected, move
            assert answer.url.path == f"/desk/cases/{number}"
    assert answer.url.path == "/desk"
    assert DE["desk_said_handed_over"] in answer.text
    assert (await anna.at(f"/desk/cases/{number}")).status_code == 404
    await guest.see("Verlauf Ihres Falls")
    (draft,) = (site.content_folder / "drafts").glob("*.yaml")
    assert "Alles Gute!" in draft.read_text("utf-8")


async def test_lines_of_ones_own_are_changed_and_taken_back(site, guest, anna, dora):
    number = await case_of(site, guest)
    await act(anna, number, "say", text="Erster Satz")
    line = next(line.id for line in (await file_of(site, number)).lines if line.kind == "coordinator")
    refused = await act(dora, number, f"lines/{line}/edit", text="Untergeschoben")
    assert refused.status_code == 409
    await act(anna, number, f"lines/{line}/edit", text="Besserer Satz")
    page = await guest.see("Besserer Satz")
    assert "Erster Satz" not in page
    await act(anna, number, f"lines/{line}/take-back")
    await guest.see(DE["taken_back"])
    assert DE["desk_taken_back"] in (await anna.at(f"/desk/cases/{number}")).text


async def test_a_line_the_platform_refused_is_sent_again(site, guest, anna):
    number = await case_of(site, guest)
    await act(anna, number, "say", text="Kommt nicht an")
    file = await file_of(site, number)
    line = next(line.id for line in file.lines if line.kind == "coordinator")
    async with site.database.transaction() as connection:
        mine = tables.outbox.c.voice == "person"
        of_case = tables.outbox.c.case_number == number
        await connection.execute(
            update(tables.outbox)
            .where(mine, of_case)
            .values(status="parked", error="Slack answered user_disabled (conversations.open)")
        )
    html = (await anna.at(f"/desk/cases/{number}")).text
    assert DE["desk_receipt_failed"] in html
    assert "Grund: Das Konto der Person ist dort gesperrt oder gelöscht" in html
    assert "user_disabled" not in html
    await act(anna, number, f"lines/{line}/send-again")
    assert DE["desk_receipt_failed"] not in (await anna.at(f"/desk/cases/{number}")).text


async def test_knowledge_is_found_inserted_and_keeps_what_was_typed(site, guest, anna):
    number = await case_of(site, guest)
    found = await act(anna, number, "knowledge", words="was zahlt der bonus", text="Moin!", mode="reply")
    assert "60 %" in found.text
    assert ">Moin!</textarea>" in found.text
    inserted = await act(anna, number, "knowledge", insert="bonus.amount", text="Moin!", mode="reply")
    typed = re.search(r'<textarea id="text".*?>(.*?)</textarea>', inserted.text, re.DOTALL)[1]
    assert typed.startswith("Moin!")
    assert "5.000" in typed
    assert "Quelle: Weiterbilden SH" in typed
    gap = await act(anna, number, "knowledge", insert="bonus.documents", text="Moin!", mode="reply")
    assert DE["desk_insert_gap"] in gap.text
    assert ">Moin!</textarea>" in gap.text
    answer = await act(anna, number, "knowledge", json=True, words="was zahlt der bonus")
    assert all(one["text"] for one in answer.json()["found"] if one["status"] == DE["desk_insert_answer"])


async def test_expired_figures_are_not_inserted(own_site):
    own_site.now += timedelta(days=400)
    async with signed_in(own_site, ANNA) as anna, arrived(own_site) as guest:
        number = await case_of(own_site, guest)
        page = await act(anna, number, "knowledge", insert="bonus.amount", text="", mode="reply")
        assert DE["desk_insert_expired"] in page.text
        assert "5.000" not in page.text


# --- what is not believed -------------------------------------------------------------------------------------------


async def test_of_two_who_press_at_once_one_has_the_case_and_the_other_reads_who(site, guests, anna, dora):
    for _ in range(5):
        number = await case_of(site, await guests())
        versions = [await on_page(staff, number) for staff in (anna, dora)]
        answers = await asyncio.gather(
            *(act(staff, number, "claim", version=v) for staff, v in zip((anna, dora), versions, strict=True))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409]
        _, owner = await state_of(site, number)
        name = {ANNA: "Anna Petersen", DORA: "Dora Dirks"}[owner]
        (loser,) = [answer for answer in answers if answer.status_code == 409]
        assert f"Diesen Fall hat gerade {name}." in loser.text


async def test_a_stale_page_is_told_so_with_the_fresh_state_and_keeps_the_words(site, guest, anna, dora):
    number = await case_of(site, guest)
    old = await on_page(anna, number)
    await act(dora, number, "claim")
    await act(dora, number, "transfer", to=f"person:{ANNA}", note=NOTE)
    answer = await act(anna, number, "resolve", version=old, code="answered", summary="Meine letzten Worte")
    assert answer.status_code == 409
    assert "Der Fall hat sich inzwischen geändert" in answer.text
    assert "Meine letzten Worte" in answer.text
    assert (await state_of(site, number))[0] == "claimed"
    reply = await act(anna, number, "say", version=old, text="Worte gehen nie verloren")
    assert reply.status_code == 200
    await guest.see("Worte gehen nie verloren")


async def test_a_reply_of_somebody_else_is_refused_with_the_name_and_kept(site, guest, anna, dora):
    number = await case_of(site, guest)
    await act(anna, number, "claim")
    answer = await act(dora, number, "say", text="Meine lange Antwort")
    assert answer.status_code == 409
    assert "Diesen Fall hat Anna Petersen" in answer.text
    assert ">Meine lange Antwort</textarea>" in answer.text
    page = (await dora.at(f"/desk/cases/{number}")).text
    assert re.search(r'name="mode" value="note"[^>]* checked', page)
    assert DE["desk_hint_other"].format(name="Anna Petersen") in page


async def test_the_same_form_twice_is_one_message(site, guest, anna):
    number = await case_of(site, guest)
    for _ in range(3):
        await act(anna, number, "say", key="a-key-of-a-form", text="Nur einmal")
    assert sum(line.source == "Nur einmal" for line in (await file_of(site, number)).lines) == 1
    await act(anna, number, "say", key="a-key-of-a-form", text="Etwas anderes")
    assert sum(line.source == "Etwas anderes" for line in (await file_of(site, number)).lines) == 1


FORMS = [
    *((f"/desk/cases/{{number}}/{move}", fields) for move, fields in (
        ("say", {"mode": "reply", "text": "x", "key": "k" * 12}), ("claim", {}), ("transfer", {"to": "team:module", "note": NOTE}),
        ("wait", {"whom": "employee", "until": "", "text": "x"}), ("go_on", {}), ("resolve", {"code": "answered"}),
        ("to_queue", {"note": ""}), ("to_bot", {}), ("reopen", {}), ("transcript", {}), ("draft", {}),
        ("knowledge", {"words": "bonus", "text": ""}), ("typing", {"typing": "yes"}), ("lines/1/edit", {"text": "x"}),
        ("lines/1/take-back", {}), ("lines/1/send-again", {}),
    )),
    ("/desk/next", {}),
    ("/desk/language", {"locale": "en", "back": "/desk"}),
    ("/desk/absence", {"since": "", "until": "2026-12-01T08:00", "deputy": ""}),
    ("/desk/absence/end", {"absence": "1"}),
    ("/desk/gaps/teach", {"sentence": "x", "target": "bonus.amount", "lang": "de", "gap": "1"}),
    ("/desk/gaps/ignore", {"gap": "1", "reason": "egal"}),
    ("/desk/gaps/list-again", {"decision": "1"}),
    ("/desk/drafts/discard", {"draft": "x.yaml"}),
]  # fmt: skip


async def test_every_form_of_the_desk_is_tried_here(site):
    posts = {route.path for route in site.app.routes if route.path.startswith("/desk") and "POST" in route.methods}
    tried = {re.sub(r"lines/1/[a-z-]+", "lines/{line}/{what}", path) for path, _ in FORMS}
    tried = {re.sub(r"(cases/\{number\})/(?!lines|knowledge|typing)\w+", r"\1/{move}", path) for path in tried}
    assert tried | {"/desk/sessions", "/desk/accounts"} == posts  # these two are tried where people sign in
    moves = {path.rpartition("/")[2] for path, _ in FORMS if path.startswith("/desk/cases/{number}/")}
    assert {*READERS, *MOVES} <= moves


async def test_no_form_works_without_its_token_or_from_another_site(site, guest, anna):
    number = await case_of(site, guest)
    await act(anna, number, "claim")
    before = await rows(site.database, tables.case_messages)
    for path, fields in FORMS:
        address = path.replace("{number}", str(number))
        for csrf, headers in (
            (None, {}),
            ("0" * 32, {}),
            (anna.csrf, {"Origin": "https://evil.example"}),
            (anna.csrf, {"Origin": "null", "Sec-Fetch-Site": "cross-site"}),
        ):
            answer = await anna.submit(address, csrf=csrf, version="2", headers=headers, **fields)
            assert answer.status_code == 403, (path, csrf, headers)
    assert await rows(site.database, tables.case_messages) == before


async def test_no_step_of_a_page_that_is_out_of_date_is_taken(site, guests, anna):
    """Each step is refused in words, and works at once from a page as it is now."""
    for path, fields in FORMS:
        move = path.rpartition("/")[2]
        if move not in READERS or move in ("say", "claim"):
            continue
        number = await case_of(site, await guests())
        await act(anna, number, "claim")
        if move == "go_on":
            await act(anna, number, "wait", whom="employee", until="", text="Welches Zeugnis?")
        if move == "reopen":
            await act(anna, number, "resolve", code="answered")
        before = (await file_of(site, number)).facts
        stale = await act(anna, number, move, version="1", **fields)
        assert (stale.status_code, STALE["de"] in unescape(stale.text)) == (409, True), move
        assert (await file_of(site, number)).facts == before, move
        assert (await act(anna, number, move, **fields)).status_code == 200, move


async def test_cases_of_another_team_do_not_exist_for_any_form(site, guest, ben):
    number = await case_of(site, guest)
    await ben.at("/desk")
    before = await rows(site.database, tables.case_messages)
    for path, fields in FORMS:
        if "{number}" in path:
            answers = [
                await ben.submit(path.replace("{number}", one), version="1", **fields) for one in (str(number), "4711")
            ]
            assert [answer.status_code for answer in answers] == [404, 404], path
            assert answers[0].text == answers[1].text
    assert await rows(site.database, tables.case_messages) == before


@pytest.mark.parametrize("value", HOSTILE_VALUES[::9])
async def test_hostile_values_in_fields_nobody_types_into(site, guest, anna, value):
    number = await case_of(site, guest)
    await act(anna, number, "claim")
    before = await state_of(site, number)
    for move, fields in (
        ("say", {"mode": value, "text": "x"}),
        ("say", {"key": value, "text": "x"}),
        ("say", {"version": value, "text": "x"}),
        ("transfer", {"to": value, "note": NOTE}),
        ("transfer", {"to": f"person:{value}", "note": NOTE}),
        ("transfer", {"to": f"team:{value}", "note": NOTE}),
        ("wait", {"whom": value, "until": "", "text": "x"}),
        ("wait", {"whom": "third", "until": value, "text": "x"}),
        ("resolve", {"code": value}),
        ("knowledge", {"insert": value}),
        (f"lines/{quote(value[:40], safe='') or 'x'}/edit", {"text": "x"}),
    ):
        answer = await act(anna, number, move, **{"version": "2", **fields})
        assert answer.status_code in (400, 403, 404, 409, 413) or (move == "say" and "key" in fields), (move, fields)
        assert await state_of(site, number) == before
    for query in ("tab", "team", "q", "said", "state"):
        page = await anna.http.get("/desk", params={query: value[:500]})
        assert page.status_code == 200
    assert (await anna.submit("/desk/language", locale=value)).status_code in (400, 413)
    for field in ("since", "until", "deputy"):
        fields = {"since": "", "until": "2026-12-01T08:00", "deputy": "", field: value}
        answer = await anna.submit("/desk/absence", **fields)
        if answer.status_code == 200:  # an empty beginning means now
            for absence in await list_absences(site.database, site.clock()):
                await anna.submit("/desk/absence/end", absence=str(absence.id))


@pytest.mark.parametrize("text", HOSTILE_TEXTS[::5])
async def test_hostile_words_stay_words_on_every_page(site, guest, anna, dora, text):
    number = await case_of(site, guest, text)
    await act(anna, number, "say", text=f"Antwort {text}")
    await act(anna, number, "say", mode="note", text=f"Notiz {text}")
    await act(anna, number, "transfer", to=f"person:{DORA}", note=f"Notiz dazu {text}")
    refused = await act(anna, number, "say", text=f"Kommt zu spät {text}")
    answers = [
        refused,
        await anna.at(f"/desk/cases/{number}"),
        await dora.at("/desk"),
        await anna.http.get("/desk", params={"q": text}),
        await act(dora, number, "knowledge", words=text, text=text, mode="note"),
        await anna.submit("/desk/gaps/teach", sentence=text, target=text, lang="de", gap="1"),
    ]
    clean = Shape((await anna.at("/desk")).text)
    for answer in answers:
        shape = Shape(answer.text)
        names = {name for _, attributes in shape.tags for name in attributes}
        assert not {name for name in names if name.startswith("on") or name == "style"}
        assert {tag for tag, _ in shape.tags} <= {tag for tag, _ in clean.tags} | ALLOWED_TAGS
        assert not [
            address for address in shape.addresses if address.lower().startswith(("javascript", "data:", "vbscript"))
        ]


ALLOWED_TAGS = {
    "textarea", "article", "time", "fieldset", "legend", "optgroup", "dl", "dt", "dd", "br", "div", "h2", "ul", "ol", "li", "code",
    "strong", "datalist", "option", "select", "b",
}  # fmt: skip


async def test_a_note_ending_up_in_a_transcript_is_impossible(site, guest, anna):
    number = await case_of(site, guest)
    await act(anna, number, "say", text="Für Sie")
    await act(anna, number, "say", mode="note", text="Streng geheim")
    await act(anna, number, "transcript")
    assert "Streng geheim" not in await guest.see("Verlauf Ihres Falls")


async def test_without_script_a_step_the_database_missed_is_kept_and_done_once(own_site):
    async with signed_in(own_site, ANNA) as anna, arrived(own_site) as guest:
        number = await case_of(own_site, guest)
        await on_page(anna, number)
        fields = {"version": field_of(anna.html, "version"), "mode": "reply", "ready": "reply", "key": "k" * 32}
        with own_site.without_database():
            answer = await anna.submit(f"/desk/cases/{number}/say", text="Geht nicht verloren", **fields)
            assert (answer.status_code, DE["error_unavailable_title"] in answer.text) == (503, True)
            (form,) = [form for form in Page(answer.text).forms if form.action.endswith("/say")]
            assert "Geht nicht verloren</pre>" in answer.text
        for _ in range(2):
            assert (await anna.http.post(form.action, data=form.fields)).status_code == 200
        assert [line.source for line in (await file_of(own_site, number)).lines if line.kind == "coordinator"] == [
            "Geht nicht verloren"
        ]


# --- language, absence, gaps, drafts -----------------------------------------------------------------------------------


async def test_the_language_is_switched_and_remembered(site):
    async with signed_in(site, ANNA) as anna:
        await anna.at("/desk")
        answer = await anna.submit("/desk/language", locale="en", back="/desk?tab=mine")
        assert str(answer.url).endswith("/desk?tab=mine")
        assert EN["desk_tab_mine"] in answer.text
        assert anna.http.cookies[LANGUAGE_COOKIE] == "en"
        for elsewhere in ("https://evil.example", "//evil.example", "/desk/../chat\\", "/chat"):
            moved = await anna.submit("/desk/language", locale="de", back=elsewhere)
            assert moved.url.path.startswith("/desk")


async def test_an_absence_is_entered_shown_to_colleagues_and_ended(site, guest, dora, anna):
    number = await case_of(site, guest)
    assert DE["desk_absence_none"] in (await dora.at("/desk/absence")).text
    answer = await dora.submit("/desk/absence", since="", until="2026-11-24T08:00", deputy=ANNA)
    assert "Dienstag, 8:00 Uhr" in answer.text
    assert "Anna Petersen" in answer.text
    away = f"disabled>Dora Dirks ({DE['desk_is_away_to'].format(name='Anna Petersen')})"
    assert away in (await anna.at(f"/desk/cases/{number}")).text
    twice = await dora.submit("/desk/absence", since="", until="2026-11-25T08:00", deputy="")
    assert (twice.status_code, "schon eine Abwesenheit" in twice.text) == (409, True)
    circle = await anna.submit("/desk/absence", since="", until="2026-11-24T08:00", deputy=DORA)
    assert (circle.status_code, "am Ende wieder von Ihnen" in circle.text) == (409, True)
    (mine,) = await list_absences(site.database, site.clock())
    await anna.submit("/desk/absence/end", absence=str(mine.id))
    assert await list_absences(site.database, site.clock()) == (mine,)
    await dora.submit("/desk/absence/end", absence=str(mine.id))
    assert await list_absences(site.database, site.clock()) == ()


async def test_gaps_are_listed_ignored_for_good_and_listed_again(site, anna, ben):
    async with site.database.transaction() as connection:
        gap = {"at": site.clock(), "kind": "known", "question": "Welche Unterlagen braucht der Bonus?", "locale": "de"}
        await connection.execute(tables.gaps.insert().values(label="bonus.documents", offered=[], **gap))
    html = (await anna.at("/desk/gaps")).text
    number = re.search(r'id="gap(\d+)"', html)[1]
    assert "Welche Unterlagen" in html
    page = (await ben.at("/desk/gaps")).text
    assert DE["desk_gaps_only_admins"] in page
    assert "/desk/gaps/ignore" not in page
    assert (await ben.submit("/desk/gaps/ignore", gap=number, reason="egal")).status_code == 404
    short = await anna.submit("/desk/gaps/ignore", gap=number, reason="x")
    assert (short.status_code, DE["desk_gaps_wrong_reason"] in short.text) == (409, True)
    done = await anna.submit("/desk/gaps/ignore", gap=number, reason="gehört nicht zu uns")
    assert f'id="gap{number}"' not in done.text
    decision = re.search(r'name="decision" value="(\d+)"', done.text)[1]
    again = await anna.submit("/desk/gaps/list-again", decision=decision)
    assert f'id="gap{number}"' in again.text


async def test_whoever_edits_the_content_reads_that_a_team_is_gone_and_left_cases_behind(site, guest, anna, ben):
    number = await case_of(site, guest)
    async with site.database.transaction() as connection:
        await connection.execute(tables.cases.update().where(tables.cases.c.number == number).values(team="aufgeloest"))
    assert await hand_to_teams(site.database, site.desk, site.live.content.teams, site.clock()) == 1
    said = DE["desk_gaps_lost_team"].replace("{team}", "aufgeloest").replace("{count}", "1")
    assert said in unescape((await anna.at("/desk/gaps")).text)
    assert said not in unescape((await ben.at("/desk/gaps")).text)
    async with site.database.transaction() as connection:  # the site is shared
        await connection.execute(tables.case_events.delete().where(tables.case_events.c.event == "team_gone"))


async def test_what_was_asked_by_one_person_and_is_like_nothing_reads_so(site, anna):
    async with site.database.transaction() as connection:
        gap = {"at": site.clock(), "kind": "missed", "question": "xylophon quintessenz", "locale": "de"}
        await connection.execute(tables.gaps.insert().values(label=None, offered=[], **gap))
    html = (await anna.at("/desk/gaps")).text
    group = re.search(r'<li class="gap"(?:(?!</li>).)*xylophon.*?(?=<li class="gap"|</ol>)', html, re.DOTALL)[0]
    assert "1× gefragt, von 1 Person, zuletzt" in words_of(group)
    assert "anything" not in group


async def test_the_transcript_is_offered_to_who_has_the_case_and_to_nobody_else(site, guest, anna, dora):
    number = await case_of(site, guest)
    assert (await act(anna, number, "claim")).status_code == 200
    assert f"/desk/cases/{number}/transcript" in (await anna.at(f"/desk/cases/{number}")).text
    assert f"/desk/cases/{number}/transcript" not in (await dora.at(f"/desk/cases/{number}")).text
    refused = await act(dora, number, "transcript")
    assert (refused.status_code, "Diesen Fall hat Anna Petersen." in refused.text) == (409, True)
    await act(anna, number, "resolve", code="answered")
    assert f"/desk/cases/{number}/transcript" not in (await dora.at(f"/desk/cases/{number}")).text


async def test_a_skip_link_leads_to_something_that_is_there(site, guest, anna):
    number = await case_of(site, guest)
    for move, fields in (("claim", {}), ("resolve", {"code": "answered"})):
        await act(anna, number, move, **fields)
    async with site.database.transaction() as connection:
        over = update(tables.cases).where(tables.cases.c.number == number)
        await connection.execute(over.values(state="closed"))
    html = (await anna.at(f"/desk/cases/{number}")).text
    target = re.search(r'class="skip" href="#([a-z]+)"', html)[1]
    assert (target, f'id="{target}"' in html, 'id="text"' in html) == ("log", True, False)


async def test_a_target_that_is_none_is_refused_with_what_was_typed(site, anna):
    await anna.at("/desk/gaps")
    answer = await anna.submit("/desk/gaps/teach", sentence="Ein Satz", target="nicht so", lang="de", gap="1")
    assert (answer.status_code, DE["desk_gaps_wrong_target"] in answer.text) == (409, True)


async def test_drafts_are_listed_and_discarded_by_admins_only(site, anna, ben):
    folder = site.content_folder / "drafts"
    folder.mkdir(exist_ok=True)
    draft = 'draft: bonus.7\ncase: 7\nanswer: {de: "Ja, das geht.", tests: {de: {yes: ["geht das"]}}}\n'
    (folder / "bonus.7.yaml").write_text(draft)
    (folder / "bonus.8.yaml").write_text("draft: [broken")
    html = (await anna.at("/desk/drafts")).text
    assert "Ja, das geht." in html
    assert DE["desk_draft_unreadable"] in html
    await ben.at("/desk/drafts")
    assert (await ben.submit("/desk/drafts/discard", draft="bonus.7.yaml")).status_code == 404
    for name in ("../teams.yaml", "nothing.yaml", "/etc/passwd"):
        assert (await anna.submit("/desk/drafts/discard", draft=name)).status_code == 404
    assert "bonus.7.yaml" not in (await anna.submit("/desk/drafts/discard", draft="bonus.7.yaml")).text
    (folder / "bonus.8.yaml").unlink()


# --- the deputy team, and rights that end ----------------------------------------------------------------------------


async def test_a_broken_promise_is_seen_by_the_team_that_stands_in(site, guest, ben):
    """``ben.hansen`` is in the team that stands in for the funding advice."""
    number = await case_of(site, guest)
    assert (await ben.at(f"/desk/cases/{number}")).status_code == 404
    async with site.database.transaction() as connection:
        breached = update(tables.cases).where(tables.cases.c.number == number).values(alarm="breached")
        await connection.execute(breached)
    assert (await ben.at(f"/desk/cases/{number}")).status_code == 200
    assert f'data-case="{number}"' in (await ben.at("/desk")).text
    assert (await act(ben, number, "claim")).status_code == 200


async def test_a_role_taken_away_ends_every_right_at_once(own_site):
    async with signed_in(own_site, ANNA) as anna, arrived(own_site) as guest:
        number = await case_of(own_site, guest)
        version = await on_page(anna, number)
        own_site.staff_file.write_text(PEOPLE.replace("roles: [coordinator, admin]", "roles: [admin]"))
        assert (await anna.at(f"/desk/cases/{number}")).status_code == 404
        assert (await act(anna, number, "claim", version=version)).status_code == 404
