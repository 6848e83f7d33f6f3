"""Name the school term of a day, as reports count by it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class Season(StrEnum):
    """A part of the school year."""

    SPRING = "spring"
    SUMMER = "summer"
    FALL = "fall"


def term_of(day: date) -> str:
    """Return year and season, in an order that sorts: ``2026-3-fall`` runs from August on, ``2027-1-spring`` to May."""
    if day.month >= 8:
        return f"{day.year}-3-{Season.FALL.value}"
    if day.month >= 6:
        return f"{day.year}-2-{Season.SUMMER.value}"
    return f"{day.year}-1-{Season.SPRING.value}"
