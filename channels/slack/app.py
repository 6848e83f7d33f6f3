"""Let Bolt route what Slack tells, over the web or a socket, and hand it over before Slack gets its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from channels.base import Deliver, MalformedRequestError, Received, WebResponse
from channels.settings import SlackSettings
from channels.slack.client import open_web_client
from channels.slack.events import read_payload

#: Where a web request carries its events from our middleware back to ``read``.
_EVENTS: Final = "peoplepower_events"


class SlackApp:
    """A Bolt app without listeners: Bolt answers before those run, so that a crash would lose what they were told.

    A global middleware runs before the answer. It ends each request: over a socket it has already delivered the
    events then, and over the web it hands them back, for the caller stores before answering.
    """

    def __init__(
        self,
        settings: SlackSettings,
        *,
        identity: Mapping[str, Any],
        session: aiohttp.ClientSession,
        ping_s: float = 10,
    ) -> None:
        self._settings = settings
        self._ping_s = ping_s
        self._account = str(identity["team_id"])
        self._deliver: Deliver | None = None
        self._socket: AsyncSocketModeHandler | None = None
        self._tasks: list[asyncio.Task[None]] = []
        us = AuthorizeResult(
            enterprise_id=identity.get("enterprise_id"),
            team_id=self._account,
            bot_user_id=identity.get("user_id"),
            bot_id=identity.get("bot_id"),
        )

        async def authorize() -> AuthorizeResult:
            return us  # Bolt's own way asks Slack about each event

        self._app = AsyncApp(
            name="peoplepower",
            client=open_web_client(settings, session),
            authorize=authorize,
            request_verification_enabled=False,  # done before, in front of any parsing
        )
        self._app.use(self._take)

    def listen(self, deliver: Deliver) -> None:
        """Begin to listen by Socket Mode, and keep trying to."""
        self._deliver = deliver
        socket = AsyncSocketModeHandler(self._app, self._settings.app_token, ping_interval=self._ping_s)
        self._socket = socket
        self._tasks = [
            asyncio.create_task(_connect(socket), name="slack socket"),
            asyncio.create_task(_renew_address(socket, every_s=3 * self._ping_s), name="slack socket address"),
        ]

    async def close(self) -> None:
        """Close the socket; what was not acknowledged comes again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket is not None:
            client = self._socket.client
            await client.close()  # type: ignore[no-untyped-call]
            tasks = (client.message_processor, client.message_receiver, client.current_session_monitor)
            await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)

    async def read(self, body: str, headers: Mapping[str, str]) -> Received:
        """Read one verified web request."""
        try:
            request = AsyncBoltRequest(body=body, headers=dict(headers))
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError) as error:
            raise MalformedRequestError("not a request of Slack") from error
        answer = await self._app.async_dispatch(request)
        if answer.status != 200:
            raise MalformedRequestError("not a payload of Slack")
        content_type = answer.headers.get("content-type", ["text/plain; charset=utf-8"])[0]
        return Received(
            events=tuple(request.context.get(_EVENTS, ())),
            response=WebResponse(status=answer.status, body=answer.body, content_type=content_type),
        )

    # Bolt passes arguments by their names, ``next`` among them.
    async def _take(self, req: AsyncBoltRequest, next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        try:
            events = read_payload(req.body, account=self._account)
        except MalformedRequestError:
            return BoltResponse(status=400, body="")
        if req.mode == "http":
            req.context[_EVENTS] = events
        elif events:
            assert self._deliver is not None
            await self._deliver(events)  # when this fails, nothing is acknowledged and Slack tells again
        return BoltResponse(status=200, body="")


async def _connect(socket: AsyncSocketModeHandler) -> None:
    await socket.connect_async()  # type: ignore[no-untyped-call]


async def _renew_address(socket: AsyncSocketModeHandler, *, every_s: float) -> None:
    """Drop the socket's address while there is no connection: it lives for seconds, and the library keeps trying it."""
    while True:
        await asyncio.sleep(every_s)
        if not await socket.client.is_connected():
            socket.client.wss_uri = None
