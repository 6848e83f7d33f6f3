"""Read the dates of one person for their calendar: what they have booked, and for a while what was called off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from flows.facts import BookingStatus
from storage.tables import BookingRow, Site, SlotRow

#: How long what is over stays in the calendar.
_PAST: Final = timedelta(days=90)
#: How long a date that was given back or called off is told as such, so that every calendar has read it.
_CALLED_OFF: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDate:
    """One date of somebody."""

    #: The booking's reference: the same for ever.
    ref: str
    title: Mapping[str, str]
    place: str
    #: In the place's own zone.
    starts_at: datetime
    minutes: int
    called_off: bool
    booked_at: datetime
    changed_at: datetime


def list_dates(session: Session, hub: str, person_id: int, now: datetime) -> list[CalendarDate]:
    """List what somebody has booked, soonest first; what was called off only for a while."""
    rows = session.exec(
        select(BookingRow, SlotRow, Site)
        .join(SlotRow, col(SlotRow.id) == col(BookingRow.slot_id))
        .outerjoin(Site, col(Site.id) == col(SlotRow.site_id))
        .where(col(BookingRow.hub) == hub, col(BookingRow.person_id) == person_id, col(SlotRow.starts_at) > now - _PAST)
        .order_by(col(SlotRow.starts_at), col(BookingRow.id))
    ).all()
    dates = [date_of(booking, slot, site) for booking, slot, site in rows]
    return [date for date in dates if not date.called_off or date.changed_at > now - _CALLED_OFF]


def date_of(booking: BookingRow, slot: SlotRow, site: Site | None) -> CalendarDate:
    """Make the date of a booking."""
    city = " ".join(part for part in (site.state, site.zip) if part) if site else ""
    parts = (site.name, site.street, site.city, city) if site else (slot.place,)
    return CalendarDate(
        ref=booking.ref,
        title=json.loads(slot.title),
        place=", ".join(part for part in parts if part),
        starts_at=datetime.fromisoformat(slot.starts_local).replace(tzinfo=ZoneInfo(slot.zone)),
        minutes=slot.minutes,
        called_off=slot.cancelled or booking.status == BookingStatus.RELEASED.value,
        booked_at=booking.created_at,
        changed_at=booking.changed_at,
    )
