"""What shall be different about slots, and for how many of a series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any

from storage.tables import Site, SlotRow
from storage.touched import Touched


class Reach(StrEnum):
    """How many slots of a series a change is for."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


class TimetableError(ValueError):
    """The change cannot be made; the message says why, and nothing was changed."""

    def __init__(self, message: str, *, why: str) -> None:
        """Say why to an operator, and by a word to a page, which has sentences of its own."""
        super().__init__(message)
        #: ``unknown``, ``called_off``, ``begun``, ``not_again``, ``none_left``, ``one_only``, ``past``.
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What shall be different; ``None`` leaves a thing as it is."""

    #: Wall clock of the new start, day and time; only for one slot.
    starts_local: datetime | None = None
    #: New time of day, on the day that each has.
    at: time | None = None
    minutes: int | None = None
    capacity: int | None = None
    title: Mapping[str, str] | None = None
    site: Site | None = None
    #: An online meeting instead of a site.
    place: str | None = None
    zone: str | None = None
    #: Whether a vetted adult is in sight all the time.
    supervised: bool | None = None
    #: One adult, one child.
    one_to_one: bool | None = None
    #: For whom it is: from now on it is offered to them, and whoever has a place keeps it. Empty: for anybody.
    role: str | None = None
    subject: str | None = None
    grades: str | None = None
    language: str | None = None
    #: Of a training: what it teaches. Empty: nothing.
    course: str | None = None
    #: Courses one must have finished before. Empty: none.
    needs_courses: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What came of a change."""

    slots: Sequence[SlotRow]
    #: Booked people who have to be told.
    booked: Sequence[Touched]
    #: People in line for what was called off.
    in_line: Sequence[Touched] = ()
    #: Those who lost a seat, or their place in line, since it is no longer for anybody under 18.
    too_young: Sequence[Touched] = ()
    #: Those who lost a seat, since nobody pays for so much, or their school district does not let them serve then.
    uncovered: Sequence[Touched] = ()


def template_changes(change: Change) -> dict[str, Any]:
    changed: dict[str, Any] = {
        name: value
        for name in ("minutes", "capacity", "supervised", "one_to_one")
        if (value := getattr(change, name)) is not None
    }
    if change.title is not None:
        changed["title"] = dict(change.title)
    return changed | _whom_changes(change) | _place_changes(change)


def _whom_changes(change: Change) -> dict[str, Any]:
    wanted = {name: getattr(change, name) for name in ("role", "subject", "language", "course")}
    changed: dict[str, Any] = {name: value or None for name, value in wanted.items() if value is not None}
    if change.grades is not None:
        changed["grades"] = change.grades
    if change.needs_courses is not None:
        changed["needs_courses"] = list(change.needs_courses)
    return changed


def _place_changes(change: Change) -> dict[str, object]:
    if change.site is not None:
        return {"site_id": change.site.id, "place": ""}
    return {"site_id": None, "place": change.place} if change.place is not None else {}


def zone_of(change: Change) -> str | None:
    return change.zone or (change.site.zone if change.site else None)
