"""Links that let one outsider do one thing without an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table


class LinkRow(Table, table=True):
    """A link: only the hash of its token is kept, so that whoever reads the database cannot follow it."""

    __tablename__ = "link"
    __table_args__ = (UniqueConstraint("token_hash"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    token_hash: str
    purpose: str  #: ``flows.rules.links.LinkPurpose``
    person_id: int | None = Field(default=None, index=True)
    subject: str = ""  #: what it is about: a booking's reference, a membership's number
    code_hash: str | None = None  #: of the one-time code that is asked before anything private is shown
    address_id: int | None = Field(default=None, index=True)  #: the contact it was made for, to which its codes go
    tries: int = 0  #: wrong codes in a row
    code_expires_at: datetime | None = Field(default=None, sa_type=Instant)
    code_sent_at: datetime | None = Field(default=None, sa_type=Instant)
    codes_sent: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})  #: since ``counted_from``
    counted_from: datetime | None = Field(default=None, sa_type=Instant)
    ticket_hash: str | None = None  #: of what the browser holds that typed the right code
    ticket_expires_at: datetime | None = Field(default=None, sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


class SuppressionRow(Table, table=True):
    """An address that must never be written to again, kept as a keyed hash after its person was erased."""

    __tablename__ = "suppression"

    hub: str = Field(primary_key=True)
    address_hash: str = Field(primary_key=True)
    since: datetime = Field(sa_type=Instant)


class WrongCodeRow(Table, table=True):
    """A code of an organisation that nobody has, by a keyed hash of where it came from; let go after a day."""

    __tablename__ = "wrong_code"
    __table_args__ = (Index("ix_wrong_code_hub", "hub", "at"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    address_hash: str
    at: datetime = Field(sa_type=Instant)
