import pytest

from tests.channels.slack.emulator import running_emulator


@pytest.fixture(scope="session")
def slack_emulator(node_tools):
    """Slack's Web API, emulated in a process of its own."""
    with running_emulator(node_tools) as emulator:
        yield emulator
