"""What can happen to a conversation besides a message from the person: the shell's answers within a turn."""

from __future__ import annotations

from dataclasses import dataclass

from flows.facts import Slot
from flows.messages import Inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsFound:
    """The answer to ``FindSlots``: what is open and fits, best first."""

    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatGone:
    """The store refused a ``Book`` of the same turn: the last seat went to somebody else."""

    slot: str


Event = Inbound | SlotsFound | SeatGone
