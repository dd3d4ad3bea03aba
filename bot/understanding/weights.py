"""What each kind of evidence is worth, learnt by ``python -m tests.bench.weights`` from the development questions.

Whoever changes what a kind of evidence measures, or adds one here with a weight of 0, runs that command again.
"""

ANSWER_WEIGHTS = {
    "topic": 0.89,
    "topic_after": 0.26,
    "topic_margin": -0.69,
    "named": 2.77,
    "other_named": 0.13,
    "goes_on": 5.07,
    "stays": 3.05,
    "aspect": 0.19,
    "aspect_margin": 0.60,
    "own_aspect": 0.43,
    "subject": 0.51,
    "side": 0.62,
    "side_margin": 1.81,
    "asked": 1.00,
    "asked_in_full": 1.81,
    "asked_after": 1.00,
    "said": 3.95,
    "said_in_full": 2.86,
    "overview": 1.00,
    "area": 0.08,
    "without_text": 0.44,
    "a_question": 0.22,
    "person_named": -0.45,
}
INTENT_WEIGHTS = {
    "intent": 0.48,
    "intent_margin": 5.73,
    "handoff": 1.06,
    "off_topic": 1.03,
    "smalltalk": 0.92,
    "control": -0.05,
    "beside_name": 0.51,
    "beside_known_words": 0.51,
    "beside_topic": -2.17,
    "beside_asked": -0.05,
    "any_intent": 2.96,
}
NOTHING_WEIGHTS = {
    "nothing": -0.81,
    "unknown_words": 0.53,
    "mostly_unknown": 0.20,
    "no_topic": 1.83,
    "despite_topic": -1.87,
    "despite_intent": 2.50,
    "despite_asked": -0.31,
    "despite_name": -1.00,
    "no_content": -0.70,
}
