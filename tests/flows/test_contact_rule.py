"""A message leaves only to somebody who wants it, and never at night where they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.facts import QuietHours
from flows.messages import Purpose
from flows.rules.contact import Decision, Drop, Recipient, Send, Wait, decide, last_open, next_open

HOURS = QuietHours()
#: A zone for each rule of clocks in the fifty states, the capital and Puerto Rico.
US_ZONES = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"),
    *("America/Anchorage", "America/Adak", "Pacific/Honolulu", "America/Detroit", "America/Boise"),
    *("America/Indiana/Indianapolis", "America/Indiana/Knox", "America/Kentucky/Louisville", "America/Puerto_Rico"),
)
FIFTY_STATES = tuple(zone for zone in US_ZONES if zone != "America/Puerto_Rico")
WILLING = Recipient(opted_out=False, reachable=True, consented=True, held=False, zone="America/Chicago")
#: A Monday noon in Chicago, and a night.
NOON = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ASKED_FOR = (Purpose.REPLY, Purpose.FAREWELL)
UNASKED = (Purpose.REMINDER, Purpose.NOTICE, Purpose.NUDGE, Purpose.BROADCAST)
#: Every half hour of a year that holds both changes of clocks, and an odd minute to meet the edges.
YEAR = [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=30 * n) for n in range(365 * 48)]


def decided(
    purpose: Purpose, recipient: Recipient = WILLING, now: datetime = NOON, **more: datetime | None
) -> Decision:
    return decide(purpose, recipient, quiet_hours=HOURS, expires_at=more.get("expires_at"), now=now)


def is_open(at: datetime, zone: str) -> bool:
    local = at.astimezone(ZoneInfo(zone))
    return (12 if local.weekday() == 6 else 9) <= local.hour < 20


@pytest.mark.parametrize("zone", US_ZONES)
def test_nothing_unasked_leaves_outside_open_hours_all_year(zone: str) -> None:
    recipient = replace(WILLING, zone=zone)
    leaving = {at for at in YEAR if decided(Purpose.BROADCAST, recipient, at) == Send()}

    assert leaving == {at for at in YEAR if is_open(at, zone)}


@pytest.mark.parametrize("zone", US_ZONES)
def test_waiting_ends_at_the_very_opening_all_year(zone: str) -> None:
    recipient = replace(WILLING, zone=zone)

    for at in YEAR[::7]:
        match decided(Purpose.REMINDER, recipient, at):
            case Wait(until=until):
                assert is_open(until, zone)
                assert not is_open(until - timedelta(seconds=1), zone)
                assert until - at <= timedelta(hours=17)


def test_unknown_zone_is_written_to_only_when_it_is_day_in_every_state() -> None:
    recipient = replace(WILLING, zone=None)
    leaving = [at for at in YEAR if decided(Purpose.BROADCAST, recipient, at) == Send()]

    assert leaving
    assert all(is_open(at, zone) for at in leaving for zone in FIFTY_STATES)


def test_unknown_zone_is_written_to_every_day() -> None:
    recipient = replace(WILLING, zone=None)
    days = {at.date() for at in YEAR if decided(Purpose.BROADCAST, recipient, at) == Send()}

    assert len(days) == 365


@given(
    at=st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: YEAR[0] + timedelta(minutes=minutes)),
    zone=st.sampled_from([None, *US_ZONES]),
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_next_and_last_open_are_open_and_on_their_side(at: datetime, zone: str | None) -> None:
    later = next_open(at, zone=zone, quiet_hours=HOURS)
    earlier = last_open(at, zone=zone, quiet_hours=HOURS)

    assert earlier <= at <= later
    for name in [zone] if zone else FIFTY_STATES:
        assert is_open(later, name)
        assert is_open(earlier, name)


@pytest.mark.parametrize("now", [NOON, NIGHT], ids=["noon", "night"])
@pytest.mark.parametrize("purpose", ASKED_FOR)
def test_answer_leaves_at_any_hour_and_before_consent(purpose: Purpose, now: datetime) -> None:
    assert decided(purpose, replace(WILLING, consented=False), now) == Send()


@pytest.mark.parametrize("purpose", UNASKED)
def test_nothing_unasked_leaves_without_consent(purpose: Purpose) -> None:
    assert decided(purpose, replace(WILLING, consented=False)) == Drop(reason="no_consent")


@pytest.mark.parametrize("purpose", [*UNASKED, Purpose.REPLY])
def test_nothing_leaves_after_an_opt_out(purpose: Purpose) -> None:
    assert decided(purpose, replace(WILLING, opted_out=True)) == Drop(reason="opted_out")


def test_farewell_leaves_after_an_opt_out() -> None:
    assert decided(Purpose.FAREWELL, replace(WILLING, opted_out=True), NIGHT) == Send()


@pytest.mark.parametrize("purpose", Purpose)
def test_nothing_leaves_to_whom_nothing_reaches(purpose: Purpose) -> None:
    assert decided(purpose, replace(WILLING, reachable=False)) == Drop(reason="unreachable")


@pytest.mark.parametrize("purpose", Purpose)
def test_nothing_leaves_after_it_expired(purpose: Purpose) -> None:
    assert decided(purpose, expires_at=NOON) == Drop(reason="expired")
    assert decided(purpose, expires_at=NOON + timedelta(seconds=1)) == Send()


def test_what_expires_before_the_morning_is_dropped_at_night() -> None:
    opening = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)

    assert decided(Purpose.REMINDER, now=NIGHT, expires_at=opening) == Drop(reason="expires_in_quiet_hours")
    later = decided(Purpose.REMINDER, now=NIGHT, expires_at=opening + timedelta(minutes=1))
    assert later == Wait(until=opening, reason="quiet_hours")


@pytest.mark.parametrize(
    ("local", "opens"),
    [
        ((2026, 3, 8, 1, 30), (2026, 3, 8, 12, 0)),  # Sunday, clocks go forward at two
        ((2026, 3, 7, 20, 0), (2026, 3, 8, 12, 0)),
        ((2026, 11, 1, 1, 30), (2026, 11, 1, 12, 0)),  # Sunday, clocks go back at two
        ((2026, 10, 31, 23, 0), (2026, 11, 1, 12, 0)),
        ((2026, 11, 23, 8, 59), (2026, 11, 23, 9, 0)),
        ((2026, 11, 23, 9, 0), (2026, 11, 23, 9, 0)),
        ((2026, 11, 23, 19, 59), (2026, 11, 23, 19, 59)),
        ((2026, 11, 23, 20, 0), (2026, 11, 24, 9, 0)),
    ],
)
def test_day_opens_by_the_wall_clock(local: tuple[int, ...], opens: tuple[int, ...]) -> None:
    zone = ZoneInfo("America/Chicago")
    at = datetime(*local[:5], tzinfo=zone)  # type: ignore[misc, arg-type]  # five numbers

    assert next_open(at, zone="America/Chicago", quiet_hours=HOURS) == datetime(*opens[:5], tzinfo=zone)  # type: ignore[misc, arg-type]


def test_day_without_open_hours_is_passed_over() -> None:
    closed = QuietHours(opens=(540, 540, 540, 540, 540, 0, 0), closes=(1200, 1200, 1200, 1200, 1200, 0, 0))
    saturday = datetime(2026, 11, 28, 18, 0, tzinfo=UTC)

    assert next_open(saturday, zone="America/Chicago", quiet_hours=closed) == datetime(2026, 11, 30, 15, 0, tzinfo=UTC)
    friday = last_open(saturday, zone="America/Chicago", quiet_hours=closed)
    assert friday == datetime(2026, 11, 28, 1, 59, tzinfo=UTC)


def test_hours_that_no_instant_satisfies_never_let_anything_leave() -> None:
    brief = QuietHours(opens=(540,) * 7, closes=(600,) * 7)
    unknown = replace(WILLING, zone=None)

    for at in YEAR[::97]:
        decision = decide(Purpose.BROADCAST, unknown, quiet_hours=brief, expires_at=None, now=at)
        assert isinstance(decision, Wait)
        assert decision.until > at


def test_bot_waits_while_a_coordinator_holds_the_conversation() -> None:
    held = replace(WILLING, held=True)

    assert isinstance(decided(Purpose.REMINDER, held), Wait)
    assert decided(Purpose.FAREWELL, replace(held, opted_out=True)) == Send()


@pytest.mark.parametrize("purpose", [*ASKED_FOR, *UNASKED])
def test_while_sending_is_paused_only_answers_leave(purpose: Purpose) -> None:
    decision = decided(purpose, replace(WILLING, paused=True))

    match purpose:
        case Purpose.REPLY | Purpose.FAREWELL:
            assert decision == Send()
        case Purpose.REMINDER | Purpose.NOTICE:
            assert decision == Wait(until=NOON + timedelta(minutes=30), reason="paused")
        case _:
            assert decision == Drop(reason="paused")


@pytest.mark.parametrize("purpose", Purpose)
def test_only_a_nudge_is_overtaken(purpose: Purpose) -> None:
    decision = decided(purpose, replace(WILLING, overtaken=True))

    assert decision == (Drop(reason="overtaken") if purpose is Purpose.NUDGE else Send())


def test_who_is_back_before_the_nudge_has_left_is_answered_first() -> None:
    assert Purpose.REPLY.priority < Purpose.REMINDER.priority < Purpose.NUDGE.priority < Purpose.BROADCAST.priority
