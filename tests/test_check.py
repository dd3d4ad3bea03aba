import json
import random
import re
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import command_line
from bot.check import check_content, has_errors, judge
from bot.content.facts import answer_on, render_answer
from bot.content.finding_codes import FINDING_CODES
from bot.content.literals import literal_figures
from bot.content.markup import blocks
from bot.content.read import read_content
from bot.content.template_size import count_sentences
from bot.content.text_findings import sentences_of
from bot.errors import ContentProblem
from bot.understanding.phrases import expand
from tests.content.small_tree import SMALL_TREE, TODAY, write_tree

ROOT = Path(__file__).parents[1]
TESTS = (
    "test_check.py",
    "content/test_read.py",
    "test_understood_findings.py",
    "content/test_case_drafts.py",
    "content/test_closing_calendar.py",
)
BONUS = "knowledge/funding/bonus.yaml"
PRAEMIE = "knowledge/funding/praemie.yaml"
VAKUUM = "knowledge/modules/vakuum.yaml"
KURSE = "knowledge/modules/kurse.yaml"
LISTS = "intents/_lists.yaml"
AMOUNT = "intents/aspects/amount.yaml"
COST = "intents/aspects/cost.yaml"
THANKS = "intents/smalltalk/thanks.yaml"
HELP = "intents/control/help.yaml"
PERSON = "intents/handoff/person.yaml"
WHO = "intents/who/apprentice.yaml"
IBSH = "knowledge/contacts/ibsh.yaml"
TEAMS = "knowledge/teams.yaml"
STEPS = "knowledge/pathways.yaml"

OLD_RATE = "rate: {value: 40, unit: percent, source: portal, confidence: one_source}"
RATE = "rate: {value: 60, unit: percent, source: portal, confidence: one_source}"
LAND = "Das Land zahlt {rate}."
MORE = '    more: {de: "Grundlage ist {rule}.", en: "The legal basis is {rule}."}\n'


@pytest.fixture
def small(tmp_path):
    """A folder with the small content that is right in every respect."""
    return write_tree(tmp_path)


def defect(file, old, new, *found):
    """A text to replace, and the findings: (code, words on the line it must name)."""
    words = re.sub(r"[^\w ]+", " ", new)[:40].strip()
    return pytest.param(file, old, new, found, id=f"{'+'.join(code for code, _ in found)} {words}")


DEFECTS = [
    # syntax
    defect(BONUS, "team: foerderung", "team: foerderung\nteam: module", ("KB003", "team: module")),
    defect(BONUS, "sources: [portal]", "sources: &s [portal]", ("KB004", "sources: &s [portal]")),
    defect(BONUS, "gap: true", "gap: yes", ("KB005", "gap: yes")),
    defect(BONUS, "reviewed: 2026-11-22\n  law", "reviewed: 2026-11-31\n  law", ("KB005", "2026-11-31")),
    defect(BONUS, 'de: "Der Bonus ist', 'de: Der Bonus: das ist', ("KB002", "Der Bonus: das ist")),
    defect(BONUS, "en: Bonus of Schleswig-Holstein", "en: Bonus, of Schleswig-Holstein",
           ("KB010", "Bonus, of"), ("KB016", "Bonus, of")),
    defect(BONUS, "area: funding", "area:\tfunding", ("KB009", "area:")),
    # structure
    defect(BONUS, "team: foerderung", "teem: foerderung", ("KB010", "teem:"), ("KB017", "topic: bonus")),
    defect(BONUS, LAND + '", en: "The state pays {rate}."', LAND + '"', ("KB011", "plain:")),
    defect(BONUS, "team: foerderung", "team: foerderungen", ("KB012", "team:")),
    defect(BONUS, "contact: ibsh", "contact: ibhs", ("KB012", "contact:")),
    defect(BONUS, RATE, RATE.replace("portal", "porta"), ("KB012", "rate: {value: 60")),
    defect(BONUS, "sources: [portal]", "sources: [law, portals]", ("KB012", "sources: [law, portals]")),
    defect(BONUS, "      source: portal\n      employment", "      source: page\n      employment",
           ("KB012", "      source: page")),
    defect(BONUS, "next: [amount,", "next: [amuont,", ("KB012", "next:")),
    defect(BONUS, "vakuum.overview]", "vakuum.amount]", ("KB012", "next:")),
    defect(BONUS, "vakuum.overview]", "vakum.overview]", ("KB012", "next:")),
    defect(BONUS, "same_as: {coverage: amount}", "same_as: {coverage: amuont}", ("KB012", "same_as")),
    defect(BONUS, "same_as: {coverage: amount}", "same_as: {cover: amount}", ("KB012", "same_as")),
    defect(BONUS, "same_as: {coverage: amount}", "same_as: {amount: changes}", ("KB019", "same_as")),
    defect(BONUS, "      apprentice: {de", "      apprentices: {de", ("KB012", "      apprentices:")),
    defect(BONUS, "workplace: [SH]", "work_place: [SH]", ("KB012", "work_place:")),
    defect(BONUS, "workplace: [SH]", "workplace: [SH, HH]", ("KB012", "workplace:")),
    defect(BONUS, "workplace: [SH]", "workplace: {min: 3}", ("KB016", "workplace:")),
    defect(BONUS, "[{degree: [vocational]},", "[{degree: [vocal]},", ("KB012", "vocal")),
    defect(BONUS, "not: [self_employed, apprentice]", "not: [self_employed, employee]", ("KB016", "not: [")),
    defect(BONUS, "share: rate", "share: rates", ("KB012", "share: rates")),
    defect(PRAEMIE, "instead: [bonus]", "instead: [bonas]", ("KB012", "instead:")),
    defect(PRAEMIE, "instead: [bonus]", "instead: [praemie]", ("KB019", "instead:")),
    defect(PRAEMIE, "topic: praemie", "topic: praemien", ("KB014", "topic:"), ("KB012", f"{BONUS}|    next:")),
    defect(VAKUUM, "area: modules", "area: funding", ("KB014", "area:")),
    defect(THANKS, "kind: smalltalk", "kind: off_topic", ("KB014", "kind:")),
    defect(PERSON, "action: person", "action: persons", ("KB017", "action:")),
    defect(HELP, "action: help\n", "", ("KB017", "intent: help")),
    defect(THANKS, "about:", "action: smile\nabout:", ("KB010", "action:")),
    defect(THANKS, "about:", "team: moduls\nabout:", ("KB012", "team:")),
    defect(WHO, "{employment: apprentice}", "{employmend: apprentice}", ("KB012", "slots:")),
    defect(WHO, "{employment: apprentice}", "{employment: aprentice}", ("KB012", "slots:")),
    defect(WHO, "{employment: apprentice}", "{course_hours: many}", ("KB016", "slots:")),
    defect(STEPS, "topic: vakuum", "topic: vaccum", ("KB012", "topic:")),
    defect(STEPS, "requires: [start]", "requires: [begin]", ("KB012", "requires: [begin]")),
    defect(STEPS, "requires: []", "requires: [kurs]", ("KB019", "requires: [kurs]"), ("KB019", "requires: [start]")),
    # teams
    defect(TEAMS, '"13:30-16:30"', '"12:00-16:30"', ("KB050", "mon:")),
    defect(TEAMS, '"13:30-16:30"', '"16:30-13:30"', ("KB051", "mon:")),
    defect(TEAMS, '"13:30-16:30"', '"13:30-13:30"', ("KB051", "mon:")),
    defect(TEAMS, '"13:30-16:30"', '"13.30-16.30"', ("KB016", "mon:")),
    defect(TEAMS, "wed:", "mittwoch:", ("KB053", "mittwoch:")),
    defect(TEAMS, "wed:", "day3:", ("KB053", "day3:")),
    defect(TEAMS, 'hours: {tue: ["08:00-16:00"]}', "hours: {}", ("KB053", "hours: {}")),
    defect(TEAMS, '    hours: {tue: ["08:00-16:00"]}\n', "", ("KB053", "  module:")),
    defect(TEAMS, '["10:00-12:00"]', '["10:00-12:00", "11:00-13:00"]', ("KB050", "date: 2027-03-29")),
    defect(TEAMS, "to: 2026-12-30", "to: 2026-12-27", ("KB051", "to: 2026-12-27")),
    defect(TEAMS, ", to: 2026-12-30", "", ("KB017", "from: 2026-12-28")),
    defect(TEAMS, "from: 2026-12-28, to", "date: 2026-12-28, to", ("KB017", "date: 2026-12-28")),
    defect(TEAMS, "date: 12-24, closed: true,", "date: 12-24,", ("KB017", "date: 12-24")),
    defect(TEAMS, "date: 12-24, closed", 'date: 12-24, hours: ["08:00-10:00"], closed', ("KB017", "date: 12-24")),
    defect(TEAMS, "date: 12-24, closed: true", "date: 12-24, closed: false", ("KB016", "date: 12-24")),
    defect(TEAMS, "date: 2027-03-29", "date: 2026-12-30", ("KB052", "date: 2026-12-30")),
    defect(TEAMS, "deputy_team: module", "deputy_team: modul", ("KB012", "deputy_team:")),
    defect(TEAMS, "deputy_team: module", "deputy_team: foerderung", ("KB019", "deputy_team:")),
    defect(TEAMS, "    holidays: none", "    deputy_team: foerderung",
           ("KB019", "deputy_team: module"), ("KB019", "deputy_team: foerderung")),
    # facts
    defect(BONUS, RATE, RATE.replace("source: portal, ", ""), ("KB020", "rate: {value: 60")),
    defect(BONUS, '"§ 4 WBG"', '"unbekannt"', ("KB020", "unbekannt")),
    defect(BONUS, "to: 2026-02-01", "to: 2026-01-31", ("KB021", "from: 2026-02-02")),
    defect(BONUS, "to: 2026-02-01", "to: 2026-02-02", ("KB022", "to: 2026-02-02")),
    defect(BONUS, "    to: 2026-02-01\n", "", ("KB022", "from: 2024-03-01")),
    defect(BONUS, "to: 2026-02-01", "to: 2024-02-01", ("KB022", "to: 2024-02-01")),
    defect(BONUS, RATE, RATE.replace("unit: percent", "unit: procent"), ("KB023", "procent")),
    defect(BONUS, RATE, RATE.replace("unit: percent, ", ""), ("KB023", "rate: {value: 60")),
    defect(BONUS, RATE, RATE.replace("value: 60", 'value: "60 %"'), ("KB024", '"60 %"')),
    defect(BONUS, RATE, RATE.replace("value: 60", "value: 2026-01-01"), ("KB024", "value: 2026-01-01")),
    defect(BONUS, RATE, RATE.replace("value: 60", "value: -60"), ("KB024", "value: -60")),
    defect(BONUS, "{min: 3, max: 6}", "{min: 6, max: 3}", ("KB024", "{min: 6, max: 3}")),
    defect(BONUS, "- [{min: 500}, 25]", "- [{min: 500}]", ("KB024", "- [{min: 500}]")),
    defect(BONUS, "- [{min: 500}, 25]", "- [{min: 500}, viel]", ("KB024", "viel")),
    defect(BONUS, "unit: table", "unit: percent", ("KB023", "unit: percent\n        source")),
    defect(BONUS, "as_of: 2026-02-02", "as_of: 2027-02-02", ("KB024", "as_of: 2027-02-02")),
    defect(BONUS, RATE, RATE.replace("unit", "review_by: 2029-01-01, unit"), ("KB024", "review_by")),
    defect(BONUS, "https://example.org/law", "http://example.org/law", ("KB026", "http://example.org/law")),
    defect(IBSH, 'url: "https://example.org/ibsh"\n', 'url: "http://x.org"\n', ("KB026", 'url: "http://x.org"')),
    # literal figures
    defect(BONUS, LAND, "Das Land zahlt 60 %.", ("KB025", "zahlt 60 %"), ("KB042", "zahlt 60 %")),
    defect(BONUS, "Grundlage ist {rule}.", "Grundlage ist {rule}, § 4.", ("KB025", "Grundlage ist")),
    defect(BONUS, "Azubis bekommen nichts", "Azubis brauchen erst sechs Monate", ("KB025", "sechs Monate")),
    defect(BONUS, "      Mehr steht [im Portal]", "      Bis 2030 steht mehr [im Portal]", ("KB025", "Bis 2030")),
    defect(THANKS, "Gern, das mache ich.", "Das kostet 3 Euro.", ("KB025", "3 Euro")),
    defect(COST, "Bei {module} gilt: {value}.", "Bei {module} gilt: {value} für zwei Wochen.", ("KB025", "zwei Wochen")),
    # matching
    defect(AMOUNT, '"sag mir amount bitte"', '"Sag mir COST, bitte!"', ("KB030", f"{COST}|sag mir cost")),
    defect(BONUS, '["was bringt mir das netto"]', '["wie früh muss ich dran sein?"]', ("KB030", "asks: {de:")),
    defect(VAKUUM, "de: [Vakuumtechnik, Vakuumkurs]", "de: [Vakuumtechnik, BONUS]", ("KB031", "BONUS")),
    defect(AMOUNT, '"amount (von|zu) <art> {topic}"', '"amount (von|zu <art> {topic}"', ("KB032", "(von|zu <")),
    defect(AMOUNT, "<art> {topic}\"]\n  en", "<artikel> {topic}\"]\n  en", ("KB032", "<artikel>")),
    defect(AMOUNT, "{topic}\"]\n  en", "{thema}\"]\n  en", ("KB032", "{thema}")),
    defect(AMOUNT, '"amount (von|zu) <art> {topic}"', f'"x {"(a|b)" * 30}"', ("KB033", "(a|b)")),
    defect(AMOUNT, '"nicht amount"', '"frag nach amount"', ("KB034", 'de: ["frag nach amount"]\n  en: ["not')),
    defect(BONUS, "    title: {de: Vorlauf, en: Lead time}\n", "", ("KB035", "  lead_time:")),
    defect(BONUS, "  changes:\n", "  chances:\n", ("KB035", "  chances:")),
    defect(AMOUNT, '"amount (von|zu) <art> {topic}"', '"[amount] [von]"', ("KB036", "[amount] [von]")),
    defect(AMOUNT, '"frag nach amount"', '"frag (nach|mal) amount"', ("KB032", "frag (nach|mal)")),
    # answers
    defect(PRAEMIE, "  overview:\n", "  what_it_is:\n", ("KB040", "answers:"), ("KB035", "what_it_is:")),
    defect(BONUS, LAND, "Das Land zahlt {rat}.", ("KB041", "{rat}")),
    defect(BONUS, "Grundlage ist {rule}.", "Grundlage ist {rule}, {bonas.rate}.",
           ("KB041", "{bonas.rate}")),
    defect(BONUS, "Grundlage ist {rule}.", "Grundlage ist {rule:x}.", ("KB041", "{rule:x}")),
    defect(BONUS, "Grundlage ist {rule}.", "Grundlage {ist {rule}.", ("KB041", "{ist {rule}")),
    defect(BONUS, "Größe des Betriebs: {sizes}", "Größe des Betriebs: {sizes}.", ("KB041", "{sizes}.")),
    defect(KURSE, "    list: {area: modules, where: {format: [on_site]}, max_days: 5}\n", "",
           ("KB041", "de: \"Diese"), ("KB041", "en: \"These")),
    defect(COST, "Bei {module} gilt: {value}.", "Bei {module} gilt etwas.", ("KB041", "gilt etwas")),
    defect(COST, "Bei {module} gilt: {value}.", "Bei {kurs} gilt: {value}.", ("KB041", "{kurs}")),
    defect(THANKS, "Gern, das mache ich.", "Gern, {name}.", ("KB041", "{name}")),
    defect(BONUS, "The state pays {rate}.", "The state pays.", ("KB042", "The state pays.")),
    defect(BONUS, LAND, "Das Land zahlt {rate}, früher {before.rule}.",
           ("KB043", "{before.rule}")),
    defect(BONUS, "Stellen Sie den Antrag {lead:dat}", "Seit {lead.from}: {lead:dat}", ("KB042", "Apply {lead} before.")),
    defect(BONUS, "Mehr steht [im Portal]", "Mehr <b>steht</b> [im Portal]",
           ("KB044", "<b>steht"), ("KB044", "<b>steht")),
    defect(THANKS, "Gern, das mache ich.", "Gern <!channel>", ("KB044", "<!channel>")),
    defect(BONUS, "Mehr steht [im Portal](", "Mehr steht [](", ("KB044", "Mehr steht [](")),
    defect(BONUS, "[im Portal](https://example.org/bonus)", "im Portal https://example.org/bonus",
           ("KB044", "im Portal https://example.org/bonus")),
    defect(BONUS, "[im Portal](https://example.org/bonus)", "[im Portal](example.org/bonus)",
           ("KB026", "[im Portal](example.org/bonus)")),
    defect(BONUS, "Der Bonus ist ein", "Kurz gesagt: " * 240 + "Der Bonus ist ein", ("KB045", "Kurz gesagt")),
    # tests
    defect(BONUS, '"erzähl mir vom landesbonus"], no: ["wie viel gibt es"', '"erzähl mir davon"], no: ["Erzähl mir davon!"',
           ("KB063", "erzähl mir davon")),
    defect(BONUS, '"zahlt das land alles"', '"Was ist das mit dem Bonus?"', ("KB063", "Was ist das mit dem Bonus?")),
]  # fmt: skip


def test_good_content_has_no_finding_at_all(small):
    assert check_content(small, TODAY) == []


def test_more_than_forty_defects_are_tried():
    assert len(DEFECTS) >= 40
    assert len({code for param in DEFECTS for code, _ in param.values[3]}) >= 33


def _line(files, file, words):
    if "|" in words and words.split("|")[0].endswith(".yaml"):
        file, words = words.split("|")
    text = files[file]
    assert words in text, words
    return file, text[: text.index(words)].count("\n") + 1


@pytest.mark.parametrize(("file", "old", "new", "found"), DEFECTS)
def test_a_seeded_defect_is_found_in_its_line_and_nothing_else_is(small, file, old, new, found):
    files = dict(SMALL_TREE)
    assert old in files[file], old
    files[file] = files[file].replace(old, new, 1)
    write_tree(small, files)
    wanted = sorted((code, *_line(files, file, words)) for code, words in found)
    errors = [problem for problem in check_content(small, TODAY) if problem.severity == "error"]
    assert sorted((problem.code, problem.file, problem.line) for problem in errors) == wanted
    assert all(problem.column >= 1 and problem.message and problem.hint for problem in errors)


SHAPE_AND_DEEP = [
    ("unit: EUR, per: course", "unit: EURO, per: course", "KB023"),
    ("team: foerderung", "team: foerderung\ncolour: blue", "KB010"),
    ("team: foerderung", "team: foerderung\nteam: module", "KB003"),
    ("team: foerderung", "tema: foerderung", "KB017"),
    ("unit: EUR, per: course, source: portal", "unit: EUR, per: course", "KB020"),
    ("confidence: two_sources}\n      lead", "confidence: sure}\n      lead", "KB016"),
    ('"Das Land zahlt {rate}.", en: "The state pays {rate}."', '"Das Land zahlt {rate}."', "KB011"),
    ("as_of: 2025", "as_of: lately", "KB016"),
    ("topic: bonus", "topic: Bonus", "KB016"),
    ("gap: true", "gap: yes", "KB005"),
    ("gap: true", "gap: [true]", "KB016"),
]


@pytest.mark.parametrize(
    ("old", "new", "code"), SHAPE_AND_DEEP, ids=[f"{code} {new[-20:]}" for _, new, code in SHAPE_AND_DEEP]
)
def test_a_wrong_shape_hides_no_other_defect_of_its_file_and_makes_up_none(small, old, new, code):
    def errors_with(*replacements):
        text = SMALL_TREE[BONUS]
        for before, after in replacements:
            assert before in text
            text = text.replace(before, after, 1)
        (small / BONUS).write_text(text, "utf-8")
        found = [problem for problem in check_content(small, TODAY) if problem.severity == "error"]
        return sorted((problem.code, problem.message) for problem in found)

    deep = ("contact: ibsh", "contact: ibhs"), ("Das Land übernimmt {rate}", "Das Land übernimmt {rates}, also 60 %,")
    alone, others = errors_with((old, new)), errors_with(*deep)
    assert code in {code for code, _ in alone}
    assert [code for code, _ in others] == ["KB012", "KB025", "KB041"]
    assert errors_with((old, new), *deep) == sorted([*alone, *others])


def test_where_a_whole_block_is_in_doubt_the_finding_says_that_there_may_be_more(small):
    for old, new in (
        ("    facts:\n      rate: {value: 60", "    fatcs:\n      rate: {value: 60"),
        ("same_as:", "answers: {}\nsame_as:"),
    ):
        (small / BONUS).write_text(
            SMALL_TREE[BONUS].replace(old, new, 1).replace("contact: ibsh", "contact: ibhs"), "utf-8"
        )
        problems = check_content(small, TODAY)
        assert {problem.file for problem in problems} == {BONUS}
        assert "KB012" not in {problem.code for problem in problems}
        assert problems[-1].hint.endswith("the rest of this file was not looked at.")


@pytest.mark.parametrize(
    ("file", "old", "new", "day", "found"),
    [
        (BONUS, "", "", date(2027, 4, 22), ("KB028", "rate: {value: 60")),
        (BONUS, "", "", date(2027, 5, 23), ("KB027", "rate: {value: 60")),
        (BONUS, "", "", date(2027, 11, 23), ("KB028", "reviewed: 2026-11-22")),
        (BONUS, "reviewed: 2026-11-22", "reviewed: 2027-11-22", TODAY, ("KB028", "reviewed: 2027-11-22")),
        (BONUS, MORE, "", TODAY, ("KB029", "      rule:")),
        (BONUS, "  - from: 2026-02-02\n", "  - from: 2026-02-02\n    to: 2026-06-30\n", TODAY, ("KB027", "versions:")),
        (BONUS, "# yaml-language-server", "# a comment", TODAY, ("KB018", "# a comment")),
        (IBSH, "", "", date(2027, 11, 23), ("KB028", "source:")),
        (BONUS, "Der Bonus ist", "Garantiert: der Bonus ist", TODAY, ("KB047", "Garantiert")),
        (BONUS, "The bonus is", "You will get it: the bonus is", TODAY, ("KB047", "You will get")),
        (BONUS, "Der Bonus ist", "Der " + "schöne " * 25 + "Bonus ist", TODAY, ("KB046", "schöne")),
        (BONUS, "    sources: [portal]\n", "", TODAY, ("KB048", "  overview:")),
        (COST, "module:\n  field: price", "module:\n  field: entry", TODAY, ("KB049", f"{VAKUUM}|  price:")),
        (AMOUNT, '["frag nach amount", "sag', '["sag', TODAY, ("KB037", 'de: ["sag')),
        (AMOUNT, '"frag nach amount", ', '"frag nach amount", "Frag nach Amount?", ', TODAY, ("KB034", "Frag nach")),
        (BONUS, '"was bringt mir das netto"', '"frag nach amount"', TODAY, ("KB034", "frag nach amount")),
        (BONUS, '"zahlt das land alles"', '"frag nach amount"', TODAY, ("KB061", "frag nach amount")),
        (BONUS, ', "zahlt das land alles"', "", TODAY, ("KB060", "answers:")),
        (THANKS, '{yes: ["bitte thanks"], no', "{no", TODAY, ("KB060", "tests:")),
        (BONUS, '"zahlt das land alles"', '"mail an max@muster.de"', TODAY, ("KB062", "max@muster.de")),
        (BONUS, '"zahlt das land alles"', '"ruf 0431 990522"', TODAY, ("KB062", "0431 990522")),
        (BONUS, "de: [Bonus, Landesbonus]", 'de: [Bonus, "Wie geht das?"]', TODAY, ("KB036", "Wie geht das?")),
        (PRAEMIE, "to: 2021-12-31", "to: 2021-12-31", date(2024, 1, 1), ("KB027", f"{BONUS}|versions:")),
    ],
)
def test_what_only_informs_is_a_notice(small, file, old, new, day, found):
    files = {**SMALL_TREE, file: SMALL_TREE[file].replace(old, new, 1) if old else SMALL_TREE[file]}
    write_tree(small, files)
    problems = check_content(small, day)
    assert not [problem for problem in problems if problem.severity == "error"]
    wanted = (found[0], *_line(files, file, found[1]))
    assert wanted in {(problem.code, problem.file, problem.line) for problem in problems}


def test_a_contact_nobody_names_is_a_notice(small):
    write_tree(small, {"knowledge/contacts/alone.yaml": SMALL_TREE[IBSH].replace("ibsh", "alone")})
    assert [(p.code, p.file, p.severity) for p in check_content(small, TODAY)] == [
        ("KB015", "knowledge/contacts/alone.yaml", "notice")
    ]


def test_time_alone_never_makes_an_error(small):
    day = date(2020, 1, 1)
    while day < date(2031, 1, 1):
        assert not has_errors(check_content(small, day)), day
        day += timedelta(days=211)


# --- Literal figures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "kostet 100 €", "kostet 1.500,50 €", "5000 EUR", "bis 5000 Euro", "€5,000", "EUR 300", "hundert Euro", "3 Mio.",
        "60 %", "60%", "60 Prozent", "zwölf Prozent", "40 per cent", "5 Prozentpunkte", "eine 50-prozentige Förderung",
        "am 1. Januar", "am 1.1.2026", "am 01.02.", "on 2 February 2026", "February 2026", "March 3", "2026-02-01",
        "seit 2024", "in 2025.", "sechs Monate", "6 Monaten", "zwei Wochen", "drei bis fünf Tage", "24 Stunden",
        "mindestens ein Jahr", "nach einem Monat", "dauert ein Jahr",
        "takes a week", "ein halbes Jahr", "half a year", "twelve months", "5-tägig",
        "zweijährige Ausbildung", "6-month course", "20 teaching units", "40 Unterrichtseinheiten", "within a week",
        "one year", "30 ECTS", "5 Credits", "12 Leistungspunkte", "ECTS: 30", "§ 82 SGB III", "§§ 81", "Artikel 12",
        "Section 82", "nach Abs. 3", "250 Beschäftigte", "50 employees", "Note 2,5", "87 Punkte", "anderthalb Jahre",
    ],
)  # fmt: skip
def test_a_figure_in_a_text_is_seen(text):
    assert list(literal_figures(f"Das ist {text} so.")), text


@pytest.mark.parametrize(
    "text",
    [
        "Das Land zahlt {rate} der Kosten.", "nach {lead:dat} Jahren", "{cap:n} €", "Sie arbeiten in Vollzeit.",
        "Ein Jahr ist lang.", "an einem Tag in der Woche", "eine Woche früher als sonst", "Der eine oder andere Tag",
        "IPC-A-610", "ISO 9001", "DIN EN 61340-5-1", "CIS und CIT", "Modul 3", "DQR-Niveau", "Stufe 1", "24/7",
        "[Seite](https://example.org/2026/60%25-3-monate)", "https://example.org/2024/x", "info2024@example.org",
        "Das dauert länger als gedacht.", "zu zweit", "die ersten drei Plätze", "zwei Wege führen dorthin", "one of two",
        "Two ways exist.", "Sie haben die Wahl.", "Reinraum Klasse 5", "Micro Degree", "pro Jahr", "jeden Monat",
        "Meister, Techniker oder Fachwirt", "Das Geld kommt vom Bund.", "Tage und Stunden", "mehrere Monate",
    ],
)  # fmt: skip
def test_what_is_no_figure_is_left_alone(text):
    assert list(literal_figures(text)) == [], text


def test_sentences_are_counted_as_people_read_them():
    text = "Das ist z. B. so, d. h. gut. Ja! Wirklich? [Hier](https://x.y) mehr.\n- eins\n- zwei"
    assert list(sentences_of(text)) == ["Das ist z. B. so, d. h. gut", "Ja", "Wirklich", "Hier mehr", "eins", "zwei"]


# --- Templates -----------------------------------------------------------------------------------------------


def _template(rng, depth=0):
    pieces = []
    for _ in range(rng.randint(1, 3)):
        kind = rng.choice(["word", "word", "one_of", "maybe", "rule", "slot"])
        if kind == "word" or depth > 2:
            pieces.append(rng.choice(["a", "b", "c "]))
        elif kind == "one_of":
            pieces.append(f"({'|'.join(_template(rng, depth + 1) for _ in range(rng.randint(1, 3)))})")
        elif kind == "maybe":
            pieces.append(f"[{'|'.join(_template(rng, depth + 1) for _ in range(rng.randint(1, 2)))}]")
        else:
            pieces.append("<r>" if kind == "rule" else "{topic}")
    return "".join(pieces)


def test_a_template_is_counted_as_it_is_expanded():
    rng = random.Random(7)
    rules = {"r": "(x|y|[z])"}
    counted = 0
    for _ in range(300):
        template = _template(rng)
        count = count_sentences(template, rules)
        if count < 400:
            counted += 1
            assert count == len(expand(template, rules)), template
    assert counted > 200


# --- Anything at all -----------------------------------------------------------------------------------------


def _mutated(text, rng):
    """One careless edit: characters lost, doubled or swapped, lines moved, signs and values put where they hurt."""
    lines = text.split("\n")
    at = rng.randrange(len(lines))
    match rng.randrange(9):
        case 0:
            place = rng.randrange(len(text))
            return text[:place] + text[place + rng.randint(1, 30) :]
        case 1:
            place = rng.randrange(len(text))
            return text[:place] + rng.choice("{}[]:,&*!|>%@`\"'#?-\t\x00äß€\u2028") + text[place:]
        case 2:
            return "\n".join([*lines[:at], *lines[at + 1 :]])
        case 3:
            return "\n".join([*lines[: at + 1], *lines[at:]])
        case 4:
            lines[at] = " " * rng.randint(0, 6) + lines[at].lstrip()
        case 5:
            lines[at] = re.sub(r"[\w.-]+", lambda _: rng.choice(_VALUES), lines[at], count=1)
        case 6:
            words = re.findall(r"[\w.-]+", text)
            return text.replace(rng.choice(words), rng.choice([*_VALUES, rng.choice(words)]), rng.randint(1, 3))
        case 7:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        case _:
            lines[at] = re.sub(r": .*", f": {rng.choice(_VALUES)}", lines[at])
    return "\n".join(lines)


_VALUES = [
    "yes", "null", "~", "0", "-1", "1e9", "99999999999999999999", "0.1", "2026-02-30", "0001-01-01", "9999-12-31", "[]",
    "{}", "[[]]", "{a: {b: c}}", "{min: 1}", "{max: 0}", '""', '" "', "unknown", "{de: x}", "table", "date", "text",
    "{rate}", "'{before.x}'", "x" * 5000, "true", "before", "from", "list", "overview", "bonus", "(a|b", "<r>",
]  # fmt: skip


def test_five_hundred_careless_edits_never_end_in_a_traceback(tmp_path):
    rng = random.Random(20261122)
    names = sorted(SMALL_TREE)
    broken = 0
    write_tree(tmp_path)
    for _ in range(100):
        chosen = rng.sample(names, 5)
        write_tree(tmp_path, {name: _mutated(SMALL_TREE[name], rng) for name in chosen})
        read = read_content(tmp_path)
        checked = judge(read, TODAY)
        broken += checked.content is None
        assert all(isinstance(problem, ContentProblem) for problem in checked.problems)
        assert all(problem.line >= 1 and problem.column >= 1 for problem in checked.problems)
        whole = {
            key: topic for key, topic in read.draft.content.topics.items() if topic.place.file not in read.draft.broken
        }
        content = replace(read.draft.content, topics=whole)
        for topic in whole.values():
            for aspect in topic.answers:
                answer = answer_on(topic, aspect, TODAY)
                for locale in ("de", "en"):
                    render_answer(topic, answer, content, locale, TODAY)
        write_tree(tmp_path, {name: SMALL_TREE[name] for name in chosen})
    assert broken > 60


@pytest.mark.parametrize(
    "piece",
    ["1 ", "1.", "1,000 ", "zwei ", "a ", "(", "[", "[a](", "{", "**", "http://", "§", "a@", "<a ", "&a", "mindestens ein ",
     "1. ", "- ", "you will ", "x", "ein ", ". ", "{a}", "1 bis "],
)  # fmt: skip
def test_no_text_makes_the_check_slow(piece):
    text = (piece * 4000)[:4000]
    started = time.process_time()
    list(literal_figures(text))
    list(sentences_of(text))
    blocks(text)
    assert time.process_time() - started < 0.3


# --- The command ---------------------------------------------------------------------------------------------


def run(folder, *arguments):
    return CliRunner().invoke(
        command_line([]), ["check", "--content", str(folder), "--as-of", "2026-11-22", "--static", *arguments]
    )


def test_the_command_is_silent_about_good_content_and_ends_well(small):
    result = run(small)
    assert result.exit_code == 0
    assert "0 error(s), 0 notice(s), judged as of 2026-11-22" in result.output


def test_the_command_names_place_code_and_hint_and_fails_on_errors(small):
    path = small / BONUS
    path.write_text(path.read_text().replace("contact: ibsh", "contact: ibhs"))
    result = run(small)
    assert result.exit_code == 1
    assert BONUS in result.output
    assert "9:10" in result.output
    assert "KB012" in result.output
    assert "Did you mean `ibsh`?" in result.output


def test_notices_do_not_fail_the_command_and_may_be_left_out(small):
    result = CliRunner().invoke(
        command_line([]), ["check", "--content", str(small), "--as-of", "2029-01-01", "--static"]
    )
    assert result.exit_code == 0
    assert "KB027" in result.output
    result = CliRunner().invoke(
        command_line([]), ["check", "--content", str(small), "--as-of", "2029-01-01", "--no-notices"]
    )
    assert "KB027" not in result.output


def test_the_command_writes_json_lines_and_keeps_to_the_files_named(small):
    for file in (BONUS, VAKUUM):
        path = small / file
        path.write_text(path.read_text().replace("contact: ", "contact: x"))
    lines = [json.loads(line) for line in run(small, "--json").output.splitlines()]
    assert {line["file"] for line in lines} == {BONUS, VAKUUM}
    assert set(lines[0]) == {"file", "line", "column", "code", "message", "hint", "severity"}
    lines = [json.loads(line) for line in run(small, "--json", "knowledge/modules").output.splitlines()]
    assert {line["file"] for line in lines} == {VAKUUM}


def test_the_command_lists_all_codes_and_the_code_uses_no_other():
    listed = {
        line.split()[0] for line in CliRunner().invoke(command_line([]), ["check", "--codes"]).output.splitlines()
    }
    assert listed == set(FINDING_CODES)
    sources = "".join(
        path.read_text("utf-8") for path in (ROOT / "bot").rglob("*.py") if path.name != "finding_codes.py"
    )
    assert set(re.findall(r"\bKB0\d\d\b", sources)) == listed
    tests = "".join((ROOT / "tests" / name).read_text("utf-8") for name in TESTS)
    assert listed <= set(re.findall(r"\bKB0\d\d\b", tests)), "every code has a test"


def test_the_command_says_in_one_sentence_that_a_folder_is_none(tmp_path):
    result = run(tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "LOTSE_CONTENT" in result.output
    assert "Traceback" not in result.output


# --- Seams ---------------------------------------------------------------------------------------------------


def test_further_checks_run_on_content_without_errors_only(small):
    calls = []

    def extra(draft, day):
        calls.append((draft.content.hash, day))
        return [ContentProblem(BONUS, 1, 1, "KB038", "This sentence flips.", "Reword it.")]

    checked = judge(read_content(small), TODAY, [extra])
    assert [problem.code for problem in checked.problems] == ["KB038"]
    assert checked.content is None
    assert len(calls) == 1
    path = small / BONUS
    path.write_text(path.read_text().replace("contact: ibsh", "contact: ibhs"))
    judge(read_content(small), TODAY, [extra])
    assert len(calls) == 1


def test_two_hundred_topics_are_checked_in_a_blink(tmp_path):
    """A part of the aim, a thousand topics in three seconds; computing time, so that a busy machine does not matter."""
    files = dict(SMALL_TREE)
    for number in range(200):
        text = SMALL_TREE[BONUS].replace("topic: bonus", f"topic: bonus_{number}")
        text = text.replace("[Bonus, Landesbonus]", f"[Bonus {number}]").replace(
            "[bonus, state bonus]", f"[bonus {number}]"
        )
        text = re.sub(r'"((?:was|wie|erzähl|zahlt|what|how|tell|does)[^"]*)"', rf'"\1 {number}"', text)
        files[f"knowledge/funding/bonus_{number}.yaml"] = text
    write_tree(tmp_path, files)
    started = time.process_time()
    problems = check_content(tmp_path, TODAY)
    assert time.process_time() - started < 1.5
    assert problems == []


def test_the_command_lists_drafts_and_never_fails_because_of_one(small):
    (small / "drafts").mkdir()
    (small / "drafts" / "bonus.1.yaml").write_text("draft: [", "utf-8")
    for more in ((), ("--static",)):
        result = run(small, *more)
        assert result.exit_code == 0, result.output
        assert "drafts/bonus.1.yaml" in result.output
