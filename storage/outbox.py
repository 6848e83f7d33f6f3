"""Write single messages to the outbox, and show what is stuck in it or has failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select, text

from flows.messages import Purpose
from storage.operations.reminders import QUEUE, queue_params
from storage.statements import POSTGRES, SQLITE
from storage.store import NewMessage
from storage.tables import OutboxRow, to_micros

#: A ready message older than this is overdue: its sender is down, or paced beyond what it can do.
STUCK_AFTER: Final = timedelta(minutes=15)


def enqueue(session: Session, hub: str, message: NewMessage, now: datetime) -> bool:
    """Write a notice or a colleague's answer to the outbox; ``False`` when its key is there or nobody can get it."""
    dialect = SQLITE if session.connection().dialect.name == "sqlite" else POSTGRES
    return (
        session.connection().execute(text(dialect.render(QUEUE)), queue_params(hub, message, now)).first() is not None
    )


def list_stuck(session: Session, hub: str, now: datetime, *, limit: int = 100) -> Sequence[OutboxRow]:
    """List messages that should have left long ago, oldest first; broadcasts may take their time."""
    params = {"hub": hub, "before": to_micros(now - STUCK_AFTER), "limit": limit}
    ids = session.connection().execute(text(STUCK), params).scalars().all()
    return session.exec(select(OutboxRow).where(col(OutboxRow.id).in_(ids)).order_by(col(OutboxRow.id))).all()


#: One look into each partial index; 1 READY, 2 SENDING, 3 UNKNOWN, 0 WAITING. The last one has no hub in its index, and
#: SQLite would rather read a whole hub by another one: ``|| ''`` keeps it from that.
STUCK: Final = f"""
    WITH stuck AS MATERIALIZED (
        SELECT id FROM outbox
        WHERE status = 1 AND hub = :hub AND priority < {Purpose.BROADCAST.priority} AND created_at < :before
        UNION ALL
        SELECT id FROM outbox WHERE status IN (2, 3) AND claimed_at < :before AND hub = :hub
        UNION ALL
        SELECT id FROM outbox WHERE status = 0 AND not_before < :before AND hub || '' = :hub
    )
    SELECT id FROM stuck ORDER BY id LIMIT :limit
"""  # noqa: S608 - a constant


def list_failed(session: Session, hub: str, since: datetime, *, limit: int = 100) -> Sequence[OutboxRow]:
    """List messages that were refused or did not arrive since an instant, latest first."""
    query = select(OutboxRow).where(
        text("status IN (6, 7)"),  # UNDELIVERED, FAILED: in the words of the partial index
        col(OutboxRow.hub) == hub,
        col(OutboxRow.settled_at) >= since,
    )
    return session.exec(query.order_by(col(OutboxRow.settled_at).desc()).limit(limit)).all()
