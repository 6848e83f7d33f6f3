"""What was decided about whom, by whom and when. Rows are only added, and chained so that a change shows."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table


class AuditRow(Table, table=True):
    """One decision. It names a person by reference alone: nothing private stands here, and erasure need not touch it."""

    __tablename__ = "audit"
    __table_args__ = (
        UniqueConstraint("hub", "seal_no"),
        Index("ix_audit_person", "hub", "person_ref", "id"),
        Index(
            "ix_audit_unsealed",
            "hub",
            "id",
            sqlite_where=text("seal IS NULL"),
            postgresql_where=text("seal IS NULL"),
        ),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    person_ref: str | None = None
    author: str  #: ``person``, ``rule:NAME``, ``coordinator:NAME``, ``link:PURPOSE``
    what: str  #: ``stage``, ``requirement``, ``hours``, ``membership`` ...
    detail: str = Field(sa_type=Text)  #: JSON without private things
    at: datetime = Field(sa_type=Instant)
    seal_no: int | None = None  #: place in the hub's chain; given shortly after the row was added
    seal: str | None = None  #: SHA-256 over the seal before it and this row


class AuditHeadRow(Table, table=True):
    """The end of a hub's chain: rows cut off from it are missed, and two sealers cannot fork it."""

    __tablename__ = "audit_head"

    hub: str = Field(primary_key=True)
    seal_no: int  #: how many rows are sealed
    seal: str  #: of the last one
    sealed_at: datetime = Field(sa_type=Instant)
