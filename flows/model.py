"""Flows and steps as the engine walks them: frozen values, already checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time

from flows.conditions import Condition, Known
from flows.facts import SlotKind
from flows.rules.guardians import Decision
from flows.rules.organisations import OrganisationKind
from flows.stages import Stage

#: One text in every language of the flow, by language code.
Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer of a choice step."""

    id: str
    label: Texts
    #: Other words for it, by language.
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: Offered only while this holds.
    condition: Condition | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """Where a step leads, and when."""

    #: ``None`` on the last branch: otherwise.
    condition: Condition | None = None
    to: str
    #: True when ``to`` names an answer to be given anew; the flow then walks on over what is known.
    revisit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToStage:
    """An action of a step: move the person to a stage."""

    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class ToHuman:
    """An action of a step: ask a coordinator."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToConsent:
    """An action of a step: record that the person agreed to be written to."""

    purpose: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToForget:
    """An action of a step: keep nothing of this person."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToGuardian:
    """An action of a step: carry out what a guardian has decided about somebody under 18."""

    decision: Decision


Action = ToStage | ToHuman | ToConsent | ToForget | ToGuardian


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a step asks and how the reply is read."""

    question: Texts
    #: Name of an answer type, see ``flows.answers``.
    type: str
    save_as: str
    #: ``past`` or ``future`` for dates.
    within: str | None = None
    #: Smallest and largest number or age that is accepted.
    minimum: int | None = None
    maximum: int | None = None
    options: tuple[Option, ...] = ()
    #: Said when a reply was not understood, first and second time; the phrase file has general words.
    retry: Texts | None = None
    help: Texts | None = None
    #: Whether the answer is a fact about the person, kept beyond the flow.
    remember: bool = True
    #: Whether SKIP passes it over; the answer is then ``None``, which conditions take for unset.
    optional: bool = False
    #: The answer names the organisation of this kind that the person belongs to, by its code or name.
    organisation: OrganisationKind | None = None
    #: What the answer is called, by language: the first is said back, all are understood.
    called: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    #: What this answer was called before; people who gave it have it under its new name.
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Open places to look up and offer before asking."""

    kind: SlotKind
    limit: int
    #: Step to go to when nothing is open.
    none: str
    #: Steps that ask for a preference before anything is shown, by the preference; only where it decides.
    first: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookSeat:
    """Take the seat that an answer names."""

    #: Answer that holds the slot.
    answer: str
    #: Step to go to when the last seat has just gone.
    full: str
    #: Answer that holds a booking to give back, if it has a value.
    release: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One station of a flow: says, does, asks, and leads on."""

    id: str
    say: Texts | None = None
    do: tuple[Action, ...] = ()
    offer: Offer | None = None
    ask: Ask | None = None
    book: BookSeat | None = None
    #: Flow to walk through before going on; ``{answer}`` stands for an answer's value.
    call: str | None = None
    #: What the called flow is handed, by the name of its input: ``{answer}``, or the value itself.
    passes: Mapping[str, bool | int | str] = field(default_factory=dict)
    branches: tuple[Branch, ...] = ()
    #: Name of the ending, on a last step.
    end: str | None = None
    #: What this step was called before; people who stand there come here.
    was: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge:
    """When somebody who does not answer is asked once more."""

    #: Days after they last wrote.
    days: int
    #: By the clock where they are.
    at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What is done about somebody who does not answer: nudge, nudge, close."""

    nudges: tuple[Nudge, ...]
    #: Days after they last wrote, from when on we write no more about it.
    close_after_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One dialogue, immutable; ``revision`` is the hash of its source."""

    id: str
    revision: str
    languages: tuple[str, ...]
    start: str
    steps: Mapping[str, Step]
    #: Every name its conditions and texts may use.
    names: Mapping[str, Known]
    #: The file's text, kept with the revision.
    source: str
    #: What whoever calls it hands in: answer types by name.
    inputs: Mapping[str, str] = field(default_factory=dict)
    #: Answers that whoever calls it sees; ``None``: all of them.
    outputs: frozenset[str] | None = None
    #: ``None``: as the flow that called this one; if there is none, nothing.
    silence: Silence | None = None

    def asks(self, name: str) -> Step | None:
        """Find the step that saves an answer under a name."""
        return next((step for step in self.steps.values() if step.ask and step.ask.save_as == name), None)
