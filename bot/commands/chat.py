"""Talk to the bot in a terminal, as a volunteer would, with an invented hub in a temporary database."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import typer

from bot.app import App, open_app
from bot.attendance import note_attended
from bot.mistake import MistakeError
from bot.seed.hub import add_calendar, demo_hub
from bot.simulator.keeping import keep
from bot.simulator.movable_clock import MovableClock
from channels.capabilities import CAPABILITIES
from channels.render import as_sms
from channels.simulator import SimulatorChannel
from flows.messages import Inbound, Outbound, Tap
from flows.text import segments
from storage import people
from storage.schedule import Attended

_USERS: Final = {"sms": "+13125550100", "slack": "U0TERMINAL", "telegram": "1000001"}
#: Time is put forward by quarters of an hour; those in which nothing is due are left out.
_STEP: Final = timedelta(minutes=15)
_UNITS: Final = {"h": "hours", "d": "days"}
_HELP: Final = (
    "Write as a volunteer would. /tap 1 presses the first button, /wait 2d or /wait 3h lets time pass, "
    "/attended notes that you came to your training, /keep FILE saves the talk as a test, /quit ends."
)
#: Nobody waits for a simulated provider.
_RATE: Final = 1_000_000.0


@dataclass(slots=True)
class _Chat:
    """One conversation in a terminal."""

    app: App
    clock: MovableClock
    channel: SimulatorChannel
    language: str
    show: Callable[[str], None]
    _last: Outbound | None = None
    _lines: int = 0

    async def take(self, line: str) -> None:
        """Do what a line says, and show what comes of it."""
        self._lines += 1
        before = len(self.channel.sent)
        match line.split(maxsplit=1):
            case ["/wait", length]:
                await self._wait(length)
            case ["/tap", number]:
                await self._tap(number)
            case ["/attended"]:
                self._attended()
            case ["/keep", file]:
                self._keep(Path(file))
            case _:
                await self._say(line)
        await self._send()
        for message in self.channel.sent[before:]:
            self._last = message
            self.show(self._drawn(message))

    async def _say(self, text: str) -> None:
        address = self.channel.address(_USERS[self.channel.name])
        hint = self.language if self._lines == 1 else None
        inbound = Inbound(provider_id=f"line-{self._lines}", sender=address, text=text, language_hint=hint)
        await self.channel.bring(inbound)

    async def _tap(self, number: str) -> None:
        choices = self._last.choices if self._last else ()
        if not self._last or not number.isdecimal() or not 1 <= int(number) <= len(choices):
            raise MistakeError(f"/tap {number}: there is no such button.")
        tap = Tap(step=self._last.step, choice=choices[int(number) - 1].id)
        await self.channel.tap(_USERS[self.channel.name], tap)

    async def _wait(self, length: str) -> None:
        found = re.fullmatch(r"(\d{1,3})([hd])", length)
        if not found:
            raise MistakeError(f"/wait {length}: write hours or days, like 3h or 2d.")
        until = self.clock() + timedelta(**{_UNITS[found[2]]: int(found[1])})
        while self.clock() < until:
            first = (await self.app.clock.coming())[0]
            idle = max(first - self.clock(), timedelta(microseconds=1))
            self.clock.forward_to(min(until, self.clock() + _STEP * -(-idle // _STEP)))
            await self.app.clock.tick()
            await self._send()

    def _attended(self) -> None:
        app, name = self.app, self.channel.name
        with app.database.reading() as session:
            person = people.find_by_user(session, app.hub.id, _USERS[name], channel=name)
        noted = person and note_attended(app.database, app.hub, app.library.phrases, person.ref, self.clock())
        self.show("* attended" if isinstance(noted, Attended) else "* no training is booked")

    def _keep(self, file: Path) -> None:
        app, address = self.app, self.channel.address(_USERS[self.channel.name])
        name = file.stem.replace("_", " ").replace("-", " ").capitalize()
        kept = keep(app.database, app.hub, address, self.clock(), name=name, hint=self.language)
        if kept is None:
            raise MistakeError("There is no talk to keep yet.")
        try:
            with file.open("x", encoding="utf-8") as written:
                written.write(kept)
        except FileExistsError:
            raise MistakeError(f"/keep {file}: this file is there already; choose another name.") from None
        except OSError as error:
            raise MistakeError(f"/keep {file}: {error.strerror}.") from error
        self.show(f"* kept in {file}; tests/transcripts/ is the place for it")

    async def _send(self) -> None:
        while await self.app.senders[self.channel.name].send_ready():
            pass

    def _drawn(self, message: Outbound) -> str:
        if self.channel.name == "sms":
            text = as_sms(message)
            counted = segments(text)
            note = f"   ({counted.parts} segment{'s' if counted.parts > 1 else ''}, {counted.encoding})"
            return "\n".join(f"< {line}" for line in text.splitlines()) + note
        buttons = [f"  [{choice.label}]" for choice in message.choices]
        return "\n".join([*(f"< {line}" for line in message.text.splitlines()), *buttons])


async def run_chat(
    channel: str, language: str, *, lines: Sequence[str] | None, show: Callable[[str], None] = typer.echo
) -> None:
    """Hold a conversation; with lines, print its transcript and end.

    Args:
        channel: ``sms``, ``slack`` or ``telegram``.
        lines: what to write, one reply a line; empty ones and those that begin with ``#`` are passed over.

    Raises:
        MistakeError: a line of the script begins with ``/`` and cannot be carried out.
    """
    async with _open(channel, language, show) as chat:
        if lines is not None:
            for line in lines:
                if line.strip() and not line.startswith("#"):
                    show(f"> {line}")
                    await chat.take(line)
            return
        show(_HELP)
        while True:
            try:
                line = await asyncio.to_thread(input, "> ")
            except (EOFError, KeyboardInterrupt):
                return
            if line.strip() == "/quit":
                return
            try:
                await chat.take(line)
            except MistakeError as error:
                show(str(error))


@asynccontextmanager
async def _open(channel_name: str, language: str, show: Callable[[str], None]) -> AsyncIterator[_Chat]:
    clock = MovableClock()
    capabilities = replace(CAPABILITIES[channel_name], messages_per_second=_RATE)
    channel = SimulatorChannel(channel_name, "terminal", capabilities)
    with tempfile.TemporaryDirectory(prefix="peoplepower-") as folder:
        url = f"sqlite:///{Path(folder) / 'chat.db'}"
        hub = replace(demo_hub(), requires=())  # nobody is here who could say that checks are done
        opened: dict[str, Any] = {"hub": hub, "database_url": url, "channels": {channel_name: channel}}
        async with open_app(**opened, now=clock) as app:
            add_calendar(app.database, app.hub, clock(), past_weeks=0)
            await channel.start(app.inbox.deliver)
            yield _Chat(app, clock, channel, language, show)
