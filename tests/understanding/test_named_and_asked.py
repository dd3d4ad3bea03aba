"""A topic that is named and what is asked about it: a course may only be the setting of a question, a programme is its object."""

import pytest

from bot.model import Context
from bot.understanding.understand import understand


def best(trained, text):
    return understand(text, trained.reader, Context()).candidates[0]


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("Ich arbeite in Kiel und will einen Lötkurs machen, gibt es Geld vom Land?", {"handloeten.funding_help"}),
        ("layoutkurs viel zu teuer. foerderung?", {"layouter.funding_help"}),
        (
            "Can my ten years in the clean room count for a degree?",
            {"anrechnung.eligibility", "recognition_overview.work_experience"},
        ),
        (
            "IPC-Zertifikat vorhanden. Rechnet die Hochschule das an?",
            {"anrechnung.creditable", "anrechnung.entitlement"},
        ),
        ("Was lernt man im Lötkurs?", {"handloeten.content"}),
    ],
)
def test_money_and_recognition_outweigh_the_course_that_is_named_beside_them(trained, text, answers):
    found = best(trained, text)
    assert f"{found.topic}.{trained.reader.answers.given(found.topic, found.aspect)}" in answers


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Termine Weiterbildungsbonus", "weiterbildungsbonus"),
        ("dates for the upgrading bafög", "aufstiegs_bafoeg"),
        ("Niveau Bildungsgutschein", "bildungsgutschein"),
        ("validierung termine ihk kiel", "validierung"),
        ("Termine Lötkurs", "handloeten"),
    ],
)
def test_a_name_with_hardly_a_word_besides_is_about_no_other_topic(trained, text, topic):
    found = understand(text, trained.reader, Context())
    assert found.candidates[0].topic == topic
    assert found.named == topic


def test_a_clear_side_without_a_text_is_a_known_gap_of_the_topic_that_is_named(trained):
    found = best(trained, "Niveau Bildungsgutschein")
    assert found.label == "bildungsgutschein.level"
    assert "level" not in trained.reader.answers.of_topic("bildungsgutschein")


def test_two_sides_that_one_text_answers_are_one_guess(trained):
    found = understand("Termine Weiterbildungsbonus", trained.reader, Context())
    given = [(c.topic, trained.reader.answers.given(c.topic, c.aspect)) for c in found.candidates if c.kind == "answer"]
    assert given[0] == ("weiterbildungsbonus", "deadline")
    assert len(set(given)) == len(given)


@pytest.mark.parametrize("text", ["Was kostet ein Haus?", "wie hoch ist das"])
def test_where_no_topic_is_called_by_its_name_none_is_said_to_be(trained, text):
    assert understand(text, trained.reader, Context()).named is None
