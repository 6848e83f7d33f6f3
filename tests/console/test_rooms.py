"""Every route of the console, with every role: the table is made from the application itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.routing import Route

from bot.console.registry import ROOMS
from bot.console.room import Route as Way
from flows.rules.access import MAY, Permission, Role
from tests.console.opened import HERE, Demo

#: Ways that need no session: signing in is what they are for.
_OPEN = {
    "/console/sign-in",
    "/console/sign-out",
    "/console/welcome/{token}",
    "/console/oidc/start",
    "/console/oidc/back",
    "/console/{rest:path}",
}
_SAME = {"sec-fetch-site": "same-origin"}


def _ways() -> Iterator[Way]:
    for room in ROOMS:
        yield from room.routes


def _routes(web: Any) -> Iterator[Any]:
    """Walk all routes; FastAPI keeps those of an included router behind it."""
    for route in web.routes:
        inner = getattr(route, "original_router", None)
        yield from _routes(inner) if inner is not None else (route,)


def _path(way: Way) -> str:
    """Fill what stands in braces with a reference that nothing has."""
    return "/console" + "/".join("0" if part.startswith("{") else part for part in way.path.split("/"))


async def test_every_route_of_the_console_stands_in_the_table(demo: Demo) -> None:
    web = demo.client._transport.app  # type: ignore[attr-defined]
    found = {
        (method, route.path, route.name)
        for route in _routes(web)
        if isinstance(route, Route) and route.path.startswith("/console") and route.path not in _OPEN
        for method in route.methods or ()
    }

    assert {way for way in found if way[0] != "HEAD"} == {
        (way.method, f"/console{way.path}", f"console:{way.needs.value}") for way in _ways()
    }


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_enters_what_it_may_and_nothing_else(demo: Demo, role: Role) -> None:
    await demo.enter(role)
    for way in _ways():
        if way.stream is not None and way.needs in MAY[role]:
            continue  # an open stream has no end to wait for
        if way.path == "/account/sign-out":
            continue  # it ends the session that the others need

        answer = await demo.client.request(way.method, _path(way), headers=_SAME)

        refused = answer.status_code == 403
        assert refused == (way.needs not in MAY[role]), (way.method, way.path, answer.status_code)
        assert answer.status_code < 500, (way.method, way.path)


async def test_nobody_enters_without_a_session(demo: Demo) -> None:
    for way in _ways():
        answer = await demo.client.request(way.method, _path(way), headers=_SAME)

        assert answer.status_code == 303, way.path
        assert answer.headers["location"].startswith("/console/sign-in"), way.path


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null", "sec-fetch-site": "none"},
    ],
    ids=["says nothing", "another site", "a sister site", "another origin", "no origin"],
)
async def test_no_other_page_changes_anything(demo: Demo, headers: dict[str, str]) -> None:
    await demo.enter()
    for way in _ways():
        if way.method == "POST":
            answer = await demo.client.post(_path(way), headers=headers)

            assert answer.status_code == 403, way.path


@pytest.mark.parametrize(
    ("path", "status", "leads_to"),
    [
        ("/console/nothing/here", 404, ""),
        ("/console/inbox/0/write", 303, "/console/inbox/0"),
        ("/console/account/address", 303, "/console/account"),
        ("/console/sign-out", 303, "/console"),
        ("/console/people?site=99999999999999999999999", 200, ""),
        ("/console/people?words=%00", 200, ""),
    ],
)
async def test_any_address_typed_or_opened_again_shows_a_page(
    demo: Demo, path: str, status: int, leads_to: str
) -> None:
    await demo.enter()

    answer = await demo.client.get(path)

    assert answer.status_code == status
    assert answer.headers.get("location", "") == leads_to
    assert leads_to or "<h1" in answer.text


async def test_whose_session_ended_comes_back_to_the_page_they_were_on(demo: Demo) -> None:
    sent = await demo.client.post("/console/inbox/0/write", headers={**_SAME, "referer": f"{HERE}/console/inbox/0"})
    from_elsewhere = await demo.client.post(
        "/console/inbox/0/write", headers={**_SAME, "referer": "https://elsewhere.example//evil.example"}
    )

    assert sent.headers["location"] == "/console/sign-in?next=/console/inbox/0"
    assert from_elsewhere.headers["location"] == "/console/sign-in?next=/console"


async def test_the_auditor_changes_nothing_but_their_own_account() -> None:
    changes = {way.needs for way in _ways() if way.method == "POST"}

    assert changes & MAY[Role.AUDITOR] <= {Permission.OWN}


async def test_pages_load_nothing_from_elsewhere(demo: Demo) -> None:
    await demo.enter()

    answer = await demo.client.get("/console")

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
