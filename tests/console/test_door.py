"""Who is let in to the console, by what, and for how long."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import FastAPI

from bot.app import utc_now
from bot.console.door import COOKIE, is_inside
from bot.console.routes import add_console
from bot.demo_staff import email_of, invite
from flows.rules.access import Role
from flows.rules.signing_in import IDLE, LIFETIME, holds, refuses_password, tries_again_at
from storage import users
from storage.tables import UserRow
from tests.console.opened import MONDAY, Demo

#: Guesses of many at once that are judged before the first misses are counted.
MOST_AT_ONCE = 5
SENTENCE = "nobody else would write this"
ALEX = email_of(Role.ADMINISTRATOR)


async def _choose(demo: Demo, password: str = SENTENCE) -> str:
    link = urlsplit(invite(demo.app, utc_now())).path
    await demo.press(link, password=password, again=password)
    return link


def _alex(demo: Demo) -> UserRow:
    with demo.app.database.reading() as session:
        found = users.find_by_email(session, demo.app.hub.id, ALEX)
    assert found is not None
    return found


async def test_a_link_lets_in_once(demo: Demo) -> None:
    link = await _choose(demo)

    assert "Today" in await demo.open("/console")
    assert (await demo.client.get(link)).status_code == 404
    await demo.press(link, status=404, password=SENTENCE, again=SENTENCE)


async def test_a_link_is_too_old_after_three_days(demo: Demo) -> None:
    link = urlsplit(invite(demo.app, utc_now() - timedelta(hours=73))).path

    assert (await demo.client.get(link)).status_code == 404


async def test_the_password_lets_in_and_another_one_does_not(demo: Demo) -> None:
    await _choose(demo)
    demo.client.cookies.clear()

    await demo.press("/console/sign-in", status=422, email=ALEX, password="another sentence of mine")
    assert COOKIE not in demo.client.cookies
    await demo.press("/console/sign-in", email=ALEX.upper(), password=SENTENCE)

    assert "Today" in await demo.open("/console")


async def test_neither_password_nor_token_is_kept(demo: Demo) -> None:
    await _choose(demo)

    raw = b"".join(path.read_bytes() for path in _files(demo))

    assert SENTENCE.encode() not in raw
    assert demo.client.cookies[COOKIE].encode() not in raw
    assert str(_alex(demo).password_hash).startswith("$argon2id$")


def _files(demo: Demo) -> list[Path]:
    path = Path(demo.app.database_url.removeprefix("sqlite:///"))
    return list(path.parent.glob(f"{path.name}*"))


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(demo: Demo) -> None:
    link = urlsplit(invite(demo.app, utc_now())).path

    answer = await demo.press(link, password=SENTENCE, again=SENTENCE)

    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(f"{COOKIE}=")]
    flags = {flag.strip().lower() for flag in cookie.split(";")[1:]}
    assert {"httponly", "samesite=lax", "path=/console"} <= flags
    assert "secure" not in flags  # the demo is served without https, on this machine alone
    assert not [flag for flag in flags if flag.startswith("domain")]


async def test_behind_https_the_cookie_travels_by_https_alone(demo: Demo) -> None:
    house = replace(demo.app.house(), hub=replace(demo.app.hub, public_url="https://bot.example.org"))
    web = FastAPI()
    add_console(web, house)
    link = urlsplit(invite(demo.app, utc_now())).path
    headers = {"origin": "https://bot.example.org"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(web), base_url="http://inside") as client:
        answer = await client.post(link, data={"password": SENTENCE, "again": SENTENCE}, headers=headers)

    assert "; secure" in answer.headers["set-cookie"].lower()


async def test_a_session_that_somebody_planted_is_never_the_one_that_is_let_in(demo: Demo) -> None:
    await _choose(demo)
    demo.client.cookies.clear()
    demo.client.cookies.set(COOKIE, "planted", domain="localhost", path="/console")

    answer = await demo.press("/console/sign-in", email=ALEX, password=SENTENCE)

    given = SimpleCookie(answer.headers["set-cookie"])[COOKIE].value
    assert given != "planted"
    assert len(given) >= 43
    demo.client.cookies.clear()
    demo.client.cookies.set(COOKIE, "planted")
    assert (await demo.client.get("/console")).status_code == 303


async def test_each_sign_in_is_a_session_of_its_own(demo: Demo) -> None:
    await _choose(demo)
    first = demo.client.cookies[COOKIE]

    await demo.press("/console/sign-in", email=ALEX, password=SENTENCE)

    assert demo.client.cookies[COOKIE] != first


async def test_fifty_guesses_at_once_are_slowed_down_as_well(demo: Demo) -> None:
    await _choose(demo)
    demo.client.cookies.clear()

    headers = {"sec-fetch-site": "same-origin"}
    guesses = [
        demo.client.post("/console/sign-in", data={"email": ALEX, "password": f"guess {n}"}, headers=headers)
        for n in range(50)
    ]
    answers = [answer.status_code for answer in await asyncio.gather(*guesses)]

    assert set(answers) <= {422, 429}
    assert answers.count(422) <= MOST_AT_ONCE
    await demo.press("/console/sign-in", status=429, email=ALEX, password=SENTENCE)


async def test_guessing_is_slowed_down(demo: Demo) -> None:
    await _choose(demo)
    demo.client.cookies.clear()
    for _ in range(5):
        await demo.press("/console/sign-in", status=422, email=ALEX, password="wrong")

    await demo.press("/console/sign-in", status=429, email=ALEX, password=SENTENCE)


async def test_an_unknown_address_is_answered_like_a_wrong_password(demo: Demo) -> None:
    await _choose(demo)
    demo.client.cookies.clear()

    known = await demo.press("/console/sign-in", status=422, email=ALEX, password="wrong")
    unknown = await demo.press("/console/sign-in", status=422, email="nobody@example.org", password="wrong")

    assert known.text.replace(ALEX, "") == unknown.text.replace("nobody@example.org", "")


async def test_signing_out_ends_the_session_itself(demo: Demo) -> None:
    await demo.enter()
    held = demo.client.cookies[COOKIE]

    await demo.press("/console/sign-out")
    demo.client.cookies.set(COOKIE, held)

    assert (await demo.client.get("/console")).status_code == 303


async def test_a_closed_account_is_out_at_once(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)
    with demo.app.database.session() as session:
        maria = users.find_by_email(session, demo.app.hub.id, email_of(Role.COORDINATOR))
        assert maria is not None
        users.disable(session, maria, author="rule:test", now=utc_now())

    assert (await demo.client.get("/console")).status_code == 303


async def test_the_last_administrator_stays(demo: Demo) -> None:
    await demo.enter()

    answer = await demo.press(f"/console/users/{_alex(demo).ref}/disable", status=422)

    assert "Nobody would be left" in answer.text
    assert _alex(demo).disabled_at is None


async def test_after_signing_in_one_is_led_to_the_page_one_wanted_and_nowhere_else(demo: Demo) -> None:
    await _choose(demo)
    demo.client.cookies.clear()

    await demo.client.get("/console/users")
    inside = await demo.press("/console/sign-in", email=ALEX, password=SENTENCE, next="/console/users")
    outside = await demo.press("/console/sign-in", email=ALEX, password=SENTENCE, next="//evil.example/console")

    assert inside.headers["location"] == "/console/users"
    assert outside.headers["location"] == "/console"


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("/console", True),
        ("/console/people?q=a", True),
        ("/console?lang=es", True),
        ("/consoles", False),
        ("//console/x", False),
        ("https://console/", False),
        ("/console/\\evil", False),
        ("/console/\r\nset-cookie: a", False),
        ("", False),
    ],
)
def test_only_paths_of_the_console_are_inside(path: str, inside: bool) -> None:
    assert is_inside(path) == inside


def test_a_session_ends_by_idleness_and_by_age() -> None:
    begun = MONDAY
    last = begun + LIFETIME

    assert holds(seen_at=begun, expires_at=last, now=begun + IDLE - timedelta(seconds=1))
    assert not holds(seen_at=begun, expires_at=last, now=begun + IDLE)
    assert not holds(seen_at=last - timedelta(minutes=1), expires_at=last, now=last)


@pytest.mark.parametrize(
    ("misses", "waits"),
    [(0, None), (4, None), (5, timedelta(minutes=1)), (7, timedelta(minutes=4)), (40, timedelta(minutes=15))],
)
def test_each_further_miss_doubles_the_wait(misses: int, waits: timedelta | None) -> None:
    at: datetime | None = tries_again_at(misses, MONDAY)

    assert at == (MONDAY + waits if waits else None)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "too_short"),
        ("x" * 201, "too_long"),
        ("aaaaaaaaaaaaaaaaaa", "too_easy"),
        ("somebody@example.org", "too_easy"),
        (SENTENCE, None),
    ],
)
def test_a_password_is_refused_for_a_reason(password: str, why: str | None) -> None:
    assert refuses_password(password, email="somebody@example.org", hub="Hub") == why
