"""Tell how many people stand in line for what is full."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, func, select

from storage.tables import WaitRow


def count_waiting(session: Session, slot_ids: Sequence[int]) -> dict[int, int]:
    """Count who waits for each of some slots, those included for whom a seat is kept."""
    query = (
        select(WaitRow.slot_id, func.count())
        .where(col(WaitRow.slot_id).in_(slot_ids), col(WaitRow.status).in_(("waiting", "offered")))
        .group_by(col(WaitRow.slot_id))
    )
    return dict(session.exec(query).all())
