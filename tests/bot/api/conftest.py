"""A hub with its API, and programs that call it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from bot.api import Desk, add_doors
from bot.meters import Meters
from flows.facts import Hub
from flows.messages import Address
from flows.rules.programs import Scope
from storage import programs
from storage.database import Database
from storage.people import add_person
from storage.tables import AddressRow, PersonRow

#: A Monday, ten in the morning in Chicago.
NOW = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
HUB = Hub(id="hub", name="Hub", zone="America/Chicago")
ANA = "+13125550142"


@dataclass(slots=True)
class Api:
    """A hub's API with one token."""

    desk: Desk
    at: datetime
    web: FastAPI
    woken: list[tuple[str, str]]

    async def call(self, method: str, path: str, *, client: str = "203.0.113.7", **options: Any) -> httpx.Response:
        """Call a route of the API."""
        transport = httpx.ASGITransport(self.web, client=(client, 1234), raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url="https://bot.example.org") as http:
            return await http.request(method, f"/api/v1{path}", **options)

    def token(self, *scopes: Scope, name: str = "crm") -> dict[str, str]:
        """Make a token; return the headers that show it."""
        with self.desk.database.session() as session:
            made = programs.add_token(
                session, self.desk.hub.id, name=name, scopes=scopes or tuple(Scope), now=self.desk.now()
            )
        return {"authorization": f"Bearer {made}"}

    def person(self, user: str = ANA, *, consented: bool = True, **facts: Any) -> str:
        """Add somebody; return their reference."""
        with self.desk.database.session() as session:
            address = Address(channel="sms", account="MG1", user=user)
            row: PersonRow | None = add_person(session, self.desk.hub.id, address, self.desk.now(), **facts)
            assert row is not None
            if consented:
                session.get_one(AddressRow, row.address_id).consented_at = self.desk.now()
            return row.ref


OpenApi = Callable[..., Api]


@pytest.fixture
def open_api() -> Iterator[OpenApi]:
    """Return a way to open the API of a hub."""
    with ExitStack() as stack:

        def open_(url: str, hub: Hub = HUB, *, calls_a_minute: int = 1000) -> Api:
            database = Database(url, key="k" * 32)
            stack.callback(database.close)
            woken: list[tuple[str, str]] = []
            opened: list[Api] = []
            desk = Desk(
                hub=hub,
                database=database,
                now=lambda: opened[0].at,
                wake=lambda channel, account: woken.append((channel, account)),
                meters=Meters(),
                accounts={"sms": "MG1"},
                calls_a_minute=calls_a_minute,
            )
            web = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
            add_doors(web, desk)
            opened.append(Api(desk=desk, at=NOW, web=web, woken=woken))
            return opened[0]

        yield open_


@pytest.fixture
def api(url: str, open_api: OpenApi) -> Api:
    """Return an open API on each of the two databases."""
    return open_api(url)
