"""Decide what a link for somebody outside may still do: its lifetime, and the rules of its one-time code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class LinkPurpose(StrEnum):
    """The one thing that a link is for."""

    GUARDIAN = "guardian"  #: agree or not to what a person under 18 does, and take it back
    AID_OFFICE = "aid_office"  #: confirm a student's work-study award
    MANAGER = "manager"  #: approve an employee's paid time off
    REFERENCE = "reference"  #: say how one knows somebody, and whether one recommends them
    HOURS = "hours"  #: approve or correct hours
    LETTER = "letter"  #: fetch one's own service letter
    EXPORT = "export"  #: fetch what is known about oneself
    CALENDAR = "calendar"  #: subscribe to one's own dates
    SWAP = "swap"  #: be named by a colleague who hands a place over; its secret is a code
    JOIN = "join"  #: write on another channel as the same person; its secret is a code
    ACCOUNT = "account"  #: show that a phone is one's own, as a user of the console; its code is typed there


#: How long a link may be opened; ``None``: until it is revoked.
LIFETIMES: Final[Mapping[LinkPurpose, timedelta | None]] = {
    LinkPurpose.GUARDIAN: timedelta(days=30),
    LinkPurpose.AID_OFFICE: timedelta(days=30),
    LinkPurpose.MANAGER: timedelta(days=14),
    LinkPurpose.REFERENCE: timedelta(days=30),
    LinkPurpose.HOURS: timedelta(days=14),
    LinkPurpose.LETTER: timedelta(days=7),
    LinkPurpose.EXPORT: timedelta(days=1),
    LinkPurpose.CALENDAR: None,
    LinkPurpose.SWAP: timedelta(days=1),
    LinkPurpose.JOIN: timedelta(minutes=10),
    LinkPurpose.ACCOUNT: timedelta(minutes=10),
}
CODE_DIGITS: Final = 6
CODE_LIFETIME: Final = timedelta(minutes=10)
#: Wrong codes in a row after which a link is locked: a guesser's chance is one in 200,000.
MAX_TRIES: Final = 5
#: Codes that one link sends within a day, and the pause between two: nobody's phone is flooded through a link.
MAX_CODES: Final = 5
CODES_WITHIN: Final = timedelta(days=1)
CODE_PAUSE: Final = timedelta(seconds=30)
#: How long a page stays open once the code was right.
TICKET_LIFETIME: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """What is known about a link besides its token."""

    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    #: Wrong codes in a row.
    tries: int = 0
    code_expires_at: datetime | None = None
    #: Codes sent since ``counted_from``.
    codes_sent: int = 0
    counted_from: datetime | None = None
    code_sent_at: datetime | None = None


class CodeRefusal(StrEnum):
    """Why no code is sent."""

    TOO_SOON = "too_soon"
    TOO_MANY = "too_many"


class CodeOutcome(StrEnum):
    """What became of a code that somebody typed."""

    OPENED = "opened"
    WRONG = "wrong"
    STALE = "stale"  #: none was sent, or it was too long ago
    LOCKED = "locked"  #: one wrong code too many


def expires(purpose: LinkPurpose, now: datetime) -> datetime | None:
    """Return when a link made now can no longer be opened."""
    lifetime = LIFETIMES[purpose]
    return now + lifetime if lifetime else None


def is_open(link: LinkState, now: datetime) -> bool:
    """Tell whether a link leads anywhere."""
    in_time = link.expires_at is None or now < link.expires_at
    return in_time and link.revoked_at is None and link.tries < MAX_TRIES


def refuse_code(link: LinkState, now: datetime) -> CodeRefusal | None:
    """Say why no other code may be sent now; ``None`` when one may."""
    if link.code_sent_at and now < link.code_sent_at + CODE_PAUSE:
        return CodeRefusal.TOO_SOON
    if link.counted_from and now < link.counted_from + CODES_WITHIN and link.codes_sent >= MAX_CODES:
        return CodeRefusal.TOO_MANY
    return None


def judge_code(link: LinkState, *, right: bool, now: datetime) -> CodeOutcome:
    """Decide about a typed code.

    Args:
        right: whether it is the one that was sent last.
    """
    if link.tries >= MAX_TRIES:
        return CodeOutcome.LOCKED
    if link.code_expires_at is None or now >= link.code_expires_at:
        return CodeOutcome.STALE
    if right:
        return CodeOutcome.OPENED
    return CodeOutcome.LOCKED if link.tries + 1 >= MAX_TRIES else CodeOutcome.WRONG
