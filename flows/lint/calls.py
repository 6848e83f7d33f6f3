"""Calls: a called flow exists for every answer, and saves nothing under a name that means something else."""

from __future__ import annotations

from collections.abc import Iterator

from flows.conditions import Known
from flows.graph import call_targets, called
from flows.lint.finding import Finding
from flows.lint.sight import Rule, Sight
from flows.model import Flow, Step
from flows.templates import placeholders

NO_FLOW = Rule(id="call-without-flow", why="Whoever gives this answer would be handed to a coordinator instead.")
TYPES = Rule(id="call-types", why="Conditions and texts below the call would read the wrong kind of answer.")


def check(sight: Sight) -> Iterator[Finding]:
    """Look at every step that calls another flow."""
    for name, flow, step in sight.steps():
        if step.call:
            yield from _targets(sight, name, flow, step)
            yield from _types(sight, name, flow, step)


def _targets(sight: Sight, name: str, flow: Flow, step: Step) -> Iterator[Finding]:
    place = sight.at(name, step.id, "call")
    targets = call_targets(flow, step)
    if targets is None:
        answers = ", ".join(sorted(placeholders(step.call or "")))
        what = f"{answers} may be anything, so nobody knows which flow {step.call!r} is"
        yield NO_FLOW.found(place, what, write="use an answer that is picked from choices")
        return
    for missing in (target for target in targets if target not in sight.library.flows):
        write = f"add the file {missing}.toml, or take this answer from the choices"
        yield NO_FLOW.found(place, f"{step.call!r} may be {missing!r}, and there is no such flow", write=write)


def _types(sight: Sight, name: str, flow: Flow, step: Step) -> Iterator[Finding]:
    """Compare what the flows save with each other: caller and called, and those called in one step."""
    seen = {answer: (name, known) for answer, known in _own(flow).items()}
    for other in called(sight.library, step):
        for answer, known in _own(sight.library.flows[other]).items():
            if answer not in seen:
                seen[answer] = (other, known)
            elif seen[answer][0] == name or _differ(seen[answer][1], known):
                what = f"{other!r} saves {answer!r}, and so does {seen[answer][0]!r}"
                write = "save one of them under another name"
                yield TYPES.found(sight.at(name, step.id, "call"), what, write=write)


def _own(flow: Flow) -> dict[str, Known]:
    asks = (step.ask for step in flow.steps.values() if step.ask)
    return {ask.save_as: flow.names[ask.save_as] for ask in asks}


def _differ(one: Known, two: Known) -> bool:
    return one.kind is not two.kind or one.values != two.values
