"""Signing in by the hub's identity provider: a real one on this machine, and what it must not be believed."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi import FastAPI
from joserfc.jwk import RSAKey

from bot.app import utc_now
from bot.console.door import COOKIE
from bot.console.identity import IdentityProvider
from bot.console.routes import add_console
from bot.demo import open_demo
from bot.demo_staff import email_of
from bot.simulator.movable_clock import MovableClock
from flows.rules.access import Role
from storage import users
from storage.tables import UserRow
from tests.console.opened import HERE, MONDAY, Demo
from tests.vendors.identity import CLIENT_ID, CLIENT_SECRET, IdentityVendor

BACK = f"{HERE}/console/oidc/back"
ALEX = email_of(Role.ADMINISTRATOR)


@dataclass(slots=True)
class Signing:
    """A console that asks a provider, and a browser."""

    demo: Demo
    provider: IdentityVendor

    async def begin(self, path: str = "/console/oidc/start") -> str:
        """Let the browser go to the provider; return where that leads it back to."""
        answer = await self.demo.client.get(path)
        assert answer.status_code == 303, answer.text
        async with httpx.AsyncClient() as elsewhere:
            there = await elsewhere.get(answer.headers["location"])
        assert there.status_code == 302, there.text
        return there.headers["location"]

    async def enter(self, path: str = "/console/oidc/start", **claims: Any) -> httpx.Response:
        """Go there and come back with a token that says something."""
        self.provider.claims = claims
        return await self.demo.client.get(await self.begin(path))

    def user(self, email: str = ALEX) -> UserRow:
        """Return one of the hub's users."""
        with self.demo.app.database.reading() as session:
            found = users.find_by_email(session, self.demo.app.hub.id, email)
        assert found is not None
        return found

    def count(self) -> int:
        """Count users."""
        with self.demo.app.database.reading() as session:
            return len(users.list_users(session, self.demo.app.hub.id))


@pytest.fixture
async def signing(seeded: Path, tmp_path: Path) -> AsyncIterator[Signing]:
    """Return a demo's console that asks a provider."""
    path = tmp_path / "demo.db"
    shutil.copy(seeded, path)
    clock = MovableClock(begins_at=MONDAY)
    async with IdentityVendor() as provider, open_demo(path, clock, public_url=HERE) as app:
        provider.redirect_uris = [BACK]
        identity = IdentityProvider(issuer=provider.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
        web = FastAPI()
        add_console(web, app.house(identity=identity))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url=HERE) as client:
            yield Signing(demo=Demo(app=app, clock=clock, client=client), provider=provider)


def refused(signing: Signing, answer: httpx.Response, status: int = 403) -> bool:
    """Tell whether nobody was let in."""
    return answer.status_code == status and COOKIE not in signing.demo.client.cookies


async def test_a_user_with_that_address_is_let_in_and_led_to_the_page_they_wanted(signing: Signing) -> None:
    page = await signing.demo.open("/console/sign-in?next=/console/people")
    assert '/console/oidc/start?next=/console/people"' in page

    answer = await signing.enter("/console/oidc/start?next=/console/people")

    assert answer.headers["location"] == "/console/people"
    assert "Alex Rivera" in await signing.demo.open("/console")
    assert signing.user().oidc_subject == f"{signing.provider.url} employee-7"


async def test_the_name_of_the_provider_holds_when_the_address_changes(signing: Signing) -> None:
    await signing.enter()
    signing.demo.client.cookies.clear()

    answer = await signing.enter(email="married@example.org")

    assert answer.status_code == 303
    assert "Alex Rivera" in await signing.demo.open("/console")


async def test_somebody_else_who_got_the_address_later_is_not_let_in(signing: Signing) -> None:
    await signing.enter()
    signing.demo.client.cookies.clear()

    assert refused(signing, await signing.enter(sub="employee-8"))


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"aud": "another-client"}, id="another audience"),
        pytest.param({"aud": None}, id="no audience"),
        pytest.param({"iss": "https://elsewhere.example"}, id="another issuer"),
        pytest.param({"exp": 1_600_000_000}, id="over"),
        pytest.param({"exp": None}, id="for ever"),
        pytest.param({"iat": 4_000_000_000, "nbf": 4_000_000_000}, id="not yet"),
        pytest.param({"nonce": "of another sign-in"}, id="another nonce"),
        pytest.param({"nonce": None}, id="no nonce"),
        pytest.param({"sub": None}, id="no subject"),
        pytest.param({"sub": "new", "email_verified": False}, id="address not verified"),
        pytest.param({"sub": "new", "email_verified": None}, id="nothing about the address"),
        pytest.param({"sub": "new", "email_verified": "true"}, id="verified by a word"),
        pytest.param({"sub": "new", "email": "nobody@example.org"}, id="nobody of us"),
        pytest.param({"sub": "new", "email": [ALEX]}, id="an address that is none"),
    ],
)
async def test_nobody_is_let_in_or_added_by_a_token_that_does_not_hold(
    signing: Signing, claims: dict[str, Any]
) -> None:
    before = signing.count()

    assert refused(signing, await signing.enter(**claims))
    assert signing.count() == before
    assert signing.user().oidc_subject is None


async def test_a_token_by_another_key_is_forged(signing: Signing) -> None:
    signing.provider.signs = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})

    assert refused(signing, await signing.enter())


async def test_a_new_key_of_the_provider_is_asked_for(signing: Signing) -> None:
    await signing.enter()
    signing.demo.client.cookies.clear()
    signing.provider.key = signing.provider.signs = RSAKey.generate_key(2048, {"kid": "two"})

    signing.provider.claims = {}
    answer = await signing.demo.client.get(await signing.begin())

    assert answer.status_code == 303


async def test_a_state_that_was_not_given_out_leads_nowhere(signing: Signing) -> None:
    back = await signing.begin()
    state = parse_qs(urlsplit(back).query)["state"][0]

    assert refused(signing, await signing.demo.client.get(back.replace(state, "forged")), 400)
    assert refused(signing, await signing.demo.client.get(back), 400)  # the cookie went with the first try


async def test_the_way_back_is_open_to_the_browser_that_began_alone(signing: Signing) -> None:
    back = await signing.begin()
    signing.demo.client.cookies.clear()

    assert refused(signing, await signing.demo.client.get(back), 400)


async def test_a_code_lets_in_once(signing: Signing) -> None:
    back = await signing.begin()
    held = dict(signing.demo.client.cookies)
    assert (await signing.demo.client.get(back)).status_code == 303
    signing.demo.client.cookies.clear()
    for name, value in held.items():
        signing.demo.client.cookies.set(name, value)

    assert refused(signing, await signing.demo.client.get(back))


async def test_a_refusal_of_the_provider_is_told(signing: Signing) -> None:
    back = await signing.begin()
    state = parse_qs(urlsplit(back).query)["state"][0]

    assert refused(signing, await signing.demo.client.get(f"{BACK}?error=access_denied&state={state}"))


async def test_a_closed_account_stays_closed(signing: Signing) -> None:
    await signing.enter()
    signing.demo.client.cookies.clear()
    with signing.demo.app.database.session() as session:
        maria = users.find_by_email(session, signing.demo.app.hub.id, email_of(Role.COORDINATOR))
        assert maria is not None
        users.disable(session, maria, author="rule:test", now=utc_now())

    assert refused(signing, await signing.enter(sub="maria", email=email_of(Role.COORDINATOR)))
    assert signing.user(email_of(Role.COORDINATOR)).oidc_subject is None


async def test_a_provider_that_calls_itself_something_else_is_not_asked(signing: Signing) -> None:
    signing.provider.issuer_shown = "https://elsewhere.example"

    assert (await signing.demo.client.get("/console/oidc/start")).status_code == 502


async def test_what_the_provider_is_asked_holds_no_secret(signing: Signing) -> None:
    await signing.begin()

    (asked,) = signing.provider.received
    assert asked["redirect_uri"] == BACK
    assert set(asked["scope"].split()) == {"openid", "email"}
    assert len(asked["code_challenge"]) == 43
    assert CLIENT_SECRET not in str(asked)


async def test_without_a_provider_there_is_no_button_and_no_way(demo: Demo) -> None:
    assert "oidc" not in await demo.open("/console/sign-in")
    assert (await demo.client.get("/console/oidc/start")).status_code == 404
    assert (await demo.client.get("/console/oidc/back?code=a&state=b")).status_code == 404
