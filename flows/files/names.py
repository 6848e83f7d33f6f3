"""What conditions and texts of a flow may name: what the bot works out, inputs, and answers, its own and those of called flows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from flows import model
from flows.answers import ANSWER_TYPES
from flows.conditions import Kind, Known
from flows.files.shape import FlowTable, StepTable
from flows.stages import Stage

#: Names that every flow may use in conditions, worked out by ``flows.draft`` from the facts.
BUILT_IN_NAMES: Final[Mapping[str, Known]] = {
    "age": Known(kind=Kind.NUMBER),
    "minor": Known(kind=Kind.TRUTH),
    "needs_review": Known(kind=Kind.TRUTH),
    "has_name": Known(kind=Kind.TRUTH),
    "replacing": Known(kind=Kind.TRUTH),
    "needs_vetting": Known(kind=Kind.TRUTH),
    "asks_reference": Known(kind=Kind.TRUTH),
    "asks_interview": Known(kind=Kind.TRUTH),
    "awaits_employer": Known(kind=Kind.TRUTH),
    "stage": Known(kind=Kind.TEXT, values=frozenset(Stage)),
}
#: Names that every text may use.
BUILT_IN_PLACEHOLDERS: Final = frozenset({"hub", "help_phone", "given_name", "income_limit"})
#: Inputs that the bot itself hands in where there is something to hand in; no call need pass them.
GIVEN_BY_BOT: Final = frozenset({"replaces", "on"})

_KINDS: Final[Mapping[type, Kind]] = {str: Kind.TEXT, int: Kind.NUMBER, float: Kind.NUMBER, bool: Kind.TRUTH}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """What a flow file may refer to by name: choices kept in their own files, and flows to call."""

    choices: Mapping[str, tuple[model.Option, ...]] = field(default_factory=dict)
    #: Answers that callers see of flows that can be called, by flow id.
    called: Mapping[str, Mapping[str, Known]] = field(default_factory=dict)
    #: Answers of those flows that callers do not see.
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)


def names_of(table: FlowTable, sets: Sets) -> dict[str, Known]:
    """List the answers that a flow saves, with what each holds."""
    names: dict[str, Known] = {}
    for step in table.step.values():
        if step.answer and step.save_as:
            names[step.save_as] = _known(step, sets)
    return names


def _known(step: StepTable, sets: Sets) -> Known:
    if step.answer == "choice" and not step.offer:
        ids = [choice.id for choice in step.choice] + [o.id for o in sets.choices.get(step.choices or "", ())]
        return Known(kind=Kind.TEXT, values=frozenset(ids), type="choice")
    return known_as(step.answer or "")


def known_as(answer_type: str) -> Known:
    """Tell what a value of an answer type is in a condition."""
    if answer_type == "date":
        return Known(kind=Kind.DATE, type=answer_type)
    known = ANSWER_TYPES.get(answer_type)
    return Known(kind=_KINDS.get(known.value, Kind.OTHER) if known else Kind.OTHER, type=answer_type)


def callable_flows(call: str | None, flows: Iterable[str]) -> tuple[str, ...]:
    """List the flows that a call may mean, whatever the answer in it."""
    if not call:
        return ()
    pattern = re.compile(re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(call)) + r"\Z")
    return tuple(flow for flow in flows if pattern.match(flow))


def with_called(sets: Sets, tables: Mapping[str, FlowTable]) -> Sets:
    """Return the sets with what each flow shows to those that call it: its outputs, or every answer where it names none.

    Args:
        tables: by flow id.
    """
    answers = {name: _answers(name, tables, sets, ()) for name in tables}
    shown = {name: _outputs(tables[name], known) for name, known in answers.items()}
    hidden = {name: frozenset(known) - frozenset(shown[name]) for name, known in answers.items()}
    return Sets(choices=sets.choices, called=shown, hidden=hidden)


def _answers(name: str, tables: Mapping[str, FlowTable], sets: Sets, within: tuple[str, ...]) -> dict[str, Known]:
    """List the answers of a flow and those it sees of the flows it calls; a circle of calls adds nothing."""
    found: dict[str, Known] = {}
    for step in tables[name].step.values():
        for inner in callable_flows(step.call, tables):
            if inner not in (*within, name):
                found |= _outputs(tables[inner], _answers(inner, tables, sets, (*within, name)))
    return found | names_of(tables[name], sets)


def _outputs(table: FlowTable, answers: Mapping[str, Known]) -> dict[str, Known]:
    return {name: known for name, known in answers.items() if table.outputs is None or name in table.outputs}
