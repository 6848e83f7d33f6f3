"""What the three stand-ins share: a port, a record of what came, faults on demand, and a control for other processes.

Faults, each for one request to send: ``429``, ``500``, ``hang`` (no answer), ``reset`` (nothing taken, connection cut),
``lost`` (taken, then the connection is cut), or a word of the vendor's own, like ``21610`` or ``user_not_found``.

Over HTTP: ``POST /_control/faults`` with a JSON list, ``GET /_control/received``, ``GET /_control/messages``, and
``POST /_control/inbound`` with the vendor's own fields, which makes it call the bot.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Self

import aiohttp
from aiohttp import web


class Vendor:
    """A server on loopback; use it as an asynchronous context manager."""

    def __init__(self) -> None:
        self.url = ""
        #: Every request: ``{"path": ..., ...}``, oldest first.
        self.received: list[dict[str, Any]] = []
        #: Every message that was taken, in the vendor's own fields.
        self.messages: list[dict[str, Any]] = []
        self.on_received: Callable[[dict[str, Any]], None] = lambda _: None
        self._faults: deque[str] = deque()
        self._closing = asyncio.Event()
        self._runner: web.AppRunner | None = None

    def routes(self) -> list[web.RouteDef]:
        """Return the vendor's own routes."""
        raise NotImplementedError

    async def inbound(self, fields: Mapping[str, Any]) -> int:
        """Call the bot as the vendor would; return the status of its answer."""
        raise NotImplementedError

    async def start(self, port: int = 0) -> None:
        app = web.Application()
        app.add_routes(
            [
                *self.routes(),
                web.post("/_control/faults", self._control_faults),
                web.post("/_control/inbound", self._control_inbound),
                web.get("/_control/received", self._control_received),
                web.get("/_control/messages", self._control_messages),
            ]
        )
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        host, bound, *_ = self._runner.addresses[0]
        self.url = f"http://{host}:{bound}"

    async def close(self) -> None:
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self.close()

    def fail_next(self, *faults: str) -> None:
        """Let the next requests to send fail, one fault each."""
        self._faults.extend(faults)

    def next_fault(self) -> str | None:
        return self._faults.popleft() if self._faults else None

    def record(self, path: str, fields: Mapping[str, Any]) -> None:
        entry = {"path": path, **fields}
        self.received.append(entry)
        self.on_received(entry)

    async def hang(self) -> web.Response:
        """Answer nothing before the server closes."""
        await self._closing.wait()
        return web.Response(status=503)

    def cut(self, request: web.Request) -> web.Response:
        """Cut the connection instead of answering."""
        assert request.transport is not None
        request.transport.abort()
        return web.Response(status=500)

    async def post(self, url: str, *, body: bytes, headers: Mapping[str, str]) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as answer:
            return answer.status, await answer.text()

    async def _control_faults(self, request: web.Request) -> web.Response:
        self.fail_next(*map(str, await request.json()))
        return web.json_response({"faults": list(self._faults)})

    async def _control_inbound(self, request: web.Request) -> web.Response:
        return web.json_response({"status": await self.inbound(await request.json())})

    async def _control_received(self, _: web.Request) -> web.Response:
        return web.json_response(self.received)

    async def _control_messages(self, _: web.Request) -> web.Response:
        return web.json_response(self.messages)


def main(vendor: Callable[[], Vendor]) -> None:
    """Serve until stopped; print each request as a line of JSON, the address first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    port = parser.parse_args().port

    async def serve() -> None:
        server = vendor()
        server.on_received = lambda entry: print(json.dumps(entry), flush=True)
        await server.start(port)
        print(json.dumps({"listening": server.url}), flush=True)
        await asyncio.Event().wait()

    try:
        asyncio.run(serve())
    except KeyboardInterrupt:
        return
