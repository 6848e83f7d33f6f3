"""The ledgers: what was served, minute by minute, and to whom it counts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table, new_ref


class HoursRow(Table, table=True):
    """Time served on one booking. A correction voids the row and adds another; a booking has one live row at most."""

    __tablename__ = "hours"
    __table_args__ = (
        UniqueConstraint("ref"),
        Index(
            "uq_hours_live",
            "booking_id",
            unique=True,
            sqlite_where=text("status <> 'void' AND booking_id IS NOT NULL"),
            postgresql_where=text("status <> 'void' AND booking_id IS NOT NULL"),
        ),
        Index("ix_hours_person", "person_id"),
        Index("ix_hours_hub", "hub", "starts_at"),
        Index(
            "ix_hours_claimed",
            "hub",
            "site_id",
            sqlite_where=text("status = 'claimed'"),
            postgresql_where=text("status = 'claimed'"),
        ),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    person_id: int | None = None  #: ``None`` once the person is erased; the minutes stay
    booking_id: int | None = None
    ledger: str  #: ``flows.rules.ledger.Ledger``
    starts_at: datetime = Field(sa_type=Instant)
    minutes: int
    site_id: int | None = None
    role: str | None = None
    audience: str | None = None
    organisation_id: int | None = None
    status: str  #: ``flows.rules.ledger.HoursStatus``
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
