"""Change weekly hours by what is said of them: a day less, a day more, another day at the same hours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from flows.answers.calendar_words import WEEKDAYS
from flows.facts import Json

_BUT_NOT: Final = re.compile(r"(?<!\w)(?:except|but not|excepto|menos|salvo|pero no)(?: \w+)? (\w+)")
_NOT: Final = re.compile(
    r"(?<!\w)(?:not|instead of|rather than|no|en vez del?|en lugar del?)(?: on| el| los| la)? (\w+)"
)
#: Says that hours come on top of those said before.
_ADDS: Final = re.compile(
    r"(?<!\w)(?:also|too|as well|add|plus|besides that|tambien|ademas|agreg\w+|anad\w+|sum[ae]|mas el)(?!\w)|^(?:and|y) "
)
_WHOLE_DAY: Final = re.compile(
    r"(?<!\w)(?:(?:all|whole|full|entire|any) ?(?:day|time)|whenever|todo el dia|cualquier hora|a toda hora)(?!\w)"
)
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
#: What is read of days without hours.
_OPEN: Final = ("08:00", "21:00")

Windows = Sequence[dict[str, Json]]


def windows_of(value: Json) -> list[dict[str, Json]]:
    """List the windows that an answer holds."""
    return [window for window in value if isinstance(window, dict)] if isinstance(value, list) else []


def adds(said: str) -> bool:
    """Tell whether hours are named on top of others: "and Friday too"."""
    return bool(_ADDS.search(said))


def names_week(said: str) -> bool:
    """Tell whether days or hours are named at all."""
    return bool(re.search(r"\d", said) or any(_days(said)) or re.search(r"week|fin de|semana|every|todos|daily", said))


def changed(said: str, old: Windows, new: Windows) -> list[Json]:
    """Put what was read in the place of the old windows, or beside them; days alone keep the hours said before.

    Args:
        said: folded.
        new: what was read of it by itself.
    """
    hours = {(window["from"], window["to"]) for window in old}
    if len(hours) == 1 and not _WHOLE_DAY.search(said):
        ((begins, ends),) = hours
        new = [
            {**window, "from": begins, "to": ends} if (window["from"], window["to"]) == _OPEN else window
            for window in new
        ]
    if adds(said):
        named = {window["day"] for window in new}
        new = [*(window for window in old if window["day"] not in named), *new]
    return [*sorted(new, key=_order)]


def moved(said: str, windows: Windows) -> list[Json] | None:
    """Take a day out of the week, or put another in its place with the same hours: "Tuesday not Monday"."""
    free = {str(window["day"]) for window in windows}
    named = list(_days(said))
    if (but := _BUT_NOT.search(said)) and (day := _day(but[1])) in free and len(named) == 1 and len(free) > 1:
        return [window for window in windows if window["day"] != day]
    old = next((day for found in _NOT.finditer(said) if (day := _day(found[1])) in free), None)
    new = [day for day in named if day != old]
    if old is None or len(new) != 1 or re.search(r"\d", said):
        return None
    stays = new[0] in free
    kept = [{**w, "day": new[0]} if w["day"] == old else w for w in windows if w["day"] != old or not stays]
    return [*sorted(kept, key=_order)]


def _order(window: dict[str, Json]) -> tuple[int, str]:
    return _DAYS.index(str(window["day"])), str(window["from"])


def _days(said: str) -> Iterator[str]:
    yield from dict.fromkeys(day for word in re.findall(r"[a-z]+", said) if (day := _day(word)))


def _day(word: str) -> str | None:
    number = WEEKDAYS.get(word, WEEKDAYS.get(word.removesuffix("s")))
    return _DAYS[number] if number is not None else None
