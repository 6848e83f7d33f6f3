"""Links that let one outsider do one thing without an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
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
    tries: int = 0  #: wrong codes so far
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
