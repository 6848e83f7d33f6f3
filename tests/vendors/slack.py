"""Stand in for Slack: Web API, Socket Mode, signed webhooks. ``python -m tests.vendors.slack --port N``.

Fields: https://docs.slack.dev/reference/methods and https://docs.slack.dev/apis/events-api
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import WSMsgType, web

from tests.vendors.server import Vendor, main

BOT_TOKEN = "xoxb-1-2-three"
APP_TOKEN = "xapp-1-A1-2-three"
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
TEAM_ID = "T0WORKSPACE"
BOT_USER_ID = "U0BOT"
BOT_ID = "B0BOT"


def sign(body: bytes, secret: str, timestamp: int | None = None) -> dict[str, str]:
    """Return the two headers; https://docs.slack.dev/authentication/verifying-requests-from-slack."""
    stamp = str(int(time.time()) if timestamp is None else timestamp)
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256).hexdigest()
    return {"x-slack-request-timestamp": stamp, "x-slack-signature": f"v0={digest}"}


class SlackServer(Vendor):
    """One workspace with one bot."""

    def __init__(self) -> None:
        super().__init__()
        #: Envelope ids that were acknowledged over the socket, oldest first.
        self.acknowledged: list[str] = []
        #: Given out first by ``apps.connections.open``.
        self.dead_addresses: list[str] = []
        self._sockets: list[web.WebSocketResponse] = []
        self._changed = asyncio.Condition()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/api/{method}", self._call),
            web.get("/socket", self._socket),
        ]

    async def inbound(self, fields: Mapping[str, Any]) -> int:
        """Post ``fields["payload"]`` as an event to the webhook at ``fields["url"]``, signed."""
        body = json.dumps(fields["payload"]).encode()
        headers = {"Content-Type": "application/json", **sign(body, SIGNING_SECRET)}
        status, _ = await self.post(str(fields["url"]), body=body, headers=headers)
        return status

    async def push(self, payload: Mapping[str, Any], *, kind: str = "events_api") -> str:
        """Send a payload over the socket once one is open; return its envelope's id."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._sockets)
        envelope = secrets.token_hex(8)
        message = {"type": kind, "envelope_id": envelope, "payload": payload, "accepts_response_payload": False}
        await self._sockets[-1].send_json(message)
        return envelope

    async def wait_for_acknowledgement(self, envelope: str) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: envelope in self.acknowledged)

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        fields = await _fields(request)
        self.record(method, fields)
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if bearer != (APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN):
            return web.json_response({"ok": False, "error": "invalid_auth"})
        match method:
            case "auth.test":
                return await self._answer(request, _identity(self.url))
            case "apps.connections.open":
                address = self.dead_addresses.pop() if self.dead_addresses else self.url.replace("http", "ws", 1)
                return await self._answer(request, {"url": f"{address}/socket"})
            case "conversations.open":
                user = str(fields["users"]).strip('[]"')
                return await self._answer(request, {"channel": {"id": f"D{user}"}, "no_op": True})
            case "chat.postMessage":
                return await self._post(request, fields)
            case _:
                return web.json_response({"ok": False, "error": "unknown_method"})

    async def _post(self, request: web.Request, fields: Mapping[str, Any]) -> web.Response:
        if not (fields.get("channel") and fields.get("text")):
            return web.json_response({"ok": False, "error": "invalid_arguments"})
        ts = f"1700000000.{len(self.messages):06d}"
        message = {**fields, "ts": ts}
        return await self._answer(request, {"channel": fields["channel"], "ts": ts, "message": message}, message)

    async def _answer(
        self, request: web.Request, data: Mapping[str, Any], message: dict[str, Any] | None = None
    ) -> web.Response:
        fault = self.next_fault()
        match fault:
            case "429":
                return web.json_response(
                    {"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "7"}
                )
            case "500":
                return web.Response(status=500, text="<html>", content_type="text/html")
            case "not_json":
                return web.Response(text="surprise")
            case "hang":
                return await self.hang()
            case "reset":
                return self.cut(request)
            case str() if fault not in ("lost", "pass"):
                return web.json_response({"ok": False, "error": fault})
        if message is not None:
            self.messages.append(message)
        return self.cut(request) if fault == "lost" else web.json_response({"ok": True, **data})

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}})
        async with self._changed:
            self._sockets.append(socket)
            self._changed.notify_all()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                async with self._changed:
                    self.acknowledged.append(json.loads(message.data)["envelope_id"])
                    self._changed.notify_all()
        self._sockets.remove(socket)
        return socket


def _identity(url: str) -> dict[str, Any]:
    return {
        "url": url,
        "team": "A hub",
        "user": "peoplepower",
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


async def _fields(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return {**request.query, **(await request.json())}
    form = {name: str(value) for name, value in (await request.post()).items()}
    if "blocks" in form:
        return {**request.query, **form, "blocks": json.loads(form["blocks"])}
    return {**request.query, **form}


if __name__ == "__main__":
    main(SlackServer)
