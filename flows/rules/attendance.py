"""Decide when somebody is asked at the door or afterwards, and what follows from having come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from flows.facts import SlotKind
from flows.stages import Stage

#: After the end: when we ask whether they came, and how long we wait for an answer.
ASK_AFTER: Final = timedelta(hours=1)
ANSWER_WITHIN: Final = timedelta(days=3)
#: Shifts that ended longer ago are not asked about any more, as after a long outage.
STILL_ASKED: Final = timedelta(days=3)
#: Every so many shifts missed, a human is told.
MISSED_BEFORE_HUMAN: Final = 3

#: Whoever has gone further, or is still being checked, stays where they are.
_MOVES: Final[Mapping[SlotKind, tuple[frozenset[Stage], Stage]]] = {
    SlotKind.TRAINING: (frozenset({Stage.ELIGIBLE, Stage.TRAINING}), Stage.READY),
    SlotKind.SHIFT: (frozenset({Stage.READY, Stage.PLACED}), Stage.ACTIVE),
}


def stage_after(kind: SlotKind, stage: Stage) -> Stage:
    """Say where somebody stands who has come: from training to ready, from a first shift to active."""
    before, after = _MOVES[kind]
    return after if stage in before else stage


def tells_human(missed: int) -> bool:
    """Tell whether this many missed shifts, the latest included, are for a human to look at."""
    return missed > 0 and missed % MISSED_BEFORE_HUMAN == 0
