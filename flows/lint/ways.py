"""Ways through a flow: every step can be reached, leads to an end, and no turn goes round in circles."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from flows.graph import BEGUN, ENTRIES, FIRST_FLOW, Place, called, callers, passed_at_once, reached, settled, successors
from flows.library import Library
from flows.lint.finding import Finding, Severity
from flows.lint.sight import Rule, Sight

UNREACHABLE = Rule(id="unreachable", why="Nobody will ever see this step.")
UNCALLED = Rule(id="uncalled-flow", severity=Severity.WARNING, why="Nobody will ever come to this flow.")
NO_END = Rule(id="no-end", why="Whoever comes here can never finish.")
LOOP = Rule(id="loop-without-wait", why="The bot would go round and round and never answer.")
CALL_CIRCLE = Rule(id="call-circle", why="Each round would begin the flow once more inside itself, without end.")


def check(sight: Sight) -> Iterator[Finding]:
    """Look at the ways through every flow."""
    yield from _unreachable(sight)
    yield from _uncalled(sight)
    yield from _without_end(sight)
    yield from _loops(sight)
    yield from _call_circles(sight)


def _unreachable(sight: Sight) -> Iterator[Finding]:
    for name, flow in sight.library.flows.items():
        met = reached([flow.start], successors(flow))
        for step in flow.steps:
            if step not in met:
                write = f"lead a step here with next = {step!r}, or remove this one"
                yield UNREACHABLE.found(sight.at(name, step), f"no step leads to {step!r}", write=write)


def _uncalled(sight: Sight) -> Iterator[Finding]:
    if FIRST_FLOW not in sight.library.flows:
        return  # a few flows by themselves, not a whole library
    for name in sight.library.flows:
        if name not in (*ENTRIES, *BEGUN) and not any(callers(sight.library, name)):
            write = f"add a step with call = {name!r} to a flow, or remove this file"
            yield UNCALLED.found(sight.at(name), f"no step calls {name!r}", write=write)


def _without_end(sight: Sight) -> Iterator[Finding]:
    library = sight.library
    alone = settled(library, lambda place, inside: _ends(library, place, inside, calls_return=True))
    ending = settled(library, lambda place, inside: _ends(library, place, inside, calls_return=False))
    for name, _, step in sight.steps():
        if (name, step.id) not in alone:
            write = "lead on to a step with end = '…'"
            yield NO_END.found(sight.at(name, step.id), f"no end can be reached from {step.id!r}", write=write)
        elif endless := [flow for flow in called(library, step) if (flow, library.flows[flow].start) not in ending]:
            what = f"calls {', '.join(endless)}, which can never end"
            yield NO_END.found(sight.at(name, step.id, "call"), what, write="end that flow, or call another one")


def _ends(library: Library, place: Place, inside: Collection[Place], *, calls_return: bool) -> bool:
    name, step_id = place
    flow = library.flows[name]
    step = flow.steps[step_id]
    goes_elsewhere = (step.offer and (name, step.offer.none) in inside) or (
        step.book and (name, step.book.full) in inside
    )
    if goes_elsewhere:
        return True
    inner = called(library, step)
    if inner and not calls_return and not all((flow, library.flows[flow].start) in inside for flow in inner):
        return False
    return bool(step.end) or any((name, to) in inside for to in _next(library, place))


def _next(library: Library, place: Place) -> set[str]:
    return successors(library.flows[place[0]])[place[1]]


def _loops(sight: Sight) -> Iterator[Finding]:
    for circle in _circles(passed_at_once(sight.library)):
        name, step = circle[0]
        round_ = " > ".join(f"{flow}.{id_}" for flow, id_ in (*circle, circle[0]))
        write = "put a question in between, or lead one of these steps elsewhere"
        yield LOOP.found(sight.at(name, step), f"goes round without a question: {round_}", write=write)


def _call_circles(sight: Sight) -> Iterator[Finding]:
    onward: dict[Place, set[Place]] = {}
    for name, flow in sight.library.flows.items():
        inner = {other for step in flow.steps.values() for other in called(sight.library, step)}
        onward[name, ""] = {(other, "") for other in inner}
    for circle in _circles(onward):
        name = circle[0][0]
        step = next(s for s in sight.library.flows[name].steps.values() if s.call and _leads(sight, s.call, circle))
        round_ = " > ".join(flow for flow, _ in (*circle, circle[0]))
        write = "lead on with next instead of calling back"
        yield CALL_CIRCLE.found(sight.at(name, step.id, "call"), f"flows call each other: {round_}", write=write)


def _leads(sight: Sight, call: str, circle: tuple[Place, ...]) -> bool:
    after = circle[1 % len(circle)][0]
    steps = (step for _, _, step in sight.steps() if step.call == call)
    return any(after in called(sight.library, step) for step in steps)


def _circles(onward: Mapping[Place, Collection[Place]]) -> Iterator[tuple[Place, ...]]:
    """Yield one shortest circle through each group of nodes that lead to each other."""
    told: set[Place] = set()
    for node in onward:
        if node not in told and (circle := _way_back(node, onward)):
            told |= set(circle)
            yield circle


def _way_back(node: Place, onward: Mapping[Place, Collection[Place]]) -> tuple[Place, ...]:
    """Find the shortest way from a node to itself; empty when there is none."""
    ways: list[tuple[Place, ...]] = [(node,)]
    seen: set[Place] = set()
    for way in ways:
        for after in sorted(onward.get(way[-1], ())):
            if after == node:
                return way
            if after not in seen:
                seen.add(after)
                ways.append((*way, after))
    return ()
