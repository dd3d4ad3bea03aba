"""What each kind of evidence is worth, learnt by ``python -m tests.bench.weights`` from the development questions.

Whoever changes what a kind of evidence measures, or adds one here with a weight of 0, runs that command again.
"""

ANSWER_WEIGHTS = {
    "topic": 0.96,
    "topic_after": 0.38,
    "topic_margin": -0.61,
    "named": 2.71,
    "other_named": 0.36,
    "goes_on": 4.94,
    "stays": 2.82,
    "aspect": 0.16,
    "aspect_margin": 0.53,
    "own_aspect": 0.42,
    "side": 0.51,
    "side_margin": 1.67,
    "asked": 1.01,
    "asked_in_full": 1.81,
    "asked_after": 0.97,
    "said": 3.96,
    "said_in_full": 2.95,
    "overview": 1.00,
    "area": 0.20,
    "without_text": -3.00,
    "a_question": 0.20,
    "person_named": -0.53,
}
INTENT_WEIGHTS = {
    "intent": 0.38,
    "intent_margin": 5.77,
    "handoff": 0.84,
    "off_topic": 0.93,
    "smalltalk": 1.04,
    "control": 0.13,
    "beside_name": 0.32,
    "beside_known_words": 0.46,
    "beside_topic": -1.91,
    "beside_asked": 0.03,
    "any_intent": 2.94,
}
NOTHING_WEIGHTS = {
    "nothing": -0.95,
    "unknown_words": 0.52,
    "mostly_unknown": 0.22,
    "no_topic": 1.69,
    "despite_topic": -1.74,
    "despite_intent": 2.51,
    "despite_asked": -0.33,
    "despite_name": -0.97,
    "no_content": -0.70,
}
