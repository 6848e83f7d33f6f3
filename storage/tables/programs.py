"""Other programs that work with a hub: their tokens, the calls they may repeat, and the addresses that are told of news."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table, new_ref


class TokenRow(Table, table=True):
    """What a program shows to be let in: only its hash is kept, so that whoever reads the database cannot use it."""

    __tablename__ = "api_token"
    __table_args__ = (UniqueConstraint("token_hash"), UniqueConstraint("hub", "name"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    name: str
    token_hash: str
    scopes: str  #: ``bot.api.scopes.Scope``, JSON list
    created_at: datetime = Field(sa_type=Instant)
    expires_at: datetime | None = Field(default=None, sa_type=Instant)
    revoked_at: datetime | None = Field(default=None, sa_type=Instant)


class RepeatRow(Table, table=True):
    """What was answered to a call that may come again under the same key."""

    __tablename__ = "api_repeat"
    __table_args__ = (Index("ix_api_repeat_age", "created_at"),)

    token_id: int = Field(primary_key=True, foreign_key="api_token.id")
    key: str = Field(primary_key=True)
    hub: str
    asked_hash: str  #: of method, path and body: the same key with another question is refused
    status: int
    body: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=Instant)


class WebhookRow(Table, table=True):
    """An address of another program that is told what was decided about people."""

    __tablename__ = "webhook"
    __table_args__ = (UniqueConstraint("hub", "ref"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    url: str
    secret: str  #: signs what is sent, so it must be readable
    events: str  #: kinds of decisions, JSON list; empty for all
    told_until: int  #: place in the trail up to which deliveries are written
    created_at: datetime = Field(sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)


class DeliveryRow(Table, table=True):
    """One piece of news for one address, with how far it has come."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "ref"),
        Index(
            "ix_webhook_delivery_due",
            "hub",
            "due_at",
            sqlite_where=text("status = 'pending'"),
            postgresql_where=text("status = 'pending'"),
        ),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    webhook_id: int = Field(foreign_key="webhook.id")
    ref: str  #: hub and place in the trail: the same news is written once
    body: str = Field(sa_type=Text)  #: JSON, nobody's name in it
    status: str = "pending"  #: pending, delivered, given_up
    attempts: int = 0
    due_at: datetime = Field(sa_type=Instant)
    reason: str | None = None  #: what the last attempt came to
    created_at: datetime = Field(sa_type=Instant)
    settled_at: datetime | None = Field(default=None, sa_type=Instant)


class ErasureRow(Table, table=True):
    """That somebody was erased, by a reference that means nothing any more: a back-up made before must not bring them back."""

    __tablename__ = "erasure"

    hub: str = Field(primary_key=True)
    person_ref: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Instant)
