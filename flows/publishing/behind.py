"""Work out which steps of a flow somebody in the middle of it has been through: on all ways between their questions."""

from __future__ import annotations

from itertools import groupby

from flows.conversation import Frame
from flows.graph import reached, successors
from flows.model import Flow, Step


def steps_behind(flow: Flow, frame: Frame) -> frozenset[str]:
    """List the steps whose words were said and whose deeds were done, that of the waiting question included.

    A conversation keeps the questions that it passed, not the steps in between. Where two ways lead from one question
    to the next, the steps of both are listed: what is done twice harms more than what is left out.
    """
    if not frame.step and not frame.path:
        return frozenset()
    passed = [entry.partition("/")[0] for entry in frame.path]
    stations = [step for step, _ in groupby([*passed, frame.step]) if step in flow.steps]
    behind = set(stations)
    for here, there in zip(["", *stations], stations, strict=False):
        behind |= _between(flow, here, there)
    return frozenset(behind)


def _between(flow: Flow, here: str, there: str) -> set[str]:
    """List the steps on every way from one step to another that waits for nobody; from the start, if ``here`` is empty."""
    onward = successors(flow)
    silent = {step.id: onward[step.id] if _is_silent(step) else set() for step in flow.steps.values()}
    silent[there] = set()
    ahead = reached(onward[here] if here else {flow.start}, silent)
    return {step for step in ahead if there in reached({step}, silent)} - {there}


def _is_silent(step: Step) -> bool:
    """Tell whether somebody may come through a step without being asked; an offer may find nothing."""
    return not step.ask or step.offer is not None
