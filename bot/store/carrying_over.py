"""What somebody has under one account is theirs once it is linked: cases, the words they wrote in them, absences, who stands in.

Whoever is made a coordinator by a room alone goes by the platform's id of their account, and by their own id once it is linked.
It is the same human, so nobody is told: not the employees, to whom nothing has changed, and no colleague. The audit keeps the
id under which something was done and says of each case when it was carried over. Nothing is carried back when a link ends: the
cases are at the desk of the person who has them, if they coordinate there; who did so only through the room has left.

Rejected: asking at every step which ids are one person. Whoever forgets to ask once takes a case from the one who has it.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.model import SILENT, StaffId
from bot.store.absences import carry_absences_over
from bot.store.announce import DESK, STAFF
from bot.store.case_rows import facts_of
from bot.store.case_writing import carried_over_audit
from bot.store.database import Database
from bot.store.tables import absences, case_messages, cases, persons, staff_accounts, timers


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


async def carry_over_late(database: Database, names: Mapping[StaffId, str], now: datetime) -> None:
    """Carry over the cases and absences that came under an account at the very moment in which it was linked.

    What was being done then was done by whom the room still knew. ``names`` are those employees read. Raises StoreUnavailable.
    """
    account = persons.c.external_user
    owners = select(cases.c.owner).where(cases.c.state.in_(SILENT), cases.c.owner.is_not(None))
    away = select(absences.c.staff).where(absences.c.until > now)
    linked = select(account, staff_accounts.c.staff).join(staff_accounts, staff_accounts.c.person_id == persons.c.id)
    async with database.reading() as connection:
        late = (await connection.execute(linked.where(or_(account.in_(owners), account.in_(away))))).all()
    for row in late:
        wake: list[str] = []
        async with database.transaction(wake) as connection:
            await carry_over(connection, row.external_user, row.staff, names.get(row.staff, ""), now, wake)
