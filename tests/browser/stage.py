"""A house whose pages are served on this machine, in a thread of its own, so that a browser can visit them."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import uvicorn

from bot.web import build_web
from flows.facts import Hub
from tests.bot.house import HUB, House, open_house

T = TypeVar("T")
_PATIENCE_S = 60


@dataclass(slots=True, kw_only=True)
class Stage:
    """A served house; what is asked of it runs in its own thread."""

    url: str
    house: House
    loop: asyncio.AbstractEventLoop

    def do(self, what: Callable[[House], Awaitable[T]]) -> T:
        """Do something in the house, and return what came of it."""

        async def done() -> T:
            return await what(self.house)

        return asyncio.run_coroutine_threadsafe(done(), self.loop).result(_PATIENCE_S)


@contextmanager
def staged(folder: Path, *, hub: Hub = HUB) -> Iterator[Stage]:
    """Open a house and serve its pages on a free port until the block ends."""
    ready, done = threading.Event(), asyncio.Event()
    stages: list[Stage] = []
    taken = socket.create_server(("127.0.0.1", 0))

    async def run() -> None:
        async with open_house(folder, hub=hub) as house:
            app = house.app
            web = build_web(
                channels=app.channels, started=app.started, inbox=app.inbox, ready=app.ready, desk=app.desk()
            )
            server = uvicorn.Server(uvicorn.Config(web, log_config=None, access_log=False, lifespan="off"))
            serving = asyncio.create_task(server.serve(sockets=[taken]))
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
            stages.append(Stage(url=url, house=house, loop=asyncio.get_running_loop()))
            ready.set()
            await done.wait()
            server.should_exit = True
            await serving

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    assert ready.wait(_PATIENCE_S)
    (stage,) = stages
    try:
        yield stage
    finally:
        stage.loop.call_soon_threadsafe(done.set)
        thread.join(_PATIENCE_S)
