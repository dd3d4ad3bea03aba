"""*Wissen prüfen*: what of a team's knowledge expires, and which questions have no answer."""

from dataclasses import replace
from datetime import date

import pytest

from bot.content.read import read_content
from bot.dialogue.knowledge_review import MOST_GAPS, knowledge_review
from bot.model import AspectId, TopicId, as_text
from tests.content.small_tree import write_tree

DAY = date(2027, 5, 20)
"""Two days before the amounts of the small content have to be compared again."""


@pytest.fixture
def content(tmp_path):
    return read_content(write_tree(tmp_path)).content


def test_what_expires_is_named_with_its_source_and_questions_by_what_they_are_about(content):
    labels = ["bonus.documents", "bonus.amount", "bonus.documents", "vakuum.cost", None]
    text = as_text(knowledge_review([content.teams["foerderung"]], labels, content, DAY, "de"))
    assert text.split("\n\n") == [
        "Wissen prüfen · Förderberatung",
        "In den nächsten 7 Tagen laufen ab; danach werden diese Angaben nicht mehr als aktuell gezeigt:",
        "• Bonus Schleswig-Holstein: 4 Angaben, die erste bis 22. Mai 2027, zu vergleichen mit: "
        "Weiterbilden SH (https://example.org/bonus)",
        "Fragen ohne Antwort, nach dem, worum es wahrscheinlich geht:",
        "• Bonus Schleswig-Holstein: Seite documents: 2 Gruppen\n"
        "• Bonus Schleswig-Holstein: Seite amount: 1 Gruppe\n"
        "• ohne erkanntes Thema: 1 Gruppe",
        "Die Fragen selbst stehen am Desk im Browser unter „Lücken“ und bei lotse gaps. Antworten und Angaben ändert, wer das "
        "Wissen pflegt.",
    ]
    english = as_text(knowledge_review([content.teams["foerderung"]], labels, content, DAY, "en"))
    assert "4 figures, the first until 22 May 2027" in english
    assert "without a known topic: 1 group" in english


def test_where_nothing_is_to_do_it_says_so_and_of_much_it_counts_the_rest(content):
    module = content.teams["module"]
    nothing = as_text(knowledge_review([module], ["bonus.amount"], content, DAY, "de"))
    assert "läuft keine Angabe ab" in nothing
    assert "keine Frage ohne Antwort" in nothing
    labels = [f"bonus.{AspectId(str(number))}" for number in range(MOST_GAPS + 3)]
    many = as_text(knowledge_review([content.teams["foerderung"]], labels, content, date(2026, 11, 22), "de"))
    assert "• und 3 weitere" in many
    one = replace(content.topics["bonus"], team="module")
    both = replace(content, topics={**content.topics, TopicId("bonus"): one})
    said = as_text(knowledge_review(list(content.teams.values()), [], both, DAY, "de"))
    assert said.startswith("Wissen prüfen · Förderberatung, Kursberatung")
    assert said.count("Bonus Schleswig-Holstein") == 1
