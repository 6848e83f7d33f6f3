"""Say stored values in a person's words: dates, weekly times, places and choices, in English and Spanish."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from itertools import groupby
from typing import Final, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date, get_day_names
from babel.units import format_unit

from flows.facts import Json, Slot

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: Day patterns with plain spaces: Babel's own carry U+202F, which turns one text message into three. Spanish days have
#: two letters, as on calendars: of the three-letter ones "sáb" would do the same.
_DAY_PATTERN: Final = {"en": "EEE MMM d", "es": "EEEEEE d MMM"}
_DAY_NAMES: Final[Mapping[str, Literal["abbreviated", "short"]]] = {"en": "abbreviated", "es": "short"}
#: A date this near is known by its weekday, and its year goes without saying.
_NEAR_DAYS: Final = 180
_NEAR_PATTERN: Final = {"en": "EEEE, MMMM d", "es": "EEEE d 'de' MMMM"}
_DATE_PATTERN: Final = {"en": "MMM d, y", "es": "d 'de' MMMM 'de' y"}
_YES_NO: Final = {"en": {True: "yes", False: "no", None: "not sure"}, "es": {True: "sí", False: "no", None: "no sé"}}

_LINK: Final = re.compile(r"\S*(?:https?://|www\.)\S*", re.IGNORECASE)
_ONLINE: Final = {"en": "online", "es": "por internet"}


@lru_cache(maxsize=512)  # one day is named in every message
def say_date(day: date, language: str) -> str:
    """Say a date with its year: ``May 14, 1956``."""
    return format_date(day, _DATE_PATTERN[language], locale=language)


def say_time(at: time) -> str:
    """Say a time of day as people in the United States do, in either language: ``5 PM``, ``5:30 PM``."""
    hour = at.hour % 12 or 12
    minutes = f":{at.minute:02}" if at.minute else ""
    return f"{hour}{minutes} {'AM' if at.hour < 12 else 'PM'}"


def say_when(starts_at: datetime, *, zone: str | None, language: str) -> str:
    """Say an instant in a person's zone: ``Tue Dec 1, 5 PM``.

    Where that differs from the clock at the place, both are told, so that nobody comes an hour off.

    Args:
        starts_at: aware, in the zone of the place.
        zone: the person's IANA zone; ``None`` tells the time at the place.
    """
    local = starts_at.astimezone(ZoneInfo(zone)) if zone else starts_at
    day = format_date(local.date(), _DAY_PATTERN[language], locale=language)
    there = f" {local:%Z} ({say_time(starts_at.time())} local)" if local.utcoffset() != starts_at.utcoffset() else ""
    return f"{day}, {say_time(local.time())}{there}"


def say_slot(slot: Slot, *, zone: str | None, language: str) -> str:
    """Say when and where a slot is: ``Tue Dec 1, 5 PM, Lincoln School, 12 Oak St``."""
    return f"{say_when(slot.starts_at, zone=zone, language=language)}, {slot.place}"


def say_offer(slot: Slot, *, zone: str | None, language: str) -> str:
    """Say when a slot is and at which place, without its street or link: only who is booked needs those."""
    name = _LINK.sub("", slot.place).partition(",")[0].strip(" :-") or _ONLINE[language]
    return f"{say_when(slot.starts_at, zone=zone, language=language)}, {name}"


def say_set(slots: Sequence[Slot], *, zone: str | None, language: str) -> str:
    """Say on which weekdays a set is, and from when and where: ``Mon, Wed, Fri: Mon Dec 7, 3:30 PM, Lincoln School``."""
    days = sorted(
        {slot.starts_at.astimezone(ZoneInfo(zone)).weekday() if zone else slot.starts_local.weekday() for slot in slots}
    )
    return f"{_say_days(days, language)}: {say_offer(slots[0], zone=zone, language=language)}"


def say_availability(windows: Sequence[Mapping[str, Json]], language: str) -> str:
    """Say weekly windows, days with the same hours together: ``Mon-Wed, Fri 4 PM-8 PM``."""
    by_day = [
        (day, tuple((str(window["from"]), str(window["to"])) for window in group))
        for day, group in groupby(sorted(windows, key=_day_of), key=_day_of)
    ]
    days_of: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for day, hours in by_day:
        days_of.setdefault(hours, []).append(day)
    return "; ".join(
        f"{_say_days(days, language)} {', '.join(_say_hours(h) for h in hours)}" for hours, days in days_of.items()
    )


def _day_of(window: Mapping[str, Json]) -> int:
    return _DAYS.index(str(window["day"]))


def _say_days(days: Sequence[int], language: str) -> str:
    names = get_day_names(_DAY_NAMES[language], locale=language)
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), key=lambda placed: placed[1] - placed[0])]
    return ", ".join(
        f"{names[run[0]]}-{names[run[-1]]}" if len(run) > 2 else ", ".join(names[day] for day in run) for run in runs
    )


def _say_hours(hours: tuple[str, str]) -> str:
    return "-".join(say_time(time.fromisoformat(hour)) for hour in hours)


def say_minutes(minutes: int, language: str) -> str:
    """Say how long something took: ``1 hour, 30 minutes``."""
    hours, rest = divmod(minutes, 60)
    parts = ((hours, "duration-hour"), (rest, "duration-minute"))
    said = [format_unit(number, unit, length="long", locale=language) for number, unit in parts if number]
    return ", ".join(said or [format_unit(0, "duration-minute", length="long", locale=language)])


def say_value(type_name: str, value: Json, *, language: str, labels: Mapping[str, str]) -> str:
    """Say a stored answer back.

    Args:
        type_name: its answer type.
        labels: for choices, label by id in the language.
    """
    match type_name, value:
        case _, None:
            return "-"
        case "choice", str(chosen):
            return labels.get(chosen, chosen)
        case "yes_no", bool(yes):
            return _YES_NO[language][yes]
        case "date", str(day):
            return say_date(date.fromisoformat(day), language)
        case "time", str(at):
            return say_time(time.fromisoformat(at))
        case "availability", list(windows):
            return say_availability([w for w in windows if isinstance(w, dict)], language)
        case "name", dict(name):
            return " ".join(str(part) for part in name.values() if part)
        case _:
            return str(value)


def say_reading(type_name: str, value: Json, *, language: str, today: date) -> str:
    """Say how a reply was read, so that the person can judge it: a date near today with its weekday.

    Args:
        today: where the person is.
    """
    match type_name, value:
        case "date", str(day):
            read = date.fromisoformat(day)
            near = abs((read - today).days) <= _NEAR_DAYS
            return format_date(read, _NEAR_PATTERN[language], locale=language) if near else say_date(read, language)
        case "time", str(at):
            return say_time(time.fromisoformat(at))
        case _:
            return say_value(type_name, value, language=language, labels={})


def join(parts: Iterable[str]) -> str:
    """Put the sentences of one message together."""
    return "\n".join(part for part in parts if part)
