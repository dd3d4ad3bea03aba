from datetime import date
from decimal import Decimal

import pytest

from bot.content.definitions import Column, Fact, Range, Table
from bot.content.unit_words import figure


def fact(value, unit, per=None):
    return Fact("x", value, unit, "portal", "one_source", per)


@pytest.mark.parametrize(
    ("one", "modifier", "german", "english"),
    [
        (fact(Decimal(5000), "EUR", "course"), "", "5.000 € pro Weiterbildung", "€5,000 per course"),
        (fact(Decimal(5000), "EUR", "course"), "v", "5.000 €", "€5,000"),
        (fact(Decimal(5000), "EUR", "course"), "n", "5.000", "5,000"),
        (fact(Decimal(1500), "EUR", "calendar_year"), "", "1.500 € pro Kalenderjahr", "€1,500 per calendar year"),
        (fact(Decimal("0.51"), "EUR"), "", "0,51 €", "€0.51"),
        (fact(Decimal("1234.5"), "EUR"), "", "1.234,50 €", "€1,234.50"),
        (fact(Decimal("5000.00"), "EUR"), "", "5.000 €", "€5,000"),
        (fact(Decimal(1000000), "EUR"), "", "1.000.000 €", "€1,000,000"),
        (fact(Range(Decimal(427), Decimal(589)), "EUR"), "", "427 bis 589 €", "€427 to €589"),
        (fact(Range(None, Decimal(600)), "EUR", "month"), "", "bis 600 € pro Monat", "up to €600 per month"),
        (fact(Range(Decimal(100), None), "EUR"), "", "ab 100 €", "€100 or more"),
        (fact(Range(Decimal(427), Decimal(589)), "EUR"), "n", "427 bis 589", "427 to 589"),
        (fact(Decimal(60), "percent"), "", "60 %", "60%"),
        (fact(Decimal("12.5"), "percent"), "", "12,5 %", "12.5%"),
        (fact(Decimal(60), "percent"), "n", "60", "60"),
        (fact(Decimal(5), "percentage_points"), "", "5 Prozentpunkte", "5 percentage points"),
        (fact(Decimal(5), "percentage_points"), "dat", "5 Prozentpunkten", "5 percentage points"),
        (fact(Decimal(87), "points"), "", "87 Punkte", "87 points"),
        (fact(Decimal("1.5"), "factor"), "", "1,5-fache", "1.5 times"),
        (fact(Decimal("1.5"), "factor"), "n", "1,5", "1.5"),
        (fact(Decimal(45), "minutes"), "", "45 Minuten", "45 minutes"),
        (fact(Decimal(1), "hours"), "", "1 Stunde", "1 hour"),
        (fact(Decimal(16), "clock_hours"), "", "16 Zeitstunden", "16 clock hours"),
        (fact(Decimal(120), "teaching_units"), "", "120 Unterrichtseinheiten", "120 teaching units"),
        (fact(Decimal(1), "teaching_units"), "", "1 Unterrichtseinheit", "1 teaching unit"),
        (fact(Decimal(5), "days", "year"), "", "5 Tage pro Jahr", "5 days per year"),
        (fact(Decimal(5), "working_days"), "dat", "5 Arbeitstagen", "5 working days"),
        (fact(Decimal(6), "months"), "", "6 Monate", "6 months"),
        (fact(Decimal(6), "months"), "dat", "6 Monaten", "6 months"),
        (fact(Decimal(1), "months"), "dat", "1 Monat", "1 month"),
        (fact(Decimal("4.5"), "years"), "", "4,5 Jahre", "4.5 years"),
        (fact(Decimal(3), "years"), "dat", "3 Jahren", "3 years"),
        (fact(Range(Decimal(3), Decimal(6)), "weeks"), "dat", "3 bis 6 Wochen", "3 to 6 weeks"),
        (fact(Range(Decimal(2), Decimal(4)), "days"), "dat", "2 bis 4 Tagen", "2 to 4 days"),
        (fact(Range(Decimal(6), None), "months"), "", "ab 6 Monaten", "6 months or more"),
        (fact(Decimal(4), "semesters"), "dat", "4 Semestern", "4 semesters"),
        (fact(Decimal(2), "times", "year"), "", "zweimal pro Jahr", "twice per year"),
        (fact(Decimal(1), "times"), "", "einmal", "once"),
        (fact(Decimal(8), "times"), "", "8-mal", "8 times"),
        (fact(Decimal(1), "people"), "", "1 Person", "1 person"),
        (fact(Decimal(24), "people"), "", "24 Personen", "24 people"),
        (fact(Range(None, Decimal(49)), "people"), "", "unter 50 Personen", "under 50 people"),
        (fact(Range(None, Decimal(250)), "people"), "", "bis 250 Personen", "up to 250 people"),
        (fact(Decimal(25), "age"), "", "25 Jahre", "25 years"),
        (fact(Decimal("2.5"), "grade"), "", "2,5", "2.5"),
        (fact(Decimal(2), "grade"), "", "2,0", "2.0"),
        (fact(Decimal(30), "ects"), "", "30 ECTS-Punkte", "30 ECTS credits"),
        (fact(Decimal(6), "dqr"), "", "DQR-Niveau 6", "DQR level 6"),
        (fact(Decimal(6), "dqr"), "n", "6", "6"),
        (fact(Decimal(9), "number"), "", "9", "9"),
        (fact(date(2026, 2, 2), "date"), "", "2. Februar 2026", "2 February 2026"),
        (fact(date(2026, 2, 2), "date"), "n", "2. Februar 2026", "2 February 2026"),
        (fact("§ 82 SGB III", "law"), "", "§ 82 SGB III", "§ 82 SGB III"),
        (fact({"de": "§ 3 Abs. 2", "en": "section 3 (2)"}, "law"), "", "§ 3 Abs. 2", "section 3 (2)"),
        (fact("0431 9905-2222", "phone"), "", "0431 9905-2222", "0431 9905-2222"),
        (fact("info@example.org", "email"), "", "info@example.org", "info@example.org"),
        (fact({"de": "am 1. Januar", "en": "on 1 January"}, "text"), "", "am 1. Januar", "on 1 January"),
    ],
)
def test_a_figure_is_written_as_its_readers_write_it(one, modifier, german, english):
    assert (figure(one, "de", modifier), figure(one, "en", modifier)) == (german, english)


def test_a_table_is_a_list_of_rows_with_their_titles():
    table = Table(
        columns=(
            Column({"de": "Beschäftigte", "en": "employees"}, "people"),
            Column({"de": "Kurskosten", "en": "course cost"}, "percent"),
            Column({"de": "Lohn", "en": "wage"}, "percent"),
        ),
        rows=(
            (Range(None, Decimal(49)), Decimal(100), Decimal(75)),
            (Range(Decimal(50), Decimal(499)), Decimal(50), Range(Decimal(50), Decimal(60))),
            (Range(Decimal(500), None), Decimal(25), Decimal(25)),
        ),
    )
    assert figure(fact(table, "table"), "de").split("\n") == [
        "- unter 50 Beschäftigte: Kurskosten 100 %, Lohn 75 %",
        "- 50 bis 499 Beschäftigte: Kurskosten 50 %, Lohn 50 bis 60 %",
        "- ab 500 Beschäftigte: Kurskosten 25 %, Lohn 25 %",
    ]
    assert figure(fact(table, "table"), "en").split("\n")[0] == "- under 50 employees: course cost 100%, wage 75%"


def test_a_table_by_time_or_text_names_its_first_column_where_that_helps():
    columns = (Column({"de": "Laufzeit", "en": "term"}, "months"), Column({"de": "Rate", "en": "rate"}, "EUR"))
    assert (
        figure(fact(Table(columns, ((Decimal(12), Decimal(100)),)), "table"), "de")
        == "- Laufzeit 12 Monate: Rate 100 €"
    )
    columns = (Column({"de": "Art", "en": "kind"}, "text"), columns[1])
    row = ({"de": "Meister", "en": "Meister"}, Decimal(100))
    assert figure(fact(Table(columns, (row,)), "table"), "en") == "- Meister: rate €100"


def test_no_space_in_a_figure_is_anything_but_a_space():
    for unit in ("EUR", "percent", "hours"):
        for locale in ("de", "en"):
            assert not set(figure(fact(Decimal(1234567), unit), locale)) & {"\u00a0", "\u202f"}
