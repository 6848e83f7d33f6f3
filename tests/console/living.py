"""Live in the demo by its own pages, as somebody would who tries it: write, let time pass, open what others are sent."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
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
_LINK = re.compile(rf"{re.escape(HERE)}(/l/[\w-]{{22}})")
_FURTHEST_DAYS = 90


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


@dataclass(slots=True)
class Life:
    """One person of the demo."""

    demo: Demo
    user: str
    channel: str = "sms"
    _heard: set[str] = field(default_factory=set)

    @property
    def page(self) -> str:
        """Return where their talk is."""
        return f"/simulator/{self.channel}/{self.user}"

    async def say(self, *texts: str) -> str:
        """Write, one text after the other; return what was answered to the last."""
        answered = ""
        for text in texts:
            await self.demo.do(f"{self.page}/write", text=text)
            answered = await self.hear()
        return answered

    async def hear(self) -> str:
        """Return what they were sent since they last looked, as their phone shows it."""
        page = await self.demo.open(self.page)
        phone = page.partition('class="phone sms"')[2].partition('class="phone slack"')[0]
        new = [(key, text) for key, text in _BUBBLE.findall(phone) if key not in self._heard]
        self._heard |= {key for key, _ in new}
        return "\n---\n".join(unescape(re.sub(r"<[^>]+>", "", text)) for _, text in new)

    async def wait(self, until: str) -> str:
        """Let time pass until a wall clock of Chicago; return what they were sent meanwhile."""
        at = datetime.fromisoformat(until).replace(tzinfo=CHICAGO)
        while (left := at - self.demo.clock()).days >= _FURTHEST_DAYS:
            await self._jump(at - left + type(left)(days=_FURTHEST_DAYS))
        await self._jump(at)
        return await self.hear()

    async def _jump(self, at: datetime) -> None:
        local = at.astimezone(CHICAGO).replace(tzinfo=None).isoformat(timespec="seconds")
        said = await self.demo.do("/simulator/clock", by="date", to=local)
        assert said.startswith("It is now"), said

    async def press(self, button: str, **form: str) -> str:
        """Press a button of staff beside the talk; return what they were sent because of it."""
        await self.demo.do(f"{self.page}/{button}", **form)
        return await self.hear()

    async def look(self) -> str:
        """Return what stands beside the talk, in words."""
        page = await self.demo.open(self.page)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition('data-part="inspector"')[2])).split())


@dataclass(slots=True)
class Outsider:
    """Somebody outside with a browser of their own, who has the mailbox of the demo before them."""

    demo: Demo
    contact: str
    language: str = "en"
    browser: httpx.AsyncClient = field(init=False)
    link: str = ""

    def __post_init__(self) -> None:
        """Open a browser."""
        transport = self.demo.client._transport
        headers = {"origin": HERE, "sec-fetch-site": "same-origin", "accept-language": self.language}
        self.browser = httpx.AsyncClient(transport=transport, base_url=HERE, headers=headers, follow_redirects=True)

    async def letters(self) -> list[str]:
        """Return what the mailbox shows of theirs, the latest first."""
        answer = await self.demo.client.get("/simulator/outside", headers=PIECE)
        assert answer.status_code == 200
        shown = [part for part in answer.text.split('<article class="mailbox"')[1:] if f"-{self.contact}" in part[:120]]
        return [
            unescape(re.sub(r"<[^>]+>", "", text)) for text in re.findall(r'class="bubble">(.*?)</div>', "".join(shown))
        ]

    async def open(self) -> str:
        """Open the latest link, type the code that comes, and return the page."""
        found = next(found for letter in await self.letters() if (found := _LINK.search(letter)))
        self.link = found[1]
        landing = await self.browser.get(self.link)
        assert landing.status_code == 200, landing.text
        await self.browser.post(f"{self.link}/code")
        for sender in self.demo.app.senders.values():
            while await sender.send_ready():
                pass
        code = re.search(r"\b\d{6}\b", (await self.letters())[0])
        assert code
        opened = await self.browser.post(f"{self.link}/open", data={"code": code[0]})
        assert opened.status_code == 200, opened.text
        return words(opened.text)

    async def act(self, **form: str) -> str:
        """Send the form of the page; return the page that comes."""
        answer = await self.browser.post(f"{self.link}/page", data=form)
        assert answer.status_code == 200, answer.text
        return words(answer.text)

    async def see(self) -> str:
        """Return the open page as it is now, whole."""
        return (await self.browser.get(f"{self.link}/page")).text


def words(page: str) -> str:
    """Return the words of a page."""
    return " ".join(unescape(re.sub(r"<(style|script).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)).split())


def everything_sent(demo: Demo) -> list[tuple[Address, str]]:
    """Return whatever left by any channel, with whom it went to."""
    with demo.app.database.reading() as session:
        assert not simulator.is_sending(session, demo.app.hub.id)
    return [(message.to, message.text) for channel in demo.app.channels.values() for message in channel.sent]  # type: ignore[attr-defined]


def utc(text: str) -> datetime:
    """Read a wall clock of Chicago."""
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).astimezone(UTC)
