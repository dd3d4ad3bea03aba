"""What somebody has under one account is theirs once it is linked: cases, the words they wrote in them, absences, who stands in.

Whoever is made a coordinator by a room alone goes by the platform's id of their account, and by their own id once it is linked.
It is the same human, so nobody is told: not the employees, to whom nothing has changed, and no colleague. The audit keeps the
id under which something was done and says of each case when it was carried over. Nothing is carried back when a link ends: the
cases are at the desk of the person who has them.

Rejected: asking at every step which ids are one person. Whoever forgets to ask once takes a case from the one who has it.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import StaffId
from bot.store.absences import carry_absences_over
from bot.store.announce import DESK, STAFF
from bot.store.case_rows import facts_of
from bot.store.case_writing import carried_over_audit
from bot.store.tables import case_messages, cases, timers


async def carry_over(
    connection: AsyncConnection, account: str, staff: StaffId, name: str, now: datetime, wake: list[str]
) -> None:
    """All that stands under this account stands under the person from now on, in the transaction that links it.

    ``name`` is what employees read as the owner of a case; empty: as before.
    """
    before = StaffId(account)
    await connection.execute(update(case_messages).where(case_messages.c.author == before).values(author=staff))
    # The version grows with the owner. Whoever decides something about the case at this moment then decides it anew, instead
    # of writing the former owner back; and its timers, which belong to a version, go on.
    owned = {"owner": staff, "version": cases.c.version + 1, **({"owner_name": name} if name else {})}
    moved = update(cases).where(cases.c.owner == before).values(owned).returning(cases)
    for row in (await connection.execute(moved)).all():
        facts = facts_of(row)
        mine = timers.c.case_number == facts.number
        await connection.execute(update(timers).where(mine).values(version=facts.version))
        await carried_over_audit(connection, facts, now, staff)
    await carry_absences_over(connection, before, staff, now)
    wake += [DESK, STAFF]
