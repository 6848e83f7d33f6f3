"""Training sessions and shifts, the seats that people have in them, and their reminders."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table, new_ref


class SeriesRow(Table, table=True):
    """A shift or training that comes again by a rule; its slots are rows of their own."""

    __tablename__ = "series"
    __table_args__ = (UniqueConstraint("ref"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str = Field(index=True)
    ref: str = Field(default_factory=new_ref)
    rule: str  #: RFC 5545 recurrence rule without its start
    starts_local: str  #: wall clock of the first one
    zone: str
    template: str = Field(sa_type=Text)  #: what its slots have in common, JSON
    made_until: date | None = None  #: slots exist up to this day
    created_at: datetime = Field(sa_type=Instant)


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
    course: str | None = None  #: of a training: what it teaches; a shift may ask for it
    needs_courses: str = Field(
        default="[]", sa_column_kwargs={"server_default": text("'[]'")}
    )  #: courses one must have finished before, JSON list
    subject: str | None = None
    grades: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  #: ``K-2``, ``6-8``
    language: str | None = None  #: spoken with the children, where it is not English
    series_id: int | None = Field(default=None, foreign_key="series.id", index=True)
    series_day: date | None = None  #: the day its rule gave it, whatever it was moved to
    ladder: str = Field(
        default="", sa_column_kwargs={"server_default": text("''")}
    )  #: names of its reminders, JSON list; empty for the usual ones


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
        # What was changed lately, for those who get calendar files by e-mail.
        Index("ix_booking_changed", "hub", "changed_at"),
        # Released seats as well: what a person is forgotten by, and what the foreign key looks through.
        Index("ix_booking_person", "person_id"),
        # Who was asked whether they came, and has not answered.
        Index(
            "ix_booking_unanswered",
            "hub",
            "asked_after_at",
            sqlite_where=text("asked_after_at IS NOT NULL AND status IN ('booked', 'confirmed')"),
            postgresql_where=text("asked_after_at IS NOT NULL AND status IN ('booked', 'confirmed')"),
        ),
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
    arrived_at: datetime | None = Field(default=None, sa_type=Instant)  #: texted HERE
    late_at: datetime | None = Field(default=None, sa_type=Instant)  #: wrote that they would be late
    asked_after_at: datetime | None = Field(
        default=None, sa_type=Instant
    )  #: was asked how it went, or whether they came
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)


class CalendarMailRow(Table, table=True):
    """What somebody's calendar was last told by e-mail about a booking."""

    __tablename__ = "calendar_mail"

    booking_id: int = Field(primary_key=True, foreign_key="booking.id")
    hub: str
    sequence: int  #: a calendar takes a change only under a higher number
    told: str  #: hash of what the file said, so that nobody is written to about what they cannot see
    seen_at: datetime = Field(sa_type=Instant)  #: up to which change of the booking this was looked at


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
