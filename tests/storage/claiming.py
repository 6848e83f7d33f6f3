"""Claim seats as fast as can be, in several processes. Run by ``test_claims``: URL, slot, processes, people of each."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Callable

from flows.effects import Book
from flows.messages import Inbound
from storage.opening import open_store
from storage.store import SeatTaken, Stale, TurnResult
from tests.storage.at_once import in_processes, tell
from tests.storage.cases import HUB, message, phone, turn


def asks(who: int) -> Inbound:
    """Make the text of one person; ids differ between the processes."""
    return message(phone(who), provider_id=f"claim-{who}")


async def main(url: str, slot: str, first: int, number: int, *, wait: Callable[[], None]) -> None:
    """Let people ask for one seat each, all at once; print what became of them."""
    store = open_store(url, HUB)
    await store.start()
    await asyncio.to_thread(wait)

    async def claim(who: int) -> TurnResult:
        while isinstance(result := await turn(store, Book(slot=slot), inbound=asks(who)), Stale):
            pass
        return result

    results = await asyncio.gather(*(claim(who) for who in range(first, first + number)))
    await store.close()
    counted = Counter("refused" if isinstance(result, SeatTaken) else type(result).__name__ for result in results)
    tell(counted)


if __name__ == "__main__":
    url, slot, processes, each = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    in_processes(processes, lambda number, wait: asyncio.run(main(url, slot, number * each, each, wait=wait)))
