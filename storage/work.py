"""The kinds of work that the clock does, and when each is next due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Work(StrEnum):
    """What the clock does once its time has come."""

    WAITING = "waiting"
    REMINDERS = "reminders"
    LINES = "lines"
    COVERS = "covers"
    SWAPS = "swaps"
    TIMERS = "timers"
    BROADCASTS = "broadcasts"
    READY = "ready"
    TRAIL = "trail"
    SHIFTS = "shifts"
    UNANSWERED = "unanswered"
    MEMBERS = "members"
    HELD = "held"
    ALLOWANCES = "allowances"
    UNTRUE = "untrue"
    SILENT_GUARDIANS = "silent_guardians"
    SILENT_REFERENCES = "silent_references"
    DATES = "dates"
    LACKING = "lacking"
    CLAIMS = "claims"
    GUESSES = "guesses"


#: After these nothing but sending and sealing is left.
LAST_WORK: Final = frozenset({Work.READY, Work.TRAIL})
EVERY_SECOND: Final = frozenset(
    {Work.WAITING, Work.REMINDERS, Work.LINES, Work.COVERS, Work.SWAPS, Work.TIMERS, Work.BROADCASTS, *LAST_WORK}
)
EVERY_MINUTE: Final = frozenset(Work) - EVERY_SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Upcoming:
    """When each kind of work is next due, as the rows have it at this moment; what is due in any case is long past."""

    at: Mapping[Work, datetime]
    #: The latest publication; 0 before the first one.
    publication: int = 0

    def due(self, now: datetime) -> frozenset[Work]:
        """Return what is due."""
        return frozenset(work for work, at in self.at.items() if at <= now)
