"""Small samples of Slack's drills; ``make drill`` does all of them."""

import pytest

from tests.drills import slack_events, slack_posts
from tests.drills.across_injection import ACROSS_INJECTION
from tests.drills.slack_events import SLACK_EVENTS, SLACK_STALL
from tests.drills.slack_injection import SLACK_INJECTION
from tests.drills.slack_posts import SLACK_POSTS

SEED = 11


def in_whatever_time(drill, counts):
    """What is not as promised, apart from how long it took: that is measured where nothing else runs."""
    return drill.failures({**counts, "late": 0, "slow": 0})


def test_hostile_texts_call_nobody_and_hide_no_host(tmp_path):
    counts = SLACK_INJECTION.run(SLACK_INJECTION.points, SEED, tmp_path)
    assert SLACK_INJECTION.failures(counts) == []
    assert counts["texts"] == 500


def test_hostile_texts_call_nobody_and_hide_no_host_on_the_other_platform(tmp_path):
    counts = ACROSS_INJECTION.run(200, SEED, tmp_path)
    assert ACROSS_INJECTION.failures(counts) == []
    assert counts["texts"] == 200


async def test_posts_that_are_cut_off(slack_emulator):
    slack_emulator.reset()
    counts = await slack_posts.cut_off(slack_emulator, 24, SEED)
    assert SLACK_POSTS.failures(counts) == []
    assert counts["accepted"] > 10
    assert counts["messages"] > 24


async def test_events_that_come_again(slack_emulator, tmp_path):
    counts = await slack_events.delivered(slack_emulator, tmp_path, 120, SEED)
    assert in_whatever_time(SLACK_EVENTS, counts) == []
    assert counts["events"] > 140
    assert {"mentioned", "changed", "deleted", "rated", "unrated", "chose", "signed", "claimed"} <= counts[
        "kinds"
    ].keys()


def test_more_than_one_slow_acknowledgement_in_a_hundred_fails_the_drill_of_a_healthy_database():
    assert [slack_events.too_slow([0.6] * slow + [0.4] * (200 - slow)) for slow in (0, 2, 3, 200)] == [0, 0, 1, 198]
    promised = dict.fromkeys((*SLACK_EVENTS.zero, *SLACK_STALL.zero), 0)
    assert SLACK_EVENTS.failures({**promised, "slow": 1}) == ["slack_events: slow is 1, not 0"]
    assert SLACK_STALL.failures({**promised, "slow": 1}) == []


@pytest.mark.parametrize(("transport", "told"), [("http", "told_to_wait"), ("socket", "not_acknowledged")])
async def test_a_database_that_stands_still(slack_emulator, tmp_path, transport, told):
    counts = await slack_events.delivered(slack_emulator, tmp_path, 40, SEED, transport=transport, stall_s=2.7)
    assert in_whatever_time(SLACK_STALL, counts) == []
    assert counts[told] > 0
