"""Empty the outbox of one sender: paced, in order, each message decided once more before it leaves.

``sending`` is committed before a provider is asked, so a crash leaves a trace. An answer that was lost is *unknown*: it is
looked up later by ``bot.reconcile`` and never simply repeated.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, assert_never

from channels.base import Channel, PermanentError, TemporaryError, UnknownOutcomeError
from channels.render import as_sms
from flows.facts import Hub
from flows.messages import Consequence
from flows.rules.contact import Drop, Recipient, Send, Wait, decide
from flows.text import segments
from storage.store import Claimed, OutboxStatus, Settlement, Store

log = logging.getLogger(__name__)

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


@dataclass(slots=True, kw_only=True)
class Sender:
    """The one who sends for one account of one channel."""

    store: Store
    hub: Hub
    channel: Channel
    now: Callable[[], datetime]
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _free_at: float = 0.0
    _resting_until: datetime | None = None

    def wake(self) -> None:
        """Look at the outbox now."""
        self._wake.set()

    async def run(self) -> None:
        """Send for ever; ends when cancelled."""
        while True:
            self._wake.clear()
            sent = await self.send_ready()
            if not sent:
                await self._until_woken()

    async def _until_woken(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_AGAIN_S):
                await self._wake.wait()
        except TimeoutError:
            return

    async def send_ready(self) -> int:
        """Claim and send one batch; return how many messages it had."""
        if self._resting_until and self.now() < self._resting_until:
            return 0
        limit = max(1, int(self.channel.capabilities.messages_per_second * _CLAIM_S))
        claimed = await self.store.claim(self.hub.id, self.channel.name, self.channel.account, limit, self.now())
        if not claimed:
            return 0
        async with asyncio.TaskGroup() as group:
            for message in claimed:
                await self._pace(message)
                group.create_task(self._send_and_settle(message))
        return len(claimed)

    async def _pace(self, claimed: Claimed) -> None:
        """Wait for this message's turn; texts count by their parts, as the carriers do."""
        cost = 1 if self.channel.capabilities.buttons else max(1, segments(as_sms(claimed.message)).parts)
        now = time.monotonic()
        begins = max(self._free_at, now - 1.0)  # an idle second may be used up at once, no more
        self._free_at = begins + cost / self.channel.capabilities.messages_per_second
        await asyncio.sleep(max(0.0, begins - now))

    async def _send_and_settle(self, claimed: Claimed) -> None:
        settlement = self._refusal(claimed)
        if settlement is None:
            began = time.monotonic()
            settlement = await self._send(claimed)
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
        await self.store.settle([settlement], self.now())

    def _refusal(self, claimed: Claimed) -> Settlement | None:
        """Ask the contact rule, with what the claim read from the database a moment ago."""
        recipient = Recipient(
            opted_out=claimed.opted_out,
            reachable=claimed.reachable,
            consented=claimed.consented,
            held=claimed.held,
            zone=claimed.zone,
            paused=claimed.paused,
            overtaken=claimed.overtaken,
        )
        decision = decide(
            claimed.purpose,
            recipient,
            quiet_hours=self.hub.quiet_hours,
            expires_at=claimed.message.expires_at,
            now=self.now(),
        )
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

    async def _send(self, claimed: Claimed) -> Settlement:
        try:
            receipt = await self.channel.send(claimed.message)
        except TemporaryError as error:
            return self._try_again(claimed, code=error.code, retry_after_s=error.retry_after_s)
        except UnknownOutcomeError as error:
            return Settlement(id=claimed.id, status=OutboxStatus.UNKNOWN, reason=error.code or "answer_lost")
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
            segments=receipt.segments,
            keep_secret=self.channel.capabilities.read_from_outbox,
        )

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
