"""How evidence becomes probabilities, on the content that ships: what must hold whatever the learnt weights are."""

import numpy as np
import pytest

from bot.model import Context
from bot.understanding.evidence import gather
from bot.understanding.learning import Corpus
from bot.understanding.normalize import tokens
from bot.understanding.reader import question_of
from bot.understanding.understand import understand
from bot.understanding.weighing import KINDS, WEIGHTS, probabilities, readings

QUESTIONS = ("Was zahlt der Weiterbildungsbonus?", "wer zahlt meinen kurs", "danke", "blub qwrtz", "und für azubis")


def weighed(trained, text):
    local = trained.reader.locales["de"]
    question = question_of(text, local, frozenset(trained.reader.overviews.values()))
    return readings(gather(question, trained.reader, local), trained.reader, local)


@pytest.mark.parametrize("text", QUESTIONS)
def test_all_readings_of_a_question_share_one_certainty(trained, text):
    found, table = weighed(trained, text)
    odds = probabilities(table @ WEIGHTS)
    assert table.shape == (len(found), len(KINDS))
    assert np.isfinite(table).all()
    assert odds.sum() == pytest.approx(1, abs=1e-4)
    assert len({reading.label for reading in found}) == len(found)
    assert sum(1 for reading in found if reading.label == "") == 1  # nothing of ours is always a reading


def test_each_kind_of_evidence_stands_in_readings_of_its_own_kind_only(trained):
    found, table = weighed(trained, "Was zahlt der Weiterbildungsbonus?")
    for reading, row in zip(found, table, strict=True):
        kinds = {KINDS[place] for place in np.flatnonzero(row)}
        assert ("nothing" in kinds) == (reading.label == "")
        assert ("any_intent" in kinds) == (reading.intent is not None)


def test_what_was_learnt_makes_sense():
    weights = dict(zip(KINDS, WEIGHTS, strict=True))
    for kind in ("topic", "named", "goes_on", "side_margin", "asked_in_full", "said", "intent_margin"):
        assert weights[kind] > 0, kind
    assert weights["despite_topic"] < 0


def test_words_nobody_knows_speak_for_nothing_of_ours(trained):
    ours = understand("Was zahlt der Weiterbildungsbonus?", trained.reader, Context())
    strange = understand("schrumpelige giraffen zwitschern quadratisch", trained.reader, Context())
    assert ours.elsewhere < 5 < strange.elsewhere
    assert ours.about[0] == "weiterbildungsbonus"
    assert ours.about[1] >= ours.candidates[0].score


@pytest.mark.parametrize(
    ("text", "context", "label"),
    [
        ("und beim Bildungsurlaub?", ("weiterbildungsbonus", "deadline"), "bildungsfreistellung.deadline"),
        ("Bildungsurlaub?", (None, None), "bildungsfreistellung.overview"),
        ("und bis wann?", ("bildungsfreistellung", "amount"), "bildungsfreistellung.deadline"),
        ("und für azubis?", ("weiterbildungsbonus", "amount"), "weiterbildungsbonus.amount"),
        ("und für azubis?", ("weiterbildungsbonus", "deadline"), "weiterbildungsbonus.eligibility"),
        ("wie viel davon muss ich zurückzahlen", ("aufstiegs_bafoeg", "amount"), "aufstiegs_bafoeg.repayment"),
    ],
)
def test_a_follow_up_keeps_what_it_does_not_say(trained, text, context, label):
    topic, aspect = context
    assert understand(text, trained.reader, Context("de", topic, aspect)).candidates[0].label == label


def test_a_topic_named_once_is_meant_by_every_part(trained):
    found = understand(
        "Wie viel gibt es und wo stelle ich den Antrag? (Weiterbildungsbonus)", trained.reader, Context()
    )
    topics = {part.candidates[0].topic for part in found.parts} or {found.candidates[0].topic}
    assert topics == {"weiterbildungsbonus"}


def test_a_counterexample_takes_away_from_its_own_label_only():
    examples = [
        (tokens(text), label)
        for text, label in (
            ("was kostet der kurs", "cost"),
            ("preis vom kurs", "cost"),
            ("wann beginnt der kurs", "dates"),
            ("termine vom kurs", "dates"),
        )
    ]
    against = [(tokens("wer zahlt den preis"), "cost")]
    corpus = Corpus.of((words for words, _ in (*examples, *against)), "de", {})
    asked = corpus.lexicon.vector(tokens("wer zahlt den preis vom kurs"))
    before, after = corpus.learn(examples).margins(asked), corpus.learn(examples, against).margins(asked)
    assert after[0] < before[0]
    assert after[1] == pytest.approx(before[1], abs=0.05)


def test_texts_the_corpus_shares_are_as_alike_as_their_vectors():
    from bot.understanding.learning import _kernel

    texts = [tokens(f"kurs nummer {number} in kiel kostet {number} euro") for number in range(60)]
    rows = Corpus.of(texts, "de", {}).rows
    assert np.allclose(_kernel(rows), (rows @ rows.T).toarray(), atol=1e-4)
