"""Two hubs in one database: whoever administers the first learns nothing of the second and changes nothing there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bench.console_references import in_braces, references
from bot.console.door import COOKIE
from bot.console.registry import ROOMS
from bot.console.room import Route
from flows.rules.access import Role
from storage import users
from tests.console.opened import Demo
from tests.console.second_hub import CANARY, SECOND, add_second_hub, fingerprint, strays

_SAME = {"sec-fetch-site": "same-origin"}
#: Ways by which a hub is given one of everything that the demo begins without.
_AT = 1_795_363_200_000_000
_ONE_OF_EACH = (
    "INSERT INTO note (hub, ref, person_id, author, text, written_at) SELECT hub, 'note', id, 'Alex', 'called', :at FROM person LIMIT 1",
    "INSERT INTO canned_reply (hub, ref, name, text, changed_at) SELECT id, 'reply', 'Parking', '{\"en\": \"Free.\"}', :at FROM hub",
    "INSERT INTO saved_audience (hub, name, recipients, author, created_at) SELECT id, 'Tutors', '{}', 'Alex', :at FROM hub",
    "INSERT INTO broadcast (hub, ref, recipients, body, status, total, last_person_id, created_at)"
    " SELECT id, 'draft', '{}', '{\"en\": \"Hi\", \"es\": \"Hola\"}', 'draft', 0, 0, :at FROM hub",
    "INSERT INTO broadcast (hub, ref, recipients, body, status, total, last_person_id, created_at, confirmed_at, ended_at, is_written)"
    " SELECT id, 'gone', '{}', '{\"en\": \"Hi\", \"es\": \"Hola\"}', 'done', 1, 0, :at, :at, :at, TRUE FROM hub",
    "UPDATE outbox SET broadcast_id = (SELECT id FROM broadcast WHERE ref = 'gone') WHERE id = (SELECT max(id) FROM outbox)",
    "UPDATE conversation SET held_by = (SELECT min(ref) FROM console_user), held_at = :at"
    " WHERE person_id = (SELECT min(person_id) FROM conversation)",
)
#: What nothing of a hub stands in: words of ours, and what a browser was handed by mail.
_NOT_OF_A_HUB = {("/account/code/{token}", "token"), ("/people/{ref}/requirements/{kind}", "kind")}
#: Fields of forms and queries, by what they name.
_FIELDS = {
    "site": ("site", "earlier", "course"),
    "partner": ("partner",),
    "person": ("person", "user", "which"),
    "slot": ("slot", "ref"),
    "broadcast": ("broadcast", "message", "keep"),
    "audience": ("saved", "name", "audience"),
}


def _ways() -> Iterator[Route]:
    for room in ROOMS:
        for way in room.routes:
            if way.path != "/account/sign-out":  # it would end the session that asks
                yield way


@pytest.fixture
def path(demo: Demo) -> Path:
    """Return the database file, with a second hub in it."""
    file = Path(demo.app.database_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file)) as connection, connection:
        for statement in _ONE_OF_EACH:
            connection.execute(statement, {"at": _AT} if ":at" in statement else {})
    add_second_hub(file)
    return file


def _known(demo: Demo, hub: str, way: Route) -> Mapping[str, list[str]]:
    """Return what may stand in each of a way's braces, of one hub."""
    with demo.app.database.reading() as session:
        return {name: list(references(session, hub, way.path, name)) for name in in_braces(way.path)}


def _foreign(demo: Demo, way: Route) -> Iterator[str]:
    """Fill a way's braces so that something of the second hub stands in one of them at least."""
    own, theirs = _known(demo, demo.app.hub.id, way), _known(demo, SECOND, way)
    choices = []
    for name in own:
        foreign = [value for value in theirs[name] if value not in own[name]]
        assert foreign or own[name] or (way.path, name) in _NOT_OF_A_HUB or way.path.startswith("/flows"), (
            way.path,
            name,
        )
        choices.append([(False, value) for value in own[name][:1] or ["0"]] + [(True, value) for value in foreign[:4]])
    for chosen in product(*choices):
        if any(is_foreign for is_foreign, _ in chosen):
            yield _filled(way, dict(zip(own, (value for _, value in chosen), strict=True)))


def _filled(way: Route, values: Mapping[str, str]) -> str:
    path = f"/console{way.path}"
    for name, value in values.items():
        path = path.replace(f"{{{name}}}", value)
    return path


async def test_nothing_of_another_hub_is_there_for_an_administrator(
    demo: Demo, path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await demo.enter()
    before, tried = fingerprint(path), 0

    for way in _ways():
        for asked in _foreign(demo, way):
            answer = await demo.client.request(way.method, asked, headers=_SAME)

            assert answer.status_code in (403, 404), (way.method, asked, answer.status_code)
            assert CANARY not in answer.text, asked
            tried += 1

    assert fingerprint(path) == before
    assert tried > 100
    with capsys.disabled():
        print(f"\n{tried} pairs of a way and something of another hub were tried")


async def test_no_form_and_no_query_reaches_another_hub(demo: Demo, path: Path) -> None:
    await demo.enter()
    before, fields = fingerprint(path, hub=SECOND), _their_fields(demo)

    for way in _ways():
        if way.stream is not None:
            continue
        asked = _filled(way, {name: (found or ["0"])[0] for name, found in _known(demo, demo.app.hub.id, way).items()})
        if way.method == "GET":
            answer = await demo.client.get(asked, params=fields)
        else:
            answer = await demo.client.post(asked, data=fields, headers=_SAME)

        assert answer.status_code < 500, (way.method, asked)
        assert CANARY not in _without(answer.text, fields), (way.method, asked)

    assert fingerprint(path, hub=SECOND) == before
    assert strays(path) == []


def _their_fields(demo: Demo) -> dict[str, Any]:
    """Return forms' fields, filled with what is the second hub's."""
    queries = {
        "site": "SELECT id FROM site WHERE hub = :hub LIMIT 1",
        "partner": "SELECT id FROM partner WHERE hub = :hub LIMIT 1",
        "person": "SELECT ref FROM person WHERE hub = :hub LIMIT 1",
        "slot": "SELECT ref FROM slot WHERE hub = :hub LIMIT 1",
        "broadcast": "SELECT ref FROM broadcast WHERE hub = :hub LIMIT 1",
        "audience": "SELECT name FROM saved_audience WHERE hub = :hub LIMIT 1",
    }
    with demo.app.database.reading() as session:
        found = {
            kind: str(session.connection().execute(text(query), {"hub": SECOND}).scalar_one())
            for kind, query in queries.items()
        }
    usual = {
        "title_en": "Reading",
        "title_es": "Lectura",
        "day": "2026-12-07",
        "date": "2026-12-07",
        "time": "15:00",
        "minutes": "60",
        "capacity": "3",
        "kind": "shift",
        "email": "new@example.org",
        "role": Role.SITE_LEAD.value,
        "language": "en",
        "words": CANARY,
        "text": "hello",
        "en": "hello",
        "es": "hola",
    }
    return usual | {field: found[kind] for kind, names in _FIELDS.items() for field in names}


def _without(page: str, fields: Mapping[str, Any]) -> str:
    """Leave out what the page only says again of what was typed."""
    for typed in sorted((str(value) for value in fields.values()), key=len, reverse=True):
        if CANARY in typed:
            page = page.replace(typed, "")
    return page


async def test_a_session_of_another_hub_is_none_here(demo: Demo, path: Path) -> None:
    with demo.app.database.session() as session:
        stranger = users.list_users(session, SECOND)[0]
        assert stranger.id is not None
        token = users.sign_in(session, stranger.id, browser="", now=demo.app.house().wall())
    assert token is not None
    demo.client.cookies.set(COOKIE, token)

    answer = await demo.client.get("/console")

    assert answer.status_code == 303
    assert path.exists()
