"""Give a calendar program the dates of whoever subscribed: by an address that is secret, and can be made void."""

from __future__ import annotations

import asyncio
import hashlib
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request, Response

from bot.calendar_file import write_calendar
from bot.pages.desk import Desk
from bot.pages.limits import Misses
from flows.rules.links import LinkPurpose
from storage import calendars, links
from storage.tables import PersonRow

_HEADERS: Final = {
    "cache-control": "private, no-cache",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex, nofollow",
}
Token = Annotated[str, Path(max_length=64)]


def calendar_routes(desk: Desk) -> APIRouter:
    """Build the route of all calendars."""
    router = APIRouter(include_in_schema=False)
    misses = Misses(desk.now)

    @router.get("/calendar/{token}.ics")
    async def calendar(request: Request, token: Token) -> Response:
        client = request.client.host if request.client else ""
        if misses.are_too_many(client):
            return Response("slow down\n", status_code=429, media_type="text/plain", headers=_HEADERS)
        content = await asyncio.to_thread(_write, desk, token)
        if content is None:
            misses.note(client)
            return Response("this calendar is gone\n", status_code=404, media_type="text/plain", headers=_HEADERS)
        etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {**_HEADERS, "etag": etag}
        known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
        if etag in known:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)

    return router


def _write(desk: Desk, token: str) -> bytes | None:
    """Write the calendar that a token opens; ``None`` when it opens none."""
    with desk.database.reading() as session:
        link = links.find(session, desk.hub.id, token, desk.now())
        if link is None or link.purpose != LinkPurpose.CALENDAR or link.person_id is None:
            return None
        person = session.get(PersonRow, link.person_id)
        dates = calendars.list_dates(session, desk.hub.id, link.person_id, desk.now())
        language = (person.language if person else None) or desk.hub.languages[0]
    return write_calendar(desk.hub, dates, language=language)
