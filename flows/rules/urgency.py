"""Say who of those that wait for staff is seen first: somebody in danger, then who waits for a word or a shift at risk, then the rest."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Final


class Urgency(IntEnum):
    """How soon staff should look; the lower is first."""

    DANGER = 0
    #: Somebody waits for a human's answer, or a shift of the next days fails.
    SOON = 1
    #: A decision that nobody stands at the door for.
    IN_TURN = 2


_DANGER: Final = frozenset({"harm"})
_SOON: Final = frozenset(
    {"another_person", "asked_for_a_person", "asked_for_letter", "call_me", "delete_data", "not_understood", "question"}
    | {"unclear_opt_out", "wrote_freely"}
    | {"late", "late_cancellation", "no_cover", "nobody_to_ask", "nobody_took_it", "not_covered", "shift_at_risk"}
)
#: What is named here; a test holds them against the words that staff read.
NAMED: Final = _DANGER | _SOON


def urgency(tasks: Iterable[str], *, is_answered: bool = False) -> Urgency:
    """Say how soon staff should look at somebody.

    Args:
        tasks: why staff was asked: kinds and reasons of the tasks that are open about them.
        is_answered: whether a human holds the talk already, so that the person expects the next word.
    """
    kinds = {reason.replace(" ", "_").lower() for reason in tasks}
    if kinds & _DANGER:
        return Urgency.DANGER
    return Urgency.SOON if is_answered or kinds & _SOON else Urgency.IN_TURN
