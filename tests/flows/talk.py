"""Hold a dialogue with the engine in memory: effects are applied to facts, as the store would, and nothing leaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from channels.render import as_sms
from flows.conversation import Conversation, Frame
from flows.effects import (
    Book,
    BroadcastAct,
    ClaimHours,
    ClearTimer,
    Confirm,
    Effect,
    Forget,
    LookAgain,
    MissShift,
    Release,
    Remember,
    Say,
    SetTimer,
)
from flows.effects.learned import learned
from flows.engine import Turn, advance
from flows.events import (
    BroadcastFound,
    BroadcastOutcome,
    Colleague,
    ColleagueFound,
    Event,
    HoursFound,
    OwnerFound,
    SlotsFound,
    TimerDue,
    VisitsFound,
    WaysFound,
)
from flows.facts import (
    Booking,
    BookingStatus,
    Coordinator,
    CoverAsk,
    Facts,
    History,
    Hub,
    Person,
    SeatOffer,
    Served,
    Slot,
    SlotKind,
    SwapAsk,
    Visit,
    Ward,
)
from flows.library import Library, shipped
from flows.lookups import AskBroadcast, FindByCode, FindColleague, FindHours, FindVisits, FindWays
from flows.messages import Address, Choice, Inbound, InboundKind, Outbound, Tap
from flows.rules.reaching import Way
from flows.stages import Stage

LIBRARY: Final = shipped()
HUB: Final = Hub(id="test", name="Chicago Reads", zone="America/Chicago", help_phone="312-555-0100")
PHONE: Final = Address(channel="sms", account="+13125550100", user="+13125550142")
#: A Monday, ten in the morning in Chicago.
MONDAY: Final = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
#: From a first word to the offer of training dates, for a mentor of 70 in Chicago.
SCREENED: Final = ("HI", "1", "1", "60614", "5/14/1956", "3", "1", "1", "2", "weekday afternoons", "1")

AnEffect = TypeVar("AnEffect", bound=Effect)


def slot(ref: str, day: int, hour: int, *, kind: SlotKind = SlotKind.SHIFT, seats_left: int = 5) -> Slot:
    """Make a slot of one hour, ``day`` days after ``MONDAY``, at a school in Chicago."""
    return Slot(
        ref=ref,
        kind=kind,
        title={"en": "Reading hour", "es": "Hora de lectura"},
        place="Lincoln School, 615 W Kemper Pl",
        starts_local=datetime(2026, 11, 23, hour, 0) + timedelta(days=day),  # noqa: DTZ001  # a wall clock
        zone="America/Chicago",
        minutes=60,
        seats_left=seats_left,
    )


TRAININGS: Final = tuple(slot(f"t{day}", day, 17, kind=SlotKind.TRAINING) for day in (2, 5, 9))
SHIFTS: Final = tuple(slot(f"s{day}", day, 15) for day in (1, 2, 3, 7, 8, 9))


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """How far one person's dialogue has come; a value, so that a test may go on from it in two ways."""

    conversation: Conversation = field(default_factory=Conversation)
    person: Person = field(default_factory=Person)
    bookings: tuple[Booking, ...] = ()
    #: Seats kept for them, and what they have done with us.
    offers: tuple[SeatOffer, ...] = ()
    lines: tuple[Slot, ...] = ()
    history: History = field(default_factory=History)
    #: What they were asked to take over, and who can be asked by whom they name, by phone.
    asks: tuple[CoverAsk | SwapAsk, ...] = ()
    colleagues: Mapping[str, Colleague] = field(default_factory=dict)
    #: Time that counts already, and bookings of which they were asked whether they came.
    served: tuple[Served, ...] = ()
    asked_after: frozenset[str] = frozenset()
    #: Where they can be written to.
    ways: tuple[Way, ...] = ()
    #: What is open when the engine asks.
    slots: tuple[Slot, ...] = TRAININGS + SHIFTS
    #: Slots that somebody else takes while the next turn is stored.
    seats_gone: frozenset[str] = frozenset()
    network_confirms: bool = False
    #: Who has named them as their guardian, and the channels by which others can be reached.
    wards: tuple[Ward, ...] = ()
    accounts: Mapping[str, str] = field(default_factory=dict)
    #: Who they are to the hub, and what a look at its broadcasts shows.
    coordinator: Coordinator | None = None
    broadcast: BroadcastFound = field(
        default_factory=lambda: BroadcastFound(
            act=BroadcastAct.HELP, outcome=BroadcastOutcome.NOTHING, author="", user=""
        )
    )
    #: Whether their employer approves each shift on paid time.
    approves_shifts: bool = False
    #: The timer that waits, and the turn that set it.
    timer: SetTimer | None = None
    timer_turn: int = 0
    library: Library = field(default=LIBRARY, repr=False)
    hub: Hub = HUB
    sender: Address = PHONE
    now: datetime = MONDAY
    #: The turn taken last.
    turn: Turn = field(default_factory=lambda: Turn(conversation=Conversation()), repr=False)

    def says(self, *texts: str) -> Talk:
        """Go on by texts the person writes, one turn each."""
        talk = self
        for text in texts:
            talk = talk.takes(Inbound(provider_id=talk._next_id, sender=self.sender, text=text))
        return talk

    def taps(self, step: str, choice: str) -> Talk:
        """Go on by a button."""
        tap = Tap(step=step, choice=choice)
        return self.takes(Inbound(provider_id=self._next_id, sender=self.sender, kind=InboundKind.TAP, tap=tap))

    def reports(self, kind: InboundKind, text: str = "") -> Talk:
        """Go on by what the network does."""
        return self.takes(Inbound(provider_id=self._next_id, sender=self.sender, kind=kind, text=text))

    def waits(self, late: timedelta = timedelta()) -> Talk:
        """Go on by silence until the timer is due, or some time after."""
        assert self.timer, "no timer is set"
        due = TimerDue(turn=self.timer_turn, kind=self.timer.kind)
        return replace(self, now=self.timer.due_at + late).takes(due)

    def takes(self, event: Inbound | TimerDue) -> Talk:
        """Take one turn, answering the engine's questions, and check what has to hold for every turn."""
        turn = self._think(event)
        assert self._think(event) == turn, "the same inputs gave another turn"
        encoded = turn.conversation.encode()
        stored = Conversation.decode(encoded)
        assert stored == turn.conversation
        assert stored.encode() == encoded
        return self._apply(replace(turn, conversation=stored))

    def later(self, by: timedelta) -> Talk:
        """Go on some time after."""
        return replace(self, now=self.now + by)

    def reminded(self, ref: str) -> Talk:
        """Go on after a reminder asked about a booking."""
        asked = tuple(replace(booking, asked=booking.asked or booking.ref == ref) for booking in self.bookings)
        return replace(self, bookings=asked)

    def at(self, stage: Stage) -> Talk:
        """Go on in another stage, as a coordinator may decide."""
        return replace(self, person=replace(self.person, stage=stage))

    @property
    def text(self) -> str:
        """What the last turn said; empty when it was silent."""
        said = self.all(Say)
        assert len(said) <= 1, "one turn says at most one message"
        text = said[0].text if said else ""
        for again in self.all(LookAgain):  # the store may find more, and fills it in likewise
            text = again.tell_freed(text, again.lost)
        return text

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The choices shown by the last turn."""
        return tuple(choice for say in self.all(Say) for choice in say.choices)

    @property
    def sms(self) -> str:
        """What the last turn said, as an SMS."""
        return as_sms(Outbound(reference="r", to=self.sender, text=self.text, choices=self.choices))

    @property
    def frame(self) -> Frame:
        """The flow under way."""
        assert self.conversation.frame, "no flow is under way"
        return self.conversation.frame

    @property
    def step(self) -> str | None:
        """The step that waits."""
        return self.conversation.frame.step if self.conversation.frame else None

    @property
    def answers(self) -> dict[str, object]:
        """What is kept of the person."""
        return dict(self.person.answers)

    def all(self, kind: type[AnEffect]) -> list[AnEffect]:
        """List the effects of one kind of the last turn."""
        return [effect for effect in self.turn.effects if isinstance(effect, kind)]

    @property
    def _next_id(self) -> str:
        return f"in-{self.conversation.turn}"

    @property
    def _facts(self) -> Facts:
        return Facts(
            hub=self.hub,
            person=self.person,
            bookings=tuple(one for one in self.bookings if one.slot.ends_at > self.now),
            unanswered=tuple(one for one in reversed(self.bookings) if one.ref in self.asked_after),
            offers=self.offers,
            lines=self.lines,
            asks=self.asks,
            seats_gone=self.seats_gone,
            network_confirms_opt_out=self.network_confirms,
            wards=self.wards,
            accounts=self.accounts,
            coordinator=self.coordinator,
            approves_shifts=self.approves_shifts,
        )

    def _think(self, happens: Inbound | TimerDue) -> Turn:
        whole = Turn(conversation=self.conversation)
        event: Event = happens
        facts = self._facts
        while True:
            part = advance(self.library, whole.conversation, event, facts, self.now)
            whole = replace(part, effects=whole.effects + part.effects, trace=whole.trace + part.trace)
            if part.needs is None:
                return whole
            facts = replace(facts, person=learned(facts.person, part.effects))
            if isinstance(part.needs, FindColleague):
                who = part.needs.phone or part.needs.code
                event = ColleagueFound(
                    colleague=self.colleagues.get(who), booking=part.needs.booking, code=part.needs.code
                )
                continue
            if isinstance(part.needs, FindVisits):
                begun = [Visit(booking=one) for one in reversed(self.bookings) if one.slot.starts_at <= self.now]
                event = VisitsFound(
                    visits=tuple(begun), served=self.served, minutes=part.needs.minutes, booking=part.needs.booking
                )
                continue
            if isinstance(part.needs, FindHours):
                event = HoursFound(
                    approved=sum(one.minutes for one in self.served if one.approved),
                    waiting=sum(one.minutes for one in self.served if not one.approved),
                )
                continue
            if isinstance(part.needs, FindByCode):
                event = OwnerFound(code=part.needs.code, owner=None)
                continue
            if isinstance(part.needs, AskBroadcast):
                event = replace(self.broadcast, act=part.needs.act, author=part.needs.author)
                continue
            if isinstance(part.needs, FindWays):
                event = WaysFound(purposes=part.needs.purposes, channel=part.needs.channel, ways=self.ways)
                continue
            kind = part.needs.kind
            event = SlotsFound(slots=tuple(slot for slot in self.slots if slot.kind is kind), history=self.history)

    def _apply(self, turn: Turn) -> Talk:
        person, bookings = learned(self.person, turn.effects), list(self.bookings)
        answers = dict(self.person.answers)
        timer, timer_turn = self.timer, self.timer_turn
        served, asked_after = list(self.served), self.asked_after
        for effect in turn.effects:
            match effect:
                case Remember(field=name, value=value):
                    answers[name] = value
                case Book(slot=ref):
                    bookings.append(self._booking(ref))
                case Release(booking=ref):
                    bookings = [booking for booking in bookings if booking.ref != ref]
                case Confirm(booking=ref):
                    bookings = [_confirmed(booking) if booking.ref == ref else booking for booking in bookings]
                case ClaimHours(booking=ref, minutes=minutes):
                    served = [one for one in served if one.booking != ref]
                    starts_at = next(one.slot.starts_at for one in bookings if one.ref == ref)
                    served.append(Served(starts_at=starts_at, minutes=minutes, booking=ref))
                    asked_after -= {ref}
                case MissShift(booking=ref):
                    asked_after -= {ref}
                case SetTimer() as timer:
                    timer_turn = turn.conversation.turn
                case ClearTimer():
                    timer = None
                case Forget():
                    person, answers, timer = Person(), {}, None
                case _:
                    pass
        kept = {name: value for name, value in answers.items() if value is not None}
        language, zone = kept.get("language"), kept.get("zone")
        person = replace(
            person,
            answers=kept,
            language=language if isinstance(language, str) else person.language,
            zone=zone if isinstance(zone, str) else None,
        )
        return replace(
            self,
            conversation=turn.conversation,
            person=person,
            bookings=tuple(sorted(bookings, key=lambda booking: booking.slot.starts_at)),
            seats_gone=frozenset(),
            served=tuple(served),
            asked_after=asked_after,
            timer=timer,
            timer_turn=timer_turn,
            turn=turn,
        )

    def _booking(self, ref: str) -> Booking:
        taken = next(slot for slot in (*self.slots, *TRAININGS, *SHIFTS) if slot.ref == ref)
        return Booking(ref=f"b-{ref}", slot=taken, status=BookingStatus.BOOKED)


def _confirmed(booking: Booking) -> Booking:
    return replace(booking, status=BookingStatus.CONFIRMED, asked=False)


def booked(*refs: str) -> Talk:
    """Begin with a trained person who holds places."""
    talk = Talk(person=Person(stage=Stage.PLACED, language="en", zone="America/Chicago", answers={"zip": "60614"}))
    return replace(talk, bookings=tuple(talk._booking(ref) for ref in refs))
