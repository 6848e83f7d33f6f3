"""Let users in and out: sign in by password or by the identity provider, choose a password by a one-time link, sign out."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from bot.console import passwords
from bot.console.defence import HEADERS
from bot.console.house import House
from bot.console.identity import Claimed, IdentityError
from bot.console.rendering import render_door
from bot.pages.guard import is_own
from bot.pages.limits import Misses
from flows.facts import LANGUAGES
from flows.rules.signing_in import LIFETIME, refuses_password
from storage import users
from storage.users import SignedIn

log = logging.getLogger(__name__)

#: What a browser holds that is signed in.
COOKIE: Final = "console"
#: Where the cookie is sent: nowhere but to the console.
COOKIE_PATH: Final = "/console"
HOME: Final = "/console"
SIGN_IN: Final = "/console/sign-in"
OIDC_START: Final = "/console/oidc/start"
OIDC_BACK: Final = "/console/oidc/back"
#: What a browser holds that is on its way to the identity provider and back, for so long.
_OIDC_COOKIE: Final = "console_oidc"
_OIDC_PATH: Final = "/console/oidc"
_OIDC_S: Final = 600
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

        @router.get(OIDC_START)
        async def ask_provider(request: Request) -> Response:
            return await self._ask_provider(request)

        @router.get(OIDC_BACK)
        async def hear_provider(request: Request) -> Response:
            return await self._hear_provider(request)

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
            secure=self._is_secure(request),
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
        shown = {"here": request.url.path, "other": other, "oidc": self._oidc(request), **values}
        page = render_door(self._house, language, template, shown)
        return HTMLResponse(page, status_code=status, headers=HEADERS)

    def _note(self, request: Request, note: str, *, status: int) -> Response:
        return self._show(request, "door_note.html", status=status, note=note)

    # --- sign in ---

    def _enter(self, request: Request, form: Mapping[str, str]) -> Response:
        house, now, to = self._house, self._house.wall(), form.get("next", "")
        email, password = form.get("email", ""), form.get("password", "")
        with house.database.session() as session:
            user = users.find_by_email(session, house.hub.id, email)
            is_heard = user is None or user.id is None or users.begin_try(session, user.id, now)
        if not is_heard:
            return self._refused(request, email, to, "wait", status=429)
        # Whoever does not exist, or may not come in, takes as long to be refused as a wrong password.
        kept = user.password_hash if user and user.disabled_at is None else None
        if passwords.is_right(password, kept) and user and user.id is not None:
            response = self.let_in(request, user.id, to=to)
            if response is not None:
                return response
        self._misses.note(_client(request))
        return self._refused(request, email, to, "wrong", status=422)

    def _refused(self, request: Request, email: str, to: str, wrong: str, *, status: int) -> Response:
        return self._show(request, "sign_in.html", status=status, next=to, wrong=wrong, email=email)

    # --- the identity provider ---

    def _oidc(self, request: Request) -> str:
        """Return where signing in by the provider begins; empty when there is none."""
        to = request.query_params.get("next", "")
        return (f"{OIDC_START}?next={quote(to)}" if to else OIDC_START) if self._house.identity else ""

    def _oidc_back(self) -> str:
        return f"{self._house.hub.public_url}{OIDC_BACK}"

    async def _ask_provider(self, request: Request) -> Response:
        if self._house.identity is None:
            return self._note(request, "gone", status=404)
        try:
            begun = await self._house.identity.begin(self._oidc_back())
        except IdentityError as error:
            log.warning("the identity provider does not answer", extra={"why": str(error)})
            return self._note(request, "no_provider", status=502)
        response = RedirectResponse(begun.url, status_code=303, headers=HEADERS)
        kept = json.dumps([begun.state, begun.nonce, begun.verifier, request.query_params.get("next", "")])
        response.set_cookie(
            _OIDC_COOKIE,
            urlsafe_b64encode(kept.encode()).decode(),
            max_age=_OIDC_S,
            path=_OIDC_PATH,
            httponly=True,
            samesite="lax",  # the provider leads back from another site
            secure=self._is_secure(request),
        )
        return response

    async def _hear_provider(self, request: Request) -> Response:
        response = await self._heard(request)
        response.delete_cookie(_OIDC_COOKIE, path=_OIDC_PATH)  # it is good once
        return response

    async def _heard(self, request: Request) -> Response:
        identity, query = self._house.identity, request.query_params
        if identity is None:
            return self._note(request, "gone", status=404)
        if self._misses.are_too_many(_client(request)):
            return self._note(request, "slow", status=429)
        begun = _begun(request)
        if begun is None or not secrets.compare_digest(begun[0].encode(), query.get("state", "").encode()):
            self._misses.note(_client(request))
            return self._note(request, "not_begun", status=400)
        _, nonce, verifier, to = begun
        if "code" not in query or query.get("iss", identity.issuer) != identity.issuer:
            return self._note(request, "not_confirmed", status=403)
        try:
            claimed = await identity.finish(self._oidc_back(), code=query["code"], nonce=nonce, verifier=verifier)
        except IdentityError as error:
            log.warning("the identity provider's answer does not hold", extra={"why": str(error)})
            self._misses.note(_client(request))
            return self._note(request, "not_confirmed", status=403)
        return await asyncio.to_thread(self._let_in_as, request, claimed, to)

    def _let_in_as(self, request: Request, claimed: Claimed, to: str) -> Response:
        house = self._house
        with house.database.session() as session:
            number = users.find_by_identity(
                session, house.hub.id, subject=claimed.subject, email=claimed.email, now=house.wall()
            )
        response = self.let_in(request, number, to=to) if number is not None else None
        return response or self._note(request, "unknown_here", status=403)

    def _is_secure(self, request: Request) -> bool:
        return request.url.scheme == "https" or self._house.hub.public_url.startswith("https:")

    # --- sign out ---

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


def _begun(request: Request) -> tuple[str, str, str, str] | None:
    try:
        kept = json.loads(urlsafe_b64decode(request.cookies.get(_OIDC_COOKIE, "")))
    except ValueError:
        return None
    if not isinstance(kept, list) or len(kept) != 4 or not all(isinstance(one, str) for one in kept) or not kept[0]:
        return None
    state, nonce, verifier, to = kept
    return state, nonce, verifier, to
