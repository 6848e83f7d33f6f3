"""Decide where a person stands once an answer has changed: every later gate is looked at again, each move with its cause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flows.stages import Stage

#: Whoever is here has not been accepted, or left: answers decide there through the flow, or not at all.
_UNTOUCHED: Final = frozenset(
    {
        Stage.ENQUIRED,
        Stage.SCREENING,
        Stage.WAITING_AID_OFFICE,
        Stage.WAITING_EMPLOYER,
        Stage.PAUSED,
        Stage.ENDED,
        Stage.NOT_ELIGIBLE,
    }
)
#: Not served yet: a coordinator can still decide before anything happens.
_REVIEWABLE: Final = frozenset({Stage.ELIGIBLE, Stage.VETTING, Stage.TRAINING, Stage.READY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gates:
    """What each gate says about a person today."""

    minor: bool
    #: Whether a guardian's consent holds today.
    guardian_agreed: bool
    #: Whether a coordinator decides about their role and audience.
    needs_review: bool
    #: Kinds of requirements that are not met today.
    outstanding: tuple[str, ...] = ()


def stage_after(stage: Stage, gates: Gates) -> tuple[Stage, str]:
    """Return where a person stands from now on, with the gate that decided; the same stage and no cause if none does."""
    if stage in _UNTOUCHED:
        return stage, ""
    if gates.minor and not gates.guardian_agreed:
        return Stage.WAITING_GUARDIAN, "" if stage is Stage.WAITING_GUARDIAN else "under 18"
    if stage is Stage.WAITING_GUARDIAN:
        return (Stage.IN_REVIEW if gates.needs_review else Stage.ELIGIBLE), "no guardian decides any more"
    if gates.needs_review and stage in _REVIEWABLE:
        return Stage.IN_REVIEW, "a coordinator decides"
    if stage is Stage.VETTING and not gates.outstanding:
        return Stage.ELIGIBLE, "nothing is asked any more"
    return stage, ""


def after_training(*, came: bool) -> Stage:
    """Return where somebody stands who has brought everything."""
    return Stage.READY if came else Stage.ELIGIBLE
