"""Work out which answers are surely given at each step: on every way that leads there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce

from flows.facts import Json
from flows.graph import ENTRIES, FIRST_FLOW, Place, Why, called, callers, edges
from flows.library import Library
from flows.model import Step

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
            known[name, flow.start] = frozenset() if name == FIRST_FLOW else remembered
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
    """Name the answer that a step itself asks for."""
    return frozenset({step.ask.save_as}) if step.ask else frozenset()


def _remembered(library: Library) -> frozenset[str]:
    """List what is known of somebody who has been through the first flow."""
    first = library.flows.get(FIRST_FLOW)
    asked = (step.ask for step in first.steps.values() if step.ask) if first else ()
    return frozenset(ask.save_as for ask in asked if ask.remember)


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
                given = frozenset() if edge.why is Why.NONE else given_by(step)
                yield (name, edge.to), here | given | returned
        for step in flow.steps.values():
            here = known[name, step.id]
            if here is not None:
                for other in called(library, step):
                    yield (other, library.flows[other].start), here | given_by(step)


def _returned(library: Library, known: Given, inner: tuple[str, ...]) -> frozenset[str] | None:
    """List what is known when the flows that a step calls have ended, whichever it was; ``None``: not worked out yet."""
    ends = [
        here | given_by(step)
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
