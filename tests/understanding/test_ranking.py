import json

import numpy as np

from bot.understanding.label_parts import train
from bot.understanding.ranking import BIAS, Ranker

EXAMPLES = [
    ("wie viel geld gibt es", "amount"),
    ("wie hoch ist der zuschuss", "amount"),
    ("was zahlen die dazu", "amount"),
    ("bis wann muss der antrag da sein", "deadline"),
    ("welche frist gilt", "deadline"),
    ("wann muss ich das einreichen", "deadline"),
    ("welche unterlagen brauche ich", "documents"),
    ("welche papiere muss ich abgeben", "documents"),
    ("was muss ich an nachweisen mitschicken", "documents"),
]


def best(ranker, text):
    return ranker.labels[int(ranker.margins(text).argmax())]


def test_a_few_examples_are_enough_for_other_wordings():
    ranker = train(EXAMPLES, "de")
    assert best(ranker, "wie hoch ist das geld") == "amount"
    assert best(ranker, "welche fristen gelten für den antrag") == "deadline"
    assert best(ranker, "welche nachweise und papiere") == "documents"


def test_the_same_examples_give_the_same_ranker():
    first, second = train(EXAMPLES, "de"), train(EXAMPLES, "de")
    assert np.array_equal(first.parts.weights, second.parts.weights)
    assert first.labels == second.labels


def test_its_own_examples_are_ranked_first_with_a_clear_margin():
    ranker = train(EXAMPLES, "de")
    for text, label in EXAMPLES:
        scores = ranker.margins(text)
        assert best(ranker, text) == label
        assert scores.max() > 0.3, json.dumps([text, scores.tolist()])


def test_words_it_has_never_seen_give_no_opinion():
    scores = train(EXAMPLES, "de").margins("xyzzy qqq")
    assert scores.max() < 0


def test_a_ranker_that_learnt_nothing_has_no_opinion():
    lexicon = train(EXAMPLES, "de").lexicon
    scores = Ranker.without(("amount", "deadline")).margins(lexicon.vector(("wie", "viel", "geld")))
    assert scores.tolist() == [BIAS, BIAS]


def test_what_is_never_asked_of_one_topic_is_learnt_from_the_others():
    wishes = {
        "amount": ("wie viel", "wie hoch", "was zahlt"),
        "deadline": ("bis wann", "welche frist", "wann spätestens"),
    }
    sentences = [
        (f"{how} {topic}", topic, side) for topic in ("bonus", "bafög") for side in wishes for how in wishes[side]
    ]
    held_back = ("bonus", "deadline"), ("bafög", "amount")
    flat = [(text, f"{topic}.{side}") for text, topic, side in sentences if (topic, side) not in held_back]
    few = [("neuer bonus termin", "bonus.deadline"), ("neue bafög summe", "bafög.amount")]
    ranker = train([*flat, *few], "de")
    right = [best(ranker, text) == f"{t}.{s}" for text, t, s in sentences if (t, s) in held_back]
    assert all(right)
    apart = train([(text, label.replace(".", "/")) for text, label in (*flat, *few)], "de")
    assert sum(best(apart, text) == f"{t}/{s}" for text, t, s in sentences if (t, s) in held_back) < len(right)
