"""Who may import whom, and what pure code must not contain. The table is in CONTRIBUTING.md."""

import ast
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bot.model
from bot.trained import AT_QUESTION_TIME

BOT = Path(__file__).parent.parent / "bot"
FACTS = {"content.definitions", "content.facts", "content.validity"}
ALLOWED = {
    "model": {"model"},
    "errors": set(),
    "content": {"model", "errors", "content"},
    "understanding": {"model", "content.definitions", "understanding"},
    "handoff": {"model", "handoff", "content.definitions"},
    "dialogue": {"model", "understanding", "handoff", "dialogue", *FACTS},
    "channels": {"model", "errors", "config", "channels"},
    "channel_looks": {
        "model", "errors", "content.definitions", "handoff", "dialogue", "store", "channels.looking", "worker.desk_trial",
        "worker.room_people",
    },
    "store": {"model", "errors", "config", "store", "handoff"},
    "config": {"errors", "model"},
    "worker": {
        "model", "errors", "config", "content", "understanding", "handoff", "dialogue", "channels.channel", "store", "worker",
    },
    "web": {
        "model", "errors", "config", "check", "content", "understanding", "handoff", "dialogue", "store", "web", "gap_list",
        "gap_groups", "gap_lessons", "drafts",
    },
    "check": {"model", "errors", "content", "understanding", "dialogue", "check"},
    "staff_file": {"model", "errors", "content.characters", "content.yaml_tree"},
    "rehearsal": {"model", "content", "understanding", "dialogue"},
    "trained": {"model", "errors", "check", "content", "understanding"},
    "gap_groups": {"model", "content", "understanding", "dialogue"},
    "gap_list": {"model", "errors", "content", "understanding", "dialogue", "store", "gap_groups"},
    "likeness_findings": {"model", "errors", "content", "understanding"},
    "understood_findings": {"model", "errors", "content", "understanding", "dialogue", "rehearsal", "likeness_findings"},
    "whole_check": {"errors", "check", "content", "trained", "understood_findings"},
    "drafts": {"model", "content", "taught"},
    "gap_lessons": {"model", "errors", "content", "dialogue", "store", "taught"},
    "taught": {
        "model", "errors", "check", "content", "understanding", "dialogue", "rehearsal", "trained", "understood_findings",
    },
}  # fmt: skip
SUBJECTS = re.findall(r"^- ``(\w+)``", bot.model.__doc__, re.MULTILINE)
PURE = ("understanding", "handoff", "dialogue")
IMPURE_MODULES = {
    "asyncio", "datetime.now", "io", "logging", "os", "pathlib", "random", "secrets", "socket", "sqlite3", "structlog",
    "subprocess", "threading", "time", "urllib", "uuid",
}  # fmt: skip


def files(package):
    path = BOT / package
    return sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]


def imports(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_allowed(name, allowed):
    inner = name.removeprefix("bot.")
    parts = inner.split(".")
    return name in ("bot", "bot.__version__") or any(".".join(parts[:depth]) in allowed for depth in (1, 2))


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_it_may(package):
    wrong = []
    for path in files(package):
        modules = {name for name in imports(ast.parse(path.read_text("utf-8"))) if name.split(".")[0] == "bot"}
        for name in sorted(modules):
            is_parent = any(other.startswith(f"{name}.") for other in modules)
            if not is_parent and not is_allowed(name, ALLOWED[package]):
                wrong.append(f"{path.relative_to(BOT)}: {name}")
    assert not wrong


@pytest.mark.parametrize("package", PURE)
def test_pure_code_waits_for_nothing_and_asks_nobody(package):
    wrong = []
    for path in files(package):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.AsyncFunctionDef | ast.Await | ast.AsyncFor | ast.AsyncWith):
                wrong.append(f"{path.name}:{node.lineno} async")
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("now", "today")
            ):
                wrong.append(f"{path.name}:{node.lineno} reads the clock")
        wrong.extend(f"{path.name}: {name}" for name in imports(tree) if name.split(".")[0] in IMPURE_MODULES)
    assert not wrong


def test_model_and_errors_use_the_standard_library_only():
    for path in (*files("model"), *files("errors")):
        names = {name.split(".")[0] for name in imports(ast.parse(path.read_text("utf-8")))}
        assert names - {"bot"} <= {"collections", "dataclasses", "datetime", "typing"}, path.name


def test_a_module_of_the_model_imports_only_those_before_it():
    assert {path.stem for path in files("model")} == {*SUBJECTS, "__init__"}
    for number, subject in enumerate(SUBJECTS):
        before = {f"bot.model.{name}" for name in SUBJECTS[:number]}
        names = imports(ast.parse((BOT / "model" / f"{subject}.py").read_text("utf-8")))
        modules = {".".join(name.split(".")[:3]) for name in names if name.split(".")[0] == "bot"}
        assert modules <= before, subject


def test_the_model_hands_on_every_word_and_nobody_asks_where_it_stands():
    for subject in SUBJECTS:
        module = importlib.import_module(f"bot.model.{subject}")
        imported = {name.rpartition(".")[2] for name in imports(ast.parse(Path(module.__file__).read_text("utf-8")))}
        words = {name: word for name, word in vars(module).items() if name[0] != "_" and name not in imported}
        assert words.items() <= vars(bot.model).items(), subject
    others = (path for path in BOT.rglob("*.py") if path.parent != BOT / "model")
    assert [path.name for path in others if "bot.model." in path.read_text("utf-8")] == []


def test_only_one_module_touches_the_disk_in_content():
    for path in files("content"):
        if path.name != "content_files.py":
            names = {name.split(".")[0] for name in imports(ast.parse(path.read_text("utf-8")))}
            assert not names & {"os", "io", "shutil"}, path.name
            assert "pathlib" not in names or path.name == "read.py", path.name  # which hands the folder on


def test_file_names_are_unique_and_have_a_subject():
    names = [path.name for path in BOT.rglob("*.py") if path.name != "__init__.py" and "migrations" not in path.parts]
    commands = {path.name for path in (BOT / "commands").glob("*.py")}
    outside = [name for name in names if names.count(name) > 1 and name not in commands]
    assert not outside
    assert not {"utils.py", "helpers.py", "common.py", "manager.py", "base.py", "misc.py"} & set(names)


def test_nothing_that_only_reads_what_was_trained_has_a_part_in_the_training():
    package = BOT / "understanding"
    found, waiting = set(), ["training"]
    while waiting:
        module = waiting.pop()
        if module in found:
            continue
        found.add(module)
        imported = imports(ast.parse((package / f"{module}.py").read_text("utf-8")))
        waiting.extend(name.split(".")[2] for name in imported if name.startswith("bot.understanding."))
    assert {path.stem for path in package.glob("*.py")} - {"__init__"} == found | AT_QUESTION_TIME
    assert not found & AT_QUESTION_TIME


@pytest.mark.parametrize(
    ("command", "not_needed"),
    [
        ("ask", {"scipy", "yaml", "sqlalchemy", "starlette", "nio", "aiohttp", "slack_sdk"}),
        ("run", {"nio", "aiohttp", "slack_bolt", "slack_sdk"}),
    ],
)
def test_a_start_with_everything_in_its_cache_imports_only_what_it_needs(command, not_needed):
    shown = f"import sys, bot.commands.{command}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", shown], capture_output=True, text=True, check=True, cwd=BOT.parent)
    assert not not_needed & set(done.stdout.split())
