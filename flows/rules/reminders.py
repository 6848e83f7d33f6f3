"""Decide when a booking's reminders leave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from flows.facts import QuietHours, Slot
from flows.rules.contact import last_open, next_open

#: Asked at this wall-clock time on the day before, in the place's zone (what a large campaign platform found best).
DAY_BEFORE_AT: Final = time(11, 0)
#: A reminder this close after the booking would only annoy.
_TOO_SOON: Final = timedelta(hours=1)
#: A reminder is of use up to this long before the start.
_LATEST: Final = timedelta(hours=1)

#: Whoever has not answered the last reminder for this long is shown to staff, sooner when little time is left.
_ANSWER_TIME: Final = timedelta(hours=1)
#: Not a reminder: the look whether the last one has been answered.
SILENT: Final = "silent"

#: Every reminder there is, and those that a slot has which names none.
KINDS: Final = ("one_week", "three_days", "day_before", "two_hours")
USUAL: Final = ("three_days", "day_before", "two_hours")


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedReminder:
    """One reminder row to be written."""

    #: One of ``KINDS``; names the words as well.
    kind: str
    due_at: datetime


def plan(
    slot: Slot, *, person_zone: str | None, quiet_hours: QuietHours, booked_at: datetime
) -> tuple[PlannedReminder, ...]:
    """List the reminders for a seat booked at an instant, soonest first: those of the slot's ladder, or the usual ones.

    All but the last follow the wall clock of the place, so a change of clocks in between moves none; the last one is
    two elapsed hours before the start. One that would fall into the person's quiet hours leaves when they end, or,
    when that is too close to the start, before they begin.
    """
    zone = ZoneInfo(slot.zone)
    one_week = (slot.starts_local - timedelta(days=7)).replace(tzinfo=zone)
    three_days = (slot.starts_local - timedelta(days=3)).replace(tzinfo=zone)
    day_before = datetime.combine(slot.starts_local.date() - timedelta(days=1), DAY_BEFORE_AT, tzinfo=zone)
    two_hours = slot.starts_at.astimezone(ZoneInfo("UTC")) - timedelta(hours=2)
    wanted = (
        ("one_week", one_week),
        ("three_days", three_days),
        ("day_before", day_before),
        ("two_hours", two_hours),
    )
    planned = (
        PlannedReminder(
            kind=kind,
            due_at=_in_open_hours(due_at, slot, person_zone or slot.zone, quiet_hours),
        )
        for kind, due_at in wanted
        if kind in (slot.ladder or USUAL)
    )
    return tuple(reminder for reminder in planned if reminder.due_at >= booked_at + _TOO_SOON)


def look_at(starts_at: datetime, sent_at: datetime) -> datetime | None:
    """Say when a human should hear that the last reminder was not answered; ``None`` when it is too late for that.

    Args:
        starts_at: aware; when it begins of which the person was reminded.
        sent_at: aware; when the last reminder left.
    """
    left = starts_at.astimezone(UTC) - sent_at.astimezone(UTC)
    return sent_at + min(_ANSWER_TIME, left / 2) if left > timedelta() else None


def _in_open_hours(due_at: datetime, slot: Slot, zone: str, quiet_hours: QuietHours) -> datetime:
    later = next_open(due_at, zone=zone, quiet_hours=quiet_hours)
    if later <= slot.starts_at - _LATEST:
        return later
    return last_open(due_at, zone=zone, quiet_hours=quiet_hours)
