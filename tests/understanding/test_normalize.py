import pytest

from bot.understanding.normalize import fold, stem, tokens


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("Förderung", "forderung"),
        ("Foerderung", "forderung"),
        ("Forderung", "forderung"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("  Bildungs-\u200burlaub\t", "bildungs-urlaub"),
        ("ﬁnanziell", "finanziell"),
        ("K̴͎o̵͝s̷t̸e̵n̶", "kosten"),
        ("\u202eKurs\u202c", "kurs"),
        ("5.000 €", "5000 €"),
        ("a\x00b", "a b"),
        ("", ""),
    ],
)
def test_every_way_of_typing_a_word_meets_in_one_form(typed, folded):
    assert fold(typed) == folded


def test_signs_and_numbers_are_tokens_of_their_own():
    assert tokens("§82 SGB III: 75% von 1.500,50€?") == ("§", "82", "sgb", "iii", "75", "%", "von", "1500,50", "€")


def test_endings_fall_away_but_short_words_and_numbers_stay():
    assert stem("weiterbildungen", "de") == stem("weiterbildung", "de")
    assert stem("grants", "en") == stem("grant", "en")
    assert stem("aus", "de") == "aus"
    assert stem("5000", "de") == "5000"
