"""A sample of the drill that puts hostile text into every field of every page; ``make drill`` takes a hundred payloads."""

from tests.drills.hostile import HOSTILE, Page


def test_a_sample_of_hostile_text_in_every_field(tmp_path):
    counts = HOSTILE.run(1, 4, tmp_path)
    assert HOSTILE.failures(counts) == [], counts.get("examples")
    assert counts["fields"] > 90, "a drill that finds no field proves nothing"


def test_the_drill_sees_what_it_looks_for():
    page = Page(
        '<p onclick=x><a href="javascript:1">a</a></p><form method=post action=/x><textarea name=t></textarea></form>'
    )
    assert ("p", ("onclick",)) in page.shape
    assert ("a", "javascript:1") in page.addresses
    assert [(form.action, form.typed) for form in page.forms] == [("/x", {"t"})]
