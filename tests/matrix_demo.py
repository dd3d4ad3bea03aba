"""``make matrix-demo``: Lotse on a Matrix homeserver of its own, to be tried with any client on this machine.

Everything lies in ``data/matrix-demo`` and stays there: the homeserver (loopback only, no federation), Lotse's database and
keys, and three accounts. Coordinators work in a room there, or at the desk in the browser, whose link is printed. Delete the folder
to begin anew.
"""

import argparse
import json
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

from tests.synapse import ROOT, Homeserver, free_port, missing

PEOPLE = {"kim": "an employee", "anna": "a coordinator"}
NAME = "lotse.localhost"
STOPS_WITHIN_S = 20
KEPT = ("LOTSE_CONTENT", "LOTSE_CLOCK", "LOTSE_PORT")


def prepare(folder: Path) -> tuple[Homeserver, dict[str, str]]:
    """The homeserver, started, and what was chosen at the first start: port, passwords, key.

    It is noted before anything depends on it, so that a start that was interrupted anywhere is taken up by the next one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    notes = folder / "demo.json"
    known = json.loads(notes.read_text()) if notes.exists() else {}
    chosen = {"port": str(free_port()), "key": secrets.token_hex(32), "password": secrets.token_urlsafe(9), **known}
    _note(notes, chosen)
    server = Homeserver(folder / "synapse", port=int(chosen["port"]), server_name=NAME)
    try:
        server.start()
        if "desk" not in chosen:
            chosen["desk"] = furnish(server, chosen["password"])
            _note(notes, chosen)
    except BaseException:
        server.close()
        raise
    return server, chosen


def _note(notes: Path, chosen: dict[str, str]) -> None:
    """Write it, whole or not at all, for nobody else to read."""
    new = notes.with_suffix(".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        json.dump(chosen, opened)
    new.replace(notes)


def furnish(server: Homeserver, password: str) -> str:
    """Make the accounts, as far as an earlier start has not, and the room of the coordinators; the id of the room."""
    lotse = server.account("lotse", password)
    tokens = {name: server.account(name, password).token for name in PEOPLE}
    encrypted = {"type": "m.room.encryption", "state_key": "", "content": {"algorithm": "m.megolm.v1.aes-sha2"}}
    room = {
        "name": "Koordination",
        "preset": "private_chat",
        "initial_state": [encrypted],
        "invite": [lotse.user_id],
    }
    desk: str = server.call("POST", "/createRoom", tokens["anna"], room)["room_id"]
    return desk


def settings_of(folder: Path, server: Homeserver, chosen: dict[str, str]) -> dict[str, str]:
    """The environment of Lotse; of what was set elsewhere only content, clock and the port of the pages count here."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOTSE_") or name in KEPT}
    return {
        **kept,
        "LOTSE_DATA": str(folder / "lotse"),
        "LOTSE_OPEN_ACCESS": "true",
        "LOTSE_MATRIX_HOMESERVER": server.address,
        "LOTSE_MATRIX_USER": f"@lotse:{NAME}",
        "LOTSE_MATRIX_PASSWORD": chosen["password"],
        "LOTSE_MATRIX_KEY": chosen["key"],
        "LOTSE_MATRIX_DESK_ROOMS": chosen["desk"],
    }


def explain(server: Homeserver, chosen: dict[str, str]) -> str:
    """How to sign in."""
    people = "\n".join(f"    @{name}:{NAME}   {who}" for name, who in PEOPLE.items())
    return f"""
Matrix is there: {server.address}
Sign in with any client on this machine, such as Element Desktop (Sign in, Edit beside the homeserver, enter the address above):

{people}
    password: {chosen["password"]}

As kim, start a chat with @lotse:{NAME} and ask: Was zahlt der Weiterbildungsbonus?
Then write: Mensch. As anna, open the room "Koordination": press ✋ under the card, or answer in its thread; !hilfe shows the rest.
"""


def run_until_stopped(command: list[str], environment: dict[str, str]) -> int:
    """Run a command until it ends or somebody stops us; then it is asked to stop too, and waited for."""
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        try:
            process.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return 0


def main() -> int:
    """Run it until Ctrl+C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "matrix-demo")
    folder = parser.parse_args().folder.resolve()
    why_not = missing()
    if why_not is not None:
        print(why_not, file=sys.stderr)
        return 1
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)  # whoever starts us in the background has SIGINT ignored
    try:
        return run(folder)
    except KeyboardInterrupt:  # before Lotse ran
        return 0


def run(folder: Path) -> int:
    """Run the homeserver, and Lotse on it, until somebody stops us."""
    server, chosen = prepare(folder)
    try:
        environment = settings_of(folder, server, chosen)
        lotse = [sys.executable, "-m", "bot"]
        setup = [*lotse, "matrix", "setup"]  # in a session of its own: Ctrl+C is for us, and ends it without a word
        subprocess.run(setup, env=environment, cwd=ROOT, check=True, start_new_session=True)
        print(explain(server, chosen), flush=True)
        return run_until_stopped([*lotse, "run"], environment)
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(main())
