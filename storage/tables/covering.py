"""Places that somebody else takes over: wait-lists, calls for cover, swaps."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table, new_ref


class WaitRow(Table, table=True):
    """Somebody who waits for a seat in a full slot."""

    __tablename__ = "wait"
    __table_args__ = (
        Index(
            "uq_wait_live",
            "person_id",
            "slot_id",
            unique=True,
            sqlite_where=text("status IN ('waiting', 'offered')"),
            postgresql_where=text("status IN ('waiting', 'offered')"),
        ),
        Index("ix_wait_slot", "slot_id", "status", "id"),
        # Everybody who stands in a line now: what the clock looks through each second.
        Index(
            "ix_wait_live",
            "hub",
            "status",
            "offered_until",
            sqlite_where=text("status IN ('waiting', 'offered')"),
            postgresql_where=text("status IN ('waiting', 'offered')"),
        ),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    person_id: int = Field(foreign_key="person.id")
    slot_id: int = Field(foreign_key="slot.id")
    status: str = "waiting"  #: waiting, offered, taken, passed, expired
    offered_until: datetime | None = Field(default=None, sa_type=Instant)
    joined_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)


class CoverRow(Table, table=True):
    """A call for cover: a seat given back so late that others are asked, wave by wave."""

    __tablename__ = "cover"
    __table_args__ = (
        Index(
            "ix_cover_due",
            "hub",
            "next_wave_at",
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        # One open call a slot: a second seat given back is looked for by the same.
        Index(
            "uq_cover_open",
            "slot_id",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    slot_id: int = Field(foreign_key="slot.id", index=True)
    status: str = "open"  #: open, filled, gave_up
    wave: int = 0  #: how many waves have been asked
    seats: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})  #: still to be filled
    next_wave_at: datetime = Field(sa_type=Instant)
    opened_at: datetime = Field(sa_type=Instant)


class CoverAskRow(Table, table=True):
    """One person asked to cover."""

    __tablename__ = "cover_ask"
    __table_args__ = (
        UniqueConstraint("cover_id", "person_id"),
        Index("ix_cover_ask_person", "person_id", "asked_at"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    cover_id: int = Field(foreign_key="cover.id")
    person_id: int = Field(foreign_key="person.id")
    status: str = "asked"  #: asked, took, declined, thanked
    asked_at: datetime = Field(sa_type=Instant)


class SwapRow(Table, table=True):
    """One person's place, offered to another by name."""

    __tablename__ = "swap"
    __table_args__ = (
        UniqueConstraint("ref"),
        Index(
            "ix_swap_open",
            "hub",
            "expires_at",
            sqlite_where=text("status = 'asked'"),
            postgresql_where=text("status = 'asked'"),
        ),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    booking_id: int = Field(foreign_key="booking.id", index=True)
    to_person_id: int = Field(foreign_key="person.id", index=True)
    status: str = "asked"  #: asked, taken, declined, expired
    expires_at: datetime = Field(sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
