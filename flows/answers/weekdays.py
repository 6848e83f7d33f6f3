"""Read a day told by its name: ``Friday``, ``next Friday``, ``Tuesday the 3rd``, ``el viernes que viene``."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from flows.answers.calendar_words import WEEKDAYS, alternation
from flows.answers.context import AnswerContext, Within
from flows.answers.day_mentions import (
    NEXT_WORDS,
    NO_CLOCK,
    PAST_WORDS,
    DayPattern,
    FoundDay,
    Kind,
    coming,
    found_day,
    problem_day,
    whole_words,
)
from flows.answers.numbered_days import next_numbered
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Reason

_NEXT: Final = re.compile(rf"\b(?:{NEXT_WORDS}|following)\b|semana que (?:viene|entra)")
_PAST: Final = re.compile(rf"\b(?:{PAST_WORDS})\b")
_WEEK: Final = re.compile(r"week|semana")
_THIS: Final = re.compile(r"\b(?:this|este|esta)\b")
#: Weekdays that are everyday words too, and what before them shows that they are.
_NO_DAY: Final = re.compile(
    r"(?:(?:the|i|he|she|we|they|you|who|el|of|in the) (?:sun|sat|wed)|(?:^|[^a-z])(?:al|el|del|en el) mar)$"
)


def _read(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read a weekday with what stands around it.

    "Next Friday" is the Friday of the next week from Monday to Sunday; people differ, so a hub should echo the date.
    """
    groups = place.groupdict()
    weekday = WEEKDAYS[groups["weekday"]]
    if _NO_DAY.search(place.string[: place.end("weekday")]):
        return None
    if groups.get("day"):
        return _with_number(place, context, weekday, int(groups["day"]))
    said = f"{groups.get('before') or ''} {groups.get('after') or ''}".strip()
    monday = context.today - timedelta(days=context.today.weekday())
    if _PAST.search(said):
        past = monday + timedelta(days=weekday - 7) if _WEEK.search(said) else _last(context.today, weekday)
        return found_day(place, Kind.WEEKDAY, past)
    if re.search(r"after next|subsiguiente", said):
        later = 7 + 7 * (weekday <= context.today.weekday())
        return found_day(place, Kind.WEEKDAY, monday + timedelta(days=weekday + later), confidence=GUESS)
    if _NEXT.search(said):
        return _in_next_week(place, context, monday + timedelta(days=weekday + 7), said)
    if _THIS.search(said):
        day = monday + timedelta(days=weekday)
        gone = day < context.today and not _WEEK.search(said)
        return found_day(place, Kind.WEEKDAY, day + timedelta(days=7 * gone))
    if context.within is Within.PAST:
        return found_day(place, Kind.WEEKDAY, context.today - timedelta(days=(context.today.weekday() - weekday) % 7))
    return _next_such(place, context, weekday, said)


def _last(today: date, weekday: int) -> date:
    return coming(today, weekday) - timedelta(days=7 + 7 * (weekday == today.weekday()))


def _in_next_week(place: re.Match[str], context: AnswerContext, day: date, said: str) -> FoundDay:
    other = coming(context.today, day.weekday())
    doubt = other != day and not _WEEK.search(said)
    return FoundDay(
        start=place.start(),
        end=place.end(),
        kind=Kind.WEEKDAY,
        days=(day,),
        confidence=GUESS if doubt else CERTAIN,
        others=(other,) if doubt else (),
    )


def _next_such(place: re.Match[str], context: AnswerContext, weekday: int, said: str) -> FoundDay:
    same = weekday == context.today.weekday()
    return FoundDay(
        start=place.start(),
        end=place.end(),
        kind=Kind.WEEKDAY,
        days=(coming(context.today, weekday),),
        confidence=GUESS if same and not re.search(r"coming|viene|entra", said) else CERTAIN,
        others=(context.today,) if same else (),
    )


def _with_number(place: re.Match[str], context: AnswerContext, weekday: int, number: int) -> FoundDay:
    """Read "Tuesday the 3rd": the next 3rd, which should be a Tuesday; if not, both are possible."""
    day = next_numbered(context.today, number)
    if day is None:
        return problem_day(place, Kind.DAY_OF_MONTH, Reason.IMPOSSIBLE_DATE)
    if day.weekday() == weekday:
        return found_day(place, Kind.DAY_OF_MONTH, day)
    later = next_numbered(day + timedelta(days=1), number) or day
    if later.weekday() == weekday:
        return found_day(place, Kind.DAY_OF_MONTH, later, confidence=LIKELY)
    before = context.today - timedelta(days=(context.today.day - number) % 28)
    if context.within is None and before.day == number and before.weekday() == weekday:
        return found_day(place, Kind.DAY_OF_MONTH, before, confidence=LIKELY)
    return found_day(place, Kind.DAY_OF_MONTH, day, coming(context.today, weekday))


def _read_counted(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read "two Sundays from now", "hace dos lunes"."""
    weekday, count = WEEKDAYS[place["weekday"]], int(place["count"])
    if not 1 <= count <= 60:
        return None
    if re.search(r"ago|hace|atras", place[0]):
        return found_day(place, Kind.RELATIVE, _last(context.today, weekday) - timedelta(days=7 * (count - 1)))
    return found_day(place, Kind.RELATIVE, coming(context.today, weekday) + timedelta(days=7 * (count - 1)))


_NAMES: Final = frozenset(WEEKDAYS)
_WEEKDAY: Final = rf"(?P<weekday>{alternation(WEEKDAYS)})"
_DAY: Final = r"(?P<day>\d{1,2})(?: ?(?:st|nd|rd|th)(?![a-z])|(?:ro|er|\.?o|a)(?![a-z]))?"
_WHICH_WEEK: Final = (
    rf"(?:this|the|{NEXT_WORDS}|{PAST_WORDS}|the following|following|this coming|coming|esta|la proxima|la)"
)
_BEFORE: Final = (
    rf"(?:(?P<before>this (?:last|past)|(?:este|ese) (?:pasado|proximo)|{_WHICH_WEEK} (?:week|semana)(?:'?s| on| -| el|,)?(?: (?:anterior|pasada|que viene|que entra|siguiente|proxima)(?: el| -|,)?)?"
    rf"|this|este|esta|{NEXT_WORDS}|{PAST_WORDS}|this coming|the coming|coming|upcoming|following|el proximo|la proxima|este proximo) )?"
)
_AFTER: Final = (
    rf"(?:,? (?P<after>(?:of |from |in |de |en )?{_WHICH_WEEK} (?:coming )?(?:week|semana)(?: (?:que viene|que entra|proxima|pasada|siguiente|anterior))?"
    r"|after next|next(?= |$|[.,!?])|que viene|que entra|proximo|pasado|anterior|coming(?! (?:to|in|by|at|for|with)\b)))?"
)
WEEKDAY_PATTERNS: Final = (
    DayPattern(
        pattern=whole_words(
            rf"(?:in |hace )?(?P<count>\d{{1,2}}) {_WEEKDAY}(?: (?:from (?:now|today)|ago|hence|atras))"
        ),
        read=_read_counted,
        hints=_NAMES,
        digits=True,
    ),
    DayPattern(
        pattern=whole_words(
            rf"{_BEFORE}{_WEEKDAY}\.?,? (?:the |el |el dia |dia |on the )?{_DAY}{NO_CLOCK}(?! ?(?:-|to|a|y|and|or|o|hasta|until|till) ?\d)(?! (?:days?|weeks?|months?|dias?|semanas?|mes(?:es)?)\b)"
        ),
        read=_read,
        hints=_NAMES,
        digits=True,
    ),
    DayPattern(pattern=whole_words(rf"{_BEFORE}{_WEEKDAY}(?!'s)\.?{_AFTER}"), read=_read, hints=_NAMES),
)
