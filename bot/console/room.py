"""A room of the console: its routes, each with the permission it needs, its words and its place in the navigation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Literal

from bot.console.answers import Answer
from bot.console.house import Visit
from flows.rules.access import Permission

Handler = Callable[[Visit], Answer]
#: Yields the name and the data of one event after the other; ``None`` keeps the line alive. What has no name is put into
#: the page. It is called in a thread, so that it may look first whether there is such a thing.
Stream = Callable[[Visit], AsyncIterator[tuple[str, str] | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way into a room."""

    method: Literal["GET", "POST"]
    #: Under ``/console``, as ``/people/{ref}``.
    path: str
    needs: Permission
    handler: Handler | None = None
    stream: Stream | None = None


@dataclass(slots=True)
class Room:
    """One part of the console; each is a file that makes one.

    Handlers are plain functions that run in a thread of their own and open the transactions they need.
    """

    #: Also the name of its words, ``words/<name>.toml``, and of the entry in the navigation.
    name: str
    #: Where the entry in the navigation leads; empty for a room without one.
    home: str = ""
    #: What one needs to see the entry in the navigation.
    needs: Permission = Permission.OWN
    routes: list[Route] = field(default_factory=list)

    def get(self, path: str, needs: Permission) -> Callable[[Handler], Handler]:
        """Show something."""
        return self._route("GET", path, needs)

    def post(self, path: str, needs: Permission) -> Callable[[Handler], Handler]:
        """Change something; afterwards every sender looks whether there is something to send."""
        return self._route("POST", path, needs)

    def stream(self, path: str, needs: Permission) -> Callable[[Stream], Stream]:
        """Tell an open page what happens (server-sent events)."""

        def keep(stream: Stream) -> Stream:
            self.routes.append(Route(method="GET", path=path, needs=needs, stream=stream))
            return stream

        return keep

    def _route(self, method: Literal["GET", "POST"], path: str, needs: Permission) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            self.routes.append(Route(method=method, path=path, needs=needs, handler=handler))
            return handler

        return keep
