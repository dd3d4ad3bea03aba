"""A real Matrix homeserver for the tests and the try-out: Synapse, in an environment of its own, on loopback only.

``python -m tests.synapse`` installs it into ``.venv-synapse`` from ``requirements-synapse.lock``; ``make test`` does that
first. It is kept apart because it is another program: its requirements would pin Lotse's to its own ranges.

A server starts in about two seconds and serves a whole session of tests: every test takes users and rooms of its own. It
talks to no other server, and nobody can register with it but whoever knows the secret of its configuration.
"""

import base64
import contextlib
import hashlib
import hmac
import itertools
import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements-synapse.lock"
ENVIRONMENT = ROOT / ".venv-synapse"
INSTALLED = ENVIRONMENT / "installed.lock"
"""A copy of the lock the environment was made from: written last, so that a broken installation is none."""

SERVER_NAME = "test.localhost"
READY_WITHIN_S = 120
UNLIMITED = {"per_second": 10_000, "burst_count": 10_000}
PASSWORD = "a password of the tests"


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody registered with the server; ``token`` belongs to a device without keys."""

    user_id: str
    password: str
    token: str


class Homeserver:
    """A Synapse of the tests' own. ``settings`` go over the usual ones of its configuration."""

    def __init__(
        self, folder: Path, *, port: int | None = None, server_name: str = SERVER_NAME, **settings: Any
    ) -> None:
        self.folder = folder
        self.port = port or free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.name = server_name
        self._secret = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = itertools.count(1)
        self.http = httpx.Client(base_url=self.address, timeout=30, trust_env=False)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "homeserver.yaml").exists():
            self._configure(settings)
        else:
            self._secret = json.loads((folder / "homeserver.yaml").read_text())["registration_shared_secret"]

    def start(self) -> None:
        """Start it and return once it answers."""
        python = ENVIRONMENT / "bin" / "python"
        command = [str(python), "-m", "synapse.app.homeserver", "-c", str(self.folder / "homeserver.yaml")]
        log = (self.folder / "output.log").open("ab")
        self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        log.close()
        patience = time.monotonic() + READY_WITHIN_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > patience:
                raise AssertionError((self.folder / "output.log").read_text()[-4000:])
            time.sleep(0.05)

    def stop(self) -> None:
        """Stop it; it keeps everything for the next start."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Let it hang for as long as the block lasts: connections are taken and nothing is answered."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """Stop it, and close our own connections."""
        self.stop()
        self.http.close()

    def register(self, name: str | None = None, *, admin: bool = False, password: str = PASSWORD) -> Account:
        """A new user; without a name, one nobody has."""
        name = name or f"user{next(self._numbers)}-{secrets.token_hex(3)}"
        address = "/_synapse/admin/v1/register"
        nonce = self.http.get(address).raise_for_status().json()["nonce"]
        words = (nonce, name, password, "admin" if admin else "notadmin")
        mac = hmac.new(self._secret.encode(), "\0".join(words).encode(), hashlib.sha1).hexdigest()
        form = {"nonce": nonce, "username": name, "password": password, "admin": admin, "mac": mac}
        answer = self.http.post(address, json=form).raise_for_status().json()
        return Account(answer["user_id"], password, answer["access_token"])

    def account(self, name: str, password: str) -> Account:
        """The user of this name: a new one, or the one who has this password already."""
        try:
            return self.register(name, password=password)
        except httpx.HTTPStatusError as refused:
            if refused.response.json().get("errcode") != "M_USER_IN_USE":
                raise
        login = {"type": "m.login.password", "identifier": {"type": "m.id.user", "user": name}, "password": password}
        answer = self.http.post("/_matrix/client/v3/login", json=login).raise_for_status().json()
        return Account(answer["user_id"], password, answer["access_token"])

    def call(self, method: str, path: str, token: str, body: Any = None, **query: str) -> Any:
        """One request of the client-server API (``path`` is what follows ``/_matrix/client/v3``), or of the admin API."""
        address = path if path.startswith("/_") else f"/_matrix/client/v3{path}"
        answer = self.http.request(
            method, address, json=body, params=query, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code < 400, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def _answers(self) -> bool:
        try:
            return self.http.get("/health", timeout=1).status_code == 200
        except httpx.HTTPError:
            return False

    def _configure(self, settings: dict[str, Any]) -> None:
        folder = self.folder
        config = {
            "server_name": self.name,
            "public_baseurl": f"{self.address}/",
            "pid_file": str(folder / "homeserver.pid"),
            "signing_key_path": str(folder / "signing.key"),
            "media_store_path": str(folder / "media"),
            "log_config": str(folder / "log.yaml"),
            "database": {"name": "sqlite3", "args": {"database": str(folder / "homeserver.db")}},
            "listeners": [
                {
                    "port": self.port,
                    "type": "http",
                    "tls": False,
                    "bind_addresses": ["127.0.0.1"],
                    "resources": [{"names": ["client"], "compress": False}],
                }
            ],
            "registration_shared_secret": self._secret,
            "macaroon_secret_key": secrets.token_hex(16),
            "form_secret": secrets.token_hex(16),
            "enable_registration": False,
            # Nothing leaves this machine.
            "trusted_key_servers": [],
            "federation_domain_whitelist": [],
            "send_federation": False,
            "report_stats": False,
            "url_preview_enabled": False,
            # Tests are in a hurry.
            "bcrypt_rounds": 4,
            "presence": {"enabled": False},
            "rc_message": UNLIMITED,
            "rc_registration": UNLIMITED,
            "rc_admin_redaction": UNLIMITED,
            "rc_key_requests": UNLIMITED,
            "rc_room_creation": UNLIMITED,
            "rc_login": dict.fromkeys(("address", "account", "failed_attempts"), UNLIMITED),
            "rc_joins": {"local": UNLIMITED, "remote": UNLIMITED},
            "rc_joins_per_room": UNLIMITED,
            "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), UNLIMITED),
            **settings,
        }
        logs = {
            "version": 1,
            "handlers": {"file": {"class": "logging.FileHandler", "filename": str(folder / "homeserver.log")}},
            "root": {"level": "WARNING", "handlers": ["file"]},
            "disable_existing_loggers": False,
        }
        (folder / "log.yaml").write_text(json.dumps(logs))
        (folder / "signing.key").write_text(f"ed25519 a_test {_signing_key()}\n")
        new = folder / "homeserver.new"
        new.write_text(json.dumps(config, indent=1))  # JSON is YAML
        new.replace(folder / "homeserver.yaml")  # there as a whole, or not at all


def _signing_key() -> str:
    """A new key as Synapse keeps it. Synapse's own way to make one takes as long as a start."""
    return base64.b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port


@contextlib.contextmanager
def own_homeserver() -> Iterator[Homeserver]:
    """A homeserver in a folder of its own, for as long as the block lasts. Raises RuntimeError where there is no Synapse."""
    if (why_not := missing()) is not None:
        raise RuntimeError(why_not)
    with tempfile.TemporaryDirectory(prefix="lotse-synapse-") as folder:
        server = Homeserver(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.close()


def missing() -> str | None:
    """Why Synapse cannot be used, and what to do; None when it can."""
    if INSTALLED.is_file() and INSTALLED.read_bytes() == LOCK.read_bytes():
        return None
    return "Synapse is not installed, or another version; run `python -m tests.synapse` (it needs the package registry)"


def install() -> None:
    """Make the environment; does nothing when it is there already. Without a registry the tests that need it are skipped."""
    if missing() is None:
        return
    if sys.platform == "win32":
        print("Synapse does not run on this platform, so the tests that need it will be skipped.")
        return
    print("Installing Synapse for the Matrix tests")
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    venv.create(ENVIRONMENT, with_pip=True)
    pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    done = subprocess.run([*pip, "install", "--require-hashes", "-r", str(LOCK)], check=False)
    if done.returncode != 0:
        print("Synapse could not be installed, so the tests that need it will be skipped.")
        return
    shutil.copy(LOCK, INSTALLED)


if __name__ == "__main__":
    install()
