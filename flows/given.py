"""Work out which answers are surely given at each step: on every way that leads there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import reduce

from flows.facts import Json
from flows.files.names import GIVEN_BY_BOT
from flows.graph import ENTRIES, FIRST_FLOW, Place, Why, called, callers, edges
from flows.library import Library
from flows.model import Flow, Step

#: Answers by step; ``None``: nobody comes there.
Given = Mapping[Place, frozenset[str] | None]


def surely_given(library: Library, *, world: Mapping[str, Json] | None = None) -> Given:
    """Go from what is known at the beginnings to every step, until nothing changes.

    Called flows know what each of their callers knows; those opened by a word, what the first flow has remembered.

    Args:
        world: values that some names are taken to have; ways that they close are left out.
    """
    known: dict[Place, frozenset[str] | None] = {
        (name, step): None for name, flow in library.flows.items() for step in flow.steps
    }
    remembered = _remembered(library)
    for name, flow in library.flows.items():
        if name in ENTRIES or not any(callers(library, name)):
            known[name, flow.start] = (frozenset() if name == FIRST_FLOW else remembered) | handed_to(flow)
    changed = True
    while changed:
        changed = False
        for place, found in _spread(library, known, world or {}):
            old = known[place]
            new = found if old is None else old & found
            if new != old:
                known[place], changed = new, True
    return known


def given_by(step: Step) -> frozenset[str]:
    """Name the answer that a step itself asks for; one that SKIP passes over may stay unset."""
    return frozenset({step.ask.save_as}) if step.ask and not step.ask.optional else frozenset()


def handed_to(flow: Flow) -> frozenset[str]:
    """Name the inputs that a flow surely has; that its callers pass them is a rule of its own."""
    return frozenset(flow.inputs) - GIVEN_BY_BOT


def given_inside(library: Library, flow_id: str) -> Given:
    """Return what is surely given at each step of a flow by its own questions, and those of flows it calls."""
    alone: dict[str, Flow] = {}
    ahead = [flow_id]
    while ahead:
        name = ahead.pop()
        if name not in alone:
            alone[name] = library.flows[name]
            ahead += [other for step in alone[name].steps.values() for other in called(library, step)]
    return surely_given(replace(library, flows=alone))


def _remembered(library: Library) -> frozenset[str]:
    """List what is known of somebody who has been through the first flow."""
    first = library.flows.get(FIRST_FLOW)
    asked = (step.ask for step in first.steps.values() if step.ask) if first else ()
    return frozenset(ask.save_as for ask in asked if ask.remember and not ask.optional)


def _spread(library: Library, known: Given, world: Mapping[str, Json]) -> Iterator[tuple[Place, frozenset[str]]]:
    for name, flow in library.flows.items():
        for edge in edges(flow):
            here, step = known[name, edge.source], flow.steps[edge.source]
            if here is None or edge.why is Why.REVISIT:  # whoever corrects an answer has been there before
                continue
            if edge.branch is not None and not _open(step, edge.branch, world):
                continue
            inner = called(library, step)
            returned = _returned(library, known, inner) if edge.why is Why.NEXT else frozenset()
            if returned is not None:
                given = frozenset() if edge.why in (Why.NONE, Why.FIRST) else given_by(step)
                yield (name, edge.to), here | given | returned
        for step in flow.steps.values():
            here = known[name, step.id]
            if here is not None:
                for other in called(library, step):
                    inner_flow = library.flows[other]
                    yield (other, inner_flow.start), here | given_by(step) | handed_to(inner_flow)


def _returned(library: Library, known: Given, inner: tuple[str, ...]) -> frozenset[str] | None:
    """List what is known when the flows that a step calls have ended, whichever it was; ``None``: not worked out yet."""
    ends = [
        (here | given_by(step)) & frozenset(library.sets.called.get(name, {}))
        for name in inner
        for step in library.flows[name].steps.values()
        if step.end and (here := known[name, step.id]) is not None
    ]
    if inner and not ends:
        return None
    return reduce(frozenset.intersection, ends) if ends else frozenset()


def _open(step: Step, number: int, world: Mapping[str, Json]) -> bool:
    """Tell whether a branch may be taken, as far as the names of a world decide it."""
    decided = [
        branch.condition.holds(world) if branch.condition and branch.condition.names <= world.keys() else None
        for branch in step.branches[: number + 1]
    ]
    return True not in decided[:number] and decided[number] is not False
