import random
import string

import pytest

from bot.understanding.fuzzy import Vocabulary

WORDS = ("weiterbildungsbonus", "bildungsurlaub", "antrag", "kosten", "frist", "amt", "reinraum", "externenprüfung")


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary.of(WORDS)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("weiterbildungsbous", "weiterbildungsbonus"),
        ("bildugnsurlaub", "bildungsurlaub"),
        ("antrg", "antrag"),
        ("ksoten", "kosten"),
        ("amd", None),  # three letters are never mended
        ("antrag", None),  # known words are left alone
        ("wetter", None),
        ("", None),
        ("123456", None),
    ],
)
def test_a_typo_is_mended_and_nothing_else(vocabulary, typed, meant):
    assert vocabulary.nearest(typed) == meant


def test_nearly_every_single_edit_in_a_word_of_six_letters_or_more_is_found(vocabulary):
    chance = random.Random(3)
    tried = found = 0
    for word in WORDS:
        if len(word) < 6 or not word.isascii():
            continue
        for _ in range(60):
            place = chance.randrange(len(word))
            letter = chance.choice(string.ascii_lowercase)
            edited = chance.choice(
                [
                    word[:place] + word[place + 1 :],
                    word[:place] + letter + word[place:],
                    word[:place] + letter + word[place + 1 :],
                ]
            )
            if edited != word:
                tried += 1
                found += vocabulary.nearest(edited) == word
    assert found / tried >= 0.95, f"{found} of {tried}"
