"""Read conversations in batches and write them back as they are after a flow was published, each fenced by its version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session, col, select

from storage.tables import ConversationRow, to_micros

#: So many are written in one transaction: on SQLite nobody else writes meanwhile.
LARGEST_BATCH: Final = 100

_REWRITE: Final = text("""
    UPDATE conversation SET version = version + 1, state = :state, changed_at = :now
    WHERE person_id = :person_id AND hub = :hub AND version = :version
""")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A conversation as it is stored."""

    person_id: int
    #: Any turn raises it, and so does moving the conversation.
    version: int
    state: str
    changed_at: datetime


def batch(session: Session, hub: str, *, after: int, limit: int | None = None) -> Sequence[Stored]:
    """List conversations that have begun, in the order of their people.

    Args:
        after: the person with whom the last batch ended; 0 begins.
    """
    rows = session.exec(
        select(ConversationRow)
        .where(col(ConversationRow.hub) == hub, col(ConversationRow.person_id) > after)
        .order_by(col(ConversationRow.person_id))
        .limit(limit or LARGEST_BATCH)
    )
    return [_stored(row) for row in rows]


def some(session: Session, hub: str, people: Sequence[int]) -> Sequence[Stored]:
    """List the conversations of some people, as they are now."""
    rows = session.exec(
        select(ConversationRow)
        .where(col(ConversationRow.hub) == hub, col(ConversationRow.person_id).in_(people))
        .order_by(col(ConversationRow.person_id))
    )
    return [_stored(row) for row in rows]


def _stored(row: ConversationRow) -> Stored:
    return Stored(person_id=row.person_id, version=row.version, state=row.state, changed_at=row.changed_at)


def rewrite(session: Session, hub: str, conversations: Sequence[Stored], now: datetime) -> list[int]:
    """Write conversations anew; return the people who took a turn since theirs was read, and whose is left as it is.

    The version goes up, so that a turn which was thought on the old state is refused and thought again. A turn's timer is
    fenced by the turn's own number, which is part of the state and stays.
    """
    connection = session.connection()  # an ORM's update takes six times as long, while nobody else may write
    return [
        stored.person_id
        for stored in conversations
        if not connection.execute(
            _REWRITE,
            {
                "person_id": stored.person_id,
                "hub": hub,
                "version": stored.version,
                "state": stored.state,
                "now": to_micros(now),
            },
        ).rowcount
    ]
