"""The payloads under ``tests/payloads/slack``."""

import json
from pathlib import Path

from bot.channels.slack.workspace import Workspace
from tests.channels.slack.emulator import BOT_ID, BOT_USER, TEAM

FOLDER = Path(__file__).parents[2] / "payloads" / "slack"
US = Workspace(TEAM, BOT_USER, BOT_ID)


def payload(name: str) -> dict:
    return json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def event(name: str, **changes) -> dict:
    return {**payload(name)["event"], **changes}
