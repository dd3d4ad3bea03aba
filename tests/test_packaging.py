"""What is shipped: the container set-up, the wheel, the lock files, and the commands the README names."""

import json
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values

from bot.config import check_web_access, load_settings
from tests.program import environment

ROOT = Path(__file__).parent.parent
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
LOCKS = ("requirements.lock", "requirements-test.lock")
SERVER_LOCK = "requirements-synapse.lock"


# --- docker-compose.yml --------------------------------------------------------------------------------------------


def test_the_compose_file_fits_the_specification():
    checker = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*checker, str(ROOT / "docker-compose.yml")], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_services_depend_on_healthy_services_and_use_declared_volumes():
    for name, service in SERVICES.items():
        assert service["healthcheck"]["test"], name
        for other, condition in service.get("depends_on", {}).items():
            assert other in SERVICES
            assert condition["condition"] == "service_healthy"
        assert all(volume.partition(":")[0] in COMPOSE["volumes"] for volume in service.get("volumes", ()))
    used = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", ())}
    assert used == set(COMPOSE["volumes"])


def test_every_variable_is_described_and_every_port_stays_on_this_machine():
    described = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text("utf-8"), re.MULTILINE))
    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text("utf-8")))
    assert {name for name in used - described if not name.startswith("POSTGRES_")} == set()
    ports = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_settings_it_passes_are_accepted(monkeypatch, tmp_path):
    example = dotenv_values(ROOT / ".env.example")
    settings = started_with({**example, "POSTGRES_PASSWORD": "word"}, monkeypatch, tmp_path)
    check_web_access(settings)
    assert settings.database_address == "postgresql+psycopg://lotse:word@127.0.0.1:5432/lotse"
    assert settings.open_access


def test_every_setting_of_the_operators_file_reaches_the_bot_but_for_the_two_that_say_so(monkeypatch, tmp_path):
    example = (ROOT / ".env.example").read_text("utf-8")
    names = set(re.findall(r"^(LOTSE_[A-Z_]+)=", example, re.MULTILINE))
    everywhere = dict.fromkeys([*names, "POSTGRES_PASSWORD"], "set here")
    fixed = {name for name, value in passed(everywhere).items() if value != "set here"}
    fixed &= names
    says_so = re.findall(r"With docker compose it is [^=]*whatever stands here[^=]*\n(LOTSE_[A-Z_]+)=", example)
    assert fixed == set(says_so) == {"LOTSE_DATA", "LOTSE_DATABASE"}
    assert names - passed(everywhere).keys() == set()
    given = {
        "POSTGRES_PASSWORD": "word",
        "LOTSE_OPEN_ACCESS": "false",
        "LOTSE_SLACK_BOT_TOKEN": "xoxb-1",
        "LOTSE_KEEP_CASES_DAYS": "7",
        "LOTSE_LOG_LEVEL": "DEBUG",
    }
    settings = started_with(given, monkeypatch, tmp_path)
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1"
    assert (settings.open_access, settings.keep_cases_days, settings.log_level) == (False, 7, "DEBUG")


def passed(env_file):
    """What the container gets when the operator's ``.env`` says this, by the rules of the compose specification."""
    service = SERVICES["bot"]
    files = [given["path"] for given in service.get("env_file", ())]
    assert all(name == ".env" for name in files)

    def filled(reference):
        name, _, default = reference[1].partition(":")
        assert env_file.get(name) or not default.startswith("?"), name
        return env_file.get(name) or default.removeprefix("-")

    explicit = {name: re.sub(r"\$\{([^}]*)\}", filled, value) for name, value in service["environment"].items()}
    return {**(env_file if files else {}), **explicit}


def started_with(env_file, monkeypatch, folder):
    """The settings of a bot in that container."""
    for name, value in passed(env_file).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(folder)
    return load_settings(None)


def test_the_image_copies_files_that_exist():
    copied = re.findall(r"^COPY (.+) \S+$", SERVICES["bot"]["build"]["dockerfile_inline"], re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []


# --- Lock files ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*LOCKS, SERVER_LOCK])
def test_a_lock_file_pins_everything_with_hashes_and_names_no_address(name):
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    packages = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    assert len(packages) > 20
    for package in packages:
        assert re.match(r"[A-Za-z0-9._-]+(\[[^\]]+\])?==\S+", package), package
        assert "--hash=sha256:" in package, package


def test_the_test_lock_holds_what_runs_at_the_same_versions():
    run, test = ({*re.findall(r"^([a-z0-9._-]+==\S+)", (ROOT / n).read_text("utf-8"), re.MULTILINE)} for n in LOCKS)
    assert run <= test


def test_what_comes_from_npm_is_pinned_with_hashes_and_names_no_address():
    text = (ROOT / "tests" / "node" / "package-lock.json").read_text("utf-8")
    assert "resolved" not in text
    packages = {name: found for name, found in json.loads(text)["packages"].items() if name}
    assert len(packages) > 10
    assert all(found["integrity"].startswith("sha512-") for found in packages.values())
    wanted = json.loads((ROOT / "tests" / "node" / "package.json").read_text("utf-8"))["dependencies"]
    assert wanted == {name: packages[f"node_modules/{name}"]["version"] for name in wanted}


# --- README and Makefile -------------------------------------------------------------------------------------------


def test_every_make_target_the_readme_names_exists_and_is_explained():
    targets = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    texts = (ROOT / "README.md").read_text("utf-8") + (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    named = set(re.findall(r"(?:`|^|&& )make ([a-z-]+)", texts, re.MULTILINE))
    assert {"run", "test"} <= named <= targets


def test_every_command_the_readme_names_exists():
    named = set(re.findall(r"(?:`|^)lotse ([a-z-]+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
    commands = {file.stem.replace("_", "-") for file in (ROOT / "bot" / "commands").glob("*.py")}
    assert named <= commands


# --- The wheel -----------------------------------------------------------------------------------------------------


def test_an_installed_wheel_answers_with_the_shipped_content_from_anywhere(trained, tmp_path):
    source, wheels, place = tmp_path / "source", tmp_path / "wheels", tmp_path / "elsewhere"
    place.mkdir()
    source.mkdir()
    for name in ("bot", "intents", "knowledge"):
        shutil.copytree(ROOT / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(wheels)]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (wheel,) = wheels.glob("*.whl")
    venv.create(tmp_path / "venv", symlinks=True)
    python = tmp_path / "venv" / "bin" / "python"
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    target = ["--no-deps", "--no-index", "--quiet", "--target", str(packages)]
    subprocess.run([sys.executable, "-m", "pip", "install", *target, str(wheel)], check=True, capture_output=True)
    others = Path(pytest.__file__).parent.parent  # what Lotse needs, without the checkout that is installed there
    (packages / "others.pth").write_text(f"import sys; sys.path.append({str(others)!r})\n")
    env = {name: value for name, value in environment().items() if name != "PYTHONPATH"}
    asked = [str(python), "-m", "bot", "ask", "Was zahlt der Weiterbildungsbonus?", "--as-of", "2026-11-22"]
    done = subprocess.run(asked, cwd=place, env=env, capture_output=True, text=True, encoding="utf-8")
    assert (done.returncode, done.stderr) == (0, "")
    assert "60 %" in done.stdout
    where = subprocess.run(
        [str(python), "-c", "import bot; print(bot.__file__)"], cwd=place, env=env, capture_output=True
    )
    assert str(packages) in where.stdout.decode()
    assert list(place.iterdir()) == []
