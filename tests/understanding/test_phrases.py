import pytest

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
