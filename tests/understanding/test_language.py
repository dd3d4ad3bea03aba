"""German or English, told from the words of the shipped content."""

import pytest


@pytest.mark.parametrize(
    ("text", "prior", "language"),
    [
        ("was zahlt der bonus", None, "de"),
        ("who pays for the course", None, "en"),
        ("who pays for the course", "de", "en"),
        ("was zahlt der bonus", "en", "de"),
        ("ok", "en", "en"),
        ("ok", "de", "de"),
        ("nö", "de", "de"),
        ("dual?", "de", "de"),
        ("thanks", "de", "en"),
        ("danke", "en", "de"),
        ("qwrtz", None, "de"),
        ("7F3A-9K2D-M4QX", None, "de"),
        ("verbinden 7F3A-9K2D-M4QX", None, "de"),
        ("ipc-a-610 kurs", None, "de"),
        ("mein 3-tages-kurs", "en", "de"),
    ],
)
def test_the_language_of_a_message(trained, text, prior, language):
    assert trained.reader.language.detect(text, prior) == language
