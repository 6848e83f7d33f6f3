"""The stages of a volunteer's life with us, and what each allows."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """Where a person stands between a first text and service at a school."""

    ENQUIRED = "enquired"  #: wrote to us, has not agreed to anything
    SCREENING = "screening"  #: agreed to texts, is answering questions
    WAITING_GUARDIAN = "waiting_guardian"  #: under 18; a guardian's consent is outstanding
    WAITING_AID_OFFICE = "waiting_aid_office"  #: the college's aid office has to authorise work-study
    WAITING_EMPLOYER = "waiting_employer"  #: the employer has to approve
    IN_REVIEW = "in_review"  #: a coordinator decides
    ELIGIBLE = "eligible"  #: accepted; no training booked yet
    VETTING = "vetting"  #: checks under way
    TRAINING = "training"  #: has a training session booked
    READY = "ready"  #: trained, may take shifts
    PLACED = "placed"  #: has a shift booked
    ACTIVE = "active"  #: has served at least once
    PAUSED = "paused"  #: rests by their own wish
    ENDED = "ended"  #: left us
    NOT_ELIGIBLE = "not_eligible"  #: cannot serve


#: Those who have been accepted and may book training.
MAY_TRAIN: Final = frozenset({Stage.ELIGIBLE, Stage.TRAINING, Stage.READY, Stage.PLACED, Stage.ACTIVE})
#: Those who have attended training and may take shifts.
MAY_SERVE: Final = frozenset({Stage.READY, Stage.PLACED, Stage.ACTIVE})
