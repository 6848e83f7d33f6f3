"""Book as many shifts on one person's paid time as can be, in several processes. Run by ``test_allowances``."""

from __future__ import annotations

import asyncio
import sys
from collections import Counter
from collections.abc import Callable

from flows.effects import Book
from storage.opening import open_store
from storage.store import SeatTaken, Stale, TurnResult
from tests.storage.at_once import in_processes, tell
from tests.storage.cases import HUB, MARIA, message, turn


async def main(url: str, process: int, slots: list[str], *, wait: Callable[[], None]) -> None:
    """Let the person ask for every slot at once; print what became of it."""
    store = open_store(url, HUB)
    await store.start()
    await asyncio.to_thread(wait)

    async def claim(number: int, slot: str) -> TurnResult:
        inbound = message(MARIA, provider_id=f"pay-{process}-{number}")
        while isinstance(result := await turn(store, Book(slot=slot), inbound=inbound), Stale):
            await asyncio.sleep(0)
        return result

    results = await asyncio.gather(*(claim(number, slot) for number, slot in enumerate(slots)))
    await store.close()
    counted = Counter("refused" if isinstance(result, SeatTaken) else type(result).__name__ for result in results)
    tell(counted)


if __name__ == "__main__":
    url, processes, slots = sys.argv[1], int(sys.argv[2]), sys.argv[3].split(",")
    in_processes(processes, lambda number, wait: asyncio.run(main(url, number, slots[number::processes], wait=wait)))
