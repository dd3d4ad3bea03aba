"""What coordinators read on the pages of the desk, where a value decides how the sentence goes."""

from datetime import timedelta

import pytest

from bot.dialogue.desk_words import DESK_WORDS
from bot.dialogue.naming import KIND_TITLES, label_title
from bot.web.desk_view import age_words
from bot.web.page_texts import TEXTS


@pytest.mark.parametrize(
    ("age", "de", "en"),
    [
        (timedelta(minutes=5), "seit 5 Min.", "for 5 min"),
        (timedelta(hours=47), "seit 47 Std.", "for 47 h"),
        (timedelta(days=2), "seit 2 Tagen", "for 2 days"),
        (timedelta(days=7, hours=5), "seit 7 Tagen", "for 7 days"),
    ],
)
def test_an_age_follows_its_preposition(age, de, en):
    assert TEXTS["de"]["desk_since"].format(age=age_words(age, "de")) == de
    assert TEXTS["en"]["desk_since"].format(age=age_words(age, "en")) == en


@pytest.mark.parametrize(
    ("label", "de", "en"),
    [
        ("wants_person", "hat nach einem Menschen gefragt", "asked for a person"),
        ("anything_else", "nichts, wozu Lotse Auskunft gibt", "nothing Lotse gives information about"),
        ("cancel", "eine Anweisung an Lotse", "an instruction to Lotse"),
        ("thanks", "Plauderei", "small talk"),
        ("amount", "Höhe", "Amount"),
        ("weiterbildungsbonus.amount", "Weiterbildungsbonus Schleswig-Holstein: Höhe", None),
    ],
)
def test_no_label_is_shown_by_the_name_programs_have_for_it(trained, label, de, en):
    assert label_title(trained.content, label, "de") == de
    assert en is None or label_title(trained.content, label, "en") == en


def test_every_intent_that_ships_has_a_title_in_both_languages(trained):
    for intent in trained.content.intents:
        for locale in ("de", "en"):
            assert label_title(trained.content, intent, locale) in {
                *(words for name, words in DESK_WORDS[locale].items() if name.startswith("desk_reason_")),
                *(titles[locale] for titles in KIND_TITLES.values()),
            }
