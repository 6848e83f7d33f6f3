"""Go into a flow that a step calls, and come out of it: what it is handed, and what of its answers the caller sees.

Answers that a called flow keeps to itself stay with the caller under the calling step's name, where no condition and
no text finds them: they still stand when the flow is called again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from flows.conversation import Edit, Frame
from flows.draft import Draft
from flows.effects import HandOff
from flows.facts import Json
from flows.files.names import BUILT_IN_NAMES
from flows.model import Flow, Step
from flows.templates import fill, placeholders

#: Flows that wait for each other at once. Three are usual, so more are a circle of calls.
MAX_DEPTH: Final = 5
#: Separates a calling step from a step, or an answer, of the flow that it called.
_WITHIN: Final = "/"


def enter(draft: Draft, step: Step, *, behind: bool = False) -> str | None:
    """Begin the flow that a step calls and return its first step; ``None`` when it cannot be walked now.

    Args:
        behind: whether the person has been through it, and the flow was edited under them since.
    """
    flow_id = called_by(draft, step)
    stack = draft.conversation.stack
    if flow_id not in draft.library.flows:  # offered by an older revision, and removed since
        _pass_over(draft, "flow_gone", flow_id)
        return None
    if len(stack) >= MAX_DEPTH or flow_id in {frame.flow for frame in stack}:
        _pass_over(draft, "flow_in_circle", flow_id)
        return None
    flow, caller = draft.library.flows[flow_id], draft.frame
    known = _restored(flow, step.id, caller.answers) if caller.replaying else {}
    child = Frame(
        flow=flow_id,
        revision=flow.revision,
        step=flow.start,
        inputs=_passed(draft, flow, step),
        answers=known,
        replaying=bool(known),
        edit=Edit(anew=False, done=tuple(flow.steps)) if behind else None,
    )
    draft.conversation = replace(draft.conversation, stack=(*stack, child))
    return flow.start


def _pass_over(draft: Draft, reason: str, flow_id: str) -> None:
    draft.note(reason, flow=flow_id)
    draft.effects.append(HandOff(reason=reason))


def called_by(draft: Draft, step: Step) -> str:
    """Name the flow that a step calls; one that hangs on an answer not yet given is found by nobody."""
    call = step.call or ""
    names = placeholders(call)
    if not names:
        return call
    values = draft.values()
    return fill(call, {name: str(values[name]) if name in values else "" for name in names})


def _passed(draft: Draft, flow: Flow, step: Step) -> Mapping[str, Json]:
    if not step.passes:
        return {}
    values = draft.values()
    return {
        name: values.get(value[1:-1]) if isinstance(value, str) and placeholders(value) else value
        for name, value in step.passes.items()
        if name in flow.inputs
    }


def hand_back(draft: Draft) -> Frame | None:
    """Take the current flow, which has ended, off the stack; return the one below, which now knows what it may see."""
    *below, ended = draft.conversation.stack
    draft.conversation = replace(draft.conversation, stack=tuple(below))
    if below and not ended.digression:
        draft.conversation = draft.conversation.with_frame(taken_over(draft, below[-1], ended))
    return draft.conversation.frame


def taken_over(draft: Draft, caller: Frame, ended: Frame) -> Frame:
    """Return a calling frame with what was answered in the flow that it called."""
    flow, call = draft.flow(ended), caller.step
    return replace(
        caller,
        answers={**caller.answers, **{kept_as(flow, call, name): value for name, value in ended.answers.items()}},
        walked=(*caller.walked, *(kept_as(flow, call, name) for name in (*ended.walked, *_left_behind(ended)))),
        path=(*caller.path, *(f"{call}{_WITHIN}{step}" for step in ended.path)),
    )


def _left_behind(ended: Frame) -> list[str]:
    """List answers that were passed by because somebody edited the flow: the person did not make them pointless."""
    return sorted(ended.answers.keys() - set(ended.walked)) if ended.edit else []


def kept_as(flow: Flow, call: str, name: str) -> str:
    """Say under which name a caller keeps an answer of a flow that it called: the same, or one that nothing can read."""
    shown = _WITHIN not in name and (flow.outputs is None or name in flow.outputs)
    return name if shown else f"{call}{_WITHIN}{name}"


def bare_name(kept: str) -> str:
    """Return the name under which a flow saves an answer, wherever it is kept."""
    return kept.rpartition(_WITHIN)[2]


def _restored(flow: Flow, call: str, answers: Mapping[str, Json]) -> dict[str, Json]:
    """Find what a caller keeps of a flow that it called before."""
    return {own: value for name, value in answers.items() if (own := _own_name(flow, call, name))}


def _own_name(flow: Flow, call: str, kept: str) -> str | None:
    """Return the name that a called flow has for what its caller keeps; ``None`` when it is not of that flow."""
    if kept.startswith(call + _WITHIN):
        return kept.removeprefix(call + _WITHIN)
    own = {step.ask.save_as for step in flow.steps.values() if step.ask}
    own |= flow.names.keys() - BUILT_IN_NAMES.keys() - flow.inputs.keys()  # and those of flows that it calls itself
    return kept if kept in own and kept_as(flow, call, kept) == kept else None


def ended_inside(frame: Frame) -> bool:
    """Tell whether the last question was asked by a flow that has been called and has ended."""
    return bool(frame.path) and _WITHIN in frame.path[-1]


def reopen_asking(draft: Draft, name: str) -> bool:
    """Go back into the flow that asked for an answer, was called and has ended; tell whether there is one."""
    caller = draft.frame
    for call in dict.fromkeys(passed.partition(_WITHIN)[0] for passed in caller.path if _WITHIN in passed):
        step = draft.flow(caller).steps.get(call)
        flow = draft.library.flows.get(called_by(draft, step)) if step and step.call else None
        if flow and flow.asks(name) and kept_as(flow, call, name) in caller.answers:
            return reopen(draft, call)
    return False


def reopen(draft: Draft, call: str | None = None) -> bool:
    """Go back into a flow that was called and has ended; tell whether it is still there.

    Args:
        call: the step that called it; ``None``: the last that did.
    """
    caller = draft.frame
    call = call or caller.path[-1].partition(_WITHIN)[0]
    begun = next(n for n, step in enumerate(caller.path) if step.startswith(call + _WITHIN))
    before = caller.path[:begun]
    inner = tuple(step.removeprefix(call + _WITHIN) for step in caller.path if step.startswith(call + _WITHIN))
    step = draft.flow(caller).steps.get(call)
    flow = draft.library.flows.get(called_by(draft, step)) if step and step.call else None
    if flow is None or step is None:
        return False
    names = {name: own for name in (*caller.answers, *caller.walked) if (own := _own_name(flow, call, name))}
    child = Frame(
        flow=called_by(draft, step),
        revision=flow.revision,
        step=flow.start,
        inputs=_passed(draft, flow, step),
        answers=_restored(flow, call, caller.answers),
        path=inner,
        walked=tuple(names[name] for name in caller.walked if name in names),
    )
    outside = replace(
        caller,
        step=call,
        path=before,
        walked=tuple(name for name in caller.walked if name not in names),
        answers={name: value for name, value in caller.answers.items() if name not in names},
    )
    draft.conversation = draft.conversation.with_frame(outside)
    draft.conversation = replace(draft.conversation, stack=(*draft.conversation.stack, child))
    return True
