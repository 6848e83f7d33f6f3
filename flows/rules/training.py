"""Decide until which day a course counts that somebody has finished."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from dateutil.relativedelta import relativedelta

from flows.courses import Course


def counts_through(finished_on: date, months: int | None) -> date:
    """Return the last day on which a course counts.

    Args:
        months: how long it counts; one finished on 31 January counts for a month through 28 February.
    """
    if months is None or finished_on.year + months // 12 + 1 > date.max.year:
        return date.max
    return finished_on + relativedelta(months=months)


def trained(finished: Mapping[str, date], courses: Mapping[str, Course]) -> dict[str, date]:
    """Return the last day on which each finished course counts; one that the file does not know counts for ever."""
    return {
        name: counts_through(day, courses[name].months if name in courses else None) for name, day in finished.items()
    }


def missing(needed: Iterable[str], counts: Mapping[str, date], *, on: date) -> str | None:
    """Return the first course that is needed and does not count on a day."""
    return next((name for name in needed if name not in counts or counts[name] < on), None)
