"""Listen on a port and serve a web application there until the process is told to end."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import uvicorn
from fastapi import FastAPI

from bot.memory import settle_in
from bot.mistake import MistakeError

#: An open stream of events would otherwise keep a stopping server for ever.
_GRACE_S: Final = 2


def listen(host: str, port: int) -> socket.socket:
    """Take a port before anything else is started.

    Args:
        port: 0 takes a free one.

    Raises:
        MistakeError: somebody else listens there, or this machine has no such address.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family, socket.SOCK_STREAM)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((host, port))
    except OSError as error:
        taken.close()
        raise MistakeError(
            f"Cannot listen on {host}, port {port}: {error.strerror}. End the program that uses it, or choose another port."
        ) from error
    return taken


class WebServer(uvicorn.Server):
    """A web server that lets the process end in order: uvicorn's own would kill it by the signal before we have closed."""

    def __init__(self, web: FastAPI, taken: socket.socket, *, stopping: Callable[[], None] = lambda: None) -> None:
        """Prepare to serve on a port that ``listen`` took.

        Args:
            stopping: called when the process is told to end, so that open streams can end themselves.
        """
        super().__init__(
            uvicorn.Config(
                web,
                log_config=None,
                access_log=False,  # it would show queries and addresses
                server_header=False,
                timeout_graceful_shutdown=_GRACE_S,
                lifespan="off",
            )
        )
        self._taken = taken
        self._stopping = stopping

    async def run_until_told(self, *, started: Callable[[], None] = lambda: None) -> None:
        """Serve until Ctrl-C or a request to terminate; call ``started`` once it answers."""
        self._started = started
        await self.serve(sockets=[self._taken])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._started()
        settle_in()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop serving on a signal; the second one does not wait for open answers."""
        loop = asyncio.get_running_loop()
        for which in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(which, self._stop, which)
        try:
            yield
        finally:
            for which in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(which)

    def _stop(self, which: signal.Signals) -> None:
        self._stopping()
        self.handle_exit(which, None)
