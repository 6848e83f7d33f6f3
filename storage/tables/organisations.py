"""Employers, colleges and districts, who belongs to them, how many hours that allows, and letters about hours."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table


class OrganisationRow(Table, table=True):
    """An employer, a college or a school district whose people serve."""

    __tablename__ = "organisation"
    __table_args__ = (UniqueConstraint("hub", "code"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    kind: str  #: ``flows.rules.organisations.OrganisationKind``
    name: str
    code: str  #: what its people text to be recognised; upper case
    slack_team: str | None = Field(default=None, index=True)
    contact: str = ""  #: phone in E.164 or e-mail of the aid office, or of whoever approves
    policy: str = Field(default="{}", sa_type=Text)  #: JSON: ``flows.rules.organisations.Policy``


class MembershipRow(Table, table=True):
    """One person's tie to an organisation."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str = Field(index=True)
    person_id: int = Field(foreign_key="person.id")
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    status: str  #: ``flows.rules.organisations.MembershipStatus``
    approver: str = ""  #: phone or e-mail of the manager, where there is one
    weekly_minutes: int | None = None  #: most minutes a week that may be served
    ends_on: date | None = None  #: last day of the award or term
    decided_by: str = ""
    asked_at: datetime | None = Field(default=None, sa_type=Instant)  #: when the organisation was sent its link
    changed_at: datetime = Field(sa_type=Instant)


class AllowanceRow(Table, table=True):
    """Minutes that a member may serve in a period: an award or paid time off. The check keeps it from being overdrawn."""

    __tablename__ = "allowance"
    __table_args__ = (
        UniqueConstraint("membership_id", "period"),
        CheckConstraint("used_minutes >= 0 AND used_minutes <= granted_minutes", name="ck_allowance_not_overdrawn"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    membership_id: int = Field(foreign_key="membership.id")
    period: str  #: a year, ``2027``, or the award's id
    granted_minutes: int
    used_minutes: int = 0  #: booked and served; a booking reserves, a release gives back
    warned_percent: int = 0  #: highest share of which the person has been warned


class ReservationRow(Table, table=True):
    """Minutes of an allowance that a booking has taken, given back when the seat is."""

    __tablename__ = "reservation"
    __table_args__ = (Index("ix_reservation_held", "hub", "held_until"),)

    booking_id: int = Field(primary_key=True, foreign_key="booking.id")
    hub: str
    allowance_id: int = Field(foreign_key="allowance.id", index=True)
    minutes: int
    held_until: datetime | None = Field(default=None, sa_type=Instant)  #: a manager has to approve until then
    asked_at: datetime | None = Field(default=None, sa_type=Instant)  #: when the manager was sent their link
    created_at: datetime = Field(sa_type=Instant)


class LetterRow(Table, table=True):
    """A service letter that was made: what anybody may learn who holds its code, and nothing else."""

    __tablename__ = "letter"
    __table_args__ = (UniqueConstraint("hub", "code"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    code: str  #: unguessable, printed on the letter
    person_id: int | None = Field(default=None, index=True)  #: ``None`` once the person is erased
    initials: str
    minutes: int  #: all ledgers together, as the letter says
    first_on: date
    last_on: date
    issued_on: date
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
