"""The schema: one SQLModel class a table, each row belonging to a hub."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Dialect,
    Index,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.schema import MetaData
from sqlmodel import Field, SQLModel

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
#: SQLite gives the number of a deleted last row to the next one; whoever still holds it would then hit a stranger's row.
_NEVER_REUSED: Final = {"sqlite_autoincrement": True}


def to_micros(instant: datetime) -> int:
    """Write an aware instant as microseconds since 1970 UTC: how both databases store it."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Read an instant back, in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored as a whole number so that both databases compare it alike and no driver guesses a zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse naive times: they are a bug of the caller."""
        if value is None:
            return None
        assert value.tzinfo is not None, "an instant needs a zone"
        return to_micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return an aware UTC instant."""
        return None if value is None else from_micros(int(value))


def new_ref() -> str:
    """Make an unguessable name for a row that people outside may see: 96 bits, 16 characters."""
    return secrets.token_urlsafe(12)


def new_message_ref(micros: int) -> str:
    """Make an unguessable name that begins with an instant: the index of a growing table is then written at its end."""
    return f"{micros:014x}{new_ref()}"


class Table(SQLModel):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class HubRow(Table, table=True):
    """An organisation that recruits."""

    __tablename__ = "hub"

    id: str = Field(primary_key=True)
    name: str
    created_at: datetime = Field(sa_type=Instant)


class Partner(Table, table=True):
    """A nonprofit that runs programmes at sites."""

    __tablename__ = "partner"

    id: int | None = Field(default=None, primary_key=True)
    hub: str = Field(index=True)
    name: str


class Site(Table, table=True):
    """A place where people serve or train."""

    __tablename__ = "site"

    id: int | None = Field(default=None, primary_key=True)
    hub: str = Field(index=True)
    partner_id: int | None = Field(default=None, foreign_key="partner.id")
    name: str
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    zone: str
    latitude: float | None = None
    longitude: float | None = None


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


class PersonRow(Table, table=True):
    """A person who wrote to us or was brought in by a coordinator."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("hub", "ref"),
        Index("ix_person_hub", "hub", "id"),
        Index("ix_person_stage", "hub", "stage"),
        Index("ix_person_role", "hub", "role"),
        _NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    stage: str
    language: str | None = None
    zone: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    birth_date: date | None = None
    zip: str | None = None
    audience: str | None = None
    role: str | None = None
    campaign: str | None = None  #: code of the link or flyer that brought them
    answers: str = Field(default="{}", sa_type=Text)  #: every fact they told us, JSON
    address_id: int | None = None  #: where they last wrote from, and where we write to
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)


class AddressRow(Table, table=True):
    """Where a person can be written to."""

    __tablename__ = "address"
    __table_args__ = (UniqueConstraint("hub", "channel", "account", "user"), _NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    channel: str
    account: str
    user: str
    person_id: int = Field(foreign_key="person.id", index=True)
    consented_at: datetime | None = Field(default=None, sa_type=Instant)
    opted_out_at: datetime | None = Field(default=None, sa_type=Instant)
    reachable: bool = True
    created_at: datetime = Field(sa_type=Instant)


class ConsentRow(Table, table=True):
    """Evidence: who agreed to what, or took it back, when and by which words. Rows are only added."""

    __tablename__ = "consent"
    __table_args__ = (_NEVER_REUSED,)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    address_id: int = Field(foreign_key="address.id", index=True)
    purpose: str
    granted: bool
    wording: str  #: content hash of the words shown, or the word that revoked
    at: datetime = Field(sa_type=Instant)


class ConversationRow(Table, table=True):
    """One person's dialogue, as the engine wrote it."""

    __tablename__ = "conversation"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    hub: str = Field(index=True)
    version: int  #: turn number; every write names the one it saw
    state: str = Field(sa_type=Text)
    held_by: str | None = None  #: the coordinator who answers instead of the bot
    changed_at: datetime = Field(sa_type=Instant)


class InboundRow(Table, table=True):
    """Everything that reached us, kept for ever by the provider's id: the inbox and the guard against replay."""

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("hub", "channel", "account", "provider_id"),
        Index("ix_inbound_person", "person_id", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    channel: str
    account: str
    provider_id: str
    person_id: int | None = None  #: ``None`` once the person is forgotten
    kind: str
    body: str = Field(default="", sa_type=Text)
    turn: int = 0  #: the conversation's version after this turn
    trace: str = Field(default="[]", sa_type=Text)  #: what was decided and why, JSON
    received_at: datetime = Field(sa_type=Instant)


class OutboxRow(Table, table=True):
    """Every message we want to send, did send, or decided not to send."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("hub", "dedupe_key"),
        # Only what the condition names is in the index: a claim reads it in order and never sorts.
        Index(
            "ix_outbox_ready",
            "hub",
            "channel",
            "account",
            "priority",
            "id",
            sqlite_where=text("status = 1"),
            postgresql_where=text("status = 1"),
        ),
        # Who is next at an address, and whether anything to it is in flight: one look each, however long the line.
        Index(
            "ix_outbox_in_line",
            "address_id",
            "status",
            "priority",
            "id",
            sqlite_where=text("status IN (1, 2)"),
            postgresql_where=text("status IN (1, 2)"),
        ),
        Index(
            "ix_outbox_waiting",
            "not_before",
            sqlite_where=text("status = 0"),
            postgresql_where=text("status = 0"),
        ),
        Index(
            "ix_outbox_unsettled",
            "hub",
            "claimed_at",
            sqlite_where=text("status IN (2, 3)"),
            postgresql_where=text("status IN (2, 3)"),
        ),
        Index(
            "ix_outbox_failed",
            "hub",
            "settled_at",
            sqlite_where=text("status IN (6, 7)"),
            postgresql_where=text("status IN (6, 7)"),
        ),
        Index("ix_outbox_person", "person_id", "id"),
        Index(
            "ix_outbox_provider",
            "channel",
            "provider_id",
            sqlite_where=text("provider_id IS NOT NULL"),
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
        Index(
            "ix_outbox_broadcast",
            "broadcast_id",
            "status",
            sqlite_where=text("broadcast_id IS NOT NULL"),
            postgresql_where=text("broadcast_id IS NOT NULL"),
        ),
        UniqueConstraint("ref"),
        _NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    dedupe_key: str
    channel: str
    account: str
    address_id: int | None = None
    person_id: int | None = None
    purpose: str  #: ``flows.messages.Purpose``
    priority: int
    status: int  #: ``storage.store.OutboxStatus``
    body: str = Field(sa_type=Text)
    choices: str = Field(default="[]", sa_type=Text)
    step: str = ""
    turn: int | None = None
    broadcast_id: int | None = None
    forget: bool = False  #: erase this row and its address once it has left: the person is under 13
    not_before: datetime | None = Field(default=None, sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    attempts: int = 0
    provider_id: str | None = None
    segments: int | None = None
    reason: str | None = None  #: the provider's code, or why we wait or dropped it
    created_at: datetime = Field(sa_type=Instant)
    claimed_at: datetime | None = Field(default=None, sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)


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
        _NEVER_REUSED,
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
        _NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    booking_id: int = Field(foreign_key="booking.id")
    kind: str  #: ``flows.rules.reminders``
    due_at: datetime = Field(sa_type=Instant)
    status: str = "pending"  #: pending, queued, dropped, released
    reason: str | None = None
    settled_at: datetime | None = Field(default=None, sa_type=Instant)


class BroadcastRow(Table, table=True):
    """The same message to many, confirmed by a coordinator."""

    __tablename__ = "broadcast"
    __table_args__ = (UniqueConstraint("hub", "ref"),)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    recipients: str = Field(sa_type=Text)  #: the filter, JSON
    body: str = Field(sa_type=Text)  #: text by language, JSON
    status: str = "confirmed"  #: confirmed, written
    last_person_id: int = 0  #: how far the outbox has been written
    total: int = 0
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


class StageChange(Table, table=True):
    """A move from one stage to another, with its cause. Rows are only added."""

    __tablename__ = "stage_change"
    __table_args__ = (_NEVER_REUSED,)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    person_id: int = Field(foreign_key="person.id", index=True)
    stage_from: str | None = None
    stage_to: str
    cause: str
    at: datetime = Field(sa_type=Instant)


class TaskRow(Table, table=True):
    """Something a human has to look at: a hand-off or an alert."""

    __tablename__ = "task"
    __table_args__ = (
        Index(
            "ix_task_open",
            "hub",
            "opened_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        _NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    person_id: int | None = Field(default=None, index=True)
    booking_id: int | None = None
    kind: str  #: ``hand_off`` or the alert's kind
    reason: str
    opened_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


class FlowRevision(Table, table=True):
    """A flow as it was when conversations began with it; never changed."""

    __tablename__ = "flow_revision"

    revision: str = Field(primary_key=True)  #: content hash
    hub: str = Field(primary_key=True)
    flow: str = Field(index=True)
    source: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=Instant)
