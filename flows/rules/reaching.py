"""Decide on which of their channels somebody is written to: the one they prefer for that kind of message, or one they agreed to.

The statements that write to the outbox hold the same rule, ``storage.operations.preferences``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flows.messages import Purpose

#: What may come on another channel than the talk: each kind has one. What answers somebody comes where they wrote.
KINDS: Final = (Purpose.REMINDER, Purpose.NOTICE)
#: What people call "news": to them, a broadcast is no kind of its own.
_KIND_OF: Final = {Purpose.BROADCAST: Purpose.NOTICE}


def kind_of(purpose: Purpose) -> Purpose | None:
    """Say by which preference a message goes; ``None``: by none, it belongs to the talk and comes where that is."""
    kind = _KIND_OF.get(purpose, purpose)
    return kind if kind in KINDS else None


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


def choose(ways: Iterable[Way], *, purpose: Purpose, preferred: int | None, last: int | None) -> int | None:
    """Choose one address for one message: the preferred one, the one they wrote from last, or the latest that is open.

    A nudge belongs to the talk, so it asks for no preference; but nobody reads it where the talk was closed. Where no
    address is open it stays the one they wrote from last, and the sender says why nothing leaves to it.

    Args:
        preferred: the address that they prefer for this kind of message, if they said so.
        last: the one they wrote from last.
    """
    has_kind = kind_of(purpose) is not None
    if not has_kind and purpose is not Purpose.NUDGE:
        return last
    open_to = [way.id for way in ways if way.is_open]
    for one in (preferred if has_kind else None, last):
        if one in open_to:
            return one
    return max(open_to, default=last)


def offered(ways: Iterable[Way], channel: str) -> Way | None:
    """Find the address by which somebody can be written to on a channel, the latest that is open."""
    return max((way for way in ways if way.channel == channel and way.is_open), key=lambda way: way.id, default=None)
