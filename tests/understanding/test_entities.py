import pytest

from bot.understanding.entities import Names, mask, quoted_figures, years
from bot.understanding.normalize import tokens
from bot.understanding.split import split_questions

NAMES = Names.of(
    [
        ("Weiterbildungsbonus", "bonus"),
        ("Bonus SH", "bonus"),
        ("Bildungsurlaub", "leave"),
        ("Aufstiegs-BAföG", "afbg"),
        ("§ 82 SGB III", "p82"),
        ("IPC-A-610", "ipc"),
    ],
    "de",
)

KNOWN = frozenset({"antrag", "urlaub", "im", "sommer", "bonus", "wo", "ist", "der"})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Was zahlt der Weiterbildungsbonus?", ["bonus"]),
        ("weiterbildungs bonus", ["bonus"]),
        ("Weiterbildungs-Bonus und Bildungsurlaub", ["bonus", "leave"]),
        ("aufstiegsbafoeg", ["afbg"]),
        ("aufstiegs bafög", ["afbg"]),
        ("ipc a 610 kurs", ["ipc"]),
        ("§82 sgb iii", ["p82"]),
        ("bildungsurlaubsantrag", ["leave"]),
        ("bildungsurlaubsgedöns", []),
        ("weiterbildugnsbonus", ["bonus"]),
        ("urlaub im sommer", []),
        ("bonus", []),
    ],
)
def test_names_are_found_joined_split_misspelt_and_inside_compounds(text, found):
    assert [m.id for m in NAMES.find(tokens(text), "de", KNOWN)] == found


def test_a_masked_copy_keeps_what_a_compound_says_besides_the_name():
    words = tokens("wo ist der bildungsurlaubsantrag")
    mentions = NAMES.find(words, "de", KNOWN)
    assert mask(words, [(m, "xtopicx") for m in mentions]) == ("wo", "ist", "der", "xtopicx", "antrag")


def test_figures_and_years_are_read_in_one_form():
    assert quoted_figures("stimmt das mit den 40 % und 1.500 Euro noch?") == ("40%", "1500€")
    assert quoted_figures("40 prozent oder €5,000") == ("40%", "5000€")
    assert years("galt 2023 und 2024, Zimmer 12345") == (2023, 2024)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Was zahlt der Bonus?", 1),
        ("Was zahlt der Bonus? Bis wann muss ich ihn beantragen?", 2),
        ("wie hoch ist der bonus und wie beantrage ich den", 2),
        ("bonus und bildungsurlaub zusammen", 1),
        ("Hallo! Was zahlt der Bonus?", 1),
        ("", 1),
    ],
)
def test_a_message_is_cut_where_another_question_begins(text, parts):
    assert len(split_questions(text)) == parts
