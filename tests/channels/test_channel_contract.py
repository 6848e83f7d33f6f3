"""What every channel must do, whoever the vendor is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channels.base import (
    ChannelError,
    ForgedRequestError,
    MalformedRequestError,
    PermanentError,
    TemporaryError,
    UnknownOutcomeError,
    WebRequest,
)
from channels.render import parts
from flows.messages import Consequence, Inbound
from tests.channels import wire
from tests.channels.conftest import Bench, Delivered, open_bench


async def read_text(bench: Bench, text: str) -> Inbound:
    received = await bench.channel.receive(bench.text(text))
    (event,) = received.events
    assert isinstance(event, Inbound)
    return event


async def test_text_of_a_person_is_read(bench: Bench) -> None:
    event = await read_text(bench, "Hello")

    assert event.text == "Hello"
    assert event.sender.channel == bench.name
    assert event.sender.account == bench.channel.account
    assert event.sender.user == bench.user


async def test_redelivery_carries_the_same_id(bench: Bench) -> None:
    first, second = await read_text(bench, "Hello"), await read_text(bench, "Hello")

    assert first.provider_id == second.provider_id


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("¿Qué tal? Пример 例子 🙂👩🏽‍🏫", id="unicode"),
        pytest.param("שלום, אני רוצה לעזור", id="right to left"),
        pytest.param("a\u200b\u200d\ufeffb", id="zero width"),
        pytest.param("a & b < c > d &amp; e", id="markup"),
        pytest.param("line one\r\nline two\ttab", id="control characters"),
        pytest.param("x" * 65_536, id="64 KB"),
    ],
)
async def test_any_text_arrives_as_it_was_written(bench: Bench, text: str) -> None:
    assert (await read_text(bench, text)).text == text


async def test_nul_is_removed_since_databases_refuse_it(bench: Bench) -> None:
    assert (await read_text(bench, "a\0b")).text == "ab"


def altered(request: WebRequest, **headers: str | None) -> WebRequest:
    kept = {name: value for name, value in request.headers.items() if name not in headers}
    return replace(request, headers={**kept, **{name: value for name, value in headers.items() if value is not None}})


SIGNATURE_HEADERS = {
    "sms": "x-twilio-signature",
    "slack": "x-slack-signature",
    "telegram": "x-telegram-bot-api-secret-token",
}


@pytest.mark.parametrize("signature", [None, "", "wrong", "wröng ✗"], ids=["absent", "empty", "wrong", "not ascii"])
async def test_request_without_the_right_signature_is_refused(bench: Bench, signature: str | None) -> None:
    request = altered(bench.text("Hello"), **{SIGNATURE_HEADERS[bench.name]: signature})

    with pytest.raises(ForgedRequestError):
        await bench.channel.receive(request)


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", b"[" * 100_000], ids=["empty", "not text", "deep"])
async def test_unsigned_garbage_is_refused_before_it_is_read(bench: Bench, body: bytes) -> None:
    request = WebRequest(path=f"/webhooks/{bench.name}", headers={}, body=body)

    with pytest.raises(ForgedRequestError):
        await bench.channel.receive(request)


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"text"', b'{"type":"event_callback"}', b"[" * 100_000])
async def test_signed_garbage_is_malformed(bench: Bench, body: bytes) -> None:
    with pytest.raises(MalformedRequestError):
        await bench.channel.receive(bench.garbage(body))


async def test_message_is_sent_once(bench: Bench) -> None:
    receipt = await bench.channel.send(bench.outbound(step="role", choices=wire.ROLES))

    assert receipt.provider_id
    assert len(bench.vendor.messages) == 1


async def test_two_messages_have_two_receipts(bench: Bench) -> None:
    first = await bench.channel.send(bench.outbound())
    second = await bench.channel.send(bench.outbound())

    assert first.provider_id != second.provider_id


async def test_long_text_is_sent_in_parts_that_each_fit(bench: Bench) -> None:
    text = " ".join(f"word{number}" for number in range(2000))

    pieces = parts(bench.outbound(text, step="role", choices=wire.ROLES), bench.channel.capabilities)
    for piece in pieces:
        await bench.channel.send(piece)

    assert len(bench.vendor.messages) == len(pieces) > 1


async def test_text_that_is_too_long_is_refused_and_never_leaves(bench: Bench) -> None:
    with pytest.raises(PermanentError) as refused:
        await bench.channel.send(bench.outbound("x" * 5000))

    assert refused.value.code == "too_long"
    assert not bench.vendor.messages


async def test_nothing_is_not_sent(bench: Bench) -> None:
    with pytest.raises(PermanentError) as refused:
        await bench.channel.send(bench.outbound(" \n"))

    assert refused.value.code == "empty"


FAULTS: dict[str, dict[str, tuple[type[ChannelError], Consequence | None]]] = {
    "sms": {
        "21211": (PermanentError, Consequence.UNREACHABLE),
        "21614": (PermanentError, Consequence.UNREACHABLE),
        "21610": (PermanentError, Consequence.OPTED_OUT),
        "20003": (PermanentError, Consequence.CHANNEL_DOWN),
        "21703": (PermanentError, Consequence.CHANNEL_DOWN),
        "21408": (PermanentError, Consequence.NONE),
        "21611": (TemporaryError, None),
    },
    "slack": {
        "user_not_found": (PermanentError, Consequence.UNREACHABLE),
        "account_inactive": (PermanentError, Consequence.CHANNEL_DOWN),
        "missing_scope": (PermanentError, Consequence.CHANNEL_DOWN),
        "invalid_blocks": (PermanentError, Consequence.NONE),
        "ratelimited": (TemporaryError, None),
        "fatal_error": (UnknownOutcomeError, None),
    },
    "telegram": {
        "403": (PermanentError, Consequence.UNREACHABLE),
        "chat_not_found": (PermanentError, Consequence.UNREACHABLE),
        "400": (PermanentError, Consequence.NONE),
        "chat_migrated": (PermanentError, Consequence.NONE),
        "401": (PermanentError, Consequence.CHANNEL_DOWN),
        "502": (UnknownOutcomeError, None),
    },
}
EVERYWHERE: dict[str, tuple[type[ChannelError], Consequence | None]] = {
    "429": (TemporaryError, None),
    "500": (UnknownOutcomeError, None),
    "not_json": (UnknownOutcomeError, None),
    "hang": (UnknownOutcomeError, None),
    "reset": (UnknownOutcomeError, None),
    "lost": (UnknownOutcomeError, None),
}


@pytest.mark.parametrize(
    ("name", "fault", "error", "consequence"),
    [
        pytest.param(name, fault, *outcome, id=f"{name} {fault}")
        for name, faults in FAULTS.items()
        for fault, outcome in {**EVERYWHERE, **faults}.items()
    ],
)
async def test_fault_of_the_provider_becomes_the_right_error(
    name: str, fault: str, error: type[ChannelError], consequence: Consequence | None, delivered: Delivered
) -> None:
    async with open_bench(name, delivered) as bench:
        if name == "slack":
            await bench.channel.send(bench.outbound())  # the conversation is open from here on
            bench.vendor.messages.clear()
        bench.vendor.fail_next(fault)

        with pytest.raises(ChannelError) as failed:
            await bench.channel.send(bench.outbound())

    assert type(failed.value) is error
    assert getattr(failed.value, "consequence", None) == consequence
    assert bench.user not in str(failed.value)
    assert len(bench.vendor.messages) == (1 if fault == "lost" else 0)


async def test_slowing_down_says_how_long(bench: Bench) -> None:
    bench.vendor.fail_next("429")

    with pytest.raises(TemporaryError) as failed:
        await bench.channel.send(bench.outbound())

    assert failed.value.retry_after_s == 7


async def test_provider_that_cannot_be_reached_has_surely_sent_nothing(bench: Bench) -> None:
    await bench.vendor.close()

    with pytest.raises(TemporaryError):
        await bench.channel.send(bench.outbound())


async def test_channel_can_be_closed_twice_and_before_it_starts(bench: Bench) -> None:
    await bench.channel.close()
    await bench.channel.close()
