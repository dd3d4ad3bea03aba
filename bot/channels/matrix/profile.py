"""The name and the picture people see, changed only when they are others than before.

Which picture was uploaded is remembered in the account itself, by its hash: the address under which a homeserver keeps a file says
nothing about what is in it, and a picture that is uploaded at each start would be a change for everybody each time.
"""

import asyncio
import hashlib
from typing import Any

from bot.channels.matrix.homeserver import HomeserverError, segment
from bot.channels.matrix.signed_in import SignedIn

PICTURE = "io.lotse.picture"
"""Kind of account data: ``{"sha256": "..."}`` of the file that was uploaded last."""


async def show_ourselves(me: SignedIn) -> None:
    """Let the profile show the name and the picture that are set. Raises HomeserverError."""
    path = f"/profile/{segment(me.device.user)}"
    profile = await _found(me, path)
    name = me.settings.display_name
    if profile.get("displayname") != name:
        await me.homeserver.call("PUT", f"{path}/displayname", {"displayname": name})
    if me.settings.avatar is not None:
        await _show_picture(me, path, await asyncio.to_thread(me.settings.avatar.read_bytes), profile)


async def _show_picture(me: SignedIn, path: str, picture: bytes, profile: dict[str, Any]) -> None:
    assert me.settings.avatar is not None
    kept_at = f"/user/{segment(me.device.user)}/account_data/{PICTURE}"
    digest = hashlib.sha256(picture).hexdigest()
    if profile.get("avatar_url") and (await _found(me, kept_at)).get("sha256") == digest:
        return
    uploaded = await me.homeserver.upload(me.settings.avatar.name, picture)
    await me.homeserver.call("PUT", f"{path}/avatar_url", {"avatar_url": uploaded})
    await me.homeserver.call("PUT", kept_at, {"sha256": digest})


async def _found(me: SignedIn, path: str) -> dict[str, Any]:
    """What stands there; empty when nothing does."""
    try:
        return await me.homeserver.call("GET", path)
    except HomeserverError as error:
        if not error.absent:
            raise
        return {}
