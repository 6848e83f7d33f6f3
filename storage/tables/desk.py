"""What coordinators write for themselves: notes on people, and answers they give again and again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table, new_ref


class NoteRow(Table, table=True):
    """What a coordinator noted about a person; the person may read it when they ask for their data."""

    __tablename__ = "note"
    __table_args__ = (UniqueConstraint("ref"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    person_id: int = Field(foreign_key="person.id", index=True)
    author: str
    text: str = Field(sa_type=Text)
    written_at: datetime = Field(sa_type=Instant)


class CannedReplyRow(Table, table=True):
    """An answer that coordinators give again and again, in both languages."""

    __tablename__ = "canned_reply"
    __table_args__ = (UniqueConstraint("hub", "name"), UniqueConstraint("ref"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    name: str
    text: str = Field(sa_type=Text)  #: by language, JSON
    changed_at: datetime = Field(sa_type=Instant)
