"""Who works with the console: users, the sites they see, their sessions and the one-time links that let them in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table, new_ref


class UserRow(Table, table=True):
    """Somebody of the hub or of a partner who signs in."""

    __tablename__ = "console_user"
    __table_args__ = (UniqueConstraint("hub", "email"), UniqueConstraint("hub", "ref"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    email: str  #: in small letters: what they sign in with
    name: str
    role: str  #: ``flows.rules.access.Role``
    partner_id: int | None = Field(default=None, foreign_key="partner.id")  #: whose sites a partner's user sees
    language: str = "en"
    password_hash: str | None = None  #: argon2id; ``None`` until they chose one
    oidc_subject: str | None = None  #: who they are to the hub's identity provider
    phone: str | None = None  #: their own, in E.164
    phone_verified_at: datetime | None = Field(default=None, sa_type=Instant)
    slack_user: str | None = None
    slack_verified_at: datetime | None = Field(default=None, sa_type=Instant)
    misses: int = 0  #: wrong passwords in a row
    missed_at: datetime | None = Field(default=None, sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)
    signed_in_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)


class UserSiteRow(Table, table=True):
    """A site that a site lead looks after."""

    __tablename__ = "console_user_site"

    user_id: int = Field(primary_key=True, foreign_key="console_user.id")
    site_id: int = Field(primary_key=True, foreign_key="site.id")


class UserSessionRow(Table, table=True):
    """A browser that is signed in: only the hash of what it holds is kept. Deleting the row signs it out."""

    __tablename__ = "console_session"
    __table_args__ = (UniqueConstraint("token_hash"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    user_id: int = Field(foreign_key="console_user.id", index=True)
    token_hash: str
    browser: str = ""  #: as it calls itself, for whoever looks which to sign out
    created_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)
    expires_at: datetime = Field(sa_type=Instant)


class InvitationRow(Table, table=True):
    """A one-time link by which a user chooses a password."""

    __tablename__ = "console_invitation"
    __table_args__ = (UniqueConstraint("token_hash"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    user_id: int = Field(foreign_key="console_user.id", index=True)
    token_hash: str
    expires_at: datetime = Field(sa_type=Instant)
    used_at: datetime | None = Field(default=None, sa_type=Instant)
    created_at: datetime = Field(sa_type=Instant)
