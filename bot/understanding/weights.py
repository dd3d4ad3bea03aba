"""What each kind of evidence is worth, learnt by ``python -m tests.bench.weights`` from the development questions.

Whoever changes what a kind of evidence measures, or adds one here with a weight of 0, runs that command again.
"""

ANSWER_WEIGHTS = {
    "topic": 0.96,
    "topic_after": 0.20,
    "topic_margin": -0.76,
    "named": 2.73,
    "other_named": 0.16,
    "goes_on": 5.07,
    "stays": 2.95,
    "aspect": 0.18,
    "aspect_margin": 0.53,
    "own_aspect": 0.41,
    "side": 0.60,
    "side_margin": 1.83,
    "asked": 1.01,
    "asked_in_full": 1.82,
    "asked_after": 0.98,
    "said": 3.98,
    "said_in_full": 2.87,
    "overview": 1.00,
    "area": 0.21,
    "without_text": 0.46,
    "a_question": 0.26,
    "person_named": -0.37,
}
INTENT_WEIGHTS = {
    "intent": 0.43,
    "intent_margin": 5.79,
    "handoff": 1.03,
    "off_topic": 1.05,
    "smalltalk": 0.90,
    "control": -0.04,
    "beside_name": 0.52,
    "beside_known_words": 0.44,
    "beside_topic": -2.07,
    "beside_asked": -0.06,
    "any_intent": 2.94,
}
NOTHING_WEIGHTS = {
    "nothing": -0.81,
    "unknown_words": 0.54,
    "mostly_unknown": 0.22,
    "no_topic": 1.78,
    "despite_topic": -1.84,
    "despite_intent": 2.49,
    "despite_asked": -0.31,
    "despite_name": -0.98,
    "no_content": -0.70,
}
