"""What a human has to look at: hand-offs and alerts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from storage.tables import BookingRow, PersonRow, SlotRow, TaskRow


def list_open(session: Session, hub: str, *, limit: int = 200) -> Sequence[tuple[TaskRow, PersonRow | None]]:
    """List open tasks with the person each is about, oldest first."""
    query = (
        select(TaskRow, PersonRow)
        .join(PersonRow, col(PersonRow.id) == col(TaskRow.person_id), isouter=True)
        .where(col(TaskRow.hub) == hub, col(TaskRow.closed_at).is_(None))
        .order_by(col(TaskRow.opened_at), col(TaskRow.id))
    )
    return session.exec(query.limit(limit)).all()


def slots_of(session: Session, tasks: Sequence[TaskRow]) -> dict[int, SlotRow]:
    """Find what the bookings are for that tasks are about, by the booking's number."""
    bookings = {task.booking_id for task in tasks if task.booking_id is not None}
    query = (
        select(BookingRow.id, SlotRow)
        .join(SlotRow, col(SlotRow.id) == col(BookingRow.slot_id))
        .where(col(BookingRow.id).in_(bookings))
    )
    return {number: slot for number, slot in session.exec(query).all() if number is not None}


def settle(session: Session, person: PersonRow, reasons: Collection[str], now: datetime) -> None:
    """Close what staff was asked about a person and nobody has to look at any more."""
    open_ones = select(TaskRow).where(
        col(TaskRow.hub) == person.hub,
        col(TaskRow.person_id) == person.id,
        col(TaskRow.reason).in_(reasons),
        col(TaskRow.closed_at).is_(None),
    )
    for task in session.exec(open_ones):
        task.closed_at = now
        session.add(task)


def close(session: Session, hub: str, task_id: int, now: datetime) -> bool:
    """Close a task; ``False`` when there is no such open one."""
    task = session.exec(
        select(TaskRow).where(col(TaskRow.hub) == hub, col(TaskRow.id) == task_id, col(TaskRow.closed_at).is_(None))
    ).one_or_none()
    if task is None:
        return False
    task.closed_at = now
    session.add(task)
    return True
