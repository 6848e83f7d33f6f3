"""Open the rooms of the console to whoever is signed in and may enter them."""

from __future__ import annotations

import asyncio
import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Final
from urllib.parse import quote, urlsplit

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse, StreamingResponse
from starlette.datastructures import UploadFile
from starlette.routing import BaseRoute, Match

from bot.console.answers import Answer, File, Led, NotThereError, Page
from bot.console.defence import HEADERS
from bot.console.door import COOKIE_PATH, SIGN_IN, Door, wished_language
from bot.console.house import House, Visit
from bot.console.registry import ROOMS
from bot.console.rendering import ASSETS, Told, assets, render, render_door
from bot.console.room import Room, Route
from bot.pages.guard import is_own
from storage.users import SignedIn

log = logging.getLogger(__name__)

#: Says once, on the next page, what was done.
_TOLD: Final = "told"
_TOLD_S: Final = 60
_MAX_FIELDS: Final = 500
_MAX_FILES: Final = 1
#: The largest spreadsheet that is worth reading.
_MAX_PART_BYTES: Final = 20_000_000
#: A stream ends after so long; the browser then asks anew, if it may still.
_STREAM_S: Final = 600
#: The header by which htmx says that it wants a piece.
_PIECE: Final = "hx-request"


def add_console(web: FastAPI, house: House) -> Door:
    """Add the console to a web application."""
    door = Door(house)
    ways = [door.routes(), _rooms(house, door, ROOMS)]
    web.mount(ASSETS, assets())
    for router in ways:
        web.include_router(router)
    web.include_router(_elsewhere(house, door, [way for router in ways for way in router.routes]))
    return door


def _rooms(house: House, door: Door, rooms: Sequence[Room]) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for room in rooms:
        for route in room.routes:
            # A name tells a test which permission belongs to a route of the application.
            router.add_api_route(
                f"/console{route.path}",
                _answering(house, door, room, route),
                methods=[route.method],
                name=f"console:{route.needs.value}",
            )
    return router


def _answering(house: House, door: Door, room: Room, route: Route) -> Callable[[Request], Any]:
    async def answer(request: Request) -> Response:
        if route.method == "POST" and not is_own(request, house.hub.public_url):
            return _note(house, request, "forbidden", status=403)
        user = await asyncio.to_thread(door.who, request)
        if user is None:
            return _to_the_door(request)
        visit = await _visit(house, request, user)
        if not visit.may(route.needs):
            return _note(house, request, "not_yours", status=403, language=visit.language)
        try:
            if route.stream is not None:
                events = await asyncio.to_thread(route.stream, visit)
                told = _events(events, until=house.stopping)
                return StreamingResponse(told, media_type="text/event-stream", headers=HEADERS)
            assert route.handler is not None, "a route has a handler or a stream"
            answered = await asyncio.to_thread(route.handler, visit)
        except NotThereError:
            return _note(house, request, "not_there", status=404, language=visit.language)
        if route.method == "POST":
            house.wake_all()
        return await asyncio.to_thread(_response, visit, room, request, answered)

    return answer


def _elsewhere(house: House, door: Door, ways: Sequence[BaseRoute]) -> APIRouter:
    """Answer any other address with a page, and one to which a form is only sent with the page that has the form."""
    router = APIRouter(include_in_schema=False)

    @router.get("/console/{rest:path}", name="console:elsewhere")
    async def answer(request: Request) -> Response:
        user = await asyncio.to_thread(door.who, request)
        if user is None:
            return _to_the_door(request)
        if any(way.matches(request.scope)[0] is Match.PARTIAL for way in ways):
            return RedirectResponse(request.url.path.rpartition("/")[0], status_code=303, headers=HEADERS)
        return _note(house, request, "not_there", status=404, language=user.language)

    return router


async def _visit(house: House, request: Request, user: SignedIn) -> Visit:
    fields: dict[str, list[str]] = {}
    sent_files: dict[str, tuple[str, bytes]] = {}
    if request.method == "POST":
        async with request.form(max_files=_MAX_FILES, max_fields=_MAX_FIELDS, max_part_size=_MAX_PART_BYTES) as sent:
            for name, value in sent.multi_items():
                if isinstance(value, UploadFile):
                    sent_files[name] = (value.filename or "", await value.read())
                else:
                    fields.setdefault(name, []).append(_storable(value))
    return Visit(
        house=house,
        user=user,
        language=user.language,
        now=house.now(),
        path={name: _storable(str(value)) for name, value in request.path_params.items()},
        query={name: _storable(value) for name, value in request.query_params.items()},
        form={name: values[-1] for name, values in fields.items()},
        fields=fields,
        files=sent_files,
        is_piece=_PIECE in request.headers,
    )


def _storable(text: str) -> str:
    """Drop what no database keeps as text, and nobody types."""
    return text.replace("\0", "")


def _response(visit: Visit, room: Room, request: Request, answered: Answer) -> Response:
    match answered:
        case Page():
            is_piece = answered.template.rpartition("/")[2].startswith("_")
            told = None if is_piece else _told(request)
            text = render(visit, room, answered.template, answered.values, rooms=ROOMS, told=told)
            # A form that htmx sent shows its faults in place, which htmx does for any status.
            response: Response = HTMLResponse(text, status_code=answered.status, headers=HEADERS)
            if told:
                response.delete_cookie(_TOLD, path=COOKIE_PATH)
            return response
        case Led():
            if visit.is_piece:
                response = Response(status_code=204, headers={**HEADERS, "hx-redirect": answered.to})
            else:
                response = RedirectResponse(answered.to, status_code=303, headers=HEADERS)
            if answered.told:
                _tell(response, room, answered)
            return response
        case File():
            named = {"content-disposition": f"attachment; filename*=UTF-8''{quote(answered.name)}"}
            return Response(answered.content, media_type=answered.type, headers={**HEADERS, **named})


def _tell(response: Response, room: Room, led: Led) -> None:
    note = json.dumps([room.name, led.told, dict(led.values)])
    kept = urlsafe_b64encode(note.encode()).decode()
    response.set_cookie(_TOLD, kept, max_age=_TOLD_S, path=COOKIE_PATH, httponly=True, samesite="lax")


def _told(request: Request) -> Told | None:
    try:
        room, key, values = json.loads(urlsafe_b64decode(request.cookies.get(_TOLD, "")))
    except (ValueError, TypeError):
        return None
    known = {each.name for each in ROOMS}
    return Told(room=room, key=key, values=values) if room in known and isinstance(values, dict) else None


async def _events(stream: AsyncIterator[tuple[str, str] | None], *, until: asyncio.Event) -> AsyncIterator[str]:
    """Write events down until the stream or the process ends, or the browser has to show again who it is."""
    loop = asyncio.get_running_loop()
    ending, ends_at = asyncio.ensure_future(until.wait()), loop.time() + _STREAM_S
    coming: asyncio.Future[tuple[str, str] | _End | None] | None = None
    try:
        while (left_s := ends_at - loop.time()) > 0:
            coming = asyncio.ensure_future(anext(stream, _END))
            await asyncio.wait((coming, ending), timeout=left_s, return_when=asyncio.FIRST_COMPLETED)
            if not coming.done() or isinstance(event := coming.result(), _End):
                return
            yield _written(event)
    finally:
        ending.cancel()
        if coming is not None:
            coming.cancel()


class _End:
    """Stands behind the last event."""


_END: Final = _End()


def _written(event: tuple[str, str] | None) -> str:
    if event is None:
        return ": still here\n\n"
    name, data = event
    lines = "".join(f"data: {line}\n" for line in data.splitlines() or [""])
    return f"event: {name}\n{lines}\n" if name else f"{lines}\n"


def _to_the_door(request: Request) -> Response:
    is_page = request.method == "GET" and _PIECE not in request.headers
    to = f"{SIGN_IN}?next={quote(_there(str(request.url) if is_page else request.headers.get('referer', '')))}"
    if _PIECE in request.headers:
        return Response(status_code=401, headers={**HEADERS, "hx-redirect": to})
    return RedirectResponse(to, status_code=303, headers=HEADERS)


def _there(url: str) -> str:
    """Return the page of the console that somebody was on, to lead them back to it."""
    parts = urlsplit(url)
    there = parts.path + (f"?{parts.query}" if parts.query else "")
    return there if there.startswith("/console") else "/console"


def _note(house: House, request: Request, note: str, *, status: int, language: str | None = None) -> Response:
    text = render_door(house, language or wished_language(request), "door_note.html", {"note": note, "here": ""})
    return HTMLResponse(text, status_code=status, headers=HEADERS)
