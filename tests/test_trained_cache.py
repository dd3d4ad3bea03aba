"""The cache of trained readers: which contents stay in it, and what is written into it."""

import os

import pytest

from bot.errors import ContentProblem
from bot.trained import KEPT, is_trained, load_trained, train
from tests.content.small_tree import SMALL_TREE, write_tree

ONE = "intents/smalltalk/thanks.yaml"


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache"


def content_folder(tmp_path, number):
    """The small content with a comment of its own, so that it is another one."""
    folder = tmp_path / f"content{number}"
    write_tree(folder, {**SMALL_TREE, ONE: f"{SMALL_TREE[ONE]}\n# {number}\n"})
    return folder


def age(cache):
    """Everything in the cache was used an hour longer ago."""
    for path in cache.iterdir():
        moment = path.stat().st_mtime - 3600
        os.utime(path, (moment, moment))


def test_of_many_contents_those_used_last_are_kept(tmp_path, cache):
    folders = [content_folder(tmp_path, number) for number in range(KEPT + 1)]
    for folder in folders[:KEPT]:
        load_trained(folder, cache)
        age(cache)
    load_trained(folders[0], cache)
    load_trained(folders[KEPT], cache)
    assert [is_trained(folder, cache) for folder in folders] == [True, False, *[True] * (KEPT - 1)]


def test_what_is_there_already_is_not_written_again(tmp_path, cache):
    found = load_trained(content_folder(tmp_path, 0), cache)
    (path,) = cache.iterdir()
    written = path.stat().st_ino
    assert train(found.content, found.problems, cache).content.hash == found.content.hash
    assert path.stat().st_ino == written
    more = (*found.problems, ContentProblem(ONE, 1, 1, "KB000", "A new finding.", "", "notice"))
    assert train(found.content, more, cache).problems == more
    assert path.stat().st_ino != written, "what the check has found is kept as well"
