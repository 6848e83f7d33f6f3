"""Decide where a person stands once an answer has changed: every later gate is looked at again, each move with its cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flows.stages import Stage

#: Whoever is here has not been accepted, or left: answers decide there through the flow, or not at all.
UNTOUCHED: Final = frozenset({Stage.ENQUIRED, Stage.SCREENING, Stage.PAUSED, Stage.ENDED, Stage.NOT_ELIGIBLE})
#: Has no date yet that depends on what is asked: the checks come first, as for whoever signs up so.
_CHECKED_FIRST: Final = frozenset({Stage.ELIGIBLE, Stage.READY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What each gate says about a person today."""

    minor: bool
    #: Whether a guardian's consent holds today.
    guardian_agreed: bool
    #: Whether a coordinator decides about their role and audience; of what one has decided already, it is not asked.
    needs_review: bool
    #: Kinds of requirements that are not met today.
    outstanding: tuple[str, ...] = ()


def stage_after(stage: Stage, gates: Gates) -> tuple[Stage, str]:
    """Return where a person stands from now on, with the gate that decided; the same stage and no cause if none does.

    The order is that of a sign-up: a guardian, a coordinator, the checks.
    """
    if stage in UNTOUCHED:
        return stage, ""
    if gates.minor and not gates.guardian_agreed:
        return Stage.WAITING_GUARDIAN, "" if stage is Stage.WAITING_GUARDIAN else "under 18"
    if gates.needs_review:
        return Stage.IN_REVIEW, "" if stage is Stage.IN_REVIEW else "a coordinator decides"
    accepted = Stage.VETTING if gates.outstanding else Stage.ELIGIBLE
    if stage is Stage.WAITING_GUARDIAN:
        return accepted, "no guardian decides any more"
    if stage is Stage.IN_REVIEW:
        return accepted, "no coordinator has to decide any more"
    if stage in _CHECKED_FIRST and gates.outstanding:
        return Stage.VETTING, "more is asked"
    if stage is Stage.VETTING and not gates.outstanding:
        return Stage.ELIGIBLE, "nothing is asked any more"
    return stage, ""


def after_training(*, came: bool) -> Stage:
    """Return where somebody stands who has brought everything."""
    return Stage.READY if came else Stage.ELIGIBLE
