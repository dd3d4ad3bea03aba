"""The people who may sign in, read from the file named by ``LOTSE_STAFF``. People are settings, never content.

Shape::

    staff:
      anna.petersen: {name: Anna Petersen, roles: [coordinator, admin], teams: [foerderung, module], leads: [module]}
      ben.hansen: {name: Ben Hansen, roles: [coordinator], teams: all, email: ben@example.org}

The file is looked at whenever somebody's rights are asked for, so that a person taken out has none at the next request.
While it cannot be read **nobody** has rights. Rejected: going on with the last good people, as the content does. Whoever
takes a person out and makes a typing mistake elsewhere would believe that they are out. Nothing is lost meanwhile:
sessions stay, and with the mended file everybody goes on where they were.
"""

import difflib
import errno
import os
import re
import time
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from stat import S_ISREG

from bot.content.characters import MAX_BYTES
from bot.content.yaml_tree import Node, Tree, parse_yaml
from bot.errors import ConfigError
from bot.model import ALL_TEAMS, ROLES, Role, Staff, StaffId

BUILT_IN = Staff(StaffId("koordination"), "Koordination", frozenset(ROLES), ALL_TEAMS)
"""Who works at the desk where Lotse is only tried: with open access, as long as there is no file."""

KEYS = ("name", "roles", "teams", "leads", "email")
LONGEST_NAME = 80
SETTLED_NS = 2_000_000_000
"""A file changed less than two seconds ago is read again at the next look: another change may carry the same time."""

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,59}")
_TEAM = re.compile(r"[a-z][a-z0-9_]{0,59}")
_EMAIL = re.compile(r"[^@\s<>]{1,64}@[^@\s<>]{1,190}")

Stamp = tuple[int, int, int]


class StaffDirectory:
    """Everybody who may sign in, as the file says at this moment; ``problem`` says why nobody may."""

    def __init__(self, file: Path, *, built_in: Staff | None = None) -> None:
        """``built_in`` is the only person for as long as there is no file."""
        self.file = file
        self.problem: str | None = None
        self.version = 0
        self._people: Mapping[StaffId, Staff] = {}
        self._built_in = {built_in.id: built_in} if built_in else {}
        self._stamp: Stamp | None = None
        self._content: tuple[bytes | None] | None = None
        self.refresh()

    def find(self, staff_id: StaffId) -> Staff | None:
        """The person of this id, with the roles and teams they have now; None when they may not sign in."""
        self.refresh()
        return self._people.get(staff_id)

    def everybody(self) -> tuple[Staff, ...]:
        """All of them, in the order of the file."""
        self.refresh()
        return tuple(self._people.values())

    def refresh(self) -> None:
        """Look at the file; ``version`` counts how often something else stood in it."""
        content: tuple[bytes | None]
        try:
            stat = self.file.stat()
            stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if stamp == self._stamp:
                return
            content = (_bytes_of(self.file, stat),)
            self._stamp = stamp if time.time_ns() - stat.st_mtime_ns > SETTLED_NS else None
        except FileNotFoundError:
            content, self._stamp = (None,), None
        except OSError as error:
            self._content = self._stamp = None
            self._nobody(f"LOTSE_STAFF: {self.file} cannot be read ({error.strerror}).")
            return
        if content != self._content:
            self._content = content
            self._take(content[0])

    def _take(self, data: bytes | None) -> None:
        if data is None and not self._built_in:
            self._nobody(f"LOTSE_STAFF: {self.file} is not there; write the people who may sign in into it.")
            return
        try:
            people = self._built_in if data is None else parse_staff(str(self.file), data)
        except ConfigError as error:
            self._nobody(str(error))
            return
        self._people, self.problem = people, None
        self.version += 1

    def _nobody(self, problem: str) -> None:
        """From now on nobody has rights, and this is why."""
        if problem != self.problem:
            self._people, self.problem = {}, problem
            self.version += 1


def check_teams(people: Iterable[Staff], teams: Collection[str]) -> None:
    """Raises ConfigError when somebody takes the cases of a team the content does not have."""
    for person in people:
        for team in sorted((person.teams | person.leads) - ALL_TEAMS):
            if team not in teams:
                raise ConfigError(
                    f"LOTSE_STAFF: {person.id} is in the team `{team}`, which knowledge/teams.yaml does not have"
                    f"{_did_you_mean(team, teams)}."
                )


def parse_staff(file: str, data: bytes) -> Mapping[StaffId, Staff]:
    """The people in the bytes of a file. Raises ConfigError naming file, line and key."""
    tree, problems = parse_yaml(file, data)
    if tree is None or problems:
        first = problems[0]
        raise ConfigError(f"LOTSE_STAFF: {first.file}, line {first.line}: {first.message} {first.hint}")
    root = _mapping(tree, (), "the file")
    _known_keys(tree, (), root, ("staff",))
    people = _mapping(tree, ("staff",), "`staff`") if "staff" in root else {}
    if not people:
        raise _wrong(tree, ("staff",), "nobody is named here; write `anna.petersen:` with name, roles and teams below")
    return {StaffId(key): _person(tree, key) for key in people}


def _person(tree: Tree, key: str) -> Staff:
    path = ("staff", key)
    if not _ID.fullmatch(key):
        raise _wrong(
            tree, path, "an id has small letters, digits, dots, hyphens and underscores, such as anna.petersen"
        )
    given = _mapping(tree, path, f"`{key}`")
    _known_keys(tree, path, given, KEYS)
    roles = _roles(tree, path, given)
    teams = _teams(tree, path, given, "teams")
    leads = _teams(tree, path, given, "leads")
    if "coordinator" in roles and not teams:
        raise _wrong(tree, (*path, "teams"), "a coordinator needs at least one team, or `teams: all`")
    if not leads <= teams and teams != ALL_TEAMS:
        raise _wrong(tree, (*path, "leads"), "whoever leads a team is in it; name it under `teams` too")
    return Staff(StaffId(key), _name(tree, path, given), roles, teams, _email(tree, path, given), leads=leads)


def _name(tree: Tree, path: tuple[str, ...], given: Mapping[str, Node]) -> str:
    value = given["name"].value if "name" in given else None
    name = " ".join(value.split()) if isinstance(value, str) else ""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise _wrong(tree, (*path, "name"), f"write the name people read, at most {LONGEST_NAME} characters")
    return name


def _roles(tree: Tree, path: tuple[str, ...], given: Mapping[str, Node]) -> frozenset[Role]:
    written = _words(tree, (*path, "roles"), given.get("roles"), "write at least one role, such as [coordinator]")
    for place, word in enumerate(written):
        if word not in ROLES:
            raise _wrong(tree, (*path, "roles", place), f"`{word}` is no role; there are {' and '.join(ROLES)}")
    return frozenset(role for role in ROLES if role in written)


def _teams(tree: Tree, path: tuple[str, ...], given: Mapping[str, Node], key: str) -> frozenset[str]:
    if key not in given:
        return frozenset()
    if given[key].value == "all":
        return ALL_TEAMS
    written = _words(tree, (*path, key), given[key], "write a list of teams, such as [foerderung], or all")
    for place, word in enumerate(written):
        if not _TEAM.fullmatch(word):
            raise _wrong(tree, (*path, key, place), f"`{word}` is no team; write ids of knowledge/teams.yaml, or all")
    return frozenset(written)


def _email(tree: Tree, path: tuple[str, ...], given: Mapping[str, Node]) -> str | None:
    if "email" not in given:
        return None
    value = given["email"].value
    if not isinstance(value, str) or not _EMAIL.fullmatch(value):
        raise _wrong(tree, (*path, "email"), "write one address, such as anna.petersen@example.org, or leave it out")
    return value


def _words(tree: Tree, path: tuple[str | int, ...], node: Node | None, hint: str) -> tuple[str, ...]:
    items = node.value if node is not None and isinstance(node.value, list) else []
    words = tuple(item.value for item in items if isinstance(item.value, str))
    if not words or len(words) != len(items):
        raise _wrong(tree, path, hint)
    return words


def _mapping(tree: Tree, path: tuple[str, ...], what: str) -> Mapping[str, Node]:
    node = tree.find(path)
    if node is None or not isinstance(node.value, dict):
        raise _wrong(tree, path, f"{what} needs keys with values below it")
    return node.value


def _known_keys(tree: Tree, path: tuple[str, ...], given: Mapping[str, Node], known: Collection[str]) -> None:
    for key in given:
        if key not in known:
            raise _wrong(tree, (*path, key), f"this key is not known{_did_you_mean(key, known)}")


def _did_you_mean(word: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean `{near[0]}`?" if near else f"; there are {', '.join(sorted(known))}"


def _wrong(tree: Tree, path: tuple[str | int, ...], why: str) -> ConfigError:
    keys = ".".join(str(part) for part in path if isinstance(part, str))
    place = f", `{keys}`" if keys else ""
    return ConfigError(f"LOTSE_STAFF: {tree.file}, line {tree.mark(path, key=True).line}{place}: {why}.")


def _bytes_of(file: Path, stat: os.stat_result) -> bytes:
    """The bytes of the file, and one more than is parsed. Raises OSError, also for what would never end."""
    if not S_ISREG(stat.st_mode):
        raise OSError(errno.EINVAL, "it is no file")
    with file.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)
