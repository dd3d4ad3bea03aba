"""Lotse as its users start it: commands, a process of its own, in a folder of its own, spoken to by pipes and by HTTP."""

import contextlib
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from html import unescape
from pathlib import Path

import httpx
import structlog
from typer.testing import CliRunner

from bot.__main__ import command_line

ROOT = Path(__file__).parent.parent
PATIENCE_S = 60


def own_cache(settings):
    """Content of a test's own is cached beside it: in the usual place it would push out the content that ships."""
    content = settings.get("LOTSE_CONTENT")
    return {"XDG_CACHE_HOME": str(Path(content).parent / "cache")} if content else {}


def environment(**settings):
    """This machine's environment without its settings of Lotse; the program is that of this checkout."""
    settings = {**own_cache(settings), **settings}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_")}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "", "COLUMNS": "200", **settings}


def lotse_here(*arguments, folder, given=None, **settings):
    """Run one command to its end in this process, which spares the start: what it printed, and its exit code."""
    wiped = dict.fromkeys(name for name in os.environ if name.startswith("LOTSE_"))
    with contextlib.chdir(folder):
        done = CliRunner().invoke(
            command_line([*arguments]),
            arguments,
            input=given,
            env={**wiped, "COLUMNS": "200", **own_cache(settings), **settings},
        )
    structlog.reset_defaults()
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def lotse(*arguments, folder, given=None, python=sys.executable, **settings):
    """Run one command to its end."""
    return subprocess.run(
        [python, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(**settings),
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE_S,
    )


@contextlib.contextmanager
def started(*arguments, folder, python=sys.executable, stderr=subprocess.PIPE, **settings):
    """A command that goes on; killed at the end if it still runs."""
    process = subprocess.Popen(
        [python, "-m", "bot", *arguments],
        cwd=folder,
        env=environment(**settings),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        encoding="utf-8",
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        for stream in filter(None, (process.stdin, process.stdout, process.stderr)):
            with contextlib.suppress(BrokenPipeError):
                stream.close()


@contextlib.contextmanager
def web_chat(folder, **settings):
    """``lotse run`` on a free port; gives its address and the process."""
    with started("run", folder=folder, LOTSE_OPEN_ACCESS="true", LOTSE_PORT="0", **settings) as process:
        for line in process.stdout:
            if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                break
        else:
            raise AssertionError(process.stderr.read())
        yield found[0], process


def stop(process):
    """Ask it to stop, as a service manager does; the exit code."""
    process.send_signal(signal.SIGTERM)
    return process.wait(PATIENCE_S)


class Guest:
    """Somebody with a browser that has no script."""

    def __init__(self, address):
        self.http = httpx.Client(
            base_url=address, headers={"Origin": address}, follow_redirects=True, timeout=20, trust_env=False
        )
        self.path, self.page = "/chat", ""

    def __enter__(self):
        self.look()
        return self

    def __exit__(self, *error):
        self.http.close()

    def look(self):
        answer = self.http.get(self.path)
        answer.raise_for_status()
        self.path, self.page = answer.url.path, unescape(answer.text)
        return self.page

    def say(self, text):
        """Send a message and wait for the page that shows the answer."""
        form = {
            "csrf": re.search(r'name="csrf" value="([^"]*)"', self.page)[1],
            "conversation": self.path.rpartition("/")[2],
            "message_id": secrets.token_hex(16),
            "text": text,
        }
        answers = self.answers()
        self.http.post("/chat/messages", data=form).raise_for_status()
        patience = time.monotonic() + PATIENCE_S
        while self.answers() <= answers or 'data-waiting="yes"' in self.page:
            assert time.monotonic() < patience, f"no answer to {text!r}"
            self.look()
        return self.page

    def answers(self):
        return self.page.count('<li class="turn lotse')

    def health(self):
        return self.http.get("/health").json()
