"""Decide when a guardian has to agree, until when that holds, and where the person under 18 stands after a decision."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from flows.facts import GuardianStatus, age_on
from flows.rules.eligibility import ADULT
from flows.rules.requirements import Held, Status
from flows.stages import Stage

#: The requirement that a guardian's consent fulfils, in ``flows/requirements.toml``.
KIND: Final = "guardian_consent"
#: How often one contact is asked about one person under 18, under whatever names: nobody is worn down.
MOST_NAMES: Final = 2
#: Asked at most once more, after this time without an answer.
ASK_AGAIN: Final = timedelta(days=3)
#: Staff see a guardian who has not answered for so long.
SILENT_AFTER: Final = timedelta(days=3)
#: Stages that a withdrawal does not move: whoever is there does nothing that needs a consent.
_UNTOUCHED: Final = frozenset(
    {Stage.ENQUIRED, Stage.SCREENING, Stage.WAITING_GUARDIAN, Stage.PAUSED, Stage.ENDED, Stage.NOT_ELIGIBLE}
)
#: What is left of a stage once all dates are given back.
_WITHOUT_DATES: Final = {Stage.TRAINING: Stage.ELIGIBLE, Stage.PLACED: Stage.READY}


class Decision(StrEnum):
    """What a guardian decides."""

    AGREE = "agree"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


#: What each decision may follow; anything else has been decided before, or can no longer be.
MAY_FOLLOW: Final = {
    Decision.AGREE: frozenset({GuardianStatus.ASKED, GuardianStatus.DECLINED, GuardianStatus.WITHDRAWN}),
    Decision.DECLINE: frozenset({GuardianStatus.ASKED}),
    Decision.WITHDRAW: frozenset({GuardianStatus.AGREED}),
}
BECOMES: Final = {
    Decision.AGREE: GuardianStatus.AGREED,
    Decision.DECLINE: GuardianStatus.DECLINED,
    Decision.WITHDRAW: GuardianStatus.WITHDRAWN,
}


def applies(birth_date: date | None, today: date) -> bool:
    """Tell whether a guardian decides for somebody: from the 18th birthday on, nobody does."""
    return birth_date is not None and age_on(birth_date, today) < ADULT


def refused(held: Iterable[Held]) -> bool:
    """Tell whether a guardian has refused or taken the consent back, and nobody else has been asked since."""
    return any(one.kind == KIND and one.status is Status.REFUSED for one in held)


def same_person(one: str, other: str) -> bool:
    """Tell whether two names of a guardian are of one person, by the first: families share the others, and misspell them."""
    return _first(one) == _first(other)


def _first(name: str) -> str:
    signs = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in signs if not unicodedata.combining(sign)).partition(" ")[0]


def last_day(birth_date: date) -> date:
    """Return the last day on which a guardian's consent is needed, and holds."""
    day = birth_date + timedelta(days=365 * ADULT)  # some days too early, whatever the leap years
    while age_on(birth_date, day + timedelta(days=1)) < ADULT:
        day += timedelta(days=1)
    return day


def stage_after(decision: Decision, stage: Stage, *, before: Stage | None, needs_review: bool) -> Stage:
    """Say where a person stands once their guardian has decided.

    Args:
        stage: where they stand now.
        before: where they stood when an earlier consent was withdrawn.
        needs_review: whether a coordinator has to decide about them.
    """
    match decision:
        case Decision.AGREE if stage is Stage.WAITING_GUARDIAN:
            if before is not None:
                return _WITHOUT_DATES.get(before, before)
            return Stage.IN_REVIEW if needs_review else Stage.ELIGIBLE
        case Decision.WITHDRAW if stage not in _UNTOUCHED:
            return Stage.WAITING_GUARDIAN
        case _:
            return stage
