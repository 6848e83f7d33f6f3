"""Stand in for Telegram's Bot API: send, webhook, polling. ``python -m tests.vendors.telegram --port N``.

Fields: https://core.telegram.org/bots/api
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.vendors.server import Vendor, main

TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"
SECRET_TOKEN = "a-secret_of-0ur-own"
BOT = {"id": 123456789, "is_bot": True, "first_name": "PeoplePower", "username": "people_power_bot"}

_MAX_CHARS = 4096
_ERRORS = {
    "400": (400, "Bad Request: can't parse entities"),
    "401": (401, "Unauthorized"),
    "403": (403, "Forbidden: bot was blocked by the user"),
    "404": (404, "Not Found"),
    "409": (409, "Conflict: terminated by other getUpdates request"),
    "500": (500, "Internal Server Error"),
    "502": (502, "Bad Gateway"),
    "chat_not_found": (400, "Bad Request: chat not found"),
}


class TelegramServer(Vendor):
    """One bot."""

    def __init__(self) -> None:
        super().__init__()
        #: Updates that no later offset has confirmed.
        self.pending: list[dict[str, Any]] = []
        #: The offset of each question for updates; ``None`` where it had none.
        self.offsets: list[int | None] = []
        self.webhook: dict[str, Any] = {}
        self.poll_faults: list[str] = []
        self._changed = asyncio.Condition()

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/bot{token}/{method}", self._call), web.get("/bot{token}/{method}", self._call)]

    async def inbound(self, fields: Mapping[str, Any]) -> int:
        """Post ``fields["update"]`` to the webhook at ``fields["url"]``, or keep it for polling without a ``url``."""
        if "url" not in fields:
            await self.push(fields["update"])
            return 200
        headers = {"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": SECRET_TOKEN}
        status, _ = await self.post(str(fields["url"]), body=json.dumps(fields["update"]).encode(), headers=headers)
        return status

    async def push(self, *updates: Mapping[str, Any]) -> None:
        """Keep updates until polling confirms them."""
        async with self._changed:
            self.pending.extend(map(dict, updates))
            self._changed.notify_all()

    async def wait_until(self, confirmed_up_to: int) -> None:
        """Return once polling has asked for what follows that update."""
        async with self._changed:
            await self._changed.wait_for(
                lambda: any(offset is not None and offset > confirmed_up_to for offset in self.offsets)
            )

    async def wait_for_call(self, method: str) -> None:
        async with self._changed:
            await self._changed.wait_for(lambda: any(entry["path"] == method for entry in self.received))

    async def _call(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        fields = {**request.query, **await _fields(request)}
        async with self._changed:
            self.record(method, fields)
            self._changed.notify_all()
        if request.match_info["token"] != TOKEN:
            return _error("401")
        match method:
            case "getMe":
                return _result(BOT)
            case "setWebhook" | "deleteWebhook" | "setMyCommands" | "answerCallbackQuery":
                return await self._set(request, method, fields)
            case "getUpdates":
                return await self._get_updates(fields)
            case "sendMessage":
                return await self._send(request, fields)
            case _:
                return _error("404")

    async def _set(self, request: web.Request, method: str, fields: Mapping[str, Any]) -> web.Response:
        answer = await self._faulty(request, self.next_fault())
        if answer is None and method.endswith("Webhook"):
            self.webhook = dict(fields) if method == "setWebhook" else {}
        return answer or _result(True)

    async def _send(self, request: web.Request, fields: Mapping[str, Any]) -> web.Response:
        fault = self.next_fault()
        if (answer := await self._faulty(request, fault)) is not None:
            return answer
        if not 0 < len(fields.get("text", "")) <= _MAX_CHARS:
            return web.json_response(
                {"ok": False, "error_code": 400, "description": "Bad Request: message is too long"}, status=400
            )
        chat = {"id": int(fields["chat_id"]), "type": "private", "first_name": "Ana"}
        message = {
            "message_id": len(self.messages) + 1,
            "from": BOT,
            "chat": chat,
            "date": int(time.time()),
            "text": fields["text"],
        }
        self.messages.append({**message, **fields})
        return self.cut(request) if fault == "lost" else _result(message)

    async def _get_updates(self, fields: Mapping[str, Any]) -> web.Response:
        if self.poll_faults:
            return _error(self.poll_faults.pop(0))
        offset = int(fields["offset"]) if "offset" in fields else None
        async with self._changed:
            self.offsets.append(offset)
            if offset is not None:
                self.pending = [update for update in self.pending if update["update_id"] >= offset]
            self._changed.notify_all()
            if not self.pending and not self._closing.is_set():
                try:
                    async with asyncio.timeout(float(fields.get("timeout", 0))):
                        await self._changed.wait_for(lambda: self.pending or self._closing.is_set())
                except TimeoutError:
                    return _result([])
            return _result(self.pending)

    async def close(self) -> None:
        async with self._changed:
            self._closing.set()
            self._changed.notify_all()
        await super().close()

    async def _faulty(self, request: web.Request, fault: str | None) -> web.Response | None:
        match fault:
            case None | "lost" | "pass":
                return None
            case "429":
                body = {
                    "ok": False,
                    "error_code": 429,
                    "description": "Too Many Requests: retry after 7",
                    "parameters": {"retry_after": 7},
                }
                return web.json_response(body, status=429)
            case "chat_migrated":
                body = {
                    "ok": False,
                    "error_code": 400,
                    "description": "Bad Request: group chat was upgraded to a supergroup chat",
                    "parameters": {"migrate_to_chat_id": -1001},
                }
                return web.json_response(body, status=400)
            case "not_json":
                return web.Response(text="surprise")
            case "hang":
                return await self.hang()
            case "reset":
                return self.cut(request)
            case _:
                return _error(fault)


def _result(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _error(fault: str) -> web.Response:
    status, description = _ERRORS[fault]
    return web.json_response({"ok": False, "error_code": status, "description": description}, status=status)


async def _fields(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    return {name: str(value) for name, value in (await request.post()).items()}


if __name__ == "__main__":
    main(TelegramServer)
