"""Read conversations in batches and write them back as they are after a flow was published, each fenced by its version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select, update

from storage.tables import ConversationRow

#: So many are written in one transaction: on SQLite nobody else writes meanwhile.
LARGEST_BATCH: Final = 200


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
    return [
        stored.person_id
        for stored in conversations
        if not session.exec(
            update(ConversationRow)
            .where(
                col(ConversationRow.person_id) == stored.person_id,
                col(ConversationRow.hub) == hub,
                col(ConversationRow.version) == stored.version,
            )
            .values(version=stored.version + 1, state=stored.state, changed_at=now)
        ).rowcount
    ]
