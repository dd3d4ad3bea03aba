"""What each kind of evidence is worth, learnt by ``python -m tests.bench.weights`` from the development questions.

Whoever changes what a kind of evidence measures, or adds one here with a weight of 0, runs that command again.
"""

ANSWER_WEIGHTS = {
    "topic": 0.91,
    "topic_after": 0.42,
    "topic_margin": -0.65,
    "named": 2.87,
    "other_named": 0.25,
    "goes_on": 4.93,
    "stays": 2.88,
    "aspect": 0.23,
    "aspect_margin": 0.56,
    "own_aspect": 0.41,
    "side": 0.54,
    "side_margin": 1.62,
    "asked": 0.97,
    "asked_in_full": 1.81,
    "asked_after": 0.94,
    "said": 3.97,
    "said_in_full": 2.90,
    "overview": 1.00,
    "area": 0.34,
    "without_text": -3.00,
    "a_question": 0.30,
    "person_named": -0.46,
}
INTENT_WEIGHTS = {
    "intent": 0.38,
    "intent_margin": 5.78,
    "handoff": 0.75,
    "off_topic": 0.79,
    "smalltalk": 1.07,
    "control": 0.20,
    "beside_name": 0.25,
    "beside_known_words": 0.33,
    "beside_topic": -2.07,
    "beside_asked": -0.03,
    "any_intent": 2.81,
}
NOTHING_WEIGHTS = {
    "nothing": -0.94,
    "unknown_words": 0.52,
    "mostly_unknown": 0.22,
    "no_topic": 1.72,
    "despite_topic": -1.74,
    "despite_intent": 2.49,
    "despite_asked": -0.33,
    "despite_name": -0.95,
    "no_content": -0.70,
}
