"""Decide on which of their channels somebody is written to: the one they prefer for that kind of message, or one they agreed to.

The statement that writes to the outbox holds the same rule, ``storage.operations.preferences.REACHED``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flows.messages import Purpose

#: What may come on another channel than the talk: each kind has one. What answers somebody comes where they wrote.
KINDS: Final = (Purpose.REMINDER, Purpose.NOTICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """An address of somebody, as far as it decides whether they are written to there."""

    id: int
    channel: str
    #: Whether it agreed to messages, has not opted out since, can be reached, and does not rest while an opt-out is unclear.
    consented: bool
    opted_out: bool = False
    reachable: bool = True
    paused: bool = False

    @property
    def is_open(self) -> bool:
        """Whether messages that answer nothing may leave to it."""
        return self.consented and self.reachable and not (self.opted_out or self.paused)


def choose(ways: Iterable[Way], *, preferred: int | None, last: int | None) -> int | None:
    """Choose one address for one message; the fall-back is where they wrote from last, and the sender asks for its consent.

    Args:
        preferred: the address that they prefer for this kind of message, if they said so.
        last: the one they wrote from last.
    """
    return preferred if any(way.id == preferred and way.is_open for way in ways) else last


def offered(ways: Iterable[Way], channel: str) -> Way | None:
    """Find the address by which somebody can be written to on a channel, the latest that is open."""
    return max((way for way in ways if way.channel == channel and way.is_open), key=lambda way: way.id, default=None)
