"""Read people, places, shifts, bookings and messages page by page, for other programs; always within one hub."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, or_, select

from flows.stages import Stage
from storage.tables import AddressRow, BookingRow, ConversationRow, OutboxRow, PersonRow, Site, SlotRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A person with where they are written to."""

    person: PersonRow
    address: AddressRow | None


def list_people(
    session: Session, hub: str, *, after: int, limit: int, stage: Stage | None, role: str | None, words: str | None
) -> list[Found]:
    """List people in the order in which they came.

    Args:
        words: the beginning of a name, or the last digits of a phone number.
    """
    query = (
        select(PersonRow, AddressRow)
        .join(AddressRow, col(AddressRow.id) == col(PersonRow.address_id), isouter=True)
        .where(col(PersonRow.hub) == hub, col(PersonRow.id) > after)
    )
    if stage is not None:
        query = query.where(col(PersonRow.stage) == stage.value)
    if role is not None:
        query = query.where(col(PersonRow.role) == role)
    if words:
        query = query.where(_fits(words))
    rows = session.exec(query.order_by(col(PersonRow.id)).limit(limit)).all()
    return [Found(person=person, address=address) for person, address in rows]


def _fits(words: str) -> Any:
    digits = "".join(character for character in words if character.isascii() and character.isdigit())
    if len(digits) >= 4:
        return col(AddressRow.user).endswith(digits, autoescape=True)
    begins = [
        func.lower(column).startswith(words.strip().lower(), autoescape=True)
        for column in (col(PersonRow.given_name), col(PersonRow.family_name))
    ]
    return or_(*begins)


def find_person(session: Session, hub: str, ref: str) -> Found | None:
    """Find one person."""
    query = (
        select(PersonRow, AddressRow)
        .join(AddressRow, col(AddressRow.id) == col(PersonRow.address_id), isouter=True)
        .where(col(PersonRow.hub) == hub, col(PersonRow.ref) == ref)
    )
    row = session.exec(query).one_or_none()
    return Found(person=row[0], address=row[1]) if row else None


def is_held(session: Session, person: PersonRow) -> bool:
    """Tell whether a coordinator answers instead of the bot."""
    conversation = session.get(ConversationRow, person.id)
    return conversation is not None and conversation.held_by is not None


def list_sites(session: Session, hub: str, *, after: int, limit: int) -> Sequence[Site]:
    """List places in the order in which they were entered."""
    query = select(Site).where(col(Site.hub) == hub, col(Site.id) > after).order_by(col(Site.id)).limit(limit)
    return session.exec(query).all()


def list_shifts(
    session: Session, hub: str, *, after: int, limit: int, since: datetime | None, kind: str | None
) -> Sequence[tuple[SlotRow, Site | None]]:
    """List trainings and shifts in the order in which they were planned."""
    query = (
        select(SlotRow, Site)
        .join(Site, col(Site.id) == col(SlotRow.site_id), isouter=True)
        .where(col(SlotRow.hub) == hub, col(SlotRow.id) > after)
    )
    if since is not None:
        query = query.where(col(SlotRow.starts_at) >= since)
    if kind is not None:
        query = query.where(col(SlotRow.kind) == kind)
    return [(slot, site) for slot, site in session.exec(query.order_by(col(SlotRow.id)).limit(limit)).all()]


def find_shift(session: Session, hub: str, ref: str) -> tuple[SlotRow, Site | None] | None:
    """Find one training or shift."""
    query = (
        select(SlotRow, Site)
        .join(Site, col(Site.id) == col(SlotRow.site_id), isouter=True)
        .where(col(SlotRow.hub) == hub, col(SlotRow.ref) == ref)
    )
    row = session.exec(query).one_or_none()
    return (row[0], row[1]) if row else None


def list_bookings(
    session: Session, hub: str, *, after: int, limit: int, person_id: int | None = None, slot_id: int | None = None
) -> Sequence[tuple[BookingRow, str, str]]:
    """List bookings with the references of person and slot, in the order in which they were made."""
    query = (
        select(BookingRow, col(PersonRow.ref), col(SlotRow.ref))
        .join(PersonRow, col(PersonRow.id) == col(BookingRow.person_id))
        .join(SlotRow, col(SlotRow.id) == col(BookingRow.slot_id))
        .where(col(BookingRow.hub) == hub, col(BookingRow.id) > after)
    )
    if person_id is not None:
        query = query.where(col(BookingRow.person_id) == person_id)
    if slot_id is not None:
        query = query.where(col(BookingRow.slot_id) == slot_id)
    return [
        (booking, person, slot)
        for booking, person, slot in session.exec(query.order_by(col(BookingRow.id)).limit(limit)).all()
    ]


def find_message(session: Session, hub: str, *, ref: str | None = None, dedupe_key: str = "") -> OutboxRow | None:
    """Find a message by its reference, or by the key under which it was written."""
    query = select(OutboxRow).where(col(OutboxRow.hub) == hub)
    named = col(OutboxRow.ref) == ref if ref is not None else col(OutboxRow.dedupe_key) == dedupe_key
    return session.exec(query.where(named)).one_or_none()


def person_ref(session: Session, hub: str, person_id: int | None) -> str | None:
    """Return the reference of a person; ``None`` once they are erased."""
    row = session.get(PersonRow, person_id) if person_id is not None else None
    return row.ref if row and row.hub == hub else None
