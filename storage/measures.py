"""Count what waits, for programs that watch the hub: looks into small indexes, none at what is done with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, text

from storage.store import OutboxStatus
from storage.tables import from_micros

#: Each is answered by a partial index of its own; ``|| ''`` keeps SQLite from reading a whole hub by another one.
_DEPTH: Final = """
    SELECT channel, status, count(*) AS messages, min(created_at) AS oldest FROM (
        SELECT channel, status, created_at FROM outbox WHERE status = 1 AND hub = :hub
        UNION ALL
        SELECT channel, status, created_at FROM outbox WHERE status IN (2, 3) AND hub = :hub
        UNION ALL
        SELECT channel, status, created_at FROM outbox WHERE status = 0 AND hub || '' = :hub
    ) AS waiting GROUP BY channel, status ORDER BY channel, status
"""
_TASKS: Final = "SELECT kind, count(*) AS tasks FROM task WHERE hub = :hub AND closed_at IS NULL GROUP BY kind"
_BROADCASTS: Final = "SELECT status, count(*) AS broadcasts FROM broadcast WHERE hub = :hub GROUP BY status"
_DELIVERIES: Final = "SELECT count(*) AS n FROM webhook_delivery WHERE hub = :hub AND status = 'pending'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What waits at an instant."""

    #: Messages that are not done with, by channel and status.
    outbox: Mapping[tuple[str, str], int]
    #: Age of the oldest of them.
    oldest: timedelta
    #: Open hand-offs and alerts, by kind.
    tasks: Mapping[str, int]
    broadcasts: Mapping[str, int]
    #: News that other programs have not been told yet.
    deliveries: int


def measure(session: Session, hub: str, now: datetime) -> Measures:
    """Count."""
    connection, of = session.connection(), {"hub": hub}
    depth = connection.execute(text(_DEPTH), of).all()
    oldest = min((row.oldest for row in depth), default=None)
    return Measures(
        outbox={(row.channel, OutboxStatus(row.status).name.lower()): row.messages for row in depth},
        oldest=max(timedelta(), now - from_micros(oldest)) if oldest is not None else timedelta(),
        tasks={row.kind: row.tasks for row in connection.execute(text(_TASKS), of)},
        broadcasts={row.status: row.broadcasts for row in connection.execute(text(_BROADCASTS), of)},
        deliveries=connection.execute(text(_DELIVERIES), of).scalar_one(),
    )
