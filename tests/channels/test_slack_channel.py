"""What only Slack does: decorated text, bots and other conversations, blocks, Socket Mode."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from slack_sdk.models.blocks import ActionsBlock, Block, SectionBlock

from channels.base import (
    ForgedRequestError,
    MalformedRequestError,
    PermanentError,
    TemporaryError,
    UnknownOutcomeError,
    WebRequest,
)
from channels.render import as_slack
from channels.slack import SlackChannel
from channels.slack.app import SlackApp
from channels.slack.events import plain
from flows.messages import Choice, Consequence, DeliveryReport, Inbound, InboundKind, Tap
from tests.channels import wire
from tests.channels.conftest import Bench, Delivered, open_bench
from tests.vendors.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, TEAM_ID, SlackServer, sign


async def read(bench: Bench, name: str) -> Inbound | None:
    events = (await bench.channel.receive(wire.slack_request(wire.payload("slack", name)))).events
    assert all(isinstance(event, Inbound) for event in events)
    return events[0] if events else None  # type: ignore[return-value]  # just checked


@pytest.mark.parametrize(
    ("name", "user", "text", "media_count"),
    [
        ("message", "U0ANA", "Hi, I'd like to help", 0),
        (
            "decorated",
            "U0ANA",
            "I&B <3 ana@example.org example.org https://example.org/a 937 555 0123 @U0BOB general !here",
            0,
        ),
        ("file_share", "U0ANA", "", 1),
        ("shared_conversation", "U0PARTNER", "Hi from a partner", 0),
    ],
)
async def test_recorded_message_is_read(slack: Bench, name: str, user: str, text: str, media_count: int) -> None:
    event = await read(slack, name)

    assert event is not None
    assert (event.kind, event.text, event.media_count) == (InboundKind.MESSAGE, text, media_count)
    assert (event.sender.account, event.sender.user) == (TEAM_ID, user)
    assert event.provider_id == wire.payload("slack", name)["event_id"]
    assert event.language_hint is None


@pytest.mark.parametrize(
    "name",
    ["message_changed", "bot_message", "other_bot", "channel_message", "app_home_opened", "other_workspace"],
)
async def test_what_nobody_said_to_us_is_ignored_but_acknowledged(slack: Bench, name: str) -> None:
    received = await slack.channel.receive(wire.slack_request(wire.payload("slack", name)))

    assert received.events == ()
    assert received.response.status == 200


@pytest.mark.parametrize("name", ["app_uninstalled", "tokens_revoked"])
async def test_removed_app_is_logged(slack: Bench, name: str, caplog: pytest.LogCaptureFixture) -> None:
    assert await read(slack, name) is None

    assert "the workspace removed the app" in caplog.text


@pytest.mark.parametrize(
    ("name", "tap", "text"),
    [("button", Tap(step="role", choice="tutor"), "Tutor"), ("menu", Tap(step="role", choice="mentor"), "Mentor")],
)
async def test_pressed_button_is_read(slack: Bench, name: str, tap: Tap, text: str) -> None:
    event = await read(slack, name)

    assert event is not None
    assert (event.kind, event.tap, event.text) == (InboundKind.TAP, tap, text)
    assert event.provider_id == wire.payload("slack", name)["trigger_id"]


async def test_button_that_is_not_ours_is_ignored(slack: Bench) -> None:
    assert await read(slack, "foreign_button") is None


async def test_challenge_is_answered(slack: Bench) -> None:
    content = wire.payload("slack", "url_verification")

    response = (await slack.channel.receive(wire.slack_request(content))).response

    assert json.loads(response.body) == {"challenge": content["challenge"]}
    assert response.content_type.startswith("application/json")


@pytest.mark.parametrize("age_s", [301, -301, 10**9])
async def test_old_signature_is_refused(slack: Bench, age_s: int) -> None:
    request = wire.slack_request(wire.payload("slack", "message"), timestamp=int(time.time()) - age_s)

    with pytest.raises(ForgedRequestError):
        await slack.channel.receive(request)


@pytest.mark.parametrize("stamp", ["", "soon", "1e9"])
async def test_time_that_is_no_number_is_refused(slack: Bench, stamp: str) -> None:
    request = wire.slack_request(wire.payload("slack", "message"))
    headers = {**request.headers, "x-slack-request-timestamp": stamp}

    with pytest.raises(ForgedRequestError):
        await slack.channel.receive(WebRequest(path=request.path, headers=headers, body=request.body))


async def test_unsigned_certificate_check_is_refused(slack: Bench) -> None:
    request = WebRequest(
        path="/webhooks/slack",
        headers={"content-type": "application/x-www-form-urlencoded"},
        body=urlencode({"ssl_check": "1"}).encode(),
    )

    with pytest.raises(ForgedRequestError):
        await slack.channel.receive(request)


def without(content: dict[str, Any], *path: str) -> dict[str, Any]:
    place = content
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    return content


@pytest.mark.parametrize(
    "path", [("event_id",), ("event",), ("event", "type"), ("event", "user"), ("team_id",)], ids=".".join
)
async def test_missing_field_is_malformed(slack: Bench, path: tuple[str, ...]) -> None:
    content = without(wire.payload("slack", "message"), *path)

    with pytest.raises(MalformedRequestError):
        await slack.channel.receive(wire.slack_request(content))


async def test_unknown_path_is_malformed(slack: Bench) -> None:
    request = wire.slack_request(wire.payload("slack", "message"))

    with pytest.raises(MalformedRequestError):
        await slack.channel.receive(WebRequest(path="/webhooks/slack/x", headers=request.headers, body=request.body))


async def test_events_cost_no_call_to_slack(slack: Bench) -> None:
    before = len(slack.vendor.received)

    for name in ("message", "button", "other_bot"):
        await read(slack, name)

    assert len(slack.vendor.received) == before


async def test_bolt_takes_nothing_from_the_environment(monkeypatch: pytest.MonkeyPatch, delivered: Delivered) -> None:
    for name in ("SLACK_BOT_TOKEN", "SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET"):
        monkeypatch.setenv(name, "another")

    async with open_bench("slack", delivered) as bench:
        assert await read(bench, "message") is not None


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("<@U1|ana> hi", "@ana hi"),
        ("<#C1|general>", "general"),
        ("<!subteam^S1|@tutors>", "@tutors"),
        ("5 &lt; 6 &amp;&amp; 7 &gt; 6", "5 < 6 && 7 > 6"),
        ("&amp;lt;", "&lt;"),
        ("&lt;https://a.org&gt;", "<https://a.org>"),
    ],
)
def test_decoration_is_taken_off(typed: str, read_as: str) -> None:
    assert plain(typed) == read_as


async def test_blocks_are_what_slack_accepts(slack: Bench) -> None:
    await slack.channel.send(slack.outbound("a < b & *c*", step="role", choices=wire.ROLES))

    message = slack.vendor.messages[0]
    assert message["text"] == "a &lt; b &amp; *c*"
    check_blocks(message["blocks"])
    assert [button["value"] for button in message["blocks"][1]["elements"]] == ["role|tutor", "role|mentor"]


@pytest.mark.parametrize("count", [1, 25, 26, 100])
def test_any_number_of_choices_makes_valid_blocks(count: int) -> None:
    choices = tuple(Choice(id=f"choice{number:026d}", label="L" * 90) for number in range(count))

    check_blocks(as_slack(wire.outbound("slack", "U1", "x" * 3000, step="s" * 20, choices=choices))["blocks"])


def check_blocks(blocks: list[dict[str, Any]]) -> None:
    parsed = Block.parse_all(blocks)
    assert isinstance(parsed[0], SectionBlock)
    for block in parsed:
        block.validate_json()
        if isinstance(block, ActionsBlock):
            for element in block.elements:
                element.validate_json()


async def test_conversation_is_opened_once_a_person(slack: Bench) -> None:
    await slack.channel.send(slack.outbound())
    await slack.channel.send(slack.outbound())

    methods = [entry["path"] for entry in slack.vendor.received]
    assert methods == ["auth.test", "conversations.open", "chat.postMessage", "chat.postMessage"]
    assert slack.vendor.messages[0]["channel"] == "DU0ANA"


@pytest.mark.parametrize("fault", ["reset", "hang", "500", "fatal_error"])
async def test_failure_to_open_a_conversation_has_surely_sent_nothing(slack: Bench, fault: str) -> None:
    slack.vendor.fail_next(fault)

    with pytest.raises(TemporaryError):
        await slack.channel.send(slack.outbound())


async def test_dropped_connection_is_not_posted_twice(slack: Bench) -> None:
    slack.vendor.fail_next("pass", "lost")

    with pytest.raises(UnknownOutcomeError):
        await slack.channel.send(slack.outbound())

    assert len(slack.vendor.messages) == 1


async def test_refused_token_is_told_at_the_start() -> None:
    async with SlackServer() as vendor:
        channel = SlackChannel(wire.slack_settings(api_base=vendor.url, bot_token="xoxb-revoked"))

        with pytest.raises(PermanentError) as refused:
            await channel.start(Delivered())

    assert refused.value.consequence is Consequence.CHANNEL_DOWN


async def test_slack_out_of_reach_at_the_start_is_temporary() -> None:
    channel = SlackChannel(wire.slack_settings(api_base="http://127.0.0.1:1"))

    with pytest.raises(TemporaryError):
        await channel.start(Delivered())


async def test_socket_delivers_before_it_acknowledges() -> None:
    async with SlackServer() as vendor:
        order: list[str] = []

        async def deliver(events: tuple[Inbound | DeliveryReport, ...]) -> None:
            await asyncio.sleep(0)
            assert not vendor.acknowledged
            order.extend(event.provider_id for event in events)

        channel = SlackChannel(wire.slack_settings(api_base=vendor.url, app_token=APP_TOKEN, signing_secret=""))
        await channel.start(deliver)
        envelope = await vendor.push(wire.payload("slack", "message"))
        await vendor.wait_for_acknowledgement(envelope)
        pressed = await vendor.push(wire.payload("slack", "bot_message"))
        await vendor.wait_for_acknowledgement(pressed)
        await channel.close()

    assert order == ["Ev000000001"]


async def test_socket_press_is_delivered(delivered: Delivered) -> None:
    async with SlackServer() as vendor:
        channel = SlackChannel(wire.slack_settings(api_base=vendor.url, app_token=APP_TOKEN))
        await channel.start(delivered)
        envelope = await vendor.push(wire.payload("slack", "button"), kind="interactive")
        await vendor.wait_for_acknowledgement(envelope)
        await channel.close()

    (event,) = delivered.events
    assert isinstance(event, Inbound)
    assert event.tap == Tap(step="role", choice="tutor")


async def test_socket_does_not_acknowledge_what_could_not_be_stored(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="slack_bolt.AsyncApp")
    tried = asyncio.Event()

    async def fail_once(events: tuple[Inbound | DeliveryReport, ...]) -> None:
        if not tried.is_set():
            tried.set()
            raise OSError("disk full")

    async with SlackServer() as vendor:
        channel = SlackChannel(wire.slack_settings(api_base=vendor.url, app_token=APP_TOKEN))
        await channel.start(fail_once)
        first = await vendor.push(wire.payload("slack", "message"))
        await tried.wait()
        again = await vendor.push(wire.payload("slack", "message"))
        await vendor.wait_for_acknowledgement(again)
        await channel.close()

    assert first not in vendor.acknowledged


async def test_socket_asks_for_a_new_address_when_the_old_one_is_dead(
    delivered: Delivered, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="slack_bolt.AsyncApp")
    async with SlackServer() as vendor, aiohttp.ClientSession() as session:
        vendor.dead_addresses.append("ws://127.0.0.1:1")
        settings = wire.slack_settings(api_base=vendor.url, app_token=APP_TOKEN)
        app = SlackApp(settings, identity={"team_id": TEAM_ID}, session=session, ping_s=0.05)
        app.listen(delivered)
        await vendor.wait_for_acknowledgement(await vendor.push(wire.payload("slack", "message")))
        await app.close()

    assert len(delivered.events) == 1


async def test_socket_alone_refuses_every_web_request(delivered: Delivered) -> None:
    async with open_bench("slack", delivered, app_token=APP_TOKEN, signing_secret="") as bench:
        with pytest.raises(ForgedRequestError):
            await bench.channel.receive(wire.slack_request(wire.payload("slack", "message")))


def test_settings_hide_their_secrets() -> None:
    shown = repr(wire.slack_settings(app_token=APP_TOKEN))

    assert not [secret for secret in (BOT_TOKEN, APP_TOKEN, SIGNING_SECRET) if secret in shown]


def test_our_signature_is_the_one_that_slack_documents() -> None:
    # The example of https://docs.slack.dev/authentication/verifying-requests-from-slack
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )

    headers = sign(body, "8f742231b10e8888abcd99yyyzzz85a5", 1531420618)

    assert headers["x-slack-signature"] == "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
