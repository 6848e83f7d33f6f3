"""Find the days that a text speaks of: written, numeric, by weekday, or counted from today."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from flows.answers.calendar_words import MONTHS, WEEKDAYS, alternation
from flows.answers.context import AnswerContext, Within
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Reason


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


_MONTH: Final = rf"(?P<month>{alternation(MONTHS)})"
_WEEKDAY: Final = rf"(?P<weekday>{alternation(WEEKDAYS)})"
_DAY: Final = r"(?P<day>\d{1,2})(?: ?(?:st|nd|rd|th)(?![a-z])|(?:ro|er|o|a)(?![a-z]))?"
_CLOCK: Final = r"(?! ?(?:[:h]\d|am\b|pm\b|a\.m|p\.m|o'?clock|people|persons?|personas))"
_YEAR: Final = r"(?P<year>'\d\d|(?:1[6-9]|20|21)\d\d|(?:19|20) \d\d|\d\d(?= ?(?:$|[.,;!?)])))(?!\d|/)" + _CLOCK
_JOIN_YEAR: Final = r"(?:[ ,./-]{1,3}|,? ?(?:of|in|de|del|del ano|de el) ?)"
_PAST_WORDS: Final = "last|past|previous|pasado|pasada|ultimo|ultima"
_NEXT_WORDS: Final = "next|proximo|proxima"
_UNITS: Final = {"d": 1, "w": 7, "s": 7}
#: Nobody now alive was born earlier.
_OLDEST_YEARS: Final = 120
_CHILD_YEARS: Final = 10
_FARTHEST_YEARS: Final = 10


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/])(?:{pattern})(?![\w])")


def find_days(text: str, context: AnswerContext) -> tuple[FoundDay, ...]:
    """Return the mentions of days in a text made ready by ``with_calendar_words``, in their order."""
    found: list[FoundDay] = []
    for pattern, read in _PATTERNS:
        for place in pattern.finditer(text):
            if any(place.start() < other.end and other.start < place.end() for other in found):
                continue
            mention = read(place, context)
            if mention is not None:
                found.append(mention)
    return tuple(sorted(found, key=lambda mention: mention.start))


def _found(place: re.Match[str], kind: Kind, *days: date | None, confidence: float = CERTAIN) -> FoundDay:
    real = tuple(day for day in days if day is not None)
    problem = None if real else Reason.IMPOSSIBLE_DATE
    return FoundDay(start=place.start(), end=place.end(), kind=kind, days=real, problem=problem, confidence=confidence)


def _problem(place: re.Match[str], kind: Kind, reason: Reason) -> FoundDay:
    return FoundDay(start=place.start(), end=place.end(), kind=kind, problem=reason)


def _day(year: int, month: int, day: int) -> date | None:
    if 1 <= year <= 9999 and 1 <= month <= 12 and 1 <= day <= monthrange(year, month)[1]:
        return date(year, month, day)
    return None


# --- a day with its month


def _named_month(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    return _full(place, context, MONTHS[place["month"]], int(place["day"]), place["year"])


def _full(place: re.Match[str], context: AnswerContext, month: int, day: int, year: str | None) -> FoundDay:
    if year is not None:
        return _with_year(place, context, [(month, day)], year)
    if not _exists_some_year(month, day):
        return _problem(place, Kind.FULL, Reason.IMPOSSIBLE_DATE)
    if context.within is Within.PAST:
        return _problem(place, Kind.FULL, Reason.YEAR_MISSING)
    return _found(place, Kind.FULL, _next_such_day(context.today, month, day))


def _exists_some_year(month: int, day: int) -> bool:
    return _day(2024, month, day) is not None  # a leap year


def _next_such_day(today: date, month: int, day: int) -> date:
    """Return the next day of that name, today included; 29 February waits for a leap year."""
    years = (today.year + ahead for ahead in range(9))
    candidates = (_day(year, month, day) for year in years)
    return next(candidate for candidate in candidates if candidate is not None and candidate >= today)


def _with_year(place: re.Match[str], context: AnswerContext, orders: list[tuple[int, int]], year: str) -> FoundDay:
    """Read a day whose year was said; ``orders`` are (month, day) as the language writes them first."""
    written = re.sub(r"\D", "", year)
    for number, (month, day) in enumerate(orders):
        years = [int(written)] if len(written) == 4 else _centuries(int(written), month, day, context)
        days = [found for found in (_day(full, month, day) for full in years) if found is not None]
        if not days:
            continue
        swapped = [_day(days[0].year, *order) for order in orders[number + 1 :]]
        others = tuple(other for other in swapped if other is not None and other != days[0])
        return FoundDay(
            start=place.start(),
            end=place.end(),
            kind=Kind.FULL,
            days=tuple(days) + (others if not _has_order(context) else ()),
            confidence=LIKELY if others and context.language != "en" else CERTAIN,
            others=others,
        )
    return _problem(place, Kind.FULL, Reason.IMPOSSIBLE_DATE)


def _has_order(context: AnswerContext) -> bool:
    return context.language in ("en", "es")


def _centuries(year: int, month: int, day: int, context: AnswerContext) -> list[int]:
    """Return the full years that a two-digit one can mean: for a birth the last one, or both for a small child."""
    century = context.today.year // 100 * 100
    if context.within is not Within.PAST:
        return [century + year]
    latest = century + year
    if (latest, month, day) > (context.today.year, context.today.month, context.today.day):
        return [latest - 100]
    young = context.today.year - latest < _CHILD_YEARS
    return [latest - 100, latest] if young and latest - 100 >= context.today.year - _OLDEST_YEARS else [latest]


def _numeric(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
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
    return _problem(place, Kind.FULL, Reason.IMPOSSIBLE_DATE)


def _iso(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    return _found(place, Kind.FULL, _day(int(place["year"]), int(place["one"]), int(place["two"])))


def _compact(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read digits run together: 05141956, 5141956, 051456, 19560514."""
    digits = place[0]
    if len(digits) == 8 and digits[:2] in ("19", "20"):
        whole = _day(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
        if whole is not None:
            return _found(place, Kind.FULL, whole, confidence=LIKELY)
    if context.within is not Within.PAST and len(digits) != 8:
        return None
    padded = digits.zfill(8) if len(digits) > 6 else digits
    first, second, year = int(padded[:2]), int(padded[2:4]), padded[4:]
    orders = [(first, second), (second, first)]
    return _with_year(place, context, orders if context.language != "es" else orders[::-1], year)


# --- counted from today


def _counted(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    text = place[0]
    if re.search(r"yesterday|ayer", text):
        days = -2 if re.search(r"before|ante", text) else -1
    elif re.search(r"after|pasado|overmorrow", text):
        days = 2
    elif re.search(r"tom|tmr|tmw|2mor|2moro|manana", text):
        days = 1
    else:
        days = 0
    return _found(place, Kind.RELATIVE, context.today + timedelta(days=days))


_COUNTS: Final = {"a": 1, "an": 1, "un": 1, "una": 1, "couple": 2, "par": 2}


def _offset(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
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
    return _found(place, Kind.RELATIVE, _shift(base, groups["unit"][0], count))


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


# --- by weekday


def _coming(today: date, weekday: int) -> date:
    """Return the next such weekday, never today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _weekday(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read a weekday with what stands around it.

    "Next Friday" is the Friday of the next week from Monday to Sunday; people differ, so a hub should echo the date.
    """
    groups = place.groupdict()
    weekday = WEEKDAYS[groups["weekday"]]
    said = f"{groups.get('before') or ''} {groups.get('after') or ''}".strip()
    monday = context.today - timedelta(days=context.today.weekday())
    if groups.get("day"):
        return _weekday_with_number(place, context, weekday, int(groups["day"]))
    if re.search(rf"\b(?:{_PAST_WORDS})\b", said):
        if re.search(r"week|semana", said):
            return _found(place, Kind.WEEKDAY, monday + timedelta(days=weekday - 7))
        return _found(
            place,
            Kind.WEEKDAY,
            _coming(context.today, weekday) - timedelta(days=7 + 7 * (weekday == context.today.weekday())),
        )
    if re.search(r"after next|subsiguiente", said):
        return _found(
            place,
            Kind.WEEKDAY,
            monday + timedelta(days=weekday + 7 + 7 * (weekday <= context.today.weekday())),
            confidence=GUESS,
        )
    if re.search(rf"\b(?:{_NEXT_WORDS})\b|semana que (?:viene|entra)", said):
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
        return _found(
            place,
            Kind.WEEKDAY,
            day if day >= context.today or "week" in said or "semana" in said else day + timedelta(days=7),
        )
    if context.within is Within.PAST:
        return _found(place, Kind.WEEKDAY, context.today - timedelta(days=(context.today.weekday() - weekday) % 7))
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
        return _problem(place, Kind.DAY_OF_MONTH, Reason.IMPOSSIBLE_DATE)
    if day.weekday() == weekday:
        return _found(place, Kind.DAY_OF_MONTH, day)
    later = day
    for _ in range(3):
        later = _next_numbered(later + timedelta(days=1), number) or later
        if later.weekday() == weekday:
            return _found(place, Kind.DAY_OF_MONTH, later, confidence=LIKELY)
    return _found(place, Kind.DAY_OF_MONTH, day, _coming(context.today, weekday))


def _next_numbered(today: date, number: int) -> date | None:
    """Return the next day that is that number in its month."""
    for ahead in range(4):
        months = today.year * 12 + today.month - 1 + ahead
        day = _day(months // 12, months % 12 + 1, number)
        if day is not None and day >= today:
            return day
    return None


# --- by the number in the month


def _numbered_day(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    number, month = int(place["day"]), place.groupdict().get("which") or ""
    if not 1 <= number <= 31:
        return _problem(place, Kind.DAY_OF_MONTH, Reason.IMPOSSIBLE_DATE)
    if context.within is Within.PAST:
        return _problem(place, Kind.DAY_OF_MONTH, Reason.YEAR_MISSING)
    if month:
        ahead = 1 if re.search(rf"{_NEXT_WORDS}|following|viene|entra|siguiente", month) else 0
        ahead = -1 if re.search(_PAST_WORDS, month) else ahead
        months = context.today.year * 12 + context.today.month - 1 + ahead
        return _found(place, Kind.DAY_OF_MONTH, _day(months // 12, months % 12 + 1, number))
    return _found(place, Kind.DAY_OF_MONTH, _next_numbered(context.today, number))


def _bare_day(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read a reply that is nothing but a number as a day of the month."""
    found = _numbered_day(place, context)
    if found is None or found.problem:
        return found
    return FoundDay(start=found.start, end=found.end, kind=found.kind, days=found.days, confidence=GUESS)


# --- too little to be a day


def _weekend(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    saturday = context.today + timedelta(days=5 - context.today.weekday())
    if re.search(_NEXT_WORDS, place[0]):
        saturday += timedelta(days=7)
    return _found(place, Kind.RELATIVE, saturday, saturday + timedelta(days=1))


def _incomplete(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    written = place.groupdict().get("year")
    if written and not context.today.year - _OLDEST_YEARS <= int(written) <= context.today.year + _FARTHEST_YEARS:
        return _problem(place, Kind.RELATIVE, Reason.IMPOSSIBLE_YEAR)
    return _problem(place, Kind.RELATIVE, Reason.DAY_MISSING)


_AMOUNT: Final = r"(?P<count>\d{1,4}|(?:a |un )?(?:couple|par)(?: of| de)?|an?|una?)"
_UNIT: Final = r"(?P<unit>days?|weeks?|wks?|months?|years?|yrs?|dias?|semanas?|mes(?:es)?|anos?)"
_BEFORE: Final = rf"(?:(?P<before>this|este|esta|{_NEXT_WORDS}|{_PAST_WORDS}|this coming|the coming|coming|upcoming|following|el proximo|la proxima|este proximo) )?"
_AFTER: Final = (
    r"(?:,? (?P<after>(?:of |de |de la |in |en |en la )?(?:this|next|last|the following|esta|la proxima|proxima|la) (?:coming )?(?:week|semana)"
    r"(?: (?:que viene|que entra|proxima|pasada|siguiente))?|after next|next|que viene|que entra|proximo|pasado|coming))?"
)

_Read = Callable[[re.Match[str], AnswerContext], FoundDay | None]
#: Tried in this order; a stretch that one has taken is closed to the later ones.
_PATTERNS: Final[tuple[tuple[re.Pattern[str], _Read], ...]] = (
    (_compile(r"(?P<year>(?:1[6-9]|2[01])\d\d) ?[-/.] ?(?P<one>\d{1,2}) ?[-/.] ?(?P<two>\d{1,2})"), _iso),
    (
        _compile(r"(?P<one>\d{1,2}) ?(?P<mark>[-/.]) ?(?P<two>\d{1,2}) ?(?P=mark) ?(?P<year>\d{4}|'?\d\d)(?![\d/])"),
        _numeric,
    ),
    (_compile(r"(?P<one>\d{1,2}) (?P<two>\d{1,2})[ ,]{1,2}(?P<year>(?:1[6-9]|20)\d\d)"), _numeric),
    (
        _compile(
            rf"{_DAY}(?: |-|\.|/)?(?:day )?(?:of |de |del |del mes de |in )?[ ./-]?{_MONTH}\.?(?:{_JOIN_YEAR}{_YEAR})?"
        ),
        _named_month,
    ),
    (_compile(rf"{_MONTH}\.?[ -]?(?:the |el |dia )?{_DAY}{_CLOCK}(?:{_JOIN_YEAR}{_YEAR})?"), _named_month),
    (_compile(r"\d{6,8}"), _compact),
    (_compile(rf"(?:in|within|en|dentro de|hace) {_AMOUNT} {_UNIT}(?: ago| atras)?"), _offset),
    (_compile(rf"{_AMOUNT} {_UNIT} (?:ago|atras|hence)"), _offset),
    (
        _compile(
            rf"{_AMOUNT} {_UNIT} (?:from|after|a partir de|despues de) (?P<from>now|today|tomorrow|hoy|manana|ahora|{alternation(WEEKDAYS)})"
        ),
        _offset,
    ),
    (
        _compile(
            r"(?:the )?day (?:after tomorrow|before yesterday)|the day after|overmorrow|later today|today|tonight|tonite|2day|"
            r"tomm?orr?ow|tmrw?|tmw|tmrrw|2morrow|2moro|tomoro|yesterday|pasado manana|anteayer|antes de ayer|antier|ayer|"
            r"hoy(?: mismo)?|esta (?:manana|tarde|noche)|this (?:morning|afternoon|evening)|"
            r"(?<!la )(?<!las )(?<!esta )(?<!de )manana"
        ),
        _counted,
    ),
    (
        _compile(
            r"(?:(?:on )?(?:the |el )?)(?:dia )?(?P<day>\d{1,2})(?:st|nd|rd|th|ro|er|o)?,? (?:of|in|de|del) (?P<which>(?:this|the|next|the next|last|the following|this coming|este|el|proximo|el proximo)? ?(?:month|mes)(?: (?:que viene|que entra|proximo|siguiente))?)"
        ),
        _numbered_day,
    ),
    (
        _compile(
            rf"{_BEFORE}{_WEEKDAY}\.?,? (?:the |el |el dia |dia |on the )?{_DAY}{_CLOCK}(?! ?(?:-|to|a|y|and|or|o|hasta|until|till) ?\d)"
        ),
        _weekday,
    ),
    (_compile(rf"{_BEFORE}{_WEEKDAY}(?!'s)\.?{_AFTER}"), _weekday),
    (_compile(r"(?P<one>\d{1,2})/(?P<two>\d{1,2})(?![/\d])"), _numeric),
    (re.compile(r"^(?:on )?(?P<one>\d{1,2}) ?[-. ] ?(?P<two>\d{1,2})$"), _numeric),
    (
        _compile(
            r"(?:the|el|el dia|dia|on the) (?P<day>\d{1,2})(?:st|nd|rd|th|ro|er|o)?(?! ?(?:[:/h.-]\d|am\b|pm\b|a\.m|p\.m|one|time|option|person|people|week|day|thought|choice|de la|o'?clock))"
        ),
        _numbered_day,
    ),
    (
        _compile(
            r"(?P<day>\d{1,2})(?:st|nd|rd|th)(?! (?:thought|day|one|time|option|person|choice|grade|street|st|ave|avenue|floor|week|grader))"
        ),
        _numbered_day,
    ),
    (re.compile(r"^(?P<day>[1-9]|[12]\d|3[01])\W*$"), _bare_day),
    (
        _compile(r"(?:this |next |the |este |el |proximo |el proximo )?(?:weekend|week-end|fin de semana|finde)"),
        _weekend,
    ),
    (
        _compile(
            rf"(?:{_NEXT_WORDS}|this|esta|este|la proxima|el proximo) (?:week|month|year|semana|mes|ano)|la semana que viene|el mes que viene|"
            rf"(?P<month>{alternation({name: n for name, n in MONTHS.items() if name not in ('may', 'mar', 'sep', 'march')})})(?: (?:of |de |del )?\d{{4}})?|(?P<year>(?:1[6-9]|20)\d\d)"
        ),
        _incomplete,
    ),
)
