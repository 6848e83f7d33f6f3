"""The organisation, its partners and places."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import text
from sqlmodel import Field

from storage.tables.base import Instant, Table


class HubRow(Table, table=True):
    """An organisation that recruits."""

    __tablename__ = "hub"

    id: str = Field(primary_key=True)
    name: str
    created_at: datetime = Field(sa_type=Instant)


class Partner(Table, table=True):
    """A nonprofit that runs programmes at sites."""

    __tablename__ = "partner"

    id: int | None = Field(default=None, primary_key=True)
    hub: str = Field(index=True)
    name: str


class Site(Table, table=True):
    """A place where people serve or train."""

    __tablename__ = "site"

    id: int | None = Field(default=None, primary_key=True)
    hub: str = Field(index=True)
    partner_id: int | None = Field(default=None, foreign_key="partner.id")
    name: str
    street: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    zone: str
    latitude: float | None = None
    longitude: float | None = None
    supervisor: str = Field(
        default="", sa_column_kwargs={"server_default": text("''")}
    )  #: who of the partner, never of the school, answers for the volunteers there
    supervisor_contact: str = Field(
        default="", sa_column_kwargs={"server_default": text("''")}
    )  #: their phone in E.164 or e-mail: where hours are sent for approval


class HolidayRow(Table, table=True):
    """A day without school, everywhere or at one site."""

    __tablename__ = "holiday"

    id: int | None = Field(default=None, primary_key=True)
    hub: str = Field(index=True)
    site_id: int | None = Field(default=None, foreign_key="site.id")
    day: date
    name: str = ""
