"""Decide which shifts of a series make a set that somebody takes as a whole: the same children, often enough a week."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from flows.facts import Slot, SlotKind

#: A shorter meeting does not count. Source: NPSS, definition of the tutor's role: three times 30 minutes a week or more.
LEAST_MINUTES: Final = 30
_WEEK: Final = timedelta(days=7)


def weekly_sets(slots: Iterable[Slot], *, sessions_a_week: int) -> list[tuple[Slot, ...]]:
    """Return the series among some slots that come often enough, each with all its slots, soonest first.

    Args:
        slots: those that fit a person, in order.
        sessions_a_week: how many there must be within the first week; 0: nobody asks for sets.
    """
    if not sessions_a_week:
        return []
    by_series: dict[int, list[Slot]] = {}
    for slot in slots:
        if slot.series is not None and slot.minutes >= LEAST_MINUTES:
            by_series.setdefault(slot.series, []).append(slot)
    return [tuple(found) for found in by_series.values() if _in_first_week(found) >= sessions_a_week]


def falls_short(slots: Iterable[Slot], *, sets: int, sessions_a_week: int) -> bool:
    """Tell whether shifts fit a person, but nothing among them brings the same children often enough a week.

    Args:
        sets: how many of ``weekly_sets`` there are.
    """
    return bool(sessions_a_week) and not sets and any(slot.kind is SlotKind.SHIFT for slot in slots)


def _in_first_week(slots: list[Slot]) -> int:
    first = min(slot.starts_local for slot in slots)
    return sum(slot.starts_local < first + _WEEK for slot in slots)
