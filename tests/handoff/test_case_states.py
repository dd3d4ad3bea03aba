"""The table of a case: no cell empty, every transition as the table says, and the sentences people read."""

import ast
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest

import bot
from bot.content.read import read_content
from bot.handoff import case_events as events
from bot.handoff.absence import Deputy
from bot.handoff.case_events import COORDINATOR_KINDS, EMPLOYEE_KINDS, TIME_KINDS, Time, actor_of
from bot.handoff.case_moment import REOPEN_FOR, alias_of, due_of, no_case, timers_of
from bot.handoff.case_states import TABLE, Goes, Ignored, Refused, decide
from bot.handoff.case_words import REMARKS, RESOLUTION_WORDS, remark_words
from bot.handoff.team_office import TeamOffice
from bot.model import (
    CASE_STATES,
    RESOLUTIONS,
    SILENT,
    CaseFacts,
    CaseTurn,
    DropCaseText,
    Note,
    Relay,
    Remark,
    Resolution,
    Revise,
    Tell,
    as_text,
)
from tests.conftest import NOW
from tests.content.small_tree import write_tree
from tests.desk_people import ADMIN, JAN, MARIA, DeskOffice
from tests.handoff.test_working_time import berlin

LATER = NOW + timedelta(days=2)
NOTE = "Zeugnisse liegen vor."
OFFICE = DeskOffice()


@pytest.fixture(scope="module")
def calendar(tmp_path_factory):
    """Real hours: the team is there on Mondays and Wednesdays."""
    return TeamOffice(read_content(write_tree(tmp_path_factory.mktemp("content"))).content)


def office(away=(), deputies=None):
    return DeskOffice(away=frozenset(away), deputies=deputies or {})


def case(state="open", **more):
    """A case in this state, as it would have got there; Maria has it where somebody has."""
    facts = CaseFacts(17, state, 3, "foerderung", "de", NOW, first_due=NOW + timedelta(hours=4), unanswered_since=NOW)
    if state in (*SILENT, "resolved", "closed"):
        facts = replace(facts, owner="maria", owner_name="Maria Petersen", silent_from=2)
    if state in ("waiting_employee", "waiting_third"):
        facts = replace(facts, waiting_since=NOW, waiting_until=LATER, unanswered_since=None)
    if state == "resolved":
        facts = replace(facts, resolution="answered", resolved_at=NOW, reopen_until=NOW + REOPEN_FOR)
    return replace(facts, **more)


def event_of(kind, by=MARIA):
    """An event of this kind that has everything it needs."""
    made = {
        "asks": events.Asks(), "asks_anew": events.AsksAnew(), "accepts": events.Accepts(),
        "opens_another": events.OpensAnother(),
        "consents": events.Consents(True), "writes": events.Writes(),
        "edits": events.EditsMessage(), "deletes": events.DeletesMessage(), "sends_file": events.SendsFile(),
        "cancels": events.Cancels(), "rates": events.Rates(True),
        "withdraws": events.Withdraws(), "erases": events.Erases(), "leaves": events.Leaves(),
        "lets_others_read": events.LetsOthersRead(),
        "claims": events.Claims(by), "replies": events.Replies(by, "Guten Tag"), "notes": events.Notes(by, "Nur für uns"),
        "revises": events.RevisesLine(by, 1, by.id, NOW, "anders"), "to_person": events.TransfersToPerson(by, JAN, NOTE),
        "to_team": events.TransfersToTeam(by, "anerkennung", NOTE), "to_topic": events.TransfersToTopic(by, "zab", NOTE),
        "waits_employee": events.WaitsForEmployee(by, "Welches Zeugnis?"), "waits_third": events.WaitsForThird(by, LATER),
        "goes_on": events.ReturnsFromWaiting(by), "resolves": events.Resolves(by, "answered"),
        "to_queue": events.ReturnsToQueue(by), "to_bot": events.ReturnsToBot(by), "reopens": events.Reopens(by),
        "sends_transcript": events.SendsTranscript(by),
    }  # fmt: skip
    return made[kind] if kind in made else Time(kind)


KINDS = (*EMPLOYEE_KINDS, *COORDINATOR_KINDS, *TIME_KINDS)


def effects(turn, kind):
    return [effect for effect in turn.effects if isinstance(effect, kind)]


def told(turn):
    return " ".join(as_text(effect.reply) for effect in effects(turn, Tell))


# --- The table as a whole -----------------------------------------------------------------------------------------


def test_no_cell_is_empty_and_no_event_is_missing():
    classes = [*get_args(events.EmployeeEvent), *get_args(events.CoordinatorEvent)]
    assert set(TABLE) == {cls.kind for cls in classes} | set(get_args(events.TimeKind)) == set(KINDS)
    for kind, cells in TABLE.items():
        assert tuple(cells) == CASE_STATES, kind
        for state, cell in cells.items():
            assert isinstance(cell, Goes | Ignored | Refused), (kind, state)


def test_everything_the_table_decides_about_really_happens():
    """An event nobody builds would be a rule that only looks as if there were one."""
    rules = {"case_events.py", "case_states.py", "case_words.py"}
    called, named = set(), set()
    for file in Path(bot.__file__).parent.rglob("*.py"):
        for node in () if file.name in rules else ast.walk(ast.parse(file.read_text("utf-8"))):
            match node:
                case ast.Call(func=ast.Name(id=name)):
                    called.add(name)
                case ast.Constant(value=str(text)):
                    named.add(text)
    built = {cls.__name__ for cls in (*get_args(events.EmployeeEvent), *get_args(events.CoordinatorEvent))}
    assert built - called == set()
    assert set(TIME_KINDS) - named == set()


def test_an_offer_is_a_question_of_lotses_and_no_case():
    """Only a yes to it leads anywhere; whatever else arrives meanwhile finds no case, and no timer waits for it."""
    offered = no_case("foerderung", "de", NOW, "requested")
    assert timers_of(offered, NOW, OFFICE) == ()
    leads = {kind for kind in KINDS if isinstance(decide(offered, event_of(kind), NOW, OFFICE), CaseTurn)}
    assert leads == {"asks", "asks_anew", "accepts"}
    assert not any(
        "requested" in cell.to for cells in TABLE.values() for cell in cells.values() if isinstance(cell, Goes)
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_cell_does_what_it_says(kind):
    """A transition ends in a state its cell names; what is ignored says why; a refusal has both languages."""
    for state, cell in TABLE[kind].items():
        outcome = decide(case(state), event_of(kind), NOW, OFFICE)
        if isinstance(outcome, CaseTurn):
            assert isinstance(cell, Goes), (kind, state)
            assert outcome.case.state in (cell.to or (state,)), (kind, state)
            assert outcome.actor == actor_of(event_of(kind))
        elif isinstance(outcome, Ignored):
            assert outcome.because, (kind, state)
        else:
            assert set(outcome.words) == {"de", "en"}
            assert not any("{" in words for words in outcome.words.values()), (kind, state, outcome)


@pytest.mark.parametrize("kind", KINDS)
def test_what_holds_for_every_turn(kind):
    for state in CASE_STATES:
        before = case(state)
        turn = decide(before, event_of(kind), NOW, OFFICE)
        if not isinstance(turn, CaseTurn) or not turn.case.number:
            continue
        after = turn.case
        moved = (after.state, after.owner, after.team, after.topic) != (
            before.state,
            before.owner,
            before.team,
            before.topic,
        )
        assert after.version == before.version + moved
        assert (after.state in SILENT) <= (after.owner is not None), "who is silent for nobody?"
        if after.state in SILENT and before.state not in SILENT:
            assert after.silent_from == after.version
        if after.state not in ("waiting_employee", "waiting_third"):
            assert (after.waiting_since, after.waiting_until, after.give_up_at, after.remind_at) == (None,) * 4
        assert turn.timers == timers_of(after, NOW, OFFICE)
        for effect in turn.effects:
            if isinstance(effect, Remark):
                assert "{" not in remark_words(effect.what, dict(effect.values), "de"), effect
            if isinstance(effect, Tell):
                assert "{" not in as_text(effect.reply), effect
                assert effect.reply.person is None
        assert all(isinstance(text, str) and NOTE not in text for pair in turn.detail for text in pair)


@pytest.mark.parametrize("kind", COORDINATOR_KINDS)
def test_only_who_has_the_case_acts_on_it(kind):
    allowed = {"notes", "to_person", "to_team", "to_topic", "revises"}
    for state in SILENT:
        outcome = decide(case(state), event_of(kind, JAN), NOW, OFFICE)
        if kind in allowed or isinstance(outcome, Ignored):
            continue
        assert isinstance(outcome, Refused), (kind, state)
        assert "Maria Petersen" in outcome.words["de"]


def test_words_stand_in_both_languages():
    for sentences in (*REMARKS.values(), *RESOLUTION_WORDS.values()):
        assert set(sentences) == {"de", "en"}
    assert set(RESOLUTION_WORDS) == set(get_args(Resolution))
    assert len(RESOLUTIONS) == 6
    assert remark_words("of_a_later_release", {}, "de") == "of_a_later_release"


def test_events_of_a_coordinator_say_who_it_was():
    for cls in get_args(events.CoordinatorEvent):
        assert fields(cls)[0].name == "by"


# --- Opening and claiming -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["bot", "requested"])
def test_only_the_employee_opens_a_case(state):
    for kind in COORDINATOR_KINDS:
        outcome = decide(no_case("foerderung", "de", NOW, state), event_of(kind), NOW, OFFICE)
        assert not isinstance(outcome, CaseTurn) or outcome.case.state == state or kind == "reopens"


def test_a_case_opens_with_what_is_promised():
    turn = decide(no_case("foerderung", "de", NOW), events.Asks(), NOW, OFFICE)
    assert (turn.case.state, turn.case.first_due) == ("open", NOW + timedelta(hours=4))
    assert [timer.what for timer in turn.timers] == ["sla_warning"]


def test_a_claim_tells_who_takes_over_until_when_and_that_lotse_is_silent():
    turn = decide(case(), events.Claims(MARIA), NOW, OFFICE)
    assert turn.case.owner == "maria"
    for words in (
        "Maria Petersen (Förderberatung) übernimmt Ihren Fall 17",
        "bis 22.11. 14:00 Uhr",
        "ich halte mich zurück",
    ):
        assert words in told(turn)


def test_of_two_who_claim_the_second_reads_who_was_first():
    first = decide(case(), events.Claims(MARIA), NOW, OFFICE, version=3)
    second = decide(first.case, events.Claims(JAN), NOW, OFFICE, version=3)
    assert second.words == {
        "de": "Diesen Fall hat gerade Maria Petersen.",
        "en": "Maria Petersen has this case at the moment.",
    }
    assert isinstance(decide(first.case, events.Claims(MARIA), NOW, OFFICE, version=3), Ignored)


def test_a_stale_page_may_reply_and_note_and_nothing_else():
    for kind in COORDINATOR_KINDS:
        outcome = decide(case("claimed"), event_of(kind), NOW, OFFICE, version=1)
        if kind in ("replies", "notes", "revises"):
            assert isinstance(outcome, CaseTurn)
        else:
            assert isinstance(outcome, Refused | Ignored), kind


def test_the_first_reply_claims():
    turn = decide(case(), events.Replies(JAN, "Moin"), NOW, OFFICE)
    assert (turn.case.state, turn.case.owner, turn.case.replied_at) == ("claimed", "jan", NOW)
    assert [type(effect) for effect in turn.effects] == [Tell, Remark, Relay]


# --- Words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["// nur für uns", "  //nur für uns", "\u200b//nur für uns", "/ nur für uns"])
@pytest.mark.parametrize("state", ["open", "claimed", "waiting_employee", "resolved"])
def test_a_reply_that_begins_with_slashes_is_a_note(text, state):
    turn = decide(case(state), events.Replies(JAN, text), NOW, OFFICE)
    assert [effect.text for effect in effects(turn, Note)] == ["nur für uns"]
    assert turn.case.owner != "jan", "a note claims nothing"
    assert not effects(turn, Relay)


@pytest.mark.parametrize(
    "event",
    [
        events.WaitsForEmployee(MARIA, "// intern"),
        events.WaitsForThird(MARIA, LATER, "// intern"),
        events.Resolves(MARIA, "answered", "// intern"),
        events.RevisesLine(MARIA, 1, "maria", NOW, "// intern"),
        events.RevisesLine(MARIA, 1, "maria", NOW, "/ intern"),
    ],
)
def test_no_other_way_to_the_employee_takes_a_note(event):
    assert decide(case("claimed"), event, NOW, OFFICE).why == "note"


@pytest.mark.parametrize(
    ("text", "why"), [("", "empty"), ("  \n", "empty"), ("```\n```", "empty"), ("x" * 4001, "too_long")]
)
def test_what_cannot_be_sent_is_refused_in_words(text, why):
    assert decide(case("claimed"), events.Replies(MARIA, text), NOW, OFFICE).why == why
    assert decide(case("open"), events.Replies(MARIA, text), NOW, OFFICE).why == why


def test_a_reply_says_that_a_human_wrote_it():
    (relay,) = effects(decide(case("claimed"), events.Replies(MARIA, "**Ja**"), NOW, OFFICE), Relay)
    assert as_text(relay.reply) == "Maria Petersen (Mensch):\n\nJa"
    assert relay.source == "**Ja**"


def test_a_young_line_is_changed_and_an_old_one_corrected():
    young = decide(case("claimed"), events.RevisesLine(MARIA, 5, "maria", NOW, "neu"), NOW, OFFICE)
    assert [(effect.line, effect.source) for effect in effects(young, Revise)] == [(5, "neu")]
    old = decide(case("claimed"), events.RevisesLine(MARIA, 5, "maria", NOW - timedelta(hours=25), "neu"), NOW, OFFICE)
    assert "Berichtigung: neu" in as_text(effects(old, Relay)[0].reply)
    taken_back = decide(
        case("claimed"), events.RevisesLine(MARIA, 5, "maria", NOW - timedelta(days=3), None), NOW, OFFICE
    )
    assert effects(taken_back, Revise)[0].reply is None
    assert decide(case("claimed"), events.RevisesLine(JAN, 5, "maria", NOW, "neu"), NOW, OFFICE).why == "not_author"


# --- Handing over ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("note", ["", "kurz", "// kurz", " " * 20])
def test_a_case_changes_hands_only_with_a_note(note):
    for event in (
        events.TransfersToPerson(MARIA, JAN, note),
        events.TransfersToTeam(MARIA, "anerkennung", note),
        events.TransfersToTopic(MARIA, "zab", note),
    ):
        assert decide(case("claimed"), event, NOW, OFFICE).why == "note_too_short"


def test_a_transfer_to_a_person_tells_the_employee_and_keeps_the_note_inside():
    turn = decide(case("claimed"), events.TransfersToPerson(MARIA, JAN, NOTE), NOW, OFFICE)
    assert (turn.case.state, turn.case.owner) == ("claimed", "jan")
    assert "Jan Thomsen (Förderberatung) übernimmt jetzt Ihren Fall 17" in told(turn)
    assert NOTE not in told(turn)
    assert turn.case.silent_from == 2, "Lotse stays silent all the while"
    waiting = decide(case("waiting_third"), events.TransfersToPerson(JAN, JAN, NOTE), NOW, OFFICE)
    assert (waiting.case.state, waiting.case.owner) == ("waiting_third", "jan"), "a colleague takes over"
    assert decide(case("claimed"), events.TransfersToPerson(MARIA, ADMIN, NOTE), NOW, OFFICE).why == "not_coordinator"


@pytest.mark.parametrize(
    "event", [events.TransfersToTeam(MARIA, "anerkennung", NOTE), events.TransfersToTopic(MARIA, "zab", NOTE)]
)
def test_a_transfer_to_a_team_or_its_topic_puts_the_case_into_their_queue(event):
    turn = decide(case("claimed"), event, NOW, OFFICE)
    assert (turn.case.state, turn.case.team, turn.case.owner) == ("open", "anerkennung", None)
    assert "Anerkennung" in told(turn)


class ReadOffice(DeskOffice):
    """The office of teams that have rooms, and of somebody who belongs to one of them."""

    def read_in(self, team):
        return {"anerkennung": (("slack", False),), "foerderung": (("matrix", True),)}.get(team, ())

    def speaks_for(self, staff, team):
        return "anerkennung" if staff == "jan" else team


@pytest.mark.parametrize(
    ("event", "where"),
    [
        (events.TransfersToTeam(MARIA, "anerkennung", NOTE), "Slack, der nicht von Ende zu Ende verschlüsselt ist."),
        (events.TransfersToTopic(MARIA, "zab", NOTE), "Slack, der nicht von Ende zu Ende verschlüsselt ist."),
        (events.TransfersToPerson(MARIA, JAN, NOTE), "Slack, der nicht von Ende zu Ende verschlüsselt ist."),
        (events.TransfersToPerson(JAN, MARIA, NOTE), None),  # of the team that reads it already
    ],
)
def test_who_writes_from_an_encrypted_room_reads_where_a_case_goes_that_is_handed_on(event, where):
    before = case("claimed", owner="jan") if where is None else case("claimed")
    turn = decide(before, event, NOW, ReadOffice(), encrypted=True)
    assert ("aus einem verschlüsselten Raum" in told(turn)) is (where is not None)
    assert where is None or told(turn).endswith(where)
    assert "verschlüsselt" not in told(decide(before, event, NOW, ReadOffice()))


def test_places_that_do_not_exist_are_refused():
    assert decide(case("claimed"), events.TransfersToTeam(MARIA, "mars", NOTE), NOW, OFFICE).why == "unknown_team"
    assert decide(case("claimed"), events.TransfersToTeam(MARIA, "foerderung", NOTE), NOW, OFFICE).why == "same_team"
    assert decide(case("claimed"), events.TransfersToTopic(MARIA, "mars", NOTE), NOW, OFFICE).why == "unknown_topic"
    same = decide(case("claimed"), events.TransfersToTopic(MARIA, "bonus", NOTE), NOW, OFFICE)
    assert (same.case.state, same.case.topic, same.case.owner) == ("claimed", "bonus", "maria")


# --- Waiting ----------------------------------------------------------------------------------------------------------


def test_the_clock_stands_while_the_case_waits():
    asked = decide(case("claimed"), events.WaitsForEmployee(MARIA, "Welches Zeugnis?"), NOW, OFFICE)
    assert due_of(asked.case) is None
    assert [timer.what for timer in asked.timers] == ["reminder", "gives_up"]
    assert asked.case.remind_at == NOW + timedelta(days=3)
    solution = replace(asked.case, solution_due=NOW + timedelta(days=5))
    woken = decide(solution, events.Writes(), NOW + timedelta(days=2), OFFICE)
    assert (woken.case.state, woken.case.owner) == ("claimed", "maria")
    assert woken.case.solution_due == NOW + timedelta(days=7)
    assert woken.case.next_due == NOW + timedelta(days=2, hours=8)


def test_one_reminder_then_the_case_is_closed_and_one_message_opens_it_again():
    waiting = decide(case("claimed"), events.WaitsForEmployee(MARIA, "Welches Zeugnis?"), NOW, OFFICE).case
    reminded = decide(waiting, Time("reminder"), waiting.remind_at, OFFICE)
    assert "eine Frage an Sie offen" in told(reminded)
    assert [timer.what for timer in reminded.timers] == ["gives_up"]
    over = decide(reminded.case, Time("gives_up"), waiting.give_up_at, OFFICE)
    assert (over.case.state, over.case.resolution) == ("resolved", "no_reply")
    again = decide(over.case, events.Writes(), waiting.give_up_at + timedelta(days=13), OFFICE)
    assert (again.case.state, again.case.owner) == ("claimed", "maria")


@pytest.mark.parametrize(("days", "timers"), [(2, ["waiting_over"]), (20, ["reminder", "waiting_over"])])
def test_on_the_day_that_was_named_the_case_comes_back_to_its_owner_and_is_not_closed(days, timers):
    until = NOW + timedelta(days=days)
    waiting = decide(case("claimed"), events.WaitsForEmployee(MARIA, "Welches Zeugnis?", until), NOW, OFFICE)
    assert [timer.what for timer in waiting.timers] == timers
    back = decide(waiting.case, Time("waiting_over"), until, OFFICE)
    assert (back.case.state, back.case.owner, back.case.resolution) == ("claimed", "maria", None)
    assert [remark_words(effect.what, {}, "de") for effect in effects(back, Remark)] == [
        "Bis zu diesem Tag kam keine Antwort der Person"
    ]
    assert not effects(back, Tell), "nothing has changed for the employee"
    away = decide(waiting.case, Time("waiting_over"), until, office(["maria"], {"maria": Deputy("jan", "Jan Thomsen")}))
    assert away.case.owner == "jan"


@pytest.mark.parametrize("until", [NOW, NOW - timedelta(days=1)])
def test_nobody_waits_for_the_past(until):
    assert decide(case("claimed"), events.WaitsForThird(MARIA, until), NOW, OFFICE).why == "until_past"
    assert decide(case("claimed"), events.WaitsForEmployee(MARIA, "?", until), NOW, OFFICE).why == "until_past" or until


@pytest.mark.parametrize("state", ["waiting_employee", "waiting_third"])
def test_an_answer_wakes_the_owner_or_who_stands_in_or_the_queue(state):
    deputy = {"maria": Deputy("jan", "Jan Thomsen")}
    assert decide(case(state), events.Writes(), NOW, OFFICE).case.owner == "maria"
    assert decide(case(state), events.Writes(), NOW, office(["maria"], deputy)).case.owner == "jan"
    alone = decide(case(state), events.Writes(), NOW, office(["maria"]))
    assert (alone.case.state, alone.case.owner) == ("open", None)
    assert "steht wieder auf der Liste" in told(alone)


# --- Ending and going on ---------------------------------------------------------------------------------------------


def test_a_resolved_case_says_how_to_go_on_and_asks_once_whether_it_is_settled():
    turn = decide(case("claimed"), events.Resolves(MARIA, "answered", "Der Antrag ist gestellt."), NOW, OFFICE)
    assert [type(effect) for effect in turn.effects] == [Relay, Tell, Remark]
    (tell,) = effects(turn, Tell)
    assert [choice.label for choice in tell.reply.choices] == ["Ja, gelöst", "Nein, noch nicht"]
    assert "neuer Fall" in told(turn)
    assert turn.detail == (("code", "answered"),)
    skipped = decide(case("claimed"), events.Resolves(MARIA, "answered", ask_satisfaction=False), NOW, OFFICE)
    assert effects(skipped, Tell)[0].reply.choices == ()
    asked_before = decide(case("claimed", satisfied=False), events.Resolves(MARIA, "answered"), NOW, OFFICE)
    assert effects(asked_before, Tell)[0].reply.choices == ()


def test_who_is_not_satisfied_goes_on_with_the_same_coordinator():
    unhappy = decide(case("resolved"), events.Rates(False), NOW, OFFICE)
    assert (unhappy.case.state, unhappy.case.owner, unhappy.case.satisfied) == ("claimed", "maria", False)
    happy = decide(case("resolved"), events.Rates(True), NOW, OFFICE)
    assert (happy.case.state, happy.case.satisfied) == ("resolved", True)
    assert isinstance(decide(happy.case, events.Rates(False), NOW, OFFICE), Ignored)


@pytest.mark.parametrize(("days", "state"), [(0, "claimed"), (14, "claimed"), (14.001, None)])
def test_a_message_opens_a_resolved_case_again_for_fourteen_days(days, state):
    outcome = decide(case("resolved"), events.Writes(), NOW + timedelta(days=days), OFFICE)
    assert (outcome.case.state if isinstance(outcome, CaseTurn) else None) == state


def test_a_colleague_who_is_away_is_not_woken_by_a_resolved_case():
    turn = decide(case("resolved"), events.Writes(), NOW, office(["maria"], {"maria": Deputy("jan", "Jan Thomsen")}))
    assert (turn.case.state, turn.case.owner) == ("open", None)


@pytest.mark.parametrize("state", ["bot", "requested", "resolved", "closed", "muted", "erased"])
def test_a_new_case_opens_whatever_became_of_the_one_before(state):
    turn = decide(case(state), events.AsksAnew(), NOW, OFFICE)
    assert (turn.case.number, turn.case.state, turn.case.owner) == (0, "open", None)


@pytest.mark.parametrize("event", [events.Asks(), events.Accepts()])
@pytest.mark.parametrize("state", CASE_STATES)
def test_a_wish_for_a_person_and_a_yes_to_an_offer_lead_on_from_every_state_but_an_open_case(state, event):
    outcome = decide(case(state), event, NOW, OFFICE)
    assert isinstance(outcome, Ignored if state == "open" else CaseTurn), state
    if state == "resolved":
        late = decide(case(state), event, NOW + REOPEN_FOR + timedelta(minutes=1), OFFICE)
        assert (late.case.number, late.case.state) == (0, "open"), "too late to go on with it, never too late to ask"


@pytest.mark.parametrize("state", ["bot", "resolved"])
def test_a_case_is_closed_where_another_one_opens(state):
    turn = decide(case(state), events.OpensAnother(), NOW, OFFICE)
    assert (turn.case.state, turn.case.closed_at, turn.timers) == ("closed", NOW, ())
    assert decide(turn.case, events.Reopens(MARIA), NOW, OFFICE).why == "final"
    assert not effects(turn, Tell), "the employee reads about the new case"


def test_a_case_given_to_lotse_keeps_its_number_when_a_person_is_asked_for_again():
    given = decide(case("claimed"), events.ReturnsToBot(MARIA), NOW, OFFICE)
    assert given.case.state == "bot"
    assert "wieder automatisch" in told(given)
    again = decide(given.case, events.Asks(), NOW, OFFICE)
    assert (again.case.number, again.case.state, again.case.owner) == (17, "open", None)
    assert decide(given.case, events.Claims(MARIA), NOW, OFFICE).why == "with_lotse"


@pytest.mark.parametrize("state", ["open", "claimed", "waiting_employee", "waiting_third", "resolved", "closed", "bot"])
def test_withdrawing_deletes_the_text_and_tells_both_sides(state):
    turn = decide(case(state), events.Withdraws(), NOW, OFFICE)
    assert (turn.case.state, turn.timers) == ("muted", ())
    assert effects(turn, DropCaseText)
    assert [effect.what for effect in effects(turn, Remark)] == ["withdrawn"]
    assert "gelöscht" in told(turn)


# --- Time -------------------------------------------------------------------------------------------------------------


def test_the_alarm_goes_through_its_stages_once_each():
    now, facts, stages = NOW, case("open"), []
    while timers := timers_of(facts, now, OFFICE):
        (timer,) = timers
        now = timer.due_at
        stages.append((timer.what, now - NOW))
        facts = decide(facts, Time(timer.what), now, OFFICE).case
    assert stages == [
        ("sla_warning", timedelta(hours=3)),
        ("sla_breach", timedelta(hours=4)),
        ("sla_lead", timedelta(hours=6)),
    ]
    assert facts.version == 3, "an alarm is no change of the case"


def test_an_alarm_about_something_done_meanwhile_is_none():
    """It was on its way when a coordinator replied; what is due now is something else, and later."""
    replied = decide(case("claimed", solution_due=LATER), events.Replies(MARIA, "Moin"), NOW, OFFICE).case
    for what in ("sla_warning", "sla_breach", "sla_lead"):
        outcome = decide(replied, Time(what), NOW, OFFICE)
        assert isinstance(outcome, Ignored) or (outcome.case, outcome.effects) == (replied, ())


def test_a_reply_stills_the_alarm():
    late = case("claimed", alarm="breached")
    replied = decide(late, events.Replies(MARIA, "Moin"), NOW, OFFICE)
    assert (replied.case.alarm, due_of(replied.case)) == ("none", None)


def test_a_day_without_action_gives_the_case_back_where_the_team_wants_that():
    assert "day_ends" not in [timer.what for timer in timers_of(case("claimed"), NOW, OFFICE)]
    assert "day_ends" in [timer.what for timer in timers_of(case("claimed"), NOW, DeskOffice(day=timedelta(hours=9)))]
    answered = decide(case("claimed"), events.Replies(MARIA, "Moin"), NOW, DeskOffice(day=timedelta(hours=9)))
    assert "day_ends" not in [timer.what for timer in answered.timers], "who was answered keeps their coordinator"
    assert decide(case("claimed"), Time("day_ends"), NOW, OFFICE).case.state == "open"


def test_a_coordinator_who_lost_the_role_loses_the_cases():
    deputy = office(deputies={"maria": Deputy("jan", "Jan Thomsen")})
    assert decide(case("claimed"), Time("owner_gone"), NOW, deputy).case.owner == "jan"
    alone = decide(case("waiting_third"), Time("owner_gone"), NOW, OFFICE)
    assert (alone.case.state, alone.case.owner) == ("open", None)


def test_an_alias_belongs_to_a_case_and_to_nobody():
    assert alias_of(17) == alias_of(17)
    assert len({alias_of(number) for number in range(1, 2000)}) == 1999
    assert alias_of(17).startswith("Person ")
    assert len(alias_of(17)) == len("Person 7F3A")


# --- A case that comes back ---------------------------------------------------------------------------------------------


def back(facts, event, now, office):
    """The turn, and whatever is due within a second of it."""
    turn = decide(facts, event, now, office)
    return turn, [timer.what for timer in turn.timers if timer.due_at <= now + timedelta(seconds=1)]


@pytest.mark.parametrize(
    "event", [events.Writes(), events.Rates(False), events.Asks(), events.Accepts(), events.Reopens(MARIA)]
)
@pytest.mark.parametrize("away", [(), ("maria",)])
@pytest.mark.parametrize("replied", [True, False])
def test_a_case_that_goes_on_is_due_anew_and_calls_nobody_for_what_has_passed(calendar, event, away, replied):
    """Closed on a Monday, taken up eight days later: every promise of then is history."""
    then, now = berlin("2026-11-23T09:00"), berlin("2026-12-01T10:00")
    there = replace(calendar, names={} if away else {"maria": "Maria Petersen"})
    ended = case(
        "resolved",
        opened_at=then,
        first_due=there.first_due("foerderung", then),
        solution_due=there.solution_due("foerderung", then),
        replied_at=then if replied else None,
        unanswered_since=None,
        resolved_at=then,
        reopen_until=then + REOPEN_FOR,
    )
    turn, at_once = back(ended, event, now, there)
    assert at_once == []
    assert due_of(turn.case) > now
    asked = not isinstance(event, events.Reopens)
    assert ("Eine Antwort bekommen Sie bis" in told(turn)) == asked, "who wrote is told until when"
    if turn.case.state == "claimed":
        answered, at_once = back(turn.case, events.Replies(MARIA, "Doch, das geht."), now + timedelta(hours=1), there)
        assert at_once == []
        assert due_of(answered.case) == there.solution_due("foerderung", now), "an answered case has its solution ahead"


def test_nobody_is_warned_of_what_has_passed_already():
    """After a night without power it is told as it stands, whatever the timer was set for."""
    late = NOW + timedelta(hours=5)
    turn = decide(case("open"), Time("sla_warning"), late, OFFICE)
    assert (turn.case.alarm, [effect.what for effect in effects(turn, Remark)]) == ("breached", ["sla_breach"])
    assert [timer.what for timer in timers_of(case("open"), late, OFFICE)] == ["sla_breach"]


# --- A team that is gone ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["bot", "open", "claimed", "waiting_employee", "waiting_third", "resolved"])
def test_the_cases_of_a_team_that_is_gone_go_to_the_general_one_and_stay_with_who_has_them(calendar, state):
    lost = case(state, team="aufgelöst", first_due=None, solution_due=None)
    turn = decide(lost, Time("team_gone"), NOW, calendar)
    general = next(iter(calendar.content.teams))
    assert (turn.case.team, turn.case.state, turn.case.owner) == (general, state, lost.owner)
    assert turn.case.version == lost.version + 1, "a page that shows the former team is out of date"
    assert (turn.detail, turn.actor) == ((("former", "aufgelöst"), ("to", general)), "system")
    (remark,) = effects(turn, Remark)
    assert "Das Team „aufgelöst“ gibt es nicht mehr" in remark_words(remark.what, dict(remark.values), "de")
    assert bool(told(turn)) == (state == "open"), "who has a coordinator keeps them, and reads nothing"
    if state in ("open", "claimed"):
        assert turn.case.first_due == calendar.first_due(general, NOW), "now somebody can promise something"
        assert turn.timers
    assert isinstance(decide(turn.case, Time("team_gone"), NOW, calendar), Ignored)


def test_the_general_team_takes_what_belongs_to_no_other_where_there_is_one(calendar):
    teams = calendar.content.teams
    named = replace(next(iter(teams.values())), id="koordination")
    content = replace(calendar.content, teams={**teams, "koordination": named})
    assert replace(calendar, content=content).team_now("aufgelöst") == "koordination"
    assert [replace(calendar, content=content).team_now(team) for team in content.teams] == list(content.teams)
    assert replace(calendar, content=replace(content, teams={})).team_now("aufgelöst") == "aufgelöst"
