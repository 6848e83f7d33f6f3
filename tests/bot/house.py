"""A whole house for tests: the real store, engine and sender, simulated channels and a clock that moves on command."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.app import App, open_app
from channels.capabilities import CAPABILITIES
from channels.simulator import SimulatorChannel
from flows.facts import Hub, SlotKind
from flows.messages import Address, Choice, Inbound, InboundKind, Outbound, Tap
from storage import schedule
from tests.bot.bright_hub import HUB as HUB
from tests.databases import migrated_sqlite

#: A Monday, ten in the morning in Chicago.
MONDAY = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)


@dataclass(slots=True)
class MovableClock:
    """A time that only moves when told."""

    at: datetime

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at


@dataclass(slots=True)
class House:
    """An open house."""

    app: App
    clock: MovableClock
    channels: dict[str, SimulatorChannel]
    #: Whether steps of a jump that would find nothing to do are left out.
    skips: bool = True
    _next_id: int = field(default=0)

    def inbound(self, channel: str, user: str, text: str = "", *, provider_id: str | None = None) -> Inbound:
        """Make a text as a person sends it."""
        self._next_id += 1
        address = Address(channel=channel, account=self.channels[channel].account, user=user)
        return Inbound(provider_id=provider_id or f"in-{self._next_id}", sender=address, text=text)

    async def say(self, channel: str, user: str, text: str) -> list[Outbound]:
        """Bring a text in and return what is answered to anybody."""
        return await self.deliver(self.inbound(channel, user, text))

    async def tap(self, channel: str, user: str, step: str, choice: str) -> list[Outbound]:
        """Press a button."""
        tapped = replace(self.inbound(channel, user), kind=InboundKind.TAP, tap=Tap(step=step, choice=choice))
        return await self.deliver(tapped)

    async def deliver(self, inbound: Inbound) -> list[Outbound]:
        """Bring anything in and return what leaves because of it."""
        await self.app.inbox.deliver([inbound])
        return await self.send()

    async def send(self) -> list[Outbound]:
        """Empty the outbox; return what left, in order."""
        before = {name: len(channel.sent) for name, channel in self.channels.items()}
        for name, sender in self.app.senders.items():
            while await sender.send_ready():
                pass
            assert name in self.channels
        return [message for name, channel in self.channels.items() for message in channel.sent[before[name] :]]

    async def jump(self, to: datetime, *, step: timedelta = timedelta(minutes=15)) -> list[Outbound]:
        """Let time pass in small steps, each with its tick, without those that would find nothing to do; return what left."""
        left: list[Outbound] = []
        while self.clock.at < to:
            first = (await self.app.clock.coming())[0] if self.skips else self.clock.at
            idle = max(first - self.clock.at, timedelta(microseconds=1))
            self.clock.at = min(to, self.clock.at + step * -(-idle // step))
            await self.app.clock.tick()
            left += await self.send()
        return left

    def add_training(self, starts_local: datetime, *, capacity: int = 10) -> str:
        """Add a training session at the library; return its reference."""
        return self._add(SlotKind.TRAINING, starts_local, minutes=90, capacity=capacity, role=None)

    def add_shift(self, starts_local: datetime, *, capacity: int = 2, role: str = "tutor") -> str:
        """Add a shift at the library; return its reference."""
        return self._add(SlotKind.SHIFT, starts_local, minutes=60, capacity=capacity, role=role)

    def _add(self, kind: SlotKind, starts_local: datetime, *, minutes: int, capacity: int, role: str | None) -> str:
        with self.app.database.session() as session:
            site = schedule.add_site(
                session,
                HUB.id,
                name="Lincoln Library",
                street="12 Oak St",
                city="Chicago",
                state="IL",
                zip_code="60614",
                zone="America/Chicago",
                latitude=41.92,
                longitude=-87.65,
            )
            slot = schedule.add_slot(
                session,
                HUB.id,
                kind=kind,
                title={"en": "Session", "es": "Clase"},
                starts_local=starts_local,
                zone="America/Chicago",
                minutes=minutes,
                capacity=capacity,
                site_id=site.id,
                role=role,
            )
            return slot.ref


def shown(message: Outbound) -> str:
    """Write a message as a person reads it: its text and what may be chosen."""
    return "\n".join((message.text, *_numbered(message.choices)))


def _numbered(choices: Sequence[Choice]) -> list[str]:
    return [f"{choice.key or number} {choice.label}" for number, choice in enumerate(choices, start=1)]


@asynccontextmanager
async def open_house(folder: Path, *, url: str | None = None, hub: Hub = HUB) -> AsyncIterator[House]:
    """Open a house with three simulated channels; senders and clock run only when told."""
    channels = {
        name: SimulatorChannel(name, f"{name}-account", replace(capabilities, messages_per_second=1_000_000))
        for name, capabilities in CAPABILITIES.items()
    }
    clock = MovableClock(MONDAY)
    path = folder / "people.db"
    if not url and not path.exists():
        path.write_bytes(migrated_sqlite())
    database_url = url or f"sqlite:///{path}"
    async with open_app(hub=hub, database_url=database_url, channels=channels, now=clock) as app:
        for channel in channels.values():
            await channel.start(app.inbox.deliver)
        yield House(app=app, clock=clock, channels=channels)
