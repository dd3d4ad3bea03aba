import json

import numpy as np

from bot.understanding.normalize import tokens
from bot.understanding.ranking import train

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
    return ranker.labels[int(ranker.scores(tokens(text)).argmax())]


def test_a_few_examples_are_enough_for_other_wordings():
    ranker = train(EXAMPLES, "de")
    assert best(ranker, "wie hoch ist das geld") == "amount"
    assert best(ranker, "welche fristen gelten für den antrag") == "deadline"
    assert best(ranker, "welche nachweise und papiere") == "documents"


def test_the_same_examples_give_the_same_ranker():
    first, second = train(EXAMPLES, "de"), train(EXAMPLES, "de")
    assert np.array_equal(first.weights, second.weights)
    assert first.labels == second.labels


def test_its_own_examples_are_ranked_first_with_a_clear_margin():
    ranker = train(EXAMPLES, "de")
    for text, label in EXAMPLES:
        scores = ranker.scores(tokens(text))
        assert best(ranker, text) == label
        assert scores.max() > 0.3, json.dumps([text, scores.tolist()])


def test_words_it_has_never_seen_give_no_opinion():
    scores = train(EXAMPLES, "de").scores(tokens("xyzzy qqq"))
    assert scores.max() < 0
