"""Tell instants and days as people of a place write them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time, format_timedelta


def moment(at: datetime, *, zone: ZoneInfo, language: str, now: datetime) -> str:
    """Tell when something is: ``9:41 AM`` today, ``Mon, Nov 23, 9:41 AM`` this year, else with the year."""
    here, today = at.astimezone(zone), now.astimezone(zone).date()
    clock = format_time(here, "short", locale=language)
    if here.date() == today:
        return clock
    return f"{day(here.date(), language=language, today=today)}, {clock}"


def day(on: date, *, language: str, today: date) -> str:
    """Tell a day: ``Mon, Nov 23``, with the year unless it is this one."""
    pattern = {"en": "EEE, MMM d", "es": "EEE d MMM"}[language]
    return format_date(on, pattern if on.year == today.year else f"{pattern}, y", locale=language)


def long_day(on: date, *, language: str) -> str:
    """Tell a day in full: ``Monday, November 23``."""
    pattern = {"en": "EEEE, MMMM d", "es": "EEEE d 'de' MMMM"}[language]
    return format_date(on, pattern, locale=language)


def clock(at: datetime, *, zone: ZoneInfo, language: str) -> str:
    """Tell the time of the day."""
    return format_time(at.astimezone(zone), "short", locale=language)


def ago(at: datetime, *, now: datetime, language: str) -> str:
    """Tell how long ago something was, or in how long it will be: ``3 hours ago``."""
    return format_timedelta(at - now, add_direction=True, granularity="minute", locale=language, threshold=1)


def for_machines(at: datetime) -> str:
    """Write an instant for a ``time`` element."""
    return at.isoformat()


def hours(minutes: int, *, language: str) -> str:
    """Tell a number of minutes in hours: ``12.5``."""
    text = f"{minutes / 60:.2f}".rstrip("0").rstrip(".")
    return text.replace(".", ",") if language == "es" else text


def full(at: datetime, *, zone: ZoneInfo, language: str) -> str:
    """Tell an instant beyond doubt, for a tooltip: day, time and zone."""
    return format_datetime(at.astimezone(zone), "full", locale=language)
