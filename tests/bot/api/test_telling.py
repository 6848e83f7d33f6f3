"""Other programs are told once of each decision, signed, again after a failure, and never within our own network."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from aiohttp import web
from sqlmodel import select

from bot.api.outside import fault_of, is_outside, open_client
from bot.api.telling import MOST_ATTEMPTS, Teller
from flows.stages import Stage
from storage import own_data, people, programs
from storage.opening import open_store
from storage.tables import DeliveryRow
from tests.bot.api.conftest import HUB, Api


@dataclass(slots=True)
class Listener:
    """Another program that is told."""

    port: int = 0
    status: int = 200
    heard: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    listener = Listener()

    async def hear(request: web.Request) -> web.Response:
        listener.heard.append(({k.lower(): v for k, v in request.headers.items()}, await request.read()))
        return web.Response(status=listener.status, headers={"location": "http://127.0.0.1:1/"})

    app = web.Application()
    app.router.add_post("/hook", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    listener.port = runner.addresses[0][1]
    yield listener
    await runner.cleanup()


async def moved(api: Api, url: str, *, to: Stage = Stage.READY) -> str:
    """Move somebody to another stage, and let the trail be sealed."""
    with api.desk.database.session() as session:
        ref = next((one.ref for one in people.list_people(session, "hub")), None)
    ref = ref or api.person()
    with api.desk.database.session() as session:
        person = people.find(session, "hub", ref)
        assert person is not None
        people.move(session, person, to, cause="test", now=api.at)
    store = open_store(url, HUB)
    await store.start()
    await store.seal_trail("hub", api.at)
    await store.close()
    return ref


async def tell(api: Api, *, private: bool = True) -> int:
    teller = Teller(database=api.desk.database, hub="hub", now=api.desk.now, private=private)
    async with open_client(private=private, timeout_s=2) as client:
        return await teller.tell(client)


def hook(api: Api, listener: Listener, *events: str) -> str:
    with api.desk.database.session() as session:
        url = f"http://127.0.0.1:{listener.port}/hook"
        return programs.add_webhook(session, "hub", url=url, events=events, now=api.at).secret


async def test_a_decision_is_told_once_and_signed(api: Api, url: str, listener: Listener) -> None:
    secret = hook(api, listener)
    ref = await moved(api, url)

    assert [await tell(api), await tell(api)] == [1, 0]
    ((headers, body),) = listener.heard
    assert json.loads(body) | {"id": "", "at": ""} == {
        "id": "",
        "at": "",
        "event": "stage",
        "person": ref,
        "by": "coordinator",
        "detail": {"from": "enquired", "to": "ready", "cause": "test"},
    }
    stamp, signature = (part.partition("=")[2] for part in headers["peoplepower-signature"].split(","))
    assert stamp == str(int(api.at.timestamp()))
    assert signature == hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


async def test_only_what_was_asked_for_is_told(api: Api, url: str, listener: Listener) -> None:
    hook(api, listener, "hours")
    await moved(api, url)

    assert await tell(api) == 0


async def test_an_address_that_is_done_with_is_told_nothing_more(api: Api, url: str, listener: Listener) -> None:
    hook(api, listener)
    await moved(api, url)
    listener.status = 500
    await tell(api)
    with api.desk.database.session() as session:
        (row,) = programs.list_webhooks(session, "hub")
        assert programs.end_webhook(session, "hub", row.ref, api.at)
        assert programs.list_webhooks(session, "hub") == []
    await moved(api, url, to=Stage.ACTIVE)
    api.at += timedelta(days=1)

    assert await tell(api) == 0
    with api.desk.database.reading() as session:
        assert not programs.has_news(session, "hub", api.at)


@pytest.mark.parametrize("status", [500, 302, 404])
async def test_what_was_not_heard_is_told_again_and_given_up_at_last(
    api: Api, url: str, listener: Listener, status: int
) -> None:
    listener.status = status
    hook(api, listener)
    await moved(api, url)

    for attempt in range(MOST_ATTEMPTS):
        assert await tell(api) == 1
        assert await tell(api) == 0
        api.at += timedelta(seconds=30) * 4**attempt
    with api.desk.database.reading() as session:
        row = session.exec(select(DeliveryRow)).one()

    assert (row.status, row.reason, len(listener.heard)) == ("given_up", f"status_{status}", MOST_ATTEMPTS)
    assert len({headers["peoplepower-delivery"] for headers, _ in listener.heard}) == 1


async def test_our_own_network_is_never_called(api: Api, url: str, listener: Listener) -> None:
    for name in ("127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]"):
        with api.desk.database.session() as session:
            where = f"https://{name}:{listener.port}/hook"
            programs.add_webhook(session, "hub", url=where, events=(), now=api.at)
    await moved(api, url)

    await tell(api, private=False)

    assert listener.heard == []
    with api.desk.database.reading() as session:
        rows = session.exec(select(DeliveryRow)).all()
    assert len(rows) == 6
    assert {row.reason for row in rows} <= {"private_address", "ClientConnectorDNSError", "InvalidUrlClientError"}


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),  # noqa: S104
        *("::1", "fe80::1%eth0", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "224.0.0.1", "x"),
    ],
)
def test_addresses_of_private_networks_are_known(address: str) -> None:
    assert not is_outside(address)
    assert is_outside("93.184.216.34")
    assert is_outside("2606:4700:4700::1111")


@pytest.mark.parametrize(
    "url",
    ["http://example.org", "https://user:word@example.org", "https://10.0.0.1/", "ftp://example.org", "https://", "x"],
)
def test_addresses_that_cannot_be_meant_are_refused(url: str) -> None:
    assert fault_of(url, private=False)
    assert fault_of("https://example.org/hook", private=False) is None
    assert fault_of("http://127.0.0.1:8000/", private=True) is None


async def test_people_see_what_programs_were_told_of_them_and_of_nobody_else(
    api: Api, url: str, listener: Listener
) -> None:
    headers = api.token() | {"idempotency-key": "1"}
    answer = await api.call("POST", "/people", json={"phone": "+13125550142", "given_name": "Ana"}, headers=headers)
    hook(api, listener, "stage")
    own = await moved(api, url)
    await tell(api)
    other = api.person("+13125550143")

    with api.desk.database.reading() as session:
        people_ids = [one.id for ref in (own, other) if (one := people.find(session, "hub", ref)) and one.id]
        file, of_other = (own_data.gather(session, "hub", person_id) for person_id in people_ids)
    assert file
    assert of_other
    assert [news["what"] for news in file["told_other_programs"]] == ["stage"]
    assert [told["answer"] for told in file["answered_other_programs"]] == [answer.json()]
    assert of_other["told_other_programs"] == of_other["answered_other_programs"] == []
