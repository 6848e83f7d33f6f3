"""What placement has to know about one person, and their place in one slot, taken or given back by a human."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session, col, select

from flows.facts import Booking, BookingStatus, History, Json, QuietHours, Slot
from flows.rules.requirements import Held, Need
from storage.operations import reading, requirements, seats
from storage.operations.scope import Scope
from storage.performing import perform
from storage.tables import BookingRow, PersonRow, SlotRow, WaitRow, to_micros
from storage.touched import Touched, drop_untold, move_back, read_slot_of

__all__ = ("NO_NOTICE", "Known", "book", "is_kept_for", "place_of", "read", "read_slot_of", "release")

#: Whoever was talked to knows when it begins.
NO_NOTICE: Final = timedelta()
_HOLDS: Final = (BookingStatus.BOOKED.value, BookingStatus.CONFIRMED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is on record about a person and what is asked of people."""

    answers: Mapping[str, Json]
    history: History
    bookings: Sequence[Booking]
    needs: tuple[Need, ...]
    held: tuple[Held, ...]


def read(session: Session, hub: str, person: PersonRow, now: datetime) -> Known:
    """Read what placement has to know about a person."""
    person_id, answers = person.id or 0, json.loads(person.answers)
    return Known(
        answers=answers,
        history=perform(session, reading.history(hub, person_id)),
        bookings=perform(session, reading.bookings_of(person_id, now)),
        needs=perform(session, requirements.needs(hub)),
        held=perform(session, requirements.held_by(person_id)),
    )


def place_of(session: Session, person: PersonRow, slot: SlotRow) -> str | None:
    """Return the reference of a person's place in a slot, whatever became of it; ``None`` when they have none."""
    query = select(BookingRow.ref).where(
        col(BookingRow.person_id) == person.id,
        col(BookingRow.slot_id) == slot.id,
        col(BookingRow.status) != BookingStatus.RELEASED.value,
    )
    return session.exec(query).first()


def is_kept_for(session: Session, person: PersonRow, slot: SlotRow) -> bool:
    """Tell whether a person is next in line and a seat is kept for them."""
    query = select(WaitRow.id).where(
        col(WaitRow.person_id) == person.id, col(WaitRow.slot_id) == slot.id, col(WaitRow.status) == "offered"
    )
    return session.exec(query).first() is not None


def book(session: Session, person: PersonRow, slot: SlotRow, *, quiet_hours: QuietHours, now: datetime) -> str:
    """Take a seat for a person, who is about to be asked whether they can come; return the booking's reference.

    Raises:
        Refused: a gate keeps them from it; let it end the transaction.
    """
    perform(session, seats.book(_scope(person, now), slot.ref, quiet_hours=quiet_hours))
    ref = place_of(session, person, slot)
    assert ref is not None, "it was just taken"
    booking = session.exec(select(BookingRow).where(col(BookingRow.ref) == ref)).one()
    booking.asked = True
    session.add(booking)
    session.flush()
    return ref


def release(session: Session, person: PersonRow, slot: SlotRow, what: Slot, now: datetime) -> str | None:
    """Give a person's seat back and let what they were to be told of it be; ``None`` when they hold none."""
    query = select(BookingRow.ref).where(
        col(BookingRow.person_id) == person.id,
        col(BookingRow.slot_id) == slot.id,
        col(BookingRow.status).in_(_HOLDS),
    )
    ref = session.exec(query).first()
    if ref is None:
        return None
    gone = Touched(
        person_id=person.id or 0,
        ref=ref,
        language=person.language,
        zone=person.zone,
        can_be_told=True,
        before=what,
        after=what,
    )
    drop_untold(session, slot.hub, gone, now)
    perform(session, seats.release(_scope(person, now), ref, cause="given back by staff"))
    move_back(session, person, what.kind, now)
    return ref


def _scope(person: PersonRow, now: datetime) -> Scope:
    return Scope(hub=person.hub, person_id=person.id or 0, address_id=person.address_id or 0, now=to_micros(now))
