"""Flows as they were published, and as conversations began with them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table


class FlowRevision(Table, table=True):
    """A flow as it was when conversations began with it; never changed."""

    __tablename__ = "flow_revision"

    revision: str = Field(primary_key=True)  #: content hash
    hub: str = Field(primary_key=True)
    flow: str = Field(index=True)
    source: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=Instant)


class PublicationRow(Table, table=True):
    """The files that a hub has put in place of the shipped ones; the last row holds. Rows are only added."""

    __tablename__ = "publication"
    __table_args__ = (NEVER_REUSED,)

    id: int | None = Field(default=None, primary_key=True)
    hub: str = Field(index=True)
    files: str = Field(sa_type=Text)  #: source by path, JSON: ``{"catalog/screening.toml": "..."}``
    undoes: int | None = None  #: the publication that this one takes back
    published_at: datetime = Field(sa_type=Instant)


class DraftTextRow(Table, table=True):
    """A text that somebody has written anew and that is not published yet; a hub has one draft, which all write in."""

    __tablename__ = "draft_text"
    __table_args__ = (UniqueConstraint("hub", "file", "place", "language"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    file: str  #: as below the folder of flows: ``catalog/screening.toml``
    place: str  #: ``flows.files.rewording.Place`` as text
    language: str
    before: str = Field(sa_type=Text)  #: what stood there when it was written
    text: str = Field(sa_type=Text)
    author: str
    changed_at: datetime = Field(sa_type=Instant)
