"""What each kind of evidence is worth, learnt by ``python -m tests.bench.weights`` from the development questions.

Whoever changes what a kind of evidence measures, or adds one here with a weight of 0, runs that command again.
"""

ANSWER_WEIGHTS = {
    "topic": 0.82,
    "topic_after": 0.29,
    "topic_margin": -0.17,
    "named": 2.72,
    "other_named": 0.15,
    "goes_on": 4.68,
    "stays": 3.22,
    "aspect": 0.04,
    "aspect_margin": 0.68,
    "own_aspect": 0.40,
    "subject": 0.42,
    "side": 0.60,
    "side_margin": 1.93,
    "asked": 1.21,
    "asked_in_full": 1.91,
    "asked_after": 1.20,
    "said": 3.97,
    "said_after": 0.05,
    "said_in_full": 2.91,
    "said_full_after": 0.08,
    "overview": 1.00,
    "area": -0.00,
    "without_text": 0.41,
    "a_question": 0.06,
    "person_named": -0.59,
}
INTENT_WEIGHTS = {
    "intent": 0.45,
    "intent_margin": 5.72,
    "handoff": 1.11,
    "off_topic": 1.10,
    "smalltalk": 0.91,
    "control": -0.12,
    "beside_name": 0.56,
    "beside_known_words": 0.49,
    "beside_topic": -2.20,
    "beside_asked": -0.14,
    "any_intent": 3.00,
}
NOTHING_WEIGHTS = {
    "nothing": -0.81,
    "unknown_words": 0.53,
    "mostly_unknown": 0.20,
    "no_topic": 1.80,
    "despite_topic": -1.87,
    "despite_intent": 2.49,
    "despite_asked": -0.31,
    "despite_name": -1.01,
    "no_content": -0.70,
}
