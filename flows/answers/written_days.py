"""Read days written with their month: ``May 14, 1956``, ``14/5/56``, ``05141956``."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from flows.answers.calendar_words import MONTHS
from flows.answers.context import AnswerContext, Within
from flows.answers.day_mentions import FARTHEST_YEARS, OLDEST_YEARS, FoundDay, Kind, found_day, problem_day, real_day
from flows.answers.outcome import CERTAIN, LIKELY, Reason

#: A two-digit year that makes a person younger than this may mean the century before.
_CHILD_YEARS: Final = 10


def read_named_month(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    return _full(place, context, MONTHS[place["month"]], int(place["day"]), place["year"])


def _full(place: re.Match[str], context: AnswerContext, month: int, day: int, year: str | None) -> FoundDay:
    if year is not None:
        return _with_year(place, context, [(month, day)], year)
    if not _exists_some_year(month, day):
        return problem_day(place, Kind.FULL, Reason.IMPOSSIBLE_DATE)
    if context.within is Within.PAST:
        return problem_day(place, Kind.FULL, Reason.YEAR_MISSING)
    return found_day(place, Kind.FULL, _next_such_day(context.today, month, day))


def _exists_some_year(month: int, day: int) -> bool:
    return real_day(2024, month, day) is not None  # a leap year


def _next_such_day(today: date, month: int, day: int) -> date:
    """Return the next day of that name, today included; 29 February waits for a leap year."""
    years = (today.year + ahead for ahead in range(9))
    candidates = (real_day(year, month, day) for year in years)
    return next(candidate for candidate in candidates if candidate is not None and candidate >= today)


def _with_year(place: re.Match[str], context: AnswerContext, orders: list[tuple[int, int]], year: str) -> FoundDay:
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


def read_numeric(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    first, second = int(place["one"]), int(place["two"])
    orders = [(first, second), (second, first)]  # (month, day): as the United States write it
    if context.language == "es":
        orders.reverse()
    year = place.groupdict().get("year")
    if year is not None:
        return _with_year(place, context, orders, year)
    for month, day in orders:
        if _exists_some_year(month, day):
            found = _full(place, context, month, day, None)
            other = next(
                (_next_such_day(context.today, *o) for o in orders if _exists_some_year(*o) and o != (month, day)), None
            )
            doubt = other is not None and context.language != "en"
            return FoundDay(
                start=found.start,
                end=found.end,
                kind=Kind.FULL,
                days=found.days,
                problem=found.problem,
                confidence=LIKELY if doubt else CERTAIN,
                others=(other,) if other else (),
            )
    return problem_day(place, Kind.FULL, Reason.IMPOSSIBLE_DATE)


def read_iso(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    return found_day(place, Kind.FULL, real_day(int(place["year"]), int(place["one"]), int(place["two"])))


def read_compact(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read digits run together: 05141956, 5141956, 051456, 19560514."""
    digits = place[0]
    if len(digits) == 8 and digits[:2] in ("19", "20"):
        whole = real_day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if whole is not None:
            return found_day(place, Kind.FULL, whole, confidence=LIKELY)
    if context.within is not Within.PAST and len(digits) != 8:
        return None
    padded = digits.zfill(8) if len(digits) > 6 else digits
    first, second, year = int(padded[:2]), int(padded[2:4]), padded[4:]
    orders = [(first, second), (second, first)]
    return _with_year(place, context, orders if context.language != "es" else orders[::-1], year)
