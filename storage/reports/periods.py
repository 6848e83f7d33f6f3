"""Count by days, weeks, months and hours of a zone within the database: it compares instants, we say where each begins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from flows.rules.terms import term_of
from storage.tables import from_micros, to_micros

#: A bucket of this length lies within one hour of any zone there is.
QUARTER: Final = 900_000_000
_HOUR: Final = 3_600_000_000
_DAY: Final = 86_400_000_000


def months(first: date, last: date, zone: str) -> list[tuple[str, int]]:
    """List the months from one day to another, ``2026-11``, each with the instant at which it begins."""
    found, day = [], first.replace(day=1)
    while day <= last:
        found.append((f"{day:%Y-%m}", _begins(day, zone)))
        day = (day + timedelta(days=32)).replace(day=1)
    return found


def terms(first: date, last: date, zone: str) -> list[tuple[str, int]]:
    """List the terms from one day to another, ``2026-3-fall``, each with the instant at which it begins."""
    found: list[tuple[str, int]] = []
    for month, begins in months(first, last, zone):
        name = term_of(date.fromisoformat(f"{month}-01"))
        if not found or found[-1][0] != name:
            found.append((name, begins))
    return found


def by_period(column: str, periods: Sequence[tuple[str, int]]) -> str:
    """Write an expression that names the period of an instant; what lies before the first belongs to it."""
    later = list(reversed(periods[1:]))
    cases = " ".join(f"WHEN {column} >= {begins} THEN '{name}'" for name, begins in later)
    return f"CASE {cases} ELSE '{periods[0][0]}' END" if later else f"'{periods[0][0]}'"


def monday(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks(first: date, last: date) -> Iterator[date]:
    """Yield the Mondays of all weeks from one day to another, so that an empty week is shown as one."""
    day = monday(first)
    while day <= last:
        yield day
        day += timedelta(days=7)


def hours_in(zone: str) -> Callable[[int], int]:
    """Return what tells the hour of the day of an instant: the clock is only asked of days on which it is changed."""
    there = ZoneInfo(zone)

    @cache
    def ahead(day: int) -> int | None:
        before, after = (from_micros(_DAY * each).astimezone(there).utcoffset() for each in (day, day + 1))
        return before // timedelta(microseconds=1) if before == after and before is not None else None

    def hour_of(micros: int) -> int:
        offset = ahead(micros // _DAY)
        if offset is None:
            return from_micros(micros).astimezone(there).hour
        return (micros + offset) // _HOUR % 24

    return hour_of


def _begins(day: date, zone: str) -> int:
    return to_micros(datetime.combine(day, time(), tzinfo=ZoneInfo(zone)))
