"""Fill the demo with an invented hub whose people have a past, acted out by the real engine, store and sender.

Everybody signs up at once, each under a clock of their own, so that hundreds of turns share a commit; reminders are then
let go one due time after the other, and whoever came to their training goes on to a shift.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.app import App
from bot.console.movable_clock import MovableClock
from bot.reminders import send_due
from bot.seed.hub import Date, add_calendar, demo_hub
from bot.seed.people import Goal, Persona, invent
from channels.simulator import SimulatorChannel
from flows.facts import SlotKind
from flows.messages import Inbound, InboundKind, Outbound
from flows.stages import Stage
from storage import people, schedule, simulator
from storage.store import OutboxStatus, Settlement

__all__ = ("demo_hub", "seed")

#: More than ever wait at once.
_ALL: Final = 1000
#: How long a simulated provider takes.
_LATENCY: Final = timedelta(seconds=2)
#: Seats left in the next training sessions, so that some are nearly full.
_SEATS_LEFT: Final = (1, 6, 2)
_WITH_SHIFT: Final = frozenset({Goal.PLACED, Goal.SERVING})
_ATTENDS: Final = _WITH_SHIFT | {Goal.TRAINED}


async def seed(app: App, clock: MovableClock, *, number: int = 1) -> None:
    """Write the hub, its people and their past up to the present of the clock.

    Args:
        number: names the crowd; the same one gives the same people and replies.
    """
    now = clock().replace(second=0, microsecond=0)
    dates = add_calendar(app.database, app.hub, now)
    accounts = {name: channel.account for name, channel in app.channels.items()}
    crowd = invent(app.hub, accounts, now, seed=number)
    past = _Past(app, clock, dates, crowd, now)
    await past.sign_up()
    await past.let_reminders_go()
    past.attend_trainings()
    await past.take_shifts()
    await past.let_reminders_go()
    past.attend_shifts()
    past.leave_few_seats()


class _Past:
    """Acts a crowd's past out."""

    def __init__(
        self, app: App, clock: MovableClock, dates: dict[str, Date], crowd: Sequence[Persona], now: datetime
    ) -> None:
        self._app = app
        self._clock = clock
        self._dates = dates
        self._crowd = crowd
        self._now = now
        self._by_address = {persona.address: persona for persona in crowd}

    async def sign_up(self) -> None:
        """Let everybody write for the first time and go on as far as they will."""
        await self._talk([(persona, persona.hello()) for persona in self._crowd])
        leaving = [
            (
                persona,
                persona.write("STOP") if persona.goal is Goal.OPTS_OUT else persona.write(kind=InboundKind.BLOCKED),
            )
            for persona in self._crowd
            if persona.goal in (Goal.OPTS_OUT, Goal.BLOCKS)
        ]
        await self._talk(leaving)
        self._turn_down(persona for persona in self._crowd if persona.goal is Goal.TURNED_DOWN)

    async def take_shifts(self) -> None:
        """Let the trained ask for shifts: some soon after their training, some in the last days."""
        asking = []
        for persona in self._crowd:
            if persona.goal in _WITH_SHIFT and persona.date and persona.date.ends_at < self._now:
                soon = persona.date.ends_at + timedelta(hours=persona.random.randint(2, 20))
                lately = self._now - timedelta(hours=persona.random.randint(5, 30))
                persona.at = soon if persona.goal is Goal.SERVING else max(soon, lately)
                asking.append((persona, persona.write("TURNOS" if persona.language == "es" else "SHIFTS")))
        await self._talk(asking)

    async def _talk(self, writing: list[tuple[Persona, Inbound]]) -> None:
        """Take turns, all of them at once, until nobody replies any more."""
        while writing:
            async with asyncio.TaskGroup() as group:
                for persona, inbound in writing:
                    group.create_task(self._deliver(persona, inbound))
            await self._send()
            replies = [(persona, persona.reply(self._dates, self._now)) for persona, _ in writing]
            writing = [(persona, inbound) for persona, inbound in replies if inbound]

    async def _deliver(self, persona: Persona, inbound: Inbound) -> None:
        with self._clock.at(persona.at):
            await self._app.inbox.deliver([inbound])

    async def _send(self) -> None:
        """Send all that is ready, each message a moment after it was written, whenever that was."""
        for name, channel in self._app.channels.items():
            claimed = await self._app.store.claim(self._app.hub.id, name, channel.account, _ALL, self._now)
            async with asyncio.TaskGroup() as group:
                for one in claimed:
                    receipt = await channel.send(one.message)
                    settlement = Settlement(
                        id=one.id, status=OutboxStatus.SENT, provider_id=receipt.provider_id, keep_secret=True
                    )
                    group.create_task(self._app.store.settle([settlement], one.created_at + _LATENCY))
                    self._hear(one.message)

    def _hear(self, message: Outbound) -> Persona | None:
        """Let somebody read a message; guardians, who are asked as well, are nobody of the crowd and stay silent."""
        persona = self._by_address.get(message.to)
        if persona:
            persona.asked = message
        return persona

    async def let_reminders_go(self) -> None:
        """Let every reminder leave at its own time, and some people answer a few minutes later."""
        while (due_at := self._next_due()) and due_at <= self._now:
            with self._clock.at(due_at):
                await self._app.store.promote(due_at)
                await send_due(self._app.store, self._app.hub, self._app.library, due_at)
                reminded = [persona for name in self._app.channels for persona in await self._send_by(name)]
            for persona in reminded:
                persona.at = min(due_at + timedelta(minutes=persona.random.randint(2, 50)), self._now)
            confirming = [(persona, persona.confirm()) for persona in reminded]
            await self._talk([(persona, inbound) for persona, inbound in confirming if inbound])

    async def _send_by(self, name: str) -> list[Persona]:
        channel = self._app.channels[name]
        assert isinstance(channel, SimulatorChannel), "only invented people may be written to"
        sent = channel.sent
        before = len(sent)
        while await self._app.senders[name].send_ready():
            pass
        heard = [self._hear(message) for message in sent[before:]]
        return [persona for persona in heard if persona]

    def _next_due(self) -> datetime | None:
        with self._app.database.reading() as session:
            return simulator.next_due(session, self._app.hub.id)

    def attend_trainings(self) -> None:
        """Note who came to their training."""
        self._attend(persona for persona in self._crowd if persona.goal in _ATTENDS)

    def attend_shifts(self) -> None:
        """Note who came to their first shift."""
        self._attend(persona for persona in self._crowd if persona.goal is Goal.SERVING)

    def _attend(self, came: Iterable[Persona]) -> None:
        with self._app.database.session() as session:
            for persona in came:
                if persona.date is None or persona.date.ends_at >= self._now:
                    continue
                found = people.find_by_user(
                    session, self._app.hub.id, persona.address.user, channel=persona.address.channel
                )
                assert found is not None
                noted_at = persona.date.ends_at + timedelta(minutes=15)
                schedule.mark_attended(session, self._app.hub.id, found.ref, noted_at, slot_ref=persona.date.ref)

    def _turn_down(self, turned_down: Iterable[Persona]) -> None:
        with self._app.database.session() as session:
            for persona in turned_down:
                found = people.find_by_user(
                    session, self._app.hub.id, persona.address.user, channel=persona.address.channel
                )
                assert found is not None
                decided_at = min(persona.at + timedelta(days=1), self._now)
                people.move(session, found, Stage.NOT_ELIGIBLE, cause="coordinator", now=decided_at)

    def leave_few_seats(self) -> None:
        """Make some of the next training sessions nearly full."""
        coming = sorted(
            (date for date in self._dates.values() if date.kind is SlotKind.TRAINING and date.starts_at > self._now),
            key=lambda date: date.starts_at,
        )
        with self._app.database.session() as session:
            for date, seats in zip(coming, _SEATS_LEFT, strict=False):
                simulator.leave_seats(session, self._app.hub.id, date.ref, seats)
