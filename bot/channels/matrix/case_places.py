"""To which case of its writer something belongs that is said in a room, also in one that others have come into since.

Between two it needs no finding but below a message of the case, for a thread is a conversation of its own there. Where others
read along, the person of a case goes on in it as before: they were not told to call Lotse when they had begun to speak with
somebody else. What the others say is none of it.
"""

from collections.abc import Sequence

from bot.channels.looking import Belonging, CasePlace
from bot.channels.matrix.event_reading import RoomEvent
from bot.channels.matrix.looking_time import uncounted
from bot.channels.matrix.matrix_settings import NAME
from bot.channels.matrix.room_addresses import Place, RoomAddresses
from bot.model import Address, ExternalId, Person

WORDS = ("text", "file", "sticker")


class CasePlaces:
    """Finds it. Raises StoreUnavailable where that cannot be asked now."""

    def __init__(self, addresses: RoomAddresses, belonging: Belonging) -> None:
        self._addresses = addresses
        self._belonging = belonging

    async def of(self, place: Place, event: RoomEvent) -> CasePlace | None:
        """The case of its writer that this event belongs to; None when to none, and between two where the room says it."""
        if place.at_desk or event.kind == "verification":
            return None
        if place.between_two:
            return await self._of_message(event.sender, event.thread) if event.kind in WORDS else None
        case = await self._of_message(event.sender, event.about or event.thread or event.answers)
        if case is not None or event.kind not in WORDS:
            return case
        return await self.at(place, event.sender, event.thread)

    async def at(self, place: Place, user: str, thread: str | None) -> CasePlace | None:
        """The unfinished case of this person in this conversation; None when there is none."""
        return await self.goes_on(self._addresses.address(place, user, thread), user)

    async def goes_on(self, there: Address, user: str) -> CasePlace | None:
        """The unfinished case of this person at this address; None when there is none."""
        return next(
            (case for case in await self._in(there) if (case.external_user, case.address) == (user, there)), None
        )

    async def read_by(self, place: Place, newcomer: str) -> Sequence[CasePlace]:
        """The unfinished cases of others in this room, which somebody new reads from now on."""
        rooms = {self._addresses.address(place, member).room for member in place.room.members if member != newcomer}
        cases = [case for room in sorted(rooms) for case in await self._in(Address(NAME, room))]
        return [case for case in cases if case.external_user != newcomer]

    async def _in(self, room: Address) -> Sequence[CasePlace]:
        with uncounted():
            return await self._belonging.cases_in(room)

    async def _of_message(self, user: str, event: str | None) -> CasePlace | None:
        if event is None:
            return None
        with uncounted():
            return await self._belonging.case_of_event(Person(NAME, user), ExternalId(event))
