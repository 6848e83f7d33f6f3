"""Read the weekly hours at which somebody is free: ``weekdays after 4 except Wed``, ``lunes y miércoles por la tarde``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flows.answers.calendar_words import with_calendar_words
from flows.answers.clock import from_minutes
from flows.answers.context import AnswerContext
from flows.answers.outcome import CERTAIN, GUESS, LIKELY, Match, NoMatch, Outcome, Reason
from flows.answers.weekly_words import PARTS, WEEK, WHOLE_DAY, Item, ItemKind, find_items
from flows.answers.words import fold
from flows.facts import Json

_DAY_IDS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEKNIGHTS: Final = re.compile(r"(?<!\w)(?:week|work|school) ?-?nights?(?!\w)")
_NOTHING: Final = re.compile(
    r"(?<![\w'])(?:never|none|no days?|no time|nunca|ningun dia|not available|no estoy disponible|no puedo|i can'?t|no availability)(?![\w'])"
)


def read_availability(text: str, context: AnswerContext) -> Outcome:
    """Read weekly hours; the value is a list of ``{"day": "mon", "from": "16:00", "to": "20:00"}``, Monday first."""
    reply = with_calendar_words(fold(text), language=context.language)
    reply = reply.replaced([(f.start(), f.end(), "weekday nights") for f in _WEEKNIGHTS.finditer(reply.text)])
    if not reply.text:
        return NoMatch(reason=Reason.EMPTY)
    items = find_items(reply)
    clauses = _clauses(items)
    wanted = [clause for clause in clauses if not clause.excluded]
    excluded = [clause for clause in clauses if clause.excluded]
    if not any(clause.days or clause.hours for clause in clauses):
        return NoMatch(reason=Reason.NO_DAYS_LEFT if _NOTHING.search(reply.text) else Reason.NOT_UNDERSTOOD)
    if not wanted:
        wanted = [_Clause(days=_days_left(excluded), hours=[])]
    windows = _without(_windows(wanted), excluded)
    if not windows:
        return NoMatch(reason=Reason.NO_DAYS_LEFT)
    guessed = (
        wanted[0] not in clauses or any(not clause.days for clause in wanted) or not all(item.sure for item in items)
    )
    return Match(
        value=[_row(day, start, end) for day, start, end in windows],
        span=reply.span(items[0].start, items[-1].end),
        confidence=GUESS if guessed else LIKELY if excluded or len(wanted) > 1 else CERTAIN,
    )


def _days_left(excluded: Sequence[_Clause]) -> set[int]:
    """Return the days of somebody who only said when they cannot: for "class until 3 on Monday" Monday itself."""
    partly = {day for clause in excluded if clause.hours for day in clause.days}
    return partly or set(WEEK)


def _row(day: int, start: int, end: int) -> Json:
    return {"day": _DAY_IDS[day], "from": from_minutes(start), "to": from_minutes(end)}


@dataclass(slots=True, kw_only=True)
class _Clause:
    """Days and the hours that go with them."""

    days: set[int]
    hours: list[tuple[int, int]]
    excluded: bool = False
    hours_first: bool = False
    closed: bool = False


def _clauses(items: Sequence[Item]) -> list[_Clause]:
    """Group days with their hours: "Mon 3-6, Wed 4-7", "afternoons Mon and Wed, mornings Fri", "weekdays but Wed"."""
    clauses: list[_Clause] = []
    current: _Clause | None = None
    excluding = False
    for index, item in enumerate(items):
        if item.kind in (ItemKind.EXCEPT, ItemKind.NEVER, ItemKind.BREAK):
            excluding = item.kind is ItemKind.EXCEPT
            if item.kind is not ItemKind.NEVER or (current is not None and current.excluded):
                current = None
            continue
        if current is None or _begins(current, item, items[index + 1 : index + 2]):
            current = _Clause(days=set(), hours=[], excluded=excluding, hours_first=item.kind is ItemKind.HOURS)
            clauses.append(current)
        if item.kind is ItemKind.DAYS:
            current.days |= item.days
            current.closed = current.closed or current.hours_first
        else:
            current.hours.append(item.hours)
            current.closed = current.closed or not current.hours_first
    for clause in clauses:
        clause.hours = _narrowed(clause.hours)
    return _merged(clauses)


def _narrowed(hours: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Let hours by the clock narrow the part of the day they begin in: "afternoons after 4" begins at 4."""
    by_clock = [one for one in hours if one not in PARTS]
    return [
        one
        for one in hours
        if one not in PARTS
        or not any(one[0] < start < one[1] or (start, end < one[1]) == (one[0], True) for start, end in by_clock)
    ]


def _begins(clause: _Clause, item: Item, following: Sequence[Item]) -> bool:
    """Tell whether an item opens a new clause: days after days with hours, or hours after hours with days."""
    if not clause.closed:
        return False
    if (
        item.kind is ItemKind.HOURS
        and following
        and following[0].kind is ItemKind.DAYS
        and following[0].start <= item.end + 4
    ):
        return True  # "weekday evenings and all day Saturday"
    return (item.kind is ItemKind.HOURS) if clause.hours_first else (item.kind is ItemKind.DAYS)


def _merged(clauses: list[_Clause]) -> list[_Clause]:
    """Let hours alone join the days said just before or after them in another sentence."""
    merged: list[_Clause] = []
    for clause in clauses:
        last = merged[-1] if merged else None
        if (
            last is not None
            and not clause.excluded
            and not last.excluded
            and not clause.days
            and last.days
            and not last.hours
        ):
            last.hours += clause.hours
        elif (
            last is not None
            and not clause.excluded
            and not last.excluded
            and not clause.hours
            and not last.days
            and last.hours
        ):
            last.days |= clause.days
        else:
            merged.append(clause)
    return merged


def _windows(clauses: Sequence[_Clause]) -> list[tuple[int, int, int]]:
    """Spread clauses over the days and join hours that touch."""
    spread = sorted(
        (day, start, end)
        for clause in clauses
        for day in (clause.days or WEEK)
        for start, end in (clause.hours or [WHOLE_DAY])
        if start < end
    )
    joined: list[tuple[int, int, int]] = []
    for day, start, end in spread:
        if joined and joined[-1][0] == day and start <= joined[-1][2]:
            joined[-1] = (day, joined[-1][1], max(end, joined[-1][2]))
        else:
            joined.append((day, start, end))
    return joined


def _without(windows: list[tuple[int, int, int]], excluded: Sequence[_Clause]) -> list[tuple[int, int, int]]:
    """Cut out what the person ruled out; hours without days are ruled out on every day."""
    for clause in excluded:
        days = clause.days or WEEK
        for no_start, no_end in clause.hours or [(0, 24 * 60)]:
            windows = [
                (day, start, end)
                for day, begin, finish in windows
                for start, end in (
                    [(begin, min(finish, no_start)), (max(begin, no_end), finish)] if day in days else [(begin, finish)]
                )
                if start < end
            ]
    return windows
