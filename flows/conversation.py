"""The state of one person's dialogue, as it is stored between two turns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from flows.facts import Json
from flows.messages import Choice

#: Raised when the shape below changes; ``decode`` then reads older ones.
_FORMAT: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One flow under way."""

    flow: str
    #: Content hash of the flow file that this conversation began with; an edit does not move the ground under it.
    revision: str
    #: The step that waits for an answer.
    step: str
    answers: Mapping[str, Json] = field(default_factory=dict)
    #: Steps that asked, in order; BACK and corrections walk it.
    path: tuple[str, ...] = ()
    #: Names answered or passed over on this walk, in order; what is not among them at the end was made pointless.
    walked: tuple[str, ...] = ()
    #: Answers not understood in a row.
    misses: int = 0
    #: True while a correction walks on: steps that have an answer are not asked again.
    replaying: bool = False
    #: Choices that were found for this step and offered, such as open shifts.
    offered: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """Everything the engine remembers between two turns; a value."""

    #: Turns taken; fences whatever was scheduled in an earlier one.
    turn: int = 0
    #: The language we write in; ``None`` until the first turn.
    language: str | None = None
    #: Flows under way, the current one last.
    stack: tuple[Frame, ...] = ()
    #: What we last said, so that it is never said twice in a row.
    last_said: str = ""
    #: Since when answers are counted, in seconds since 1970, and how many there have been.
    counted_from: int = 0
    counted: int = 0
    #: Within a turn: said before the places on offer are known, and not yet sent.
    unsaid: str = ""

    @property
    def frame(self) -> Frame | None:
        """The current flow."""
        return self.stack[-1] if self.stack else None

    def with_frame(self, frame: Frame) -> Conversation:
        """Return the conversation with its current flow replaced."""
        return replace(self, stack=(*self.stack[:-1], frame))

    def encode(self) -> str:
        """Write as JSON; equal conversations give equal bytes."""
        return _JSON.encode({"format": _FORMAT, **_fields(self)})

    @staticmethod
    def decode(source: str | None) -> Conversation:
        """Read what ``encode`` wrote; nothing gives a new conversation."""
        if not source:
            return Conversation()
        state = json.loads(source)
        assert state.pop("format") == _FORMAT, "a conversation of an unknown format"
        stack = tuple(
            Frame(
                **{
                    **frame,
                    "path": tuple(frame["path"]),
                    "walked": tuple(frame["walked"]),
                    "offered": tuple(
                        Choice(**{**choice, "also": tuple(choice["also"])}) for choice in frame["offered"]
                    ),
                }
            )
            for frame in state.pop("stack")
        )
        return Conversation(**state, stack=stack)


def _fields(value: Any) -> dict[str, Any]:
    """List the fields of a value of ours; ``dataclasses.asdict`` copies all that is below it as well."""
    return {name: getattr(value, name) for name in value.__slots__}


_JSON: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_fields)
