"""Write confirmed broadcasts to the outbox, a batch at a time, and say beforehand what one would do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flows.facts import Hub
from flows.rules.contact import next_open
from storage.store import Store

#: Small enough that a turn waits for it no longer than a blink.
_BATCH: Final = 1000


async def write_out(store: Store, hub: Hub, now: datetime) -> None:
    """Write one batch of every broadcast that is not yet in the outbox as a whole."""
    for broadcast in await store.open_broadcasts(hub.id):
        await store.fan_out(hub.id, broadcast, _BATCH, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """People of one channel and zone, who can be written to in the same hours."""

    channel: str
    #: IANA zone; ``None`` when unknown.
    zone: str | None
    people: int
    #: Parts of one message on this channel.
    parts: int


def finish_time(stretches: list[Stretch], rates: dict[str, float], hub: Hub, *, now: datetime) -> datetime:
    """Estimate when the last message has left: one sender a channel, each zone in its open hours.

    Args:
        rates: parts a second, by channel.
    """
    latest = now
    free_at: dict[str, datetime] = {}
    opening = {stretch: next_open(now, zone=stretch.zone, quiet_hours=hub.quiet_hours) for stretch in stretches}
    for stretch in sorted(stretches, key=lambda s: opening[s]):
        begins = max(opening[stretch], free_at.get(stretch.channel, now))
        begins = next_open(begins, zone=stretch.zone, quiet_hours=hub.quiet_hours)
        ends = begins + timedelta(seconds=stretch.people * stretch.parts / rates[stretch.channel])
        free_at[stretch.channel] = ends
        latest = max(latest, ends)
    return latest
