"""Employers, colleges and districts, who belongs to them, and how many hours that allows."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Text, UniqueConstraint
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
