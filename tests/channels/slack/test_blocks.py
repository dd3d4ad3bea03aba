"""Every message, form and home Lotse can produce is one Slack takes, and says by its text alone what its blocks say."""

import itertools
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.looking import OwnCase
from bot.channels.slack.blocks import PART, messages_of, with_choice, with_rating
from bot.channels.slack.case_form import case_form
from bot.channels.slack.desk_forms import desk_form
from bot.channels.slack.escaping import TURNS_AROUND, escape, is_safe, link_words, unescape
from bot.channels.slack.home import home_view
from bot.channels.slack.home_topics import Place
from bot.channels.slack.slack_desk_events import STEPS, DeskPlace
from bot.channels.splitting import split_reply
from bot.config import shipped_content
from bot.content.read import read_content
from bot.dialogue.desk_answers import calling
from bot.dialogue.desk_card import (
    DeskCase,
    DeskLine,
    case_card,
    case_line,
    erased_card,
    help_list,
    inserts_list,
    queue_list,
)
from bot.dialogue.digest import DigestFigures, digest
from bot.dialogue.knowledge_insert import insert_of
from bot.dialogue.policy import take_turn
from bot.dialogue.state import State
from bot.model import (
    LOCALES,
    Bullets,
    CaseContext,
    CaseFacts,
    CaseNumber,
    Choice,
    OutboxId,
    Paragraph,
    Pressed,
    Reply,
    Seen,
    ShownAnswer,
    Span,
    as_text,
    spans_text,
)
from tests.channels.slack.block_check import message_findings, own_findings, sdk_findings, texts_of, types_findings
from tests.conftest import NOW
from tests.dialogue.test_digest import FULL, TEAM
from tests.web.site import CHOICES, LONG, QUESTIONS, SOURCE, plain

ID = OutboxId("3f0c9d6e-0000-4000-8000-000000000000")
EVIL = (
    "<!channel>", "<!here|x>", "<!subteam^S012>", "<@U0ANDERE>", "<#C0LAN2Q65>", "<https://boese.example|die Bank>", "@here",
    "@channel", "*fett* _kursiv_ ~weg~ `code`", ":smile: :lotse:", "&lt;!channel&gt;", "\u202eabc\u202c", "a\u200bb", "\ufeff",
    "> Zitat", "```\nx\n```", "1 < 2 && 3 > 2", "Grüße 🦆", "<mailto:a@b.example|x>", "<!date^1^{date}|x>", "\\<!channel\\>",
)  # fmt: skip

NO_TOPICS = Place((), ())


def link(text, href="https://weiterbilden-sh.de/bonus"):
    return Span(text, href=href)


SHAPES = {
    "plain": plain("Guten Tag"),
    "long": LONG,
    "no words": Reply((), "de", choices=CHOICES),
    "empty paragraph": Reply((Paragraph((Span(""),)),), "de"),
    "a person": plain("Moin!", person="Anna Petersen"),
    "automatic": plain("60 %", automatic=True, sources=(SOURCE,), rateable=True),
    "links": Reply(
        (
            Paragraph(
                (Span("Mehr auf "), link("der Seite"), Span(".")),
            ),
            Bullets(((link("hier"),),)),
        ),
        "en",
    ),
    "code": Reply((Paragraph((Span("lotse erase", code=True), Span(" und "), Span("wichtig", bold=True))),), "de"),
    "notice": Reply((Paragraph((Span("Hinweis."),), "notice"), Paragraph((Span("x" * 5_000),), "notice")), "de"),
    "many choices": plain("Bitte", choices=tuple(Choice(f"Wahl {'sehr ' * 30}{n}", f"say:{n}") for n in range(40))),
    "commands": plain(
        "Guten Morgen",
        choices=(
            Choice("Nächster Fall", "desk:type:!next foerderung"),
            Choice("Wissen prüfen", "desk:type:!review foerderung"),
        ),
    ),
    "very long": plain("wort " * 4_000, sources=(SOURCE,) * 3, choices=CHOICES, rateable=True, person="Anna"),
    "one long word": plain("x" * 9_000),
    "many items": Reply((Bullets(tuple((Span(f"Punkt {n}"),) for n in range(500))),), "de"),
    "many paragraphs": Reply(tuple(Paragraph((Span(f"Absatz {n}."),)) for n in range(200)), "de"),
    "evil": Reply(
        (Paragraph(tuple(Span(each) for each in EVIL)), Bullets(tuple((Span(each),) for each in EVIL))), "de"
    ),
    "evil links": Reply(tuple(Paragraph((Span("\u202e"), link(each), Span("\u202c"))) for each in EVIL), "de"),
}


def shipped_replies():
    """Every answer there is, in every language it is written in."""
    content = read_content(shipped_content()).content
    for topic, locale in itertools.product(content.topics.values(), LOCALES):
        for aspect in topic.answers:
            state = State(locale=locale, locale_fixed=True)
            turn = take_turn(state, Pressed(f"say:{topic.id}.{aspect}"), None, content, NOW)
            yield from turn.replies


def test_every_message_is_one_slack_takes(node_tools, tmp_path):
    replies = [*SHAPES.values(), *shipped_replies()]
    assert len(replies) > 300
    messages = [message for reply in replies for message in messages_of(reply, ID)]
    wrong = {message.text[:60]: found for message in messages if (found := message_findings(message))}
    assert wrong == {}
    assert types_findings(node_tools, tmp_path, *(message.blocks for message in messages)) == []


def test_forms_and_homes_are_what_slack_takes(node_tools, tmp_path):
    cases = [OwnCase(number, f"Ihr Fall {number} <!channel> ist offen.") for number in range(1, 40)]
    views = [
        *(case_form(question, locale) for question in ("", "Zählt mein Meister?", "x" * 9_000) for locale in LOCALES),
        *(home_view(QUESTIONS[locale], NO_TOPICS, some, locale) for some in ((), cases) for locale in LOCALES),
        home_view((), NO_TOPICS, (), "de"),
    ]
    for view in views:
        assert sdk_findings(view["blocks"]) == []
        assert own_findings(view["blocks"], most=100) == []
        assert all(len(view[name]["text"]) <= 24 for name in ("title", "submit", "close") if name in view)
    assert types_findings(node_tools, tmp_path, *views) == []


STATES = ("open", "claimed", "waiting_employee", "waiting_third", "resolved", "closed", "muted", "bot")
LONG_QUESTION = " ".join(EVIL) * 20


def desk_cases(content):
    """A case in every state, as short and as long as it may be."""
    for number, state in enumerate(STATES, 1):
        facts = CaseFacts(
            CaseNumber(10**8 + number), state, 3, "foerderung", "de", NOW, first_due=NOW, reopen_until=NOW,
            owner=None if state == "open" else "anna", owner_name="" if state == "open" else "Anna <!channel> Petersen",
        )  # fmt: skip
        context = CaseContext(
            (("weiterbildungsbonus.amount", 61.0),) * 5,
            shown=(ShownAnswer("weiterbildungsbonus.overview"),) * 30,
            files_refused=2,
        )
        yield DeskCase(facts, "Person 7F3A", "matrix", "Zählt mein Meister?", "asked", CaseContext())
        yield DeskCase(facts, "@everyone" * 20, "slack", LONG_QUESTION, "two misses", context)


def test_what_coordinators_see_is_what_slack_takes(node_tools, tmp_path):
    content = read_content(shipped_content()).content
    cases = list(desk_cases(content))
    insert = insert_of("weiterbildungsbonus.amount", content, NOW, "de")
    cards = [case_card(each, content, NOW, locale) for each in cases for locale in LOCALES]
    assert {len(messages_of(card, ID)) for card in cards} == {1}, (
        "its buttons stand below the message its thread begins with"
    )
    replies = [
        *cards,
        *(
            case_line(DeskLine(kind, NOW, LONG_QUESTION, "Anna"), content, "de")
            for kind in ("employee", "note", "coordinator")
        ),
        *(help_list(locale) for locale in LOCALES),
        *(queue_list(some, content, NOW, locale, most=30) for some in ((), cases[:1], cases * 4) for locale in LOCALES),
        inserts_list([insert] * 12, "de"),
        erased_card(CaseNumber(17), "en"),
        *(digest(TEAM, figures, NOW, locale) for figures in (FULL, DigestFigures()) for locale in LOCALES),
        calling(plain("Das liegt jetzt bei Ihnen."), [("U061F7AUR", "Anna"), ("U2147483697", "Ben <!channel>")]),
    ]
    messages = [message for reply in replies for message in messages_of(reply, ID)]
    assert {message.text[:60]: found for message in messages if (found := message_findings(message))} == {}
    blocks = [block for message in messages for block in message.blocks]
    called = [part for block in blocks for run in block["elements"] for part in run.get("elements", ())]
    assert [part["user_id"] for part in called if part["type"] == "user"] == ["U061F7AUR", "U2147483697"]
    rows = [block for block in blocks if str(block.get("block_id")).startswith("desk:")]
    assert {len(row["elements"]) for row in rows} == {len(STEPS) + 1, len(STEPS) + 2}, "with and without *claim*"
    many = [(f"team{number}", "Ein Team mit einem sehr langen Namen " * 4) for number in range(120)]
    place = DeskPlace("C0123456789", "1700000000.000100", 10**9 - 1, Seen(10**9 - 1, 10**17))
    forms = [
        desk_form(step, place, teams, [("answered", "Beantwortet")], locale)
        for step, teams, locale in itertools.product(STEPS, (many, many[:1]), LOCALES)
    ]
    own = [OwnCase(number, f"Ihr Fall {number} ist offen.") for number in range(1, 40)]
    homes = [
        home_view(QUESTIONS[locale], NO_TOPICS, own, locale, queue_list(some, content, NOW, locale, most=30))
        for some in ((), cases[:1], cases * 4)
        for locale in LOCALES
    ]
    for view in forms + homes:
        assert sdk_findings(view["blocks"]) == []
        assert own_findings(view["blocks"], most=100) == []
        assert all(len(view[name]["text"]) <= 24 for name in ("title", "submit", "close") if name in view)
        assert len(view.get("private_metadata", "")) <= 3_000
    shown = "\n".join(texts_of(homes[-1]["blocks"]))
    assert shown.count("Case 1000") == 30, "every row of the queue that may be shown is"
    assert f"{len(cases) * 4} open cases" in shown
    assert f"… and {len(cases) * 4 - 30} more" in shown
    assert types_findings(node_tools, tmp_path, *forms, *homes, *(message.blocks for message in messages)) == []


def test_what_was_chosen_or_rated_replaces_the_buttons(node_tools, tmp_path):
    (message,) = messages_of(plain("Bitte <wählen>.", choices=CHOICES, rateable=True), ID)
    sent = {"text": message.text, "blocks": list(message.blocks)}
    chosen = with_choice(sent, "Gewählt: Wer <bekommt> ihn?")
    rated = with_rating({"text": chosen.text, "blocks": list(chosen.blocks)}, "Ihre Bewertung: hilfreich", "Warum?")
    for changed in (chosen, rated):
        assert message_findings(changed) == []
    assert types_findings(node_tools, tmp_path, chosen.blocks, rated.blocks) == []
    actions = [
        element["action_id"] for block in rated.blocks for element in block["elements"] if "action_id" in element
    ]
    assert actions == ["why"]
    assert "Gewählt: Wer <bekommt> ihn?" in texts_of(rated.blocks)
    assert rated.text.endswith("Gewählt: Wer &lt;bekommt&gt; ihn?\n\nIhre Bewertung: hilfreich")


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "nonsense"},
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},
        {
            "type": "actions",
            "elements": [{"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "x" * 76}}],
        },
        {"type": "divider", "block_id": "x" * 256},
        {"type": "context", "elements": [{"type": "plain_text", "text": "x"}] * 11},
        {"type": "section"},
    ],
)
def test_the_first_validator_finds_what_slack_refuses(wrong):
    assert sdk_findings([wrong]) != []


def test_the_second_validator_and_our_own_rules_find_what_the_first_does_not(node_tools, tmp_path):
    header = {"type": "header", "text": {"type": "mrkdwn", "text": "x"}}
    assert types_findings(node_tools, tmp_path, [header]) != []
    assert own_findings([{"type": "divider", "block_id": "a"}] * 2) != []
    assert own_findings([{"type": "divider"}] * 51) != []
    assert own_findings([]) != []


# --- Text alone, and nothing hidden ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHAPES)
def test_a_text_says_everything_its_blocks_say(name):
    for part, message in zip(split_reply(SHAPES[name], PART, 40), messages_of(SHAPES[name], ID), strict=True):
        assert unescape(message.text) == (as_text(part).strip() or "–")
        said = _words(as_text(part)) | _words(TURNS_AROUND.sub("", as_text(part))) | {"weiterbilden-sh.de", "–"}
        buttons = {"Hilfreich", "Nicht hilfreich", "Warum diese Antwort?"}
        for text in texts_of(message.blocks):
            if text.endswith("…"):
                assert text[:-1] in as_text(part)
            elif text not in buttons:
                assert _words(text) <= said, text


def _words(text):
    return set(re.findall(r"[\w%€.-]+", text))


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_calls_anybody_or_hides_where_it_leads(evil):
    reply = Reply(
        (
            Paragraph((Span(evil), link(evil), Span(evil))),
            Bullets(((Span(evil),),)),
            Paragraph((Span(evil),), "notice"),
        ),
        "de",
        choices=(Choice(evil, "say:x"),),
        person=evil,
    )
    for message in messages_of(reply, ID):
        assert not re.search(r"<[!@#]|<[a-z]+:[^>]*\|", message.text)
        assert "<" not in message.text
        for block in message.blocks:
            assert block["type"] in ("rich_text", "context", "actions")
            _check_elements(block)


def _check_elements(element):
    assert element.get("type") not in ("user", "usergroup", "channel", "broadcast", "emoji", "team", "mrkdwn", "date")
    if element.get("type") == "link":
        assert "weiterbilden-sh.de" in element["text"]
        assert not re.search("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]", element["text"])
    for inner in element.get("elements", ()):
        _check_elements(inner)


@pytest.mark.parametrize(
    ("words", "address", "shown"),
    [
        ("der Seite", "https://weiterbilden-sh.de/bonus", "der Seite (weiterbilden-sh.de)"),
        ("diesen Antrag [weiterbilden-sh.de]", "https://weiterbilden-sh.de/x", "diesen Antrag [weiterbilden-sh.de]"),
        ("Weiterbilden-SH.de, Bonus", "https://weiterbilden-sh.de/x", "Weiterbilden-SH.de, Bonus"),
        ("ib-sh.de, Bonus", "https://www.ib-sh.de/x", "ib-sh.de, Bonus (www.ib-sh.de)"),
        ("sparkasse.de", "https://boese.example/x", "https://boese.example/x"),
        ("sparkasse.de [boese.example]", "https://boese.example/x", "https://boese.example/x"),
        ("boese.example.sparkasse.de", "https://boese.example/x", "https://boese.example/x"),
        ("boese.example,sparkasse.de", "https://boese.example/x", "https://boese.example/x"),
        ("https://sparkasse.de", "https://boese.example/x", "https://boese.example/x"),
        ("sparkasse。de/boese.example", "https://boese.example/x", "https://boese.example/x"),
        ("sparkasse．de boese.example", "https://boese.example/x", "https://boese.example/x"),
        ("sparkasse․de", "https://boese.example/x", "https://boese.example/x"),
        ("https://intranet/boese.example", "https://boese.example/x", "https://intranet/boese.example (boese.example)"),
        ("Näheres: https://www.ib-sh.de/x", "https://ib-sh.de/x", "Näheres: https://www.ib-sh.de/x"),
        ("https://boese.example/x", "https://boese.example/x", "https://boese.example/x"),
        ("", "https://boese.example/x", "https://boese.example/x"),
        ("\u202eknaB\u202c", "https://boese.example", "knaB (boese.example)"),
        ("Schreiben Sie uns", "mailto:a@example.org", "a@example.org"),
    ],
)
def test_a_link_shows_where_it_leads(words, address, shown):
    assert link_words(words, address) == shown


def test_an_address_that_turns_itself_around_is_straightened():
    reply = Reply((Paragraph((link("\u202ex", "\u2066https://boese.example/\u2069"),)),), "de")
    (message,) = messages_of(reply, ID)
    assert texts_of(message.blocks) == ["x (boese.example)"]


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "slack://user?id=1",
        "file:///etc/passwd",
        "//x",
        "x",
        "http://[",
        "https://sparkasse.de@boese.example/",
    ],
)
def test_a_link_that_leads_nowhere_safe_is_words(address):
    assert not is_safe(address)
    (message,) = messages_of(Reply((Paragraph((link("hier", address),)),), "de"), ID)
    assert texts_of(message.blocks) == [f"hier ({address})"]


def test_escaping_and_reading_are_each_others_opposite():
    for text in (*EVIL, "&amp;lt;"):
        assert unescape(escape(text)) == text


TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Z", "Cf")), max_size=400)
HREFS = st.none() | st.just("https://weiterbilden-sh.de/x")
SPANS = st.builds(Span, TEXTS.map(lambda text: text or "x"), st.booleans(), HREFS, st.booleans())
RUNS = st.lists(SPANS, min_size=1, max_size=6).map(tuple)
BLOCKS = st.lists(st.builds(Paragraph, RUNS) | st.builds(Bullets, st.lists(RUNS, max_size=8).map(tuple)), max_size=50)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(BLOCKS)
def test_whatever_is_said_is_split_so_that_slack_takes_all_of_it(blocks):
    reply = Reply(tuple(blocks), "de", (SOURCE,), CHOICES, rateable=True)
    said = "".join("".join(_plain(part.blocks).split()) for part in split_reply(reply, PART, 40))
    assert said == "".join(_plain(reply.blocks).split())
    for message in messages_of(reply, ID):
        assert message_findings(message) == []
        assert len(message.text) <= 4_000 * 5  # entities are longer than what they stand for


def _plain(blocks):
    return "".join(
        spans_text(block.spans) if isinstance(block, Paragraph) else "".join(map(spans_text, block.items))
        for block in blocks
    )
