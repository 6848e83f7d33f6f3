"""What is brought in from a file or by another program, read and judged, ready to be stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from flows.facts import Json, SlotKind
from flows.stages import Stage

#: Begins the wording of a consent that was given elsewhere; its source follows.
GIVEN_ELSEWHERE: Final = "import: "


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """Where somebody can be written to, whichever account of ours does it."""

    #: ``sms`` or ``email``.
    channel: str
    #: Phone in E.164, or an e-mail address.
    user: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingPerson:
    """Somebody who has not written to us yet."""

    contact: Contact
    stage: Stage = Stage.ENQUIRED
    facts: Mapping[str, Json] = field(default_factory=dict)
    #: Where and how they agreed to be written to; empty: they did not, so nothing is sent to them.
    consent_source: str = ""
    #: When they agreed; ``None``: when they were brought in.
    consented_at: datetime | None = None
    opted_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingOptOut:
    """An address that must not be written to."""

    contact: Contact
    #: How it is known.
    source: str = ""
    #: ``None``: when it was brought in.
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingSite:
    """A place where people serve."""

    name: str
    zone: str
    street: str = ""
    city: str = ""
    state: str = ""
    zip_code: str = ""
    latitude: float | None = None
    longitude: float | None = None
    partner: str = ""
    supervisor: str = ""
    supervisor_contact: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingShift:
    """A training or a shift, once."""

    kind: SlotKind
    title: Mapping[str, str]
    #: Wall clock at the place.
    starts_local: datetime
    minutes: int
    capacity: int
    #: Name of a place; empty for an online meeting.
    site: str = ""
    place: str = ""
    #: IANA zone, where there is no site.
    zone: str = ""
    role: str | None = None
    course: str | None = None
    subject: str | None = None
    grades: str = ""
    language: str | None = None
    supervised: bool = True
    one_to_one: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What has come of what was brought in."""

    #: Written down, or would be.
    added: int = 0
    #: Known already, so left as they are.
    known: int = 0
    #: Addresses of people who asked to be erased, or to be left alone before we knew them: they are not brought in.
    suppressed: int = 0
    #: Addresses that are closed from now on.
    closed: int = 0
    #: Of those added, people without a source of consent: kept, but nothing is sent to them.
    silent: int = 0
