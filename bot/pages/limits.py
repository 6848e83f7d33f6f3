"""Count what a client's guesses lead to, and stop listening to one who guesses too much."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

#: Links that lead nowhere and wrong codes, of one client address, within ``WITHIN``.
MOST_MISSES: Final = 20
WITHIN: Final = timedelta(minutes=10)
#: Client addresses that are remembered; the one that missed longest ago is dropped.
_MOST_CLIENTS: Final = 10_000


@dataclass(slots=True)
class Misses:
    """What each client address has missed lately, in this process."""

    now: Callable[[], datetime]
    _by_client: dict[str, deque[datetime]] = field(default_factory=dict)

    def note(self, client: str) -> None:
        """Note one more miss."""
        misses = self._by_client.pop(client, None) or deque(maxlen=MOST_MISSES)
        misses.append(self.now())
        self._by_client[client] = misses  # at the end: dropped last
        if len(self._by_client) > _MOST_CLIENTS:
            self._by_client.pop(next(iter(self._by_client)))

    def are_too_many(self, client: str) -> bool:
        """Tell whether this client has missed too often to be listened to."""
        misses = self._by_client.get(client)
        return misses is not None and len(misses) == MOST_MISSES and misses[0] > self.now() - WITHIN
