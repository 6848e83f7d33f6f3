"""People, where they are written to, what they agreed to, where they stand, and who has to look after them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table, new_ref


class PersonRow(Table, table=True):
    """A person who wrote to us or was brought in by a coordinator."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("hub", "ref"),
        Index("ix_person_hub", "hub", "id"),
        Index("ix_person_stage", "hub", "stage"),
        Index("ix_person_role", "hub", "role"),
        # All that lists and counts of people look at: answers are long, and are left where they are.
        Index(
            "ix_person_browse",
            "hub",
            "changed_at",
            "id",
            "stage",
            "audience",
            "role",
            "language",
            "campaign",
            "given_name",
            "family_name",
            "ref",
        ),
        NEVER_REUSED,
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
    __table_args__ = (UniqueConstraint("hub", "channel", "account", "user"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    channel: str
    account: str
    user: str
    person_id: int = Field(foreign_key="person.id", index=True)
    consented_at: datetime | None = Field(default=None, sa_type=Instant)
    opted_out_at: datetime | None = Field(default=None, sa_type=Instant)
    reachable: bool = True
    paused_at: datetime | None = Field(default=None, sa_type=Instant)  #: since an opt-out that was not clear
    no_broadcasts_at: datetime | None = Field(default=None, sa_type=Instant)  #: wants no broadcasts, but all else
    country: str | None = None  #: of a phone number, ISO 3166
    created_at: datetime = Field(sa_type=Instant)


class ChannelPreferenceRow(Table, table=True):
    """On which of their channels somebody wants one kind of message; else it goes as ``flows.rules.reaching`` says."""

    __tablename__ = "channel_preference"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    purpose: str = Field(primary_key=True)  #: ``flows.messages.Purpose``
    hub: str
    address_id: int = Field(foreign_key="address.id")


class ConsentRow(Table, table=True):
    """Evidence: who agreed to what, or took it back, when, where and by which words.

    Rows are only added; four years after a consent has ended its rows are pruned.
    """

    __tablename__ = "consent"
    __table_args__ = (Index("ix_consent_ended", "hub", "granted", "at"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    address_id: int = Field(foreign_key="address.id", index=True)
    purpose: str
    granted: bool
    wording: str  #: version of the words shown, or the word that revoked
    source: str = Field(
        default="", sa_column_kwargs={"server_default": text("''")}
    )  #: the channel it came by, or ``import:FILE``, ``paper``, ``page``
    at: datetime = Field(sa_type=Instant)


class ConversationRow(Table, table=True):
    """One person's dialogue, as the engine wrote it."""

    __tablename__ = "conversation"
    __table_args__ = (
        Index(
            "ix_conversation_held",
            "hub",
            "held_at",
            sqlite_where=text("held_by IS NOT NULL"),
            postgresql_where=text("held_by IS NOT NULL"),
        ),
    )

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    hub: str = Field(index=True)
    version: int  #: turn number; every write names the one it saw
    state: str = Field(sa_type=Text)
    held_by: str | None = None  #: the coordinator who answers instead of the bot
    held_at: datetime | None = Field(default=None, sa_type=Instant)  #: since when
    snoozed_at: datetime | None = Field(default=None, sa_type=Instant)  #: when a coordinator laid it aside
    snoozed_until: datetime | None = Field(
        default=None, sa_type=Instant
    )  #: the inbox shows it again then, or when they write
    changed_at: datetime = Field(sa_type=Instant)


class TimerRow(Table, table=True):
    """When a conversation that waits for an answer is looked at again; one row each, set anew by every turn."""

    __tablename__ = "timer"
    __table_args__ = (Index("ix_timer_due", "hub", "due_at"),)

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    hub: str
    turn: int  #: the turn that set it; once another has been taken, it does nothing
    kind: str  #: ``flows.effects.TimerKind``
    due_at: datetime = Field(sa_type=Instant)


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
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    person_id: int | None = Field(default=None, index=True)
    booking_id: int | None = None
    kind: str  #: ``hand_off`` or the alert's kind
    reason: str
    opened_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
