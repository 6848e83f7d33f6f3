"""A mention of a day in a text: what it can mean, or what is wrong with it."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from flows.answers.outcome import CERTAIN, Reason

#: Nobody now alive was born earlier.
OLDEST_YEARS: Final = 120
#: No plan that people text about lies farther ahead.
FARTHEST_YEARS: Final = 10
PAST_WORDS: Final = "last|past|previous|pasado|pasada|ultimo|ultima"
NEXT_WORDS: Final = "next|proximo|proxima"


class Kind(StrEnum):
    """How a day was told; a fuller way explains a lesser one beside it."""

    FULL = "full"  #: day, month and perhaps year
    RELATIVE = "relative"  #: tomorrow, in two weeks
    DAY_OF_MONTH = "day_of_month"  #: the 15th
    WEEKDAY = "weekday"  #: Friday


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDay:
    """One mention of a day: which day it can be, or what is wrong with it."""

    start: int
    end: int
    kind: Kind
    days: tuple[date, ...] = ()
    problem: Reason | None = None
    confidence: float = CERTAIN
    #: Other readings of the same words.
    others: tuple[date, ...] = ()


def found_day(place: re.Match[str], kind: Kind, *days: date | None, confidence: float = CERTAIN) -> FoundDay:
    real = tuple(day for day in days if day is not None)
    problem = None if real else Reason.IMPOSSIBLE_DATE
    return FoundDay(start=place.start(), end=place.end(), kind=kind, days=real, problem=problem, confidence=confidence)


def problem_day(place: re.Match[str], kind: Kind, reason: Reason) -> FoundDay:
    return FoundDay(start=place.start(), end=place.end(), kind=kind, problem=reason)


def real_day(year: int, month: int, day: int) -> date | None:
    if 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
        return date(year, month, day)
    return None
