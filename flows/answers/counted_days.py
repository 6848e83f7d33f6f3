"""Read days counted from today: ``tomorrow``, ``in two weeks``, ``3 days ago``, ``this weekend``."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from flows.answers.context import AnswerContext
from flows.answers.day_mentions import NEXT_WORDS, DayPattern, FoundDay, Kind, found_day, moved, whole_words
from flows.answers.outcome import GUESS

#: "a couple of", "un par de", "an"; groups: count.
AMOUNT: Final = r"(?P<count>\d{1,4}|(?:a |un )?(?:couple|pair|par)(?: of| de)?|an?|una?)"
UNIT: Final = r"(?P<unit>days?|weeks?|wks?|fortnights?|months?|years?|yrs?|dias?|semanas?|quincenas?|mes(?:es)?|anos?)"
UNITS: Final = frozenset(
    f"{unit}{ending}"
    for unit in ("day", "week", "wk", "fortnight", "month", "year", "yr", "dia", "semana", "quincena", "mes", "ano")
    for ending in ("", "s", "es")
)
_ONE: Final = frozenset({"a", "an", "un", "una"})


def counted(amount: str) -> int:
    """Return the number of an amount: 2 for "a couple of"."""
    if amount.isdigit():
        return int(amount)
    return 1 if amount in _ONE else 2


def _read_relative(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    text = place[0]
    if re.search(r"yesterday|ayer", text):
        days = -2 if re.search(r"before|ante|antier", text) else -1
    elif text == "antier":
        days = -2
    elif re.search(r"after|pasado|overmorrow", text):
        days = 2
    elif re.search(r"tom|tmr|tmw|2mor|2moro|manana", text):
        days = 1
    else:
        days = 0
    return found_day(place, Kind.RELATIVE, context.today + timedelta(days=days))


def _read_idiom(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read "de hoy en ocho", a week from today, and "mañana en quince", two weeks from tomorrow."""
    days = (7 if place["eights"] else 14) + (place["from"] == "manana")
    return found_day(place, Kind.RELATIVE, context.today + timedelta(days=days))


def _read_now(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    return found_day(place, Kind.RELATIVE, context.today, confidence=GUESS)


def _read_offset(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read "in two weeks", "3 days ago", "hace un mes"."""
    count = counted(place["count"])
    if re.search(r"ago|hace|atras|before", place[0]):
        count = -count
    return found_day(place, Kind.RELATIVE, moved(context.today, place["unit"], count))


def _read_hours(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read "in 24 hours", "en 48 horas"; another count of hours may end on either day."""
    return found_day(place, Kind.RELATIVE, context.today + timedelta(days=int(place["hours"]) // 24))


def _read_coming(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read "the coming two weeks", "2 upcoming weeks" like "within two weeks": by their last day."""
    last = moved(context.today, place["unit"], counted(place["count"] or place["first"]))
    return found_day(place, Kind.RELATIVE, last, confidence=GUESS)


def _read_weekend(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    saturday = context.today + timedelta(days=5 - context.today.weekday())
    if re.search(NEXT_WORDS, place[0]):
        saturday += timedelta(days=7)
    if place[0].endswith("after next"):
        saturday += timedelta(days=7)
    if re.search(r"last|past|pasado", place[0]):
        saturday -= timedelta(days=7)
    return found_day(place, Kind.RELATIVE, saturday, saturday + timedelta(days=1))


COUNTED_DAYS: Final = (
    DayPattern(
        pattern=whole_words(r"(?:de )?(?P<from>hoy|manana) en (?:(?P<eights>8)|15)(?! d)"),
        read=_read_idiom,
        hints=frozenset({"hoy", "manana"}),
        digits=True,
    ),
    DayPattern(
        pattern=whole_words(rf"(?:in|within|en|dentro de|hace) {AMOUNT} (?:more )?{UNIT}(?: ago| atras)?(?:'? time)?"),
        read=_read_offset,
        hints=UNITS,
    ),
    DayPattern(
        pattern=whole_words(r"(?:in|within|en|dentro de|after) (?P<hours>24|48|72|96) ?(?:hours?|hrs?|h|horas?)"),
        read=_read_hours,
        digits=True,
    ),
    DayPattern(
        pattern=whole_words(
            rf"{AMOUNT} {UNIT} (?:ago|atras|hence|later|mas tarde|from (?:now|today)|a partir de (?:hoy|ahora))(?!'s)"
        ),
        read=_read_offset,
        hints=UNITS,
    ),
    DayPattern(
        pattern=whole_words(
            rf"(?:the )?(?:(?:upcoming|coming) {AMOUNT}|(?P<first>\d{{1,3}}) (?:upcoming|coming)) {UNIT}"
        ),
        read=_read_coming,
        hints=frozenset({"upcoming", "coming"}),
    ),
    DayPattern(
        pattern=whole_words(
            r"(?:the )?day (?:after tomorrow|before yesterday)|overmorrow|later today|today|tonight|tonite|2day|"
            r"tomm?orr?ows?|tmrw?|tmw|tmrrw|2morrow|2moro|tomoro|yesterday|pasado manana|anteayer|antes de ayer|antier|ayer|"
            r"hoy(?: mismo)?|esta (?:manana|tarde|noche)|this (?:morning|afternoon|evening)|"
            r"(?<!la )(?<!las )(?<!esta )(?<!de )manana"
        ),
        read=_read_relative,
    ),
    DayPattern(
        pattern=re.compile(
            r"^(?:(?:right |just )?now|at (?:this time|the moment)|en este (?:mismo )?momento|ahora(?: mismo)?|ahorita(?: mismo)?)\W*$"
        ),
        read=_read_now,
        hints=frozenset({"now", "moment", "time", "momento", "ahora", "ahorita"}),
    ),
)
WEEKENDS: Final = DayPattern(
    pattern=whole_words(
        r"(?:this |next |last |the |este |el |proximo |el proximo )?(?:weekend|week-end|fin de semana|finde)(?: pasado| que viene| after next)?"
    ),
    read=_read_weekend,
    hints=frozenset({"weekend", "week", "fin", "finde"}),
)
