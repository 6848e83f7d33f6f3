"""Work out when something happens that comes again by a rule: by the wall clock of its place, but not on school holidays.

The rule is the recurrence rule of calendars (RFC 5545) without its start: ``FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270601``.
It is read by the wall clock alone, so half past three stays half past three across both changes of the clocks. In the
night when clocks go forward, a time that is skipped means the one that the clock shows instead: 2:30 becomes 3:30. In
the night when they go back, a time that comes twice means the first of the two.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from dateutil.rrule import rrule, rrulestr

_FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_KNOWN: Final = frozenset(
    {
        "FREQ",
        "INTERVAL",
        "COUNT",
        "UNTIL",
        "BYDAY",
        "BYMONTHDAY",
        "BYMONTH",
        "BYSETPOS",
        "BYWEEKNO",
        "BYYEARDAY",
        "WKST",
    }
)
_UNTIL: Final = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
#: A rule without a day in this many years has none at all.
_LOOKED_AHEAD: Final = timedelta(days=366 * 9)


class SeriesError(ValueError):
    """The rule or its start cannot be used; the message says what was found and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """When something comes again."""

    rule: str
    #: Wall clock of the first day that may be one; the time of day is that of all.
    starts_local: datetime
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One time that a series happens."""

    #: The day its rule gives it: its name for ever, whatever it is moved to.
    day: date
    #: A wall clock that exists.
    starts_local: datetime


def check(series: Series) -> None:
    """Refuse a series that can never happen.

    Raises:
        SeriesError: with a sentence for the operator.
    """
    parts = _parts(series.rule)
    frequency = parts.get("FREQ")
    if frequency not in _FREQUENCIES:
        raise SeriesError(f"FREQ: found {frequency or 'nothing'!r}; write FREQ= with one of {', '.join(_FREQUENCIES)}.")
    for name in ("INTERVAL", "COUNT"):
        if name in parts and not (parts[name].isdecimal() and int(parts[name]) > 0):
            raise SeriesError(f"{name}: found {parts[name]!r}; write a whole number from 1.")
    try:
        _read(series)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SeriesError(f"The rule {series.rule!r} cannot be read: {error}.") from None
    if next(occurrences(series, until=series.starts_local.date() + _LOOKED_AHEAD), None) is None:
        raise SeriesError(f"The rule {series.rule!r} has no day at all from {series.starts_local:%Y-%m-%d} on.")


def occurrences(
    series: Series, *, until: date, after: date | None = None, holidays: Collection[date] = frozenset()
) -> Iterator[Occurrence]:
    """Yield when a series happens, in order.

    Args:
        until: the last day that may be one.
        after: only days behind this one.
        holidays: days that are skipped; they still count as one of a rule with ``COUNT``.
    """
    rule, last, count = _read(series if after is None else _begun_later(series, after))
    end = datetime.combine(until, time.max)
    bounded = rule.replace(until=min(end, last) if last else end)
    for starts_local in islice(bounded, count):
        day = starts_local.date()
        if (after is None or day > after) and day not in holidays:
            yield Occurrence(day=day, starts_local=on_the_clock(starts_local, series.zone))


def _begun_later(series: Series, after: date) -> Series:
    """Return a series with the same days behind one, which need not be counted from its first: years of them are slow."""
    parts = _parts(series.rule)
    every_week = parts.get("FREQ") == "WEEKLY" and "BYDAY" in parts and set(parts) <= {"FREQ", "BYDAY", "UNTIL"}
    day = after - timedelta(days=7)
    if not every_week or day <= series.starts_local.date():
        return series
    return replace(series, starts_local=datetime.combine(day, series.starts_local.time()))


def on_the_clock(local: datetime, zone: str) -> datetime:
    """Return the wall clock that exists for one that may be skipped when clocks go forward: 2:30 becomes 3:30."""
    assert local.tzinfo is None, "wall clock and zone are kept apart"
    there = local.replace(tzinfo=ZoneInfo(zone), fold=0)
    return there.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def at_another_time(series: Series, at: time) -> Series:
    """Return the same days at another time of day."""
    return replace(series, starts_local=datetime.combine(series.starts_local.date(), at))


def ended_before(series: Series, day: date) -> Series:
    """Return a series that has no day from ``day`` on."""
    parts = _parts(series.rule)
    _, last, _ = _read(series)
    end = datetime.combine(day, time.min) - timedelta(seconds=1)
    if last is not None and last <= end:
        return series
    if "COUNT" in parts:  # of the two only one may stand: what is counted up to that day is what it comes to
        days = sum(1 for _ in occurrences(series, until=end.date()))
        return replace(series, rule=_written(parts | {"COUNT": str(days)})) if days else _never(series, parts, end)
    return replace(series, rule=_written(parts | {"UNTIL": f"{end:%Y%m%dT%H%M%S}"}))


def _never(series: Series, parts: dict[str, str], end: datetime) -> Series:
    kept = {name: value for name, value in parts.items() if name != "COUNT"}
    return replace(series, rule=_written(kept | {"UNTIL": f"{end:%Y%m%dT%H%M%S}"}))


def _parts(rule: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in rule.strip().removeprefix("RRULE:").strip(";").split(";"):
        name, separator, value = part.strip().upper().partition("=")
        if not separator or not value or name not in _KNOWN:
            raise SeriesError(
                f"The rule has {part.strip()!r}; write parts like FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20270601. The time of day "
                "is that of the start."
            )
        if name in parts:
            raise SeriesError(f"The rule has {name} twice; keep one.")
        parts[name] = value
    if "COUNT" in parts and "UNTIL" in parts:
        raise SeriesError("The rule has both COUNT and UNTIL; keep one.")
    return parts


def _written(parts: dict[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _read(series: Series) -> tuple[rrule, datetime | None, int | None]:
    """Return the endless rule, the last instant that may be one by the wall clock, and how many there are."""
    parts = _parts(series.rule)
    until, count = parts.pop("UNTIL", None), parts.pop("COUNT", None)
    endless = rrulestr(_written(parts), dtstart=series.starts_local)
    assert isinstance(endless, rrule), "one rule is no set"
    return endless, _until(until, series.zone) if until else None, int(count) if count else None


def _until(text: str, zone: str) -> datetime:
    """Read the end of a rule: a day counts as a whole, an instant in UTC is told by the place's clock."""
    found = _UNTIL.fullmatch(text)
    if found is None:
        raise SeriesError(f"UNTIL: found {text!r}; write a day like UNTIL=20270601.")
    try:
        day = datetime.strptime(found[1], "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
        at = datetime.strptime(found[2], "%H%M%S").time() if found[2] else time.max  # noqa: DTZ007 - a wall clock
    except ValueError:
        raise SeriesError(f"UNTIL: {text} is not in the calendar.") from None
    whole = datetime.combine(day, at)
    if found[3]:
        return whole.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return whole
