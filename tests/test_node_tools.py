"""Node and the packages from npm are there, at the versions that were pinned."""

import json

from tests import node_tools as module


def test_node_is_new_enough_and_finds_the_packages_by_name(node_tools):
    wanted = json.loads((node_tools.folder / "package.json").read_text("utf-8"))
    done = node_tools.run(["versions.mjs"])
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert tuple(map(int, found.pop("node").split(".")[:2])) >= (22, 15)
    assert found == wanted["dependencies"]


def test_packages_of_another_lock_are_not_used(node_tools, monkeypatch, tmp_path):
    other = tmp_path / "installed.json"
    other.write_text("{}")
    for installed in (other, tmp_path / "nothing"):
        monkeypatch.setattr(module, "INSTALLED", installed)
        assert "python -m tests.node_tools" in module.node_tools()
