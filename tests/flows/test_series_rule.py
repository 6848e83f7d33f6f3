"""What comes again by a rule comes by the wall clock, but not on holidays; rules that cannot be are refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules.series import Series, SeriesError, check, ended_before, occurrences, on_the_clock

ZONES = ("America/New_York", "America/Phoenix", "America/Indiana/Indianapolis", "Pacific/Honolulu", "Europe/London")


def series(rule: str, starts: str = "2026-10-26T15:30", zone: str = "America/Chicago") -> Series:
    return Series(rule=rule, starts_local=datetime.fromisoformat(starts), zone=zone)


def days(one: Series, until: str = "2027-12-31", **options: object) -> list[str]:
    found = occurrences(one, until=date.fromisoformat(until), **options)  # type: ignore[arg-type]
    return [f"{each.starts_local:%Y-%m-%dT%H:%M}" for each in found]


def test_half_past_three_stays_half_past_three_when_clocks_change() -> None:
    autumn = list(occurrences(series("FREQ=WEEKLY;BYDAY=WE"), until=date(2026, 11, 11)))

    assert [f"{one.starts_local:%m-%d %H:%M}" for one in autumn] == ["10-28 15:30", "11-04 15:30", "11-11 15:30"]
    instants = [one.starts_local.replace(tzinfo=ZoneInfo("America/Chicago")).astimezone(UTC).hour for one in autumn]
    assert instants == [20, 21, 21]


def test_a_time_that_is_skipped_is_the_one_the_clock_shows() -> None:
    nights = list(occurrences(series("FREQ=DAILY;COUNT=3", "2027-03-13T02:30"), until=date(2027, 4, 1)))

    assert [f"{one.starts_local:%m-%d %H:%M}" for one in nights] == ["03-13 02:30", "03-14 03:30", "03-15 02:30"]
    assert [one.day for one in nights] == [date(2027, 3, day) for day in (13, 14, 15)]


def test_a_time_that_comes_twice_is_the_first() -> None:
    (night,) = occurrences(series("FREQ=DAILY;COUNT=1", "2026-11-01T01:30"), until=date(2026, 11, 2))

    assert (
        night.starts_local.replace(tzinfo=ZoneInfo("America/Chicago")).astimezone(UTC).hour == 6
    )  # still in summer time


@given(st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2030-01-01")), st.sampled_from(ZONES))
def test_every_start_is_on_the_clock_and_none_moves_that_was(local: datetime, zone: str) -> None:
    there = on_the_clock(local, zone)

    assert on_the_clock(there, zone) == there
    assert there - local in (timedelta(0), timedelta(hours=1))
    assert there.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == there


def test_holidays_are_skipped_and_counted() -> None:
    mondays = series("FREQ=WEEKLY;BYDAY=MO;COUNT=4")

    assert days(mondays, holidays={date(2026, 11, 9)}) == ["2026-10-26T15:30", "2026-11-02T15:30", "2026-11-16T15:30"]


def test_going_on_begins_behind_the_last_day() -> None:
    assert days(series("FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20261104"), after=date(2026, 10, 28)) == [
        "2026-11-02T15:30",
        "2026-11-04T15:30",
    ]


def test_the_last_day_counts_as_a_whole_however_it_is_written() -> None:
    by_day = days(series("FREQ=DAILY;UNTIL=20261028"))

    assert by_day[-1] == "2026-10-28T15:30"
    assert days(series("FREQ=DAILY;UNTIL=20261028T203000Z")) == by_day  # the very instant, in UTC
    assert days(series("RRULE:freq=daily;until=20261028T152900")) == by_day[:-1]


def test_a_month_without_that_day_is_left_out() -> None:
    assert days(series("FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3", "2027-01-01T10:00"), "2028-01-01") == [
        "2027-01-31T10:00",
        "2027-03-31T10:00",
        "2027-05-31T10:00",
    ]
    assert days(series("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2027-01-01T10:00"), "2033-01-01") == [
        "2028-02-29T10:00",
        "2032-02-29T10:00",
    ]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("", "write parts like"),
        ("every monday", "write parts like"),
        ("BYDAY=MO", "FREQ"),
        ("FREQ=HOURLY", "DAILY, WEEKLY"),
        ("FREQ=WEEKLY;BYHOUR=9", "write parts like"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL"),
        ("FREQ=WEEKLY;COUNT=0", "COUNT"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20270101", "keep one"),
        ("FREQ=WEEKLY;FREQ=DAILY", "twice"),
        ("FREQ=WEEKLY;BYDAY=XX", "cannot be read"),
        ("FREQ=WEEKLY;UNTIL=20270230", "not in the calendar"),
        ("FREQ=WEEKLY;UNTIL=soon", "UNTIL"),
        ("FREQ=WEEKLY;UNTIL=20200101", "no day at all"),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "no day at all"),
        ("FREQ=MONTHLY;COUNT=2;BYMONTH=2;BYMONTHDAY=31", "no day at all"),
    ],
)
def test_rule_that_cannot_be_is_refused_with_a_sentence(rule: str, said: str) -> None:
    with pytest.raises(SeriesError, match=said):
        check(series(rule))


@pytest.mark.parametrize(
    "rule", ["FREQ=DAILY", "FREQ=DAILY;COUNT=9", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=DAILY;UNTIL=20261103"]
)
@pytest.mark.parametrize("day", ["2026-10-26", "2026-10-30", "2026-12-30"])
def test_an_ended_series_keeps_the_days_before_and_no_other(rule: str, day: str) -> None:
    whole = series(rule)

    ended = ended_before(whole, date.fromisoformat(day))

    assert days(ended) == [one for one in days(whole) if one < day]


@given(
    st.lists(st.sampled_from(("MO", "TU", "WE", "TH", "FR", "SA", "SU")), min_size=1, unique=True),
    st.sampled_from(("FREQ=WEEKLY;BYDAY={}", "FREQ=WEEKLY;INTERVAL=2;BYDAY={}", "FREQ=WEEKLY;BYDAY={};UNTIL=20270601")),
    st.dates(date(2026, 10, 1), date(2027, 9, 1)),
)
def test_going_on_late_gives_the_same_days_as_counting_from_the_first(days: list[str], rule: str, after: date) -> None:
    one = series(rule.format(",".join(days)))
    all_of_them = occurrences(one, until=date(2027, 9, 30))

    assert list(occurrences(one, until=date(2027, 9, 30), after=after)) == [
        occurrence for occurrence in all_of_them if occurrence.day > after
    ]
