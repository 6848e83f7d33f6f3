"""What can happen to a conversation: a message, a time that has come, or the shell's answer within the same turn."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from flows.effects import BroadcastAct, TimerKind
from flows.facts import Booking, History, Json, Person, Served, Slot, Visit
from flows.messages import Inbound, Purpose
from flows.rules.reaching import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsFound:
    """The answer to ``FindSlots``: what is open, soonest first; the engine picks what fits."""

    slots: tuple[Slot, ...]
    history: History = field(default_factory=History)


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsFound:
    """The answer to ``FindVisits``: shifts that have begun in the last days, the latest first."""

    visits: tuple[Visit, ...]
    #: All that counts already, theirs and of other shifts.
    served: tuple[Served, ...]
    #: How long they said it was, and which booking they meant, if they said so.
    minutes: int | None
    booking: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursFound:
    """The answer to ``FindHours``, in minutes."""

    approved: int
    #: What was claimed and nobody has agreed to yet.
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody else in the hub, as far as it decides whether they may take a place over."""

    ref: str
    person: Person
    bookings: tuple[Booking, ...]
    history: History
    #: Whether they can be written to: reachable, agreed, not opted out.
    can_be_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ColleagueFound:
    """The answer to ``FindColleague``; nobody may have that number, or have given that code away."""

    colleague: Colleague | None
    #: The code by which they were named, if they were.
    code: str = ""
    #: The booking that they might take over.
    booking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who was given a code, as far as it decides whether they are the one who typed it."""

    person: Person
    #: Whether it is the very same person.
    is_same: bool
    #: Whether one of the two is the other's guardian, or both belong to the same organisation.
    tied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerFound:
    """The answer to ``FindByCode``; nobody may have been given it."""

    code: str
    owner: Owner | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysFound:
    """The answer to ``FindWays``: every address of the person."""

    purposes: tuple[Purpose, ...]
    channel: str
    ways: tuple[Way, ...]


class BroadcastOutcome(StrEnum):
    """What a look at broadcasts has shown."""

    FOUND = "found"
    NO_AUDIENCE = "no_audience"
    WRONG_TEXT = "wrong_text"
    NOBODY = "nobody"  #: would get it
    WRONG_CODE = "wrong_code"
    NOTHING = "nothing"  #: runs that this could be done to


@dataclass(frozen=True, slots=True, kw_only=True)
class BroadcastFound:
    """The answer to ``AskBroadcast``: what it would do, or how far it has come."""

    act: BroadcastAct
    outcome: BroadcastOutcome
    author: str
    #: Reference of the user.
    user: str
    #: Names of saved audiences.
    audiences: tuple[str, ...] = ()
    ref: str = ""
    name: str = ""
    code: str = ""
    people: int = 0
    left_out: int = 0
    #: Parts of text messages in all, and what they cost in dollars; ``None`` when no price is configured.
    parts: int = 0
    cost: float | None = None
    #: When the last message has left, in the hub's zone.
    finish_at: datetime | None = None
    sent: int = 0
    is_paused: bool = False
    #: As JSON.
    recipients: str = ""
    body: str = ""
    first_name_else: str = "{}"
    site_else: str = "{}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerDue:
    """Nobody has written since ``SetTimer``, and its time has come."""

    #: The turn that set the timer; once another has been taken, it does nothing.
    turn: int
    kind: TimerKind
    #: Whether they have asked for a human, and still wait for one.
    awaits_human: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A coordinator corrects an answer that somebody has given."""

    #: The name under which it is kept.
    field: str
    value: Json
    #: ``coordinator:NAME``.
    author: str


Event = (
    BroadcastFound
    | ColleagueFound
    | Corrected
    | HoursFound
    | Inbound
    | OwnerFound
    | SlotsFound
    | TimerDue
    | VisitsFound
    | WaysFound
)
