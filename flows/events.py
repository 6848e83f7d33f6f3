"""What can happen to a conversation: a message from the person, or the shell's answer to a question of the same turn."""

from __future__ import annotations

from dataclasses import dataclass

from flows.facts import Slot
from flows.messages import Inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsFound:
    """The answer to ``FindSlots``: what is open, soonest first; the engine picks what fits."""

    slots: tuple[Slot, ...]


Event = Inbound | SlotsFound
