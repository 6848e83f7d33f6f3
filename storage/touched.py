"""People whom a change of the timetable concerns: who they are, whether they can be told, and what moves with it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, literal_column
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select, text

from flows.facts import BookingStatus, Json, QuietHours, Slot, SlotKind
from flows.rules.reminders import plan
from flows.stages import Stage
from storage.operations import audit
from storage.operations.preferences import reached
from storage.operations.rows import SLOT_COLUMNS, read_slot
from storage.people import move
from storage.performing import perform
from storage.store import OutboxStatus
from storage.tables import (
    AddressRow,
    BookingRow,
    OutboxRow,
    PersonRow,
    ReminderRow,
    SlotRow,
    TaskRow,
    WaitRow,
    new_ref,
)

#: Who is told, and at which address: as the message itself is sent.
_TOLD: Final = aliased(PersonRow, name="p")
_TOLD_AT: Final[ColumnElement[int]] = literal_column(reached("'notice'"))
_HOLDS: Final = (BookingStatus.BOOKED.value, BookingStatus.CONFIRMED.value)
_WAITING: Final = (OutboxStatus.WAITING.value, OutboxStatus.READY.value)
_SLOT: Final = f"SELECT {SLOT_COLUMNS} FROM slot AS s LEFT JOIN site AS t ON t.id = s.site_id WHERE s.id = :id"  # noqa: S608


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """Somebody with a place, or in line for one, whom a change concerns."""

    person_id: int
    #: Of the booking, or of the place in line.
    ref: str
    language: str | None
    zone: str | None
    #: Whether they can be written to; if not, there is a task for a human.
    can_be_told: bool
    before: Slot
    #: As it is now; the same for what was called off.
    after: Slot


def lock_booked(session: Session, slot: SlotRow) -> Sequence[tuple[BookingRow, PersonRow, bool]]:
    """Lock a slot and list who is booked, and whether they can be told; bookings first, as giving one back does."""
    held = select(BookingRow).where(col(BookingRow.slot_id) == slot.id, col(BookingRow.status).in_(_HOLDS))
    session.exec(held.order_by(col(BookingRow.id)).with_for_update()).all()
    session.refresh(slot, with_for_update=True)
    query = (
        select(BookingRow, _TOLD, AddressRow)
        .join(_TOLD, col(_TOLD.id) == col(BookingRow.person_id))
        .join(AddressRow, col(AddressRow.id) == _TOLD_AT, isouter=True)
        .where(col(BookingRow.slot_id) == slot.id, col(BookingRow.status).in_(_HOLDS))
        .order_by(col(BookingRow.id))
    )
    return [(booking, person, _can_be_told(address)) for booking, person, address in session.exec(query).all()]


def _can_be_told(address: AddressRow | None) -> bool:
    return address is not None and address.reachable and address.opted_out_at is None and bool(address.consented_at)


def read_slot_of(session: Session, slot: SlotRow) -> Slot:
    """Read a slot as the value that the rest of the house knows."""
    session.flush()
    return read_slot(dict(session.connection().execute(text(_SLOT), {"id": slot.id}).mappings().one()))


def replan(
    session: Session, booking: BookingRow, slot: Slot, person_zone: str | None, quiet_hours: QuietHours, now: datetime
) -> None:
    """Plan reminders for the new time. One that left for the old time gives its key free, so that it can leave again."""
    known = {
        row.kind: row
        for row in session.exec(select(ReminderRow).where(col(ReminderRow.booking_id) == booking.id)).all()
    }
    keys = [f"reminder:{booking.ref}:{kind}" for kind in known]
    sent = select(OutboxRow).where(col(OutboxRow.hub) == booking.hub, col(OutboxRow.dedupe_key).in_(keys))
    for message in session.exec(sent).all():
        message.dedupe_key = f"{message.dedupe_key}:{message.ref}"
        if message.status in _WAITING:
            message.status, message.reason, message.settled_at = OutboxStatus.DROPPED.value, "moved", now
        session.add(message)
    planned = {
        one.kind: one.due_at for one in plan(slot, person_zone=person_zone, quiet_hours=quiet_hours, booked_at=now)
    }
    for kind, row in known.items():
        if kind not in planned and row.status == "pending":
            row.status, row.settled_at = "released", now
            session.add(row)
    for kind, due_at in planned.items():
        row = known.get(kind) or ReminderRow(hub=booking.hub, booking_id=booking.id or 0, kind=kind, due_at=due_at)
        row.due_at, row.status, row.reason, row.settled_at = due_at, "pending", None, None
        session.add(row)


def ask_line_anew(session: Session, slot: SlotRow, now: datetime) -> None:
    """Let whoever is asked about the old time be asked about the new one: they stand first in line again."""
    asked = select(WaitRow).where(col(WaitRow.slot_id) == slot.id, col(WaitRow.status) == "offered")
    for row in session.exec(asked).all():
        _drop_waiting(session, slot.hub, row.person_id, f"seat:{row.ref}", now)
        row.status, row.ref, row.offered_until, row.changed_at = "waiting", new_ref(), None, now
        slot.taken -= 1
        session.add(row)
    session.add(slot)
    session.flush()


def end_line(
    session: Session,
    slot: SlotRow,
    what: Slot,
    now: datetime,
    *,
    only: Collection[str] | None = None,
    reason: str = "called_off",
) -> list[Touched]:
    """End the line for a slot that is called off; whoever stood in it is told.

    Args:
        only: ends it for these alone.
    """
    query = (
        select(WaitRow, _TOLD, AddressRow)
        .join(_TOLD, col(_TOLD.id) == col(WaitRow.person_id))
        .join(AddressRow, col(AddressRow.id) == _TOLD_AT, isouter=True)
        .where(col(WaitRow.slot_id) == slot.id, col(WaitRow.status).in_(("waiting", "offered")))
        .order_by(col(WaitRow.id))
    )
    touched = []
    for row, person, address in session.exec(query).all():
        if only is not None and row.ref not in only:
            continue
        slot.taken -= row.status == "offered"
        _drop_waiting(session, slot.hub, row.person_id, f"seat:{row.ref}", now)
        row.status, row.changed_at = "expired", now
        session.add(row)
        touched.append(touch(session, person, row.ref, _can_be_told(address), what, what, reason, now))
    return touched


def _drop_waiting(session: Session, hub: str, person_id: int, prefix: str, now: datetime) -> None:
    """Let messages that have not left be: a newer one says what holds."""
    query = select(OutboxRow).where(
        col(OutboxRow.person_id) == person_id,
        col(OutboxRow.hub) == hub,
        col(OutboxRow.status).in_(_WAITING),
        col(OutboxRow.dedupe_key).startswith(prefix, autoescape=True),
    )
    for message in session.exec(query).all():
        message.status, message.reason, message.settled_at = OutboxStatus.DROPPED.value, "superseded", now
        session.add(message)


def drop_untold(session: Session, hub: str, touched: Touched, now: datetime) -> None:
    """Let what was to be told of an earlier change be, if it has not left yet: the present one says it all."""
    _drop_waiting(session, hub, touched.person_id, f"changed:{touched.ref}:", now)


def touch(
    session: Session,
    person: PersonRow,
    ref: str,
    can_be_told: bool,
    before: Slot,
    after: Slot,
    reason: str,
    now: datetime,
) -> Touched:
    """Note that a change concerns somebody; who cannot be told is a task for a human."""
    assert person.id is not None
    if not can_be_told:
        session.add(TaskRow(hub=person.hub, person_id=person.id, kind="not_told", reason=reason, opened_at=now))
    detail: dict[str, Json] = {"change": reason, "slot": before.ref, "told": can_be_told}
    noted = audit.note(
        person.hub, person_ref=person.ref, author="coordinator:timetable", what="booking", detail=detail, now=now
    )
    perform(session, noted)
    return Touched(
        person_id=person.id,
        ref=ref,
        language=person.language,
        zone=person.zone,
        can_be_told=can_be_told,
        before=before,
        after=after,
    )


def move_back(session: Session, person: PersonRow, kind: SlotKind, now: datetime) -> None:
    """Move somebody back who has just lost their last place of a kind."""
    stands = {
        (SlotKind.TRAINING, Stage.TRAINING): Stage.ELIGIBLE,
        (SlotKind.SHIFT, Stage.PLACED): Stage.READY,
    }
    back = stands.get((kind, Stage(person.stage)))
    if back is None:
        return
    others = (
        select(BookingRow.id)
        .join(SlotRow, col(SlotRow.id) == col(BookingRow.slot_id))
        .where(
            col(BookingRow.person_id) == person.id,
            col(BookingRow.status).in_(_HOLDS),
            col(SlotRow.kind) == kind.value,
            col(SlotRow.starts_at) > now - timedelta(days=1),
        )
    )
    if session.exec(others.limit(1)).first() is None:
        move(session, person, back, cause="called off", author="rule:timetable", now=now)
