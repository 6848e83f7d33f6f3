"""Training sessions and shifts, the seats that people have in them, and their reminders."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table, new_ref


class SlotRow(Table, table=True):
    """A training session or a shift."""

    __tablename__ = "slot"
    __table_args__ = (
        UniqueConstraint("hub", "ref"),
        Index("ix_slot_open", "hub", "kind", "starts_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    kind: str  #: ``flows.facts.SlotKind``
    site_id: int | None = Field(default=None, foreign_key="site.id")
    title: str = Field(sa_type=Text)  #: name by language, JSON
    place: str = ""  #: told to people when there is no site: an online meeting
    role: str | None = None
    starts_local: str  #: wall clock at the place, ``2026-12-01T17:00``: the truth
    zone: str
    starts_at: datetime = Field(sa_type=Instant)  #: computed from the two above, for ordering and due times
    minutes: int
    capacity: int
    taken: int = 0
    supervised: bool = True
    one_to_one: bool = False
    cancelled: bool = False


class BookingRow(Table, table=True):
    """One person's seat in one slot."""

    __tablename__ = "booking"
    __table_args__ = (
        UniqueConstraint("ref"),
        # One live seat a person and slot; a released one may be taken again.
        Index(
            "uq_booking_live",
            "person_id",
            "slot_id",
            unique=True,
            sqlite_where=text("status <> 'released'"),
            postgresql_where=text("status <> 'released'"),
        ),
        Index("ix_booking_slot", "slot_id"),
        # Released seats as well: what a person is forgotten by, and what the foreign key looks through.
        Index("ix_booking_person", "person_id"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    person_id: int = Field(foreign_key="person.id")
    slot_id: int = Field(foreign_key="slot.id")
    status: str  #: ``flows.facts.BookingStatus``
    asked: bool = False  #: a reminder waits for C, N or R
    cause: str | None = None
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)


class ReminderRow(Table, table=True):
    """A reminder that shall leave at an instant; the row is the truth, the clock only looks."""

    __tablename__ = "reminder"
    __table_args__ = (
        UniqueConstraint("booking_id", "kind"),
        Index(
            "ix_reminder_due",
            "hub",
            "due_at",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    booking_id: int = Field(foreign_key="booking.id")
    kind: str  #: ``flows.rules.reminders``
    due_at: datetime = Field(sa_type=Instant)
    status: str = "pending"  #: pending, queued, dropped, released
    reason: str | None = None
    settled_at: datetime | None = Field(default=None, sa_type=Instant)
