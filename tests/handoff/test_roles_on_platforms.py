"""Who may do what, where: roles × commands × platforms, cell by cell, as the real rules say.

In a chat it is asked in the way a message of a coordinators' room is handled: who of the members this is (from what Slack or a
homeserver says), which case they may see, what the command means, and what the case allows. On the web it is the access function
of the page and the same states. The tables are written out by hand, so that a change of a right is seen twice.

=============  ==============================================================================================================
stranger       in no room of coordinators; on the web: not signed in
guest          in the room, but a guest of the workspace, or without the power that is asked for; on the web: a person without roles
lookalike      another account under a coordinator's name, with an id that looks like theirs
left           was in the room, or in the file of the people, and is no longer
other_team     in the room of another team, or a coordinator of it at the desk
team           in the room of the case's team, or a coordinator of it at the desk
owner          the same, and has the case
admin          an admin in the file of the people, in no room of coordinators
admin_in_room  an admin in the file of the people who is in the room of the case's team
both           coordinator and admin in the file of the people, with a linked account in the room
=============  ==============================================================================================================
"""

from dataclasses import dataclass, replace

import pytest

from bot.channels.slack.members import Members
from bot.channels.slack.workspace import Workspace
from bot.dialogue.desk_commands import COMMANDS, Command
from bot.dialogue.desk_moves import STEPS, DeskSituation, move_of
from bot.errors import ChannelError
from bot.handoff.case_states import Ignored, Refused, decide
from bot.handoff.staff_rights import Action
from bot.model import CaseNumber, DeskRoom, RoomMember, RoomState, Staff, StaffId
from bot.store.case_visibility import may_see
from bot.web import rights
from bot.web.requests import Refused as AccessRefused
from bot.worker.room_people import RoomPeople
from tests.conftest import NOW
from tests.desk_people import DeskOffice
from tests.desk_stage import content
from tests.handoff.test_case_states import case

ROLES = ("stranger", "guest", "lookalike", "left", "other_team", "team", "owner", "admin", "admin_in_room", "both")

# fmt: off
IN_A_CHAT = """
              stranger guest lookalike left other_team team owner admin admin_in_room both
claim         no       no    no        no   no         yes  yes   no    yes           yes
reply         no       no    no        no   no         no   yes   no    no            no
note          no       no    no        no   no         yes  yes   no    yes           yes
transfer      no       no    no        no   no         yes  yes   no    yes           yes
wait          no       no    no        no   no         no   yes   no    no            no
wait_third    no       no    no        no   no         no   yes   no    no            no
go_on         no       no    no        no   no         no   yes   no    no            no
resolve       no       no    no        no   no         no   yes   no    no            no
to_queue      no       no    no        no   no         no   yes   no    no            no
to_bot        no       no    no        no   no         no   yes   no    no            no
reopen        no       no    no        no   no         yes  yes   no    yes           yes
transcript    no       no    no        no   no         no   yes   no    no            no
again         no       no    no        no   no         yes  yes   no    yes           yes
knowledge     no       no    no        no   yes        yes  yes   no    yes           yes
queue         no       no    no        no   yes        yes  yes   no    yes           yes
next          no       no    no        no   yes        yes  yes   no    yes           yes
review        no       no    no        no   yes        yes  yes   no    yes           yes
card          no       no    no        no   no         yes  yes   no    yes           yes
away          no       no    no        no   yes        yes  yes   no    yes           yes
back          no       no    no        no   yes        yes  yes   no    yes           yes
sign_in       no       no    no        no   no         no   no    no    yes           yes
help          no       no    no        no   yes        yes  yes   no    yes           yes
"""
ON_THE_WEB = """
              stranger guest lookalike left other_team team owner admin admin_in_room both
claim         no       no    no        no   no         yes  yes   no    no            yes
reply         no       no    no        no   no         no   yes   no    no            no
note          no       no    no        no   no         yes  yes   no    no            yes
transfer      no       no    no        no   no         yes  yes   no    no            yes
wait          no       no    no        no   no         no   yes   no    no            no
wait_third    no       no    no        no   no         no   yes   no    no            no
go_on         no       no    no        no   no         no   yes   no    no            no
resolve       no       no    no        no   no         no   yes   no    no            no
to_queue      no       no    no        no   no         no   yes   no    no            no
to_bot        no       no    no        no   no         no   yes   no    no            no
reopen        no       no    no        no   no         yes  yes   no    no            yes
transcript    no       no    no        no   no         no   yes   no    no            no
again         no       no    no        no   no         yes  yes   no    no            yes
knowledge     no       no    no        no   no         yes  yes   no    no            yes
queue         no       no    no        no   yes        yes  yes   no    no            yes
next          no       no    no        no   yes        yes  yes   no    no            yes
review        no       no    no        no   yes        yes  yes   yes   yes           yes
card          no       no    no        no   no         yes  yes   no    no            yes
away          no       no    no        no   yes        yes  yes   no    no            yes
back          no       no    no        no   yes        yes  yes   no    no            yes
sign_in       no       no    no        no   yes        yes  yes   yes   yes           yes
help          no       no    no        no   yes        yes  yes   yes   yes           yes
"""
# fmt: on
TABLES = {"slack": IN_A_CHAT, "matrix": IN_A_CHAT, "web": ON_THE_WEB}
CELLS = [
    (platform, line.split()[0], role, cell)
    for platform, table in TABLES.items()
    for line in table.strip().splitlines()[1:]
    for role, cell in zip(ROLES, line.split()[1:], strict=True)
]

OURS, THEIRS = "C0FOERDERUNG", "C0MODULE"
WORKSPACE = Workspace("T1", "U0LOTSE")
PEOPLE = {
    "guest": "U0GUEST", "lookalike": "UОBOTH", "left": "U0LEFT", "other_team": "U0OTHER", "team": "U0TEAM",
    "owner": "U0OWNER", "admin": "U0ADMIN", "admin_in_room": "U0ADMINROOM", "both": "U0BOTH", "stranger": "U0STRANGER",
}  # fmt: skip
"""Accounts; the look-alike's has a Cyrillic letter where the one of *both* has a nought."""
IN_THE_ROOM = ("guest", "team", "owner", "admin_in_room", "both")
NAMED = {
    "admin": Staff(StaffId("admin"), "Cem", frozenset({"admin"})),
    "admin_in_room": Staff(StaffId("roomadmin"), "Dora", frozenset({"admin"})),
    "both": Staff(StaffId("both"), "Anna Petersen", frozenset({"coordinator", "admin"}), frozenset({"foerderung"})),
}
STATES = {"claim": "open", "go_on": "waiting_employee", "reopen": "resolved"}
"""The state in which a command makes sense; any other: somebody has the case."""
WORDS = {
    "reply": "Guten Tag", "note": "Nur für uns", "transfer": "anerkennung: Zeugnisse liegen vor.", "wait": "Seit wann?",
    "wait_third": "bis 2026-12-01", "resolve": "answered",
}  # fmt: skip
ON_PAGE: dict[str, Action] = {
    "claim": "claim", "reply": "reply", "note": "note", "transfer": "transfer", "wait": "wait", "wait_third": "wait",
    "go_on": "wait", "resolve": "resolve", "to_queue": "give_back", "to_bot": "give_back", "reopen": "reopen",
    "transcript": "resolve", "knowledge": "see_case", "card": "see_case", "again": "reply",
}  # fmt: skip
"""Which right the page of the desk asks for, as ``web/desk_actions.py`` does."""


@dataclass
class SlackPeople:
    """What Slack answers about a channel and its members."""

    rooms: dict[str, list[str]]

    async def call(self, method, **given):
        if method == "conversations.members":
            return {"members": [WORKSPACE.bot_user, *self.rooms[given["channel"]]]}
        user = given["user"]
        return {
            "user": {
                "id": user,
                "team_id": WORKSPACE.team,
                "is_restricted": user == PEOPLE["guest"],
                "profile": {"real_name": "Anna Petersen"},
            }
        }


class Room:
    """A platform with a room for each of two teams."""

    least_power = 50

    def __init__(self, platform):
        self.name = platform
        self.members = {
            OURS: [PEOPLE[role] for role in IN_THE_ROOM],
            THEIRS: [PEOPLE["other_team"]],
        }
        if platform == "slack":
            self.least_power = 0

    async def look_into(self, room):
        if self.name == "slack":
            return await Members(SlackPeople(self.members)).in_room(room, WORKSPACE)
        known = [
            RoomMember(user, "Anna Petersen", power=0 if user == PEOPLE["guest"] else 50) for user in self.members[room]
        ]
        left = RoomMember(PEOPLE["left"], "Anna Petersen", power=100, joined=False)
        return RoomState((*known, left), encrypted=True)


class Named:
    """The people of the file."""

    problem = None

    def everybody(self):
        return tuple(NAMED.values())


async def linked_on(channel):
    """The accounts they have linked by a code, on each platform."""
    return {PEOPLE[role]: staff.id for role, staff in NAMED.items()}


def case_for(command):
    """The case a command is tried on: of the team, and with its owner where somebody has it."""
    facts = case(STATES.get(command, "claimed"))
    return facts if facts.state == "open" else replace(facts, owner=StaffId(PEOPLE["owner"]), owner_name="Ole")


def event_for(command, facts, staff):
    """What the command means, typed by this person."""
    people = (
        *NAMED.values(),
        Staff(StaffId(PEOPLE["team"]), "Ben", frozenset({"coordinator"}), frozenset({"foerderung"})),
    )
    situation = DeskSituation(facts, staff, people, content(), NOW)
    return move_of(Command(command, CaseNumber(17), WORDS.get(command, "")), situation)


def goes(facts, event):
    return not isinstance(decide(facts, event, NOW, DeskOffice()), Refused | Ignored)


async def in_chat(platform, command, role):
    """Whether a member of this role does something with this command in a room of coordinators."""
    rooms = (DeskRoom(platform, OURS, frozenset({"foerderung"})), DeskRoom(platform, THEIRS, frozenset({"module"})))
    people = RoomPeople(Named(), rooms, lambda: NOW)
    people.connect([Room(platform)], linked_on)
    place = rooms[1] if role == "other_team" else rooms[0]
    staff = await people.coordinator(place, PEOPLE[role], content())
    if staff is None:
        return False
    facts = case_for(command)
    sees = may_see(staff, facts.team, facts.owner, facts.alarm)
    if command in STEPS:
        return sees and goes(facts, event_for(command, facts, staff))
    if command in ("card", "again"):
        return sees
    if command == "sign_in":
        return people.may_sign_in(staff.id)
    return True


def on_web(command, role):
    """Whether somebody of this role at the desk does something with the button of this command."""
    team = frozenset({"foerderung"})
    people = {
        "guest": Staff(StaffId("guest"), "Anna Petersen", frozenset()),
        "other_team": Staff(StaffId("other"), "Ben", frozenset({"coordinator"}), frozenset({"module"})),
        "team": Staff(StaffId("team"), "Ben", frozenset({"coordinator"}), team),
        "owner": Staff(StaffId(PEOPLE["owner"]), "Ole", frozenset({"coordinator"}), team),
        **NAMED,
    }
    staff, facts = people.get(role), case_for(command)
    try:
        if command in ("help", "sign_in"):
            return rights.access_desk(staff) is not None
        if command in ("queue", "next", "away", "back"):
            return rights.access_queue(staff) is not None
        if command == "review":
            return rights.access_gaps(staff) is not None
        place = rights.CasePlace(team, facts.owner)
        allowed = rights.access_case(staff, place, ON_PAGE[command])
    except AccessRefused:
        return False
    return command not in STEPS or goes(facts, event_for(command, facts, allowed))


def test_no_cell_is_empty_and_every_command_has_its_row():
    assert len(CELLS) == len(TABLES) * len(COMMANDS) * len(ROLES) == 660
    for table in TABLES.values():
        head, *rows = table.strip().splitlines()
        assert tuple(head.split()) == ROLES
        assert [row.split()[0] for row in rows] == list(COMMANDS)
    assert {cell for *_, cell in CELLS} == {"yes", "no"}


@pytest.mark.parametrize("platform", TABLES)
async def test_every_role_may_do_what_the_table_says_and_nothing_else(platform):
    wrong = []
    for where, command, role, cell in CELLS:
        if where == platform:
            may = on_web(command, role) if platform == "web" else await in_chat(platform, command, role)
            wrong += [] if may is (cell == "yes") else [f"{command} by {role}: {'yes' if may else 'no'}, not {cell}"]
    assert wrong == []


@pytest.mark.parametrize("platform", ["slack", "matrix"])
async def test_nobody_may_anything_while_it_is_not_known_who_is_there(platform):
    class Away(Room):
        async def look_into(self, room):
            raise ChannelError("away")

    room = DeskRoom(platform, OURS, frozenset({"foerderung"}))
    people = RoomPeople(Named(), (room,), lambda: NOW)
    people.connect([Away(platform)], linked_on)
    for role in ROLES:
        with pytest.raises(ChannelError):
            await people.coordinator(room, PEOPLE[role], content())
