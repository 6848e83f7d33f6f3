"""Gather what a service letter says, keep the letters that were made, and tell whether one is genuine."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from flows.rules.ledger import HoursStatus, Ledger
from flows.rules.letters import (
    CODE_LENGTH,
    CODE_SIGNS,
    Entry,
    Summary,
    initials,
    normal_letter_code,
    summarise,
)
from flows.rules.organisations import MembershipStatus, OrganisationKind, Policy, read_policy
from storage import audit
from storage.tables import (
    BookingRow,
    HoursRow,
    LetterRow,
    MembershipRow,
    OrganisationRow,
    Partner,
    PersonRow,
    Site,
    SlotRow,
)

_TRAINING: Final = "training"


@dataclass(frozen=True, slots=True, kw_only=True)
class District:
    """The school district of a student, and what it wants."""

    name: str
    policy: Policy


def summary_of(session: Session, person: PersonRow, zone: str) -> tuple[Summary | None, District | None]:
    """Add up a person's approved time.

    Args:
        zone: by whose clock a day is told where the place is not known any more.
    """
    district = _district(session, person)
    query = (
        select(HoursRow, SlotRow, Site, Partner)
        .join(BookingRow, col(BookingRow.id) == col(HoursRow.booking_id), isouter=True)
        .join(SlotRow, col(SlotRow.id) == col(BookingRow.slot_id), isouter=True)
        .join(Site, col(Site.id) == col(HoursRow.site_id), isouter=True)
        .join(Partner, col(Partner.id) == col(Site.partner_id), isouter=True)
        .where(col(HoursRow.person_id) == person.id, col(HoursRow.status) == HoursStatus.APPROVED.value)
    )
    entries = [
        Entry(
            day=hours.starts_at.astimezone(ZoneInfo(slot.zone if slot else zone)).date(),
            minutes=hours.minutes,
            ledger=Ledger(hours.ledger),
            is_training=slot is not None and slot.kind == _TRAINING,
            partner=partner.name if partner else "",
            supervisor=site.supervisor if site else "",
        )
        for hours, slot, site, partner in session.exec(query).all()
    ]
    return summarise(entries, district.policy if district else None), district


def _district(session: Session, person: PersonRow) -> District | None:
    query = (
        select(OrganisationRow)
        .join(MembershipRow, col(MembershipRow.organisation_id) == col(OrganisationRow.id))
        .where(
            col(MembershipRow.person_id) == person.id,
            col(MembershipRow.status) == MembershipStatus.CONFIRMED.value,
            col(OrganisationRow.kind) == OrganisationKind.DISTRICT.value,
        )
        .order_by(col(MembershipRow.id).desc())
        .limit(1)
    )
    row = session.exec(query).first()
    return District(name=row.name, policy=read_policy(row.policy)) if row else None


def issue(session: Session, person: PersonRow, summary: Summary, *, on: date, by: str, now: datetime) -> LetterRow:
    """Keep that a letter was made; one that would say the same on the same day is the same letter."""
    query = select(LetterRow).where(
        col(LetterRow.person_id) == person.id,
        col(LetterRow.issued_on) == on,
        col(LetterRow.minutes) == summary.total,
        col(LetterRow.first_on) == summary.first_on,
        col(LetterRow.last_on) == summary.last_on,
        col(LetterRow.revoked_at).is_(None),
    )
    if same := session.exec(query.limit(1)).first():
        return same
    row = LetterRow(
        hub=person.hub,
        code="".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH)),
        person_id=person.id,
        initials=initials(person.given_name, person.family_name),
        minutes=summary.total,
        first_on=summary.first_on,
        last_on=summary.last_on,
        issued_on=on,
        created_at=now,
    )
    session.add(row)
    session.flush()
    detail = {"letter": row.id, "minutes": row.minutes}
    audit.note(session, person.hub, person_ref=person.ref, author=by, what="letter", detail=detail, now=now)
    return row


def find_valid(session: Session, hub: str, code: str) -> LetterRow | None:
    """Find the letter that carries a code; one that was revoked is found as little as one that never was."""
    query = select(LetterRow).where(
        col(LetterRow.hub) == hub, col(LetterRow.code) == normal_letter_code(code), col(LetterRow.revoked_at).is_(None)
    )
    return session.exec(query).one_or_none()


def revoke(session: Session, letter: LetterRow, *, by: str, now: datetime) -> None:
    """Let a letter be genuine no more."""
    letter.revoked_at = now
    session.add(letter)
    person = session.get(PersonRow, letter.person_id) if letter.person_id else None
    audit.note(
        session,
        letter.hub,
        person_ref=person.ref if person else None,
        author=by,
        what="letter",
        detail={"letter": letter.id, "revoked": True},
        now=now,
    )
