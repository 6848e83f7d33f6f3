"""A clock that can be put forward, and set for one thread of the story while a past is acted out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Final

_moment: Final[ContextVar[datetime | None]] = ContextVar("moment", default=None)


class MovableClock:
    """Real time plus an offset that only grows."""

    def __init__(self, *, begins_at: datetime | None = None) -> None:
        """Begin at an instant, aware; at the real time without one."""
        self._offset = begins_at - datetime.now(UTC) if begins_at else timedelta()

    def __call__(self) -> datetime:
        """Return the time."""
        return _moment.get() or datetime.now(UTC) + self._offset

    def forward_to(self, instant: datetime) -> None:
        """Put the clock forward; an instant that has passed changes nothing."""
        self._offset += max(timedelta(), instant - self())

    @contextmanager
    def at(self, instant: datetime) -> Iterator[None]:
        """Let it be another instant for this task, and those it starts, within the block."""
        token = _moment.set(instant)
        try:
            yield
        finally:
            _moment.reset(token)
