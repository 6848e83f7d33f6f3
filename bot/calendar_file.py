"""Write somebody's dates as a calendar file (RFC 5545), right across clock changes in whatever program reads it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

from flows.facts import Hub
from storage.calendars import CalendarDate

_PRODUCT: Final = "-//PeoplePower//Volunteer dates//EN"
#: How often a program looks for changes, as far as it listens.
_LOOK_AGAIN: Final = timedelta(hours=1)


def write_calendar(hub: Hub, dates: Iterable[CalendarDate], *, language: str) -> bytes:
    """Write dates as a calendar; the same dates give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", hub.name)
    calendar.add("refresh-interval", _LOOK_AGAIN, parameters={"VALUE": "DURATION"})
    for date in dates:
        calendar.add_component(_event(hub, date, language))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def write_invitation(
    hub: Hub, date: CalendarDate, *, language: str, sequence: int, organiser: str, attendee: str
) -> str:
    """Write one date as a calendar file that is mailed: the program that opens it enters, moves or removes the date.

    Args:
        sequence: higher than that of whatever was mailed about it before.
        organiser: our e-mail address.
        attendee: the person's.
    """
    calendar = Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "CANCEL" if date.called_off else "REQUEST")
    event = _event(hub, date, language)
    event["sequence"] = sequence
    event.add("organizer", _mailbox(organiser, hub.name))
    # They have said yes already: no program asks them once more.
    event.add("attendee", _mailbox(attendee, "", PARTSTAT="ACCEPTED", RSVP="FALSE"))
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical()).decode()


def _mailbox(address: str, name: str, **params: str) -> vCalAddress:
    mailbox = vCalAddress(f"mailto:{address}")
    for key, value in {**({"CN": name} if name else {}), **params}.items():
        mailbox.params[key] = value
    return mailbox


def _event(hub: Hub, date: CalendarDate, language: str) -> Event:
    event = Event()
    event.add("uid", f"{date.ref}@{hub.id}.peoplepower")
    event.add("summary", date.title.get(language) or date.title.get("en") or hub.name)
    if date.place:
        event.add("location", date.place)
    # By the place's wall clock, where a clock that is put forward has no such time, the one it shows then. How long it
    # lasts is told instead of its end: an end in the hour that comes twice would not say which of the two is meant.
    zone = date.starts_at.tzinfo
    assert isinstance(zone, ZoneInfo)
    event.add("dtstart", date.starts_at.astimezone(UTC).astimezone(zone))
    event.add("duration", timedelta(minutes=date.minutes))
    event.add("status", "CANCELLED" if date.called_off else "CONFIRMED")
    # A program takes a change only under a higher number; seconds since it was booked always grow.
    event.add("sequence", max(0, int((date.changed_at - date.booked_at).total_seconds())))
    event.add("dtstamp", date.changed_at)
    event.add("last-modified", date.changed_at)
    event.add("transp", "TRANSPARENT" if date.called_off else "OPAQUE")
    return event
