"""Count by days, weeks, months and hours of a zone within the database: it compares instants, we say where each begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from storage.tables import to_micros

#: A bucket of this length lies within one hour of any zone there is.
QUARTER: Final = 900_000_000


def months(first: date, last: date, zone: str) -> list[tuple[str, int]]:
    """List the months from one day to another, ``2026-11``, each with the instant at which it begins."""
    found, day = [], first.replace(day=1)
    while day <= last:
        found.append((f"{day:%Y-%m}", _begins(day, zone)))
        day = (day + timedelta(days=32)).replace(day=1)
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


def _begins(day: date, zone: str) -> int:
    return to_micros(datetime.combine(day, time(), tzinfo=ZoneInfo(zone)))
