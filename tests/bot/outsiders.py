"""People outside in tests: a browser on the pages of a house, and a guardian who has been asked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
from sqlalchemy import text

from bot.web import build_web
from tests.bot.house import HUB, House

MIA, MOTHER, MAIL = "+13125550123", "+13125550188", "maria@example.org"
SIGN_UP = ["HI", "I agree", "English", "60614", "2/14/2010", "Maria Lopez", MOTHER, "Mia Lopez", "high school"]
SIGN_UP += ["Lincoln Park High", "2028", "NO", "tutor", "weekdays after 3", "yes"]
SIGN_UP_ES = ["hola", "acepto", "español", "60614", "14/2/2010", "Maria Lopez", MOTHER, "Mia Lopez", "secundaria"]
SIGN_UP_ES += ["Benito Juárez", "2028", "NO", "tutor", "entre semana después de las 3", "sí"]
_LINK = re.compile(r"https://bright\.example\.org(/l/[\w-]{22})")
_CODE = re.compile(r"\b\d{6}\b")


@dataclass(slots=True)
class Browser:
    """Somebody's browser, which keeps cookies and says where its requests come from."""

    client: httpx.AsyncClient
    language: str = "en"
    headers: dict[str, str] = field(default_factory=lambda: {"origin": HUB.public_url, "sec-fetch-site": "same-origin"})

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path, headers={"accept-language": self.language})

    async def post(self, path: str, **form: str) -> httpx.Response:
        return await self.client.post(path, data=form, headers={"accept-language": self.language, **self.headers})


@asynccontextmanager
async def browser(house: House, *, address: str = "203.0.113.7") -> AsyncIterator[Browser]:
    """Open a browser on the pages of a house."""
    app = house.app
    web = build_web(channels=app.channels, started=app.started, inbox=app.inbox, ready=app.ready, desk=app.desk())
    transport = httpx.ASGITransport(app=web, client=(address, 1234))
    async with httpx.AsyncClient(transport=transport, base_url=HUB.public_url, follow_redirects=True) as client:
        yield Browser(client)


async def ask(house: House, *, contact: str = MOTHER, sign_up: list[str] = SIGN_UP) -> str:
    """Let Mia sign up; return the path of the link that her mother was sent."""
    for line in sign_up:
        await house.say("sms", MIA, contact if line == MOTHER else line)
    return link_to(house, contact)


def link_to(house: House, contact: str) -> str:
    """Return the path of the latest link that somebody was sent."""
    sent = [
        message.text for name in ("sms", "email") for message in house.channels[name].sent if message.to.user == contact
    ]
    found = _LINK.search(sent[-1])
    assert found, sent
    return found[1]


async def enter(house: House, visitor: Browser, link: str, *, contact: str = MOTHER) -> httpx.Response:
    """Have a code sent, type it in, and return the page that opens."""
    await visitor.post(f"{link}/code")
    return await visitor.post(f"{link}/open", code=await code_to(house, contact))


async def code_to(house: House, contact: str) -> str:
    """Return the code that has just been sent to somebody."""
    (message,) = await house.send()
    assert message.to.user == contact
    found = _CODE.search(message.text)
    assert found
    return found[0]


async def agree(visitor: Browser, link: str, page: httpx.Response, **other: str) -> httpx.Response:
    """Sign the form of a page."""
    version = re.search(r'name="version" value="(\w+)"', page.text)
    form = {
        "name": "Maria Elena Lopez",
        "relation": "parent",
        "decision": "agree",
        "version": version[1] if version else "",
    }
    return await visitor.post(f"{link}/page", **{**form, **other})


def rows(house: House, sql: str) -> list[dict[str, object]]:
    """Read rows."""
    with house.app.database.reading() as session:
        return [dict(row) for row in session.connection().execute(text(sql)).mappings()]


def change(house: House, sql: str) -> None:
    """Change rows directly, as a test's beginning needs it."""
    with house.app.database.session() as session:
        session.connection().execute(text(sql))
