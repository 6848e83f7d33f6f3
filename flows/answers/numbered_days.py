"""Read a day told by its number alone: ``the 15th``, ``el día 15``, ``the 3rd of next month``, ``15``."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Final

from flows.answers.context import AnswerContext, Within
from flows.answers.day_mentions import (
    NEXT_WORDS,
    PAST_WORDS,
    DayPattern,
    FoundDay,
    Kind,
    found_day,
    problem_day,
    real_day,
    whole_words,
)
from flows.answers.outcome import GUESS, Reason


def next_numbered(today: date, number: int) -> date | None:
    """Return the next day, today included, that is that number in its month."""
    for ahead in range(4):
        day = _numbered(today, ahead, number)
        if day is not None and day >= today:
            return day
    return None


def _numbered(today: date, ahead: int, number: int) -> date | None:
    months = today.year * 12 + today.month - 1 + ahead
    return real_day(months // 12, months % 12 + 1, number)


def _read(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    number, month = int(place["day"]), place.groupdict().get("which") or ""
    if not 1 <= number <= 31:
        return problem_day(place, Kind.DAY_OF_MONTH, Reason.IMPOSSIBLE_DATE)
    if context.within is Within.PAST:
        return problem_day(place, Kind.DAY_OF_MONTH, Reason.YEAR_MISSING)
    if not month and not context.asked and _THING.match(place.string, place.end()):
        return None
    if not month:
        return found_day(place, Kind.DAY_OF_MONTH, next_numbered(context.today, number))
    ahead = 1 if re.search(rf"{NEXT_WORDS}|following|viene|entra", month) else 0
    ahead = -1 if re.search(PAST_WORDS, month) else ahead
    return found_day(place, Kind.DAY_OF_MONTH, _numbered(context.today, ahead, number))


def _read_bare(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read a reply that is nothing but a number as a day of the month."""
    found = _read(place, context)
    return found if found is None or found.problem else replace(found, confidence=GUESS)


#: What may follow a day of the month; after any other word it is the place in a row: "the second wave".
_THING: Final = re.compile(
    r" (?!(?:of|at|in|to|and|or|if|is|was|will|would|works?|please|pls|thanks?|through|thru|for|from|with|i|i'm|i'll|we|it|it's|"
    r"instead|between|by|before|after|around|about|until|till|this|next|that|so|but|because|as|are|can|could|may|sounds|"
    r"actually|not|the|on|then|when|since|my|our|there|should|also|too|you|only|around|anytime|afternoon|morning|evening|night|"
    r"y|o|a|al|de|del|en|por|para|con|hasta|si|esta|es|que|no|me|puedo|mejor|porque|pero|como|desde|entre|las?|el|está)\b)[a-z]"
)
#: Two numbers of a list or a range share their month: "from 4-23 in next month".
_MONTH: Final = (
    r"(?P<which>(?:this|the|next|the next|last|the following|this coming|este|el|proximo|el proximo)? ?"
    r"(?:month|mes)(?: (?:que viene|que entra|proximo|siguiente|pasado|anterior))?)"
)
_NO_DAY: Final = (
    r"(?! (?:thought|thing|of (?:all|us|them|my)|day|one|time|option|person|people|choice|grade|street|st\b|ave|avenue|floor|week|grader|of us|place|"
    r"graders?|semana|vez|opcion|persona|hora|grado|lugar|piso|parte|turno|year|birthday|period|class|try|shift|kid|child|hour))"
)
_NTH: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th|ro|er|\.?o)"
_IN_MONTH: Final = DayPattern(
    pattern=whole_words(rf"(?:the |el )?{_NTH},? (?=this|next|last|el prox|del){_MONTH}"),
    read=_read,
    digits=True,
    hints=frozenset({"month", "mes"}),
)
_MONTH_FIRST: Final = DayPattern(
    pattern=whole_words(
        rf"(?=this|next|last|el|este|prox){_MONTH},? (?:on )?(?:the |el |el dia )?(?P<day>\d{{1,2}})(?:st|nd|rd|th|ro|er|\.?o)?"
    ),
    read=_read,
    digits=True,
    hints=frozenset({"month", "mes"}),
)
NUMBERED_DAYS: Final = (
    DayPattern(
        pattern=whole_words(
            rf"(?:(?:on )?(?:the |el )?)(?:dia )?(?P<day>\d{{1,2}})(?:st|nd|rd|th|ro|er|\.?o)?,? (?:day )?(?:of|in|de|del) {_MONTH}"
        ),
        read=_read,
        digits=True,
        hints=frozenset({"month", "mes"}),
    ),
    DayPattern(
        pattern=whole_words(
            r"(?:the|el|el dia|dia|on the) (?P<day>\d{1,2})(?:st|nd|rd|th|ro|er|\.?o)?"
            r"(?! ?(?:[:/h-]\d|\.\d|am\b|pm\b|a\.m|p\.m|de la|o'?clock|%|y media|y cuarto|choices|options|kids|people))"
            + _NO_DAY
        ),
        read=_read,
        digits=True,
    ),
    DayPattern(pattern=whole_words(r"(?P<day>\d{1,2})(?:st|nd|rd|th)" + _NO_DAY), read=_read, digits=True),
)
DAYS_OF_A_MONTH: Final = (NUMBERED_DAYS[0], _IN_MONTH, _MONTH_FIRST)
BARE_NUMBER: Final = DayPattern(
    pattern=re.compile(r"^(?P<day>[1-9]|[12]\d|3[01])\W*$"), read=_read_bare, digits=True, when_asked=True
)
