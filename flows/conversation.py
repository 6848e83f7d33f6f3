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
class Edit:
    """What is still to be done for somebody under whom a flow was edited; see ``flows.publishing.move``."""

    #: True until the next answer: the flow is then walked from its start, over all answers that stand.
    anew: bool = True
    #: Steps whose words and deeds are behind the person; that walk passes them in silence, each once.
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One flow under way."""

    flow: str
    #: Content hash of the flow file that this conversation began with; an edit does not move the ground under it.
    revision: str
    #: The step that waits for an answer; empty when an edit took away what the person was asked.
    step: str
    answers: Mapping[str, Json] = field(default_factory=dict)
    #: What it was handed when it began, by the names of its inputs.
    inputs: Mapping[str, Json] = field(default_factory=dict)
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
    #: True when only this step's answer is asked anew; the talk then goes on where it was.
    alone: bool = False
    #: True when the person asked for this flow in the middle of the one below, whose question waits for its end.
    digression: bool = False
    #: Set when the flow was edited under the person, until they correct something.
    edit: Edit | None = None

    @property
    def known(self) -> Mapping[str, Json]:
        """What its conditions and texts may read: what it was handed, and what was answered."""
        return {**self.inputs, **self.answers}


def place(frame: Frame) -> str:
    """Name the revision and step that wait."""
    return f"{frame.revision}.{frame.step}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideQuestion:
    """A short question of the bot's own about what was just said, above the step: which of two dates, is that right."""

    #: What an answer to it does; see ``flows.answering.settling``.
    kind: str
    #: The turn that asked; part of its buttons, so that an older one is known.
    turn: int
    choices: tuple[Choice, ...] = ()
    #: What each choice stands for, in the same order.
    values: tuple[Json, ...] = ()
    #: Revision and step whose answer it is about; where that no longer waits, the question is void.
    about: str = ""

    @property
    def step(self) -> str:
        """The step that its buttons carry; no step of a flow can be called so."""
        return f"asked.{self.turn}"


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
    #: When the person last wrote, in seconds since 1970; 0: before this was noted.
    heard_at: int = 0
    #: How often they have been asked once more since.
    nudged: int = 0
    #: Whether they have been told since that we do not write about it again.
    closed: bool = False
    #: Whether a timer is set.
    timed: bool = False
    #: The turn before the flows under way were begun; what came since is counted against the longest talk.
    began: int = 0
    #: Wrong codes of another channel in a row, and when the last was typed, in seconds since 1970.
    code_misses: int = 0
    code_missed_at: int = 0
    #: Within a turn: said before the places on offer are known, and not yet sent.
    unsaid: str = ""
    #: What we asked back; the next thing said answers it or drops it.
    side: SideQuestion | None = None

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
        state.setdefault("began", state["turn"])  # written before turns were counted
        stack = tuple(
            Frame(
                **{
                    **frame,
                    "path": tuple(frame["path"]),
                    "walked": tuple(frame["walked"]),
                    "offered": _read_choices(frame["offered"]),
                    "edit": _read_edit(frame.get("edit")),
                }
            )
            for frame in state.pop("stack")
        )
        side = _read_side(state.pop("side", None))
        return Conversation(**state, stack=stack, side=side)


def _read_choices(rows: list[dict[str, Any]]) -> tuple[Choice, ...]:
    return tuple(Choice(**{**choice, "also": tuple(choice["also"])}) for choice in rows)


def _read_side(table: dict[str, Any] | None) -> SideQuestion | None:
    if table is None:
        return None
    return SideQuestion(**{**table, "choices": _read_choices(table["choices"]), "values": tuple(table["values"])})


def _read_edit(table: Mapping[str, Any] | None) -> Edit | None:
    return Edit(anew=table["anew"], done=tuple(table["done"])) if table else None


def _fields(value: Any) -> dict[str, Any]:
    """List the fields of a value of ours; ``dataclasses.asdict`` copies all that is below it as well."""
    return {name: getattr(value, name) for name in value.__slots__}


_JSON: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_fields)
