"""Find out what became of messages whose provider's answer was lost, and resend once only what is still of use."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from channels.base import Channel, ChannelError
from flows.facts import Hub
from flows.messages import Purpose
from storage.store import Claimed, OutboxStatus, Settlement, Store

log = logging.getLogger(__name__)

#: A provider's list lags behind its sends; asked too early, every lost answer became a double text.
SETTLE_AFTER: Final = timedelta(seconds=60)
_BATCH: Final = 100
#: Sent at most this often in all when the answer was lost each time.
_MAX_SENDS: Final = 2


async def reconcile(store: Store, hub: Hub, channels: Mapping[str, Channel], now: datetime) -> int:
    """Settle messages left without an answer for a minute; return how many."""
    unsettled = await store.unsettled(hub.id, now - SETTLE_AFTER, _BATCH)
    settlements = [
        await _settle(claimed, channels[claimed.message.to.channel], now)
        for claimed in unsettled
        if claimed.message.to.channel in channels
    ]
    await store.settle([settlement for settlement in settlements if settlement], now)
    return len(settlements)


async def _settle(claimed: Claimed, channel: Channel, now: datetime) -> Settlement | None:
    if channel.capabilities.can_find:
        try:
            receipt = await channel.find(claimed.message, since=claimed.created_at - timedelta(minutes=5))
        except ChannelError as error:
            log.warning("a lost answer cannot be looked up yet", extra={"channel": channel.name, "code": error.code})
            return None
        if receipt:
            return Settlement(id=claimed.id, status=OutboxStatus.SENT, provider_id=receipt.provider_id)
    # Once too few is better than twice; but what a crash kept back, and the provider does not know, nobody has got.
    is_unsent = claimed.cut_off and channel.capabilities.can_find
    if claimed.purpose in (Purpose.BROADCAST, Purpose.NUDGE) and not is_unsent:
        return Settlement(id=claimed.id, status=OutboxStatus.FAILED, reason="answer_lost")
    if claimed.message.expires_at and now >= claimed.message.expires_at:
        return Settlement(id=claimed.id, status=OutboxStatus.DROPPED, reason="expired")
    if claimed.attempts >= _MAX_SENDS:
        return Settlement(id=claimed.id, status=OutboxStatus.FAILED, reason="answer_lost")
    return Settlement(id=claimed.id, status=OutboxStatus.READY, reason="answer_lost")
