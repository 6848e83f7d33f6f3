"""Find the question that a value comes from: of the flow itself, of one that it called, or of the one that handed it in."""

from __future__ import annotations

from collections.abc import Sequence

from flows.conversation import Frame
from flows.files.names import callable_flows
from flows.library import Library
from flows.model import Flow, Step
from flows.templates import placeholders


def origin(library: Library, stack: Sequence[Frame], frame: Frame, name: str) -> tuple[Frame, str]:
    """Return the frame that has an answer of its own, and its name there: what a flow was handed is its caller's."""
    below = stack[: stack.index(frame)] if frame in stack else ()
    for caller in reversed(below):
        step = library.flow(caller.flow, caller.revision).steps.get(caller.step)
        wanted = name in frame.inputs and name not in frame.answers and not frame.digression
        handed = step.passes.get(name) if step and wanted else None
        if not isinstance(handed, str) or not placeholders(handed):
            break
        frame, name = caller, handed[1:-1]
    return frame, name


def asking(library: Library, flow: Flow, name: str, within: tuple[str, ...] = ()) -> Step | None:
    """Find the step that asks for an answer: one of the flow, or of a flow that it calls."""
    calls = tuple(other for step in flow.steps.values() for other in callable_flows(step.call, library.flows))
    inner = (library.flows[other] for other in calls if other not in within)
    found = (asking(library, other, name, (*within, *calls)) for other in inner)
    return flow.asks(name) or next(filter(None, found), None)
