"""What each kind of evidence is worth, learnt by ``python -m tests.bench.weights`` from the development questions.

Whoever changes what a kind of evidence measures, or adds one here with a weight of 0, runs that command again.
"""

ANSWER_WEIGHTS = {
    "topic": 0.92,
    "topic_after": 0.52,
    "topic_margin": -0.67,
    "named": 2.81,
    "other_named": 0.12,
    "goes_on": 5.16,
    "stays": 3.02,
    "aspect": 0.11,
    "aspect_margin": 0.65,
    "own_aspect": 0.50,
    "subject": 0.40,
    "side": 0.59,
    "side_margin": 1.84,
    "asked": 0.99,
    "asked_in_full": 1.88,
    "asked_after": 0.99,
    "said": 4.00,
    "said_in_full": 2.93,
    "overview": 1.00,
    "area": 0.04,
    "without_text": 0.44,
    "a_question": 0.23,
    "person_named": -0.57,
}
INTENT_WEIGHTS = {
    "intent": 0.42,
    "intent_margin": 5.79,
    "handoff": 1.09,
    "off_topic": 1.03,
    "smalltalk": 0.89,
    "control": -0.08,
    "beside_name": 0.50,
    "beside_known_words": 0.45,
    "beside_topic": -2.18,
    "beside_asked": -0.08,
    "any_intent": 2.92,
}
NOTHING_WEIGHTS = {
    "nothing": -0.79,
    "unknown_words": 0.53,
    "mostly_unknown": 0.21,
    "no_topic": 1.85,
    "despite_topic": -1.89,
    "despite_intent": 2.49,
    "despite_asked": -0.30,
    "despite_name": -1.01,
    "no_content": -0.70,
}
