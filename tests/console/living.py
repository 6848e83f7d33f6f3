"""Live in the demo by its own pages, as somebody would who tries it: write, let time pass, see what is answered."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from html import unescape
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from bot.demo import build_page, open_demo, simulation
from bot.seed.hub import add_calendar
from bot.simulator.movable_clock import MovableClock
from flows.messages import Address
from storage import simulator
from tests.console.opened import HERE, MONDAY, PIECE, Demo

CHICAGO = ZoneInfo("America/Chicago")
_BUBBLE = re.compile(r'<li class="ours" data-key="(m\d+)">\s*<div class="bubble">(.*?)</div>', re.DOTALL)
#: The page goes no further at a time.
_FURTHEST = timedelta(days=90)


@asynccontextmanager
async def open_hub(path: Path) -> AsyncIterator[Demo]:
    """Open the demo's hub on a database of its own."""
    clock = MovableClock(begins_at=MONDAY)
    async with open_demo(path, clock, public_url=HERE) as app:
        transport = httpx.ASGITransport(build_page(app, simulation(app, clock)))
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            yield Demo(app=app, clock=clock, client=client)


async def plan(path: Path) -> None:
    """Write all that the demo's hub has planned to a database, and nobody who takes part."""
    async with open_demo(path, MovableClock(begins_at=MONDAY), public_url=HERE) as app:
        add_calendar(app.database, app.hub, MONDAY, past_weeks=0)


class Days:
    """The days of several lives in one hub: the clock is put forward once for all of them.

    One lives at a time, up to where they wait; then whoever waits for the earliest instant goes on. So every run is alike.
    """

    def __init__(self, demo: Demo) -> None:
        """Begin with nobody."""
        self.demo = demo
        self._waiting: list[tuple[datetime, int, asyncio.Event]] = []
        self._rests = asyncio.Event()
        self._count = count()

    async def live(self, *lives: Coroutine[Any, Any, None]) -> None:
        """Let all live to their end, each from now on.

        Raises:
            ExceptionGroup: what went wrong in whose life; the others have gone on.
        """
        begin = [self._wait_until(self.demo.clock()) for _ in lives]
        tasks = [asyncio.create_task(self._one(turn, life)) for turn, life in zip(begin, lives, strict=True)]
        while self._waiting:
            at, _, turn = heappop(self._waiting)
            await self._put_forward(at)
            self._rests.clear()
            turn.set()
            await self._rests.wait()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        if faults := [fault for fault in ended if isinstance(fault, Exception)]:
            raise ExceptionGroup("not every life came to its end", faults)

    async def pass_until(self, at: datetime) -> None:
        """Let others live until it is ``at``."""
        turn = self._wait_until(at)
        self._rests.set()
        await turn.wait()

    async def _one(self, turn: asyncio.Event, life: Coroutine[Any, Any, None]) -> None:
        await turn.wait()
        try:
            await life
        finally:
            self._rests.set()

    def _wait_until(self, at: datetime) -> asyncio.Event:
        turn = asyncio.Event()
        heappush(self._waiting, (at, next(self._count), turn))
        return turn

    async def _put_forward(self, at: datetime) -> None:
        """Put the clock forward on the page, as often as it takes."""
        while (left := at - self.demo.clock()) > timedelta():
            local = (at - max(timedelta(), left - _FURTHEST)).astimezone(CHICAGO).replace(tzinfo=None)
            said = await self.demo.do("/simulator/clock", by="date", to=local.isoformat(timespec="seconds"))
            assert said.startswith("It is now"), said


@dataclass(slots=True, kw_only=True)
class Life:
    """One person of the demo."""

    days: Days
    user: str
    #: As they sign; and the language in which they write and are answered.
    name: str
    language: str
    channel: str = "sms"
    _heard: set[str] = field(default_factory=set)

    @property
    def demo(self) -> Demo:
        """Return the hub they live in."""
        return self.days.demo

    @property
    def page(self) -> str:
        """Return where their talk is."""
        return f"/simulator/{self.channel}/{self.user}"

    @property
    def given(self) -> str:
        """Return their first name."""
        return self.name.partition(" ")[0]

    def either(self, en: str, es: str) -> str:
        """Return what is said in their language."""
        return {"en": en, "es": es}[self.language]

    async def say(self, *texts: str) -> str:
        """Write, one text after the other; return what was answered to the last.

        What was answered before is looked at once: drawing the page is most of what a life costs.
        """
        *before, last = texts
        for text in before:
            await self.demo.do(f"{self.page}/write", text=text)
        if before:
            await self.hear()
        await self.demo.do(f"{self.page}/write", text=last)
        return await self.hear()

    async def hear(self) -> str:
        """Return what they were sent since they last looked, as their phone shows it."""
        phone = (await self._see()).partition('class="phone sms"')[2].partition('class="phone slack"')[0]
        new = [(key, text) for key, text in _BUBBLE.findall(phone) if key not in self._heard]
        self._heard |= {key for key, _ in new}
        return "\n---\n".join(unescape(re.sub(r'<span class="sr">.*?</span>|<[^>]+>', "", text)) for _, text in new)

    async def wait(self, until: str) -> str:
        """Let time pass until a wall clock of Chicago; return what they were sent meanwhile."""
        await self.days.pass_until(datetime.fromisoformat(until).replace(tzinfo=CHICAGO))
        return await self.hear()

    async def press(self, button: str, **form: str) -> str:
        """Press a button of staff beside the talk; return what they were sent because of it."""
        await self.demo.do(f"{self.page}/{button}", **form)
        return await self.hear()

    async def look(self) -> str:
        """Return what stands beside the talk, in words."""
        beside = (await self._see()).partition('data-part="inspector"')[2]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", beside)).split())

    async def booked_on(self) -> str:
        """Return the slot that staff may mark as attended."""
        found = re.search(r'name="slot" value="([^"]+)"', await self._see())
        assert found
        return found[1]

    async def _see(self) -> str:
        """Return the talk and what stands beside it, as the page's script fetches it."""
        answer = await self.demo.client.get(self.page, headers=PIECE)
        assert answer.status_code == 200, answer.text
        return answer.text


def words(page: str) -> str:
    """Return the words of a page."""
    return " ".join(unescape(re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)).split())


def everything_sent(demo: Demo) -> list[tuple[Address, str]]:
    """Return whatever left by any channel, with whom it went to."""
    with demo.app.database.reading() as session:
        assert not simulator.is_sending(session, demo.app.hub.id)
    return [(message.to, message.text) for channel in demo.app.channels.values() for message in channel.sent]  # type: ignore[attr-defined]
