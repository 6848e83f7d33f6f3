"""What the hot path asks of a database: the values that go in and come out, and the protocol both databases fulfil."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from flows.effects import Effect, TimerKind
from flows.events import Colleague, Owner
from flows.facts import (
    Booking,
    Coordinator,
    CoverAsk,
    History,
    Person,
    SeatOffer,
    Served,
    Slot,
    SlotKind,
    SwapAsk,
    Visit,
    Ward,
)
from flows.messages import (
    Address,
    Choice,
    Consequence,
    DeliveryReport,
    Inbound,
    Outbound,
    Purpose,
)
from flows.rules.contact import BroadcastState, Recipient
from flows.rules.covering import Helper
from flows.rules.links import LinkPurpose
from flows.rules.organisations import Organisation
from flows.rules.reaching import Way
from storage.work import Upcoming


class OutboxStatus(IntEnum):
    """How far a message of the outbox has come; a delivery report only ever moves it forward."""

    WAITING = 0  #: not before a later instant
    READY = 1  #: may be claimed
    SENDING = 2  #: claimed: the provider is being asked
    UNKNOWN = 3  #: the provider's answer was lost; it may have been sent
    SENT = 4  #: the provider accepted it
    DELIVERED = 5  #: the provider says it arrived
    UNDELIVERED = 6  #: the provider says it did not arrive
    FAILED = 7  #: the provider refused it, or attempts ran out
    DROPPED = 8  #: we decided not to send it


# --- a turn -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a turn starts from. A stranger has ``person_id`` ``None`` and version 0."""

    person_id: int | None
    version: int
    #: The conversation as ``flows.conversation`` wrote it; ``None`` before the first turn.
    conversation: str | None
    person: Person
    bookings: tuple[Booking, ...]
    #: Shifts that are over, of which they were asked whether they came.
    unanswered: tuple[Booking, ...] = ()
    #: Seats kept for them from a wait-list.
    offers: tuple[SeatOffer, ...] = ()
    lines: tuple[Slot, ...] = ()
    #: Shifts that they were asked to take over.
    asks: tuple[CoverAsk | SwapAsk, ...] = ()
    #: People under 18 who have named them as their guardian.
    wards: tuple[Ward, ...] = ()
    #: Who they are to the hub, if they may broadcast.
    coordinator: Coordinator | None = None
    #: What they were asked about others, who have told us nothing about themselves.
    outsider: LinkPurpose | None = None
    #: Employers, colleges and districts; only for whoever may be asked for theirs.
    organisations: tuple[Organisation, ...] = ()
    #: When codes that nobody has came from the same address, within a day.
    wrong_codes: tuple[datetime, ...] = ()
    #: Whether a manager of their employer approves each shift on paid time.
    approves_shifts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnWrite:
    """All that one turn changes, applied as a whole or not at all."""

    hub: str
    #: ``None`` when a timer caused the turn.
    inbound: Inbound | None
    #: Whom the turn is with: the sender of the inbound, or where a timer's person last wrote from.
    address: Address
    #: The conversation version that was loaded; another one in the database makes the write ``Stale``.
    person_id: int | None
    version: int
    conversation: str
    effects: tuple[Effect, ...]
    #: The decisions of the turn with their reasons, as JSON, for whoever asks why.
    trace: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The turn is durable."""

    person_id: int
    #: Outbox messages that the turn added.
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """This provider id has been taken in before; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """Another turn of the same conversation came first; load and think again. Nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatTaken:
    """The slot that the turn wanted to book has no seat left. Nothing was changed."""

    slot: str


TurnResult = Applied | Known | Stale | SeatTaken


# --- the outbox -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message that does not answer anybody: a reminder or a notice."""

    #: Repeating the same key adds nothing.
    dedupe_key: str
    person_id: int
    text: str
    purpose: Purpose
    choices: tuple[Choice, ...] = ()
    #: The step that offers the choices.
    step: str = ""
    not_before: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A message that one sender has taken, committed as ``SENDING``, with what the contact rule needs to know."""

    id: int
    message: Outbound
    purpose: Purpose
    person_id: int | None
    #: Whom it goes to, as they were read with it.
    recipient: Recipient
    #: How often a provider has been asked before this time; of an unsettled message, the lost time included.
    attempts: int
    created_at: datetime
    #: The state of the broadcast that it belongs to.
    broadcast: BroadcastState | None = None
    #: Of an unsettled message: whether we ended before we had an answer, rather than that the answer was lost.
    cut_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """What became of a claimed message."""

    id: int
    status: OutboxStatus
    provider_id: str | None = None
    segments: int | None = None
    #: The provider's error code, or our reason to wait or drop; shown to coordinators.
    reason: str | None = None
    #: With ``WAITING``: when to try again.
    not_before: datetime | None = None
    #: Whether a provider was asked; if not, the claim does not count as an attempt.
    asked: bool = True
    consequence: Consequence = Consequence.NONE
    #: Leave the secret part of a link, or a one-time code, in the text: the simulator shows what left from our own rows.
    keep_secret: bool = False


# --- reminders --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DueReminder:
    """A reminder whose time has come."""

    id: int
    kind: str
    person_id: int
    booking: Booking
    language: str | None
    #: The person's zone, in which times are told.
    zone: str | None
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderSettled:
    """What became of a due reminder: a message for the outbox, or the reason why not."""

    id: int
    booking: str
    message: NewMessage | None
    reason: str
    #: Whether staff shall look after the person, who has answered none of them.
    is_silent: bool = False
    #: When to see whether this, the last one, has been answered; ``None``: it asks nothing.
    look_at: datetime | None = None


# --- timers -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DueTimer:
    """A conversation that is looked at again, with all that its turn starts from."""

    person_id: int
    #: The turn that set the timer.
    turn: int
    kind: TimerKind
    #: Where the person last wrote from; ``None`` when it is somebody else's by now.
    address: Address | None
    loaded: Loaded
    #: Whether they have asked for a human, who has not closed that task yet.
    awaits_human: bool = False


# --- wait-lists -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptSeat:
    """A seat that has become free and is kept for whoever waits longest; they have not been told yet."""

    id: int
    ref: str
    person_id: int
    slot: Slot
    language: str | None
    zone: str | None
    #: Whether they can be written to: reachable, agreed, not opted out.
    can_be_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatTold:
    """What became of a kept seat: a message and until when it is kept, or nothing, and it goes to the next."""

    id: int
    message: NewMessage | None
    until: datetime | None


# --- calls for cover --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class DueCover:
    """A call for cover of which the next wave is due."""

    id: int
    ref: str
    #: How many waves there have been; the next counts only as long as nobody else has begun it.
    wave: int
    #: Seats still to be filled.
    seats: int
    slot: Slot
    cancelled: bool
    #: Whether anybody has been asked.
    was_asked: bool
    #: Whether somebody had a place there and gave it back; else it was never full.
    was_given_back: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverSettled:
    """What becomes of a due call: who is asked now and when it is looked at again, or its end."""

    id: int
    wave: int
    #: ``open``, ``filled``, ``gave_up``.
    status: str
    reason: str = ""
    messages: tuple[NewMessage, ...] = ()
    next_wave_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LapsedSwap:
    """A place that a colleague was asked to take over, and has not said anything about."""

    id: int
    ref: str
    #: Who asked.
    person_id: int
    slot: Slot
    language: str | None
    zone: str | None


class Store(Protocol):
    """The hot statements. Every method is durable when it returns and safe to repeat."""

    async def start(self) -> None:
        """Open connections; the schema is already migrated."""

    async def close(self) -> None:
        """Finish what is queued and close connections."""

    async def ready(self) -> bool:
        """Tell whether the database answers."""

    async def load(self, hub: str, inbound: Inbound, now: datetime) -> Loaded | Known:
        """Read what a turn needs: person, conversation and bookings of the sender."""

    async def load_person(self, hub: str, ref: str, now: datetime) -> tuple[Address, Loaded] | None:
        """Read what a turn with somebody starts from that nobody has written in; ``None``: they cannot be written to."""

    async def find_slots(self, hub: str, kind: SlotKind, now: datetime, *, until: datetime) -> list[Slot]:
        """List open slots that begin between two instants, soonest first, full ones too."""

    async def visits(self, hub: str, person_id: int, now: datetime) -> tuple[tuple[Visit, ...], tuple[Served, ...]]:
        """Read which shifts of somebody have begun in the last days, the latest first, and what counts already."""

    async def hours_of(self, hub: str, person_id: int) -> tuple[int, int]:
        """Add up somebody's minutes: those that are approved, and those that wait for it."""

    async def history(self, hub: str, person_id: int) -> History:
        """Read which courses somebody has finished and where they served last."""

    async def apply(self, turn: TurnWrite) -> TurnResult:
        """Make one turn durable: receipt, conversation, effects, outbox, in one commit."""

    async def report(self, hub: str, report: DeliveryReport, now: datetime) -> bool:
        """Take a delivery report, forward only; tell whether it changed anything."""

    async def upcoming(self, hub: str) -> Upcoming:
        """Find when that is next due which is looked for every second."""

    async def upcoming_seldom(self, hub: str, now: datetime, *, since: datetime, until: datetime) -> Upcoming:
        """Find when that is next due which is looked for every minute.

        Args:
            since: shifts that began earlier have been looked at.
            until: shifts that begin later are not looked for yet.
        """

    async def waiting_senders(self, hub: str) -> list[tuple[str, str]]:
        """List ``(channel, account)`` pairs that have ready messages."""

    async def claim(self, hub: str, channel: str, account: str, limit: int, now: datetime) -> list[Claimed]:
        """Take up to ``limit`` ready messages of one sender, by priority and age, never two of one address at once."""

    async def look_again(self, hub: str, claimed: Sequence[Claimed], now: datetime) -> list[Claimed]:
        """Read once more what the contact rule needs to know about claimed messages; those settled by now are missing."""

    async def spent(self, hub: str, now: datetime) -> int:
        """Count the parts of text messages that a hub has sent on this day of its own."""

    async def settle(self, settlements: Sequence[Settlement], now: datetime) -> None:
        """Record what became of claimed messages."""

    async def promote(self, now: datetime) -> int:
        """Make waiting messages whose time has come ready; return how many."""

    async def unsettled(self, hub: str, before: datetime, limit: int) -> list[Claimed]:
        """List messages left ``SENDING`` or ``UNKNOWN`` since before an instant, to be reconciled."""

    async def due_reminders(self, hub: str, now: datetime, limit: int) -> list[DueReminder]:
        """List pending reminders that are due, oldest first."""

    async def settle_reminders(self, hub: str, settled: Sequence[ReminderSettled], now: datetime) -> None:
        """Turn due reminders into outbox messages, once each."""

    async def due_timers(self, hub: str, now: datetime, limit: int) -> list[DueTimer]:
        """List timers that are due, oldest first."""

    async def drop_timers(self, hub: str, due: Sequence[DueTimer]) -> None:
        """Take away timers that nothing can come of, unless they have been set anew."""

    async def move_lines(self, hub: str, now: datetime) -> bool:
        """Take back seats whose time to answer is up and keep each free one for the next in line; tell whether any."""

    async def kept_seats(self, hub: str, limit: int) -> list[KeptSeat]:
        """List seats kept for people who have not been told yet."""

    async def tell_kept(self, hub: str, told: Sequence[SeatTold], now: datetime) -> None:
        """Write the offers of kept seats to the outbox, once each; a seat that is not offered goes to the next."""

    async def due_covers(self, hub: str, now: datetime, limit: int) -> list[DueCover]:
        """List open calls for cover of which the next wave is due."""

    async def helpers(self, hub: str, cover: DueCover, *, limit: int, offset: int) -> list[Helper]:
        """List a part of those who might cover, least recently asked first."""

    async def settle_cover(self, hub: str, settled: CoverSettled, now: datetime) -> int:
        """Ask a wave, each person once about a shift, or end the call; return how many were asked."""

    async def lapsed_swaps(self, hub: str, now: datetime, limit: int) -> list[LapsedSwap]:
        """List what colleagues were asked and have not answered in time."""

    async def end_swaps(self, hub: str, told: Sequence[tuple[LapsedSwap, NewMessage]], now: datetime) -> None:
        """End them, and tell whoever asked that the place is still theirs, once each."""

    async def colleague(self, hub: str, phone: str, now: datetime, *, code: str = "") -> Colleague | None:
        """Find who has a phone number, or has given a code away."""

    async def find_by_code(self, hub: str, code: str, person_id: int | None, now: datetime) -> Owner | None:
        """Find who was given a code on another channel.

        Args:
            person_id: who typed it; ``None`` for a stranger.
        """

    async def ways(self, hub: str, person_id: int) -> tuple[Way, ...]:
        """List where somebody can be written to."""

    async def seal_trail(self, hub: str, now: datetime) -> int:
        """Chain what was added to the trail of decisions; return how many rows."""

    async def open_broadcasts(self, hub: str) -> list[str]:
        """List the references of broadcasts of which something is left to be done, oldest first."""

    async def fan_out(self, hub: str, broadcast: str, limit: int, now: datetime) -> int:
        """Write the next batch of a confirmed broadcast to the outbox; return how many people it covered, 0 at the end."""

    async def tend(self, hub: str, broadcast: str, limit: int, now: datetime) -> int:
        """Bring the next rows of a broadcast into line with its state; return how many, 0 when nothing is left to do now.

        Of one that is paused or stopped messages are set aside or dropped, of one that goes on they are put back, and one of
        which everything has left is done. None of this is waited for: the sender asks the state itself.
        """
