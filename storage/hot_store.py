"""The store of the hot path: every operation of ``storage.operations``, on whichever database its driver talks to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Final, Protocol, TypeVar

from flows.events import Colleague, Owner
from flows.facts import ContactPolicy, History, Hub, Served, Slot, SlotKind, Visit
from flows.messages import Address, DeliveryReport, Inbound
from flows.rules.covering import Helper
from flows.rules.reaching import Way
from storage.errors import StorageError
from storage.operations import (
    audit,
    broadcasts,
    covers,
    hours,
    linking,
    outbox,
    preferences,
    reading,
    reminders,
    settling,
    swaps,
    timers,
    turns,
    upcoming,
    waits,
)
from storage.statements import Begin, Operation, Statement
from storage.store import (
    Claimed,
    CoverSettled,
    DueCover,
    DueReminder,
    DueTimer,
    KeptSeat,
    Known,
    LapsedSwap,
    Loaded,
    NewMessage,
    ReminderSettled,
    SeatTold,
    Settlement,
    TurnResult,
    TurnWrite,
)
from storage.work import Upcoming

T = TypeVar("T")


class Driver(Protocol):
    """Runs operations on one kind of database."""

    #: Rows that a long operation may touch in one transaction, so that turns need not wait for it.
    largest_stretch: int

    async def start(self) -> None:
        """Open connections."""

    async def close(self) -> None:
        """Finish what is queued and close connections."""

    async def read(self, begin: Begin[T]) -> T:
        """Run an operation that changes nothing."""

    async def write(self, begin: Begin[T], *, is_long: bool = False) -> T:
        """Run an operation as a whole or not at all; return once it is durable."""


class HotStore:
    """Fulfils ``storage.store.Store``."""

    def __init__(self, driver: Driver, hubs: Iterable[Hub]) -> None:
        """Prepare; reminders are planned around each hub's quiet hours."""
        self._driver = driver
        known = {hub.id: hub for hub in hubs}
        self._quiet_hours: Final = {name: hub.quiet_hours for name, hub in known.items()}
        self._policies: Final = {name: hub.contact for name, hub in known.items()}
        self._zones: Final = {name: hub.zone for name, hub in known.items()}

    async def start(self) -> None:
        """Open connections; the schema is already migrated."""
        await self._driver.start()

    async def close(self) -> None:
        """Finish what is queued and close connections."""
        await self._driver.close()

    async def ready(self) -> bool:
        """Tell whether the database answers."""
        try:
            return await self._driver.read(_answer)
        except StorageError:
            return False

    async def load(self, hub: str, inbound: Inbound, now: datetime) -> Loaded | Known:
        """Read what a turn needs: person, conversation and bookings of the sender."""
        return await self._driver.read(partial(reading.load, hub, inbound, now))

    async def load_person(self, hub: str, ref: str, now: datetime) -> tuple[Address, Loaded] | None:
        """Read what a turn with somebody starts from that nobody has written in."""
        return await self._driver.read(partial(timers.load_person, hub, ref, now))

    async def find_slots(self, hub: str, kind: SlotKind, now: datetime, *, until: datetime) -> list[Slot]:
        """List open slots that begin between two instants, soonest first, full ones too."""
        return await self._driver.read(partial(reading.find_slots, hub, kind, now, until))

    async def visits(self, hub: str, person_id: int, now: datetime) -> tuple[tuple[Visit, ...], tuple[Served, ...]]:
        """Read which shifts of somebody have begun in the last days, the latest first, and what counts already."""
        return await self._driver.read(partial(hours.visits, hub, person_id, now))

    async def hours_of(self, hub: str, person_id: int) -> tuple[int, int]:
        """Add up somebody's minutes: those that are approved, and those that wait for it."""
        return await self._driver.read(partial(hours.totals, hub, person_id))

    async def history(self, hub: str, person_id: int) -> History:
        """Read which courses somebody has finished and where they served last."""
        return await self._driver.read(partial(reading.history, hub, person_id))

    async def apply(self, turn: TurnWrite) -> TurnResult:
        """Make one turn durable: receipt, conversation, effects, outbox, in one commit."""
        return await self._driver.write(partial(turns.apply, turn, self._quiet_hours[turn.hub]))

    async def report(self, hub: str, report: DeliveryReport, now: datetime) -> bool:
        """Take a delivery report, forward only; tell whether it changed anything."""
        return await self._driver.write(partial(settling.report, hub, report, now))

    async def upcoming(self, hub: str) -> Upcoming:
        """Find when that is next due which is looked for every second."""
        return await self._driver.read(partial(upcoming.often, hub))

    async def upcoming_seldom(self, hub: str, now: datetime, *, since: datetime, until: datetime) -> Upcoming:
        """Find when that is next due which is looked for every minute."""
        return await self._driver.read(partial(upcoming.seldom, hub, now, since=since, until=until))

    async def waiting_senders(self, hub: str) -> list[tuple[str, str]]:
        """List ``(channel, account)`` pairs that have ready messages."""
        return await self._driver.read(partial(outbox.waiting_senders, hub))

    async def claim(self, hub: str, channel: str, account: str, limit: int, now: datetime) -> list[Claimed]:
        """Take up to ``limit`` ready messages of one sender, by priority and age, never two of one address at once."""
        policy = self._policies.get(hub, _ANY_POLICY)
        return await self._driver.write(partial(outbox.claim, hub, channel, account, limit, now, policy))

    async def look_again(self, hub: str, claimed: Sequence[Claimed], now: datetime) -> list[Claimed]:
        """Read once more what the contact rule needs to know about claimed messages; those settled by now are missing."""
        policy = self._policies.get(hub, _ANY_POLICY)
        return await self._driver.read(partial(outbox.look_again, hub, [one.id for one in claimed], now, policy))

    async def spent(self, hub: str, now: datetime) -> int:
        """Count the parts of text messages that a hub has sent on this day of its own."""
        return await self._driver.read(partial(settling.spent, hub, settling.day_of(now, self._zones.get(hub))))

    async def settle(self, settlements: Sequence[Settlement], now: datetime) -> None:
        """Record what became of claimed messages."""
        if settlements:
            await self._driver.write(partial(settling.settle, settlements, now, self._zones))

    async def promote(self, now: datetime) -> int:
        """Make waiting messages whose time has come ready; return how many."""
        promoted, stretch = 0, self._driver.largest_stretch
        while True:
            more = await self._driver.write(partial(outbox.promote, now, stretch), is_long=True)
            promoted += more
            if more < stretch:
                return promoted

    async def unsettled(self, hub: str, before: datetime, limit: int) -> list[Claimed]:
        """List messages left ``SENDING`` or ``UNKNOWN`` since before an instant, to be reconciled."""
        return await self._driver.read(partial(outbox.unsettled, hub, before, limit))

    async def due_reminders(self, hub: str, now: datetime, limit: int) -> list[DueReminder]:
        """List pending reminders that are due, oldest first."""
        return await self._driver.read(partial(reminders.due_reminders, hub, now, limit))

    async def settle_reminders(self, hub: str, settled: Sequence[ReminderSettled], now: datetime) -> None:
        """Turn due reminders into outbox messages, once each."""
        if settled:
            await self._driver.write(partial(reminders.settle_reminders, hub, settled, now), is_long=True)

    async def due_timers(self, hub: str, now: datetime, limit: int) -> list[DueTimer]:
        """List timers that are due, oldest first."""
        return await self._driver.read(partial(timers.due_timers, hub, now, limit))

    async def drop_timers(self, hub: str, due: Sequence[DueTimer]) -> None:
        """Take away timers that nothing can come of, unless they have been set anew."""
        if due:
            await self._driver.write(partial(timers.drop, hub, due))

    async def move_lines(self, hub: str, now: datetime) -> bool:
        """Take back seats whose time to answer is up and keep each free one for the next in line; tell whether any."""
        if not await self._driver.read(partial(waits.is_moving, hub, now)):
            return False  # most looks find nothing, and nothing need be committed
        await self._driver.write(partial(waits.move, hub, now), is_long=True)
        return True

    async def kept_seats(self, hub: str, limit: int) -> list[KeptSeat]:
        """List seats kept for people who have not been told yet."""
        return await self._driver.read(partial(waits.kept, hub, limit))

    async def tell_kept(self, hub: str, told: Sequence[SeatTold], now: datetime) -> None:
        """Write the offers of kept seats to the outbox, once each; a seat that is not offered goes to the next."""
        if told:
            await self._driver.write(partial(waits.tell, hub, told, now), is_long=True)

    async def due_covers(self, hub: str, now: datetime, limit: int) -> list[DueCover]:
        """List open calls for cover of which the next wave is due."""
        return await self._driver.read(partial(covers.due, hub, now, limit))

    async def helpers(self, hub: str, cover: DueCover, *, limit: int, offset: int) -> list[Helper]:
        """List a part of those who might cover, least recently asked first."""
        return await self._driver.read(partial(covers.helpers, hub, cover, limit, offset))

    async def settle_cover(self, hub: str, settled: CoverSettled, now: datetime) -> int:
        """Ask a wave, each person once about a shift, or end the call; return how many were asked."""
        return await self._driver.write(partial(covers.settle, hub, settled, now), is_long=True)

    async def lapsed_swaps(self, hub: str, now: datetime, limit: int) -> list[LapsedSwap]:
        """List what colleagues were asked and have not answered in time."""
        return await self._driver.read(partial(swaps.lapsed, hub, now, limit))

    async def end_swaps(self, hub: str, told: Sequence[tuple[LapsedSwap, NewMessage]], now: datetime) -> None:
        """End them, and tell whoever asked that the place is still theirs, once each."""
        if told:
            await self._driver.write(partial(swaps.end, hub, told, now), is_long=True)

    async def colleague(self, hub: str, phone: str, now: datetime, *, code: str = "") -> Colleague | None:
        """Find who has a phone number, or has given a code away."""
        return await self._driver.read(partial(swaps.find_colleague, hub, phone, now, code=code))

    async def find_by_code(self, hub: str, code: str, person_id: int | None, now: datetime) -> Owner | None:
        """Find who was given a code on another channel."""
        return await self._driver.read(partial(linking.find, hub, code, person_id, now))

    async def ways(self, hub: str, person_id: int) -> tuple[Way, ...]:
        """List where somebody can be written to."""
        return await self._driver.read(partial(preferences.ways, hub, person_id))

    async def seal_trail(self, hub: str, now: datetime) -> int:
        """Chain what was added to the trail of decisions; return how many rows."""
        sealed, stretch = 0, self._driver.largest_stretch
        while await self._driver.read(partial(audit.is_unsealed, hub)):
            sealed += await self._driver.write(partial(audit.seal, hub, stretch, now), is_long=True)
        return sealed

    async def open_broadcasts(self, hub: str) -> list[str]:
        """List the references of broadcasts of which something is left to be done, oldest first."""
        return await self._driver.read(partial(broadcasts.open_broadcasts, hub))

    async def fan_out(self, hub: str, broadcast: str, limit: int, now: datetime) -> int:
        """Write the next batch of a confirmed broadcast to the outbox; return how many people it covered, 0 at the end."""
        limit, policy = min(limit, self._driver.largest_stretch), self._policies.get(hub, _ANY_POLICY)
        return await self._driver.write(partial(broadcasts.fan_out, hub, broadcast, limit, now, policy), is_long=True)

    async def tend(self, hub: str, broadcast: str, limit: int, now: datetime) -> int:
        """Bring the next rows of a broadcast into line with its state; return how many, 0 when nothing is left to do now."""
        limit = min(limit, self._driver.largest_stretch)
        return await self._driver.write(partial(broadcasts.tend, hub, broadcast, limit, now), is_long=True)


#: For rows of a hub that nothing is known about.
_ANY_POLICY: Final = ContactPolicy()


def _answer() -> Operation[bool]:
    yield Statement("SELECT 1 AS one", {})
    return True
