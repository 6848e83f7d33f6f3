"""Write an invented past straight to the tables: shifts that people of the demo kept, missed or gave back, and what counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, insert, update
from sqlmodel import Session, col, select

from flows.facts import BookingStatus
from flows.rules.ledger import HoursStatus, Ledger
from flows.rules.organisations import AWARD, OrganisationKind, read_policy
from storage.tables import (
    AllowanceRow,
    BookingRow,
    GuardianRow,
    HoursRow,
    MembershipRow,
    OrganisationRow,
    PersonRow,
    ReservationRow,
    SlotRow,
    new_ref,
)

_LEDGERS: Final = {OrganisationKind.COLLEGE.value: Ledger.WAGES, OrganisationKind.EMPLOYER.value: Ledger.PAID_TIME_OFF}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A shift that is over, and what became of it."""

    person_id: int
    slot_id: int
    site_id: int | None
    role: str | None
    starts_at: datetime
    minutes: int
    ledger: Ledger
    status: BookingStatus
    #: Of what was served; ``None`` for what was missed or given back.
    hours: HoursStatus | None = None
    cause: str | None = None
    audience: str | None = None
    organisation_id: int | None = None
    #: The award or paid time that pays for it.
    allowance_id: int | None = None
    changed_at: datetime


def write_kept(session: Session, hub: str, kept: Sequence[Kept]) -> None:
    """Write bookings, hours, what they use of allowances, and the seats they took."""
    if not kept:
        return
    first = (session.exec(select(BookingRow.id).order_by(col(BookingRow.id).desc()).limit(1)).first() or 0) + 1
    ids = range(first, first + len(kept))
    _insert(session, BookingRow, (_booking(hub, id_, one) for id_, one in zip(ids, kept, strict=True)))
    served = [(id_, one) for id_, one in zip(ids, kept, strict=True) if one.hours is not None]
    _insert(session, HoursRow, (_hours(hub, id_, one) for id_, one in served))
    paid = [(id_, one) for id_, one in served if one.allowance_id is not None]
    _insert(session, ReservationRow, (_reservation(hub, id_, one) for id_, one in paid))
    used: Counter[int] = Counter()
    for _, one in paid:
        assert one.allowance_id is not None
        used[one.allowance_id] += one.minutes
    for allowance_id, minutes in used.items():
        allowance = session.get(AllowanceRow, allowance_id)
        assert allowance is not None
        allowance.used_minutes += minutes
        session.add(allowance)
    seats = Counter(one.slot_id for one in kept if one.status is not BookingStatus.RELEASED)
    take = update(SlotRow.__table__).where(col(SlotRow.id) == bindparam("slot"))  # type: ignore[attr-defined]
    session.connection().execute(
        take.values(taken=col(SlotRow.taken) + bindparam("more")),
        [{"slot": slot_id, "more": more} for slot_id, more in seats.items()],
    )


def _insert(session: Session, table: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    if written := list(rows):
        session.connection().execute(insert(table.__table__), written)


def _booking(hub: str, id_: int, one: Kept) -> dict[str, Any]:
    return {
        "id": id_,
        "hub": hub,
        "ref": new_ref(),
        "person_id": one.person_id,
        "slot_id": one.slot_id,
        "status": one.status.value,
        "asked": False,
        "cause": one.cause,
        "arrived_at": one.starts_at if one.hours else None,
        "created_at": one.starts_at - timedelta(days=9),
        "changed_at": one.changed_at,
    }


def _hours(hub: str, booking_id: int, one: Kept) -> dict[str, Any]:
    assert one.hours is not None
    is_decided = one.hours is not HoursStatus.CLAIMED
    return {
        "hub": hub,
        "ref": new_ref(),
        "person_id": one.person_id,
        "booking_id": booking_id,
        "ledger": one.ledger.value,
        "starts_at": one.starts_at,
        "minutes": one.minutes,
        "site_id": one.site_id,
        "role": one.role,
        "audience": one.audience,
        "organisation_id": one.organisation_id,
        "status": one.hours.value,
        "decided_by": "link:hours" if is_decided else "",
        "decided_at": one.changed_at + timedelta(hours=3) if is_decided else None,
        "created_at": one.changed_at,
    }


def _reservation(hub: str, booking_id: int, one: Kept) -> dict[str, Any]:
    return {
        "booking_id": booking_id,
        "hub": hub,
        "allowance_id": one.allowance_id,
        "minutes": one.minutes,
        "created_at": one.starts_at - timedelta(days=9),
    }


# --- who pays ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Who pays for somebody's time."""

    ledger: Ledger
    organisation_id: int
    #: Of the award, or of this year's paid time off, which is opened if it is not there yet.
    allowance_id: int
    left_minutes: int
    #: The calendar year whose time off it is; ``None`` for an award.
    year: int | None


def payer_of(session: Session, hub: str, person: PersonRow, *, uses_time_off: bool, year: int) -> Payer | None:
    """Find who pays for somebody's time in a year; ``None`` when it is their own."""
    found = session.exec(
        select(MembershipRow, OrganisationRow)
        .join(OrganisationRow, col(OrganisationRow.id) == col(MembershipRow.organisation_id))
        .where(col(MembershipRow.person_id) == person.id, col(MembershipRow.status) == "confirmed")
    ).first()
    if found is None:
        return None
    member, organisation = found
    ledger = _LEDGERS.get(organisation.kind)
    if ledger is None or (ledger is Ledger.PAID_TIME_OFF and not uses_time_off):
        return None
    assert organisation.id is not None
    period = AWARD if ledger is Ledger.WAGES else str(year)
    allowance = session.exec(
        select(AllowanceRow).where(col(AllowanceRow.membership_id) == member.id, col(AllowanceRow.period) == period)
    ).first()
    if allowance is None:
        minutes = read_policy(organisation.policy).hours_per_year * 60
        allowance = AllowanceRow(hub=hub, membership_id=member.id or 0, period=period, granted_minutes=minutes)
        session.add(allowance)
        session.flush()
    assert allowance.id is not None
    return Payer(
        ledger=ledger,
        organisation_id=organisation.id,
        allowance_id=allowance.id,
        left_minutes=allowance.granted_minutes - allowance.used_minutes,
        year=None if ledger is Ledger.WAGES else year,
    )


# --- who has still to say something -----------------------------------------------------------------------------------


def memberships_of(session: Session, person_id: int) -> Sequence[int]:
    """List the ties of a person that an organisation has not confirmed."""
    query = select(MembershipRow.id).where(
        col(MembershipRow.person_id) == person_id, col(MembershipRow.status) == "pending"
    )
    return [one for one in session.exec(query).all() if one is not None]


def ward_of(session: Session, person_id: int) -> str | None:
    """Return the reference of what is between somebody and the guardian who was asked."""
    query = select(GuardianRow.ref).where(col(GuardianRow.person_id) == person_id, col(GuardianRow.status) == "asked")
    return session.exec(query).first()
