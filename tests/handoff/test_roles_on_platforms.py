"""Who may do what, where: roles × commands × platforms, cell by cell, as the real rules say.

In a chat the words are said in a room of coordinators and handled as all of them are; on the web the form of the page is sent to
the desk. What came of it is read from the store and the page (``roles_tried.py``), by no rule. The tables are written out by
hand, so that a change of a right is seen twice.

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

import contextlib

import pytest

from bot.dialogue.desk_commands import COMMANDS
from bot.worker.room_people import BELIEVED_FOR
from tests.handoff.roles_tried import Desk, Tried, in_chat

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


@pytest.fixture
async def tried(request, database, clock, trained):
    """The two cases everything is tried on, beside a platform."""
    made = Tried(database, clock, trained, request.param)
    yield made
    made.close()


def beside(*platforms):
    """On SQLite, and beside each of these platforms."""
    return pytest.mark.parametrize(("address", "tried"), [("sqlite", each) for each in platforms], indirect=True)


async def wrong(platform, tries):
    """The cells in which something else came of it than the table says."""
    came = [
        (command, role, cell, await tries(command, role)) for where, command, role, cell in CELLS if where == platform
    ]
    return [f"{command} by {role}: {what}, not {cell}" for command, role, cell, what in came if what != cell]


def test_no_cell_is_empty_and_every_command_has_its_row():
    assert len(CELLS) == len(TABLES) * len(COMMANDS) * len(ROLES) == 660
    for table in TABLES.values():
        head, *rows = table.strip().splitlines()
        assert tuple(head.split()) == ROLES
        assert [row.split()[0] for row in rows] == list(COMMANDS)
    assert {cell for *_, cell in CELLS} == {"yes", "no"}


@beside("slack", "matrix")
async def test_in_a_room_every_role_does_what_the_table_says_and_nothing_else(tried):
    await tried.prepare()
    assert await wrong(tried.stage.rooms.name, lambda command, role: in_chat(tried, command, role)) == []


@beside("matrix")
async def test_at_the_desk_every_role_does_what_the_table_says_and_nothing_else(tried, tmp_path):
    async with contextlib.AsyncExitStack() as stack:
        desk = Desk(tried, tmp_path)
        await desk.sign_everybody_in(stack)
        await tried.prepare()
        assert await wrong("web", desk.tries) == []


@beside("slack", "matrix")
async def test_nobody_does_anything_while_it_is_not_known_who_is_there(tried, clock):
    await tried.prepare()
    clock.now += BELIEVED_FOR
    tried.stage.rooms.away = True
    done = [command for command in COMMANDS if await in_chat(tried, command, "owner") != "no"]
    assert done == []
