"""What only Telegram does: commands, opening links, blocks, polling."""

from __future__ import annotations

import asyncio
import json
import logging

import pytest

from channels.base import ForgedRequestError, MalformedRequestError, PermanentError, TemporaryError, WebRequest
from channels.telegram import TelegramChannel
from flows.messages import Consequence, DeliveryReport, Inbound, InboundKind, Tap
from tests.channels import wire
from tests.channels.conftest import Bench, Delivered, open_bench
from tests.vendors.telegram import SECRET_TOKEN, TOKEN, TelegramServer


async def read(bench: Bench, name: str) -> Inbound | None:
    events = (await bench.channel.receive(wire.telegram_request(wire.payload("telegram", name)))).events
    assert all(isinstance(event, Inbound) for event in events)
    return events[0] if events else None  # type: ignore[return-value]  # just checked


@pytest.mark.parametrize(
    ("name", "kind", "text", "media_count"),
    [
        ("text", InboundKind.MESSAGE, "Hola, quiero ayudar 🙂", 0),
        ("help", InboundKind.MESSAGE, "HELP", 0),
        ("stop", InboundKind.MESSAGE, "STOP", 0),
        ("language", InboundKind.MESSAGE, "LANGUAGE", 0),
        ("other_command", InboundKind.MESSAGE, "/settings now", 0),
        ("photo", InboundKind.MESSAGE, "My ID", 1),
        ("voice", InboundKind.MESSAGE, "", 1),
        ("own_contact", InboundKind.MESSAGE, "+19375550123", 0),
        ("location", InboundKind.MESSAGE, "", 0),
        ("blocked", InboundKind.BLOCKED, "", 0),
        ("unblocked", InboundKind.UNBLOCKED, "", 0),
    ],
)
async def test_recorded_update_is_read(
    telegram: Bench, name: str, kind: InboundKind, text: str, media_count: int
) -> None:
    event = await read(telegram, name)

    assert event is not None
    assert (event.kind, event.text, event.media_count) == (kind, text, media_count)
    assert event.provider_id == str(wire.payload("telegram", name)["update_id"])
    assert (event.sender.account, event.sender.user) == ("123456789", "777000111")
    assert event.language_hint == "es"


async def test_shared_location_is_read_and_is_no_picture(telegram: Bench) -> None:
    event = await read(telegram, "location")

    assert event is not None
    assert (event.location, event.media_count) == ((41.922943, -87.648262), 0)


@pytest.mark.parametrize(("name", "campaign"), [("start", "spring-fair_26"), ("start_plain", None)])
async def test_opening_link_carries_its_campaign(telegram: Bench, name: str, campaign: str | None) -> None:
    event = await read(telegram, name)

    assert event is not None
    assert (event.kind, event.campaign) == (InboundKind.START, campaign)


@pytest.mark.parametrize("code", ["a b", "x" * 65, "<b>", "código"])
async def test_campaign_that_no_link_can_carry_is_dropped(telegram: Bench, code: str) -> None:
    content = wire.payload("telegram", "start")
    content["message"]["text"] = f"/start {code}"

    (event,) = (await telegram.channel.receive(wire.telegram_request(content))).events

    assert isinstance(event, Inbound)
    assert (event.kind, event.campaign) == (InboundKind.START, None)


@pytest.mark.parametrize("name", ["group", "added_to_group", "pinned", "edited", "other_contact"])
async def test_what_nobody_said_to_us_is_ignored_but_acknowledged(telegram: Bench, name: str) -> None:
    received = await telegram.channel.receive(wire.telegram_request(wire.payload("telegram", name)))

    assert received.events == ()
    assert (received.response.status, received.response.body) == (200, "")


@pytest.mark.parametrize(("name", "text"), [("button", "Mentor"), ("old_button", "")])
async def test_pressed_button_is_read_and_answered_by_the_response(telegram: Bench, name: str, text: str) -> None:
    content = wire.payload("telegram", name)

    received = await telegram.channel.receive(wire.telegram_request(content))

    (event,) = received.events
    assert isinstance(event, Inbound)
    assert (event.kind, event.tap, event.text) == (InboundKind.TAP, Tap(step="role", choice="mentor"), text)
    assert received.response.content_type == "application/json"
    assert json.loads(received.response.body) == {
        "method": "answerCallbackQuery",
        "callback_query_id": content["callback_query"]["id"],
    }


@pytest.mark.parametrize("missing", ["update_id", "chat", "message_id"])
async def test_missing_field_is_malformed(telegram: Bench, missing: str) -> None:
    content = wire.payload("telegram", "text")
    content.pop(missing, None)
    content["message"].pop(missing, None)

    with pytest.raises(MalformedRequestError):
        await telegram.channel.receive(wire.telegram_request(content))


async def test_unknown_path_is_malformed(telegram: Bench) -> None:
    request = wire.telegram_request(wire.payload("telegram", "text"))

    with pytest.raises(MalformedRequestError):
        await telegram.channel.receive(
            WebRequest(path="/webhooks/telegram/x", headers=request.headers, body=request.body)
        )


async def test_webhook_is_set_with_its_secret_and_the_updates_we_read(telegram: Bench) -> None:
    assert isinstance(telegram.vendor, TelegramServer)

    webhook = telegram.vendor.webhook
    assert webhook["url"] == "https://hub.example.org/webhooks/telegram"
    assert webhook["secret_token"] == SECRET_TOKEN
    assert json.loads(webhook["allowed_updates"]) == ["message", "callback_query", "my_chat_member"]


async def test_menu_is_shown_in_each_language(telegram: Bench) -> None:
    menus = [entry for entry in telegram.vendor.received if entry["path"] == "setMyCommands"]

    assert [menu.get("language_code") for menu in menus] == [None, "es"]
    commands = [[command["command"] for command in json.loads(menu["commands"])] for menu in menus]
    assert commands == [["help", "stop", "language"]] * 2


async def test_bot_works_without_a_menu(delivered: Delivered, caplog: pytest.LogCaptureFixture) -> None:
    async with TelegramServer() as vendor:
        vendor.fail_next("pass", "500")
        channel = TelegramChannel(wire.telegram_settings(api_base=vendor.url))
        await channel.start(delivered)
        await channel.send(wire.outbound("telegram", "777000111"))
        await channel.close()

    assert "menu not shown" in caplog.text
    assert len(vendor.messages) == 1


async def test_text_is_escaped_and_choices_are_buttons(telegram: Bench) -> None:
    await telegram.channel.send(telegram.outbound("a < b & c", step="role", choices=wire.ROLES))

    message = telegram.vendor.messages[0]
    assert (message["text"], message["parse_mode"]) == ("a &lt; b &amp; c", "HTML")
    assert json.loads(message["reply_markup"])["inline_keyboard"] == [
        [{"text": "Tutor", "callback_data": "role|tutor"}],
        [{"text": "Mentor", "callback_data": "role|mentor"}],
    ]


async def test_button_that_holds_too_much_never_leaves(telegram: Bench) -> None:
    with pytest.raises(PermanentError) as refused:
        await telegram.channel.send(telegram.outbound(step="s" * 60, choices=wire.ROLES))

    assert refused.value.code == "button_too_long"


async def test_refused_token_is_told_at_the_start() -> None:
    async with TelegramServer() as vendor:
        channel = TelegramChannel(wire.telegram_settings(api_base=vendor.url, token="123:revoked"))

        with pytest.raises(PermanentError) as refused:
            await channel.start(Delivered())

    assert refused.value.consequence is Consequence.CHANNEL_DOWN


async def test_telegram_out_of_reach_at_the_start_is_temporary() -> None:
    channel = TelegramChannel(wire.telegram_settings(api_base="http://127.0.0.1:1"))

    with pytest.raises(TemporaryError):
        await channel.start(Delivered())


async def test_polling_delivers_before_it_confirms(delivered: Delivered) -> None:
    async with TelegramServer() as vendor:
        pending_when_delivered: list[int] = []

        async def deliver(events: tuple[Inbound | DeliveryReport, ...]) -> None:
            pending_when_delivered.append(len(vendor.pending))
            await delivered(events)

        await vendor.push(wire.payload("telegram", "text"), wire.payload("telegram", "group"))
        channel = polling_channel(vendor)
        await channel.start(deliver)
        await vendor.wait_until(900000017)
        await channel.close()

    assert [event.provider_id for event in delivered.events] == ["900000001"]
    assert pending_when_delivered == [2]
    assert vendor.offsets[:2] == [None, 900000018]


async def test_update_that_was_not_confirmed_comes_again_after_a_restart(delivered: Delivered) -> None:
    stored = asyncio.Event()

    async def deliver_and_die(events: tuple[Inbound | DeliveryReport, ...]) -> None:
        await delivered(events)
        stored.set()
        await asyncio.Event().wait()

    async with TelegramServer() as vendor:
        await vendor.push(wire.payload("telegram", "text"))
        first = polling_channel(vendor)
        await first.start(deliver_and_die)
        await stored.wait()
        await first.close()
        second = polling_channel(vendor)
        await second.start(delivered)
        await vendor.wait_until(900000001)
        await second.close()

    assert [event.provider_id for event in delivered.events] == ["900000001", "900000001"]


async def test_polling_survives_every_failure_and_waits_longer_each_time(delivered: Delivered) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async with TelegramServer() as vendor:
        vendor.poll_faults.extend(["502", "409", "401", "500"])
        channel = polling_channel(vendor, pause=pause)
        await channel.start(delivered)
        await vendor.push(wire.payload("telegram", "text"))
        await vendor.wait_until(900000001)
        await channel.close()

    assert pauses == [0.5, 1, 2, 4]
    assert len(delivered.events) == 1


async def test_update_that_could_not_be_stored_is_asked_for_again(
    delivered: Delivered, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="channels.telegram.polling")
    failures = iter([OSError("disk full")])

    async def deliver(events: tuple[Inbound | DeliveryReport, ...]) -> None:
        for failure in failures:
            raise failure
        await delivered(events)

    async with TelegramServer() as vendor:
        await vendor.push(wire.payload("telegram", "text"))
        channel = polling_channel(vendor)
        await channel.start(deliver)
        await vendor.wait_until(900000001)
        await channel.close()

    assert [event.provider_id for event in delivered.events] == ["900000001"]
    assert vendor.offsets[:2] == [None, None]


async def test_update_that_cannot_be_read_does_not_hold_up_the_others(
    delivered: Delivered, caplog: pytest.LogCaptureFixture
) -> None:
    async with TelegramServer() as vendor:
        await vendor.push({"update_id": 1, "message": {"text": "secret words"}}, wire.payload("telegram", "text"))
        channel = polling_channel(vendor)
        await channel.start(delivered)
        await vendor.wait_until(900000001)
        await channel.close()

    assert [event.provider_id for event in delivered.events] == ["900000001"]
    assert "update not readable" in caplog.text
    assert "secret words" not in "".join(record.getMessage() for record in caplog.records)


async def test_polling_answers_a_pressed_button_after_storing_it(delivered: Delivered) -> None:
    async with TelegramServer() as vendor:
        await vendor.push(wire.payload("telegram", "button"))
        channel = polling_channel(vendor)
        await channel.start(delivered)
        await vendor.wait_for_call("answerCallbackQuery")
        await channel.close()

    assert len(delivered.events) == 1
    (answer,) = [entry for entry in vendor.received if entry["path"] == "answerCallbackQuery"]
    assert answer["callback_query_id"] == "3337777"


async def test_polling_takes_the_webhook_away_and_accepts_none(delivered: Delivered) -> None:
    async with open_bench("telegram", delivered, mode="polling", secret_token="") as bench:
        assert "deleteWebhook" in [entry["path"] for entry in bench.vendor.received]
        for secret in ("", "x"):
            request = wire.telegram_request(wire.payload("telegram", "text"), secret=secret)
            with pytest.raises(ForgedRequestError):
                await bench.channel.receive(request)


def polling_channel(vendor: TelegramServer, **other: object) -> TelegramChannel:
    async def no_pause(_: float) -> None:
        await asyncio.sleep(0)

    settings = wire.telegram_settings(api_base=vendor.url, mode="polling", secret_token="")
    return TelegramChannel(settings, **{"pause": no_pause, **other})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [{"token": "no-number"}, {"mode": "push"}, {"secret_token": ""}],
    ids=["token", "mode", "webhook without a secret"],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"token|mode"):
        wire.telegram_settings(**wrong)


def test_settings_hide_their_secrets() -> None:
    shown = repr(wire.telegram_settings())

    assert TOKEN not in shown
    assert SECRET_TOKEN not in shown
