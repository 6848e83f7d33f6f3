"""Take in what channels bring: one message is one turn, one turn is one transaction."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, assert_never
from weakref import WeakValueDictionary

from bot.meters import Meters
from bot.shelf import Shelf
from bot.thinking import Foresee, think
from flows.engine import Turn
from flows.facts import Facts, Hub
from flows.library import Library
from flows.messages import Address, DeliveryReport, Inbound
from storage.store import Applied, Known, Loaded, SeatTaken, Stale, Store, TurnWrite

log = logging.getLogger(__name__)

#: A turn that loses this many races in a row meets something that is no race.
_MAX_TRIES: Final = 50

Now = Callable[[], datetime]


@dataclass(slots=True, kw_only=True)
class Inbox:
    """Where every channel delivers; returns when what came in is durable."""

    store: Store
    hub: Hub
    shelf: Shelf
    now: Now
    #: Channels whose network confirms an opt-out by itself, by name.
    network_confirms: Mapping[str, bool]
    #: Our side of each channel that is on, by its name.
    accounts: Mapping[str, str] = field(default_factory=dict)
    #: Called with the address's channel and account when messages wait for that sender.
    wake: Callable[[str, str], None]
    #: Who foresees what a coordinator texts to many.
    foresee: Foresee | None = None
    meters: Meters = field(default_factory=Meters)
    _locks: WeakValueDictionary[Address, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    @property
    def library(self) -> Library:
        """What is said and asked at this moment."""
        return self.shelf.library

    async def deliver(self, events: Iterable[Inbound | DeliveryReport]) -> None:
        """Take events in, in order; a known one changes nothing."""
        for event in events:
            match event:
                case Inbound():
                    await self._take(event)
                case DeliveryReport():
                    changed = await self.store.report(self.hub.id, event, self.now())
                    log.info(
                        "delivery report", extra={"channel": event.channel, "status": event.status, "new": changed}
                    )
                case _:
                    assert_never(event)

    async def _take(self, received: Inbound) -> None:
        inbound = replace(received, text=_storable(received.text))
        lock = self._locks.get(inbound.sender) or asyncio.Lock()
        self._locks[inbound.sender] = lock
        async with lock:  # one turn of a conversation at a time; other processes are fenced by the version
            result = await self._turn(inbound)
        if isinstance(result, Known):
            log.info("redelivery ignored", extra={"channel": inbound.sender.channel})
            return
        self.meters.turns.labels(inbound.sender.channel, inbound.kind.value).inc()
        log.info(
            "turn taken",
            extra={
                "channel": inbound.sender.channel,
                "kind": inbound.kind.value,
                "person": result.person_id,
                "messages": result.messages,
            },
        )
        if result.messages:
            self.wake(inbound.sender.channel, inbound.sender.account)

    async def _turn(self, inbound: Inbound) -> Applied | Known:
        """Load, think, write; think again when somebody else was first."""
        gone: frozenset[str] = frozenset()
        for _ in range(_MAX_TRIES):
            now = self.now()
            loaded = await self.store.load(self.hub.id, inbound, now)
            if isinstance(loaded, Known):
                return loaded
            turn = await self._think(inbound, loaded, gone, now)
            result = await self.store.apply(self._write(inbound, loaded, turn, now))
            match result:
                case Applied() | Known():
                    return result
                case SeatTaken(slot=slot):
                    gone |= {slot}
                case Stale():
                    pass
                case _:
                    assert_never(result)
        raise AssertionError(f"a turn lost {_MAX_TRIES} races in a row")

    async def _think(self, inbound: Inbound, loaded: Loaded, gone: frozenset[str], now: datetime) -> Turn:
        facts = Facts(
            hub=self.hub,
            person=loaded.person,
            bookings=loaded.bookings,
            unanswered=loaded.unanswered,
            offers=loaded.offers,
            lines=loaded.lines,
            asks=loaded.asks,
            seats_gone=gone,
            wards=loaded.wards,
            outsider=loaded.outsider,
            coordinator=loaded.coordinator,
            organisations=loaded.organisations,
            wrong_codes=loaded.wrong_codes,
            approves_shifts=loaded.approves_shifts,
            accounts=self.accounts,
            network_confirms_opt_out=self.network_confirms.get(inbound.sender.channel, False),
        )
        library = await self.shelf.knowing(loaded.conversation)
        return await think(self.store, library, inbound, loaded, facts, now, foresee=self.foresee)

    def _write(self, inbound: Inbound, loaded: Loaded, turn: Turn, now: datetime) -> TurnWrite:
        return TurnWrite(
            hub=self.hub.id,
            inbound=inbound,
            address=inbound.sender,
            person_id=loaded.person_id,
            version=loaded.version,
            conversation=turn.conversation.encode(),
            effects=turn.effects,
            trace=json.dumps(turn.trace, ensure_ascii=False),
            now=now,
        )


def _storable(text: str) -> str:
    """Drop what no database keeps as text: NUL, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", errors="ignore").decode("utf-8")
