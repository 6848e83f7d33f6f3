"""The way through every link: a landing that tells nothing, a one-time code, the page of its purpose."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, PackageLoader

from bot.letters import verified
from bot.pages.desk import Desk
from bot.pages.guard import HEADERS, is_own
from bot.pages.limits import Misses
from bot.pages.page import File, LinkPage, Opened, Shown, Taken
from bot.pages.registry import PAGES
from flows.facts import LANGUAGES
from flows.phrases import read_phrases
from flows.rules.links import CodeOutcome, LinkPurpose
from storage import letters, links

#: What a browser holds that typed the right code.
_COOKIE: Final = "ticket"
_MAX_FORM_BYTES: Final = 16_384
_MAX_FIELDS: Final = 40

#: Answers one request to a link, within a thread.
Station = Callable[["Door", "Visit"], Response]


class _GoneError(Exception):
    """The link leads nowhere, whyever."""


class Visit:
    """One request to a link."""

    def __init__(self, request: Request, token: str, form: Mapping[str, str]) -> None:
        self.token, self.form = token, form
        self.link = f"/l/{token}"
        self.here = request.url.path
        self.ticket = request.cookies.get(_COOKIE, "")
        self.is_secure = request.url.scheme == "https"
        self.language = _language(request)


def _language(request: Request) -> str:
    """Choose by the address, else by the browser; never by whom the link is for."""
    asked = request.query_params.get("lang", "")
    wished = [part.partition(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(",")]
    return next((language for language in (asked, *wished) if language in LANGUAGES), LANGUAGES[0])


class Door:
    """Answers every request to a link, each within one transaction of a thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._misses = Misses(desk.now)
        words = (files("bot.pages") / "words.toml").read_text("utf-8")
        self._words = read_phrases(words, file="bot/pages/words.toml", languages=LANGUAGES)
        self._templates = Environment(
            loader=PackageLoader("bot.pages"), autoescape=True, trim_blocks=True, lstrip_blocks=True
        )

    # --- the frame of every answer ---

    async def answer(self, request: Request, token: str, station: Station) -> Response:
        """Answer a request that changes nothing."""
        return await self._answer(request, Visit(request, token, {}), station)

    async def change(self, request: Request, token: str, station: Station, *, from_mail: bool = False) -> Response:
        """Answer a change, which only our own pages may ask for.

        Args:
            from_mail: a mail program may ask as well; it says nothing of where it comes from (RFC 8058).
        """
        says_nothing = "origin" not in request.headers and "sec-fetch-site" not in request.headers
        if not is_own(request, self._desk.hub.public_url) and not (from_mail and says_nothing):
            return self._note(Visit(request, token, {}), "forbidden", status=403)
        return await self._answer(request, Visit(request, token, await _form(request)), station)

    async def _answer(self, request: Request, visit: Visit, station: Station) -> Response:
        client = request.client.host if request.client else ""
        if self._misses.are_too_many(client):
            return self._note(visit, "slow", status=429)
        try:
            return await asyncio.to_thread(station, self, visit)
        except _GoneError:
            self._misses.note(client)
            return self._note(visit, "gone", status=404)

    async def verify(self, request: Request, code: str) -> Response:
        """Tell whether a letter is genuine; whoever tries codes is not listened to for long."""
        client, visit = request.client.host if request.client else "", Visit(request, "", {})
        if self._misses.are_too_many(client):
            return self._note(visit, "slow", status=429)
        row = await asyncio.to_thread(self._letter, code) if code.strip() else None
        if code.strip() and row is None:
            self._misses.note(client)
        found = verified(row, visit.language) if row else None
        return self._show(visit, "verify.html", code=code.strip(), found=found)

    def _letter(self, code: str) -> Any:
        with self._desk.database.reading() as session:
            return letters.find_valid(session, self._desk.hub.id, code)

    def _show(self, visit: Visit, template: str, *, status: int = 200, **values: Any) -> Response:
        hub = self._desk.hub
        language = visit.language

        def say(key: str, **named: str) -> str:
            return self._words.say(key, language, {"hub": hub.name, **named})

        other = next(other for other in LANGUAGES if other != language)
        shown = {"hub": hub.name, "link": visit.link, "here": visit.here, **values}
        page = self._templates.get_template(template).render(shown, say=say, language=language, other=other)
        return HTMLResponse(page, status_code=status, headers=HEADERS)

    def _note(self, visit: Visit, note: str, *, status: int) -> Response:
        """Say something that does not depend on the link, so that every link that leads nowhere gets the same answer."""
        phone = self._desk.hub.help_phone if note != "stopped" else ""
        return self._show(visit, "note.html", status=status, note=note, here="", help_phone=phone)

    def _led(self, visit: Visit, where: str) -> Response:
        return RedirectResponse(f"{visit.link}/{where}?lang={visit.language}", status_code=303, headers=HEADERS)

    # --- the stations ---

    def landing(self, visit: Visit) -> Response:
        """Tell nothing but who wrote."""
        with self._desk.database.reading() as session:
            self._find(session, visit)
        return self._show(visit, "landing.html", here=visit.link)

    def code(self, visit: Visit) -> Response:
        """Ask for the code."""
        with self._desk.database.reading() as session:
            self._find(session, visit)
        return self._show(visit, "code.html", wrong="")

    def send(self, visit: Visit) -> Response:
        """Send a code to the contact that the link was made for."""
        desk = self._desk
        with desk.database.session() as session:
            link = self._find(session, visit, to_change=True)
            values = {"hub": desk.hub.name, "help_phone": desk.hub.help_phone, "code": "{code}"}
            text = desk.library.phrases.say(_page(link).code_phrase, visit.language, values)
            refusal = links.send_code(session, link, visit.token, text=text, now=desk.now())
            contact = links.contact_of(session, link)
        if refusal:
            return self._show(visit, "code.html", status=429, wrong=refusal.value, here=f"{visit.link}/code")
        if contact:
            desk.wake(*contact)
        return self._led(visit, "code")

    def enter(self, visit: Visit) -> Response:
        """Judge the code."""
        typed = visit.form.get("code", "").replace(" ", "")
        with self._desk.database.session() as session:
            link = self._find(session, visit, to_change=True)
            outcome, ticket = links.try_code(session, link, visit.token, typed, self._desk.now())
        match outcome:
            case CodeOutcome.OPENED:
                response = self._led(visit, "page")
                response.set_cookie(
                    _COOKIE, ticket, path=visit.link, httponly=True, samesite="strict", secure=visit.is_secure
                )
                return response
            case CodeOutcome.LOCKED:
                raise _GoneError
            case _:
                return self._show(visit, "code.html", status=422, wrong=outcome.value, here=f"{visit.link}/code")

    def page(self, visit: Visit) -> Response:
        """Show the page of the link's purpose to whoever typed the code."""
        with self._desk.database.session() as session:
            link = self._find(session, visit)
            if not links.holds_ticket(link, visit.ticket, self._desk.now()):
                return RedirectResponse(f"{visit.link}?lang={visit.language}", status_code=303, headers=HEADERS)
            shown = _page(link).show(self._desk, session, self._opened(visit, link))
        if shown is None:
            raise _GoneError
        return self._show(visit, shown.template, **shown.values)

    def take(self, visit: Visit) -> Response:
        """Take the form of the link's purpose."""
        with self._desk.database.session() as session:
            link = self._find(session, visit, to_change=True)
            if not links.holds_ticket(link, visit.ticket, self._desk.now()):
                return RedirectResponse(f"{visit.link}?lang={visit.language}", status_code=303, headers=HEADERS)
            taken = _page(link).take(self._desk, session, self._opened(visit, link), visit.form)
            if isinstance(taken, Taken | File):
                links.note_used(session, link, self._desk.now())
        match taken:
            case None:
                raise _GoneError
            case Shown():
                return self._show(visit, taken.template, status=422, **taken.values)
            case Taken():
                return self._led(visit, "page")
            case File():
                named = {"content-disposition": f'attachment; filename="{taken.name}"'}
                return Response(taken.content, media_type=taken.type, headers={**HEADERS, **named})

    def stop(self, visit: Visit) -> Response:
        """Write no more to the contact that the link was made for."""
        with self._desk.database.session() as session:
            link = self._find(session, visit, to_change=True)
            links.stop_writing(session, link, self._desk.now())
        return self._note(visit, "stopped", status=200)

    def _find(self, session: Any, visit: Visit, *, to_change: bool = False) -> Any:
        link = links.find(session, self._desk.hub.id, visit.token, self._desk.now(), to_change=to_change)
        if link is None or link.purpose not in PAGES:
            raise _GoneError
        return link

    def _opened(self, visit: Visit, link: Any) -> Opened:
        return Opened(person_id=link.person_id, subject=link.subject, language=visit.language, now=self._desk.now())


def _page(link: Any) -> LinkPage:
    return PAGES[LinkPurpose(link.purpose)]


async def _form(request: Request) -> dict[str, str]:
    """Read a form as browsers send one; it has no files."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAX_FORM_BYTES:
            raise HTTPException(status_code=413)
    try:
        return dict(parse_qsl(body.decode(), max_num_fields=_MAX_FIELDS))
    except ValueError:
        raise HTTPException(status_code=400) from None
