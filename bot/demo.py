"""Run an invented hub in one process: no accounts, no network, a page to try everything and a clock to put forward."""

from __future__ import annotations

import asyncio
import gc
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from socket import socket
from typing import Final

from fastapi import FastAPI

from bot.app import App, open_app, running, utc_now
from bot.demo_staff import add_staff, invite, staff_routes
from bot.seed import demo_hub, seed
from bot.simulator.guard import LocalGuard
from bot.simulator.movable_clock import MovableClock
from bot.simulator.routes import Simulation, simulator_routes, static_files
from bot.web import build_web
from bot.web_server import WebServer, listen
from channels.capabilities import CAPABILITIES
from channels.simulator import SimulatorChannel
from storage import simulator

_HOST: Final = "127.0.0.1"
#: Faster than any carrier, so that nobody waits for a day's reminders.
_MESSAGES_PER_SECOND: Final = 1_000
#: While time is put forward: how long to wait before asking again whether everything has left.
_LOOK_S: Final = 0.005
#: Behind an instant at which something was done: how often, and how much later, what came of it is looked for.
_LOOKS_AGAIN: Final = 2
_TICK: Final = timedelta(seconds=1)


async def run_demo(
    port: int,
    *,
    announce: Callable[[str], None],
    database: Path | None = None,
    begins_at: datetime | None = None,
) -> None:
    """Serve the demo until the process is told to end.

    Args:
        port: 0 takes a free one.
        announce: told the address of the page once it answers.
        database: an SQLite file that is not there yet; without one, a temporary one.
        begins_at: what the clock shows at first, aware; without one, the real time.

    Raises:
        StorageError: the database cannot be used.
        FlowError: a flow file is wrong.
        MistakeError: the port is taken; known before anything is prepared.
    """
    listener = listen(_HOST, port)
    clock = MovableClock(begins_at=begins_at)
    with _file(database) as path, _without_pauses() as ready:
        async with open_demo(path, clock, public_url=f"http://{_HOST}:{listener.getsockname()[1]}") as app:
            await seed(app, clock)
            add_staff(app)
            async with running(app):
                await _serve(app, clock, listener, announce, ready)


def open_demo(path: Path, clock: MovableClock, *, public_url: str) -> AbstractAsyncContextManager[App]:
    """Open the invented hub on a database file, with a simulated channel of each kind.

    Args:
        public_url: where its pages are. Without it nobody outside can be sent a link, and each that would be becomes a
            task for staff.
    """
    channels = {
        name: SimulatorChannel(
            name, f"demo-{name}", replace(can, messages_per_second=_MESSAGES_PER_SECOND, read_from_outbox=True)
        )
        for name, can in CAPABILITIES.items()
    }
    hub = replace(demo_hub(), public_url=public_url)
    return open_app(hub=hub, database_url=f"sqlite:///{path}", channels=channels, now=clock)


@contextmanager
def _file(given: Path | None) -> Iterator[Path]:
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="peoplepower-demo-") as folder:
        yield Path(folder) / "demo.db"


@contextmanager
def _without_pauses() -> Iterator[Callable[[], None]]:
    """Leave garbage alone until the demo is ready: a tenth of the way there would be spent looking for it."""
    gc.disable()
    try:
        yield gc.enable
    finally:
        gc.enable()


# --- serve ------------------------------------------------------------------------------------------------------------


async def _serve(
    app: App, clock: MovableClock, listener: socket, announce: Callable[[str], None], ready: Callable[[], None]
) -> None:
    sim = simulation(app, clock)
    port = listener.getsockname()[1]

    def on_start() -> None:
        ready()
        announce(f"The demo is at http://{_HOST}:{port} - press Ctrl-C to end it.")
        announce(f"Coordinators sign in once by this link: {invite(app, utc_now())}")

    server = WebServer(build_page(app, sim), listener, stopping=app.stopping.set)
    await server.run_until_told(started=on_start)


def simulation(app: App, clock: MovableClock) -> Simulation:
    """Gather what the simulator's page works with."""
    return Simulation(
        hub=app.hub,
        inbox=app.inbox,
        database=app.database,
        accounts={name: channel.account for name, channel in app.channels.items()},
        now=app.now,
        begins_at=app.now(),
        jump=_Journey(app, clock).jump,
        stopping=app.stopping,
    )


def build_page(app: App, sim: Simulation) -> FastAPI:
    """Build the web application: health, webhooks and the simulator."""
    web = build_web(
        channels=app.channels, started=app.started, inbox=app.inbox, ready=app.ready, desk=app.desk(), house=app.house()
    )
    web.include_router(simulator_routes(sim))
    web.include_router(staff_routes(app.house()))
    web.mount("/static", static_files())
    web.add_middleware(LocalGuard)
    return web


# --- let time pass ----------------------------------------------------------------------------------------------------


class _Journey:
    """Puts the clock forward from one due time to the next, so that everything leaves at its own instant."""

    def __init__(self, app: App, clock: MovableClock) -> None:
        self._app = app
        self._clock = clock
        self._lock = asyncio.Lock()

    async def jump(self, until: datetime) -> int:
        """Let time pass; return how many messages left."""
        async with self._lock:
            before, again = self._sent(), 0
            while (coming := await self._app.clock.coming())[0] < until:
                now = self._app.now()
                is_due = coming[0] <= now and again < _LOOKS_AGAIN
                again = again + 1 if is_due else 0
                stop = now + _TICK if is_due else next(at for at in coming if at > now)
                if stop >= until:
                    break
                await self._arrive(stop)
            await self._arrive(until)
            return self._sent() - before

    async def _arrive(self, at: datetime) -> None:
        self._clock.forward_to(at)
        await self._app.clock.tick()
        for sender in self._app.senders.values():
            while await sender.send_ready():
                pass
        while await asyncio.to_thread(self._is_sending):  # noqa: ASYNC110 - taken by its own sender, which tells nobody
            await asyncio.sleep(_LOOK_S)

    def _is_sending(self) -> bool:
        with self._app.database.reading() as session:
            return simulator.is_sending(session, self._app.hub.id)

    def _sent(self) -> int:
        return sum(
            len(channel.sent) for channel in self._app.channels.values() if isinstance(channel, SimulatorChannel)
        )
