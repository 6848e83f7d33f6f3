"""Reminders leave three days, a day and two hours before, by the place's clock, when the person is awake."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.facts import QuietHours, Slot
from flows.rules.contact import next_open
from flows.rules.reminders import plan
from tests.flows.talk import SHIFTS

HOURS = QuietHours()
ZONES = [
    "America/New_York",
    "America/Chicago",
    "America/Phoenix",
    "America/Indiana/Indianapolis",
    "America/Indiana/Knox",
]
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def at(*when: int, zone: str = "America/Chicago") -> Slot:
    return replace(SHIFTS[0], starts_local=datetime(*when), zone=zone)  # type: ignore[arg-type]  # noqa: DTZ001  # a wall clock


def local_times(slot: Slot, *, zone: str | None = None, booked_at: datetime = LONG_AGO) -> dict[str, str]:
    planned = plan(slot, person_zone=zone, quiet_hours=HOURS, booked_at=booked_at)
    return {one.kind: f"{one.due_at.astimezone(ZoneInfo(zone or slot.zone)):%a %b %d %H:%M}" for one in planned}


def test_three_reminders_leave_by_the_clock_of_the_place() -> None:
    assert local_times(at(2026, 12, 3, 15, 0)) == {
        "three_days": "Mon Nov 30 15:00",
        "day_before": "Wed Dec 02 11:00",
        "two_hours": "Thu Dec 03 13:00",
    }


@pytest.mark.parametrize(
    ("when", "zone", "three_days"),
    [
        ((2026, 3, 9, 15, 0), "America/Chicago", "Fri Mar 06 15:00"),
        ((2026, 11, 2, 15, 0), "America/Chicago", "Fri Oct 30 15:00"),
        ((2026, 3, 9, 15, 0), "America/Phoenix", "Fri Mar 06 15:00"),
        ((2026, 11, 2, 15, 0), "America/Indiana/Indianapolis", "Fri Oct 30 15:00"),
        ((2026, 11, 2, 15, 0), "America/Indiana/Knox", "Fri Oct 30 15:00"),
    ],
)
def test_change_of_clocks_moves_no_reminder(when: tuple[int, ...], zone: str, three_days: str) -> None:
    assert local_times(at(*when, zone=zone))["three_days"] == three_days


@pytest.mark.parametrize("when", [(2026, 3, 8, 14, 0), (2026, 11, 1, 14, 30)])
def test_last_reminder_is_two_elapsed_hours_before(when: tuple[int, ...]) -> None:
    slot = at(*when)
    last = plan(slot, person_zone=None, quiet_hours=HOURS, booked_at=LONG_AGO)[-1]

    assert slot.starts_at.astimezone(UTC) - last.due_at.astimezone(UTC) == timedelta(hours=2)


def test_reminder_for_an_early_shift_leaves_the_evening_before() -> None:
    assert local_times(at(2026, 12, 3, 8, 0))["two_hours"] == "Wed Dec 02 19:59"


def test_reminder_waits_for_the_morning_when_that_is_early_enough() -> None:
    assert local_times(at(2026, 12, 3, 10, 30))["two_hours"] == "Thu Dec 03 09:00"


def test_reminder_on_a_sunday_morning_waits_for_noon_or_leaves_on_saturday() -> None:
    assert local_times(at(2026, 12, 6, 13, 30))["two_hours"] == "Sun Dec 06 12:00"
    assert local_times(at(2026, 12, 6, 12, 30))["two_hours"] == "Sat Dec 05 19:59"
    assert local_times(at(2026, 12, 7, 15, 0))["day_before"] == "Sun Dec 06 12:00"


def test_quiet_hours_are_those_of_the_person() -> None:
    slot = at(2026, 12, 3, 11, 30, zone="America/New_York")

    assert local_times(slot, zone="America/Los_Angeles")["two_hours"] == "Wed Dec 02 19:59"


@pytest.mark.parametrize(
    ("hours_before", "kinds"),
    [
        (100, ["three_days", "day_before", "two_hours"]),
        (72.5, ["day_before", "two_hours"]),
        (29, ["day_before", "two_hours"]),
        (28, ["two_hours"]),
        (3, ["two_hours"]),
        (2.9, []),
        (0, []),
    ],
)
def test_reminder_too_soon_after_the_booking_is_left_out(hours_before: float, kinds: list[str]) -> None:
    slot = at(2026, 12, 3, 15, 0)
    booked_at = slot.starts_at - timedelta(hours=hours_before)

    assert list(local_times(slot, booked_at=booked_at)) == kinds


@given(
    when=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001  # a wall clock
    place=st.sampled_from(ZONES),
    person=st.sampled_from([None, "Pacific/Honolulu", "America/Los_Angeles", *ZONES]),
    hours=st.floats(0, 200),
)
@settings(max_examples=500, deadline=None, derandomize=True)
def test_reminders_come_in_order_before_the_start_and_by_day(
    when: datetime, place: str, person: str | None, hours: float
) -> None:
    slot = replace(SHIFTS[0], starts_local=when, zone=place)
    booked_at = slot.starts_at.astimezone(UTC) - timedelta(hours=hours)

    planned = plan(slot, person_zone=person, quiet_hours=HOURS, booked_at=booked_at)

    due = [one.due_at.astimezone(UTC) for one in planned]
    assert due == sorted(due)
    assert all(booked_at < one <= slot.starts_at.astimezone(UTC) - timedelta(hours=1) for one in due)
    assert all(next_open(one, zone=person or place, quiet_hours=HOURS) == one for one in due)
