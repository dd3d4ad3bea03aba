"""What the templates make of texts: the shape of a page never depends on what somebody wrote."""

from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from bot.model import Bullets, Choice, OutboxId, Paragraph, Reply, SourceNote, Span
from bot.web.chat_pages import AboutPage
from bot.web.chat_view import Row
from bot.web.page_texts import TEXTS
from bot.web.pages import ASSETS, is_web_address, message_html, page
from tests.web.payloads import HOSTILE_ADDRESSES, HOSTILE_TEXTS

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ABOUT = AboutPage("c" * 32, "token")


class Shape(HTMLParser):
    """The tags with the names of their attributes, and every address somebody could be led to."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.addresses, self.values, self.words = [], [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.addresses += [value for name, value in attrs if name in ("href", "src", "action", "formaction")]
        self.values += [value for name, value in attrs if name in ("value", "data-message")]

    def handle_comment(self, data):
        self.tags.append(("comment", (data,)))

    def handle_data(self, data):
        self.words.append(data)


def reply_with(text, href="https://example.org/a"):
    return Reply(
        blocks=(
            Paragraph((Span(text), Span(text, bold=True), Span(text, href=href)), "first_contact"),
            Bullets(((Span(text),), (Span(text, href=href),))),
            Paragraph((Span(text),), "notice"),
        ),
        locale="de",
        sources=(SourceNote(text, href, text, text, text), SourceNote(text, None, None, text, text)),
        choices=(Choice(text, text), Choice(text, text)),
        rateable=True,
    )


def html_of(text, href="https://example.org/a"):
    rows = (
        Row(1, "user", text, at=AT, message_id="m" * 32),
        Row(2, "lotse", text, reply_with(text, href), OutboxId("o" * 36), AT),
        Row(3, "system", text, at=AT),
        Row(None, "user", text, at=AT, message_id="n" * 32, pending=True),
    )
    return "\n".join(message_html(row, ABOUT, "de") for row in rows)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_text_stays_text_in_every_place(text):
    harmless, hostile = Shape(html_of("harmlos")), Shape(html_of(text))
    assert hostile.tags == harmless.tags
    assert hostile.addresses == harmless.addresses
    shown = "".join(hostile.words)
    assert text in shown


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_hostile_suggestions_stay_text(text):
    def shape(words):
        values = {"rows": (), "after": 0, "waiting": False, "retention_days": 30, "case_days": 180}
        return Shape(page("chat.html", "de", page=ABOUT, suggestions=(words,), elsewhere="", **values).body.decode())

    assert shape(text).tags == shape("harmlos").tags
    assert shape(text).addresses == shape("harmlos").addresses


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_only_web_addresses_become_links(address):
    assert not is_web_address(address)
    shape = Shape(html_of("hier", address))
    assert "a" not in [tag for tag, _ in shape.tags]
    assert address not in shape.addresses or address in ("/chat/choices", "/chat/ratings", "/chat/reasons")


@pytest.mark.parametrize("address", ["https://example.org", "http://example.org/a?b=c#d", "https://müller.example/ä"])
def test_web_addresses_become_links_that_give_nothing_away(address):
    html = html_of("hier", address)
    assert Shape(html).addresses.count(address) == 3
    assert html.count('target="_blank" rel="noopener noreferrer"') == 3


def test_the_source_line_names_title_date_review_and_confidence():
    note = SourceNote("Weiterbilden SH", "https://example.org/x", "02.02.2026", "22.11.2026", "eine Quelle")
    reply = Reply((Paragraph((Span("Antwort"),)),), "de", (note,))
    words = "".join(Shape(message_html(Row(1, "lotse", "", reply), ABOUT, "de")).words)
    line = (
        "Quelle: Weiterbilden SH (öffnet sich in einem neuen Tab), Stand 02.02.2026, geprüft 22.11.2026 · eine Quelle"
    )
    assert line in " ".join(words.split())


def test_an_english_reply_is_marked_as_english_on_a_german_page():
    reply = Reply((Paragraph((Span("Answer"),)),), "en", (SourceNote("T", None, None, "22 Nov 2026", "one source"),))
    html = message_html(Row(1, "lotse", "", reply), ABOUT, "de")
    assert '<div class="body" lang="en">' in html
    assert "Source: T, undated, checked 22 Nov 2026" in " ".join(html.split())


def test_both_languages_say_everything():
    assert TEXTS["de"].keys() == TEXTS["en"].keys()
    assert all(words.strip() for texts in TEXTS.values() for words in texts.values())


def test_no_page_holds_style_or_script_of_its_own():
    values = {"after": 0, "waiting": True, "retention_days": 30, "case_days": 180, "suggestions": ("a",)}
    html = page(
        "chat.html",
        "de",
        page=ABOUT,
        elsewhere="",
        rows=(Row(2, "lotse", "", reply_with("x"), OutboxId("o")),),
        **values,
    )
    shape = Shape(html.body.decode())
    names = {name for _, attributes in shape.tags for name in attributes}
    assert not {name for name in names if name.startswith("on") or name == "style"}
    assert "style" not in {tag for tag, _ in shape.tags}
    assert [attributes for tag, attributes in shape.tags if tag == "script"] == [("src", "defer")]
    assert all(address.startswith(("/", "#", "https://example.org")) for address in shape.addresses)


def test_a_script_stays_one_small_file_without_dependencies():
    scripts = [name for name in ASSETS if name.endswith(".js")]
    assert sorted(scripts) == ["chat.js", "desk.js"]
    for name in scripts:
        source = ASSETS[name].body.decode()
        assert len(source.splitlines()) < 400
        assert "import" not in source
        assert "http" not in source
