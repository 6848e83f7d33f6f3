"""Write to whoever a turn is with, ask again later, and call a human."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from flows.messages import Choice, Purpose
from flows.rules.links import LinkPurpose

#: Stands in what is said to somebody outside where the store tells the link again, if it still leads anywhere.
AGAIN: Final = "{again}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Send a message to whoever this turn is with."""

    text: str
    choices: tuple[Choice, ...] = ()
    #: The step that offers the choices.
    step: str = ""
    purpose: Purpose = Purpose.REPLY
    #: After this instant it is of no use any more.
    expires_at: datetime | None = None


class TimerKind(StrEnum):
    """What is due when somebody has not answered, or somebody else has."""

    NUDGE = "nudge"  #: ask once more
    CLOSE = "close"  #: say that we do not write about it again
    ACCEPTED = "accepted"  #: a guardian's decision, or their birthday, has made them one of us: tell them, and go on
    REVIEWED = "reviewed"  #: a coordinator has accepted them: tell them, and go on


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Look at this conversation again if nobody writes until then; takes the place of its earlier timer."""

    kind: TimerKind
    due_at: datetime
    #: The turn that sets it.
    turn: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearTimer:
    """Nothing waits for an answer any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOff:
    """Ask a coordinator to answer this person."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Tell staff about something that cannot wait for the inbox."""

    kind: str
    #: The booking it concerns, if any.
    booking: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeLink:
    """Make a link for the person; its secret takes the place of ``{token}`` in what this turn says."""

    purpose: LinkPurpose
    #: How many earlier ones of this purpose may still be opened.
    beside: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLinkAgain:
    """Send somebody outside a link to what they were asked last, if that still waits; it takes the place of ``{again}``."""

    purpose: LinkPurpose
    #: With ``{token}`` where the secret part of the link belongs.
    sentence: str
