"""What a message is understood as, on the content that ships. Labels, never scores: those change with every sentence."""

import pytest

from bot.model import Context
from bot.understanding.understand import understand


def best(trained, text, **context):
    found = understand(text, trained.reader, Context(**context))
    return found.candidates[0].label if found.candidates else None


@pytest.mark.parametrize(
    "text",
    [
        "Was zahlt der Weiterbildungsbonus?",
        "was zahlt der weiterbildungsbonus",
        "WAS ZAHLT DER WEITERBILDUNGSBONUS???",
        "Was zahlt der Weiterbildungs-Bonus?",
        "was zahlt der weiterbildungs bonus",
        "was zahlt der weiterbildunsbonus",
        "was zahlt der weiterbildungbonus",
        "  was   zahlt\tder\nWeiterbildungsbonus  ",
    ],
)
def test_spelling_does_not_matter(trained, text):
    assert best(trained, text) == "weiterbildungsbonus.amount"


@pytest.mark.parametrize(
    ("one", "other"), [("Externenprüfung", "Externenpruefung"), ("Aufstiegs-BAföG", "aufstiegsbafoeg")]
)
def test_umlauts_may_be_written_out(trained, one, other):
    assert best(trained, f"Was ist {one}?") == best(trained, f"was ist {other}")
    assert best(trained, f"Was ist {one}?").endswith(".overview")


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Bekomme ich als Azubi den Weiterbildungsbonus?", "apprentice"),
        ("gilt der weiterbildungsbonus auch für auszubildende", "apprentice"),
        ("bekomme ich als Minijobber den Weiterbildungsbonus", "minijob"),
        ("Can apprentices get the training bonus?", "apprentice"),
    ],
)
def test_kinds_of_people_are_found(trained, text, who):
    assert who in understand(text, trained.reader, Context()).who


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Kann ich als Beamter den Hamburger Bonus bekommen?", {"civil_servant"}),
        ("Gibt es den Hamburger Bonus für Hamburger?", {"lives_elsewhere"}),
        ("Bekomme ich ohne Abschluss den Weiterbildungsbonus? Ich bin Azubi.", {"no_degree", "apprentice"}),
    ],
)
def test_all_people_named_are_found_and_no_name_of_a_programme_among_them(trained, text, who):
    assert set(understand(text, trained.reader, Context()).who) == who


def test_the_context_fills_in_the_topic_and_says_so(trained):
    found = understand("und wie beantrage ich den?", trained.reader, Context("de", "weiterbildungsbonus", "amount"))
    assert found.candidates[0].label == "weiterbildungsbonus.application"
    assert found.candidates[0].assumed == ("topic",)
    named = understand(
        "Wie beantrage ich Bildungsurlaub?", trained.reader, Context("de", "weiterbildungsbonus", "amount")
    )
    assert named.candidates[0].topic == "bildungsfreistellung"
    assert named.candidates[0].assumed == ()


def test_several_questions_become_parts_and_one_question_does_not(trained):
    two = understand(
        "Was zahlt der Weiterbildungsbonus? Wie lange dauert die Externenprüfung?", trained.reader, Context()
    )
    assert [part.candidates[0].label for part in two.parts] == [
        "weiterbildungsbonus.amount",
        "externenpruefung.duration",
    ]
    assert understand("Was zahlt der Weiterbildungsbonus?", trained.reader, Context()).parts == ()


def test_years_and_figures_are_found(trained):
    found = understand("Stimmt es, dass der Bonus 2023 noch 40 % und 1.500 € waren?", trained.reader, Context())
    assert (found.years, found.quoted) == ((2023,), ("40%", "1500€"))


@pytest.mark.parametrize("text", ["", " ", "?!", "🙂", "\x00", "\u202e", "..."])
def test_without_words_there_is_nothing_to_understand(trained, text):
    assert understand(text, trained.reader, Context()).candidates == ()


@pytest.mark.parametrize(
    "text", ["der käse fliegt über das wasser", "blub qwrtz plonk", "hölzerne giraffe im kühlschrank", "7 8 9"]
)
def test_what_is_unlike_everything_has_no_sure_answer(trained, text):
    from bot.dialogue.thresholds import SURE

    found = understand(text, trained.reader, Context())
    assert all(c.score < SURE[found.locale] for c in found.candidates if c.kind in ("answer", "aspect"))


def test_candidates_are_ranked_and_bounded_and_the_same_each_time(trained):
    for text in ("Was zahlt der Weiterbildungsbonus?", "wie lange dauert das", "danke"):
        found = understand(text, trained.reader, Context())
        scores = [candidate.score for candidate in found.candidates]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 100 for score in scores)
        assert found == understand(text, trained.reader, Context())


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("danke sehr für die information", "thanks"),
        ("ok danke das wars schon", "thanks"),
        ("thanks that helps a lot", "thanks"),
        ("danke und tschüss dann", "goodbye"),
        ("danke, gilt das auch für teilzeit", None),
        ("ok danke und was ist mit bildungsurlaub", None),
    ],
)
def test_courtesy_is_no_question_about_what_was_spoken_of_and_hides_none(trained, text, intent):
    spoken_of = Context(
        topic="weiterbildungsbonus", aspect="amount", locale="en" if text.startswith("thanks") else "de"
    )
    assert understand(text, trained.reader, spoken_of).candidates[0].intent == intent


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("nein ich meinte die externenprüfung", "externenpruefung.cost"),
        ("nee ich mein den bildungsurlaub", "bildungsfreistellung.cost"),
        ("ne sorry, lötkurs meinte ich", "handloeten.cost"),
        ("No, I meant the upgrading bafög", "aufstiegs_bafoeg.cost"),
    ],
)
def test_who_says_what_they_meant_is_answered_the_same_question_about_that(trained, text, label):
    spoken_of = Context(topic="validierung", aspect="cost", locale="en" if text.startswith("No,") else "de")
    assert understand(text, trained.reader, spoken_of).candidates[0].label == label
