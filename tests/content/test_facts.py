import re
from datetime import date, timedelta

import pytest

from bot.content.facts import (
    answer_on,
    changes_between,
    listed_topics,
    render_answer,
    render_module,
    render_text,
    version_on,
)
from bot.content.read import read_content
from bot.content.suits import condition_words, evaluate
from bot.content.validity import add_months, review_date
from bot.model import Bullets, Paragraph, Reply, Span, as_text
from tests.content.small_tree import TODAY, write_tree

BONUS_FILE = "knowledge/funding/bonus.yaml"


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    return read_content(write_tree(tmp_path_factory.mktemp("content"))).content


def changed(folder, *replacements):
    path = folder / BONUS_FILE
    text = path.read_text()
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text)
    return read_content(folder).draft.content


def rendered(content, aspect, locale="de", day=TODAY, topic="bonus", texts=None):
    of = content.topics[topic]
    return render_answer(of, answer_on(of, aspect, day), content, locale, day, texts)


# --- Texts ---------------------------------------------------------------------------------------------------


def test_an_answer_is_filled_in_and_parsed(content):
    result = rendered(content, "amount")
    assert result.status == "current"
    assert result.blocks == (
        Paragraph(
            (
                Span("Das Land übernimmt 60 % der Kosten, höchstens "),
                Span("5.000 € pro Weiterbildung", bold=True),
                Span("."),
            )
        ),
        Paragraph((Span("Nach Größe des Betriebs:"),)),
        Bullets(
            (
                (Span("unter 50 Beschäftigte: Anteil 100 %"),),
                (Span("50 bis 499 Beschäftigte: Anteil 50 %"),),
                (Span("ab 500 Beschäftigte: Anteil 25 %"),),
            )
        ),
        Paragraph((Span("Mehr steht "), Span("im Portal", href="https://example.org/bonus"), Span("."))),
    )
    assert {used.fact.name for used in result.used} == {"rate", "cap", "sizes"}
    assert result.weakest == "one_source"


def test_a_former_figure_always_comes_with_its_period(content):
    assert rendered(content, "changes").text == (
        "Seit 2. Februar 2026: 60 %. Davor 40 % (1. März 2024 bis 1. Februar 2026), "
        "höchstens 1.500 € pro Kalenderjahr (1. März 2024 bis 1. Februar 2026)."
    )
    assert "Before that 40% (1 March 2024 to 1 February 2026)" in rendered(content, "changes", "en").text


def test_a_former_figure_without_a_first_day_says_until(small):
    content = changed(small, ("  - from: 2024-03-01\n    to:", "  - to:"))
    assert "Davor 40 % (bis 1. Februar 2026)" in rendered(content, "changes").text
    assert "Before that 40% (until 1 February 2026)" in rendered(content, "changes", "en").text


def test_the_dative_and_other_texts_of_an_answer(content):
    assert rendered(content, "lead_time").text == "Stellen Sie den Antrag 3 bis 6 Wochen vorher."
    amount = content.topics["bonus"].answers["amount"]
    assert rendered(content, "amount", texts=amount.plain).text == "Das Land zahlt 60 %."
    assert rendered(content, "amount", "en", texts=amount.more).text == "The legal basis is § 4 WBG."
    assert rendered(content, "amount", texts=amount.who["apprentice"]).text == "Nein, Azubis bekommen nichts."


def test_an_aspect_that_is_the_same_as_another_gives_its_text(content):
    assert answer_on(content.topics["bonus"], "coverage", TODAY).aspect == "amount"
    assert answer_on(content.topics["bonus"], "taxes", TODAY) is None


def test_a_version_may_bring_an_answer_of_its_own(small):
    old = '    answers:\n      amount: {de: "Früher anders.", en: "Different then."}\n'
    content = changed(small, ("answers:\n  overview:", f"{old}answers:\n  overview:"))
    assert rendered(content, "amount", day=date(2025, 1, 1)).text == "Früher anders."
    assert "60 %" in rendered(content, "amount").text


def test_a_reply_that_belongs_to_no_topic_names_facts_with_theirs(content):
    result = render_text("Der Bonus zahlt {bonus.rate}.", content, "de", TODAY)
    assert (result.status, result.text) == ("current", "Der Bonus zahlt 60 %.")
    assert [note.title for note in result.sources] == ["Weiterbilden SH"]


@pytest.mark.parametrize("text", ["{nothing}", "{bonus.nothing}", "{nobody.rate}", "{bonus.x:y}", "{Bonus}", "{list}"])
def test_what_cannot_be_filled_in_is_a_status_and_no_exception(content, text):
    result = render_text(f"Das sind {text}.", content, "de", TODAY)
    assert (result.status, result.text, result.blocks) == ("expired", "", ())


def test_a_computed_list_names_what_fits(content):
    result = rendered(content, "overview", topic="kurse")
    assert result.text.endswith("- Vakuumtechnik (5 Tage)")
    query = content.topics["kurse"].answers["overview"].query
    assert [topic.id for topic in listed_topics(query, content, TODAY)] == ["vakuum"]


def test_an_empty_list_says_so(small):
    path = small / "knowledge/modules/kurse.yaml"
    path.write_text(path.read_text().replace("max_days: 5", "max_days: 4"))
    assert "zurzeit nichts bekannt" in rendered(read_content(small).content, "overview", topic="kurse").text


# --- Time ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "status", "says"),
    [
        (date(2024, 2, 29), "not_yet", ""),
        (date(2024, 3, 1), "not_yet", ""),  # the table is in the newer version only
        (date(2026, 2, 1), "not_yet", ""),
        (date(2026, 2, 2), "current", "60 %"),
        (date(2027, 5, 22), "current", "60 %"),
        (date(2027, 5, 23), "expired", ""),
        (date(2031, 1, 1), "expired", ""),
    ],
)
def test_an_amount_is_said_only_while_it_is_in_force_and_reviewed(content, day, status, says):
    result = rendered(content, "amount", day=day)
    assert result.status == status
    assert (says in result.text) if says else (result.text == "" and result.blocks == ())
    assert result.sources, "where to look is known even when the figure is not"


def test_the_older_version_speaks_on_its_days(content):
    plain = content.topics["bonus"].answers["amount"].plain
    assert rendered(content, "amount", day=date(2026, 2, 1), texts=plain).text == "Das Land zahlt 40 %."
    assert rendered(content, "amount", day=date(2026, 2, 2), texts=plain).text == "Das Land zahlt 60 %."


def test_statutes_and_laws_stand_for_twelve_months(content):
    more = content.topics["bonus"].answers["amount"].more
    assert rendered(content, "amount", day=date(2027, 11, 22), texts=more).status == "current"
    assert rendered(content, "amount", day=date(2027, 11, 23), texts=more).status == "expired"


def test_a_review_day_of_the_facts_own_wins(small):
    content = changed(
        small, ("rate: {value: 60, unit: percent", "rate: {value: 60, review_by: 2026-12-31, unit: percent")
    )
    plain = content.topics["bonus"].answers["amount"].plain
    assert rendered(content, "amount", day=date(2026, 12, 31), texts=plain).status == "current"
    assert rendered(content, "amount", day=date(2027, 1, 1), texts=plain).status == "expired"


def test_a_text_without_figures_is_shown_but_marked_as_stale(content):
    assert rendered(content, "overview", day=date(2027, 11, 22)).status == "current"
    result = rendered(content, "overview", day=date(2027, 11, 23))
    assert result.status == "stale"
    assert result.text


def test_a_programme_that_is_over_speaks_as_history(content):
    result = rendered(content, "overview", topic="praemie")
    assert result.status == "former"
    assert result.text == "Die Bildungsprämie zahlte bis zu 500 €. Heute hilft der Bonus mit 60 %."
    later = rendered(content, "overview", topic="praemie", day=date(2028, 1, 1))
    assert (later.status, later.text) == ("expired", ""), "a current figure of another programme is still one"
    before = rendered(content, "overview", topic="praemie", day=date(2021, 12, 31))
    assert before.status == "not_yet", "the bonus of today did not exist then"


def test_months_end_where_months_end():
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2026, 11, 22), 6) == date(2027, 5, 22)


def _texts(content):
    for topic in content.topics.values():
        for answer in topic.answers.values():
            for name in ("text", "plain", "more"):
                if texts := getattr(answer, name):
                    yield topic, answer, name, texts


def _all_rendered(content, day):
    return {
        (topic.id, answer.aspect, name, locale): render_answer(topic, answer, content, locale, day, texts)
        for topic, answer, name, texts in _texts(content)
        for locale in ("de", "en")
    }


def test_day_by_day_for_thirty_six_months_nothing_out_of_force_or_review_is_said(content):
    """The oracle is written out here: which figure may stand in a text on which days, and never beyond."""
    first, last = date(2025, 6, 1), date(2028, 6, 1)
    shown = {
        "60 %": (date(2026, 2, 2), date(2027, 5, 22)),
        "60%": (date(2026, 2, 2), date(2027, 5, 22)),
        "5.000": (date(2026, 2, 2), date(2027, 5, 22)),
        "100 %": (date(2026, 2, 2), date(2027, 5, 22)),
        "§ 4": (date(2026, 2, 2), date(2027, 11, 22)),
        "40 %": (date(2024, 3, 1), date(2026, 2, 1)),
        "40%": (date(2024, 3, 1), date(2026, 2, 1)),
    }
    seen = dict.fromkeys(shown, 0)
    changes = set(changes_between(content, first, last))
    day, before = first, None
    while day <= last:
        now = _all_rendered(content, day)
        for result in now.values():
            for words, (start, end) in shown.items():
                if re.search(rf"{words}(?! \()", result.text):  # with its period in brackets it may stand on any day
                    seen[words] += 1
                    assert start <= day <= end, (day, result.text)
            if result.status in ("expired", "not_yet"):
                assert not result.blocks
            for used in result.used:
                if result.text and not used.former:
                    version = version_on(content.topics[used.topic], day)
                    assert used.fact in version.facts.values()
                    assert day <= review_date(used.fact, used.source)
            if re.search(r"40 ?% \(", result.text):
                assert re.search(r"40 ?% \(1\.? (März|March) 2024 (bis|to) 1\.? (Februar|February) 2026\)", result.text)
        if before is not None and now != before:
            assert day in changes, day
        before, day = now, day + timedelta(days=1)
    assert all(seen.values()), seen


def test_the_days_of_change_are_those_on_which_something_changes(content):
    days = changes_between(content, date(2020, 1, 1), date(2030, 1, 1))
    assert days == tuple(sorted(set(days)))
    assert {date(2024, 3, 1), date(2026, 2, 2), date(2022, 1, 1), date(2027, 5, 23)} <= set(days)
    assert changes_between(content, date(2026, 3, 1), date(2026, 11, 1)) == ()


# --- Sources -------------------------------------------------------------------------------------------------


def test_the_line_under_an_answer_names_source_days_and_confidence(content):
    reply = Reply((), "de", rendered(content, "amount").sources)
    assert as_text(reply) == (
        "Quelle: Weiterbilden SH, Stand 02.02.2026, geprüft 22.11.2026 · eine Quelle · https://example.org/bonus"
    )
    reply = Reply((), "en", rendered(content, "overview", "en", topic="vakuum").sources)
    assert as_text(reply) == (
        "Source: Kursseite, as of May 2026, checked 22 November 2026 · one source · https://example.org/vakuum"
    )


def test_the_weakest_source_comes_first(content):
    notes = rendered(content, "overview", topic="praemie").sources
    assert [(note.title, note.confidence, note.as_of) for note in notes] == [
        ("Archiv", "Quellen uneins", None),
        ("Weiterbilden SH", "eine Quelle", "02.02.2026"),
    ]


def test_an_answer_that_says_nothing_is_known_names_no_source(content):
    result = rendered(content, "documents")
    assert (result.status, result.sources) == ("current", ())


def test_two_sources_named_for_a_text_count_as_two(small):
    content = changed(small, ("    sources: [portal]\n    next", "    sources: [portal, law]\n    next"))
    assert [note.confidence for note in rendered(content, "overview").sources] == ["zwei Quellen", "zwei Quellen"]


# --- Modules -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("aspect", "text"),
    [
        ("provider", "Bei Vakuumtechnik gilt: Vakuumschule."),
        ("cost", "Das weiß ich nicht. Bitte fragen Sie Stelle schule."),
        ("format", "Bei Vakuumtechnik gilt: vor Ort, in Vollzeit."),
        ("language", "Bei Vakuumtechnik gilt: Deutsch."),
        ("credits", "Bei Vakuumtechnik gilt: 2,5 ECTS."),
        ("duration", "Bei Vakuumtechnik gilt: 5 Tage."),
    ],
)
def test_the_module_block_answers_and_says_what_is_unknown(content, aspect, text):
    result = render_module(content.topics["vakuum"], content.aspects[aspect], content, "de", TODAY)
    assert (result.status, result.text) == ("current", text)
    assert [note.title for note in result.sources] == ["Kursseite"]


def test_module_figures_expire_and_the_rest_grows_stale(content):
    def status(aspect, day):
        return render_module(content.topics["vakuum"], content.aspects[aspect], content, "de", day).status

    assert status("duration", date(2027, 5, 22)) == "current"
    assert status("duration", date(2027, 5, 23)) == "expired"
    assert status("provider", date(2027, 5, 23)) == "current"
    assert status("provider", date(2027, 11, 23)) == "stale"
    assert render_module(content.topics["bonus"], content.aspects["cost"], content, "de", TODAY) is None
    assert render_module(content.topics["vakuum"], content.aspects["amount"], content, "de", TODAY) is None


# --- Whom it suits -------------------------------------------------------------------------------------------


FITTING = {"employment": "employee", "workplace": "SH", "course_hours": 16, "degree": "vocational"}


@pytest.mark.parametrize(
    ("slots", "truth", "deciding"),
    [
        (FITTING, "yes", []),
        ({**FITTING, "employment": "apprentice"}, "no", ["employment"]),
        ({**FITTING, "employment": "self_employed"}, "no", ["employment"]),
        ({**FITTING, "workplace": "elsewhere"}, "no", ["workplace"]),
        ({**FITTING, "course_hours": 15}, "no", ["course_hours"]),
        ({**FITTING, "employment": "pensioner"}, "unknown", ["employment"]),
        ({**FITTING, "degree": "none"}, "unknown", ["work_years"]),
        ({**FITTING, "degree": "none", "work_years": 4}, "no", ["degree", "work_years"]),
        ({**FITTING, "degree": "none", "work_years": 5}, "yes", []),
        ({"employment": "apprentice"}, "no", ["employment"]),
        ({"employment": "employee"}, "unknown", ["workplace", "course_hours", "degree", "work_years"]),
        ({}, "unknown", ["employment", "workplace", "course_hours", "degree", "work_years"]),
        ({**FITTING, "course_hours": "many"}, "unknown", ["course_hours"]),
    ],
)
def test_suits_is_judged_with_three_values(content, slots, truth, deciding):
    suits = content.topics["bonus"].versions[-1].suits
    verdict = evaluate(suits, slots)
    assert (verdict.truth, [condition.slot for condition in verdict.deciding]) == (truth, deciding)
    assert len(verdict.judged) == 5


def test_conditions_are_said_in_words(content):
    suits = content.topics["bonus"].versions[-1].suits
    words = [condition_words(condition, content.lists, "de") for condition in (*suits.conditions, *suits.any_of[0])]
    assert words == [
        "Sie sind angestellt",
        "Sie arbeiten im Land",
        "der Kurs hat mindestens 16 Stunden",
        "Sie haben einen Beruf",
        "Sie haben mindestens 4,5 Jahre gearbeitet",
    ]


def test_a_condition_that_only_refuses_names_what_it_refuses(small):
    content = changed(
        small, ("{is: [employee], not: [self_employed, apprentice]}", "{not: [self_employed, apprentice]}")
    )
    condition = content.topics["bonus"].versions[-1].suits.conditions[0]
    assert condition_words(condition, content.lists, "de") == "Beschäftigung: nicht in Ausbildung oder selbstständig"
    assert condition_words(condition, content.lists, "en") == "Employment: not apprentice or self-employed"
