"""Take places at trainings and shifts, give them back, stand in line for them, and tell the hours served."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flows.messages import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Take a seat; the whole turn is refused when none is left."""

    slot: str
    #: The call for cover that it answers; the turn is refused as well when somebody else has answered that.
    cover: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSet:
    """Take a seat in every open slot of a series from one on; the whole turn is refused when that one has none left."""

    slot: str
    #: Weekdays that fit, Monday 0.
    days: tuple[int, ...]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Give a booked seat back and drop its reminders."""

    booking: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinLine:
    """Wait for a seat in a slot that is full."""

    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveLine:
    """Wait no longer; a seat that was kept goes to the next in line."""

    slot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """Note that the person said they will come."""

    booking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineCover:
    """Note that the person does not take over a shift that they were asked about."""

    cover: str
    #: Whether they would have, but somebody else was first.
    too_late: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSwap:
    """Ask a colleague whether they take over the person's place."""

    booking: str
    #: The colleague's reference.
    colleague: str
    text: str
    choices: tuple[Choice, ...]
    until: datetime
    #: The code by which the colleague was named; it is used up, and the turn is refused when it holds no more.
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSwap:
    """Take over a colleague's place, or decline; the turn is refused when that place is no longer theirs to give."""

    swap: str
    slot: str
    taken: bool
    #: What the colleague is told.
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckIn:
    """Note that the person is at the door."""

    booking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimHours:
    """Note that the person came, and how long they served; takes the place of what they said before."""

    booking: str
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MissShift:
    """Note that the person did not come."""

    booking: str
    cause: str
