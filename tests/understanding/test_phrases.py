import pytest

from bot.understanding.material import drawn
from bot.understanding.phrases import MOST, PhraseError, expand, is_too_wide


@pytest.mark.parametrize(
    ("template", "sentences"),
    [
        ("wie hoch", {"wie hoch"}),
        ("wie (viel|hoch)", {"wie viel", "wie hoch"}),
        ("[bitte] hilfe", {"bitte hilfe", " hilfe"}),
        ("was (zahlt|gibt [es]) {topic}", {"was zahlt xtopicx", "was gibt es xtopicx", "was gibt  xtopicx"}),
        ("<please> hilfe", {"bitte hilfe", "mal hilfe"}),
    ],
)
def test_a_template_stands_for_all_its_sentences(template, sentences):
    assert set(expand(template, {"please": "(bitte|mal)"})) == sentences


@pytest.mark.parametrize("template", ["(a", "a)", "<nothing>", "{nobody}", "<loop>", "[a|(b]"])
def test_a_template_that_cannot_be_read_says_so(template):
    with pytest.raises(PhraseError):
        expand(template, {"loop": "<loop>"})


def test_no_template_can_hang_or_explode():
    bomb = "(a|b|c|d|e|f|g|h|i|j)" * 30
    assert len(expand(bomb, {})) == MOST
    assert is_too_wide(bomb, {})
    assert not is_too_wide("wie (viel|hoch)", {})


def test_one_more_sentence_puts_at_most_one_other_out_of_what_is_drawn():
    sentences = [(f"satz {number}",) for number in range(200)]
    before = drawn(sentences, 50)
    assert before == [each for each in sentences if each in before]
    assert len(before) == 50
    for place in (0, 100, 200):
        after = drawn([*sentences[:place], ("noch einer",), *sentences[place:]], 50)
        assert len(set(before) - set(after)) <= 1
    assert drawn(sentences[:50], 50) == sentences[:50]
