"""The three channels, each started against the stand-in of its vendor."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from channels.base import Channel, WebRequest
from channels.slack import SlackChannel
from channels.sms import SmsChannel
from channels.telegram import TelegramChannel
from flows.messages import DeliveryReport, Inbound, Outbound
from tests.channels import wire
from tests.vendors.server import Vendor
from tests.vendors.slack import SlackServer
from tests.vendors.telegram import TelegramServer
from tests.vendors.twilio import ACCOUNT_SID, TwilioServer


class Delivered:
    """Keeps what a channel's own connection brought."""

    def __init__(self) -> None:
        self.events: list[Inbound | DeliveryReport] = []

    async def __call__(self, events: tuple[Inbound | DeliveryReport, ...]) -> None:
        self.events.extend(events)


@pytest.fixture
def delivered() -> Delivered:
    return Delivered()


@dataclass(frozen=True, kw_only=True)
class Bench:
    """One channel beside its vendor."""

    name: str
    channel: Channel
    vendor: Vendor
    #: Build a genuine request with this text of a person.
    text: Callable[[str], WebRequest]
    #: Build a genuine request whose content is nothing we know.
    garbage: Callable[[bytes], WebRequest]
    user: str

    def outbound(self, text: str = "Which role?", **other: Any) -> Outbound:
        return wire.outbound(self.name, self.user, text, **other)


def _sms_text(text: str) -> WebRequest:
    return wire.sms_request({**wire.payload("sms", "text"), "Body": text})


def _slack_text(text: str) -> WebRequest:
    content = wire.payload("slack", "message")
    content["event"]["text"] = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return wire.slack_request(content)


def _telegram_text(text: str) -> WebRequest:
    content = wire.payload("telegram", "text")
    content["message"]["text"] = text
    return wire.telegram_request(content)


def _sms_garbage(body: bytes) -> WebRequest:
    return wire.sms_request({"AccountSid": ACCOUNT_SID, "Whatever": body.decode()})


@asynccontextmanager
async def open_bench(name: str, delivered: Delivered, **settings: Any) -> AsyncIterator[Bench]:
    vendors: Mapping[str, type[Vendor]] = {"sms": TwilioServer, "slack": SlackServer, "telegram": TelegramServer}
    async with AsyncExitStack() as stack:
        vendor = await stack.enter_async_context(vendors[name]())
        settings = {"api_base": vendor.url, "timeout_s": 0.4, **settings}
        channel: Channel
        garbage: Callable[[bytes], WebRequest]
        match name:
            case "sms":
                channel = SmsChannel(wire.sms_settings(**settings))
                text, garbage, user = _sms_text, _sms_garbage, "+19375550123"
            case "slack":
                channel = SlackChannel(wire.slack_settings(**settings))
                text, garbage, user = _slack_text, wire.slack_request, "U0ANA"
            case _:
                channel = TelegramChannel(wire.telegram_settings(**settings))
                text, garbage, user = _telegram_text, wire.telegram_request, "777000111"
        await channel.start(delivered)
        stack.push_async_callback(channel.close)
        yield Bench(name=name, channel=channel, vendor=vendor, text=text, garbage=garbage, user=user)


@pytest.fixture(params=["sms", "slack", "telegram"])
async def bench(request: pytest.FixtureRequest, delivered: Delivered) -> AsyncIterator[Bench]:
    async with open_bench(request.param, delivered) as opened:
        yield opened


@pytest.fixture
async def sms(delivered: Delivered) -> AsyncIterator[Bench]:
    async with open_bench("sms", delivered) as opened:
        yield opened


@pytest.fixture
async def slack(delivered: Delivered) -> AsyncIterator[Bench]:
    async with open_bench("slack", delivered) as opened:
        yield opened


@pytest.fixture
async def telegram(delivered: Delivered) -> AsyncIterator[Bench]:
    async with open_bench("telegram", delivered) as opened:
        yield opened
