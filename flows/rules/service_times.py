"""Decide when a school district lets its students serve, as its policy says: ``mon-fri 15:00-21:00, sat 8:00-18:00``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY: Final = "|".join(_DAYS)
_PART: Final = re.compile(rf"({_DAY})(?:-({_DAY}))? (\d\d?):(\d\d)-(\d\d?):(\d\d)")
_A_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A part of a weekday, by the clock of the place."""

    #: Monday 0.
    day: int
    #: Minutes after midnight.
    begins: int
    ends: int


def read_times(written: str) -> tuple[Window, ...] | None:
    """Read what a district allows; nothing written allows any time, ``None`` is no such list."""
    found: list[Window] = []
    for part in filter(None, (one.strip() for one in re.split("[,;]", written.lower()))):
        read = _PART.fullmatch(" ".join(part.split()))
        if read is None:
            return None
        first = _DAYS.index(read[1])
        last = _DAYS.index(read[2] or read[1])
        begins, ends = int(read[3]) * 60 + int(read[4]), int(read[5]) * 60 + int(read[6])
        if last < first or not 0 <= begins < ends <= _A_DAY or int(read[4]) > 59 or int(read[6]) > 59:
            return None
        found += [Window(day=day, begins=begins, ends=ends) for day in range(first, last + 1)]
    return tuple(found)


def allows(windows: Sequence[Window], starts_local: datetime, minutes: int) -> bool:
    """Tell whether a shift lies within what is allowed, as a whole; without a list any does.

    Args:
        starts_local: by the clock of the place.
    """
    begins = starts_local.hour * 60 + starts_local.minute
    return not windows or any(
        window.day == starts_local.weekday() and window.begins <= begins and begins + minutes <= window.ends
        for window in windows
    )


def as_week(windows: Sequence[Window]) -> list[Any]:
    """Write windows as weekly hours are kept, to say them in words."""
    return [{"day": _DAYS[one.day], "from": _clock(one.begins), "to": _clock(one.ends)} for one in windows]


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"
