"""The channel without a vendor behaves as the others do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from channels.base import ForgedRequestError, PermanentError, TemporaryError, UnknownOutcomeError, WebRequest
from channels.capabilities import CAPABILITIES, SMS
from channels.simulator import SimulatorChannel
from flows.messages import DeliveryReport, DeliveryStatus, Inbound, InboundKind, Outbound, Tap
from tests.channels import wire
from tests.channels.conftest import Delivered


@pytest.fixture
def channel() -> SimulatorChannel:
    return SimulatorChannel("sms", "sim", SMS)


async def test_message_is_kept_and_told(channel: SimulatorChannel) -> None:
    heard: list[Outbound] = []

    async def listener(message: Outbound) -> None:
        heard.append(message)

    channel.listen(listener)
    message = wire.outbound("sms", "+1")

    await channel.send(message)

    assert channel.sent == heard == [message]


async def test_receipts_differ(channel: SimulatorChannel) -> None:
    first, second = [await channel.send(wire.outbound("sms", "+1")) for _ in range(2)]

    assert first.provider_id != second.provider_id


@pytest.mark.parametrize(
    ("error", "arrives"),
    [(TemporaryError("busy"), False), (PermanentError("no"), False), (UnknownOutcomeError("lost"), True)],
)
async def test_next_send_fails_as_asked(
    channel: SimulatorChannel, error: TemporaryError | PermanentError | UnknownOutcomeError, arrives: bool
) -> None:
    channel.fail_next(error)

    with pytest.raises(type(error)):
        await channel.send(wire.outbound("sms", "+1"))
    await channel.send(wire.outbound("sms", "+1", reference="next"))

    assert len(channel.sent) == (2 if arrives else 1)


@pytest.mark.parametrize("arrives", [True, False])
async def test_lost_message_is_found_if_it_arrived(channel: SimulatorChannel, arrives: bool) -> None:
    channel.fail_next(UnknownOutcomeError("lost"), arrives=arrives)
    message, since = wire.outbound("sms", "+1"), datetime.now(UTC)
    with pytest.raises(UnknownOutcomeError):
        await channel.send(message)

    assert (await channel.find(message, since=since) is not None) is arrives


async def test_limits_are_those_of_the_channel_it_plays(channel: SimulatorChannel) -> None:
    with pytest.raises(PermanentError):
        await channel.send(wire.outbound("sms", "+1", "x" * 1601))


async def test_people_say_tap_and_reports_come_in(channel: SimulatorChannel, delivered: Delivered) -> None:
    await channel.start(delivered)
    report = DeliveryReport(channel="sms", account="sim", provider_id="sim-1", status=DeliveryStatus.SENT)

    said = await channel.say("+1", "Hello", provider_id="again")
    tapped = await channel.tap("+1", Tap(step="role", choice="tutor"))
    await channel.bring(report)

    assert delivered.events == [said, tapped, report]
    assert (said.provider_id, said.text, said.kind) == ("again", "Hello", InboundKind.MESSAGE)
    assert isinstance(tapped, Inbound)
    assert tapped.kind is InboundKind.TAP
    await channel.close()


async def test_nobody_outside_speaks_as_a_simulated_person(channel: SimulatorChannel) -> None:
    with pytest.raises(ForgedRequestError):
        await channel.receive(WebRequest(path="/webhooks/sms", headers={}, body=b""))


@pytest.mark.parametrize("name", CAPABILITIES)
def test_message_is_shown_as_the_vendor_would(name: str) -> None:
    channel = SimulatorChannel(name, "sim", CAPABILITIES[name])

    shown = channel.shown(wire.outbound(name, "user", "Role?", step="role", choices=wire.ROLES))

    assert "Tutor" in str(shown)
    assert isinstance(shown, str) is (name in ("sms", "email"))
