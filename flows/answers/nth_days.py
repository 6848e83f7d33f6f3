"""Read days counted within a month: ``first Monday of March``, ``el último viernes de octubre``, ``the last day of May``."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import Final

from flows.answers.calendar_words import MONTHS, WEEKDAYS, alternation
from flows.answers.context import AnswerContext, Within
from flows.answers.day_mentions import (
    NEXT_WORDS,
    PAST_WORDS,
    DayPattern,
    FoundDay,
    Kind,
    found_day,
    problem_day,
    whole_words,
)
from flows.answers.feasts import nth_weekday
from flows.answers.outcome import Reason

_COUNT: Final = r"(?:(?P<count>[1-9]|[12]\d|3[01])(?:st|nd|rd|th|ro|er|do|o)?(?P<back> (?:to )?last| ultimo)?|(?P<end>last|final|ultimo))"
_MONTH: Final = rf"(?P<month>{alternation(MONTHS)})\.?(?:,? ?(?:of |in |de |del )?(?P<year>(?:19|20)\d\d)(?!\d))?(?: (?:of |de )?(?P<in_year>next|this|last) year)?"
_THIS: Final = rf"(?:(?P<which>this|the|that|{NEXT_WORDS}|the following|this coming|coming|{PAST_WORDS}|este|el|el proximo|del?) )?(?:month|mes)(?: (?P<after>que viene|que entra|proximo|siguiente|pasado|anterior))?"
_OF: Final = r",? (?:of|in|de|del|en|for) (?:the )?"


#: What a pattern may leave open.
_UNTOLD: Final = dict.fromkeys(("month", "year", "in_year", "which", "after"))


def _read(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    groups = {**_UNTOLD, **place.groupdict()}
    if context.within is Within.PAST and not groups["year"]:
        return problem_day(place, Kind.FULL, Reason.YEAR_MISSING)
    count = -1 if groups["end"] else int(groups["count"] or 0)
    if groups["back"]:
        count = -count
    if groups["month"] is None:
        return found_day(place, Kind.FULL, _counted(*_month_from(context.today, groups), groups["weekday"], count))
    if groups["year"] or groups["in_year"]:
        year = int(groups["year"] or context.today.year + {"next": 1, "last": -1}.get(groups["in_year"] or "", 0))
        return found_day(place, Kind.FULL, _counted(year, MONTHS[groups["month"]], groups["weekday"], count))
    years = range(context.today.year, context.today.year + 9)
    days = [_counted(year, MONTHS[groups["month"]], groups["weekday"], count) for year in years]
    return found_day(place, Kind.FULL, next((day for day in days if day is not None and day >= context.today), None))


def _counted(year: int, month: int, weekday: str | None, count: int) -> date | None:
    """Return a weekday of a month, or, without one, its day from the first or from the last."""
    if weekday in WEEKDAYS:
        return nth_weekday(year, month, WEEKDAYS[weekday], count)
    length = monthrange(year, month)[1]
    day = count if count > 0 else length + 1 + count
    return date(year, month, day) if 1 <= day <= length else None


def _month_from(today: date, groups: dict[str, str | None]) -> tuple[int, int]:
    told = f"{groups['which'] or ''} {groups['after'] or ''}"
    ahead = 1 if re.search(rf"{NEXT_WORDS}|following|coming|viene|entra", told) else 0
    ahead = -1 if re.search(PAST_WORDS, told) else ahead
    months = today.year * 12 + today.month - 1 + ahead
    return months // 12, months % 12 + 1


_WEEKDAY: Final = rf"(?P<weekday>{alternation(WEEKDAYS)}|days?|dia)"
_COUNTED: Final = rf"(?:the |el )?{_COUNT} {_WEEKDAY}"
NTH_DAYS: Final = (
    DayPattern(
        pattern=whole_words(rf"{_COUNTED}{_OF}{_MONTH}"),
        read=_read,
        hints=frozenset((*WEEKDAYS, "day", "days", "dia")),
    ),
    DayPattern(
        pattern=whole_words(rf"{_COUNTED}(?:{_OF}|,? (?=next|this|last|del)){_THIS}"),
        read=_read,
        hints=frozenset({"month", "mes"}),
    ),
)
