"""Lay a week out: one row for what is alike in place, name, role and time, with what is on each day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.planned import Listed

_DAYS = 7
_SCHOOL_DAYS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What comes at the same time of several days."""

    #: Stands for all of them: the first.
    like: Listed
    #: What is on each day of the week that is shown.
    cells: Sequence[Sequence[Listed]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """All rows of one place."""

    name: str
    rows: Sequence[Row]


def week_of(day: date) -> date:
    """Return the Sunday with which a day's week begins, as calendars in the United States do."""
    return day - timedelta(days=day.isoweekday() % _DAYS)


def days_shown(sunday: date, listed: Iterable[Listed]) -> list[date]:
    """List the days of a week; Saturday and Sunday only when something is on."""
    busy = {one.starts_local.date() for one in listed}
    days = [sunday + timedelta(days=number) for number in range(_DAYS)]
    return [day for day in days if day in busy or day.isoweekday() <= _SCHOOL_DAYS]


def lay_out(days: Sequence[date], listed: Iterable[Listed]) -> list[Place]:
    """Group what is on by place, and within it by what is alike; online meetings come last."""
    alike: dict[tuple[object, ...], list[Listed]] = {}
    for one in listed:
        title = tuple(sorted(one.title.items()))
        alike.setdefault((one.site_id, one.place, one.starts_local.time(), title, one.role, one.minutes), []).append(
            one
        )
    places: dict[tuple[bool, str, int | None], list[Row]] = {}
    for found in alike.values():
        cells = [[one for one in found if one.starts_local.date() == day] for day in days]
        key = (found[0].site_id is None, found[0].place.casefold(), found[0].site_id)
        places.setdefault(key, []).append(Row(like=found[0], cells=cells))
    return [
        Place(name=rows[0].like.place, rows=sorted(rows, key=lambda row: (row.like.starts_local.time(), row.like.kind)))
        for _, rows in sorted(places.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or 0))
    ]


def state_of(one: Listed, now: datetime) -> str:
    """Say how it stands: ``off``, ``over``, ``full``, ``none`` or ``some``."""
    if one.cancelled:
        return "off"
    if one.starts_at <= now:
        return "over"
    if not one.open:
        return "full"
    return "some" if one.taken else "none"
