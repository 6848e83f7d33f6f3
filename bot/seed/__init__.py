"""Fill the demo with an invented hub whose people have a past, acted out by the real engine, store and sender.

Everybody signs up at once, each under a clock of their own, so that hundreds of turns share a commit; reminders are then
let go one due time after the other, and whoever came to their training goes on to a shift.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot import vetting
from bot.app import App
from bot.pages.aid_office import Award, answer_notice
from bot.reviewing import APPLICATION_READ
from bot.seed.history import live_through
from bot.seed.hub import Date, add_calendar, demo_hub, read_data
from bot.seed.people import CHECKED, Goal, Persona, invent
from bot.simulator.movable_clock import MovableClock
from bot.ticks.reminders import send_due
from channels.simulator import SimulatorChannel
from flows.facts import SlotKind
from flows.forms import shipped_form
from flows.messages import Inbound, InboundKind, Outbound
from flows.rules.guardians import Decision
from flows.rules.organisations import OrganisationKind
from flows.rules.requirements import Status, last_day
from flows.stages import Stage
from flows.wishes.guarding import Signature, decide
from storage import guardians, invented, organisations, people, requirements, schedule, simulator, tasks
from storage.operations.requirements import Decided
from storage.store import OutboxStatus, Settlement
from storage.tables import PersonRow

__all__ = ("demo_hub", "seed")

#: More than ever wait at once.
_ALL: Final = 1000
#: How long a simulated provider takes.
_LATENCY: Final = timedelta(seconds=2)
#: Seats left in the next training sessions, so that some are nearly full.
_SEATS_LEFT: Final = (1, 6, 2)
_WITH_SHIFT: Final = frozenset({Goal.PLACED, Goal.SERVING})
_ATTENDS: Final = _WITH_SHIFT | {Goal.TRAINED}
#: What aid offices confirm: hours in all, a week, and until when.
_AWARD: Final = 240 * 60
_AWARD_A_WEEK: Final = 12 * 60
_AWARD_LASTS: Final = timedelta(days=200)
#: How many of those who serve have booked what is ahead.
_GOES_ON: Final = 0.6
#: Shifts of the next day that are given back.
_LATE: Final = 2
_STAFF: Final = "coordinator:mira"


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
    past.confirm_members()
    past.let_guardians_agree()
    past.do_checks()
    await past.book_trainings()
    await past.let_reminders_go()
    past.attend_trainings()
    live_through(app.database, app.hub.id, [one for one in crowd if one.goal is Goal.SERVING], dates, now)
    await past.take_shifts()
    await past.let_reminders_go()
    await past.give_back_late()
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

    def confirm_members(self) -> None:
        """Let aid offices and employers confirm those who have come far enough, as they do by their link."""
        desk = self._app.desk()
        with self._app.database.session() as session:
            for persona, person in self._those(session, CHECKED - {Goal.ACCEPTED}):
                for membership in invented.memberships_of(session, person.id or 0):
                    found = organisations.member(session, self._app.hub.id, membership, to_change=True)
                    assert found is not None
                    until = (self._now + _AWARD_LASTS).date()
                    is_award = found.organisation.kind == OrganisationKind.COLLEGE
                    award = Award(minutes=_AWARD, weekly_minutes=_AWARD_A_WEEK, ends_on=until) if is_award else None
                    at = persona.at + timedelta(hours=persona.random.randint(3, 20))
                    organisations.confirm(
                        session,
                        found,
                        minutes=award.minutes if award else None,
                        weekly_minutes=award.weekly_minutes if award else None,
                        ends_on=award.ends_on if award else None,
                        by="link:aid_office",
                        notice=answer_notice(desk, found, f"confirmed_{'award' if award else 'member'}", award),
                        now=min(at, self._now),
                    )

    def let_guardians_agree(self) -> None:
        """Let the guardians of those who serve agree; the others are still being waited for."""
        form = shipped_form("guardian_consent").version
        with self._app.database.session() as session:
            for persona, person in self._those(session, CHECKED):
                ref = invented.ward_of(session, person.id or 0)
                ward = guardians.find_ward(session, self._app.hub.id, ref) if ref else None
                if ward is None:
                    continue
                signed = Signature(
                    name=f"{persona.parent} {persona.last}", relation="parent", form_version=form, via="page"
                )
                effect = decide(self._app.library, self._app.hub, ward, Decision.AGREE, signature=signed, via="page")
                guardians.decide(session, self._app.hub.id, effect, persona.at + timedelta(hours=2))

    def do_checks(self) -> None:
        """Let coordinators note that checks and references are in."""
        hub, library = self._app.hub, self._app.library
        last = [*hub.requires][-1]
        lasting = []
        with self._app.database.session() as session:
            for persona, person in self._those(session, CHECKED):
                persona.at = at = min(persona.at + timedelta(hours=persona.random.randint(20, 50)), self._now)
                day = at.astimezone(ZoneInfo(hub.zone)).date()
                wanted = requirements.standing(session, person, on=day).outstanding
                kinds = [(kind, nth) for kind in hub.requires if kind in wanted for nth in self._each(kind)]
                for kind, nth in kinds[:-1]:
                    until = last_day(day, library.requirements[kind].need.months)
                    decided = Decided(
                        kind=kind, nth=nth, status=Status.MET, author=_STAFF, valid_from=day, valid_until=until
                    )
                    requirements.decide(session, person, decided, at)
                if kinds:
                    lasting.append((person.ref, kinds[-1][1], at))
        for ref, nth, at in lasting:
            vetting.decide(
                self._app.database,
                hub,
                library,
                person_ref=ref,
                requirement=library.requirements[last],
                status=Status.MET,
                author=_STAFF,
                nth=nth,
                now=at,
            )

    def _each(self, kind: str) -> range:
        return range(1, self._app.library.requirements[kind].need.many + 1)

    async def book_trainings(self) -> None:
        """Let those whose checks are done ask for a training."""
        asking = []
        for persona in self._crowd:
            if persona.goal in _ATTENDS | {Goal.BOOKED}:
                persona.at = min(persona.at + timedelta(hours=persona.random.randint(1, 9)), self._now)
                word = "ENTRENAMIENTO" if persona.language == "es" else "TRAINING"
                asking.append((persona, persona.write(word)))
        await self._send()
        await self._talk(asking)

    async def take_shifts(self) -> None:
        """Let the trained ask for shifts in the last days."""
        asking = []
        for persona in self._crowd:
            if persona.goal is Goal.PLACED or (persona.goal is Goal.SERVING and persona.random.random() < _GOES_ON):
                if persona.training is None:
                    continue
                lately = self._now - timedelta(hours=persona.random.randint(5, 50))
                persona.at = max(persona.training.ends_at + timedelta(hours=2), lately)
                asking.append((persona, persona.write("TURNOS" if persona.language == "es" else "SHIFTS")))
        await self._talk(asking)

    async def give_back_late(self) -> None:
        """Let some say that they cannot come to a shift of the next day: others are asked to cover it."""
        late = [one for one in self._crowd if one.goal in _WITH_SHIFT and one.date and one.date.kind is SlotKind.SHIFT]
        soon = [one for one in late if one.date and timedelta() < one.date.starts_at - self._now < timedelta(hours=23)]
        cannot, writing = read_data("people")["cannot"], []
        for persona in soon[:_LATE]:
            persona.at = self._now - timedelta(minutes=persona.random.randint(5, 40))
            # The day is named: what they were asked about last may be on another one.
            writing.append((persona, persona.write(cannot[self._day(persona)][persona.language])))
        await self._talk(writing)

    def _day(self, persona: Persona) -> str:
        """Say whether what a person goes to soon is today or tomorrow."""
        assert persona.date is not None, "it is soon"
        zone = ZoneInfo(self._app.hub.zone)
        return (
            "today"
            if persona.date.starts_at.astimezone(zone).date() == self._now.astimezone(zone).date()
            else "tomorrow"
        )

    def _those(self, session: Any, goals: Collection[Goal]) -> Iterator[tuple[Persona, PersonRow]]:
        for persona in self._crowd:
            if persona.goal in goals:
                yield persona, self._find(session, persona)

    def _find(self, session: Any, persona: Persona) -> PersonRow:
        user, channel = persona.address.user, persona.address.channel
        found = people.find_by_user(session, self._app.hub.id, user, channel=channel)
        assert found is not None, "they have written"
        return found

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
        with self._app.database.session() as session:
            for persona, person in self._those(session, _ATTENDS):
                if persona.date is None or persona.date.ends_at >= self._now:
                    continue
                persona.training = persona.date
                noted_at = persona.date.ends_at + timedelta(minutes=15)
                schedule.mark_attended(session, self._app.hub.id, person.ref, noted_at, slot_ref=persona.date.ref)

    def _turn_down(self, turned_down: Iterable[Persona]) -> None:
        with self._app.database.session() as session:
            for persona in turned_down:
                found = self._find(session, persona)
                decided_at = min(persona.at + timedelta(days=1), self._now)
                people.move(session, found, Stage.NOT_ELIGIBLE, cause="coordinator", now=decided_at)
                tasks.settle(session, found, APPLICATION_READ, decided_at)

    def leave_few_seats(self) -> None:
        """Make some of the next training sessions nearly full."""
        coming = sorted(
            (date for date in self._dates.values() if date.kind is SlotKind.TRAINING and date.starts_at > self._now),
            key=lambda date: date.starts_at,
        )
        with self._app.database.session() as session:
            for date, seats in zip(coming, _SEATS_LEFT, strict=False):
                simulator.leave_seats(session, self._app.hub.id, date.ref, seats)
