"""Find the days that a text speaks of: written, numeric, by weekday, or counted from today."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from flows.answers.calendar_words import MONTHS, WEEKDAYS, alternation
from flows.answers.context import AnswerContext
from flows.answers.counted_days import (
    read_bare_number,
    read_incomplete,
    read_numbered,
    read_offset,
    read_relative,
    read_weekday,
    read_weekend,
)
from flows.answers.day_mentions import NEXT_WORDS, PAST_WORDS, FoundDay
from flows.answers.written_days import read_compact, read_iso, read_named_month, read_numeric

_MONTH: Final = rf"(?P<month>{alternation(MONTHS)})"
_WEEKDAY: Final = rf"(?P<weekday>{alternation(WEEKDAYS)})"
_DAY: Final = r"(?P<day>\d{1,2})(?: ?(?:st|nd|rd|th)(?![a-z])|(?:ro|er|\.?o|a)(?![a-z]))?"
_CLOCK: Final = r"(?! ?(?:[:h]\d|am\b|pm\b|a\.m|p\.m|o'?clock|people|persons?|personas))"
_YEAR: Final = r"(?P<year>'\d\d|(?:1[6-9]|20|21)\d\d|(?:19|20) \d\d|\d\d(?= ?(?:$|[.,;!?)])))(?!\d|/)" + _CLOCK
_JOIN_YEAR: Final = r"(?:(?=\d{4})|[ ,./-]{1,3}|,? ?(?:of|in|de|del|del ano|de el) ?)"


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


def _compile(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w/:])(?:{pattern})(?!\w)")


def _read_day_before_month(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    """Read "5 June", unless the 5 belongs to a month before it: "May 5, June 6"."""
    return None if _ENDS_IN_MONTH.search(place.string, 0, place.start()) else read_named_month(place, context)


_ENDS_IN_MONTH: Final = re.compile(rf"(?<!\w)(?:{alternation(MONTHS)})\.? (?:the )?$")
_AMOUNT: Final = r"(?P<count>\d{1,4}|(?:a |un )?(?:couple|par)(?: of| de)?|an?|una?)"
_UNIT: Final = r"(?P<unit>days?|weeks?|wks?|months?|years?|yrs?|dias?|semanas?|mes(?:es)?|anos?)"
_BEFORE: Final = rf"(?:(?P<before>this|este|esta|{NEXT_WORDS}|{PAST_WORDS}|this coming|the coming|coming|upcoming|following|el proximo|la proxima|este proximo) )?"
_AFTER: Final = (
    r"(?:,? (?P<after>(?:of |de |de la |in |en |en la )?(?:this|next|last|the following|esta|la proxima|proxima|la) (?:coming )?(?:week|semana)"
    r"(?: (?:que viene|que entra|proxima|pasada|siguiente))?|after next|next|que viene|que entra|proximo|pasado|coming))?"
)

_Read = Callable[[re.Match[str], AnswerContext], FoundDay | None]
#: Tried in this order; a stretch that one has taken is closed to the later ones.
_PATTERNS: Final[tuple[tuple[re.Pattern[str], _Read], ...]] = (
    (_compile(r"(?P<year>(?:1[6-9]|2[01])\d\d) ?[-/.] ?(?P<one>\d{1,2}) ?[-/.] ?(?P<two>\d{1,2})"), read_iso),
    (
        _compile(r"(?P<one>\d{1,2}) ?(?P<mark>[-/.]) ?(?P<two>\d{1,2}) ?(?P=mark) ?(?P<year>\d{4}|'?\d\d)(?![\d/])"),
        read_numeric,
    ),
    (_compile(r"(?P<one>\d{1,2}) (?P<two>\d{1,2})[ ,]{1,2}(?P<year>(?:1[6-9]|20)\d\d)"), read_numeric),
    (
        _compile(
            rf"{_DAY}(?: |-|\.|/)?(?:day )?(?:of |de |del |del mes de |in )?[ ./-]?{_MONTH}\.?(?:{_JOIN_YEAR}{_YEAR})?"
        ),
        _read_day_before_month,
    ),
    (_compile(rf"{_MONTH}\.?[ -]?(?:the |el |dia )?{_DAY}{_CLOCK}(?:{_JOIN_YEAR}{_YEAR})?"), read_named_month),
    (_compile(r"\d{6,8}"), read_compact),
    (_compile(rf"(?:in|within|en|dentro de|hace) {_AMOUNT} {_UNIT}(?: ago| atras)?"), read_offset),
    (_compile(rf"{_AMOUNT} {_UNIT} (?:ago|atras|hence)"), read_offset),
    (
        _compile(
            rf"{_AMOUNT} {_UNIT} (?:from|after|a partir de|despues de) (?P<from>now|today|tomorrow|hoy|manana|ahora|{alternation(WEEKDAYS)})"
        ),
        read_offset,
    ),
    (
        _compile(
            r"(?:the )?day (?:after tomorrow|before yesterday)|the day after|overmorrow|later today|today|tonight|tonite|2day|"
            r"tomm?orr?ow|tmrw?|tmw|tmrrw|2morrow|2moro|tomoro|yesterday|pasado manana|anteayer|antes de ayer|antier|ayer|"
            r"hoy(?: mismo)?|esta (?:manana|tarde|noche)|this (?:morning|afternoon|evening)|"
            r"(?<!la )(?<!las )(?<!esta )(?<!de )manana"
        ),
        read_relative,
    ),
    (
        _compile(
            r"(?:(?:on )?(?:the |el )?)(?:dia )?(?P<day>\d{1,2})(?:st|nd|rd|th|ro|er|o)?,? (?:of|in|de|del) (?P<which>(?:this|the|next|the next|last|the following|this coming|este|el|proximo|el proximo)? ?(?:month|mes)(?: (?:que viene|que entra|proximo|siguiente))?)"
        ),
        read_numbered,
    ),
    (_compile(r"(?P<one>\d{1,2})/(?P<two>\d{1,2})(?![/\d]| of )"), read_numeric),
    (
        _compile(
            rf"{_BEFORE}{_WEEKDAY}\.?,? (?:the |el |el dia |dia |on the )?{_DAY}{_CLOCK}(?! ?(?:-|to|a|y|and|or|o|hasta|until|till) ?\d)"
        ),
        read_weekday,
    ),
    (_compile(rf"{_BEFORE}{_WEEKDAY}(?!'s)\.?{_AFTER}"), read_weekday),
    (re.compile(r"^(?:on )?(?P<one>\d{1,2}) ?[-. ] ?(?P<two>\d{1,2})$"), read_numeric),
    (
        _compile(
            r"(?:the|el|el dia|dia|on the) (?P<day>\d{1,2})(?:st|nd|rd|th|ro|er|o)?(?! ?(?:[:/h.-]\d|am\b|pm\b|a\.m|p\.m|one|time|option|person|people|week|day|thought|choice|de la|o'?clock))"
        ),
        read_numbered,
    ),
    (
        _compile(
            r"(?P<day>\d{1,2})(?:st|nd|rd|th)(?! (?:thought|day|one|time|option|person|choice|grade|street|st|ave|avenue|floor|week|grader))"
        ),
        read_numbered,
    ),
    (re.compile(r"^(?P<day>[1-9]|[12]\d|3[01])\W*$"), read_bare_number),
    (
        _compile(r"(?:this |next |the |este |el |proximo |el proximo )?(?:weekend|week-end|fin de semana|finde)"),
        read_weekend,
    ),
    (
        _compile(
            rf"(?:{NEXT_WORDS}|this|esta|este|la proxima|el proximo) (?:week|month|year|semana|mes|ano)|la semana que viene|el mes que viene|(?:the )?(?:end|middle|beginning) of (?:the |this |next )?(?:week|month|year)|(?:a )?fin(?:es)? de (?:mes|ano)|"
            rf"(?P<month>{alternation({name: n for name, n in MONTHS.items() if name not in ('may', 'mar', 'sep', 'march')})})(?: (?:of |de |del )?\d{{4}})?|(?P<year>(?:1[6-9]|20)\d\d)"
        ),
        read_incomplete,
    ),
)
