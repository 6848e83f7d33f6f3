"""What a turn asks the shell in its middle: no effects, but questions that an event answers within the same turn."""

from __future__ import annotations

from dataclasses import dataclass

from flows.effects import BroadcastAct
from flows.facts import SlotKind
from flows.messages import Purpose


@dataclass(frozen=True, slots=True, kw_only=True)
class FindSlots:
    """What is open?"""

    kind: SlotKind


@dataclass(frozen=True, slots=True, kw_only=True)
class FindVisits:
    """What has the person served, or said they would, in the last days?"""

    #: How long they say it was; ``None`` when they do not say.
    minutes: int | None
    #: The booking that is meant; else the engine finds it.
    booking: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindHours:
    """How much of what the person has served is approved?"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindColleague:
    """Who has this phone number, or has given this code away, and what is known of them?"""

    phone: str = ""
    code: str = ""
    #: The booking that they might take over.
    booking: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindByCode:
    """Who was given this code on another channel?"""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskBroadcast:
    """What would a broadcast do, or how far has the one come that runs?"""

    act: BroadcastAct
    author: str
    #: Reference of the user.
    user: str
    #: The name of a saved audience, and the text to it.
    audience: str = ""
    text: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindWays:
    """Where can the person be written to? They want some kinds of message on one channel."""

    purposes: tuple[Purpose, ...]
    channel: str
