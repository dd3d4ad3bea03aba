"""What tells who somebody is goes; what an answer needs stays."""

import pytest

from bot.content.anonymise import anonymise, looks_personal, public_link

NAMES = ("Anna Müller-Petersen", "Jörg Weiß")
COMPANIES = ("Mikro Nord GmbH",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hallo Frau Müller-Petersen,", "Hallo Frau ‹Name›,"),
        ("anna mueller petersen fragt", "‹Name› fragt"),
        ("ANNA MULLER fragt", "‹Name› fragt"),
        ("Annas Antrag", "‹Name› Antrag"),
        ("Joerg und Weiss", "‹Name› und ‹Name›"),
        ("bei der Mikro Nord GmbH in Kiel", "bei der ‹Betrieb› in Kiel"),
        ("bei Mikro-Nord", "bei ‹Betrieb›"),
        ("schreiben an eva.berg+x@firma.example.", "schreiben an ‹E-Mail›."),
        ("eva (at) firma.example", "‹E-Mail›"),
        ("Tel. 0431 9905-2222, mobil +49 (0)171 1234567", "Tel. ‹Telefon›, mobil ‹Telefon›"),
        ("Fax 0431/990522", "Fax ‹Telefon›"),
        ("IBAN DE89 3704 0044 0532 0130 00 bitte", "IBAN ‹Konto› bitte"),
        ("DE89370400440532013000", "‹Konto›"),
        ("wohnt in der Holtenauer Straße 12a, 24105 Kiel", "wohnt in der ‹Adresse›"),
        ("Lindenweg 3", "‹Adresse›"),
        ("Am Alten Markt 5", "‹Adresse›"),
        ("24105 Kiel", "‹Adresse›"),
        ("12 Main Street", "‹Adresse›"),
        ("Personalnummer: 4711-B", "Personalnummer: ‹Nummer›"),
        ("Pers.-Nr. 00815", "Pers.-Nr. ‹Nummer›"),
        ("my employee number is AB1234", "my employee number is ‹Nummer›"),
        ("SV 12 150780 J 009", "SV ‹Nummer›"),
        ("Steuer-ID 12345678901", "Steuer-ID ‹Nummer›"),
        ("geboren am 12.03.1985 in", "geboren am ‹Geburtsdatum› in"),
        ("Herr Dr. von Bülow kommt", "Herr Dr. ‹Name› kommt"),
        ("Ich heiße Zoë Öztürk und", "Ich heiße ‹Name› und"),
        ("Viele Grüße\nKarl Otto", "Viele Grüße\n‹Name›"),
        ("ich habe mit Jan Müller gesprochen", "ich habe mit ‹Name› gesprochen"),
        ("Sabine von Ahlefeld rief an", "‹Name› rief an"),
        ("Ich bin Peter Schulz aus Husum", "Ich bin ‹Name› aus Husum"),
        ("Ich bin Wanja Kruse, guten Tag", "Ich bin ‹Name›, guten Tag"),
        ("ich heisse peter schulz und arbeite hier", "ich heisse ‹Name› und arbeite hier"),
        ("ich heiße peter", "ich heiße ‹Name›"),
        ("Liebe Sabine, danke", "Liebe ‹Name›, danke"),
        ("Hallo Wanja! Kurz gefragt", "Hallo ‹Name›! Kurz gefragt"),
        ("bei der Firma Danfoss in Flensburg", "bei der Firma ‹Betrieb› in Flensburg"),
        ("ich arbeite bei Danfoss", "ich arbeite bei ‹Betrieb›"),
        ("frag @karl:matrix.example", "frag ‹Name›"),
        ("https://portal.example/antrag?id=4711#x", "https://portal.example/antrag"),
        ("http://user:pw@intern/x", "‹Link›"),
    ],
)
def test_what_tells_a_person_is_replaced(text, expected):
    found, replaced = anonymise(text, NAMES, COMPANIES)
    assert found == expected
    assert replaced or "portal.example" in text


@pytest.mark.parametrize(
    "text",
    [
        "Das Land übernimmt 60 % der Kosten, höchstens 5.000 € pro Weiterbildung.",
        "Seit dem 02.02.2026 gilt: 40 % und 1.500,00 €.",
        "Bis 2026-11-22, 12:30 Uhr, mindestens 16 Stunden, § 4 WBG, DQR 6, 30 ECTS",
        "Ja, auch für Auszubildende mit 10000 Euro Einkommen.",
        "Rufen Sie bitte die IB.SH an; sie berät Sie auf dem Weg zum Antrag.",
        "Der Kurs läuft 5 Tage in 2 Blöcken.",
        "Herr und Frau sind gleich gemeint, schreiben Sie uns.",
        "Hallo zusammen, hallo Team, guten Tag Kollegen, liebe Kolleginnen, moin moin",
        "Ich bin Auszubildende Mikrotechnologie, ich bin Angestellter und ich bin neu hier.",
        "Übernimmt die Firma Kosten? Ich arbeite bei einer Firma in Teilzeit.",
        "Die Investitionsbank Schleswig-Holstein fördert den Kurs Reinraumtechnik der Fachhochschule Kiel.",
        "In einer anderen Sache: Das geht mit dem Aufstiegs-BAföG.",
        "Mehr auf https://weiterbilden-sh.de/bonus und [hier](https://ib-sh.de).",
    ],
)
def test_what_an_answer_needs_stays(text):
    assert anonymise(text, NAMES, COMPANIES) == (text, ())


def test_the_reviewer_is_told_how_much_of_what_and_not_the_words():
    _, replaced = anonymise("Anna, Anna und eva@firma.example", NAMES)
    assert [(one.kind, one.placeholder, one.times) for one in replaced] == [
        ("email", "‹E-Mail›", 1),
        ("name", "‹Name›", 2),
    ]


@pytest.mark.parametrize("name", ["", " ", "Li", "von", "a.b", "(((", "x" * 300, "123", "[a-z]+", "\\"])
def test_odd_names_do_no_harm(name):
    assert anonymise("Das Land zahlt den Kurs.", [name], [name])[0] == "Das Land zahlt den Kurs."


@pytest.mark.parametrize(
    "text",
    [
        "0" * 5_000,
        "a@" * 3_000,
        "Aa " * 2_000,
        "+49 " * 2_000,
        "DE" * 3_000,
        "x" * 300_000,
        "Am A 1 " * 900,
        "- " * 4000,
    ],
)
def test_hostile_lengths_are_read_in_time(text):
    anonymise(text, NAMES, COMPANIES)


def test_what_is_left_can_be_looked_for():
    assert list(looks_personal("eva@firma.example")) == [("email", "eva@firma.example")]
    assert list(looks_personal("Das Land zahlt 60 %, siehe https://ib-sh.de.")) == []


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://ib-sh.de/x.", "https://ib-sh.de/x"),
        ("https://a@ib-sh.de/", None),
        ("http://ib-sh.de", None),
        ("https://localhost/x", None),
        ("https://ib-sh.de/a?token=1", "https://ib-sh.de/a"),
    ],
)
def test_only_the_address_of_a_page_is_kept(address, kept):
    assert public_link(address) == kept
