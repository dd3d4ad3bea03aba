"""The least a Matrix bot can be: matrix-nio that says back what was said, in the way its own documentation shows."""

import asyncio
import sys

from nio import AsyncClient, InviteMemberEvent, RoomMessageText


async def main(homeserver: str, user: str, password: str) -> None:
    client = AsyncClient(homeserver, user)

    async def on_invite(room, event):
        await client.join(room.room_id)

    async def on_message(room, event):
        if event.sender != client.user_id:
            content = {"msgtype": "m.notice", "body": event.body}
            await client.room_send(room.room_id, "m.room.message", content)

    await client.login(password)
    client.add_event_callback(on_invite, InviteMemberEvent)
    await client.sync(timeout=0, full_state=True)
    client.add_event_callback(
        on_message, RoomMessageText
    )  # not before: what was said before the start was answered then
    await client.sync_forever(timeout=30_000, full_state=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
