"""What stands in front of a homeserver, such as a proxy of the operator's: it may fail while the homeserver itself is well."""

import asyncio
import contextlib

import aiohttp
from aiohttp import web

HANG = "hang"


class Gateway:
    """Passes requests on. ``trouble`` is asked first: a response of its own, ``HANG``, or None; ``asked`` are all paths.

    Of the path that is ``slow`` the answer is made at once and held back once, as the homeserver's own.
    """

    def __init__(self, behind):
        self.behind = behind
        self.trouble = lambda path: None
        self.asked = []
        self.held = {}
        self.slow = None

    def let_go(self, part=""):
        """Pass on what hangs, at last; only what has this in its path."""
        for path in [each for each in self.held if part in each]:
            self.held.pop(path).set()

    async def answer(self, request):
        self.asked.append(request.raw_path)
        found = self.trouble(request.raw_path)
        if found == HANG:
            await self.held.setdefault(request.raw_path, asyncio.Event()).wait()  # or until the client gives up
        elif found is not None:
            return found
        headers = {key: value for key, value in request.headers.items() if key in ("Authorization", "Content-Type")}
        body = await request.read()
        async with self.session.request(
            request.method, f"{self.behind}{request.raw_path}", headers=headers, data=body
        ) as given:
            answer = web.Response(status=given.status, body=await given.read(), content_type=given.content_type)
        if request.raw_path == self.slow:
            self.slow = None
            await self.held.setdefault(request.raw_path, asyncio.Event()).wait()
        return answer


@contextlib.asynccontextmanager
async def gateway(behind):
    """A gateway in front of the homeserver at this address; ``address`` is its own."""
    gate, app = Gateway(behind), web.Application(client_max_size=2**24)
    app.router.add_route("*", "/{rest:.*}", gate.answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    gate.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    async with aiohttp.ClientSession() as gate.session:
        try:
            yield gate
        finally:
            await runner.cleanup()
