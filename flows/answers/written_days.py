"""Read days written with the name of their month: ``May 14, 1956``, ``14 de mayo``, ``23-Sep-2020``."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Final

from flows.answers.calendar_words import MONTHS, alternation
from flows.answers.context import AnswerContext, Within
from flows.answers.day_mentions import (
    FARTHEST_YEARS,
    NO_CLOCK,
    OLDEST_YEARS,
    DayPattern,
    FoundDay,
    Kind,
    found_day,
    problem_day,
    real_day,
    whole_words,
)
from flows.answers.outcome import CERTAIN, LIKELY, Reason

#: A two-digit year that makes a person younger than this may mean the century before.
_CHILD_YEARS: Final = 10


def _read(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    return full_day(place, context, MONTHS[place["month"]], int(place["day"]), place["year"])


def _read_day_first(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read "5 June", unless the 5 belongs to a month before it, "May 5, June 6", or is an age: "18 in May"."""
    return None if _ENDS_IN_MONTH.search(place.string, 0, place.start()) else _read(place, context)


def _read_range(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read "April 2-4", "del 13 al 15 de abril": its first and its last day, of which the person chooses."""
    month, (first, last) = MONTHS[place["month"]], (int(place["day"]), int(place["last"]))
    if not first < last or context.within is Within.PAST or not exists_some_year(month, last):
        return None
    days = (next_such_day(context.today, month, day) for day in (first, last))
    return found_day(place, Kind.FULL, *days)


def full_day(place: re.Match[str], context: AnswerContext, month: int, day: int, year: str | None) -> FoundDay:
    if year is not None:
        return with_year(place, context, [(month, day)], year)
    if not exists_some_year(month, day):
        return problem_day(place, Kind.FULL, Reason.IMPOSSIBLE_DATE)
    if context.within is Within.PAST:
        return problem_day(place, Kind.FULL, Reason.YEAR_MISSING)
    return replace(found_day(place, Kind.FULL, next_such_day(context.today, month, day)), yearless=True)


def exists_some_year(month: int, day: int) -> bool:
    return real_day(2024, month, day) is not None  # a leap year


def next_such_day(today: date, month: int, day: int) -> date:
    """Return the next day of that name, today included; 29 February waits for a leap year."""
    years = (today.year + ahead for ahead in range(9))
    candidates = (real_day(year, month, day) for year in years)
    return next(candidate for candidate in candidates if candidate is not None and candidate >= today)


def with_year(place: re.Match[str], context: AnswerContext, orders: list[tuple[int, int]], year: str) -> FoundDay:
    """Read a day whose year was said; ``orders`` are (month, day) as the language writes them first."""
    written = re.sub(r"\D", "", year)
    for number, (month, day) in enumerate(orders):
        years = [int(written)] if len(written) == 4 else _centuries(int(written), month, day, context)
        days = [found for found in (real_day(full, month, day) for full in years) if found is not None]
        if not days:
            continue
        swapped = [real_day(days[0].year, *order) for order in orders[number + 1 :]]
        others = tuple(other for other in swapped if other is not None and other != days[0])
        return FoundDay(
            start=place.start(),
            end=place.end(),
            kind=Kind.FULL,
            days=tuple(days) + (others if not _has_order(context) else ()),
            confidence=LIKELY if others and context.language != "en" else CERTAIN,
            others=others,
        )
    return problem_day(place, Kind.FULL, Reason.IMPOSSIBLE_DATE)


def _has_order(context: AnswerContext) -> bool:
    return context.language in ("en", "es")


def _centuries(year: int, month: int, day: int, context: AnswerContext) -> list[int]:
    """Return the full years that a two-digit one can mean: for a birth the last one, or both for a small child."""
    century = context.today.year // 100 * 100
    if context.within is Within.FUTURE:
        return [century + year]
    if context.within is None:
        return [century + year - (100 if century + year > context.today.year + FARTHEST_YEARS else 0)]
    latest = century + year
    if (latest, month, day) > (context.today.year, context.today.month, context.today.day):
        return [latest - 100]
    young = context.today.year - latest < _CHILD_YEARS
    return [latest - 100, latest] if young and latest - 100 >= context.today.year - OLDEST_YEARS else [latest]


_MONTH: Final = rf"(?P<month>{alternation(MONTHS)})"
_DAY: Final = r"(?P<day>\d{1,2})(?P<nth> ?(?:st|nd|rd|th)(?![a-z])|(?:ro|er|\.?o|a)(?![a-z]))?"
_YEAR: Final = r"(?P<year>'\d\d|(?:1[6-9]|20|21)\d\d|(?:19|20) \d\d|\d\d(?= ?(?:$|[.,;!?)])))(?!\d|/)" + NO_CLOCK
_JOIN_YEAR: Final = r"(?:(?=\d{4})|[ ,./-]{1,3}|,? ?(?:of|in|de?|del|del ano|de el) ?)"
_ENDS_IN_MONTH: Final = re.compile(rf"(?<!\w)(?:{alternation(MONTHS)})\.? (?:the )?$")
_NAMES: Final = frozenset(MONTHS)
#: Before a number that is money: "$12 December 27".
_NO_MONEY: Final = r"(?<!\$)(?<!\$ )"
_NTH: Final = r"(?:st|nd|rd|th)?"
_TO: Final = r" ?(?:-|to|through|thru|until|till|and|or|al?|y|o|hasta)(?: the| el)? ?"
WRITTEN_DAYS: Final = (
    DayPattern(
        pattern=whole_words(
            rf"{_MONTH}\.? (?:the )?(?P<day>\d{{1,2}}){_NTH}{_TO}(?P<last>\d{{1,2}}){_NTH}(?![/:\d-]|, ?\d{{4}}){NO_CLOCK}"
        ),
        read=_read_range,
        hints=_NAMES,
        digits=True,
    ),
    DayPattern(
        pattern=whole_words(rf"(?P<day>\d{{1,2}}){_NTH}{_TO}(?P<last>\d{{1,2}}){_NTH} (?:of |de )?{_MONTH}(?!,? \d)"),
        read=_read_range,
        hints=_NAMES,
        digits=True,
    ),
    DayPattern(
        pattern=whole_words(rf"(?P<year>(?:1[6-9]|2[01])\d\d)[-/. ](?P<day>\d{{1,2}})[-/. ]{_MONTH}"),
        read=_read,
        hints=_NAMES,
        digits=True,
    ),
    DayPattern(
        pattern=whole_words(rf"(?P<day>\d{{1,2}})[-/. ](?P<year>(?:1[6-9]|2[01])\d\d)[-/. ]{_MONTH}"),
        read=_read,
        hints=_NAMES,
        digits=True,
    ),
    DayPattern(
        pattern=re.compile(
            rf"(?<![\w/])(?<!\d:)(?<!\d\.){_NO_MONEY}{_DAY}(?: |-|\.|/)?(?:day )?(?:of |de? |del |del mes de |(?<=[a-z] )in )?"
            rf"[ ./-]?{_MONTH}\.?(?:{_JOIN_YEAR}{_YEAR})?(?!\w)(?! \d{{1,2}}(?!\w|:))"
        ),
        read=_read_day_first,
        hints=_NAMES,
        digits=True,
    ),
    DayPattern(
        pattern=whole_words(rf"{_MONTH}\.?[ -]?(?:the |el |dia )?{_DAY}{NO_CLOCK}(?:{_JOIN_YEAR}{_YEAR})?"),
        read=_read,
        hints=_NAMES,
        digits=True,
    ),
)
