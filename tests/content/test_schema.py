import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from typer.testing import CliRunner

from bot.__main__ import command_line
from bot.commands.schema import schema_files
from bot.content.editor_schema import SCHEMA_FOLDER, json_schema, modeline
from bot.content.schema import FILE_MODELS, kind_of
from bot.content.shape_findings import keys_at, read_shape
from bot.content.yaml_tree import parse_yaml, plain
from tests.content.small_tree import SMALL_TREE

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("intents", "knowledge")
    for path in (ROOT / folder).glob("**/*.yaml")
    if kind_of(path.relative_to(ROOT).as_posix())
)
BONUS = "knowledge/funding/bonus.yaml"
PRAEMIE = "knowledge/funding/praemie.yaml"
VAKUUM = "knowledge/modules/vakuum.yaml"
LISTS = "intents/_lists.yaml"
AMOUNT = "intents/aspects/amount.yaml"
THANKS = "intents/smalltalk/thanks.yaml"
WHO = "intents/who/apprentice.yaml"
IBSH = "knowledge/contacts/ibsh.yaml"
TEAMS = "knowledge/teams.yaml"


def as_json(value):
    """What an editor's YAML reader would hand to a JSON Schema validator."""
    if isinstance(value, dict):
        return {key: as_json(below) for key, below in value.items()}
    if isinstance(value, list):
        return [as_json(below) for below in value]
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date) else value


@pytest.fixture(scope="module")
def validators():
    return {
        kind: jsonschema.Draft202012Validator(
            json_schema(kind), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
        )
        for kind in FILE_MODELS
    }


def both(name, text, validators):
    """Whether the check and the JSON Schema accept the shape of a file."""
    tree, problems = parse_yaml(name, text.encode())
    assert tree is not None, problems
    kind = kind_of(name)
    shape, _ = read_shape(tree, kind)
    empty = any(problem.code == "KB016" for problem in problems)
    return shape is not None and not empty, validators[kind].is_valid(as_json(plain(tree.root)))


@pytest.mark.parametrize("name", SMALL_TREE)
def test_good_files_pass_the_check_and_the_schema(name, validators):
    assert both(name, SMALL_TREE[name], validators) == (True, True)


def test_all_shipped_files_are_judged_alike_by_check_and_schema(validators):
    disagreed = []
    for name in SHIPPED:
        text = (ROOT / name).read_text("utf-8")
        tree, _ = parse_yaml(name, text.encode())
        if tree is not None:
            check, schema = both(name, text, validators)
            if not (check and schema):
                disagreed.append((name, check, schema))
    assert disagreed == []


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (BONUS, "team: foerderung", "teem: foerderung"),
        (BONUS, "area: funding", "area: money"),
        (BONUS, "area: funding", "area: funding\nkind: thing"),
        (BONUS, "topic: bonus", "topic: Bonus"),
        (BONUS, "topic: bonus", "topic: 7"),
        (BONUS, "contact: ibsh\n", ""),
        (BONUS, "{de: Bonus Schleswig-Holstein, en: Bonus of Schleswig-Holstein}", "Bonus"),
        (BONUS, "title: {de: Bonus Schleswig-Holstein, en:", "title: {de: Bonus Schleswig-Holstein, fr:"),
        (BONUS, "de: [Bonus, Landesbonus]", "de: Bonus"),
        (BONUS, "de: [Bonus, Landesbonus]", "de: []"),
        (BONUS, "de: [Bonus, Landesbonus]", "de: [2026]"),
        (BONUS, "as_of: 2026-02-02", "as_of: yesterday"),
        (BONUS, "as_of: 2026-02-02", "as_of: 2026-13"),
        (BONUS, "as_of: 2025", "as_of: 25"),
        (BONUS, "as_of: 2026-02-02", 'as_of: "2026-02-31"'),
        (BONUS, "as_of: 2026-02-02", 'as_of: "0000-01"'),
        (BONUS, "from: 2024-03-01", "from: 0001-01-01"),
        (BONUS, "from: 2024-03-01", 'from: "2024-02-30"'),
        (BONUS, "to: 2026-02-01", "to: 9999-12-31"),
        (BONUS, "reviewed: 2026-11-22", "reviewed: 9999-12-31"),
        (BONUS, "- [{min: 500}, 25]", "- []"),
        (BONUS, "reviewed: 2026-11-22", "reviewed: 2026"),
        (BONUS, "reviewed: 2026-11-22", 'reviewed: "soon"'),
        (BONUS, "kind: statute", "kind: rumour"),
        (BONUS, "from: 2024-03-01", "from: 1.3.2024"),
        (BONUS, "unit: percent, source", "unit: procent, source"),
        (BONUS, "unit: percent, source", "source"),
        (BONUS, "source: portal, confidence: one_source}\n      cap", "confidence: one_source}\n      cap"),
        (BONUS, "confidence: two_sources}\n      lead", "confidence: sure}\n      lead"),
        (BONUS, "per: course", "per: trip"),
        (BONUS, "value: 60", "value: true"),
        (BONUS, "value: 60", "value: [60]"),
        (BONUS, "value: {min: 3, max: 6}", "value: {from: 3, to: 6}"),
        (BONUS, "value: {min: 3, max: 6}", "value: {}"),
        (BONUS, "value: {min: 3, max: 6}", 'value: {min: "3", max: 6}'),
        (BONUS, "value: {min: 3, max: 6}", "value: {de: drei}"),
        (BONUS, "      rate: {value: 60", "      Rate: {value: 60"),
        (BONUS, "title: {de: Anteil, en: share}, unit: percent", "title: {de: Anteil, en: share}"),
        (BONUS, "- [{min: 500}, 25]", "- 25"),
        (BONUS, "- [{min: 500}, 25]", "- [{more: 500}, 25]"),
        (BONUS, "workplace: [SH]", "workplace: SH"),
        (BONUS, "workplace: [SH]", "workplace: []"),
        (BONUS, "workplace: [SH]", "workplace: {}"),
        (BONUS, "course_hours: {min: 16}", "course_hours: {min: many}"),
        (BONUS, "course_hours: {min: 16}", "course_hours: {min: 16, is: [SH]}"),
        (BONUS, "{is: [employee], not: [self_employed, apprentice]}", "{is: employee}"),
        (BONUS, "any: [{degree: [vocational]}, {work_years: {min: 4.5}}]", "any: [{degree: [vocational]}]"),
        (BONUS, "any: [{degree: [vocational]}, {work_years: {min: 4.5}}]", "any: {degree: [vocational]}"),
        (BONUS, "{degree: [vocational]}, {work", "{degree: [vocational], workplace: [SH]}, {work"),
        (BONUS, "      source: portal\n      employment", "      employment"),
        (BONUS, "kind: grant", "kind: gift"),
        (BONUS, "of: course_cost, ", ""),
        (BONUS, "  overview:\n", "  about:\n"),
        (BONUS, "next: [amount, praemie, vakuum.overview]", "next: amount"),
        (BONUS, "next: [amount, praemie, vakuum.overview]", "next: [a.b.c]"),
        (BONUS, "    gap: true", "    gap: 1"),
        (BONUS, "    gap: true", '    gap: "true"'),
        (BONUS, 'de: ["was bringt mir das netto"]\n      en:', "en:"),
        (BONUS, 'plain: {de: "Das Land zahlt {rate}.", en:', "plain: {en:"),
        (BONUS, 'yes: ["was ist das mit dem bonus"', 'maybe: ["was ist das mit dem bonus"'),
        (BONUS, "same_as: {coverage: amount}", "same_as: [coverage]"),
        (PRAEMIE, "ended: 2021-12-31", "ended: long ago"),
        (PRAEMIE, "instead: [bonus]", "instead: []"),
        (PRAEMIE, "instead: [bonus]", "instead: bonus"),
        (VAKUUM, "  price: unknown\n", ""),
        (VAKUUM, "  price: unknown\n", "  price: free\n"),
        (VAKUUM, "  price: unknown\n", "  price: 100\n"),
        (VAKUUM, "  days: 5", "  days: 0"),
        (VAKUUM, "  days: 5", "  days: five"),
        (VAKUUM, "  ects: 2.5", '  ects: "2.5"'),
        (VAKUUM, "format: [on_site, full_time]", "format: on_site"),
        (VAKUUM, "format: [on_site, full_time]", "format: [somewhere]"),
        (VAKUUM, "language: [de]", "language: [fr]"),
        ("knowledge/modules/kurse.yaml", "{format: [on_site]}", "{}"),
        ("knowledge/modules/kurse.yaml", "max_days: 5", "max_days: -1"),
        (LISTS, "kind: number", "kind: amount"),
        (LISTS, "    kind: choice\n", ""),
        (LISTS, "      SH: {title", "      S H: {title"),
        (LISTS, "at_least:", "at_leest:"),
        (LISTS, "de: [[zuschuss, förderung]]", "de: [zuschuss]"),
        (LISTS, "de: [[zuschuss, förderung]]", "de: [[zuschuss]]"),
        (LISTS, 'de: {art: "[der|die|das]"}', "de: [art]"),
        (AMOUNT, "areas: [funding, modules]", "areas: []"),
        (AMOUNT, "areas: [funding, modules]", "areas: [money]"),
        (AMOUNT, "examples:", "samples:"),
        ("intents/aspects/cost.yaml", "field: price", "field: prize"),
        ("intents/aspects/cost.yaml", "  known:", "  known_as:"),
        (THANKS, "about: For the people who edit\n", ""),
        (THANKS, "kind: smalltalk", "kind: chat"),
        (THANKS, 'reply:\n  de: ["Gern, das mache ich."]', "reply:\n  de: Gern"),
        (WHO, "slots: {employment: apprentice}", "slots: [apprentice]"),
        (WHO, "slots: {employment: apprentice}", "slots: {employment: true}"),
        (IBSH, 'phone: "0431 9905-2222"', "phone: 43199052222"),
        (IBSH, "email: ibsh@example.org", "email: ibsh"),
        (IBSH, "about:", "abuot:"),
        (TEAMS, "module:\n    name: {de: Kursberatung, en: Course advice}", "module: Kursberatung\n  other:"),
        (TEAMS, "teams:", "team:"),
        (TEAMS, '    hours: {tue: ["08:00-16:00"]}\n', ""),
        (TEAMS, 'hours: {tue: ["08:00-16:00"]}', "hours: {}"),
        (TEAMS, 'tue: ["08:00-16:00"]', "tue: []"),
        (TEAMS, 'tue: ["08:00-16:00"]', 'tue: "08:00-16:00"'),
        (TEAMS, 'tue: ["08:00-16:00"]', 'Tuesday: ["08:00-16:00"]'),
        (TEAMS, '["08:00-16:00"]', '["8-16"]'),
        (TEAMS, '["08:00-16:00"]', '["08:00-24:00"]'),
        (TEAMS, '["08:00-16:00"]', '["08:60-16:00"]'),
        (TEAMS, '["08:00-16:00"]', "[8]"),
        (TEAMS, "holidays: none", "holidays: BY"),
        (TEAMS, "date: 12-24", "date: 13-24"),
        (TEAMS, "date: 12-24", "date: 24.12."),
        (TEAMS, "date: 12-24", "date: 1224"),
        (TEAMS, "from: 2026-12-28", "from: 12-28"),
        (TEAMS, "closed: true}", "closed: false}"),
        (TEAMS, "closed: true}", "closed: 1}"),
        (TEAMS, "closed: true}", "open: true}"),
        (TEAMS, "first_hours: 2.5", "first_hours: 0"),
        (TEAMS, "first_hours: 2.5", "first_hours: 401"),
        (TEAMS, "first_hours: 2.5", 'first_hours: "2"'),
        (TEAMS, "solution_days: 3", "solution_days: 2.5"),
        (TEAMS, "solution_days: 3", "solution_days: 0"),
        (TEAMS, "solution_days: 3", "solution_days: 251"),
        (TEAMS, "{first_hours: 2.5, next_hours: 6, solution_days: 3}", "{}"),
        (TEAMS, "lead_after_hours: 1", "lead_after_hours: -1"),
        (TEAMS, "deputy_team: module", "deputy_team: [module]"),
        (TEAMS, "relay: explicit", "relay: never"),
        (TEAMS, "relay: explicit", "encrypted_only: perhaps"),
        (TEAMS, "relay: explicit", "calendars: [../x.ics]"),
        (TEAMS, "relay: explicit", "calendars: [x.yaml]"),
        (TEAMS, "relay: explicit", "calendars: []"),
        ("knowledge/pathways.yaml", "level: 4", "level: four"),
        ("knowledge/pathways.yaml", "requires: [start]", "requires: start"),
        ("knowledge/pathways.yaml", "level: 4", "level:"),
    ],
)
def test_defects_of_shape_fail_the_check_and_the_schema(name, old, new, validators):
    text = SMALL_TREE[name]
    assert old in text
    assert both(name, text.replace(old, new, 1), validators) == (False, False)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (BONUS, "as_of: 2026-02-02", "as_of: 2026-02"),
        (BONUS, "as_of: 2026-02-02", "as_of: undated"),
        (BONUS, "from: 2024-03-01", 'from: "2024-03-01"'),
        (BONUS, "value: 60", "value: 59.5"),
        (BONUS, "value: 60", "value: 2026-01-01"),
        (BONUS, "value: 60", "value: sixty"),
        (BONUS, "value: {min: 3, max: 6}", "value: {max: 6}"),
        (VAKUUM, "  days: 5", "  days: unknown"),
        (VAKUUM, "  ects: 2.5", "  ects: 3"),
        (WHO, "slots: {employment: apprentice}", "slots: {}"),
        (WHO, "slots: {employment: apprentice}", "slots: {course_hours: 16}"),
        (IBSH, "email: ibsh@example.org\n", ""),
        (TEAMS, "holidays: none", "holidays: SH"),
        (TEAMS, "date: 12-24", "date: 02-29"),
        (TEAMS, "date: 12-24", 'date: "2026-12-24"'),
        (TEAMS, "first_hours: 2.5", "first_hours: 3"),
        (TEAMS, '["9:00–12:00"]', '["9:00 - 12:00", "12:00-13:00"]'),
    ],
)
def test_what_may_be_written_passes_the_check_and_the_schema(name, old, new, validators):
    assert both(name, SMALL_TREE[name].replace(old, new, 1), validators) == (True, True)


def test_every_key_has_a_description_for_the_editor():
    bare = []

    def walk(schema, where):
        for key, below in schema.get("properties", {}).items():
            if not below.get("description"):
                bare.append(f"{where}.{key}")
        for name, below in schema.get("$defs", {}).items():
            walk(below, name)

    for kind in FILE_MODELS:
        walk(json_schema(kind), kind)
    assert bare == []


def test_the_schemas_beside_the_content_are_those_the_code_writes():
    folder = ROOT / SCHEMA_FOLDER
    committed = {path.name: path.read_text("utf-8") for path in folder.glob("*.json")}
    assert committed == schema_files(), "run `lotse schema` and commit what it writes"
    for text in committed.values():
        jsonschema.Draft202012Validator.check_schema(json.loads(text))


@pytest.mark.parametrize("name", sorted(SMALL_TREE))
def test_the_modeline_leads_to_the_schema(name):
    line = modeline(name)
    path = line.partition("$schema=")[2]
    assert ((ROOT / name).parent / path).resolve() == ROOT / SCHEMA_FOLDER / f"{kind_of(name)}.json"
    assert modeline("knowledge/elsewhere.yaml") is None


def test_the_keys_that_are_possible_are_known_at_any_depth():
    assert "confidence" in keys_at("topic", ("versions", 0, "facts", "rate"))
    assert keys_at("topic", ("answers", "amount", "plain")) == ("de", "en")
    assert keys_at("topic", ("versions", 0, "suits", "age")) == ("is", "not", "min", "max")
    assert "at_least" in keys_at("lists", ("slots", "age"))
    assert keys_at("topic", ("nowhere", 3)) == ()


def test_the_command_writes_schemas_and_repairs_modelines(small):
    runner = CliRunner()
    one, two, three = (small / name for name in (BONUS, PRAEMIE, VAKUUM))
    one.write_text(one.read_text().replace("../.schemas/topic.json", "../../schemas/topic.json"))
    two.write_text(two.read_text().partition("\n")[2])
    untouched = three.read_bytes()
    result = runner.invoke(command_line([]), ["schema", "--content", str(small), "--fix-modelines"])
    assert result.exit_code == 0
    assert "2 modeline(s)" in result.output
    assert sorted(path.name for path in (small / SCHEMA_FOLDER).iterdir()) == sorted(schema_files())
    for name in (BONUS, PRAEMIE):
        assert (small / name).read_text() == SMALL_TREE[name]
    assert three.read_bytes() == untouched
