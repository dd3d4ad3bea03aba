import os
import tempfile
import tracemalloc
from datetime import date, time, timedelta
from decimal import Decimal
from pathlib import Path
from time import process_time

import pytest

from bot.content.content_files import content_hash
from bot.content.definitions import DayException, OpenSlot, Sla, TeamCalendar
from bot.content.read import read_content
from bot.content.yaml_tree import parse_yaml, plain
from bot.errors import ConfigError
from tests.content.small_tree import BONUS, SMALL_TREE, write_tree

NOBODY = 65534
BONUS_FILE = "knowledge/funding/bonus.yaml"


def parsed(text):
    tree, problems = parse_yaml("x.yaml", text.encode() if isinstance(text, str) else text)
    return (plain(tree.root) if tree else None), [(p.line, p.column, p.code) for p in problems]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 60", 60),
        ("a: 1.10", Decimal("1.10")),
        ("a: -3", -3),
        ("a: 12:30", "12:30"),
        ("a: 0431", "0431"),
        ("a: 1e5", "1e5"),
        ("a: 0x1F", "0x1F"),
        ("a: 1_000", "1_000"),
        ("a: 2026-02-02", date(2026, 2, 2)),
        ('a: "2026-02-02"', "2026-02-02"),
        ("a: 2026-02", "2026-02"),
        ("a: true", True),
        ('a: "yes"', "yes"),
        ("a: none", "none"),
        ("a: .inf", ".inf"),
        ("a: 60 %", "60 %"),
        ("a: |\n  one\n  two\n", "one\ntwo\n"),
        ("a: >\n  one\n  two", "one two"),
        ("a: {}", {}),
        ("a: [1, x]", [1, "x"]),
        ("yes: 1\nno: 2\n2026: 3\n~x: 4", {"yes": 1, "no": 2, "2026": 3, "~x": 4}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    ],
)
def test_plain_values_mean_what_they_look_like(text, value):
    found, problems = parsed(text)
    assert problems == []
    wanted = value if isinstance(value, dict) and value else {"a": value}
    assert found == wanted
    assert [type(v) for v in found.values()] == [type(v) for v in wanted.values()]


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a: 1\nb: 2\na: 3", [(3, 1, "KB003")]),
        ("a: yes", [(1, 4, "KB005")]),
        ("a: [on, Off]", [(1, 5, "KB005"), (1, 9, "KB005")]),
        ("a: 2026-02-30", [(1, 4, "KB005")]),
        ("a:\nb: 1", [(1, 3, "KB016")]),
        ("a: ~", [(1, 4, "KB016")]),
        ("a: &x 1", [(1, 4, "KB004")]),
        ("a: *x", [(1, 4, "KB004")]),
        ("a:\n  <<: 1", [(2, 3, "KB004")]),
        ("a: !!python/object:os.system x", [(1, 4, "KB004")]),
        ("a: !x 1", [(1, 4, "KB004")]),
        ("%YAML 1.1\n---\na: 1", [(1, 1, "KB004")]),
        ("a: 1\n---\nb: 2", [(2, 1, "KB004")]),
        ("a: b: c", [(1, 5, "KB002")]),
        ("a: 'x", [(1, 6, "KB002")]),
        ("a: @x", [(1, 4, "KB002")]),
        ("? [a]\n: 1", [(1, 3, "KB002")]),
        ("", [(1, 1, "KB002")]),
        ("# nothing", [(1, 1, "KB002")]),
        ("a:\t1", [(1, 3, "KB009")]),
        ("a: x\x00", [(1, 5, "KB009")]),
        ("a: x\u00a0y", [(1, 5, "KB009")]),
        ("a: x\u202ey", [(1, 5, "KB009")]),
        ("a: 1\nb: u\u0308", [(2, 4, "KB009")]),
        ("\ufeffa: 1", [(1, 1, "KB009")]),
        (b"a: 1\nb: \xfc", [(2, 4, "KB009")]),
        ("a: 1".encode("utf-16"), [(1, 1, "KB009")]),
        ("a: " + "x" * 4001, [(1, 4, "KB008")]),
        ("a: " + "[" * 12 + "]" * 12, [(1, 15, "KB007")]),
        (b"x" * (256 * 1024 + 1), [(1, 1, "KB006")]),
    ],
)
def test_surprises_are_refused_where_they_stand(text, places):
    assert parsed(text)[1] == places


def test_twelve_levels_are_fine():
    assert parsed("a: " + "[" * 11 + "]" * 11)[1] == []


def test_every_value_keeps_its_place():
    tree, _ = parse_yaml("x.yaml", b'a:\n  - {b: 1, c: "two {x} three"}\n  - |\n    first\n    second {y}\n')
    assert tree.mark(("a", 0, "c")) == (2, 15)
    assert tree.mark(("a", 0, "c"), key=True) == (2, 12)
    assert tree.mark_of(("a", 0, "c"), "{x}") == (2, 20)
    assert tree.mark_of(("a", 1), "{y}") == (5, 12)
    assert tree.mark_of(("a", 1), "nowhere") == (3, 5)


def _laughs(levels):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, levels):
        ten = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{ten}]")
    return "\n".join(lines)


BOMBS = [
    *(_laughs(levels) for levels in range(2, 12)),
    *(f"base: &b {{k: v}}\nx:\n  <<: [{', '.join(['*b'] * n)}]" for n in (1, 10, 100, 1_000, 10_000)),
    *("<<: {a: 1}\n" * n for n in (1, 100, 10_000)),
    *("[" * n for n in (13, 1_000, 10_000, 100_000, 262_000)),
    *("[" * n + "]" * n for n in (13, 10_000, 100_000)),
    *("{a: " * n for n in (13, 10_000, 60_000)),
    *("- " * n for n in (13, 10_000, 120_000)),
    *("".join(f"{' ' * depth}a:\n" for depth in range(n)) for n in (13, 100, 600)),
    *("? " * n for n in (13, 10_000)),
    *("a: [\n" * n for n in (13, 10_000)),
    *("!!set " * n + "{}" for n in (1, 1_000)),
    *("a: !!python/object/apply:os.system [x]" for _ in range(1)),
    *("&a " * n + "x" for n in (1, 1_000)),
    *("'" + "x" * n for n in (10, 200_000)),
    *("x" * n for n in (257 * 1024, 10 * 1024 * 1024)),
    *("a: |\n" + "  x\n" * n for n in (60_000,)),
    *("\x00" * n for n in (1, 200_000)),
    *("\t" * n for n in (1, 200_000)),
    "%TAG ! tag:x,2026:\n---\na: 1",
]


def test_fifty_bombs_are_refused_fast_and_with_little_memory(tmp_path):
    assert len(BOMBS) >= 50
    slowest, heaviest = 0.0, 0
    for bomb in BOMBS:
        data = bomb.encode()
        started = process_time()
        _, problems = parse_yaml("x.yaml", data)
        slowest = max(slowest, process_time() - started)
        assert problems, bomb[:40]
        tracemalloc.start()
        parse_yaml("x.yaml", data)
        heaviest = max(heaviest, tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert slowest < 0.1
    assert heaviest < 50 * 1024 * 1024


def test_a_file_of_ten_megabytes_is_not_even_read(small):
    path = small / BONUS_FILE
    with path.open("wb") as file:
        file.truncate(10 * 1024 * 1024)
    result = read_content(small)
    found = [p for p in result.problems if p.file == BONUS_FILE]
    assert [(p.code, p.line) for p in found] == [("KB006", 1)]
    assert "10240 KiB" in found[0].message
    assert result.content is None


def test_good_content_comes_back_whole(small):
    result = read_content(small)
    assert result.problems == ()
    content = result.content
    assert sorted(content.topics) == ["bonus", "kurse", "praemie", "vakuum"]
    bonus = content.topics["bonus"]
    assert [version.start for version in bonus.versions] == [date(2024, 3, 1), date(2026, 2, 2)]
    assert list(bonus.answers) == ["overview", "amount", "changes", "lead_time", "documents"]
    assert bonus.versions[1].facts["cap"].value == 5000
    assert bonus.sources["portal"].as_of == "2026-02-02"
    assert bonus.sources["law"].as_of == "2025"
    assert content.topics["praemie"].sources["archive"].as_of is None
    assert content.topics["vakuum"].module.price is None
    assert content.topics["vakuum"].module.ects == Decimal("2.5")
    assert content.who["apprentice"].slots == {"employment": "apprentice"}
    assert content.steps["start"].level is None
    assert content.teams["foerderung"].sla == Sla(timedelta(hours=2.5), timedelta(hours=6), 3, timedelta(hours=1))
    assert content.teams["module"].sla == Sla()
    assert content.teams["foerderung"].calendar == TeamCalendar(
        week=(
            (OpenSlot(time(8), time(12, 30)), OpenSlot(time(13, 30), time(16, 30))),
            (),
            (OpenSlot(time(9), time(12)),),
            *((),) * 4,
        ),
        holidays="SH",
        exceptions=(
            DayException(date(2024, 12, 24), date(2024, 12, 24), (), yearly=True),
            DayException(date(2026, 12, 28), date(2026, 12, 30), ()),
            DayException(date(2027, 3, 29), date(2027, 3, 29), (OpenSlot(time(10), time(12)),)),
        ),
    )
    assert content.teams["module"].calendar.holidays is None
    assert content.teams["foerderung"].deputy_team == "module"
    assert {team.id: team.relay for team in content.teams.values()} == {"foerderung": "all", "module": "explicit"}
    assert bonus.answers["lead_time"].place.line == 2 + BONUS.splitlines().index("  lead_time:")


def test_the_hash_changes_with_any_byte_and_any_name(small):
    first = read_content(small).content.hash
    assert read_content(small).content.hash == first
    path = small / "knowledge/teams.yaml"
    path.write_text(path.read_text() + "\n")
    assert read_content(small).content.hash != first
    assert content_hash({"a": b"bc"}) != content_hash({"ab": b"c"})


def test_one_broken_file_does_not_hide_findings_in_others(small):
    (small / "knowledge/teams.yaml").write_text("teams: [")
    path = small / BONUS_FILE
    path.write_text(path.read_text().replace("contact: ibsh", "contact: nobody"))
    result = read_content(small)
    assert {(p.file, p.code) for p in result.problems} == {
        ("knowledge/teams.yaml", "KB002"),
        (BONUS_FILE, "KB012"),
    }
    assert result.content is None
    assert "bonus" in result.draft.content.topics


@pytest.mark.parametrize("missing", ["", "knowledge", "intents"])
def test_a_folder_that_is_no_content_folder_is_a_setting_to_correct(tmp_path, missing):
    write_tree(tmp_path / "content")
    folder = tmp_path / "nowhere" if not missing else tmp_path / "content"
    if missing:
        (folder / missing).rename(tmp_path / "elsewhere")
    with pytest.raises(ConfigError, match="LOTSE_CONTENT"):
        read_content(folder)


def test_a_file_instead_of_a_folder_and_a_loop_of_links_are_settings_to_correct(tmp_path):
    (tmp_path / "file").write_text("x")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name in ("file", "loop"):
        with pytest.raises(ConfigError, match="LOTSE_CONTENT"):
            read_content(tmp_path / name)


def test_links_pipes_and_other_oddities_are_findings(small):
    funding = small / "knowledge/funding"
    (funding / "again").symlink_to(small / "knowledge")
    (funding / "loop.yaml").symlink_to(funding / "loop.yaml")
    (funding / "gone.yaml").symlink_to(funding / "nowhere.yaml")
    os.mkfifo(funding / "pipe.yaml")
    (funding / "folder.yaml").mkdir()
    (funding / "old.yml").write_text("a: 1")
    (small / "knowledge/astray.yaml").write_text("a: 1")
    (funding / ".hidden.yaml").write_text("a: 1")
    (funding / "notes.md").write_text("free")
    found = {(p.file.rsplit("/", 1)[-1], p.code) for p in read_content(small).problems}
    assert found == {
        ("again", "KB001"),
        ("loop.yaml", "KB001"),
        ("gone.yaml", "KB001"),
        ("pipe.yaml", "KB001"),
        ("old.yml", "KB015"),
        ("astray.yaml", "KB015"),
    }


@pytest.fixture
def unprivileged():
    """Somebody who may not read everything: root becomes nobody for the time of a test."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    yield
    os.seteuid(before)


@pytest.fixture
def locked():
    """A content folder every user may enter, unlike those of pytest, with one file nobody may read."""
    with tempfile.TemporaryDirectory() as name:
        folder = write_tree(Path(name), SMALL_TREE)
        folder.chmod(0o755)
        (folder / BONUS_FILE).chmod(0)
        yield folder


def test_a_file_without_permission_is_a_finding(locked, unprivileged):
    assert ("KB001", BONUS_FILE) in {(p.code, p.file) for p in read_content(locked).problems}


def test_two_files_of_one_id_are_a_finding(small):
    text = SMALL_TREE["knowledge/modules/vakuum.yaml"]
    write_tree(small, {"knowledge/funding/vakuum.yaml": text.replace("area: modules", "area: funding")})
    found = [(p.file, p.code) for p in read_content(small).problems]
    assert ("knowledge/modules/vakuum.yaml", "KB013") in found
