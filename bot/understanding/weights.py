"""What each kind of evidence is worth, learnt by ``python -m tests.bench.weights`` from the development questions.

Whoever changes what a kind of evidence measures, or adds one here with a weight of 0, runs that command again.
"""

ANSWER_WEIGHTS = {
    "topic": 0.90,
    "topic_after": 0.38,
    "topic_margin": -0.68,
    "named": 2.92,
    "other_named": 0.21,
    "goes_on": 4.95,
    "stays": 2.89,
    "aspect": 0.21,
    "aspect_margin": 0.61,
    "own_aspect": 0.37,
    "side": 0.56,
    "side_margin": 1.64,
    "asked": 0.92,
    "asked_in_full": 1.79,
    "asked_after": 0.91,
    "said": 3.96,
    "said_in_full": 2.88,
    "overview": 1.00,
    "area": 0.31,
    "without_text": -3.00,
    "a_question": 0.32,
    "person_named": -0.39,
}
INTENT_WEIGHTS = {
    "intent": 0.40,
    "intent_margin": 5.73,
    "handoff": 0.75,
    "off_topic": 0.84,
    "smalltalk": 1.08,
    "control": 0.19,
    "beside_name": 0.24,
    "beside_known_words": 0.36,
    "beside_topic": -2.05,
    "beside_asked": 0.00,
    "any_intent": 2.85,
}
NOTHING_WEIGHTS = {
    "nothing": -0.95,
    "unknown_words": 0.52,
    "mostly_unknown": 0.22,
    "no_topic": 1.72,
    "despite_topic": -1.74,
    "despite_intent": 2.50,
    "despite_asked": -0.34,
    "despite_name": -0.96,
    "no_content": -0.70,
}
