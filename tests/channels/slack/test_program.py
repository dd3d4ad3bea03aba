"""The whole program on Slack: real content, a process of its own, and a kill in the middle of answering."""

from tests.channels.slack.killing import kills
from tests.content.small_tree import write_tree


async def test_a_kill_while_answering_loses_nothing_and_doubles_nothing(tmp_path, slack_emulator):
    content = write_tree(tmp_path / "content")
    counts = await kills(tmp_path, slack_emulator, content, points=1, seed=1)
    assert counts == {"points": 1, "lost": 0, "doubled": 0}
