import re
from pathlib import Path

from bot.content.read import read_content

ROOT = Path(__file__).parents[2]
YES_OR_NO = re.compile(r"(ja|nein|doch|noch nicht|yes|not yet)\b|no[,:]", re.IGNORECASE)


def texts_of(answer):
    yield answer.text
    yield answer.plain
    yield from answer.who.values()


def test_no_answer_begins_with_yes_or_no():
    """People ask both ways round (*may I*, *may they refuse*), and a yes to the one is a no to the other."""
    content = read_content(ROOT).draft.content
    begun = [
        f"{topic.id}.{answer.aspect} {locale}: {text[:60]}"
        for topic in content.topics.values()
        for answer in topic.answers.values()
        for texts in texts_of(answer)
        for locale, text in texts.items()
        if YES_OR_NO.match(text)
    ]
    assert not begun


def test_whom_to_ask_stands_behind_a_colon_because_names_have_no_article():
    """*Den Preis nennt Ihnen ZVE* lacks one, and each contact's name would need another, in another case."""
    aspects = read_content(ROOT).draft.content.aspects.values()
    sentences = [text for aspect in aspects for text in aspect.module_unknown.values() if "{contact}" in text]
    assert sentences
    assert [text for text in sentences if ": {contact}." not in text] == []
