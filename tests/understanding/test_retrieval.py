"""Finding by shared words: the searches agree with each other, however many texts there are."""

import numpy as np
import pytest

from bot.content.read import read_content
from bot.model import Context
from bot.understanding import retrieval, training
from bot.understanding.retrieval import LITTLE, Similar, Within
from bot.understanding.training import build
from bot.understanding.understand import understand
from tests.bench.grown import grown, mark_of
from tests.content.small_tree import write_tree

TOPICS = np.asarray([0, 2, 3, 6], dtype=np.int32)
"""Three topics with two, one and three answers; the answer 4 has no text."""
TEXTS = [
    (0, {"wie": 0.2, "hoch": 1.0, "zuschuss": 1.0}),
    (0, {"wie": 0.2, "viel": 1.0, "geld": 1.0}),
    (1, {"bis": 0.2, "wann": 0.2, "frist": 1.0}),
    (2, {"wie": 0.2, "frist": 1.0, "antrag": 1.0}),
    (3, {"geld": 1.0, "zuruck": 1.0}),
    (5, {"wer": 0.2, "zahlt": 1.0, "geld": 1.0}),
]
QUERY = {"wie": 0.2, "geld": 1.0, "frist": 1.0, "unbekannt": 1.0}


@pytest.mark.parametrize("topics", [[0], [1], [2], [2, 0], [0, 1, 2]])
def test_looking_within_some_topics_finds_what_looking_everywhere_finds(topics):
    everywhere = Similar.of((str(answer), terms) for answer, terms in TEXTS)
    other = [(answer, {f"{term}!": weight for term, weight in terms.items()}) for answer, terms in TEXTS]
    within = Within.of([TEXTS, other], TOPICS)
    answers = [answer for topic in topics for answer in range(TOPICS[topic], TOPICS[topic + 1])]
    found = within.cosines((QUERY, {f"{term}!": weight for term, weight in QUERY.items()}), np.asarray(topics))
    near = everywhere.nearest(QUERY)
    assert found.shape == (2, len(answers))
    for layer in found:
        assert layer.tolist() == pytest.approx([near.get(str(answer), LITTLE) for answer in answers])


def test_a_question_without_a_known_word_is_like_no_text():
    within = Within.of([TEXTS], TOPICS)
    assert within.cosines(({"unbekannt": 1.0},), np.asarray([0, 2])).tolist() == [[pytest.approx(LITTLE)] * 5]


def test_few_hits_among_many_texts_are_counted_as_many_are(monkeypatch):
    index = Similar.of((str(answer), terms) for answer, terms in TEXTS)
    dense = index.nearest(QUERY)
    monkeypatch.setattr(retrieval, "_SPARSE", 0)
    assert index.nearest(QUERY) == pytest.approx(dense)
    assert index.most_alike(QUERY, 2) == tuple(sorted(dense, key=lambda key: -dense[key])[:2])


def test_words_that_stand_in_too_many_texts_are_not_searched_by(monkeypatch):
    monkeypatch.setattr(retrieval, "LONGEST_LIST", 1)
    index = Similar.of((str(answer), terms) for answer, terms in TEXTS)
    assert index.nearest({"geld": 1.0}) == {}
    assert set(index.nearest({"antrag": 1.0, "geld": 1.0})) == {"2"}


def test_with_more_topics_than_a_ranker_can_tell_apart_a_named_one_is_still_found(tmp_path, monkeypatch):
    content = read_content(write_tree(tmp_path)).content
    monkeypatch.setattr(training, "MOST_RANKED_TOPICS", 2)
    monkeypatch.setattr(training, "MOST_TEXTS", 3)
    reader = build(grown(content, 4))
    found = understand("Wie viel gibt es beim Bonus?", reader, Context())
    assert found.about is not None
    assert found.about[0] == "bonus"


def test_of_very_many_sentences_about_topics_those_that_are_learnt_still_tell_them_apart(tmp_path, monkeypatch):
    content = read_content(write_tree(tmp_path)).content
    monkeypatch.setattr(training, "MOST_ABOUT_TOPICS", 20)
    reader = build(grown(content, 4, own_words=True))
    mark = mark_of(2)
    for asked, topic in (
        (f"Wie viel gibt es beim Bonus {mark}?", "bonus_2"),
        ("Wie viel gibt es beim Bonus?", "bonus"),
    ):
        found = understand(asked, reader, Context())
        assert found.about is not None
        assert found.about[0] == topic


def test_topics_that_are_asked_for_in_the_same_words_share_what_was_learnt(tmp_path):
    content = read_content(write_tree(tmp_path)).content
    sides = build(grown(content, 3)).locales["de"].sides
    assert sides["bonus"] is sides["bonus_1"] is sides["bonus_2"]
    own = build(grown(content, 2, own_words=True)).locales["de"].sides
    assert own["bonus"] is not own["bonus_1"]


def test_texts_of_one_key_must_stand_together():
    with pytest.raises(ValueError, match="a do not stand together"):
        Similar.of([("a", {"x": 1.0}), ("b", {"x": 1.0}), ("a", {"y": 1.0})])
