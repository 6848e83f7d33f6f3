"""Everything that came in, and everything that shall leave."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint, false, text
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table, new_ref


class InboundRow(Table, table=True):
    """Everything that reached us, kept for ever by the provider's id: the inbox and the guard against replay."""

    __tablename__ = "inbound"
    __table_args__ = (
        UniqueConstraint("hub", "channel", "account", "provider_id"),
        Index("ix_inbound_person", "person_id", "id"),
        Index("ix_inbound_received", "hub", "received_at"),
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


class BroadcastRow(Table, table=True):
    """The same message to many, confirmed by a coordinator."""

    __tablename__ = "broadcast"
    __table_args__ = (
        UniqueConstraint("hub", "ref"),
        Index("ix_broadcast_open", "hub", "id", sqlite_where=text("is_open"), postgresql_where=text("is_open")),
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    name: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    author: str = Field(default="", sa_column_kwargs={"server_default": text("''")})  #: who made it and answers for it
    recipients: str = Field(sa_type=Text)  #: the filter, JSON
    body: str = Field(sa_type=Text)  #: text by language, JSON
    #: What stands for ``{first_name}`` and ``{site}`` of a person who has none, by language, JSON.
    first_name_else: str = Field(default="{}", sa_type=Text, sa_column_kwargs={"server_default": text("'{}'")})
    site_else: str = Field(default="{}", sa_type=Text, sa_column_kwargs={"server_default": text("'{}'")})
    status: str = "draft"  #: ``storage.broadcasts.BroadcastStatus``
    cap: int | None = None  #: at most so many people
    last_person_id: int = 0  #: how far the outbox has been written
    up_to_person_id: int | None = None  #: whoever came after the confirmation does not get it
    written: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})  #: messages in the outbox
    is_written: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  #: as a whole
    is_open: bool = Field(default=False, sa_column_kwargs={"server_default": false()})  #: the clock has to look at it
    total: int = 0  #: people it would reach, when it was confirmed
    code_hash: str | None = None  #: of the code by which it is confirmed in a text
    code_expires_at: datetime | None = Field(default=None, sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
    confirmed_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class SavedAudienceRow(Table, table=True):
    """A filter of a broadcast that somebody wants to use again, by its name."""

    __tablename__ = "saved_audience"
    __table_args__ = (UniqueConstraint("hub", "name"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    name: str
    recipients: str = Field(sa_type=Text)  #: the filter, JSON
    author: str
    created_at: datetime = Field(sa_type=Instant)


class SpendingRow(Table, table=True):
    """How many parts of text messages a hub has sent on one of its days."""

    __tablename__ = "spending"

    hub: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    texts: int


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
        # When somebody was last written to without asking.
        Index(
            "ix_outbox_unasked",
            "person_id",
            "settled_at",
            sqlite_where=text("purpose IN ('broadcast', 'nudge') AND status IN (3, 4, 5, 6)"),
            postgresql_where=text("purpose IN ('broadcast', 'nudge') AND status IN (3, 4, 5, 6)"),
        ),
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
        NEVER_REUSED,
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
    calendar: str | None = Field(default=None, sa_type=Text)  #: a calendar file that goes with it by e-mail
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
