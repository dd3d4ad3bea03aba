"""Working cases from a chat: commands, what they mean for a case, the card, and who may."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.config import shipped_content
from bot.content.read import read_content
from bot.dialogue.desk_card import (
    HELP,
    MOST_CARD,
    DeskCase,
    DeskLine,
    case_card,
    case_line,
    claimed_in,
    erased_card,
    help_list,
    inserts_list,
    queue_list,
)
from bot.dialogue.desk_commands import COMMANDS, Command, OtherCase, UnknownCommand, command_of_sign, read_command
from bot.dialogue.desk_moves import CODES, STEPS, DeskSituation, Unclear, move_of
from bot.dialogue.desk_roles import coordinator_of, in_both, shown_name
from bot.dialogue.knowledge_insert import insert_of
from bot.dialogue.naming import label_title
from bot.dialogue.shown_answers import shown_now
from bot.handoff.case_events import (
    Claims,
    Notes,
    Reopens,
    Replies,
    Resolves,
    ReturnsFromWaiting,
    ReturnsToBot,
    ReturnsToQueue,
    SendsTranscript,
    TransfersToPerson,
    TransfersToTeam,
    TransfersToTopic,
    WaitsForEmployee,
    WaitsForThird,
)
from bot.model import ALL_TEAMS, LOCALES, RESOLUTIONS, CaseContext, CaseFacts, RoomMember, ShownAnswer, as_text
from tests.desk_people import ADMIN, JAN, MARIA, OLE

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
FACTS = CaseFacts(17, "open", 3, "foerderung", "de", NOW, first_due=NOW + timedelta(hours=4))
CONTEXT = CaseContext(
    understood=(("weiterbildungsbonus.amount", 61.0),),
    about=("weiterbildungsbonus", 80.0),
    shown=(ShownAnswer("weiterbildungsbonus.amount"),),
)


@pytest.fixture(scope="module")
def content():
    """The content that ships; nothing here needs a reader."""
    return read_content(shipped_content()).content


def case(facts=FACTS, **more):
    given = {"name": "Person 7F3A", "channel": "matrix", "question": "Was zahlt der Bonus?", "reason": "asked"}
    return DeskCase(facts, **{**given, "context": CONTEXT, **more})


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("!nimm 17", Command("claim", 17)),
        ("! Nimm #17", Command("claim", 17)),
        ("!CLAIM", Command("claim")),
        ("!uebergeben 17 anerkennung: liegt vor", Command("transfer", 17, "anerkennung: liegt vor")),
        ("!an Ole Hansen: kennt sich aus", Command("transfer", None, "Ole Hansen: kennt sich aus")),
        ("!a 17 Tage sind es", Command("reply", None, "17 Tage sind es")),
        ("!warten 17 bis 2026-12-01 Seit wann?", Command("wait", 17, "bis 2026-12-01 Seit wann?")),
        ("!zuruck", Command("to_queue")),
        ("!zurück\nbitte jemand anderes", Command("to_queue", None, "bitte jemand anderes")),
        ("!wissen bonus", Command("knowledge", None, "bonus")),
        ("!wissen prüfen", Command("review")),
        ("!Nächster Fall", Command("next")),
        ("!next case foerderung", Command("next", None, "foerderung")),
        ("!review knowledge", Command("review")),
        ("!fertig17", Command("resolve", 17)),
        ("!nimm!", Command("claim")),
        ("!fertig, beantwortet", Command("resolve", None, "beantwortet")),
        ("!a ...und dann?", Command("reply", None, "...und dann?")),
        ("!a !", Command("reply", None, "!")),
        ("!gibtsnicht!", UnknownCommand("gibtsnicht")),
        ("!gibtsnicht 1", UnknownCommand("gibtsnicht")),
        ("!!", None),
        ("Achtung! nimm 17", None),
        ("", None),
    ],
)
def test_commands_are_read_as_people_type_them(typed, command):
    assert read_command(typed) == command


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("!nimm 17", Command("claim", 17)),
        ("!nimm 1", OtherCase(1)),
        ("!fertig #1 beantwortet", OtherCase(1)),
        ("!warten 17 Seit wann?", Command("wait", 17, "Seit wann?")),
        ("!warten 1 Woche, dann?", Command("wait", None, "1 Woche, dann?")),
        ("!extern 2 Wochen", Command("wait_third", None, "2 Wochen")),
        ("!extern 1 bis 2 Wochen dauert es", Command("wait_third", None, "1 bis 2 Wochen dauert es")),
        ("!wait 10 days, then?", Command("wait", None, "10 days, then?")),
        ("!warten 1 Bitte den Bescheid!", Command("wait", None, "1 Bitte den Bescheid!", perhaps=1)),
        ("!warten 1 Tagebuch?", Command("wait", None, "1 Tagebuch?", perhaps=1)),
        ("!warten #1 Seit wann?", OtherCase(1)),
        ("!a 1 Woche", Command("reply", None, "1 Woche")),
    ],
)
def test_in_the_thread_of_a_case_no_number_means_another(typed, command):
    assert read_command(typed, 17) == command


def test_every_word_means_one_command_and_every_command_is_explained():
    words = [word for words in COMMANDS.values() for word in words]
    assert len(words) == len(set(words))
    for locale in LOCALES:
        assert {name for name, _ in HELP[locale]} == set(COMMANDS)
        shown = as_text(help_list(locale))
        place = 0 if locale == "de" else -1
        assert all(f"!{words[place]}" in shown for words in COMMANDS.values())


@pytest.mark.parametrize(
    ("sign", "command"), [("✋", Command("claim")), ("🖐", Command("claim")), ("✅", None), ("x", None)]
)
def test_a_hand_claims_and_no_other_sign_does_anything(sign, command):
    assert command_of_sign(sign) == command


def meant(content, typed, facts=FACTS, by=MARIA):
    people = (MARIA, JAN, OLE, ADMIN)
    return move_of(read_command(typed), DeskSituation(facts, by, people, content, NOW))


def test_commands_become_what_the_rules_of_a_case_know(content):
    team = next(iter(sorted(set(content.teams) - {"foerderung"})))
    topic = next(iter(content.topics))
    assert meant(content, "!nimm") == Claims(MARIA)
    assert meant(content, "!a Ja, das geht.") == Replies(MARIA, "Ja, das geht.", on_purpose=True)
    assert meant(content, "!notiz ruft zurück") == Notes(MARIA, "ruft zurück")
    assert meant(content, f"!an {team} Zeugnisse liegen vor") == TransfersToTeam(MARIA, team, "Zeugnisse liegen vor")
    assert meant(content, "!an Ole Hansen: kennt sich aus") == TransfersToPerson(MARIA, OLE, "kennt sich aus")
    assert meant(content, "!an jan kennt sich aus") == TransfersToPerson(MARIA, JAN, "kennt sich aus")
    assert meant(content, f"!an {topic}: darum geht es") == TransfersToTopic(MARIA, topic, "darum geht es")
    assert meant(content, "!weiter") == ReturnsFromWaiting(MARIA)
    assert meant(content, "!zurück bin krank") == ReturnsToQueue(MARIA, "bin krank")
    assert meant(content, "!lotse") == ReturnsToBot(MARIA)
    assert meant(content, "!öffnen") == Reopens(MARIA)
    assert meant(content, "!verlauf") == SendsTranscript(MARIA)
    assert meant(content, "!fertig beantwortet: Viel Erfolg!") == Resolves(MARIA, "answered", "Viel Erfolg!")
    assert meant(content, "!wissen bonus") is None
    assert set(CODES) == set(RESOLUTIONS)
    for name in STEPS:
        assert meant(content, f"!{COMMANDS[name][0]}") is not None


def test_waiting_begins_when_the_team_opens_on_that_day(content):
    question = meant(content, "!warten bis 1.12.2026: Seit wann?")
    assert isinstance(question, WaitsForEmployee)
    assert (question.question, question.until.date().isoformat()) == ("Seit wann?", "2026-12-01")
    assert meant(content, "!warten bis Dienstag: Seit wann?").until == question.until - timedelta(days=7)
    for words in ("Seit wann?", "Montag sind Sie da?", "1.2. oder 1.3.?"):  # no day without its *bis*
        assert meant(content, f"!warten {words}") == WaitsForEmployee(MARIA, words, None)
    third = meant(content, "!extern bis 2026-12-01")
    assert isinstance(third, WaitsForThird)
    assert third.until == question.until


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("!an", "An wen"),
        ("!an niemand: steht so da", "kein Team"),
        ("!an Ada: nur für Inhalte da", "kein Team"),
        ("!fertig", "beantwortet, verwiesen"),
        ("!fertig vielleicht", "beantwortet, verwiesen"),
        ("!warten", "Was soll die Person"),
        ("!warten bis demnächst Seit wann?", "Den Tag verstehe ich nicht"),
        ("!warten 30.2.2026 Seit wann?", "Den Tag verstehe ich nicht"),
        ("!warten bis 2026-02-30 Seit wann?", "Den Tag verstehe ich nicht"),
        ("!warten bis 2029-01-01 Seit wann?", "Den Tag verstehe ich nicht"),
        ("!extern", "Bis wann"),
    ],
)
def test_what_is_missing_is_said_with_an_example(content, typed, words):
    said = meant(content, typed)
    assert isinstance(said, Unclear)
    assert words in said.words["de"]
    assert said.words["en"]


IN_MATRIX = replace(OLE, id="@ole:x.org:8448", channel="matrix")
IN_SLACK = replace(OLE, id="U0OLE", channel="slack")


def test_a_name_of_several_is_asked_back_about_with_what_can_be_typed_for_each(content):
    def meant_by(typed):
        return move_of(read_command(typed), DeskSituation(FACTS, MARIA, (OLE, IN_MATRIX, IN_SLACK), content, NOW))

    for named in ("Ole", "Ole Hansen", "@Ole Hansen"):
        said = meant_by(f"!an {named}: liegt vor")
        assert isinstance(said, Unclear)
        assert said.words["de"].endswith(
            "eines davon: `U0OLE` (Ole Hansen, Slack), `ole:x.org:8448` (Ole Hansen, Matrix), `ole` (Ole Hansen, Desk)."
        )
    for staff, ways in (
        (OLE, ("ole", "@ole")),
        (IN_SLACK, ("U0OLE", "u0ole")),
        (IN_MATRIX, ("ole:x.org:8448", "@ole:x.org:8448", "ole x.org 8448")),
    ):
        for typed in ways:
            assert meant_by(f"!an {typed}: liegt vor: bald") == TransfersToPerson(MARIA, staff, "liegt vor: bald")
    assert meant_by("!an ole:x.org:8448 liegt vor") == TransfersToPerson(MARIA, IN_MATRIX, "liegt vor")


def test_an_id_that_a_team_and_a_person_share_is_the_team_and_with_an_at_in_front_the_person(content):
    desk = replace(OLE, id="koordination", name="Koordination")
    other = replace(JAN, id="jan", name="Jan Koordination")

    def meant_by(typed, *people):
        return move_of(read_command(typed), DeskSituation(FACTS, MARIA, people, content, NOW))

    for typed in ("!an koordination: liegt vor", "!an koordination liegt vor"):
        assert meant_by(typed, desk, other) == TransfersToTeam(MARIA, "koordination", "liegt vor")
    assert meant_by("!an @koordination: liegt vor", desk, other) == TransfersToPerson(MARIA, desk, "liegt vor")
    assert meant_by("!an @anerkennung: liegt vor", desk) == TransfersToTeam(MARIA, "anerkennung", "liegt vor")
    for named in ("Koordination", "@Koordination"):
        said = meant_by(f"!an {named}: liegt vor", desk, other)
        assert isinstance(said, Unclear)
        assert "`@koordination` (Koordination, Desk)" in said.words["de"]


@pytest.mark.parametrize("locale", LOCALES)
def test_the_card_holds_the_facts_and_stands_alone_as_text(content, locale):
    text = as_text(case_card(case(), content, NOW, locale))
    assert len(text.splitlines()) <= 40
    for words in ("17", "Was zahlt der Bonus?", "Person 7F3A", "Matrix", "61 %", "80 %"):
        assert words in text
    claimed = case_card(
        case(replace(FACTS, state="claimed", owner="maria", owner_name="Maria Petersen")), content, NOW, locale
    )
    assert "Maria Petersen" in as_text(claimed)
    assert claimed.choices == ()
    assert ("✋" in text, "✋" in as_text(claimed)) == (True, False), "only what nobody has is claimed"
    assert {"de": "Was andere als Maria Petersen", "en": "What others than Maria Petersen"}[locale] in as_text(claimed)


def test_a_card_fits_into_one_message_and_what_is_short_of_it_stands_there_whole(content):
    def lines(shown):
        return as_text(replace(case_card(shown, content, NOW, "de"), choices=())).splitlines()

    given = (ShownAnswer("weiterbildungsbonus.amount"),) * 20
    card = lines(case(question="Worum geht es? " * 200, context=replace(CONTEXT, shown=given)))
    assert MOST_CARD - 100 < len("\n".join(card)) <= MOST_CARD
    cut = [line for line in card if line.endswith("…")]
    assert [line.partition(":")[0] for line in cut] == ["Frage", "• Gezeigt"]
    assert set(lines(case())) - {line for line in lines(case()) if line.startswith(("Frage", "• Gezeigt"))} <= set(card)


def test_an_answer_already_shown_says_its_id_its_content_and_whether_it_still_holds(content):
    label = "weiterbildungsbonus.amount"
    now = shown_now(label, content, NOW, "de")
    shown = (
        now,
        replace(now, content="0badcafe", mark="another"),
        ShownAnswer("weiterbildungsbonus.gone", NOW, "de", "0badcafe"),
        ShownAnswer(label),  # of an earlier release
    )
    card = as_text(case_card(case(context=replace(CONTEXT, shown=shown)), content, NOW, "de"))
    (row,) = (line for line in card.splitlines() if line.startswith("• Gezeigt: "))
    title = label_title(content, label, "de")
    assert row.removeprefix("• Gezeigt: ").split("; ") == [
        f"{title}: ✓ gilt heute ({label}, Wissensstand {content.hash[:8]})",
        f"{title}: ⚠ lautet inzwischen anders ({label}, Wissensstand 0badcafe)",
        f"{label_title(content, 'weiterbildungsbonus.gone', 'de')}: ⚠ gibt es nicht mehr "
        "(weiterbildungsbonus.gone, Wissensstand 0badcafe)",
        f"{title}: ✓ gilt heute ({label})",
    ]
    english = as_text(case_card(case(context=replace(CONTEXT, shown=shown)), content, NOW, "en"))
    assert f"✓ valid today ({label}, content {content.hash[:8]})" in english


def test_the_button_of_a_card_names_case_and_version(content):
    (choice,) = case_card(case(), content, NOW, "de").choices
    assert claimed_in(choice.value) == (17, 3)
    for forged in ("desk:claim:17", "desk:claim:17:3:4", "desk:claim:-1:3", "desk:claim:17:x", "case:close", ""):
        assert claimed_in(forged) is None


def test_what_employees_typed_calls_nobody_in_the_coordinators_room(content):
    evil = "@room <!channel> @anna:example.org **fett** [Bank](https://evil.example)"
    for reply in (
        case_card(case(question=evil, name="@room"), content, NOW, "de"),
        case_line(DeskLine("employee", NOW, evil), content, "de"),
        queue_list([case(question=evil)], content, NOW, "de"),
    ):
        assert not re.search(r"@(?:room|anna)|<!channel>", as_text(reply))
        assert not [span for block in reply.blocks for span in getattr(block, "spans", ()) if span.href]


def test_lines_are_told_apart(content):
    def line(kind, **more):
        return as_text(case_line(DeskLine(kind, NOW, "Worte", "Maria Petersen", **more), content, "de"))

    assert line("employee") == "Person: Worte"
    assert line("employee", edited=True) == "Person: Worte (bearbeitet)"
    assert line("note") == "🔒 Notiz · Maria Petersen: Worte"
    assert line("coordinator") == "Maria Petersen:\n\nWorte"
    assert line("lotse") == "Lotse (automatisch): Worte"
    assert line("notice") == "An die Person: Worte"
    assert line("remark", what="claimed", values=(("name", "Ole"),)) == "– Ole hat übernommen –"


def test_queue_inserts_and_an_erased_case(content):
    assert as_text(queue_list([], content, NOW, "de")) == "Kein offener Fall."
    late = case(replace(FACTS, first_due=NOW - timedelta(hours=1)))
    assert "⚠" in as_text(queue_list([late, case()], content, NOW, "de"))
    for locale, one, two, more in (
        ("de", "1 offener Fall", "2 offene Fälle", "… und 1 weitere;"),
        ("en", "1 open case", "2 open cases", "… and 1 more;"),
    ):
        assert as_text(queue_list([case()], content, NOW, locale, most=1)).startswith(f"{one}\n")
        cut = as_text(queue_list([late, case()], content, NOW, locale, most=1))
        assert cut.startswith(f"{two}\n"), "all are counted, also those that are not shown"
        assert more in cut
        assert cut.count("•") == as_text(queue_list([late], content, NOW, locale)).count("•")
    insert = insert_of("weiterbildungsbonus.amount", content, NOW, "de")
    assert "5.000" in as_text(inserts_list([insert], "de"))
    assert "keine Antwort" in as_text(inserts_list([replace(insert, status="expired")], "de"))
    assert "Daten löschen" in as_text(erased_card(17, "de"))


def test_whoever_is_in_the_coordinators_room_and_has_the_power_is_one_of_its_teams():
    teams = frozenset({"foerderung"})
    assert coordinator_of(RoomMember("@maria:x.org", "Maria"), teams, {}).teams == teams
    assert coordinator_of(RoomMember("@maria:x.org", "Maria"), teams, {}, least_power=50) is None
    assert coordinator_of(RoomMember("@ole:x.org", "Ole", power=50), teams, {}, least_power=50).id == "@ole:x.org"
    assert coordinator_of(RoomMember("@maria:x.org", "Maria", joined=False), teams, {}) is None


def test_a_linked_account_is_the_person_of_the_file_and_nothing_that_looks_alike_is():
    teams, linked = frozenset({"foerderung"}), {"@maria:x.org": replace(MARIA, teams=frozenset({"module"}))}
    maria = coordinator_of(RoomMember("@maria:x.org", "Jemand"), teams, linked)
    assert (maria.id, maria.name, maria.teams) == ("maria", "Maria Petersen", {"foerderung", "module"})
    for stranger in (
        "@maria:x.org.evil",
        "@mаria:x.org",
        "@Maria:x.org",
        "maria",
        "Maria",
    ):  # the second has a Cyrillic а
        assert coordinator_of(RoomMember(stranger, "Maria"), teams, linked).id == stranger


def test_who_is_known_from_several_places_is_one_person_with_all_roles_and_teams():
    here, there = replace(MARIA, teams=frozenset({"foerderung"})), replace(MARIA, teams=frozenset({"anerkennung"}))
    assert in_both(here, there) == replace(MARIA, teams=frozenset({"foerderung", "anerkennung"}))
    everywhere = replace(MARIA, roles=frozenset({"admin"}), teams=ALL_TEAMS)
    assert in_both(here, everywhere) == replace(MARIA, roles=frozenset({"admin", "coordinator"}), teams=ALL_TEAMS)
    assert in_both(everywhere, here).teams == ALL_TEAMS
    assert coordinator_of(RoomMember("@maria:x.org"), ALL_TEAMS, {"@maria:x.org": here}).is_in("anerkennung")


@pytest.mark.parametrize(
    ("given", "shown"),
    [("Maria Petersen", "Maria Petersen"), ("  \u202eMaria\u200b ", "Maria"), ("\u200b", "maria"), (None, "maria")],
)
def test_a_name_is_shown_without_what_nobody_sees(given, shown):
    assert shown_name(RoomMember("@maria:x.org", given)) == shown
