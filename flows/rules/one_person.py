"""Decide whether two people in our books are one who writes on two channels, and which of the two stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flows.facts import Json
from flows.stages import Stage

#: Wrong codes in a row from one side, and for how long nothing more is tried from there.
MAX_MISSES: Final = 5
MISSES_WITHIN_S: Final = 600

_REFUSED: Final = frozenset({Stage.NOT_ELIGIBLE, Stage.WAITING_GUARDIAN})


def differ(
    one: Mapping[str, Json], other: Mapping[str, Json], *, stages: frozenset[Stage] = frozenset(), tied: bool = False
) -> str | None:
    """Say why two cannot be one person without a human's look; ``None`` when they can.

    Nobody leaves a refusal, or the wait for a guardian, behind by joining somebody else.

    Args:
        stages: where the two stand.
        tied: whether one is the other's guardian, or both belong to the same organisation.
    """
    if tied:
        return "tied"
    born, also_born = one.get("birth_date"), other.get("birth_date")
    if born and also_born and born != also_born:
        return "birth_dates"
    if len(stages) > 1 and stages & _REFUSED and stages - _REFUSED - {Stage.ENQUIRED, Stage.SCREENING}:
        return "stages"
    return None


def stays(one: Mapping[str, Json], other: Mapping[str, Json], *, older: bool) -> bool:
    """Tell whether the first of two stays: the one who has told us more; else the older.

    Args:
        older: whether the first came first.
    """
    return len(one) > len(other) or (len(one) == len(other) and older)
