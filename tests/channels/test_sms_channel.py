"""What only SMS does: opt-outs of the network, delivery reports, look-ups, the life of a message."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from channels.base import (
    ForgedRequestError,
    MalformedRequestError,
    PermanentError,
    TemporaryError,
    UnknownOutcomeError,
)
from channels.sms import SmsChannel
from flows.messages import DeliveryReport, DeliveryStatus, Inbound, InboundKind
from tests.channels import wire
from tests.channels.conftest import Bench, Delivered, open_bench
from tests.vendors.twilio import SERVICE_SID, TwilioServer, sign

STATUS_PATH = "/webhooks/sms/status?ref=ref-1"


async def read(bench: Bench, name: str, **changes: str) -> Inbound | DeliveryReport | None:
    path = STATUS_PATH if name.startswith("status") else "/webhooks/sms"
    request = wire.sms_request({**wire.payload("sms", name), **changes}, path=path)
    events = (await bench.channel.receive(request)).events
    return events[0] if events else None


@pytest.mark.parametrize(
    ("name", "kind", "text", "media_count"),
    [
        ("text", InboundKind.MESSAGE, "Hi, I'd like to help! ¿Se puede los sábados? 🙂", 0),
        ("media_only", InboundKind.MESSAGE, "", 2),
        ("stop", InboundKind.OPT_OUT, "Stop", 0),
        ("start", InboundKind.OPT_IN, "START", 0),
        ("help", InboundKind.HELP, "HELP", 0),
    ],
)
async def test_recorded_message_is_read(sms: Bench, name: str, kind: InboundKind, text: str, media_count: int) -> None:
    event = await read(sms, name)

    assert isinstance(event, Inbound)
    assert (event.kind, event.text, event.media_count) == (kind, text, media_count)
    assert event.provider_id == wire.payload("sms", name)["MessageSid"]
    assert event.sender.account == SERVICE_SID
    assert event.sender.user == "+19375550123"


async def test_answer_to_twilio_says_nothing(sms: Bench) -> None:
    response = (await sms.channel.receive(wire.sms_request(wire.payload("sms", "text")))).response

    assert response.status == 200
    assert response.content_type.startswith("text/xml")
    assert response.body.endswith("<Response/>")


@pytest.mark.parametrize("sender", ["72645", "rcs:agent", "whatsapp:+19375550123", "+0123", "+1٣75550123", ""])
async def test_machines_and_other_networks_are_not_answered(sms: Bench, sender: str) -> None:
    assert await read(sms, "text", From=sender) is None


@pytest.mark.parametrize(
    ("name", "status", "code", "opted_out"),
    [
        ("status_sent", DeliveryStatus.SENT, None, False),
        ("status_delivered", DeliveryStatus.DELIVERED, None, False),
        ("status_undelivered", DeliveryStatus.UNDELIVERED, "30003", False),
        ("status_opted_out", DeliveryStatus.FAILED, "21610", True),
    ],
)
async def test_recorded_delivery_report_is_read(
    sms: Bench, name: str, status: DeliveryStatus, code: str | None, opted_out: bool
) -> None:
    report = await read(sms, name)

    assert report == DeliveryReport(
        channel="sms",
        account=SERVICE_SID,
        provider_id=wire.payload("sms", name)["MessageSid"],
        status=status,
        code=code,
        reference="ref-1",
        opted_out=opted_out,
    )


async def test_report_of_a_message_that_has_not_left_yet_says_nothing(sms: Bench) -> None:
    assert await read(sms, "status_queued") is None


async def test_report_counts_segments_when_twilio_does(sms: Bench) -> None:
    report = await read(sms, "status_sent", NumSegments="3")

    assert isinstance(report, DeliveryReport)
    assert report.segments == 3


def pairs(**changes: str | None) -> list[tuple[str, str]]:
    form = {**wire.payload("sms", "text"), **changes}
    return [(name, value) for name, value in form.items() if value is not None]


@pytest.mark.parametrize(
    "form",
    [
        pytest.param(pairs(MessageSid=None), id="no id"),
        pytest.param(pairs(From=None), id="no sender"),
        pytest.param(pairs(To=None), id="no recipient"),
        pytest.param([*pairs(), ("From", "+19375550999")], id="two senders"),
        pytest.param([*pairs(), ("Body", "again")], id="two bodies"),
        pytest.param([*pairs(), ("MessageSid", pairs()[0][1])], id="two ids"),
        pytest.param([*pairs(), ("From", "+19375550123")], id="the same sender twice"),
        pytest.param(pairs(MessageSid="SM" + "0" * 31 + "1NumMedia0", NumMedia=None), id="field hidden in the id"),
        pytest.param(pairs(NumMedia="many"), id="media not a number"),
    ],
)
async def test_doubled_missing_or_misshapen_field_is_malformed(sms: Bench, form: Sequence[tuple[str, str]]) -> None:
    with pytest.raises(MalformedRequestError):
        await sms.channel.receive(wire.sms_request(form))


async def test_two_references_are_malformed(sms: Bench) -> None:
    request = wire.sms_request(wire.payload("sms", "status_sent"), path="/webhooks/sms/status?ref=a&ref=b")

    with pytest.raises(MalformedRequestError):
        await sms.channel.receive(request)


async def test_unknown_path_is_malformed(sms: Bench) -> None:
    request = wire.sms_request(wire.payload("sms", "text"), path="/webhooks/sms/voice")

    with pytest.raises(MalformedRequestError):
        await sms.channel.receive(request)


@pytest.mark.parametrize(
    "path", ["/webhooks/sms", "/webhooks/sms/status?ref=other", "/webhooks/sms/status?ref=ref%2D1", "/webhooks/sms/"]
)
async def test_signature_covers_the_path_and_query_to_the_letter(sms: Bench, path: str) -> None:
    request = wire.sms_request(wire.payload("sms", "status_sent"), path=STATUS_PATH)

    with pytest.raises(ForgedRequestError):
        await sms.channel.receive(replace(request, path=path))


async def test_signature_of_another_account_is_refused(sms: Bench) -> None:
    form = {**wire.payload("sms", "text"), "AccountSid": "AC" + "9" * 32}

    with pytest.raises(ForgedRequestError):
        await sms.channel.receive(wire.sms_request(form))
    with pytest.raises(ForgedRequestError):
        await sms.channel.receive(wire.sms_request(wire.payload("sms", "text"), token="another"))


async def test_public_url_may_end_with_a_slash() -> None:
    channel = SmsChannel(wire.sms_settings(public_url=wire.PUBLIC_URL + "/"))

    received = await channel.receive(wire.sms_request(wire.payload("sms", "text")))

    assert len(received.events) == 1


async def test_message_asks_for_a_report_that_names_our_reference(sms: Bench) -> None:
    await sms.channel.send(sms.outbound("Café\u2019s open", reference="a/b c"))

    (sent,) = sms.vendor.received
    assert sent["StatusCallback"] == "https://hub.example.org/webhooks/sms/status?ref=a%2Fb%20c"
    assert sent["MessagingServiceSid"] == SERVICE_SID
    assert sent["SmartEncoded"].lower() == "true"
    assert sent["Body"] == "Café's open"
    assert not {"From", "ValidityPeriod"} & sent.keys()


async def test_report_posted_by_twilio_is_read(sms: Bench) -> None:
    receipt = await sms.channel.send(sms.outbound(reference="abc"))
    message = sms.vendor.messages[0]
    form = {"AccountSid": message["account_sid"], "MessageSid": message["sid"], "MessageStatus": "delivered"}
    path = message["status_callback"].removeprefix(wire.PUBLIC_URL)

    (report,) = (await sms.channel.receive(wire.sms_request(form, path=path))).events

    assert isinstance(report, DeliveryReport)
    assert (report.reference, report.provider_id) == ("abc", receipt.provider_id)


async def test_choices_are_a_numbered_list(sms: Bench) -> None:
    await sms.channel.send(sms.outbound(step="role", choices=wire.ROLES))

    assert sms.vendor.messages[0]["body"] == "Which role?\n1 Tutor\n2 Mentor"


async def test_number_is_the_sender_without_a_messaging_service(delivered: Delivered) -> None:
    settings = {"messaging_service_sid": "", "from_number": "+19375550100"}
    async with open_bench("sms", delivered, **settings) as bench:
        receipt = await bench.channel.send(bench.outbound())

    assert bench.channel.account == "+19375550100"
    assert bench.vendor.messages[0]["from"] == "+19375550100"
    assert receipt.segments == 1


async def test_messaging_service_counts_segments_later(sms: Bench) -> None:
    assert (await sms.channel.send(sms.outbound())).segments is None


@pytest.mark.parametrize(
    ("life", "low", "high"),
    [
        pytest.param(timedelta(minutes=10), 590, 600, id="minutes"),
        pytest.param(timedelta(days=3), 36_000, 36_000, id="longer than Twilio keeps"),
    ],
)
async def test_message_lives_no_longer_than_it_is_of_use(sms: Bench, life: timedelta, low: int, high: int) -> None:
    await sms.channel.send(sms.outbound(expires_at=datetime.now(UTC) + life))

    assert low <= int(sms.vendor.received[0]["ValidityPeriod"]) <= high


async def test_message_of_no_more_use_never_leaves(sms: Bench) -> None:
    with pytest.raises(PermanentError) as refused:
        await sms.channel.send(sms.outbound(expires_at=datetime.now(UTC)))

    assert refused.value.code == "expired"
    assert not sms.vendor.received


async def test_message_whose_answer_was_lost_is_found(sms: Bench) -> None:
    since = datetime.now(UTC)
    lost = sms.outbound("It\u2019s at 3", step="role", choices=wire.ROLES)
    await sms.channel.send(sms.outbound("Another text"))
    sms.vendor.fail_next("lost")
    with pytest.raises(UnknownOutcomeError):
        await sms.channel.send(lost)

    receipt = await sms.channel.find(lost, since=since)

    assert receipt is not None
    assert receipt.provider_id == sms.vendor.messages[-1]["sid"]


async def test_message_that_never_arrived_is_not_found(sms: Bench) -> None:
    since = datetime.now(UTC)
    await sms.channel.send(sms.outbound("Another text"))
    await sms.channel.send(wire.outbound("sms", "+19375550188", "It is at 3"))

    assert await sms.channel.find(sms.outbound("It is at 3"), since=since) is None


async def test_older_message_of_the_same_words_is_not_mistaken(sms: Bench) -> None:
    await sms.channel.send(sms.outbound())

    assert await sms.channel.find(sms.outbound(), since=datetime.now(UTC) + timedelta(minutes=1)) is None


async def test_text_of_a_trial_account_is_found(sms: Bench) -> None:
    await sms.channel.send(sms.outbound())
    sms.vendor.messages[0]["body"] = "Sent from your Twilio trial account - Which role?"

    assert await sms.channel.find(sms.outbound(), since=datetime.now(UTC)) is not None


@pytest.mark.parametrize("faults", [["429"], ["reset", "reset"]], ids=["429", "reset"])
async def test_look_up_that_fails_is_tried_again(sms: Bench, faults: list[str]) -> None:
    sms.vendor.fail_next(*faults)  # aiohttp itself reads a second time after one reset

    with pytest.raises(TemporaryError):
        await sms.channel.find(sms.outbound(), since=datetime.now(UTC))


async def test_neither_logs_nor_tracebacks_hold_a_number(sms: Bench, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert isinstance(sms.vendor, TwilioServer)
    sms.vendor.opted_out.add(sms.user)
    message = sms.outbound("secret words")

    await sms.channel.find(message, since=datetime.now(UTC))
    try:
        await sms.channel.send(message)
    except PermanentError:
        logging.getLogger("test").exception("refused")

    # The stand-in logs its own requests in this process.
    ours = "\n".join(
        logging.Formatter().format(record) for record in caplog.records if not record.name.startswith("aiohttp")
    )
    assert "refused" in ours
    assert sms.user not in ours
    assert sms.user.lstrip("+") not in ours
    assert "secret words" not in ours


def test_our_signature_is_the_one_that_twilio_documents() -> None:
    # The example of https://www.twilio.com/docs/usage/security#validating-requests
    params = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }

    signature = sign("https://mycompany.com/myapp.php?foo=1&bar=2", params, "12345")

    assert signature == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
