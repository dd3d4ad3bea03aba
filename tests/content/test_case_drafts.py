"""From a solved case to a draft: nobody's name, nothing but text, and a file every reader understands."""

import random
import re
from datetime import date

import pytest
import yaml

from bot.check import check_drafts
from bot.commands.schema import schema_files
from bot.content.case_drafts import (
    LONGEST_ANSWER,
    NothingToDraft,
    SolvedCase,
    as_answer,
    as_sentence,
    draft_from,
    guess_of,
)
from bot.content.content_files import content_hash, read_drafts
from bot.content.draft_findings import draft_findings
from bot.content.editor_schema import modeline
from bot.content.read import read_content
from bot.content.teaching import TeachingRefused
from bot.content.yaml_tree import parse_yaml, plain
from bot.drafts import save_draft
from bot.model import CaseNumber, TopicId
from tests.content.small_tree import TODAY, write_tree
from tests.web.payloads import HOSTILE_TEXTS

CASE = SolvedCase(
    number=CaseNumber(17),
    question="Ich bin Anna Petersen (0431 123456), kann ich Bonus und BAföG verbinden?",
    replies=(
        "Hallo Frau Petersen,\n\nja, das geht. **Wichtig**: vor dem Kurs, siehe [hier](https://ib-sh.de/x?id=7).",
        "Viele Grüße\nJens Jensen",
    ),
    locale="de",
    solved_on=date(2026, 11, 22),
    topic=TopicId("bonus"),
    aspect="combination",
    names=("Anna Petersen", "Jens Jensen"),
)
HOSTILE = (
    *HOSTILE_TEXTS,
    "{rate} {bonus.cap} {before.rate} {{x}}",
    "(a|b) [x] <rule> {topic} {who}",
    '"\nanswers:\n  amount: {de: "alles"}\n#',
    "': !!python/object/apply:os.system ['x']",
    "--- \n...\n%YAML 1.1\n&a *a <<: *a",
    "\\\" \\x00 \\u202e \\n \\",
    "a\0b\x07c\x1b[31md\u202ee\u200bf\ufeffg\u2028h\x85i\tj",
    "zeile\r\nzeile\rzeile",
    "e\u0301" + "\u0301" * 300,
    "yes", "null", "~", "12:30", "- x", "# x", "key: value", ">", "|", "😀 \U0010ffff \ue000",
    "x" * 20_000,
    "wort " * 5_000,
    "[klick](javascript:alert(1)) ![x](data:y) [z](http://a) [ok](https://ib-sh.de)",
)  # fmt: skip


def loaded(draft):
    """The values as Lotse reads them; any other reader of YAML must get through the file, too."""
    assert yaml.safe_load(draft.text)["draft"] == draft.file.partition("/")[2].removesuffix(".yaml")
    tree, problems = parse_yaml(draft.file, draft.text.encode())
    assert not problems
    return plain(tree.root)


def test_a_draft_holds_question_and_answer_without_anybody():
    draft = draft_from(CASE)
    assert draft.file == "drafts/bonus.1.yaml"
    assert draft.text.startswith(modeline(draft.file) + "\n")
    values = loaded(draft)
    assert values == {
        "draft": "bonus.1",
        "case": 17,
        "solved": date(2026, 11, 22),
        "topic": "bonus",
        "aspect": "combination",
        "replaced": {"name": 3, "phone": 1},
        "answer": {
            "de": "Hallo Frau ‹Name›,\n\nja, das geht. **Wichtig**: vor dem Kurs, siehe [hier](https://ib-sh.de/x).\n\n"
            "Viele Grüße\n‹Name›",
            "tests": {
                "de": {"yes": ["Ich bin ‹Name› ‹Telefon› , kann ich Bonus und BAföG verbinden?"]},
                "en": {"yes": []},
            },
        },
    }
    assert [(one.kind, one.times) for one in draft.replaced] == [("name", 3), ("phone", 1)]
    assert "TODO" not in draft.text


def test_names_of_files_that_are_taken_are_passed_over():
    assert draft_from(CASE, {"bonus.1.yaml", "bonus.2.yaml", "bonus.4.yaml"}).file == "drafts/bonus.3.yaml"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("where", ["question", "reply", "both"])
def test_hostile_words_stay_words(text, where):
    question = f"frage {text}" if where != "reply" else "Frage?"
    reply = f"Antwort {text}" if where != "question" else "Antwort."
    case = SolvedCase(CaseNumber(1), question, (reply,), "de", TODAY, TopicId("bonus"))
    draft = draft_from(case)
    values = loaded(draft)
    assert set(values) <= {"draft", "case", "solved", "topic", "replaced", "cut", "answer"}
    assert set(values["answer"]) == {"de", "tests"}
    (sentence,) = values["answer"]["tests"]["de"]["yes"]
    assert not set(sentence) & set("{}[]<>()|\n")
    assert not set(values["answer"]["de"]) & set("{}")
    assert "<script" not in values["answer"]["de"]
    assert "javascript:" not in values["answer"]["de"] or "](javascript" not in values["answer"]["de"]
    found = draft_findings({draft.file: draft.text.encode()}, None)
    assert {problem.code for problem in found} <= {"KB070", "KB071", "KB073"}, found
    assert {problem.severity for problem in found} == {"notice"}


def test_random_words_of_all_signs_always_give_a_file_that_reads_the_same():
    chance = random.Random(7)
    signs = [
        *"{}[]<>()|\\\"'`#:-&*!%@,?~\t\n\r\0 ",
        "\u2028",
        "\u202e",
        "ä",
        "😀",
        "{rate}",
        "Anna",
        "0431 123456",
        "---",
    ]
    for _ in range(300):
        text = "Wort " + "".join(chance.choices(signs, k=chance.randrange(60)))
        draft = draft_from(
            SolvedCase(CaseNumber(1), text, (text,), chance.choice(("de", "en")), TODAY, names=("Anna",))
        )
        assert loaded(draft)["draft"] == "unsorted.1"
        assert not re.search(r"\bAnna\b", draft.text)
        assert not [p for p in draft_findings({draft.file: draft.text.encode()}, None) if p.code < "KB070"]


@pytest.mark.parametrize(
    ("question", "replies"), [("", ("Ja.",)), ("Frage?", ()), ("Frage?", ("👍",)), ("{}", ("Ja.",))]
)
def test_without_words_there_is_no_draft(question, replies):
    with pytest.raises(NothingToDraft):
        draft_from(SolvedCase(CaseNumber(1), question, replies, "de", TODAY))


def test_a_long_reply_is_cut_and_says_so():
    draft = draft_from(SolvedCase(CaseNumber(1), "Frage?", ("wort " * 2_000,), "en", TODAY))
    assert draft.cut
    assert len(loaded(draft)["answer"]["en"]) <= LONGEST_ANSWER
    assert any(
        "its end is missing" in problem.message for problem in draft_findings({draft.file: draft.text.encode()}, None)
    )


def test_a_name_with_hidden_characters_in_it_is_still_found():
    case = SolvedCase(CaseNumber(1), "Frage von An\u200bna?", ("An\u00adna: ja",), "de", TODAY, names=("Anna",))
    assert "Anna" not in draft_from(case).text


def test_formatting_that_is_text_stays():
    assert as_answer("Eins.\n\n- zwei\n- **drei**\n\n\n\nvier 5 < 6") == "Eins.\n\n- zwei\n- **drei**\n\nvier 5 < 6"
    assert as_sentence("  Was\n kostet [das] {so}? ") == "Was kostet das so ?"


@pytest.mark.parametrize(
    ("understood", "topic", "expected"),
    [
        ((("bonus.amount", 60.0),), "bonus", ("bonus", "amount")),
        ((("thanks", 70.0), ("bonus.amount", 60.0)), None, ("bonus", "amount")),
        ((("kompass.amount", 60.0), ("bonus.deadline", 5.0)), "bonus", ("bonus", "deadline")),
        ((), "bonus", ("bonus", None)),
        ((), None, (None, None)),
    ],
)
def test_the_guess_is_the_best_that_fits_the_topic(understood, topic, expected):
    assert guess_of(understood, topic) == expected


# --- The folder ----------------------------------------------------------------------------------------------------


@pytest.fixture
def small(tmp_path):
    return write_tree(tmp_path)


def test_saving_makes_the_folder_and_never_writes_over_a_file(small, tmp_path):
    first, second = (save_draft(small, CASE, shipped=tmp_path / "x") for _ in range(2))
    assert (first.file, second.file) == ("drafts/bonus.1.yaml", "drafts/bonus.2.yaml")
    assert (small / first.file).read_text("utf-8") == first.text
    shipped = write_tree(tmp_path / "shipped")
    with pytest.raises(TeachingRefused, match="LOTSE_CONTENT"):
        save_draft(shipped, CASE, shipped=shipped)
    assert not (shipped / "drafts").exists()


def test_the_check_lists_what_waits_and_nothing_keeps_the_content_from_going_live(small, tmp_path):
    before = read_content(small)
    save_draft(small, CASE, shipped=tmp_path / "x")
    (small / "drafts" / "broken.1.yaml").write_text("draft: [", "utf-8")
    (small / "drafts" / "odd.2.yaml").write_text("draft: odd.2\ncase: eins\n", "utf-8")
    (small / "drafts" / "text.txt").write_text("no draft", "utf-8")
    other = draft_from(
        SolvedCase(
            CaseNumber(3), "Frage?", ("Das kostet 50 €, eva@firma.example",), "de", TODAY, TopicId("bonas"), "amuont"
        )
    )
    text = other.text.replace("‹E-Mail›", "eva@firma.example")
    (small / other.file).write_text(text, "utf-8")
    after = read_content(small)
    assert after.content == before.content
    assert after.problems == before.problems
    found = check_drafts(small, after.content)
    assert {problem.severity for problem in found} == {"notice"}
    codes = {(problem.file.partition("/")[2], problem.code) for problem in found}
    assert ("bonus.1.yaml", "KB070") in codes
    assert ("broken.1.yaml", "KB002") in codes
    assert ("odd.2.yaml", "KB016") in codes
    assert {code for file, code in codes if file == "bonas.1.yaml"} == {"KB070", "KB071", "KB072", "KB073"}
    assert any("Did you mean `bonus`?" in problem.hint for problem in found)
    assert read_drafts(small.parent / "nowhere") == ({}, ())


def test_editors_know_the_shape_of_a_draft(small):
    assert "draft.json" in schema_files()
    assert modeline("drafts/bonus.1.yaml") == "# yaml-language-server: $schema=../knowledge/.schemas/draft.json"
    assert content_hash({}) != content_hash({"x": b""})


def test_whom_the_employee_names_once_is_nowhere_in_the_draft():
    """The coordinator answers with the name only, which alone nothing would tell from a noun."""
    question = "Ich bin Wanja Kruse aus Husum. Zahlt die Firma Danfoss den Kurs?"
    case = SolvedCase(CaseNumber(7), question, ("Ja, Danfoss zahlt das. Grüßen Sie Kruse.",), "de", date(2026, 11, 22))
    text = draft_from(case).text
    for word in ("Wanja", "Kruse", "Danfoss"):
        assert word not in text
