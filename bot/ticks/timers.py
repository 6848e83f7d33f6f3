"""Take the turns of timers whose time has come: nobody has answered, or somebody else has accepted them."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from bot.shelf import Shelf
from bot.thinking import think
from flows.events import TimerDue
from flows.facts import Facts, Hub
from storage.store import Applied, DueTimer, Store, TurnWrite

log = logging.getLogger(__name__)

#: Few enough that a tick is over before the next; many are due at the same hour of the day.
_BATCH: Final = 200


async def take_due(store: Store, hub: Hub, shelf: Shelf, accounts: Mapping[str, str], now: datetime) -> int:
    """Take the turns of timers that are due, one tick's worth; return how many were taken.

    Args:
        accounts: our side of each channel that is on, by its name.
    """
    taken = 0
    lost: list[DueTimer] = []
    for due in await store.due_timers(hub.id, now, _BATCH):
        write = await _think(store, hub, shelf, accounts, due, now)
        if write is None:
            lost.append(due)
        elif isinstance(
            result := await store.apply(write), Applied
        ):  # else somebody was quicker: they, or another clock
            taken += 1
            log.info(
                "timer taken",
                extra={"kind": due.kind.value, "person": result.person_id, "messages": result.messages},
            )
    await store.drop_timers(hub.id, lost)
    return taken


async def _think(
    store: Store, hub: Hub, shelf: Shelf, accounts: Mapping[str, str], due: DueTimer, now: datetime
) -> TurnWrite | None:
    """Decide what comes of a timer; ``None`` when nothing can."""
    if due.address is None or due.loaded.conversation is None:
        return None
    facts = Facts(
        hub=hub,
        person=due.loaded.person,
        bookings=due.loaded.bookings,
        unanswered=due.loaded.unanswered,
        offers=due.loaded.offers,
        lines=due.loaded.lines,
        asks=due.loaded.asks,
        wards=due.loaded.wards,
        approves_shifts=due.loaded.approves_shifts,
        accounts=accounts,
    )
    library = await shelf.knowing(due.loaded.conversation)
    turn = await think(
        store, library, TimerDue(turn=due.turn, kind=due.kind, awaits_human=due.awaits_human), due.loaded, facts, now
    )
    if not turn.effects:  # stale
        return None
    return TurnWrite(
        hub=hub.id,
        inbound=None,
        address=due.address,
        person_id=due.person_id,
        version=due.loaded.version,
        conversation=turn.conversation.encode(),
        effects=turn.effects,
        trace=json.dumps(turn.trace, ensure_ascii=False),
        now=now,
    )
