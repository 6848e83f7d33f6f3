"""Take turns until killed, and say of each that it was acknowledged. Run by ``test_crash``."""

from __future__ import annotations

import asyncio
import sys

from flows.effects import Remember
from storage.opening import open_store
from storage.store import Applied, Stale, Store
from tests.storage.cases import HUB, message, phone, say, turn


async def main(url: str, run: str) -> None:
    """Take the turns of forty people, sixteen at once."""
    store = open_store(url, HUB)
    await store.start()
    async with asyncio.TaskGroup() as group:
        for worker in range(16):
            group.create_task(_take_turns(store, run, worker))


async def _take_turns(store: Store, run: str, worker: int) -> None:
    for number in range(1_000_000):
        provider_id = f"{run}-{worker}-{number}"
        text = message(phone((worker * 7 + number) % 40), provider_id=provider_id)
        while True:
            result = await turn(store, Remember(field="last", value=provider_id), say(), say(), inbound=text)
            if result != Stale():
                break
        assert isinstance(result, Applied)
        print(provider_id, flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
