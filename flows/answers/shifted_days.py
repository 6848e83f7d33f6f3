"""Read a day told from another day: ``2 weeks before Christmas``, ``the day after Thanksgiving``, ``a week from Friday``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from flows.answers.calendar_words import WEEKDAYS, alternation
from flows.answers.context import AnswerContext
from flows.answers.counted_days import AMOUNT, UNIT, UNITS, counted
from flows.answers.day_mentions import FoundDay, Kind, coming, moved
from flows.answers.outcome import Reason

_AWAY: Final = r"(?P<side>before|prior to|ahead of|after|from|following|past|since|antes del?|despues del?|a partir del?|desde)(?: the| el| la| los)?"
#: What may stand before a day and move it; ends where the day begins.
_SHIFT: Final = re.compile(
    rf"(?<![\w/:$.])(?:(?:in |en )?{AMOUNT} {UNIT}|(?:the |el |la )?(?P<next_to>day|night|dia|noche|vispera)|(?:the |a |el |la )?(?P<week>week|semana)|(?:the |el )?(?P<weekday>{alternation(WEEKDAYS)})) {_AWAY} $"
)
#: Moves a day from behind: "Monday two weeks from now", "Friday week".
_BEHIND: Final = re.compile(rf"^,? (?:in )?{AMOUNT} (?P<unit>weeks?|wks?) (?:from now|hence|out|later)(?!\w)")
_EARLIER: Final = re.compile(r"before|prior|ahead|antes|vispera")
_HINTS: Final = UNITS | {"night", "noche", "vispera", "after", "before", "following", "despues", "antes"}
#: Without a day beside it, told from today: "what about the day after?"
_NEXT_DAY: Final = re.compile(
    r"(?<!\w)(?:the )?(?:(?P<after>day after|following day|next day)|day before|previous day)(?!\w| (?!i\b|we\b|works|is|would|please))|"
    r"(?<!\w)el dia (?:(?P<despues>siguiente|despues)|anterior)(?!\w)"
)


def with_shifts(
    text: str, mentions: Sequence[FoundDay], letters: frozenset[str], context: AnswerContext
) -> list[FoundDay]:
    """Return the mentions, those that only anchor another day replaced by that day."""
    if letters.isdisjoint(_HINTS):
        return list(mentions)
    shifted = [_shifted(text, mention) for mention in mentions]
    kept = [
        one
        for one in shifted
        if not any(
            two is not one and two.start <= one.start and one.end <= two.end and _wider(two, one) for two in shifted
        )
    ]
    alone = _NEXT_DAY.search(text)
    if alone and not kept:
        step = 1 if alone["after"] or alone["despues"] else -1
        kept.append(
            FoundDay(
                start=alone.start(), end=alone.end(), kind=Kind.RELATIVE, days=(context.today + timedelta(days=step),)
            )
        )
    return sorted(kept, key=lambda mention: mention.start)


def _wider(one: FoundDay, two: FoundDay) -> bool:
    return one.end - one.start > two.end - two.start


def _shifted(text: str, mention: FoundDay) -> FoundDay:
    if len(mention.days) != 1:
        return mention
    before = _SHIFT.search(text, 0, mention.start) if mention.start else None
    if before is not None and before["weekday"]:
        return _beside(mention, before)
    if before is not None and before["week"] and before["side"] not in ("from", "a partir de", "a partir del"):
        return replace(mention, start=before.start(), days=(), problem=Reason.DAY_MISSING)
    if before is not None and not _starts_a_stay(text, before, mention):
        day = _moved(mention.days[0], before)
        return replace(mention, start=before.start(), days=(day,), others=(), kind=Kind.RELATIVE) if day else mention
    behind = _BEHIND.match(text[mention.end :]) if mention.kind is Kind.WEEKDAY else None
    if behind is not None:
        later = timedelta(days=7 * (counted(behind["count"]) - 1))
        return replace(
            mention, end=mention.end + behind.end(), days=(mention.days[0] + later,), others=(), kind=Kind.RELATIVE
        )
    return mention


def _beside(mention: FoundDay, before: re.Match[str]) -> FoundDay:
    """Read "the Monday after Easter": the next such weekday, or the last one before."""
    if before["side"] in ("from", "since", "desde", "a partir de", "a partir del", "past"):
        return mention
    weekday, anchor = WEEKDAYS[before["weekday"]], mention.days[0]
    day = coming(anchor, weekday)
    if _EARLIER.search(before["side"]):
        day -= timedelta(days=14 if anchor.weekday() == weekday else 7)
    return replace(mention, start=before.start(), days=(day,), others=(), kind=Kind.RELATIVE)


def _starts_a_stay(text: str, shift: re.Match[str], mention: FoundDay) -> bool:
    """Tell "for 2 days from the 10th", a stay that begins on the 10th, from "2 days from tomorrow"."""
    if shift["side"] not in ("from", "since", "desde", "a partir de", "a partir del", "following"):
        return False
    for_so_long = re.search(r"(?:for|por|durante) $", text[: shift.start()]) is not None
    written = mention.kind in (Kind.FULL, Kind.DAY_OF_MONTH) and shift["unit"] is not None and shift["unit"][0] == "d"
    return for_so_long or written


def _moved(day: date, shift: re.Match[str]) -> date | None:
    unit = shift["unit"] or ("day" if shift["next_to"] else "week")
    count = counted(shift["count"]) if shift["count"] else 1
    return moved(day, unit, -count if _EARLIER.search(shift["side"]) or shift["next_to"] == "vispera" else count)
