"""Write down what turns start from and which statements the store executes for them, to replay both later."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from unittest.mock import patch

from bench.signups import HUB, NOW, Person
from bot.inbox import Inbox
from bot.shelf import Shelf
from flows.answers import AnswerContext, Outcome, read
from flows.facts import History, Slot
from flows.library import Library
from flows.messages import Inbound
from storage.hot_store import Driver, HotStore
from storage.opening import open_store
from storage.statements import Begin, Operation, Step
from storage.store import Applied, Loaded, Store, TurnWrite

T = TypeVar("T")


@dataclass(slots=True)
class Turn:
    """One turn that was taken."""

    inbound: Inbound
    loaded: Loaded | None = None
    #: What was found each time the engine asked for places.
    slots: list[list[Slot]] = field(default_factory=list)
    write: TurnWrite | None = None
    reads: list[Step] = field(default_factory=list)
    writes: list[Step] = field(default_factory=list)


@dataclass(slots=True)
class Recording:
    """All turns, in the order they were committed, and every reply that was read."""

    turns: list[Turn] = field(default_factory=list)
    replies: list[tuple[str, str, AnswerContext]] = field(default_factory=list)


class _Recorder:
    """A driver that passes everything on to another and takes notes."""

    def __init__(self, driver: Driver, recording: Recording) -> None:
        self.largest_stretch = driver.largest_stretch
        self.start, self.close = driver.start, driver.close
        self._driver = driver
        self._turns = recording.turns

    async def read(self, begin: Begin[T]) -> T:
        turn = self._turns[-1]
        outcome = await self._driver.read(lambda: _noted(begin(), turn.reads))
        result: object = outcome
        match result:
            case Loaded():
                turn.loaded = result
            case list():
                turn.slots.append(result)
            case History():
                pass
            case _:
                raise AssertionError(f"a turn read {result}")
        return outcome

    async def write(self, begin: Begin[T], *, is_long: bool = False) -> T:
        turn = self._turns[-1]
        call: object = begin
        assert isinstance(call, partial), call
        turn.write = call.args[0]
        outcome = await self._driver.write(lambda: _noted(begin(), turn.writes), is_long=is_long)
        result: object = outcome
        assert isinstance(result, Applied), result
        return outcome


def _noted(operation: Operation[T], notes: list[Step]) -> Operation[T]:
    try:
        step = next(operation)
        while True:
            notes.append(step)
            step = operation.send((yield step))
    except StopIteration as stop:
        outcome: T = stop.value
        return outcome


async def record(driver: Driver, library: Library, people: Iterable[Person]) -> Recording:
    """Let people sign up one after the other and return what happened."""
    recording = Recording()
    store = HotStore(_Recorder(driver, recording), [HUB])
    inbox = open_inbox(store, library)
    await store.start()
    with _reading_noted(recording):
        for person in people:
            for inbound in person.inbounds:
                recording.turns.append(Turn(inbound))
                await inbox.deliver([inbound])
    await store.close()
    return recording


@contextmanager
def _reading_noted(recording: Recording) -> Iterator[None]:
    def noted(type_name: str, text: str, context: AnswerContext) -> Outcome:
        recording.replies.append((type_name, text, context))
        return read(type_name, text, context)

    with patch("flows.answering.reading.read", noted):
        yield


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    """Open the store of a database as the program does."""
    store = open_store(url, HUB)
    await store.start()
    yield store
    await store.close()


def open_inbox(store: Store, library: Library) -> Inbox:
    """Return an inbox behind which nothing is sent."""
    return Inbox(store=store, hub=HUB, shelf=Shelf(library=library), now=lambda: NOW, network_confirms={}, wake=_nobody)


def _nobody(*_sender: Any) -> None:
    """Wake no sender."""
