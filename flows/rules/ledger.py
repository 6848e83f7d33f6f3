"""Decide to which ledger served time goes, how long it was, and that no minute counts twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from flows.facts import Json
from flows.rules.organisations import PaidBy


class Ledger(StrEnum):
    """What an hour counts as; the four are never added up."""

    VOLUNTEER = "volunteer"
    WAGES = "wages"  #: work-study: the college pays for it
    PAID_TIME_OFF = "paid_time_off"  #: the employer pays for it
    STIPEND = "stipend"  #: a programme for older adults pays an allowance


class HoursStatus(StrEnum):
    """How far a claim has come; everything but ``VOID`` is live."""

    CLAIMED = "claimed"  #: the person says so
    APPROVED = "approved"
    DISPUTED = "disputed"  #: the supervisor says it was otherwise; a human decides
    VOID = "void"  #: another row took its place, or it never was


#: Up to this long before the start, HERE means this shift.
DOOR_OPENS: Final = timedelta(minutes=60)
#: Up to this long after the start, DONE means this shift.
LOOK_BACK: Final = timedelta(days=7)
#: How much longer than planned it may have been without anybody looking at it.
_USUAL_EXTRA: Final = 30
#: Nobody serves longer than this in one go; a larger number is a slip.
MOST_MINUTES: Final = 16 * 60
#: Whoever says DONE this close to the end stayed to the end.
_ALMOST_OVER: Final = timedelta(minutes=15)
_STEP: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of served time."""

    starts_at: datetime
    minutes: int

    @property
    def ends_at(self) -> datetime:
        """The instant it ends."""
        return self.starts_at + timedelta(minutes=self.minutes)


def ledger_for(audience: str | None, answers: Mapping[str, Json], paid_by: PaidBy | None) -> Ledger:
    """Say to which ledger somebody's time goes.

    Args:
        answers: what they told us: which programme they are in.
        paid_by: whose award or paid time the very booking has taken; nothing else makes time paid, neither a wish nor a
            confirmation.
    """
    if paid_by is not None:
        return Ledger.WAGES if paid_by is PaidBy.COLLEGE else Ledger.PAID_TIME_OFF
    if (
        audience == "older_adult"
        and answers.get("programme") == "foster_grandparent"
        and answers.get("income_within_limit") is True
    ):
        return Ledger.STIPEND
    return Ledger.VOLUNTEER


def usual_minutes(planned: Span, now: datetime) -> int:
    """Say how long somebody served who names no hours: as planned, or until now if they leave early."""
    if now >= planned.ends_at - _ALMOST_OVER:
        return planned.minutes
    so_far = int((now - planned.starts_at).total_seconds() // 60)
    return min(max(so_far - so_far % _STEP, _STEP), planned.minutes)


def is_possible(minutes: int) -> bool:
    """Tell whether a number of minutes can be meant at all."""
    return 0 < minutes <= MOST_MINUTES


def needs_look(minutes: int, *, planned: int) -> bool:
    """Tell whether a human should look at a claim: it is shorter than planned, or half an hour longer."""
    return minutes < planned or minutes > planned + _USUAL_EXTRA


def overlaps(span: Span, others: Iterable[Span]) -> bool:
    """Tell whether any of its minutes is counted already; what begins as another ends does not overlap."""
    return any(span.starts_at < other.ends_at and other.starts_at < span.ends_at for other in others)


def is_at_the_door(planned: Span, now: datetime) -> bool:
    """Tell whether HERE can mean this shift."""
    return planned.starts_at - DOOR_OPENS <= now < planned.ends_at
