"""The addresses of links, each with its station; what a station does stands in ``bot.pages.door``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.staticfiles import StaticFiles

from bot.pages.desk import Desk
from bot.pages.door import Door, Station

#: What is asked of a link, behind its token, and the station that answers. Whatever changes something is a POST.
_STATIONS: Final[tuple[tuple[str, str, Station], ...]] = (
    ("GET", "", Door.landing),
    ("GET", "/code", Door.code),
    ("POST", "/code", Door.send),
    ("POST", "/open", Door.enter),
    ("GET", "/page", Door.page),
    ("POST", "/page", Door.take),
    ("GET", "/stop", Door.landing),
    ("POST", "/stop", Door.stop),
)
Token = Annotated[str, Path(max_length=64)]


def page_assets() -> StaticFiles:
    """Return the style that is carried in the package."""
    return StaticFiles(directory=str(files("bot.pages") / "static"))


def link_routes(desk: Desk) -> APIRouter:
    """Build the routes of all links."""
    router = APIRouter(include_in_schema=False)
    door = Door(desk)
    for method, path, station in _STATIONS:
        router.add_api_route(f"/l/{{token}}{path}", _endpoint(door, method, station), methods=[method])

    @router.get("/verify")
    async def verify(request: Request, code: Annotated[str, Query(max_length=40)] = "") -> Response:
        return await door.verify(request, code)

    return router


def _endpoint(door: Door, method: str, station: Station) -> Callable[[Request, str], Awaitable[Response]]:
    async def look(request: Request, token: Token) -> Response:
        return await door.answer(request, token, station)

    async def change(request: Request, token: Token) -> Response:
        return await door.change(request, token, station, from_mail=station is Door.stop)

    return look if method == "GET" else change
