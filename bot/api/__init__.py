"""Doors for other programs: a JSON API with its description, and numbers about the process."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.staticfiles import StaticFiles

from bot.api.desk import Desk
from bot.api.door import Door, add_handlers
from bot.api.messages import message_routes
from bot.api.metrics import metrics_route
from bot.api.people import people_routes
from bot.api.reports import report_routes
from bot.api.shifts import shift_routes

__all__ = ["Desk", "add_doors", "build_api"]

#: No call needs more.
_MAX_BODY_BYTES: Final = 100_000
_STATIC: Final = Path(__file__).parent / "static"
#: Swagger UI sets styles on elements, and shows its signs as data.
_DOCS_HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_ABOUT: Final = """
For other programs of one hub. Show a token, made by `peoplepower tokens add`, as `Authorization: Bearer pp_…`.
Lists come in pages: ask again with `after` set to `next`. Whatever changes something takes an `Idempotency-Key`.
Every mistake is told as `error` with a `code`, a `message`, and the `fields` that are meant.
"""


def add_doors(web: FastAPI, desk: Desk) -> None:
    """Let other programs in."""
    web.include_router(metrics_route(desk))
    web.mount("/api/v1", build_api(desk))
    web.mount("/docs/assets", StaticFiles(directory=_STATIC))

    @web.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return FileResponse(_STATIC / "docs.html", headers=_DOCS_HEADERS)


def build_api(desk: Desk) -> FastAPI:
    """Build the API, to be mounted at ``/api/v1``."""
    api = FastAPI(
        title="PeoplePower", version="1", description=_ABOUT, docs_url=None, redoc_url=None, redirect_slashes=False
    )
    add_handlers(api)
    door = Door(desk)
    for routes in (people_routes, shift_routes, message_routes, report_routes):
        api.include_router(routes(desk, door))

    @api.middleware("http")
    async def plainly(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        response = await go_on(request)
        response.headers["cache-control"] = "no-store"
        response.headers["x-content-type-options"] = "nosniff"
        return response

    api.add_middleware(RequestBodyLimitMiddleware, max_body_size=_MAX_BODY_BYTES)
    return api
