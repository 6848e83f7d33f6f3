"""Let users in and out: sign in by password, choose one by a one-time link, sign out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.console import passwords
from bot.console.defence import HEADERS
from bot.console.house import House
from bot.console.rendering import render_door
from bot.pages.guard import is_own
from bot.pages.limits import Misses
from flows.facts import LANGUAGES
from flows.rules.signing_in import LIFETIME, refuses_password, tries_again_at
from storage import users
from storage.users import SignedIn

#: What a browser holds that is signed in.
COOKIE: Final = "console"
#: Where the cookie is sent: nowhere but to the console.
COOKIE_PATH: Final = "/console"
HOME: Final = "/console"
SIGN_IN: Final = "/console/sign-in"
_MAX_FIELDS: Final = 10


def wished_language(request: Request) -> str:
    """Choose a language by the address, else by the browser."""
    asked = request.query_params.get("lang", "")
    wished = [part.partition(";")[0].strip()[:2] for part in request.headers.get("accept-language", "").split(",")]
    return next((language for language in (asked, *wished) if language in LANGUAGES), LANGUAGES[0])


def is_inside(path: str) -> bool:
    """Tell whether a path that somebody handed in leads to the console and nowhere else."""
    return (path == HOME or path.startswith((f"{HOME}/", f"{HOME}?"))) and "\\" not in path and path.isprintable()


class Door:
    """Answers whoever is not signed in yet."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._misses = Misses(house.wall)

    def routes(self) -> APIRouter:
        """Build the routes that need no session."""
        router = APIRouter(include_in_schema=False)

        @router.get(SIGN_IN)
        async def ask(request: Request) -> Response:
            return self._show(request, "sign_in.html", next=request.query_params.get("next", ""), wrong="", email="")

        @router.post(SIGN_IN)
        async def enter(request: Request) -> Response:
            return await self._change(request, self._enter)

        @router.post("/console/sign-out")
        async def leave(request: Request) -> Response:
            return await self._change(request, self._leave)

        @router.get("/console/welcome/{token}")
        async def welcome(request: Request, token: str) -> Response:
            return await asyncio.to_thread(self._welcome, request, token)

        @router.post("/console/welcome/{token}")
        async def choose(request: Request, token: str) -> Response:
            return await self._change(request, lambda request, form: self._choose(request, form, token))

        return router

    def who(self, request: Request) -> SignedIn | None:
        """Tell who a browser is signed in as, and note that it was here."""
        token = request.cookies.get(COOKIE, "")
        if not token:
            return None
        house, now = self._house, self._house.wall()
        with house.database.reading() as session:
            found = users.signed_in(session, house.hub.id, token, now)
        if found and found.is_due:
            with house.database.session() as session:
                users.note_seen(session, found.session_id, now)
        return found

    def let_in(self, request: Request, user_id: int, *, to: str = HOME) -> Response | None:
        """Begin a session for a user, and lead the browser on; ``None`` when they may not come in any more."""
        with self._house.database.session() as session:
            browser = request.headers.get("user-agent", "")
            token = users.sign_in(session, user_id, browser=browser, now=self._house.wall())
        if token is None:
            return None
        response = RedirectResponse(to if is_inside(to) else HOME, status_code=303, headers=HEADERS)
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(LIFETIME.total_seconds()),
            path=COOKIE_PATH,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https" or self._house.hub.public_url.startswith("https:"),
        )
        return response

    # --- the frame of every change ---

    async def _change(self, request: Request, what: Any) -> Response:
        if not is_own(request, self._house.hub.public_url):
            return self._note(request, "forbidden", status=403)
        if self._misses.are_too_many(_client(request)):
            return self._note(request, "slow", status=429)
        async with request.form(max_files=0, max_fields=_MAX_FIELDS) as sent:
            form = {name: value for name, value in sent.items() if isinstance(value, str)}
        response: Response = await asyncio.to_thread(what, request, form)
        return response

    def _show(self, request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
        language = wished_language(request)
        other = next(other for other in LANGUAGES if other != language)
        shown = {"here": request.url.path, "other": other, **values}
        page = render_door(self._house, language, template, shown)
        return HTMLResponse(page, status_code=status, headers=HEADERS)

    def _note(self, request: Request, note: str, *, status: int) -> Response:
        return self._show(request, "door_note.html", status=status, note=note)

    # --- sign in ---

    def _enter(self, request: Request, form: Mapping[str, str]) -> Response:
        house, now, to = self._house, self._house.wall(), form.get("next", "")
        email, password = form.get("email", ""), form.get("password", "")
        with house.database.reading() as session:
            user = users.find_by_email(session, house.hub.id, email)
        if user and (until := tries_again_at(user.misses, user.missed_at)) and now < until:
            return self._refused(request, email, to, "wait", status=429)
        # Whoever does not exist, or may not come in, takes as long to be refused as a wrong password.
        kept = user.password_hash if user and user.disabled_at is None else None
        if passwords.is_right(password, kept) and user and user.id is not None:
            response = self.let_in(request, user.id, to=to)
            if response is not None:
                return response
        self._misses.note(_client(request))
        if user and user.id is not None:
            with house.database.session() as session:
                users.note_miss(session, user.id, now)
        return self._refused(request, email, to, "wrong", status=422)

    def _refused(self, request: Request, email: str, to: str, wrong: str, *, status: int) -> Response:
        return self._show(request, "sign_in.html", status=status, next=to, wrong=wrong, email=email)

    def _leave(self, request: Request, _form: Mapping[str, str]) -> Response:
        with self._house.database.session() as session:
            users.sign_out(session, self._house.hub.id, request.cookies.get(COOKIE, ""))
        response = RedirectResponse(SIGN_IN, status_code=303, headers=HEADERS)
        response.delete_cookie(COOKIE, path=COOKIE_PATH)
        return response

    # --- one-time links ---

    def _welcome(self, request: Request, token: str) -> Response:
        if self._misses.are_too_many(_client(request)):
            return self._note(request, "slow", status=429)
        with self._house.database.reading() as session:
            user = users.invited(session, self._house.hub.id, token, self._house.wall())
        if user is None:
            self._misses.note(_client(request))
            return self._note(request, "gone", status=404)
        return self._show(request, "welcome.html", name=user.name, email=user.email, wrong="")

    def _choose(self, request: Request, form: Mapping[str, str], token: str) -> Response:
        house, now = self._house, self._house.wall()
        password, again = form.get("password", ""), form.get("again", "")
        with house.database.reading() as session:
            user = users.invited(session, house.hub.id, token, now)
        if user is None:
            self._misses.note(_client(request))
            return self._note(request, "gone", status=404)
        wrong = refuses_password(password, email=user.email, hub=house.hub.name)
        wrong = wrong or ("differs" if password != again else None)
        if wrong:
            return self._show(request, "welcome.html", status=422, name=user.name, email=user.email, wrong=wrong)
        kept = passwords.hash_password(password)
        with house.database.session() as session:
            chosen = users.choose_password(session, house.hub.id, token, kept, now)
        response = self.let_in(request, chosen.id) if chosen and chosen.id is not None else None
        return response or self._note(request, "gone", status=404)


def _client(request: Request) -> str:
    return request.client.host if request.client else ""
