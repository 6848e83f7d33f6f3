"""Empty the outbox of one sender: paced, in order, each message decided once more before it leaves.

``sending`` is committed before a provider is asked, so a crash leaves a trace. An answer that was lost is *unknown*: it is
looked up later by ``bot.ticks.reconcile`` and never simply repeated.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, assert_never

from bot.meters import Meters
from channels.base import Channel, PermanentError, TemporaryError, UnknownOutcomeError
from channels.render import as_sms
from flows.facts import Hub
from flows.messages import Consequence, Purpose
from flows.rules.contact import Decision, Drop, Send, Spending, Wait, decide
from flows.text import fold, segments
from storage.store import Claimed, OutboxStatus, Settlement, Store

log = logging.getLogger(__name__)

#: The channel of which every part is paid for.
_COSTS: Final = "sms"

#: A message that a provider refused for the moment this often is given up, visibly.
_MAX_ATTEMPTS: Final = 8
_FIRST_WAIT: Final = timedelta(seconds=5)
_LONGEST_WAIT: Final = timedelta(hours=1)
#: How long a channel rests whose account the provider refuses.
_CHANNEL_REST: Final = timedelta(minutes=5)
#: Repairs a lost wake-up.
_LOOK_AGAIN_S: Final = 1.0
#: Claimed at once: what leaves in a quarter of a second, so that a reply never waits behind a long claim.
_CLAIM_S: Final = 0.25
_MOST_CLAIMED: Final = 500
#: What was read about a recipient is believed so long; then it is read again before the message leaves.
_FRESH_S: Final = 0.25
#: Messages on their way at once, in seconds of what may leave: a slow provider need not slow us down, a hanging one must.
_UNDER_WAY_S: Final = 10.0


#: What the contact rule has said, by what it was asked: the very objects, which live as long as their batch.
_Alike = dict[tuple[int, int, int, int], Decision]


@dataclass(slots=True, kw_only=True)
class _Batch:
    """Messages whose turn has come, each with its parts, and when what is known about their recipients was read."""

    read_at: float
    ready: deque[tuple[Claimed, int]] = field(default_factory=deque)


@dataclass(slots=True, kw_only=True)
class Sender:
    """The one who sends for one account of one channel."""

    store: Store
    hub: Hub
    channel: Channel
    now: Callable[[], datetime]
    meters: Meters = field(default_factory=Meters)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _free_at: float = 0.0
    _resting_until: datetime | None = None
    #: Messages on their way, and their parts.
    _under_way: int = 0
    _parts_under_way: int = 0
    #: What has come back and is not recorded yet, with its parts.
    _landed: list[tuple[Settlement, int]] = field(default_factory=list)
    _is_recording: bool = False
    #: What has come back since the meters were told.
    _decided: Counter[tuple[Purpose, OutboxStatus]] = field(default_factory=Counter)
    _room: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        """Look at the outbox now."""
        self._wake.set()

    async def run(self) -> None:
        """Send for ever; ends when cancelled. The next messages are claimed while the last are still on their way."""
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    self._wake.clear()
                    if not await self._launch(group):
                        await self._until_woken()
                    await self._until_room()
        finally:  # what was cut off is found again as any other message without an answer
            self._under_way = 0
            self._parts_under_way = sum(parts for _, parts in self._landed)

    async def _until_woken(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_AGAIN_S):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _until_room(self) -> None:
        most = max(1, min(2 * _MOST_CLAIMED, int(self.channel.capabilities.messages_per_second * _UNDER_WAY_S)))
        while self._under_way + len(self._landed) >= most:
            self._room.clear()
            await self._room.wait()

    async def send_ready(self) -> int:
        """Claim and send one batch; return how many messages it had, once all are settled."""
        async with asyncio.TaskGroup() as group:
            return await self._launch(group)

    async def _launch(self, group: asyncio.TaskGroup) -> int:
        """Claim a batch and send it on its way; return how many messages it has."""
        if self._resting_until and self.now() < self._resting_until:
            return 0
        await self._until_free()
        limit = max(1, min(_MOST_CLAIMED, int(self.channel.capabilities.messages_per_second * _CLAIM_S)))
        claimed = await self.store.claim(self.hub.id, self.channel.name, self.channel.account, limit, self.now())
        if not claimed:
            return 0
        batch = _Batch(read_at=time.monotonic())
        texts, now, alike = await self._spent(), self.now(), _Alike()
        for message in claimed:
            parts = self._parts(message)
            if refusal := self._refusal(message, texts, now, alike):
                self._land(group, refusal, parts=0)
                continue
            if texts is not None:
                texts += parts
            if (wait_s := self._pace(parts)) > 0:
                await self._hand_out(batch, group)
                await asyncio.sleep(wait_s)
                now, alike = self.now(), {}
            self._under_way += 1
            self._parts_under_way += parts
            batch.ready.append((message, parts))
        group.create_task(self._hand_out(batch, group))  # not waited for: the next are claimed meanwhile
        return len(claimed)

    def _parts(self, claimed: Claimed) -> int:
        """Count what a message costs; texts count by their parts, as the carriers do."""
        if self.channel.capabilities.buttons:
            return 1
        if claimed.message.choices:
            return _count_parts(as_sms(claimed.message))
        return _count_plain_parts(claimed.message.text)

    async def _spent(self) -> int | None:
        """Count what today has cost, what is on its way included; ``None`` where nothing is counted."""
        if self.channel.name != _COSTS or not self.hub.contact.texts_a_day:
            return None
        under_way = self._parts_under_way  # first: whatever lands meanwhile is counted twice rather than not at all
        return under_way + await self.store.spent(self.hub.id, self.now())

    async def _until_free(self) -> None:
        """Wait until the last batch has used up its time: whoever is claimed is not kept waiting."""
        if (wait_s := self._free_at - time.monotonic()) > 0:
            await asyncio.sleep(wait_s)

    def _pace(self, parts: int) -> float:
        """Take the next turn to leave; return how many seconds it is away."""
        now = time.monotonic()
        begins = max(self._free_at, now - 1.0)  # an idle second may be used up at once, no more
        self._free_at = begins + parts / self.channel.capabilities.messages_per_second
        return begins - now

    async def _hand_out(self, batch: _Batch, group: asyncio.TaskGroup) -> None:
        """Have all that is ready sent: by one task as long as the channel answers at once, by one more for each that waits."""
        while batch.ready:
            group.create_task(self._send_from(batch, group))
            await asyncio.sleep(0)

    async def _send_from(self, batch: _Batch, group: asyncio.TaskGroup) -> None:
        while batch.ready:
            if time.monotonic() - batch.read_at > _FRESH_S:
                await self._hand_out(await self._read_again(batch, group), group)
                continue
            claimed, parts = batch.ready.popleft()
            settlement = None
            try:
                settlement = await self._send_and_tell(claimed, parts)
            finally:
                self._under_way -= 1
                self._land(group, settlement, parts)

    async def _read_again(self, batch: _Batch, group: asyncio.TaskGroup) -> _Batch:
        """Ask the contact rule once more about what has waited; return what may still leave."""
        waited = list(batch.ready)
        batch.ready.clear()
        now, alike = self.now(), _Alike()
        found = await self.store.look_again(self.hub.id, [claimed for claimed, _ in waited], now)
        again = {claimed.id: claimed for claimed in found}
        fresh = _Batch(read_at=time.monotonic())
        for claimed, parts in waited:
            known = again.get(claimed.id)  # else it is settled by now
            refusal = self._refusal(known, None, now, alike) if known else None
            if known and not refusal:
                fresh.ready.append((known, parts))
            else:
                self._under_way -= 1
                self._land(group, refusal, parts)
        return fresh

    def _land(self, group: asyncio.TaskGroup, settlement: Settlement | None, parts: int) -> None:
        """Have recorded what came back; all that comes back until the database is ready is recorded at once."""
        if settlement is None:
            self._parts_under_way -= parts
        else:
            self._landed.append((settlement, parts))
        if not self._is_recording:
            self._is_recording = True
            group.create_task(self._record())
        self._room.set()

    async def _record(self) -> None:
        try:
            while self._landed:
                await asyncio.sleep(0)  # whoever is about to come back as well
                landed, self._landed = self._landed, []
                self._tell_meters()
                try:
                    await self.store.settle([settlement for settlement, _ in landed], self.now())
                finally:
                    self._parts_under_way -= sum(parts for _, parts in landed)
                self._room.set()
        finally:
            self._is_recording = False

    def _tell_meters(self) -> None:
        decided, self._decided = self._decided, Counter()
        for (purpose, status), messages in decided.items():
            self.meters.count_outbound(self.channel.name, purpose.value, status.name.lower(), messages)

    async def _send_and_tell(self, claimed: Claimed, parts: int) -> Settlement:
        """Send a message; count it and leave a line in the log."""
        began = time.monotonic()
        settlement = await self._send(claimed, parts)
        self._decided[claimed.purpose, settlement.status] += 1
        if log.isEnabledFor(logging.INFO):
            log.info(
                "message sent" if settlement.status is OutboxStatus.SENT else "message not sent",
                extra={
                    "channel": self.channel.name,
                    "person": claimed.person_id,
                    "purpose": claimed.purpose.value,
                    "outcome": settlement.status.name.lower(),
                    "reason": settlement.reason,
                    "seconds": round(time.monotonic() - began, 3),
                },
            )
        return settlement

    def _refusal(self, claimed: Claimed, texts: int | None, now: datetime, alike: _Alike) -> Settlement | None:
        """Ask the contact rule, with what was read from the database a moment ago.

        Args:
            texts: parts of text messages of today, those on their way included; ``None``: not counted.
            alike: what the rule said about the messages of this batch so far.
        """
        decision = self._decide(claimed, texts, now, alike)
        match decision:
            case Send():
                return None
            case Wait(until=until, reason=reason):
                return Settlement(
                    id=claimed.id, status=OutboxStatus.WAITING, not_before=until, reason=reason, asked=False
                )
            case Drop(reason=reason):
                return Settlement(id=claimed.id, status=OutboxStatus.DROPPED, reason=reason, asked=False)
            case _:
                assert_never(decision)

    def _decide(self, claimed: Claimed, texts: int | None, now: datetime, alike: _Alike) -> Decision:
        """Ask the rule once about all of a batch who are alike to it: a broadcast goes to many."""
        key = (id(claimed.recipient), id(claimed.purpose), id(claimed.message.expires_at), id(claimed.broadcast))
        if texts is None and (known := alike.get(key)):
            return known
        decision = alike[key] = decide(
            claimed.purpose,
            claimed.recipient,
            quiet_hours=self.hub.quiet_hours,
            expires_at=claimed.message.expires_at,
            now=now,
            policy=self.hub.contact,
            spending=None if texts is None else Spending(texts=texts, zone=self.hub.zone),
            broadcast=claimed.broadcast,
        )
        return decision

    async def _send(self, claimed: Claimed, parts: int) -> Settlement:
        try:
            receipt = await self.channel.send(claimed.message)
        except TemporaryError as error:
            return self._try_again(claimed, code=error.code, retry_after_s=error.retry_after_s)
        except UnknownOutcomeError as error:
            return Settlement(
                id=claimed.id,
                status=OutboxStatus.UNKNOWN,
                reason=error.code or "answer_lost",
                segments=self._billed(parts, None),
            )
        except PermanentError as error:
            if error.consequence is Consequence.CHANNEL_DOWN:
                return self._rest(claimed, code=error.code)
            return Settlement(
                id=claimed.id, status=OutboxStatus.FAILED, reason=error.code, consequence=error.consequence
            )
        except Exception:  # one bad message must not stop the others: it is parked, visibly
            log.exception("a message could not be sent", extra={"channel": self.channel.name, "outbox": claimed.id})
            return Settlement(id=claimed.id, status=OutboxStatus.FAILED, reason="internal_error")
        return Settlement(
            id=claimed.id,
            status=OutboxStatus.SENT,
            provider_id=receipt.provider_id,
            segments=self._billed(parts, receipt.segments),
            keep_secret=self.channel.capabilities.read_from_outbox,
        )

    def _billed(self, parts: int, counted: int | None) -> int | None:
        """Return what the provider bills: as many parts as it counted, else as we did; ``None`` where nothing is counted."""
        return counted or (parts if self.channel.name == _COSTS else None)

    def _try_again(self, claimed: Claimed, *, code: str | None, retry_after_s: float | None) -> Settlement:
        if claimed.attempts + 1 >= _MAX_ATTEMPTS:
            return Settlement(id=claimed.id, status=OutboxStatus.FAILED, reason=f"gave_up:{code or 'temporary'}")
        wait = min(_FIRST_WAIT * 2**claimed.attempts, _LONGEST_WAIT) * random.uniform(0.8, 1.2)  # noqa: S311 - no secret
        if retry_after_s is not None:
            wait = max(wait, timedelta(seconds=retry_after_s))
        return Settlement(
            id=claimed.id, status=OutboxStatus.WAITING, not_before=self.now() + wait, reason=code or "temporary"
        )

    def _rest(self, claimed: Claimed, *, code: str | None) -> Settlement:
        log.error(
            "the provider refuses our account; the channel rests", extra={"channel": self.channel.name, "code": code}
        )
        self._resting_until = self.now() + _CHANNEL_REST
        return Settlement(
            id=claimed.id,
            status=OutboxStatus.WAITING,
            not_before=self._resting_until,
            reason=f"channel_down:{code}",
            asked=False,
        )


@lru_cache(maxsize=256)
def _count_parts(text: str) -> int:
    """Count the parts of a text; the same one goes to many."""
    return max(1, segments(text).parts)


@lru_cache(maxsize=256)
def _count_plain_parts(text: str) -> int:
    """Count the parts of a text without choices, before it is rendered."""
    return _count_parts(fold(text))
