"""Ask Telegram for updates over and over; each is stored before the next question confirms it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from channels.base import ChannelError, TemporaryError

log = logging.getLogger(__name__)

#: Asks from an offset on, which confirms everything before it.
Fetch = Callable[[int | None], Awaitable[list[dict[str, Any]]]]
#: Returns when the update is durable, or is known to be of no use.
Take = Callable[[dict[str, Any]], Awaitable[None]]
Pause = Callable[[float], Awaitable[None]]

_FIRST_PAUSE_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 60.0
_MOST_DOUBLINGS: Final = 10


async def poll(fetch: Fetch, take: Take, *, pause: Pause = asyncio.sleep) -> None:
    """Fetch and take updates until cancelled.

    Telegram keeps an update until a later offset is asked for, so that a crash at any point brings it again; the
    inbox knows it by its id. Nothing ends this loop but cancellation: a bot that has stopped listening looks healthy.
    """
    offset: int | None = None
    failures = 0
    while True:
        try:
            for update in await fetch(offset):
                await take(update)
                offset = int(update["update_id"]) + 1
            failures = 0
        except ChannelError as error:
            failures += 1
            log.warning("polling failed", extra={"channel": "telegram", "code": error.code, "failures": failures})
            await pause(_pause_s(failures, error))
        except Exception:  # storage is down, say: the update stays unconfirmed and comes again
            failures += 1
            log.exception("update not stored", extra={"channel": "telegram", "failures": failures})
            await pause(_pause_s(failures, None))


def _pause_s(failures: int, error: ChannelError | None) -> float:
    if isinstance(error, TemporaryError) and error.retry_after_s is not None:
        return error.retry_after_s
    return min(_FIRST_PAUSE_S * 2.0 ** min(failures - 1, _MOST_DOUBLINGS), _LONGEST_PAUSE_S)
