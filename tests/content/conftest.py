import pytest

from tests.content.small_tree import write_tree


@pytest.fixture
def small(tmp_path):
    """A folder with the small content that is right in every respect."""
    return write_tree(tmp_path)
