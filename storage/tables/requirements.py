"""What a person has to bring before they are placed, what a site asks on top, and what guardians agreed to."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from storage.tables.base import NEVER_REUSED, Instant, Table, new_ref


class RequirementRow(Table, table=True):
    """One requirement of one person: never the report itself, only what came of it."""

    __tablename__ = "requirement"
    __table_args__ = (UniqueConstraint("person_id", "kind", "nth"), NEVER_REUSED)

    id: int | None = Field(default=None, primary_key=True)
    hub: str = Field(index=True)
    person_id: int = Field(foreign_key="person.id")
    kind: str  #: id in ``flows/requirements.toml``
    nth: int = 1  #: 1 and 2 for two references
    status: str  #: ``flows.rules.requirements.Status``
    reference: str = ""  #: the checking agency's number
    decided_by: str = ""
    valid_from: date | None = None
    valid_until: date | None = None  #: the last day on which it holds; ``None`` for ever
    changed_at: datetime = Field(sa_type=Instant)
    told_days: int | None = None  #: the last notice of its end: 60, 30 or 7 days before it


class RequirementPolicyRow(Table, table=True):
    """What a hub asks for before a shift, as its files say; written anew at each start, read by whatever takes a seat."""

    __tablename__ = "requirement_policy"

    hub: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    needed: bool
    many: int  #: how many there have to be: two references
    months: int | None = None  #: how long one holds; ``None`` for ever
    min_age: int | None = None  #: asked of who is that old on the day of the shift
    below_age: int | None = None  #: and not yet that old
    audiences: str = ""  #: ``,employee,older_adult,``; empty for all
    roles: str = ""  #: likewise
    course: str | None = None  #: the training by which it is met


class SiteRequirementRow(Table, table=True):
    """Where a site asks for something else than the defaults."""

    __tablename__ = "site_requirement"

    site_id: int = Field(primary_key=True, foreign_key="site.id")
    kind: str = Field(primary_key=True)
    hub: str
    needed: bool
    months: int | None = None  #: how long it holds there; ``None`` as the defaults say


class RefereeRow(Table, table=True):
    """Whom a person has named as a reference, and what they answered; a coordinator decides what it means."""

    __tablename__ = "referee"
    __table_args__ = (
        UniqueConstraint("ref"),
        UniqueConstraint("person_id", "address_id"),
        Index(
            "ix_referee_asked",
            "hub",
            "asked_at",
            sqlite_where=text("status = 'asked'"),
            postgresql_where=text("status = 'asked'"),
        ),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    person_id: int = Field(foreign_key="person.id")
    nth: int  #: which of the references, as in ``requirement``
    address_id: int | None = Field(default=None, index=True)  #: ``None`` once they were erased
    name: str  #: as the person said it
    status: str  #: ``asked``, ``answered``, ``replaced``, ``held`` while a guardian does not agree
    asked_at: datetime = Field(sa_type=Instant)
    answered_at: datetime | None = Field(default=None, sa_type=Instant)
    how_known: str = ""  #: ``flows.rules.references.HOW_KNOWN``
    recommends: bool | None = None
    comment: str = ""


class GuardianRow(Table, table=True):
    """Whom a person under 18 has named as parent or guardian, and what became of it."""

    __tablename__ = "guardian"
    __table_args__ = (
        UniqueConstraint("ref"),
        UniqueConstraint("person_id", "guardian_id"),
        Index(
            "ix_guardian_asked",
            "hub",
            "asked_at",
            sqlite_where=text("status = 'asked'"),
            postgresql_where=text("status = 'asked'"),
        ),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    ref: str = Field(default_factory=new_ref)
    person_id: int = Field(foreign_key="person.id")  #: the one under 18
    guardian_id: int = Field(foreign_key="person.id", index=True)  #: a person of their own, perhaps a volunteer as well
    address_id: int  #: where they were asked
    name: str  #: as the person under 18 said it
    language: str  #: in which they were asked
    status: str  #: ``flows.rules.guardians.GuardianStatus``
    stage_before: str | None = None  #: where the person stood when a consent was withdrawn
    asked_at: datetime = Field(sa_type=Instant)
    decided_at: datetime | None = Field(default=None, sa_type=Instant)
    asked_edition: int | None = None  #: the edition of the form that they were asked to sign anew
    lapses_on: date | None = None  #: the last day on which what they signed before still holds


class GuardianConsentRow(Table, table=True):
    """Evidence that a guardian agreed, or took it back."""

    __tablename__ = "guardian_consent"
    __table_args__ = (NEVER_REUSED,)

    id: int | None = Field(default=None, primary_key=True)
    hub: str
    person_id: int = Field(foreign_key="person.id", index=True)
    guardian_name: str  #: as they typed it
    relation: str
    form_version: str  #: content hash of the words they saw
    via: str  #: ``page``, ``reply``
    edition: int = Field(
        default=1, sa_column_kwargs={"server_default": text("1")}
    )  #: of the form, as the hub counts them
    given_at: datetime = Field(sa_type=Instant)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
