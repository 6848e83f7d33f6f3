"""Numbers for those who watch the program: they add up, name nobody, and are not for strangers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.web import build_web
from tests.bot.house import House, open_house

ANA = "+13125550142"
TOKEN = "t" * 32


@pytest.fixture
async def house(tmp_path: Path, url: str) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url) as house:
        yield house


@asynccontextmanager
async def caller(house: House, *, client: str = "127.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    app = house.app
    web = build_web(
        channels=app.channels,
        started=app.started,
        inbox=app.inbox,
        ready=app.ready,
        doors=replace(app.doors(), metrics_token=TOKEN),
    )
    transport = httpx.ASGITransport(web, client=(client, 1234))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        yield http


async def read(http: httpx.AsyncClient) -> dict[tuple[str, ...], float]:
    answer = await http.get("/metrics")
    assert answer.status_code == 200
    assert ANA not in answer.text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


async def test_what_comes_and_goes_is_counted(house: House) -> None:
    await house.say("sms", ANA, "hello")
    await house.app.clock.tick()
    await house.app.inbox.deliver([house.inbound("sms", ANA, "PERSON")])

    async with caller(house) as http:
        found = await read(http)

    assert found["peoplepower_inbound_total", "sms", "message"] == 2
    assert found["peoplepower_outbound_total", "sms", "reply", "sent"] == 1
    assert found["peoplepower_outbox_messages", "sms", "ready"] == 1
    assert found["peoplepower_tasks_open", "hand_off"] == 1
    assert found["peoplepower_tick_seconds_count",] == 1
    assert found["peoplepower_outbox_oldest_seconds",] == 0


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("203.0.113.7", {}, 404),
        ("127.0.0.1", {"x-forwarded-for": "203.0.113.7"}, 404),
        ("127.0.0.1", {"host": "bot.example.org"}, 404),
        ("127.0.0.1", {"authorization": "Bearer wrong"}, 404),
        ("203.0.113.7", {"authorization": f"Bearer {TOKEN}"}, 200),
    ],
    ids=["this machine", "IPv6", "another", "behind a proxy", "by a public name", "wrong token", "right token"],
)
async def test_numbers_are_for_this_machine_or_the_token(
    house: House, client: str, headers: dict[str, str], status: int
) -> None:
    async with caller(house, client=client) as http:
        answer = await http.get("/metrics", headers=headers)

    assert answer.status_code == status
