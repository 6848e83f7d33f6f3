"""See a library's flows as a graph: which step leads to which, and what one turn passes without waiting."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final

from flows.files.names import callable_flows
from flows.library import Library
from flows.model import Flow, Step
from flows.templates import fill, placeholders

#: Flows that the engine opens by itself: the first for strangers, the others by a word.
FIRST_FLOW: Final = "screening"
ENTRIES: Final = (FIRST_FLOW, "training", "shifts")
#: What the bot begins by itself, with people who are in no other flow.
BEGUN: Final = ("guardian",)

#: A step in a library: the flow's id and the step's.
Place = tuple[str, str]


class Why(StrEnum):
    """What makes a conversation take an edge."""

    NEXT = "next"  #: the flow goes on
    NONE = "none"  #: nothing on offer fits
    FIRST = "first"  #: a preference decides what fits, and is asked before
    FULL = "full"  #: the last seat has just gone
    REVISIT = "revisit"  #: an answer is given anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """One way from a step to another of the same flow."""

    source: str
    to: str
    why: Why
    #: The condition, where there is one.
    label: str = ""
    #: Which of the step's branches it is.
    branch: int | None = None


def edges(flow: Flow) -> tuple[Edge, ...]:
    """List every way from step to step, in the order of the file."""
    return tuple(edge for step in flow.steps.values() for edge in _leaving(flow, step))


def _leaving(flow: Flow, step: Step) -> Iterator[Edge]:
    if step.offer:
        yield Edge(source=step.id, to=step.offer.none, why=Why.NONE, label="nothing fits")
        for name, to in step.offer.first.items():
            yield Edge(source=step.id, to=to, why=Why.FIRST, label=f"{name} decides")
    if step.book:
        yield Edge(source=step.id, to=step.book.full, why=Why.FULL, label="seat gone")
    for number, branch in enumerate(step.branches):
        if branch.revisit:
            for answer, target in _revisited(flow, branch.to):
                yield Edge(source=step.id, to=target, why=Why.REVISIT, label=f"change {answer}", branch=number)
        else:
            label = branch.condition.source if branch.condition else "otherwise" if number else ""
            yield Edge(source=step.id, to=branch.to, why=Why.NEXT, label=label, branch=number)


def _revisited(flow: Flow, name: str) -> Iterator[tuple[str, str]]:
    names = flow.names[name[1:-1]].values if name.startswith("{") else [name]
    for answer in sorted(names):
        if asked := flow.asks(answer):
            yield answer, asked.id


def reached(starts: Iterable[str], onward: Mapping[str, Collection[str]]) -> set[str]:
    """List what can be reached from some nodes, those included."""
    seen: set[str] = set()
    ahead = list(starts)
    while ahead:
        node = ahead.pop()
        if node not in seen:
            seen.add(node)
            ahead += onward.get(node, ())
    return seen


def successors(flow: Flow) -> dict[str, set[str]]:
    """Return where each step leads."""
    found: dict[str, set[str]] = {step: set() for step in flow.steps}
    for edge in edges(flow):
        found[edge.source].add(edge.to)
    return found


def predecessors(flow: Flow) -> dict[str, set[str]]:
    """Return what leads to each step."""
    found: dict[str, set[str]] = {step: set() for step in flow.steps}
    for edge in edges(flow):
        found[edge.to].add(edge.source)
    return found


def called(library: Library, step: Step) -> tuple[str, ...]:
    """List the flows that a step may call: those its pattern matches, whatever the answer in it."""
    return callable_flows(step.call, library.flows)


def call_targets(flow: Flow, step: Step) -> tuple[str, ...] | None:
    """List the flows that a call names for every value of the answers in it; ``None`` when those are without end."""
    names = sorted(placeholders(step.call or ""))
    values = [sorted(flow.names[name].values) if name in flow.names else [] for name in names]
    if not all(values):
        return None
    return tuple(fill(step.call or "", dict(zip(names, chosen, strict=True))) for chosen in product(*values))


def callers(library: Library, flow_id: str) -> Iterator[tuple[str, Step]]:
    """Yield every step that may call a flow, with the flow it stands in."""
    for name, flow in library.flows.items():
        for step in flow.steps.values():
            if flow_id in called(library, step):
                yield name, step


def settled(library: Library, holds: Callable[[Place, Collection[Place]], bool]) -> set[Place]:
    """Grow a set of steps until no more join: a step joins when ``holds`` says so, given those that are in."""
    inside: set[Place] = set()
    every = [(name, step) for name, flow in library.flows.items() for step in flow.steps]
    while grown := {place for place in every if place not in inside and holds(place, inside)}:
        inside |= grown
    return inside


def passed_at_once(library: Library) -> dict[Place, set[Place]]:
    """Return where each step leads within the same turn, before anybody is waited for; calls lead into their flows."""
    passing = settled(library, lambda place, inside: _passes(library, place, inside))
    onward: dict[Place, set[Place]] = {}
    for name, flow in library.flows.items():
        for step in flow.steps.values():
            to: set[Place] = (
                {(name, one) for one in (step.offer.none, *step.offer.first.values())} if step.offer else set()
            )
            if not step.ask:
                inner = called(library, step)
                to |= {(one, library.flows[one].start) for one in inner}
                if step.book:
                    to.add((name, step.book.full))
                if not inner or any((one, library.flows[one].start) in passing for one in inner):
                    to |= {(name, branch.to) for branch in step.branches if not branch.revisit}
            onward[name, step.id] = to
    return onward


def _passes(library: Library, place: Place, inside: Collection[Place]) -> bool:
    """Tell whether a flow may come from a step to its end without waiting."""
    name, step_id = place
    step = library.flows[name].steps[step_id]
    if step.offer and (name, step.offer.none) in inside:
        return True
    inner = called(library, step)
    if step.ask or (inner and not any((one, library.flows[one].start) in inside for one in inner)):
        return False
    return bool(step.end) or any((name, branch.to) in inside for branch in step.branches if not branch.revisit)
