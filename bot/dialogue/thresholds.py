"""From which probability on something is done: all scores are 0 to 100 and mean how probable it is.

They are judged on questions by strangers, in ``tests/questions``: moving one moves figures there.
"""

from collections.abc import Mapping

from bot.model import Locale

SURE: Mapping[Locale, float] = {"de": 28.0, "en": 28.0}
"""From this score on a candidate is answered without asking back."""
POSSIBLE: Mapping[Locale, float] = {"de": 16.0, "en": 16.0}
"""From this score on a candidate is worth offering as *Did you mean*."""
DOUBT = 1.0
"""How much surer an answer must be per point of probability that the message is about nothing of ours."""
BOTH = 0.7
"""A second side of the same topic that is this near to the first (as a share of its score) is answered beside it."""
CLEAR = 50.0
"""From this score on nothing is answered beside the first."""
TOPIC_CLEAR = 45.0
"""From this probability on a topic is clear although no side of it is: its likeliest sides are offered."""
TOPIC_LIKELY = 15.0
"""From this probability on a topic is taken as spoken of when its side is asked back about."""
OPEN_ASPECT = 40.0
"""From this score on an aspect without a topic is worth asking which topic is meant."""
OURS, BARELY_POSSIBLE = 15.0, 7.0
"""What is hardly about anything else (at most so probable) is asked back about from this score on."""
LONE = 32.0
"""From this score on the only guess is answered, under its title, rather than asked back about."""
CLOSE = 0.35
"""A second guess this near to the first (as a share of its score) is offered beside it."""
WANTS_PERSON = 35.0
"""From this score on a wish for a person is heard: a person is offered."""
SURELY_WANTS_PERSON = 60.0
"""From this score on a case opens at once. Below it a *yes* does, because a case nobody wanted costs a coordinator's time."""
SENSITIVE = 25.0
"""From this sum on a message may be one for a person, whichever of the sensitive matters it is: one is offered beside an answer."""
SURELY_SENSITIVE = 45.0
"""From this sum on a person is offered also where nothing is answered beside."""
STRANGE = 0.34
"""Up to this share of known words a message is strange to Lotse."""
ELSEWHERE = 50.0
"""From this probability on a message is about nothing of ours, whatever that is."""
