"""How evidence becomes probabilities, on the content that ships: what must hold whatever the learnt weights are."""

import numpy as np
import pytest

from bot.model import Context
from bot.understanding.evidence import gather
from bot.understanding.learning import Corpus
from bot.understanding.normalize import tokens
from bot.understanding.reader import question_of
from bot.understanding.understand import understand
from bot.understanding.weighing import (
    KINDS,
    OF_ALL,
    OF_ANSWERS,
    OF_INTENTS,
    OF_NOTHING,
    probabilities,
    readings,
    scores,
)

QUESTIONS = ("Was zahlt der Weiterbildungsbonus?", "wer zahlt meinen kurs", "danke", "blub qwrtz", "und für azubis")


def weighed(trained, text):
    local = trained.reader.locales["de"]
    question = question_of(text, local, frozenset(trained.reader.overviews.values()))
    return readings(gather(question, trained.reader, local), trained.reader, local)


@pytest.mark.parametrize("text", QUESTIONS)
def test_all_readings_of_a_question_share_one_certainty(trained, text):
    found, table = weighed(trained, text)
    odds = probabilities(scores(table))
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


def test_what_is_the_same_for_all_readings_stands_in_every_row(trained):
    _, table = weighed(trained, "Was zahlt der Weiterbildungsbonus?")
    same = table[:, [KINDS.index(kind) for kind in OF_ALL]]
    assert (same == same[0]).all()
    assert same[0].any()


SPEAKS_FOR = ("topic", "named", "goes_on", "side_margin", "asked_in_full", "said", "intent_margin")
"""Kinds of evidence more of which makes a reading likelier, all in all."""


@pytest.mark.parametrize("kind", SPEAKS_FOR)
def test_what_was_learnt_makes_sense(trained, kind):
    own = next(kinds for kinds in (OF_ANSWERS, OF_INTENTS, OF_NOTHING) if kind in kinds)
    gained = []
    for text in QUESTIONS:
        found, table = weighed(trained, text)
        rows = [place for place, reading in enumerate(found) if kinds_of(reading) is own]
        more = table[rows].copy()
        more[:, KINDS.index(kind)] += 0.2
        gained.extend(scores(more) - scores(table[rows]))
    assert np.mean(gained) > 0


def kinds_of(reading):
    return OF_INTENTS if reading.intent else OF_ANSWERS if reading.topic else OF_NOTHING


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
