"""Send reminders as one of several processes, by a clock of its own. Run by ``test_reminding``: URL, first and last instant."""

from __future__ import annotations

import asyncio
import sys
from datetime import datetime, timedelta
from typing import Final

from bot.ticks.reminders import send_due
from flows.library import shipped
from storage.opening import open_store
from tests.bot.bright_hub import HUB

STEP: Final = timedelta(minutes=30)


async def main(url: str, at: datetime, until: datetime) -> None:
    """Tick through the days as fast as can be; tell the time after each tick."""
    store, library = open_store(url, HUB), shipped()
    await store.start()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    while at < until:
        await send_due(store, HUB, library, at)
        print(at.isoformat(), flush=True)
        at += STEP
    await store.close()


asyncio.run(main(sys.argv[1], datetime.fromisoformat(sys.argv[2]), datetime.fromisoformat(sys.argv[3])))
