import os
import re
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.channels.slack.slack_settings import slack_settings
from bot.config import Settings, check_web_access, cookie_secret, load_settings, make_clock
from bot.errors import ConfigError

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / ".env.example"


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch, tmp_path):
    for name in [name for name in os.environ if name.startswith("LOTSE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_every_setting_is_described_and_everything_described_is_a_setting():
    described = set(re.findall(r"^LOTSE_(\w+)=", EXAMPLE.read_text("utf-8"), re.MULTILINE))
    assert described == {name.upper() for name in Settings.model_fields}
    paragraphs = EXAMPLE.read_text("utf-8").split("\n\n")
    assert all(paragraph.startswith("# ") for paragraph in paragraphs)


def test_the_example_file_changes_nothing():
    assert load_settings(EXAMPLE) == load_settings(None)


def test_the_defaults_need_no_file_and_no_environment(tmp_path):
    settings = load_settings()
    assert settings.database_address == f"sqlite:///{Path('data') / 'lotse.db'}"
    assert (settings.host, settings.port, settings.open_access) == ("127.0.0.1", 8420, False)
    assert (settings.content / "knowledge").is_dir()


def test_the_environment_wins_over_the_file(monkeypatch, tmp_path):
    (tmp_path / ".env").write_text("LOTSE_PORT=1\nLOTSE_HOST=::1\nOTHER_PROGRAM=x\n")
    monkeypatch.setenv("LOTSE_PORT", "2")
    settings = load_settings()
    assert (settings.port, settings.host) == (2, "::1")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"LOTSE_PROT": "1"}, "did you mean LOTSE_PORT?"),
        ({"LOTSE_COLOUR_OF_MONEY": "1"}, "see .env.example"),
        ({"LOTSE_PORT": "eight"}, "LOTSE_PORT is not usable"),
        ({"LOTSE_PORT": "70000"}, "LOTSE_PORT is not usable"),
        ({"LOTSE_LOG_LEVEL": "loud"}, "LOTSE_LOG_LEVEL is not usable"),
        ({"LOTSE_CLOCK": "tomorrow"}, "LOTSE_CLOCK is not usable"),
        ({"LOTSE_SECRET": "too short"}, "at least 32 characters"),
        ({"LOTSE_KEEP_GAPS_DAYS": "0"}, "LOTSE_KEEP_GAPS_DAYS is not usable"),
        ({"LOTSE_OPEN_ACCESS": "true", "LOTSE_HOST": "0.0.0.0"}, "lets in everybody"),
        ({"LOTSE_OPEN_ACCESS": "true", "LOTSE_HOST": "lotse.example"}, "lets in everybody"),
        ({"LOTSE_OPEN_ACCESS": "true", "LOTSE_ADDRESS": "https://lotse.example"}, "who can reach lotse.example"),
        ({"LOTSE_ADDRESS": "lotse.example"}, "LOTSE_ADDRESS is not usable"),
        ({"LOTSE_ADDRESS": "ftp://lotse.example"}, "LOTSE_ADDRESS is not usable"),
        ({"LOTSE_ADDRESS": "https://"}, "LOTSE_ADDRESS is not usable"),
        ({"LOTSE_ADDRESS": "https://lotse.example/desk"}, "scheme and host alone"),
        ({"LOTSE_ADDRESS": "https://anna@lotse.example"}, "scheme and host alone"),
        ({"LOTSE_ADDRESS": "https://lotse.example:port"}, "LOTSE_ADDRESS is not usable"),
        ({"LOTSE_ADDRESS": "https://["}, "LOTSE_ADDRESS is not usable"),
        ({"LOTSE_ADDRESS": "http://lotse.example"}, "needs https"),
        ({"LOTSE_SLACK_API": "http://slack.example/api/"}, "LOTSE_SLACK_API is not usable"),
        ({"LOTSE_SLACK_API": "slack.com/api"}, "LOTSE_SLACK_API is not usable"),
    ],
)
def test_a_setting_that_cannot_work_is_named_in_one_sentence(monkeypatch, given, words):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=re.escape(words)) as refused:
        load_settings()
    assert "\n" not in str(refused.value)


def test_a_misspelt_setting_in_the_file_is_found_too(tmp_path):
    (tmp_path / ".env").write_text("LOTSE_HOTS=::1\n")
    with pytest.raises(ConfigError, match="LOTSE_HOST"):
        load_settings()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
def test_open_access_is_for_this_machine_only(monkeypatch, host):
    monkeypatch.setenv("LOTSE_OPEN_ACCESS", "true")
    monkeypatch.setenv("LOTSE_HOST", host)
    check_web_access(load_settings())


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Nobody could sign in"),
        ({"LOTSE_STAFF": "people.yaml"}, "LOTSE_STAFF names people.yaml, which is not there"),
        ({"LOTSE_STAFF": "people.yaml", "LOTSE_OPEN_ACCESS": "true"}, "LOTSE_STAFF names people.yaml"),
        ({"LOTSE_STAFF": "here.yaml", "LOTSE_HOST": "0.0.0.0"}, "set LOTSE_ADDRESS"),
    ],
)
def test_a_start_nobody_could_use_says_what_is_missing(monkeypatch, tmp_path, given, words):
    (tmp_path / "here.yaml").write_text("staff: {}")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=words):
        check_web_access(load_settings())


@pytest.mark.parametrize(
    "given",
    [
        {"LOTSE_STAFF": "here.yaml"},
        {"LOTSE_DATA": "."},
        {"LOTSE_STAFF": "here.yaml", "LOTSE_HOST": "0.0.0.0", "LOTSE_ADDRESS": "https://lotse.example"},
    ],
)
def test_with_people_who_may_sign_in_the_desk_is_served_without_open_access(monkeypatch, tmp_path, given):
    for name in ("here.yaml", "staff.yaml"):
        (tmp_path / name).write_text("staff: {}")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    check_web_access(load_settings())


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, "http://127.0.0.1:8420"),
        ({"LOTSE_HOST": "::1", "LOTSE_PORT": "1"}, "http://[::1]:1"),
        ({"LOTSE_ADDRESS": "https://lotse.example/"}, "https://lotse.example"),
        ({"LOTSE_ADDRESS": "http://localhost:9000"}, "http://localhost:9000"),
    ],
)
def test_links_begin_with_the_address_people_use(monkeypatch, given, address):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert load_settings().own_address() == address


def test_the_secret_is_made_once_kept_private_and_never_shown(monkeypatch, tmp_path):
    settings = load_settings()
    made = cookie_secret(settings)
    assert made == cookie_secret(settings)
    assert len(made) >= 32
    assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600
    monkeypatch.setenv("LOTSE_SECRET", "s" * 40)
    assert cookie_secret(load_settings()) == "s" * 40
    assert "ssss" not in repr(load_settings())


def test_a_data_folder_that_cannot_be_used_is_explained(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LOTSE_DATA", str(tmp_path / "file"))
    with pytest.raises(ConfigError, match="LOTSE_DATA"):
        cookie_secret(load_settings())


@pytest.mark.parametrize(
    ("given", "start"),
    [
        ("2026-11-22", datetime(2026, 11, 22, 11, 0, tzinfo=UTC)),
        ("2026-07-01T08:30", datetime(2026, 7, 1, 6, 30, tzinfo=UTC)),
        ("2026-07-01T08:30+00:00", datetime(2026, 7, 1, 8, 30, tzinfo=UTC)),
    ],
)
def test_the_clock_starts_where_it_is_set_and_runs_on(monkeypatch, given, start):
    monkeypatch.setenv("LOTSE_CLOCK", given)
    clock = make_clock(load_settings().clock)
    first = clock()
    assert 0 <= (first - start).total_seconds() < 60
    assert clock() >= first
    assert first.tzinfo is UTC


def test_without_a_setting_the_clock_shows_the_present():
    assert abs((make_clock()() - datetime.now(UTC)).total_seconds()) < 60


def test_a_damaged_secret_is_not_used(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret").write_text("")
    with pytest.raises(ConfigError, match="damaged"):
        cookie_secret(load_settings())


BOT, APP, SIGNED = "LOTSE_SLACK_BOT_TOKEN", "LOTSE_SLACK_APP_TOKEN", "LOTSE_SLACK_SIGNING_SECRET"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({APP: "xapp-1"}, "LOTSE_SLACK_BOT_TOKEN is missing"),
        ({SIGNED: "secret"}, "LOTSE_SLACK_BOT_TOKEN is missing"),
        ({BOT: "xoxb-1"}, "set LOTSE_SLACK_APP_TOKEN as well"),
        ({BOT: "xoxb-1", APP: "xapp-1", SIGNED: "secret"}, "set one of the two"),
        ({BOT: "xoxp-1", APP: "xapp-1"}, "begins with xoxb-"),
        ({BOT: "xoxb-1", APP: "xoxb-1"}, "begins with xapp-"),
    ],
)
def test_slack_that_is_half_set_up_stops_the_start(monkeypatch, given, words):
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match=re.escape(words)) as refused:
        slack_settings(load_settings())
    assert not any(value in str(refused.value) for value in given.values())


def test_slack_is_reached_one_way_or_not_at_all(monkeypatch):
    assert slack_settings(load_settings()) is None
    monkeypatch.setenv(BOT, "xoxb-1")
    monkeypatch.setenv(APP, "xapp-1")
    assert slack_settings(load_settings()).signing_secret is None
    monkeypatch.delenv(APP)
    monkeypatch.setenv(SIGNED, "secret")
    slack = slack_settings(load_settings())
    assert (slack.app_token, slack.api, slack.agent_view) == (None, "https://slack.com/api/", False)
    assert "xoxb-1" not in repr(slack)
