"""What each kind of evidence is worth, learnt by ``python -m tests.bench.weights`` from the development questions.

Whoever changes what a kind of evidence measures, or adds one here with a weight of 0, runs that command again.
"""

ANSWER_WEIGHTS = {
    "topic": 0.94,
    "topic_after": 0.38,
    "topic_margin": -0.67,
    "named": 2.69,
    "other_named": 0.38,
    "goes_on": 4.94,
    "stays": 2.78,
    "aspect": 0.16,
    "aspect_margin": 0.51,
    "own_aspect": 0.42,
    "side": 0.51,
    "side_margin": 1.70,
    "asked": 1.05,
    "asked_in_full": 1.84,
    "asked_after": 0.97,
    "said": 3.95,
    "said_in_full": 2.94,
    "overview": 1.00,
    "area": 0.18,
    "without_text": -3.00,
    "a_question": 0.21,
    "person_named": -0.52,
}
INTENT_WEIGHTS = {
    "intent": 0.37,
    "intent_margin": 5.76,
    "handoff": 0.84,
    "off_topic": 0.95,
    "smalltalk": 1.03,
    "control": 0.12,
    "beside_name": 0.32,
    "beside_known_words": 0.47,
    "beside_topic": -1.93,
    "beside_asked": 0.04,
    "any_intent": 2.95,
}
NOTHING_WEIGHTS = {
    "nothing": -0.94,
    "unknown_words": 0.52,
    "mostly_unknown": 0.21,
    "no_topic": 1.70,
    "despite_topic": -1.75,
    "despite_intent": 2.50,
    "despite_asked": -0.33,
    "despite_name": -0.97,
    "no_content": -0.70,
}
