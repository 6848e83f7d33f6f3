"""Run the real process: webhooks, senders and clock in one loop."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, Final

import uvicorn
from fastapi import FastAPI

from bot.app import open_app, running
from bot.config import Settings
from bot.web import build_web
from channels import open_channel

log = logging.getLogger(__name__)

#: An open stream of events would otherwise keep a stopping server for ever.
_GRACE_S: Final = 2


async def serve(settings: Settings) -> None:
    """Serve until the process is told to stop.

    Raises:
        StorageError: the database cannot be used.
        FlowError: a flow file is wrong.
        ValueError: a channel's settings contradict each other.
    """
    public_url = settings.web.public_url
    channels = {
        name: open_channel(name, values, public_url=public_url) for name, values in settings.channels.opened().items()
    }
    async with open_app(
        hub=settings.hub.facts(), database_url=settings.database.url.get_secret_value(), channels=channels
    ) as app:
        web = build_web(channels=app.channels, started=app.started, inbox=app.inbox, ready=app.ready)
        async with running(app):
            log.info("serving", extra={"port": settings.web.port, "channels": ",".join(sorted(channels)) or "none"})
            await web_server(web, host=settings.web.host, port=settings.web.port).serve()


class WebServer(uvicorn.Server):
    """A web server that lets the process end in order: uvicorn's own would kill it by the signal before we have closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop serving on Ctrl-C or a request to terminate; the second one does not wait for open answers."""
        loop = asyncio.get_running_loop()
        for which in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(which, self.handle_exit, which, None)
        try:
            yield
        finally:
            for which in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(which)


def web_server(web: FastAPI, *, host: str, port: int) -> WebServer:
    """Prepare the web server; its own log shows no addresses or queries."""
    return WebServer(
        uvicorn.Config(
            web,
            host=host,
            port=port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_S,
            lifespan="off",
        )
    )


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine on the fastest loop the machine has."""
    if sys.platform == "win32":
        asyncio.run(main)
        return
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main)
