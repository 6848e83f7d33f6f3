"""Tell stretches of time in which the day is missing: ``next week``, ``in April``, ``end of the month``, ``1956``."""

from __future__ import annotations

import re
from typing import Final

from flows.answers.calendar_words import MONTHS, alternation
from flows.answers.context import AnswerContext
from flows.answers.day_mentions import (
    FARTHEST_YEARS,
    NEXT_WORDS,
    OLDEST_YEARS,
    PAST_WORDS,
    DayPattern,
    FoundDay,
    Kind,
    problem_day,
    whole_words,
)
from flows.answers.outcome import Reason

#: Months that are everyday words as well, alone.
_WORDS_TOO: Final = frozenset({"may", "mar", "sep", "march", "ago"})
_MONTH: Final = alternation({name: number for name, number in MONTHS.items() if name not in _WORDS_TOO})


def _read(place: re.Match[str], context: AnswerContext) -> FoundDay | None:
    written = place.groupdict().get("year")
    if written and not context.today.year - OLDEST_YEARS <= int(written) <= context.today.year + FARTHEST_YEARS:
        return problem_day(place, Kind.RELATIVE, Reason.IMPOSSIBLE_YEAR)
    return problem_day(place, Kind.RELATIVE, Reason.DAY_MISSING)


PERIODS: Final = (
    DayPattern(
        pattern=whole_words(
            rf"(?:{NEXT_WORDS}|{PAST_WORDS}|this|esta|este|la proxima|el proximo) (?:week|month|year|semana|mes|ano)|"
            r"(?:la semana|el mes|el ano) (?:que viene|que entra|pasad[ao]|siguiente)|"
            r"(?:the )?(?:end|middle|beginning|start) of (?:the |this |next )?(?:week|month|year)|(?:a )?(?:fin(?:es)?|mediados|principios) de (?:mes|ano)"
        ),
        read=_read,
        hints=frozenset({"week", "month", "year", "semana", "mes", "ano"}),
    ),
    DayPattern(
        pattern=whole_words(
            r"(?:this |next |last |in the |in |el |en |este |esta |la )(?:spring|summer|fall|autumn|winter|primavera|verano|otono|invierno)"
        ),
        read=_read,
        hints=frozenset({"spring", "summer", "fall", "autumn", "winter", "primavera", "verano", "otono", "invierno"}),
    ),
    DayPattern(
        pattern=whole_words(
            rf"(?P<month>{_MONTH}|(?:(?<=in )|(?<=of )|(?<=de )|(?<=en )|(?<=next )|(?<=this ))(?:may|march))(?: (?:of |de |del )?\d{{4}})?"
        ),
        read=_read,
        hints=frozenset(MONTHS),
    ),
    DayPattern(pattern=whole_words(r"(?P<year>(?:1[6-9]|20)\d\d)"), read=_read, digits=True),
)
