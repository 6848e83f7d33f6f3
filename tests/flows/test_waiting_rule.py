"""A freed seat is kept long enough to answer, never so long that nobody behind is asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.facts import QuietHours
from flows.rules.contact import next_open
from flows.rules.waiting import LATEST_BEFORE_START, LEAST_TIME, offered_until

CHICAGO = "America/Chicago"
#: Monday, ten in the morning in Chicago.
MONDAY = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
FAR = MONDAY + timedelta(days=9)


@pytest.mark.parametrize(
    ("now", "starts_at", "until"),
    [
        ("11-23T16:00", "12-02T16:00", "11-23T20:00"),  # four hours of the day
        ("11-24T00:00", "12-02T16:00", "11-24T17:00"),  # from six in the evening: two hours, and two in the morning
        ("11-24T05:00", "12-02T16:00", "11-24T19:00"),  # at night: from nine on
        ("11-23T16:00", "11-23T23:00", "11-23T17:30"),  # it begins in seven hours: a quarter of what is left
        ("11-23T16:00", "11-23T17:45", "11-23T16:30"),  # half an hour at least
        ("11-23T16:00", "11-23T17:20", None),  # nobody could come any more
        ("11-24T03:00", "11-24T16:00", None),  # at night, for nine in the morning
    ],
)
def test_time_to_answer(now: str, starts_at: str, until: str | None) -> None:
    def instant(text: str) -> datetime:
        return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=UTC)

    found = offered_until(instant(now), starts_at=instant(starts_at), zone=CHICAGO, quiet_hours=QuietHours())

    assert found == (instant(until) if until else None)


@given(
    st.integers(0, 60 * 24 * 14),
    st.integers(-60, 60 * 24 * 30),
    st.sampled_from([CHICAGO, "Pacific/Honolulu", "America/Phoenix", None]),
)
def test_whoever_is_asked_can_answer_by_day_and_still_come(minute: int, ahead: int, zone: str | None) -> None:
    now = MONDAY + timedelta(minutes=minute)
    starts_at = now + timedelta(minutes=ahead)

    until = offered_until(now, starts_at=starts_at, zone=zone, quiet_hours=QuietHours())

    if until is not None:
        asked_at = next_open(now, zone=zone, quiet_hours=QuietHours())
        assert asked_at + LEAST_TIME <= until <= starts_at - LATEST_BEFORE_START
