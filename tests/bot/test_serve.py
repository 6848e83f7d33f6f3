"""The real process, called as the vendors call it, answering through their real clients."""

from __future__ import annotations

import asyncio
import hashlib
import json
import signal
import sqlite3
from collections.abc import AsyncIterator, Callable
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
import pytest_asyncio
from twilio.request_validator import RequestValidator

from tests.bot.served import Served, Vendors, served
from tests.vendors import slack, telegram, twilio

VOLUNTEER = "+13125550123"
SIGN_UP = ["HI", "yes", "English", "60614", "5/14/1986", "employee", "ACME", "own time", "near home", "tutor"]
SIGN_UP += ["weekdays after 3", "yes"]


#: Asked by all tests that ask from outside: each as a person of its own.
SHARED = pytest.mark.asyncio(loop_scope="module")
Asked = tuple[Served, Vendors]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asked]:
    """Return one ``serve`` and its vendors for the tests of this file."""
    async with served(tmp_path_factory.mktemp("served")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def asked(running: Asked) -> Asked:
    """Return them: nothing is on its way any more, and the vendors have forgotten what they had."""
    house, vendors = running
    await until(lambda: not waiting(house))
    for vendor in (vendors.twilio, vendors.slack, vendors.telegram):
        vendor.messages.clear()
        vendor.received.clear()
    return house, vendors


async def until(happened: Callable[[], Any]) -> None:
    """Wait for something that another process does."""
    async with asyncio.timeout(10):
        while not happened():
            await asyncio.sleep(0.01)


def has(messages: list[dict[str, Any]], number: int, to: str = "") -> bool:
    return len([message for message in messages if to in ("", message["to"])]) == number


async def text(house: Served, body: str, *, sid: str | None = None, **changed: str) -> int:
    """Post a text as Twilio does, signed by Twilio's own validator; return the status."""
    url = f"{house.url}/webhooks/sms"
    form = {
        "MessageSid": sid or twilio.new_sid(),
        "AccountSid": twilio.ACCOUNT_SID,
        "MessagingServiceSid": twilio.SERVICE_SID,
        "From": VOLUNTEER,
        "To": "+15550000000",
        "Body": body,
        "NumMedia": "0",
    } | changed
    signature = RequestValidator(twilio.AUTH_TOKEN).compute_signature(url, form)
    return await post(url, urlencode(form), {"X-Twilio-Signature": signature})


async def post(url: str, body: str, headers: dict[str, str]) -> int:
    headers = {"Content-Type": "application/x-www-form-urlencoded"} | headers
    async with (
        aiohttp.ClientSession() as client,
        client.post(url, data=BytesIO(body.encode()), headers=headers) as answer,
    ):
        await answer.read()
        return answer.status


def rows(house: Served) -> dict[str, str]:
    """Hash every table's content: what a forged request must not change."""
    with sqlite3.connect(house.config.with_name("people.db")) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            name: hashlib.sha256(repr(database.execute(f"SELECT * FROM {name}").fetchall()).encode()).hexdigest()  # noqa: S608
            for name in names
        }


def waiting(house: Served) -> int:
    """Count the messages that have not left, or whose receipt is not stored."""
    with sqlite3.connect(house.config.with_name("people.db")) as database:
        return int(database.execute("SELECT count(*) FROM outbox WHERE status IN (1, 2)").fetchone()[0])


def sent(house: Served, to: str) -> int:
    """Count the messages to somebody whose receipt is stored."""
    query = (
        "SELECT count(*) FROM outbox AS o JOIN address AS a ON a.id = o.address_id WHERE o.status = 4 AND a.user = ?"
    )
    with sqlite3.connect(house.config.with_name("people.db")) as database:
        return int(database.execute(query, [to]).fetchone()[0])


async def test_person_signs_up_by_text_slack_and_telegram(tmp_path: Path) -> None:
    async with served(tmp_path, database_url=f"sqlite:///{tmp_path / 'people.db'}") as (house, vendors):
        for number, line in enumerate(SIGN_UP, start=1):
            assert await text(house, line) == 200
            await until(partial(has, vendors.twilio.messages, number))
            await _by_slack(house, vendors, line, number)
            await _by_telegram(house, vendors, line, number)

        assert "You are accepted" in vendors.twilio.messages[-1]["body"]
        assert "You are accepted" in vendors.slack.messages[-1]["text"]
        assert "You are accepted" in vendors.telegram.messages[-1]["text"]
        assert await house.end(signal.SIGTERM) == 0
        assert VOLUNTEER not in house.log.read_text()
        assert "ACME" not in house.log.read_text()


async def _by_slack(house: Served, vendors: Vendors, line: str, number: int) -> None:
    event = {"type": "message", "channel_type": "im", "channel": "D1", "user": "U1", "text": line, "ts": f"17.{number}"}
    payload = {"type": "event_callback", "team_id": slack.TEAM_ID, "api_app_id": "A1", "event_id": f"Ev{number}"}
    assert (
        await vendors.slack.inbound({"url": f"{house.url}/webhooks/slack", "payload": {**payload, "event": event}})
        == 200
    )
    await until(lambda: len(vendors.slack.messages) == number)


async def _by_telegram(house: Served, vendors: Vendors, line: str, number: int) -> None:
    person = {"id": 77001, "is_bot": False, "first_name": "Ana", "language_code": "en"}
    message = {"message_id": number, "date": 1, "chat": {"id": 77001, "type": "private"}, "from": person, "text": line}
    update = {"update_id": number, "message": message}
    assert await vendors.telegram.inbound({"url": f"{house.url}/webhooks/telegram", "update": update}) == 200
    await until(lambda: len(vendors.telegram.messages) == number)


@SHARED
async def test_forged_request_is_refused_and_changes_nothing(asked: Asked) -> None:
    house, _ = asked
    assert await text(house, "HI", From="+13125550201") == 200
    await until(lambda: sent(house, "+13125550201") == 1)
    before = rows(house)
    form = urlencode(
        {"MessageSid": twilio.new_sid(), "AccountSid": twilio.ACCOUNT_SID, "From": "+13125550201", "Body": "STOP"}
    )
    event = json.dumps({"type": "event_callback", "event_id": "Ev1", "event": {"type": "message", "text": "hi"}})
    update = json.dumps({"update_id": 1, "message": {"text": "hi"}})

    refused = [
        await post(f"{house.url}/webhooks/sms", form, {}),
        await post(f"{house.url}/webhooks/sms", form, {"X-Twilio-Signature": "AAAA"}),
        await post(f"{house.url}/webhooks/sms/status", form, {"X-Twilio-Signature": "AAAA"}),
        await post(f"{house.url}/webhooks/slack", event, {"Content-Type": "application/json"}),
        await post(f"{house.url}/webhooks/slack", event, slack.sign(event.encode(), "wrong")),
        await post(f"{house.url}/webhooks/slack", event, slack.sign(event.encode(), slack.SIGNING_SECRET, 1_000)),
        await post(f"{house.url}/webhooks/telegram", update, {"Content-Type": "application/json"}),
        await post(f"{house.url}/webhooks/telegram", update, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}),
    ]

    await asyncio.sleep(0.2)
    assert refused == [403] * 8
    assert rows(house) == before


@SHARED
async def test_same_event_ten_times_is_one_turn(asked: Asked) -> None:
    house, vendors = asked
    sid = twilio.new_sid()

    assert await asyncio.gather(*(text(house, "HI", sid=sid, From="+13125550202") for _ in range(10))) == [200] * 10

    await until(lambda: vendors.twilio.messages)
    await text(house, "yes", From="+13125550202")
    await until(lambda: len(vendors.twilio.messages) >= 2)
    assert [message["body"][:10] for message in vendors.twilio.messages] == ["Bright Hub", "Thank you!"]


@SHARED
async def test_impossible_requests_get_their_status(asked: Asked) -> None:
    house, _ = asked
    assert await post(f"{house.url}/webhooks/fax", "x", {}) == 404
    assert await post(f"{house.url}/webhooks/sms", "x" * 2_000_000, {}) == 413
    assert await post(f"{house.url}/webhooks/slack", "x" * 2_000_000, {}) == 413
    assert await post(f"{house.url}/webhooks/telegram", "not json", telegram_secret()) == 400
    assert await text(house, "hi", AccountSid="AC" + "9" * 32) in (400, 403)


def telegram_secret() -> dict[str, str]:
    return {"X-Telegram-Bot-Api-Secret-Token": telegram.SECRET_TOKEN}


STRANGE = ["", "x" * 64_000, "a\0b", "👍🏽👍🏽", "\u202eotra vez", "\u200b\u200b", "%00%ff", "'; DROP TABLE person; --"]


@SHARED
async def test_strange_texts_are_answered(asked: Asked) -> None:
    house, vendors = asked
    for number, body in enumerate(STRANGE):
        phone = f"+1312555{number:04}"
        assert await text(house, "HI", From=phone) == 200

        assert await text(house, body, From=phone) == 200

        await until(partial(has, vendors.twilio.messages, 2, to=phone))


@SHARED
async def test_delivery_report_and_opt_out_are_recorded(asked: Asked) -> None:
    house, vendors = asked
    phone = "+13125550203"
    await text(house, "HI", From=phone)
    await until(lambda: vendors.twilio.messages)
    assert await vendors.twilio.report(vendors.twilio.messages[0], "delivered") == 200
    assert await vendors.twilio.report(vendors.twilio.messages[0], "sent") == 200

    assert await text(house, "STOP", OptOutType="STOP", From=phone) == 200
    assert await text(house, "and now?", From=phone) == 200

    with sqlite3.connect(house.config.with_name("people.db")) as database:
        query = "SELECT o.status FROM outbox AS o JOIN address AS a ON a.id = o.address_id WHERE a.user = ?"
        assert database.execute(query, [phone]).fetchall() == [(5,)]
        query = "SELECT opted_out_at IS NOT NULL FROM address WHERE user = ?"
        assert database.execute(query, [phone]).fetchall() == [(1,)]


@SHARED
async def test_telegram_button_is_an_answer(asked: Asked) -> None:
    house, vendors = asked
    await _by_telegram(house, vendors, "/start flyer-7", 1)
    keyboard = vendors.telegram.messages[0]["reply_markup"]
    data = (json.loads(keyboard) if isinstance(keyboard, str) else keyboard)["inline_keyboard"][0][0]["callback_data"]
    person = {"id": 77001, "is_bot": False, "first_name": "Ana", "language_code": "es"}
    tapped = {
        "update_id": 2,
        "callback_query": {
            "id": "9",
            "from": person,
            "chat_instance": "1",
            "data": data,
            "message": {"message_id": 1, "date": 1, "chat": {"id": 77001, "type": "private"}, "text": "?"},
        },
    }

    assert await vendors.telegram.inbound({"url": f"{house.url}/webhooks/telegram", "update": tapped}) == 200

    await until(lambda: len(vendors.telegram.messages) == 2)
    assert "Thank you" in vendors.telegram.messages[1]["text"]
    assert telegram.BOT["id"]
