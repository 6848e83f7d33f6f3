"""The outbox is emptied in order, paced, decided once more, and never twice: faults of every kind of a provider."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.ticks.reconcile import reconcile
from channels.base import PermanentError, TemporaryError, UnknownOutcomeError
from flows.messages import Consequence, DeliveryReport, DeliveryStatus
from storage.outbox import list_failed
from storage.recipients import Recipients
from tests.bot.house import HUB, MONDAY, House, open_house, shown
from tests.storage.announcing import announced

VOLUNTEER = "+13125550123"
SIGN_UP = [
    "HI",
    "yes",
    "English",
    "60614",
    "5/14/1986",
    "employee",
    "ACME",
    "own",
    "near home",
    "tutor",
    "any day",
    "yes",
]


async def sign_up(house: House, user: str = VOLUNTEER, channel: str = "sms") -> None:
    for line in SIGN_UP:
        await house.say(channel, user, line)


def announce(house: House, text: str = "We need tutors on Friday.") -> str:
    with house.app.database.session() as session:
        body = {"en": text, "es": "Faltan tutores el viernes."}
        return announced(session, house.app.hub, recipients=Recipients(), body=body, now=house.clock.at)


async def test_too_many_requests_waits_as_long_as_the_provider_says(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.channels["sms"].fail_next(TemporaryError("slow down", code="429", retry_after_s=90))

        assert await house.say("sms", VOLUNTEER, "HI") == []
        assert await house.jump(MONDAY + timedelta(seconds=80), step=timedelta(seconds=5)) == []

        left = await house.jump(MONDAY + timedelta(seconds=120), step=timedelta(seconds=5))
        assert len(left) == 1


async def test_permanent_refusal_is_never_tried_again_and_is_visible(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.channels["sms"].fail_next(PermanentError("no such number", code="21211"))

        await house.say("sms", VOLUNTEER, "HI")

        assert await house.jump(MONDAY + timedelta(days=1)) == []
        with house.app.database.reading() as session:
            assert [row.reason for row in list_failed(session, HUB.id, MONDAY)] == ["21211"]


async def test_attempts_are_bounded(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.channels["sms"].fail_next(*(TemporaryError("busy", code="503") for _ in range(50)))

        await house.say("sms", VOLUNTEER, "HI")

        assert await house.jump(MONDAY + timedelta(days=2)) == []
        with house.app.database.reading() as session:
            assert [row.reason for row in list_failed(session, HUB.id, MONDAY)] == ["gave_up:503"]


@pytest.mark.parametrize("arrives", [True, False], ids=["it had arrived", "it was lost"])
async def test_lost_answer_is_looked_up_before_anything_is_sent_again(tmp_path: Path, arrives: bool) -> None:
    async with open_house(tmp_path) as house:
        sms = house.channels["sms"]
        sms.fail_next(UnknownOutcomeError("reset"), arrives=arrives)
        await house.say("sms", VOLUNTEER, "HI")

        house.clock.at += timedelta(seconds=61)
        await reconcile(house.app.store, HUB, house.app.channels, house.clock.at)
        await house.send()

        assert len(sms.sent) == 1


async def test_lost_answer_of_a_broadcast_is_not_sent_again(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await sign_up(house)
        announce(house)
        before = len(house.channels["sms"].sent)
        house.channels["sms"].fail_next(UnknownOutcomeError("reset"), arrives=False)
        await house.jump(house.clock.at + timedelta(minutes=1))

        house.clock.at += timedelta(minutes=2)
        await reconcile(house.app.store, HUB, house.app.channels, house.clock.at)
        await house.jump(house.clock.at + timedelta(hours=1))

        assert len(house.channels["sms"].sent) == before


async def test_provider_that_knows_of_an_opt_out_ends_everything(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await sign_up(house)
        opted_out = PermanentError("unsubscribed", code="21610", consequence=Consequence.OPTED_OUT)
        house.channels["sms"].fail_next(opted_out)
        announce(house)

        await house.jump(house.clock.at + timedelta(minutes=1))

        announce(house, "Another one.")
        assert await house.jump(house.clock.at + timedelta(hours=1)) == []


async def test_opt_out_while_a_message_waits_wins(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await sign_up(house)
        announce(house)
        await house.app.clock.tick()  # now it stands in the outbox

        await house.app.inbox.deliver([house.inbound("sms", VOLUNTEER, "STOP")])

        assert await house.send() == []
        assert await house.jump(house.clock.at + timedelta(days=2)) == []


async def test_broadcast_waits_for_the_morning_of_each_person(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await sign_up(house)
        house.clock.at = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)  # ten in the evening in Chicago
        announce(house)

        assert await house.jump(datetime(2026, 11, 25, 14, 45, tzinfo=UTC)) == []

        left = await house.jump(datetime(2026, 11, 25, 15, 0, tzinfo=UTC))
        assert [message.text for message in left] == ["We need tutors on Friday."]


async def test_answer_may_leave_at_night(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.clock.at = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)

        assert len(await house.say("sms", VOLUNTEER, "HI")) == 1


async def test_answer_overtakes_a_broadcast(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        for number in range(5):
            await sign_up(house, f"+1312555020{number}")
        announce(house)
        await house.app.clock.tick()

        left = await house.say("sms", VOLUNTEER, "HI")

        assert left[0].to.user == VOLUNTEER
        assert len(left) == 6


async def test_delivery_report_only_moves_forward(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        (sent,) = await house.say("sms", VOLUNTEER, "HI")
        for status in (DeliveryStatus.DELIVERED, DeliveryStatus.SENT):
            report = DeliveryReport(
                channel="sms",
                account="sms-account",
                provider_id="SM-unknown",
                status=status,
                reference=sent.reference,
            )
            await house.app.inbox.deliver([report])

        assert await house.app.store.report(HUB.id, report, house.clock.at) is False


async def test_reminders_keep_the_wall_clock_across_a_change_of_clocks(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.clock.at = datetime(2027, 3, 8, 16, 0, tzinfo=UTC)
        house.add_training(datetime(2027, 3, 15, 17, 0))  # noqa: DTZ001 - the clocks go forward on the 14th
        await sign_up(house)
        await house.say("sms", VOLUNTEER, "1")
        await house.say("sms", VOLUNTEER, "Ana Lopez")

        when = []
        while house.clock.at < datetime(2027, 3, 16, tzinfo=UTC):
            left = await house.jump(house.clock.at + timedelta(minutes=15))
            when += [(house.clock.at.isoformat(timespec="minutes"), shown(message).split("?")[0]) for message in left]

        slot = "Mon Mar 15, 5 PM, Lincoln Library, 12 Oak St. Can you come"
        assert when == [
            ("2027-03-12T23:00+00:00", f"Bright Hub: you are booked for {slot}"),  # five in the afternoon, in winter
            ("2027-03-14T17:00+00:00", f"Bright Hub: see you soon: {slot}"),  # a Sunday: when the quiet hours end
            ("2027-03-15T20:00+00:00", f"Bright Hub: it starts soon: {slot}"),  # three in the afternoon, in summer
        ]


async def test_events_that_come_late_or_twice_are_each_one_turn(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        first, second = house.inbound("sms", VOLUNTEER, "HI"), house.inbound("sms", VOLUNTEER, "1")

        late = [await house.deliver(event) for event in (second, first, second, first)]

        assert [len(answers) for answers in late] == [1, 1, 0, 0]
        assert late[0][0].text.startswith("Bright Hub: thanks for writing!")
