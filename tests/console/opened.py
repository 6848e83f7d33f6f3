"""An open demo and a browser's way to it, for the tests of its pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import httpx

from bot.app import App
from bot.simulator.movable_clock import MovableClock
from flows.messages import Address
from flows.rules.access import Role
from storage import simulator
from storage.simulator import Talk

#: A Monday, ten in the morning in Chicago.
MONDAY = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
#: Where the demo's pages are.
HERE = "http://localhost:8000"
#: Asks for a piece of the page, as its script does.
PIECE = {"x-piece": "1"}

#: From HI to the end of the screening, and what the schools' checks ask behind the name.
SIGN_UP = ("HI", "1", "1", "60614", "5/14/1956", "3", "1", "1", "1", "weekday afternoons", "1")
REFERENCES = ("Karen Hill", "karen@example.org", "Bill Novak", "bill@example.org")


@dataclass(slots=True)
class Demo:
    """An open demo and a browser's way to it; senders and clock run only when told."""

    app: App
    clock: MovableClock
    client: httpx.AsyncClient

    async def open(self, path: str) -> str:
        """Return a page."""
        answer = await self.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def do(self, path: str, **form: str) -> str:
        """Send a form as the page's script does, let answers leave, and return the words it shows."""
        answer = await self.client.post(path, data=form, headers=PIECE)
        assert answer.status_code in (200, 204), answer.text
        for sender in self.app.senders.values():
            while await sender.send_ready():
                pass
        return " ".join(answer.text.split())

    async def enter(self, role: Role = Role.ADMINISTRATOR) -> None:
        """Sign in to the console as one of the invented staff."""
        self.client.cookies.clear()
        answer = await self.client.post(f"/demo/enter/{role.value}", headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == 303, answer.text

    async def press(self, path: str, *, status: int = 303, **form: str | list[str]) -> httpx.Response:
        """Send a form of the console as a browser does."""
        answer = await self.client.post(path, data=form, headers={"sec-fetch-site": "same-origin"})
        assert answer.status_code == status, answer.text
        return answer

    async def say(self, user: str, *texts: str, channel: str = "sms") -> str:
        """Write as somebody; return the talk as it is then shown."""
        for text in texts:
            await self.do(f"/simulator/{channel}/{user}/write", text=text)
        return await self.open(f"/simulator/{channel}/{user}")

    async def begin(self, user: str, *, channel: str = "sms", name: str = "Ana Lopez") -> str:
        """Sign up as a tutor of 55 or older, as far as a list of trainings; return the talk as it is then shown."""
        await self.say(user, *SIGN_UP, name, *REFERENCES, channel=channel)
        await self.do(f"/simulator/{channel}/{user}/checked")
        return await self.say(user, "TRAINING", channel=channel)

    def talk(self, user: str, *, channel: str = "sms") -> Talk:
        """Return what the hub holds about somebody."""
        address = Address(channel=channel, account=self.app.channels[channel].account, user=user)
        with self.app.database.reading() as session:
            found = simulator.find_talk(session, self.app.hub.id, address)
        assert found is not None
        return found
