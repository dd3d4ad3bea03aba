"""Whom a programme is for: what excludes somebody is said first, and nothing is promised that the rules leave open."""

import itertools

import pytest

from bot.content.definitions import Condition, Suits
from bot.content.facts import version_on
from bot.dialogue.answers import compose
from bot.dialogue.eligibility import still_required, verdict
from bot.dialogue.situation import Situation
from bot.dialogue.state import State
from bot.handoff.team_office import TeamOffice
from bot.model import Understanding, Utterance
from tests.conftest import NOW, TODAY


@pytest.fixture
def nobody(trained):
    content = trained.content
    return Situation(State(), Utterance(""), Understanding("de"), content, NOW, "de", TeamOffice(content))


def judged(nobody, topic):
    people = nobody.content.who.values()
    return {who.id: verdict(nobody, topic, (who,)).truth for who in people}


def test_whoever_is_excluded_reads_that_first_whatever_else_they_name(nobody):
    pairs = 0
    for topic in nobody.content.topics.values():
        truths = judged(nobody, topic)
        excluded = [who for who, truth in truths.items() if truth == "no"]
        others = [who for who, truth in truths.items() if truth != "no"]
        for out, other in itertools.product(excluded, others):
            alone = compose(nobody, topic.id, "eligibility", (out,))
            for named in ((out, other), (other, out)):
                both = compose(nobody, topic.id, "eligibility", named)
                assert both.blocks[0] == alone.blocks[0], (topic.id, named)
                pairs += 1
    assert pairs > 300


def test_who_is_carried_on_reads_the_general_text_too_whatever_the_topic(nobody):
    told = 0
    for topic in nobody.content.topics.values():
        general = compose(nobody, topic.id, "eligibility", ())
        for who in nobody.content.who:
            carried = compose(nobody, topic.id, "eligibility", (who,), carried=True)
            assert all(block in carried.blocks for block in general.blocks), (topic.id, who)
            told += bool(carried.people)
    assert told > 300


EMPLOYED = Condition("employment", frozenset({"employee"}), closed=True)
SELF_EMPLOYED = Condition("employment", frozenset({"self_employed"}), frozenset({"civil_servant"}))
LONG = Condition("course_hours", minimum=8)
SMALL = Condition("company_size", maximum=249)
WORKS_HERE, LIVES_HERE = (
    Condition("workplace", refused=frozenset({"SH"})),
    Condition("residence", refused=frozenset({"SH"})),
)


@pytest.mark.parametrize(
    ("suits", "slots", "required"),
    [
        (Suits((EMPLOYED,), "s"), {"employment": "employee"}, ()),
        (Suits((EMPLOYED, LONG), "s"), {"employment": "employee"}, ((LONG,),)),
        (Suits((EMPLOYED, LONG), "s"), {"degree": "none"}, None),
        (Suits((EMPLOYED, LONG), "s"), {}, None),
        (Suits((SELF_EMPLOYED, SMALL), "s"), {"company_size": 20}, None),
        (Suits((SELF_EMPLOYED, SMALL), "s"), {"employment": "self_employed"}, ((SMALL,),)),
        (Suits((SMALL,), "s", ((WORKS_HERE, LIVES_HERE),)), {"company_size": 20}, ((WORKS_HERE, LIVES_HERE),)),
        (Suits((SMALL,), "s", ((EMPLOYED, LIVES_HERE),)), {"company_size": 20, "employment": "employee"}, ()),
        (Suits((SMALL,), "s", ((SELF_EMPLOYED, LONG),)), {"company_size": 20, "employment": "employee"}, None),
    ],
)
def test_an_if_names_only_what_must_hold_and_alternatives_as_such(suits, slots, required):
    assert still_required(suits, slots) == required


def test_alternatives_are_told_in_one_line(nobody):
    topic = nobody.content.topics["hamburger_bonus"]
    assert version_on(topic, TODAY).suits.any_of
    said = verdict(nobody, topic, (nobody.content.who["self_employed"],))
    assert said.truth == "yes"
    lines = [item[0].text for item in said.blocks[1].items]
    assert [line for line in lines if "Arbeitsort" in line] == [line for line in lines if "Wohnort" in line] != []


def test_two_kinds_of_people_who_cannot_be_one_are_judged_apart(nobody):
    topic, who = nobody.content.topics["weiterbildungsbonus"], nobody.content.who
    both = verdict(nobody, topic, (who["apprentice"], who["civil_servant"]))
    assert (both.truth, both.people) == ("no", (who["apprentice"],))
    unclear = verdict(nobody, topic, (who["over_45"], who["part_time"]))
    assert unclear.truth == "unknown"
    assert "Beschäftigte ab 45 Jahren" in as_text_of(unclear)
    assert " und " in as_text_of(unclear)


def as_text_of(said):
    return " ".join(span.text for span in said.blocks[0].spans)


@pytest.mark.parametrize(("aspect", "said"), [("eligibility", True), ("amount", True), ("duration", False)])
def test_what_is_not_known_about_somebody_is_said_where_it_matters(nobody, aspect, said):
    composed = compose(nobody, "aufstiegs_bafoeg", aspect, ("civil_servant",))
    words = [span.text for block in composed.blocks[:1] for span in getattr(block, "spans", ())]
    assert ("liegt mir dazu keine geprüfte Angabe vor" in " ".join(words)) is said
