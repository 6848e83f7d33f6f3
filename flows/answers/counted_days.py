"""Read days told from today on: ``tomorrow``, ``in two weeks``, ``next Friday``, ``the 15th``."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from flows.answers.calendar_words import WEEKDAYS
from flows.answers.context import AnswerContext, Within
from flows.answers.day_mentions import (
    FARTHEST_YEARS,
    NEXT_WORDS,
    OLDEST_YEARS,
    PAST_WORDS,
    FoundDay,
    Kind,
    found_day,
    problem_day,
    real_day,
)
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Reason

_UNITS: Final = {"d": 1, "w": 7, "s": 7}


def read_relative(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    text = place[0]
    if re.search(r"yesterday|ayer", text):
        days = -2 if re.search(r"before|ante", text) else -1
    elif re.search(r"after|pasado|overmorrow", text):
        days = 2
    elif re.search(r"tom|tmr|tmw|2mor|2moro|manana", text):
        days = 1
    else:
        days = 0
    return found_day(place, Kind.RELATIVE, context.today + timedelta(days=days))


_COUNTS: Final = {"a": 1, "an": 1, "un": 1, "una": 1, "couple": 2, "par": 2}


def read_offset(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read "in two weeks", "3 days ago", "hace un mes", "a week from friday"."""
    groups = place.groupdict()
    counted = groups["count"]
    count = (
        int(counted) if counted.isdigit() else next(_COUNTS[word] for word in counted.split()[::-1] if word in _COUNTS)
    )
    if re.search(r"ago|hace|atras", place[0]):
        count = -count
    base = context.today
    if groups.get("from") and groups["from"] not in ("now", "today", "hoy", "ahora", "then"):
        if groups["from"] in WEEKDAYS:
            base = _coming(context.today, WEEKDAYS[groups["from"]])
        else:
            base += timedelta(days=1)
    return found_day(place, Kind.RELATIVE, _shift(base, groups["unit"][0], count))


def _shift(day: date, unit: str, count: int) -> date | None:
    """Move a day by so many days, weeks (``s`` in Spanish), months or years; a month keeps the day if it can."""
    if abs(count) > 2000:
        return None
    if unit in _UNITS:
        return day + timedelta(days=count * _UNITS[unit])
    months = day.year * 12 + day.month - 1 + count * (12 if unit in "ya" else 1)
    year, month = months // 12, months % 12 + 1
    if not 1 <= year <= 9999:
        return None
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _coming(today: date, weekday: int) -> date:
    """Return the next such weekday, never today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def read_weekday(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read a weekday with what stands around it.

    "Next Friday" is the Friday of the next week from Monday to Sunday; people differ, so a hub should echo the date.
    """
    groups = place.groupdict()
    weekday = WEEKDAYS[groups["weekday"]]
    said = f"{groups.get('before') or ''} {groups.get('after') or ''}".strip()
    monday = context.today - timedelta(days=context.today.weekday())
    if groups.get("day"):
        return _weekday_with_number(place, context, weekday, int(groups["day"]))
    if re.search(rf"\b(?:{PAST_WORDS})\b", said):
        if re.search(r"week|semana", said):
            return found_day(place, Kind.WEEKDAY, monday + timedelta(days=weekday - 7))
        return found_day(
            place,
            Kind.WEEKDAY,
            _coming(context.today, weekday) - timedelta(days=7 + 7 * (weekday == context.today.weekday())),
        )
    if re.search(r"after next|subsiguiente", said):
        return found_day(
            place,
            Kind.WEEKDAY,
            monday + timedelta(days=weekday + 7 + 7 * (weekday <= context.today.weekday())),
            confidence=GUESS,
        )
    if re.search(rf"\b(?:{NEXT_WORDS})\b|semana que (?:viene|entra)", said):
        day = monday + timedelta(days=weekday + 7)
        other = _coming(context.today, weekday)
        doubt = other != day and not re.search(r"week|semana", said)
        return FoundDay(
            start=place.start(),
            end=place.end(),
            kind=Kind.WEEKDAY,
            days=(day,),
            confidence=GUESS if doubt else CERTAIN,
            others=(other,) if doubt else (),
        )
    if re.search(r"\b(?:this|este|esta)\b", said):
        day = monday + timedelta(days=weekday)
        return found_day(
            place,
            Kind.WEEKDAY,
            day if day >= context.today or "week" in said or "semana" in said else day + timedelta(days=7),
        )
    if context.within is Within.PAST:
        return found_day(place, Kind.WEEKDAY, context.today - timedelta(days=(context.today.weekday() - weekday) % 7))
    day = _coming(context.today, weekday)
    same = weekday == context.today.weekday()
    return FoundDay(
        start=place.start(),
        end=place.end(),
        kind=Kind.WEEKDAY,
        days=(day,),
        confidence=GUESS if same and not re.search(r"coming|viene|entra", said) else CERTAIN,
        others=(context.today,) if same else (),
    )


def _weekday_with_number(place: re.Match[str], context: AnswerContext, weekday: int, number: int) -> FoundDay:
    """Read "Tuesday the 3rd": the next 3rd, which should be a Tuesday; if not, both are possible."""
    day = _next_numbered(context.today, number)
    if day is None:
        return problem_day(place, Kind.DAY_OF_MONTH, Reason.IMPOSSIBLE_DATE)
    if day.weekday() == weekday:
        return found_day(place, Kind.DAY_OF_MONTH, day)
    later = _next_numbered(day + timedelta(days=1), number) or day
    if later.weekday() == weekday:
        return found_day(place, Kind.DAY_OF_MONTH, later, confidence=LIKELY)
    return found_day(place, Kind.DAY_OF_MONTH, day, _coming(context.today, weekday))


def _next_numbered(today: date, number: int) -> date | None:
    """Return the next day that is that number in its month."""
    for ahead in range(4):
        months = today.year * 12 + today.month - 1 + ahead
        day = real_day(months // 12, months % 12 + 1, number)
        if day is not None and day >= today:
            return day
    return None


def read_numbered(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    number, month = int(place["day"]), place.groupdict().get("which") or ""
    if not 1 <= number <= 31:
        return problem_day(place, Kind.DAY_OF_MONTH, Reason.IMPOSSIBLE_DATE)
    if context.within is Within.PAST:
        return problem_day(place, Kind.DAY_OF_MONTH, Reason.YEAR_MISSING)
    if month:
        ahead = 1 if re.search(rf"{NEXT_WORDS}|following|viene|entra|siguiente", month) else 0
        ahead = -1 if re.search(PAST_WORDS, month) else ahead
        months = context.today.year * 12 + context.today.month - 1 + ahead
        return found_day(place, Kind.DAY_OF_MONTH, real_day(months // 12, months % 12 + 1, number))
    return found_day(place, Kind.DAY_OF_MONTH, _next_numbered(context.today, number))


def read_bare_number(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read a reply that is nothing but a number as a day of the month."""
    found = read_numbered(place, context)
    if found is None or found.problem:
        return found
    return FoundDay(start=found.start, end=found.end, kind=found.kind, days=found.days, confidence=GUESS)


def read_weekend(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    saturday = context.today + timedelta(days=5 - context.today.weekday())
    if re.search(NEXT_WORDS, place[0]):
        saturday += timedelta(days=7)
    return found_day(place, Kind.RELATIVE, saturday, saturday + timedelta(days=1))


def read_incomplete(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    written = place.groupdict().get("year")
    if written and not context.today.year - OLDEST_YEARS <= int(written) <= context.today.year + FARTHEST_YEARS:
        return problem_day(place, Kind.RELATIVE, Reason.IMPOSSIBLE_YEAR)
    return problem_day(place, Kind.RELATIVE, Reason.DAY_MISSING)
