"""Decide how long a freed seat is kept for whoever waits longest for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from flows.facts import QuietHours
from flows.rules.contact import next_open

#: Daytime that somebody has to answer.
ANSWER_TIME: Final = timedelta(hours=4)
#: Less would be no offer.
LEAST_TIME: Final = timedelta(minutes=30)
#: Whoever takes a seat must still be able to get there.
LATEST_BEFORE_START: Final = timedelta(hours=1)
#: Of the time that is left before the start, one person may keep the others waiting for this part of it.
_SHARE: Final = 4
#: Daytime is counted in steps of this.
_STEP: Final = timedelta(minutes=15)


def offered_until(now: datetime, *, starts_at: datetime, zone: str | None, quiet_hours: QuietHours) -> datetime | None:
    """Say until when a seat is kept for a person who is asked at ``now``; ``None`` when it is too late to ask.

    The time to answer counts only in hours in which they may be written to, and shrinks as the start comes near, so
    that those behind them may be asked as well.

    Args:
        starts_at: aware; when it begins for which a seat is free.
        zone: the person's IANA zone; ``None`` when unknown.
    """
    latest = starts_at - LATEST_BEFORE_START
    asked_at = next_open(now, zone=zone, quiet_hours=quiet_hours)
    if asked_at + LEAST_TIME > latest:
        return None
    answer_time = max(LEAST_TIME, min(ANSWER_TIME, (latest - asked_at) / _SHARE))
    return min(_daytime_later(asked_at, answer_time, zone, quiet_hours), latest)


def _daytime_later(since: datetime, by: timedelta, zone: str | None, quiet_hours: QuietHours) -> datetime:
    """Return the instant at which that much daytime has passed, a step more or less."""
    at, left = since, by
    while True:
        step = min(left, _STEP)
        at, left = at + step, left - step
        if not left:
            return at
        at = next_open(at, zone=zone, quiet_hours=quiet_hours)
