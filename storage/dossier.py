"""Gather what a coordinator sees of one person: consent, what they bring, places, hours, notes and decisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlmodel import Session, col, func, select

from flows.rules.ledger import HoursStatus, Ledger
from storage import audit, referees, requirements
from storage.audit import Noted
from storage.requirements import Standing
from storage.tables import (
    AddressRow,
    BookingRow,
    ConsentRow,
    ConversationRow,
    HoursRow,
    MembershipRow,
    NoteRow,
    OrganisationRow,
    PersonRow,
    RefereeRow,
    Site,
    SlotRow,
    TaskRow,
)

#: More of each are not shown on one page.
_MOST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """One person as coordinators see them."""

    person: PersonRow
    addresses: Sequence[AddressRow]
    #: Latest first, each with the address it was given for.
    consents: Sequence[tuple[ConsentRow, AddressRow]]
    standing: Standing
    #: Whom they named as references, and what these answered.
    references: Sequence[RefereeRow]
    #: Latest first.
    places: Sequence[tuple[BookingRow, SlotRow, Site | None]]
    #: Minutes by ledger and status.
    minutes: Mapping[tuple[Ledger, HoursStatus], int]
    organisations: Sequence[tuple[MembershipRow, OrganisationRow]]
    #: Latest first.
    notes: Sequence[NoteRow]
    #: Latest first.
    decisions: Sequence[Noted]
    #: Open ones, oldest first.
    tasks: Sequence[TaskRow]
    held_by: str | None

    @property
    def refuses_news_since(self) -> datetime | None:
        """When they said that they want no broadcasts; ``None`` when they get them."""
        return min((at for one in self.addresses if (at := one.no_broadcasts_at)), default=None)


def gather(session: Session, person: PersonRow, *, today: date) -> Dossier:
    """Gather all of it.

    Args:
        today: in the hub's zone: what somebody brings is judged on it.
    """
    assert person.id is not None, "it is stored"
    standing = requirements.standing(session, person, on=today)  # first: it makes the session read all rows anew
    session.refresh(person)
    conversation = session.get(ConversationRow, person.id)
    return Dossier(
        person=person,
        addresses=session.exec(
            select(AddressRow).where(col(AddressRow.person_id) == person.id).order_by(col(AddressRow.id))
        ).all(),
        consents=_consents(session, person.id),
        standing=standing,
        references=referees.list_of(session, person),
        places=_places(session, person.id),
        minutes=_minutes(session, person.id),
        organisations=session.exec(
            select(MembershipRow, OrganisationRow)
            .join(OrganisationRow, col(OrganisationRow.id) == col(MembershipRow.organisation_id))
            .where(col(MembershipRow.person_id) == person.id)
        ).all(),
        notes=session.exec(
            select(NoteRow).where(col(NoteRow.person_id) == person.id).order_by(col(NoteRow.id).desc()).limit(_MOST)
        ).all(),
        decisions=audit.tell(session, person, limit=_MOST)[::-1],
        tasks=session.exec(
            select(TaskRow)
            .where(col(TaskRow.person_id) == person.id, col(TaskRow.closed_at).is_(None))
            .order_by(col(TaskRow.opened_at))
        ).all(),
        held_by=conversation.held_by if conversation else None,
    )


def _consents(session: Session, person_id: int) -> Sequence[tuple[ConsentRow, AddressRow]]:
    return session.exec(
        select(ConsentRow, AddressRow)
        .join(AddressRow, col(AddressRow.id) == col(ConsentRow.address_id))
        .where(col(AddressRow.person_id) == person_id)
        .order_by(col(ConsentRow.id).desc())
        .limit(_MOST)
    ).all()


def _places(session: Session, person_id: int) -> Sequence[tuple[BookingRow, SlotRow, Site | None]]:
    return session.exec(
        select(BookingRow, SlotRow, Site)
        .join(SlotRow, col(SlotRow.id) == col(BookingRow.slot_id))
        .join(Site, col(Site.id) == col(SlotRow.site_id), isouter=True)
        .where(col(BookingRow.person_id) == person_id)
        .order_by(col(SlotRow.starts_at).desc())
        .limit(_MOST)
    ).all()


def _minutes(session: Session, person_id: int) -> dict[tuple[Ledger, HoursStatus], int]:
    rows = session.exec(
        select(HoursRow.ledger, HoursRow.status, func.sum(HoursRow.minutes))
        .where(col(HoursRow.person_id) == person_id, col(HoursRow.status) != HoursStatus.VOID.value)
        .group_by(col(HoursRow.ledger), col(HoursRow.status))
    ).all()
    return {(Ledger(ledger), HoursStatus(status)): int(minutes) for ledger, status, minutes in rows}


def add_note(session: Session, person: PersonRow, *, author: str, text: str, now: datetime) -> NoteRow:
    """Keep what a coordinator notes about a person."""
    assert person.id is not None, "it is stored"
    note = NoteRow(hub=person.hub, person_id=person.id, author=author, text=text, written_at=now)
    session.add(note)
    return note


def remove_note(session: Session, person: PersonRow, ref: str) -> bool:
    """Remove a note; ``False`` when there is none of that reference about this person."""
    note = session.exec(
        select(NoteRow).where(
            col(NoteRow.hub) == person.hub, col(NoteRow.person_id) == person.id, col(NoteRow.ref) == ref
        )
    ).one_or_none()
    if note is not None:
        session.delete(note)
    return note is not None
