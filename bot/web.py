"""The web face of the process: webhooks of the vendors and the two health pages."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from bot.api import Desk as Doors
from bot.api import add_doors
from bot.console.house import House
from bot.console.routes import add_console
from bot.inbox import Inbox
from bot.pages import Desk, calendar_routes, link_routes, page_assets
from channels.base import Channel, ForgedRequestError, MalformedRequestError, WebRequest

log = logging.getLogger(__name__)

#: No vendor's webhook comes near it: Slack's largest payloads are a tenth.
MAX_BODY_BYTES: Final = 1_000_000


class _BodyTooLargeError(Exception):
    """The body passed the limit."""


def build_web(
    *,
    channels: Mapping[str, Channel],
    started: Collection[str],
    inbox: Inbox,
    ready: Callable[[], Awaitable[bool]],
    desk: Desk | None = None,
    house: House | None = None,
    doors: Doors | None = None,
) -> FastAPI:
    """Build the web application.

    Args:
        channels: the configured ones, by name.
        started: names of those that are connected by now; the others answer 503, so that the vendor comes again.
        ready: tells whether the database answers and its schema is current.
        desk: what the pages of links work with; without one, no link leads anywhere.
        house: what the coordinators' console works with; without one, there is none.
        doors: what other programs are let in to; without them, to nothing.
    """
    web = FastAPI(title="PeoplePower", docs_url=None, redoc_url=None, openapi_url=None)

    if desk is not None:
        web.include_router(link_routes(desk))
        web.include_router(calendar_routes(desk))
        web.mount("/page-assets", page_assets())

    if house is not None:
        add_console(web, house)

    if doors is not None:
        add_doors(web, doors)

    @web.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @web.get("/readyz")
    async def readyz() -> JSONResponse:
        if await ready():
            return JSONResponse({"status": "ready"})
        return JSONResponse({"status": "not ready", "why": "the database does not answer"}, status_code=503)

    @web.post("/webhooks/{name}")
    @web.post("/webhooks/{name}/{rest:path}")
    async def webhook(request: Request, name: str, rest: str = "") -> Response:
        channel = channels.get(name)
        if channel is None:
            return Response("no such channel\n", status_code=404, media_type="text/plain")
        if name not in started:
            return Response("not yet\n", status_code=503, media_type="text/plain", headers={"retry-after": "5"})
        try:
            body = await _read_body(request)
            received = await channel.receive(_web_request(request, body))
        except _BodyTooLargeError:
            return Response("too large\n", status_code=413, media_type="text/plain")
        except ForgedRequestError:
            log.warning("forged request refused", extra={"channel": name})
            return Response("forbidden\n", status_code=403, media_type="text/plain")
        except MalformedRequestError:
            log.warning("malformed request refused", extra={"channel": name})
            return Response("bad request\n", status_code=400, media_type="text/plain")
        await inbox.deliver(received.events)  # durable before the vendor hears anything
        answer = received.response
        return Response(answer.body.encode(), status_code=answer.status, headers={"content-type": answer.content_type})

    return web


def _web_request(request: Request, body: bytes) -> WebRequest:
    # The path as it was sent: a signature covers it before any decoding.
    path = request.scope["raw_path"].decode("latin-1") if request.scope.get("raw_path") else request.url.path
    query = request.scope["query_string"].decode("latin-1")
    return WebRequest(
        path=f"{path}?{query}" if query else path,
        headers={name.lower(): value for name, value in request.headers.items()},
        body=body,
    )


async def _read_body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > MAX_BODY_BYTES:
        raise _BodyTooLargeError
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _BodyTooLargeError
    return bytes(body)
