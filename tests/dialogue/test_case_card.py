"""What a coordinator reads of the conversation before the case: kept turn by turn, judged by the content of today."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dialogue.case_card import card_words
from bot.dialogue.policy import take_turn
from bot.dialogue.remembering import MOST
from bot.dialogue.shown_answers import freshness_of, shown_now
from bot.dialogue.state import State
from bot.model import (
    Candidate,
    CaseContext,
    OpenCase,
    Pressed,
    SentFile,
    ShownAnswer,
    Understanding,
    Utterance,
)
from tests.conftest import NOW
from tests.web.site import small_live

BONUS = Candidate("answer", "weiterbildungsbonus.amount", 95.0, topic="weiterbildungsbonus", aspect="amount")
NEAR = tuple(
    Candidate("answer", f"{topic}.amount", score, topic=topic, aspect="amount")
    for topic, score in (("weiterbildungsbonus", 20.0), ("aufstiegs_bafoeg", 19.0), ("bildungsfreistellung", 18.0))
)
WISH = Candidate("intent", "wants_person", 95.0, intent="wants_person")
CLARIFIED = ("say:weiterbildungsbonus.amount", "say:aufstiegs_bafoeg.amount", "say:bildungsfreistellung.amount")


def understood(*candidates, **more):
    return Understanding("de", candidates, **more)


def context_after(trained, *turns, state=None):
    """What the case opened by the last of these turns is given; a turn is an input, or words with what is understood."""
    state = state or State(locale="de", introduced=True)
    for number, given in enumerate(turns):
        said, found = given if isinstance(given, tuple) else (given, None)
        said = Utterance(said) if isinstance(said, str) else said
        turn = take_turn(state, said, found, trained.content, NOW + timedelta(minutes=number))
        state = turn.state
    (opened,) = [effect for effect in turn.effects if isinstance(effect, OpenCase)]
    return opened.context


def test_the_case_is_given_what_was_understood_of_the_question_and_not_of_the_wish_for_a_person(trained):
    question = ("was gibt es da", understood(*NEAR, about=("weiterbildungsbonus", 44.0), who=("apprentice",)))
    for wish in (("Mensch", understood(WISH)), Pressed("person")):
        context = context_after(trained, question, wish)
        assert context.understood == tuple((guess.label, guess.score) for guess in NEAR)
        assert context.about == ("weiterbildungsbonus", 44.0)
        assert context.offered == CLARIFIED
        assert context.refused == ()


def test_a_wish_that_names_its_subject_is_understood_itself(trained):
    wish = understood(WISH, BONUS, about=("weiterbildungsbonus", 90.0))
    context = context_after(trained, ("etwas anderes", understood(*NEAR)), ("ein Mensch zum Bonus", wish))
    assert context.understood == (("wants_person", 95.0), ("weiterbildungsbonus.amount", 95.0))


def test_what_a_sensitive_message_was_taken_for_stands_on_the_card_after_the_yes(trained):
    rejected = Candidate("intent", "rejected_application", 90.0, intent="rejected_application")
    context = context_after(trained, ("Mein Antrag wurde abgelehnt", understood(rejected)), Pressed("yes"))
    assert context.understood == (("rejected_application", 90.0),)


@pytest.mark.parametrize(
    ("turns", "refused"),
    [
        ((("was gibt es da", understood(*NEAR)), Pressed("none"), Pressed("yes")), CLARIFIED),
        ((("Bonus?", understood(BONUS)), Pressed("not_helpful"), Pressed("yes")), ("say:weiterbildungsbonus.amount",)),
        ((("x", None), ("y", None), Pressed("no"), ("Mensch", understood(WISH))), ("person",)),
    ],
)
def test_what_was_turned_down_is_kept(trained, turns, refused):
    assert context_after(trained, *turns).refused == refused


def test_answers_are_kept_once_each_with_their_moment_and_their_content(trained):
    again = [("Bonus?", understood(BONUS))] * 3
    (shown,) = context_after(trained, *again, Pressed("person")).shown
    assert shown == shown_now(BONUS.label, trained.content, NOW + timedelta(minutes=2), "de")
    assert trained.content.hash.startswith(shown.content)
    many = tuple(ShownAnswer(f"topic{number}.amount") for number in range(MOST))
    state = State(locale="de", introduced=True, shown_before=many)
    kept = context_after(trained, ("Bonus?", understood(BONUS)), Pressed("person"), state=state).shown
    assert [one.label for one in kept] == [*(one.label for one in many[1:]), BONUS.label]


def test_files_refused_before_the_case_are_counted(trained):
    assert context_after(trained, SentFile(), SentFile(), Pressed("person")).files_refused == 2


# --- Judged today ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def content():
    return small_live().content


@pytest.mark.parametrize(
    ("label", "days", "freshness"),
    [
        ("bonus.amount", 0, "valid"),
        ("bonus.amount", 400, "not_valid"),
        ("bonus.documents", 0, "valid"),
        ("gone.amount", 0, "gone"),
        ("bonus", 0, "gone"),
    ],
)
def test_an_answer_that_was_shown_is_judged_by_today(content, label, days, freshness):
    assert freshness_of(shown_now(label, content, NOW, "de"), content, NOW + timedelta(days=days)) == freshness


def test_an_answer_whose_figure_changed_since_says_so_and_one_whose_source_was_only_compared_anew_does_not(content):
    shown = shown_now("bonus.amount", content, NOW, "de")
    topic = content.topics["bonus"]
    (version, *others) = [one for one in topic.versions if one.end is None or one.end >= NOW.date()]
    fact = version.facts["rate"]

    def with_topic(**changed):
        return replace(content, topics={**content.topics, "bonus": replace(topic, **changed)})

    versions = (*(one for one in topic.versions if one not in (version, *others)),)
    other_rate = replace(version, facts={**version.facts, "rate": replace(fact, value=fact.value + 5)})
    assert freshness_of(shown, with_topic(versions=(*versions, other_rate, *others)), NOW) == "changed"
    source = topic.sources[fact.source]
    anew = {**topic.sources, fact.source: replace(source, reviewed=NOW.date())}
    assert freshness_of(shown, with_topic(sources=anew), NOW) == "valid"


def test_an_answer_an_earlier_release_kept_by_its_label_only_is_judged_as_far_as_that_goes(content):
    assert freshness_of(ShownAnswer("bonus.amount"), content, NOW) == "valid"


def test_the_rules_of_the_topic_are_put_to_the_kind_of_person_that_was_named(trained):
    content = trained.content
    context = CaseContext(who=("apprentice", "civil_servant", "gone"))
    for locale, word in (("de", "ausgeschlossen"), ("en", "excluded")):
        fits = card_words(context, "weiterbildungsbonus", content, NOW, locale).fits
        assert any(word in one for one in fits), fits
        assert all("Weiterbilden SH" in one or "http" in one for one in fits), "the source stands beside it"
    assert card_words(context, None, content, NOW, "de").fits == ()
    assert card_words(context, "gone", content, NOW, "de").fits == ()


def test_a_guess_of_nothing_is_none(content):
    context = CaseContext(
        understood=(("weiterbildungsbonus.amount", 0.3), ("afbg.amount", 12.0)), about=("weiterbildungsbonus", 0.4)
    )
    words = card_words(context, None, content, NOW, "de")
    assert words.about is None
    assert [guess.score for guess in words.understood] == [12.0]


def test_the_card_speaks_in_titles_and_survives_content_that_is_gone(trained):
    context = CaseContext(
        (("weiterbildungsbonus.amount", 61.4), ("gone.amount", 3.0)),
        ("weiterbildungsbonus", 44.0),
        "amount",
        ("apprentice", "gone"),
        (shown_now("weiterbildungsbonus.amount", trained.content, NOW, "de"), ShownAnswer("gone.amount")),
        ("say:weiterbildungsbonus.amount", "topic:weiterbildungsbonus"),
        ("say:weiterbildungsbonus.amount", "person"),
    )
    words = card_words(context, "weiterbildungsbonus", trained.content, NOW + timedelta(hours=1), "de")
    title = "Weiterbildungsbonus Schleswig-Holstein"
    assert words.about.title.startswith(f"{title}: ")
    assert words.offered == (title,), "what was turned down stands there once, as that"
    assert [one.partition(":")[0] for one in words.refused] == [title, "mit einem Menschen sprechen"]
    assert [(one.at, one.freshness) for one in words.given] == [("heute, 10:00 Uhr", "valid"), ("", "gone")]
    assert words.who == ("Auszubildende", "gone")
