"""Read days written in numbers: ``5/14/1956``, ``14-5``, ``1956-05-14``, ``05141956``."""

from __future__ import annotations

import re
from typing import Final

from flows.answers.context import AnswerContext, Within
from flows.answers.day_mentions import DayPattern, FoundDay, Kind, found_day, problem_day, real_day, whole_words
from flows.answers.outcome import CERTAIN, LIKELY, Reason
from flows.answers.written_days import exists_some_year, full_day, next_such_day, with_year


def _read_numeric(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    first, second = int(place["one"]), int(place["two"])
    orders = [(first, second), (second, first)]  # (month, day): as the United States write it
    if context.language == "es":
        orders.reverse()
    year = place.groupdict().get("year")
    if year is not None:
        return with_year(place, context, orders, year)
    for month, day in orders:
        if exists_some_year(month, day):
            found = full_day(place, context, month, day, None)
            other = next(
                (next_such_day(context.today, *o) for o in orders if exists_some_year(*o) and o != (month, day)), None
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


def _read_day_first(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read "el 3 del 5 del 52": so told, the day stands first."""
    return with_year(place, context, [(int(place["two"]), int(place["one"]))], place["year"])


def _read_iso(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    return found_day(place, Kind.FULL, real_day(int(place["year"]), int(place["one"]), int(place["two"])))


def _read_compact(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
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
    return with_year(place, context, orders if context.language != "es" else orders[::-1], year)


_DATE: Final = r"(?P<one>\d{1,2}) ?(?P<mark>[-/.]) ?(?P<two>\d{1,2}) ?(?P=mark) ?(?P<year>\d{4}|'?\d\d)(?![\d/])"
#: A day of a weekday, or after "on": there a dot or hyphen parts month and day.
_LED: Final = r"(?:(?<=\bon )|(?<=\bby )|(?<=\bel )|(?<=\ben ))(?P<one>\d{1,2})[-.](?P<two>\d{1,2})(?![\d/:.-])(?!\.\d)"
NUMERIC_DAYS: Final = (
    DayPattern(
        pattern=re.compile(
            r"(?<![\w/:])(?P<year>(?:1[6-9]|2[01])\d\d) ?[-/. ] ?(?P<one>\d{1,2}) ?[-/. ] ?(?P<two>\d{1,2})(?![\w/])"
        ),
        read=_read_iso,
        digits=True,
    ),
    DayPattern(pattern=whole_words(_DATE), read=_read_numeric, digits=True),
    DayPattern(
        pattern=whole_words(r"(?P<one>\d{1,2}) (?P<two>\d{1,2})[ ,]{1,2}(?P<year>(?:1[6-9]|20)\d\d)"),
        read=_read_numeric,
        digits=True,
    ),
    DayPattern(
        pattern=whole_words(
            r"(?:el )?(?:dia )?(?P<one>\d{1,2}),? (?:del?|of) (?:mes )?(?P<two>\d{1,2}),? (?:del?|of|year)(?: ano)? (?P<year>(?:1[6-9]|20)\d\d|'?\d\d)"
        ),
        read=_read_day_first,
        digits=True,
    ),
    DayPattern(
        pattern=re.compile(r"^(?P<one>\d{1,2}) (?P<two>\d{1,2}) (?P<year>\d\d)$"),
        read=_read_numeric,
        digits=True,
        when_asked=True,
    ),
    DayPattern(pattern=whole_words(r"\d{6,8}"), read=_read_compact, digits=True, when_asked=True),
)
SHORT_NUMERIC_DAYS: Final = (
    DayPattern(
        pattern=whole_words(
            r"(?<![$.])(?!24/7)(?P<one>\d{1,2}) ?/ ?(?P<two>\d{1,2})(?![/\d%]|\.\d| of | (?:cup|hour|mile|inch|h)s?\b| an hour)"
        ),
        read=_read_numeric,
        digits=True,
    ),
    DayPattern(pattern=re.compile(_LED), read=_read_numeric, digits=True),
    DayPattern(pattern=re.compile(r"^(?:on )?(?P<one>\d{1,2}) ?- ?(?P<two>\d{1,2})$"), read=_read_numeric, digits=True),
    DayPattern(
        pattern=re.compile(r"^(?:on )?(?P<one>\d{1,2}) ?[. ] ?(?P<two>\d{1,2})$"),
        read=_read_numeric,
        digits=True,
        when_asked=True,
    ),
)
