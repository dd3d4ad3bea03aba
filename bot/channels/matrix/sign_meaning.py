"""What a reaction under a message of Lotse's asks for: a press, a mark, a wish for a person. Pure.

What stood there is read from that message itself. In a room of coordinators every sign is a coordinator's, and under a person's
words it is said to that person.
"""

from bot.channels.matrix.event_reading import is_sign, number_of, plain_sign
from bot.channels.matrix.event_writing import Written
from bot.model import AskedWhy, ExternalId, Input, Pressed, Rated, Reacted

PERSON = "person"
"""What a press on *a person, please* carries."""
NO_CHOICE = "choice:"
"""In front of the number of a choice that was not offered; what is said about that is decided elsewhere."""
HAND_UP, HELPFUL, NOT_HELPFUL = "🙋", "👍", "👎"
WHY = frozenset("❓❔")


def meaning_of(sign: str, written: Written, about: str, *, at_desk: bool) -> Input | None:
    """What this sign under the message ``about`` of ours says; None when it says nothing."""
    number, plain = number_of(sign), plain_sign(sign)
    if number is not None and number <= len(written.choices):
        return Pressed(written.choices[number - 1])
    if at_desk or (written.person and is_sign(plain)):
        return Reacted(ExternalId(about), plain)
    if number is not None and written.choices:
        return Pressed(f"{NO_CHOICE}{number}")
    if plain == HAND_UP:
        return Pressed(PERSON)
    if plain in (HELPFUL, NOT_HELPFUL) and written.rateable:
        return Rated(plain == HELPFUL, written.outbox_id)
    if plain in WHY and written.rateable:
        return AskedWhy(written.outbox_id)
    return None
