"""Keep a page that has no login to this machine and to itself: hosts, origins and what it may load."""

from __future__ import annotations

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: A page elsewhere can point a name of its own at this machine; only these names are ours.
_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
_HEADERS: Final = {
    "content-security-policy": "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
}


class LocalGuard:
    """Answers only this machine, takes changes only from its own pages, and sends strict headers."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if refusal := _refusal(scope["method"], Headers(scope=scope)):
            await PlainTextResponse(refusal, status_code=403)(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)  # a page may be stricter about itself
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _refusal(method: str, headers: Headers) -> str | None:
    host = headers.get("host", "")
    if _without_port(host) not in _HOSTS:
        return "This page is only served to the machine it runs on.\n"
    if method in ("GET", "HEAD"):
        return None
    origin = headers.get("origin")
    if headers.get("sec-fetch-site", "same-origin") != "same-origin" or (origin and origin != f"http://{host}"):
        return "This can only be done from the page itself.\n"
    return None


def _without_port(host: str) -> str:
    name, separator, port = host.rpartition(":")
    return name if separator and port.isdecimal() else host
