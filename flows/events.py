"""What can happen to a conversation: a message, a time that has come, or the shell's answer within the same turn."""

from __future__ import annotations

from dataclasses import dataclass, field

from flows.effects import TimerKind
from flows.facts import History, Slot
from flows.messages import Inbound


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotsFound:
    """The answer to ``FindSlots``: what is open, soonest first; the engine picks what fits."""

    slots: tuple[Slot, ...]
    history: History = field(default_factory=History)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerDue:
    """Nobody has written since ``SetTimer``, and its time has come."""

    #: The turn that set the timer; once another has been taken, it does nothing.
    turn: int
    kind: TimerKind


Event = Inbound | SlotsFound | TimerDue
