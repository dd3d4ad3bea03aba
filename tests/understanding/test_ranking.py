import json

import numpy as np

from bot.understanding.learning import train
from bot.understanding.normalize import tokens
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


def margins(trained, text):
    lexicon, ranker = trained
    return ranker.margins(lexicon.vector(tokens(text)))


def best(trained, text):
    return trained[1].labels[int(margins(trained, text).argmax())]


def test_a_few_examples_are_enough_for_other_wordings():
    ranker = train(EXAMPLES, "de")
    assert best(ranker, "wie hoch ist das geld") == "amount"
    assert best(ranker, "welche fristen gelten für den antrag") == "deadline"
    assert best(ranker, "welche nachweise und papiere") == "documents"


def test_the_same_examples_give_the_same_ranker():
    (_, first), (_, second) = train(EXAMPLES, "de"), train(EXAMPLES, "de")
    assert np.array_equal(first.weights, second.weights)
    assert first.labels == second.labels


def test_its_own_examples_are_ranked_first_with_a_clear_margin():
    ranker = train(EXAMPLES, "de")
    for text, label in EXAMPLES:
        scores = margins(ranker, text)
        assert best(ranker, text) == label
        assert scores.max() > 0.3, json.dumps([text, scores.tolist()])


def test_words_it_has_never_seen_give_no_opinion():
    scores = margins(train(EXAMPLES, "de"), "xyzzy qqq")
    assert scores.max() < 0


def test_a_ranker_that_learnt_nothing_has_no_opinion():
    lexicon, _ = train(EXAMPLES, "de")
    scores = Ranker.without(("amount", "deadline")).margins(lexicon.vector(tokens("wie viel geld")))
    assert scores.tolist() == [BIAS, BIAS]
