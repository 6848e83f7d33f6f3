"""Find the days that a text speaks of: written, numeric, by name, or counted from today or from each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from flows.answers.context import AnswerContext
from flows.answers.counted_days import COUNTED_DAYS, WEEKENDS
from flows.answers.day_mentions import DayPattern, FoundDay
from flows.answers.holidays import FIRST_WORDS, find_holidays
from flows.answers.nth_days import NTH_DAYS
from flows.answers.numbered_days import BARE_NUMBER, DAYS_OF_A_MONTH, NUMBERED_DAYS
from flows.answers.numeric_days import NUMERIC_DAYS, SHORT_NUMERIC_DAYS
from flows.answers.periods import PERIODS
from flows.answers.shifted_days import with_shifts
from flows.answers.weekdays import WEEKDAY_PATTERNS
from flows.answers.written_days import WRITTEN_DAYS

#: Tried in this order; a stretch that one has taken is closed to the later ones.
_BEFORE_HOLIDAYS: Final = (*NUMERIC_DAYS[:-1], *NTH_DAYS, *WRITTEN_DAYS, NUMERIC_DAYS[-1])
_AFTER_HOLIDAYS: Final = (
    *COUNTED_DAYS,
    *DAYS_OF_A_MONTH,
    *SHORT_NUMERIC_DAYS[:2],
    *WEEKDAY_PATTERNS,
    *SHORT_NUMERIC_DAYS[2:],
    *NUMBERED_DAYS[1:],
    BARE_NUMBER,
    WEEKENDS,
    *PERIODS,
)
_LETTERS: Final = re.compile(r"[a-z]+")
_DIGIT: Final = re.compile(r"\d")


def find_days(text: str, context: AnswerContext) -> tuple[FoundDay, ...]:
    """Return the mentions of days in a text made ready by ``with_calendar_words``, in their order."""
    letters, has_digits = frozenset(_LETTERS.findall(text)), _DIGIT.search(text) is not None

    def seen(patterns: tuple[DayPattern, ...]) -> Iterator[FoundDay]:
        for one in patterns:
            if (one.digits and not has_digits) or (one.hints and letters.isdisjoint(one.hints)):
                continue
            if one.when_asked and not context.asked:
                continue
            for place in one.pattern.finditer(text):
                mention = None if taken(place.start(), place.end()) else one.read(place, context)
                if mention is not None:
                    yield mention

    def taken(start: int, end: int) -> bool:
        return any(start < other.end and other.start < end for other in found)

    found: list[FoundDay] = []
    holidays = find_holidays(text, context) if not letters.isdisjoint(FIRST_WORDS) else ()
    for mention in chain(seen(_BEFORE_HOLIDAYS), holidays, seen(_AFTER_HOLIDAYS)):
        if taken(mention.start, mention.end):
            continue
        found.append(mention)
    found.sort(key=lambda mention: mention.start)
    return tuple(with_shifts(text, found, letters, context))
