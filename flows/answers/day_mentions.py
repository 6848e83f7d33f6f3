"""A mention of a day in a text: what it can mean, or what is wrong with it."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Set
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from flows.answers.context import AnswerContext
from flows.answers.outcome import CERTAIN, Reason

#: Nobody now alive was born earlier.
OLDEST_YEARS: Final = 120
#: No plan that people text about lies farther ahead.
FARTHEST_YEARS: Final = 10
#: More days, weeks or months ahead or back are a slip.
_FARTHEST_STEPS: Final = 2000
PAST_WORDS: Final = "last|past|previous|pasado|pasada|ultimo|ultima|anterior"
NEXT_WORDS: Final = "next|proximo|proxima|siguiente"


#: Not followed by what makes the number before it a time or a head count.
NO_CLOCK: Final = r"(?! ?(?:[:h]\d|am\b|pm\b|a\.m|p\.m|o'?clock|people|persons?|personas))"


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
    #: Whether the day comes every year and the year was not told, so that a weekday beside it may choose the year.
    yearless: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPattern:
    """One way to tell a day: what it looks like, how it is read, and what a text must hold for a look to be worth it."""

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str], AnswerContext], FoundDay | None]
    #: At least one of these words, when there are any.
    hints: Set[str] = frozenset()
    digits: bool = False
    #: Only a question that wanted a day has such an answer.
    when_asked: bool = False


def whole_words(pattern: str) -> re.Pattern[str]:
    """Compile a pattern that neither begins nor ends inside a word or another number."""
    return re.compile(rf"(?<![\w/:])(?<!\d\.)(?:{pattern})(?!\w)")


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


def moved(day: date, unit: str, count: int) -> date | None:
    """Move a day by so many days, weeks, months or years, English or Spanish; a month keeps the day if it can.

    Args:
        unit: the word for it; its first letter tells, ``s`` being the Spanish week.
    """
    if abs(count) > _FARTHEST_STEPS:
        return None
    days = {"d": 1, "w": 7, "s": 7, "f": 14, "q": 15}.get(unit[0])
    if days is not None:
        return day + timedelta(days=count * days)
    months = day.year * 12 + day.month - 1 + count * (12 if unit[0] in "ya" else 1)
    year, month = months // 12, months % 12 + 1
    if not 1 <= year <= 9999:
        return None
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def coming(today: date, weekday: int) -> date:
    """Return the next such weekday, never today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
