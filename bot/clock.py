"""Tick: look for due rows every second. APScheduler keeps no jobs for us; the rows are the truth."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from time import monotonic
from typing import Final
from zoneinfo import ZoneInfo

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot import vetting
from bot.broadcasts import write_out
from bot.meters import Meters
from bot.shelf import Shelf
from bot.ticks import consent_editions, organisations
from bot.ticks.afterwards import DIGEST_AT, is_time_for_digests, look_after_shifts, looked_back_to, send_digests
from bot.ticks.birthdays import come_of_age
from bot.ticks.calendar_mails import mail_dates
from bot.ticks.consent import prune_consent
from bot.ticks.covering import call_for_cover, end_swaps
from bot.ticks.reconcile import reconcile
from bot.ticks.reminders import send_due
from bot.ticks.timers import take_due
from bot.ticks.waiting import pass_on_seats
from bot.timetable import top_up
from channels.base import Channel
from flows.facts import Hub
from flows.library import Library
from storage import guesses, silent
from storage.database import Database
from storage.store import Store
from storage.work import LAST_WORK, Upcoming, Work

log = logging.getLogger(__name__)

_TICK_S: Final = 1
_RECONCILE_S: Final = 15
_LOOK: Final = timedelta(minutes=1)


@dataclass(slots=True, kw_only=True)
class Clock:
    """The regular looks at the database."""

    store: Store
    #: For what is done once a day, beside the hot path.
    database: Database
    hub: Hub
    shelf: Shelf
    channels: Mapping[str, Channel]
    now: Callable[[], datetime]
    #: Called with channel and account of each sender that has ready messages.
    wake: Callable[[str, str], None]
    meters: Meters = field(default_factory=Meters)
    #: When the last look began, by the machine's own counting.
    _ticked: float | None = None
    #: The day on which series were last looked at.
    _topped_up_on: date | None = None
    #: When shifts that are over were last looked after, and the day on which hours were last sent for approval.
    _looked_at: datetime | None = None
    _digested_on: date | None = None

    @property
    def library(self) -> Library:
        """What is said and asked at this moment."""
        return self.shelf.library

    def start(self) -> AsyncIOScheduler:
        """Begin to tick; ``shutdown`` of the returned scheduler ends it."""
        scheduler = AsyncIOScheduler(timezone="UTC")
        # A late tick does all the work of the missed ones, so ten missed ones are one.
        options = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
        scheduler.add_job(self.tick, "interval", seconds=_TICK_S, **options)
        scheduler.add_job(self.reconcile, "interval", seconds=_RECONCILE_S, **options)
        scheduler.start()
        return scheduler

    async def tick(self) -> None:
        """Move everything whose time has come one station on, and note how long that took."""
        began, before = monotonic(), self._ticked
        self._ticked = began
        if before is not None:
            self.meters.late.set(max(0.0, began - before - _TICK_S))
        with self.meters.tick_seconds.time():
            await self._tick()
        self.meters.ticked_at.set(self.now().timestamp())

    async def _tick(self) -> None:
        now = self.now()
        upcoming = await self.store.upcoming(self.hub.id)
        if upcoming.publication != self.shelf.publication:
            await self.shelf.look()
        due = upcoming.due(now)
        if due - LAST_WORK:
            await self._move_on(now)
        if await self._once_a_minute(now) or due:
            await self.store.seal_trail(self.hub.id, now)
            for channel, account in await self.store.waiting_senders(self.hub.id):
                self.wake(channel, account)
        await self._once_a_day(now)

    async def coming(self) -> list[datetime]:
        """Return at which instants a tick will find something to do, soonest first; the last is the next day's beginning."""
        now = self.now()
        zone = ZoneInfo(self.hub.zone)
        today = now.astimezone(zone).date()
        midnight = datetime.combine(today + timedelta(days=1), time(), zone).astimezone(UTC)
        often = await self.store.upcoming(self.hub.id)
        seldom = await self._seldom(now, until=midnight)
        look_at = self._looked_at + _LOOK if self._looked_at and self._looked_at <= now else now
        found = [midnight, *often.at.values()]
        found += [max(at, look_at) for work, at in seldom.at.items() if work is not Work.CLAIMS]
        if Work.CLAIMS in seldom.at and today != self._digested_on:
            found.append(max(datetime.combine(today, DIGEST_AT, zone).astimezone(UTC), look_at))
        return sorted(at for at in found if at <= midnight)

    async def _move_on(self, now: datetime) -> None:
        """Do each kind of work; what fails is told at the end, and keeps nothing else waiting."""
        accounts = {name: channel.account for name, channel in self.channels.items()}
        failed: list[Exception] = []
        for work in (
            partial(self.store.promote, now),
            partial(send_due, self.store, self.hub, self.library, now),
            partial(pass_on_seats, self.store, self.hub, self.library, now),
            partial(call_for_cover, self.store, self.hub, self.library, now),
            partial(end_swaps, self.store, self.hub, self.library, now),
            partial(take_due, self.store, self.hub, self.shelf, accounts, now),
            partial(write_out, self.store, self.hub, now),
        ):
            try:
                await work()
            except Exception as error:  # noqa: BLE001 - raised below
                failed.append(error)
        if failed:
            raise ExceptionGroup("some work of the clock failed", failed)

    async def _seldom(self, now: datetime, *, until: datetime) -> Upcoming:
        since = looked_back_to(self._looked_at, now)
        return await self.store.upcoming_seldom(self.hub.id, now, since=since, until=until)

    async def _once_a_minute(self, now: datetime) -> bool:
        """Look after shifts that are over, and ask organisations what only they know; from the late afternoon on, send supervisors the hours of the day.

        Returns:
            Whether anything was due.
        """
        if self._looked_at and timedelta() <= now - self._looked_at < _LOOK:
            return False
        due = (await self._seldom(now, until=now)).due(now)
        accounts = {name: channel.account for name, channel in self.channels.items()}
        if due & {Work.SHIFTS, Work.UNANSWERED}:
            look = partial(look_after_shifts, self.database, self.hub, self.library, now, looked_at=self._looked_at)
            log.info("shifts looked after", extra={"bookings": await asyncio.to_thread(look)})
        if due & {Work.MEMBERS, Work.HELD, Work.ALLOWANCES, Work.UNTRUE}:
            await asyncio.to_thread(organisations.look, self.database, self.hub, self.library, accounts, now)
        if due & {Work.SILENT_GUARDIANS, Work.SILENT_REFERENCES}:
            shown = await asyncio.to_thread(self._show_silent, now)
            log.info("silent guardians and references shown", extra={"people": shown})
        if Work.GUESSES in due:
            await asyncio.to_thread(self._let_guesses_go, now)
        if Work.DATES in due:
            mailed = await asyncio.to_thread(mail_dates, self.database, self.hub, self.library, now)
            log.info("dates mailed", extra={"messages": mailed})
        today = now.astimezone(ZoneInfo(self.hub.zone)).date()
        if today != self._digested_on and is_time_for_digests(self.hub, now):
            if due & {Work.CLAIMS, Work.SHIFTS}:
                sent = await asyncio.to_thread(send_digests, self.database, self.hub, self.library, accounts, now)
                log.info("hours sent for approval", extra={"messages": sent})
            self._digested_on = today
        if Work.LACKING in due:
            freed = await asyncio.to_thread(vetting.free_lacking, self.database, self.hub, self.library, now)
            log.warning("places given back for want of a requirement", extra={"bookings": freed})
        self._looked_at = now
        return bool(due)

    def _let_guesses_go(self, now: datetime) -> None:
        with self.database.session() as session:
            guesses.let_go(session, self.hub.id, now)

    def _show_silent(self, now: datetime) -> int:
        with self.database.session() as session:
            return silent.tell(session, self.hub.id, now)

    async def _tell_endings(self, now: datetime) -> None:
        if told := await asyncio.to_thread(vetting.tell_endings, self.database, self.hub, self.library, now):
            log.info("ends of requirements told", extra={"messages": told})

    async def _once_a_day(self, now: datetime) -> None:
        """Do what is due once a day by the clock of the hub; whoever starts late makes up for the missed days."""
        today = now.astimezone(ZoneInfo(self.hub.zone)).date()
        if today != self._topped_up_on:
            await self._tell_endings(now)
            if made := await asyncio.to_thread(top_up, self.database, self.hub, now):
                log.info("slots of series made", extra={"slots": made})
            accounts = {name: channel.account for name, channel in self.channels.items()}
            look = partial(consent_editions.look, self.database, self.hub, self.library, accounts, now)
            if guardians := await asyncio.to_thread(look):
                log.info("consents to an older edition looked after", extra={"guardians": guardians})
            if adults := await asyncio.to_thread(come_of_age, self.database, self.hub, self.library, now):
                log.info("came of age", extra={"people": adults})
            if pruned := await asyncio.to_thread(prune_consent, self.database, self.hub, now):
                log.info("evidence of consents that ended years ago let go", extra={"rows": pruned})
            self._topped_up_on = today

    async def reconcile(self) -> None:
        """Look up messages whose provider's answer was lost."""
        if count := await reconcile(self.store, self.hub, self.channels, self.now()):
            log.warning("lost answers reconciled", extra={"messages": count})
