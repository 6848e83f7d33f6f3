"""Go back to the question of an answer that was given before; what still stands behind it is not asked again."""

from __future__ import annotations

from dataclasses import replace

from flows.conversation import Edit, Frame
from flows.draft import Draft
from flows.model import Flow, Step
from flows.walking import calling


def revisit(draft: Draft, name: str) -> str:
    """Go back to the question of an answer and forget that answer, and what was only said in passing, such as "all right".

    What follows is walked anew; answers that still stand are not asked again.
    """
    frame = draft.frame
    wanted = str(draft.values()[name[1:-1]]) if name.startswith("{") else name
    flow = draft.flow(frame)
    step = flow.asks(wanted)
    assert step is not None, f"{wanted}: no step asks for it"
    kept = {key: value for key, value in frame.answers.items() if key != wanted and not is_passing(flow, key)}
    path = frame.path[: frame.path.index(step.id)] if step.id in frame.path else ()
    walked = frame.walked[: frame.walked.index(wanted)] if wanted in frame.walked else ()
    draft.conversation = draft.conversation.with_frame(
        replace(frame, answers=kept, path=path, walked=walked, replaying=True, edit=corrected(frame.edit))
    )
    draft.note("revisit", answer=wanted)
    return step.id


def is_passing(flow: Flow, name: str) -> bool:
    """Tell whether an answer was only said on the way, such as "all right"."""
    step = flow.asks(name)
    return bool(step and step.ask and not step.ask.remember)


def corrected(edit: Edit | None) -> Edit | None:
    """What is left of an edit once the person corrects something: what follows is said and done as for anybody."""
    return Edit(anew=True) if edit and edit.anew else None


def return_to(draft: Draft, name: str) -> Step | None:
    """Go back to the question of an answer that was given in this talk; ``None`` when there was none."""
    stack, before = draft.conversation.stack, draft.conversation
    while stack and not (name in stack[-1].answers and draft.flow(stack[-1]).asks(name)):
        draft.conversation = replace(before, stack=stack)
        if calling.reopen_asking(draft, name):
            stack = _walked_again(draft)
            break
        *callers, left = stack
        if callers and not left.digression:  # what was answered in the called flow still stands when it is called again
            known = calling.taken_over(draft, callers[-1], left).answers
            callers[-1] = replace(callers[-1], answers=known)
        stack = tuple(callers)
    if not stack:
        draft.conversation = before
        return None
    draft.conversation = replace(draft.conversation, stack=stack)
    step_id = revisit(draft, name)
    draft.conversation = draft.conversation.with_frame(replace(draft.frame, step=step_id, misses=0))
    return draft.flow(draft.frame).steps[step_id]


def _walked_again(draft: Draft) -> tuple[Frame, ...]:
    """Let the flow that called the current one walk on, once that has ended, over what still stands."""
    *below, caller, inner = draft.conversation.stack
    kept = {name: value for name, value in caller.answers.items() if not is_passing(draft.flow(caller), name)}
    return (*below, replace(caller, answers=kept, replaying=True, edit=corrected(caller.edit)), inner)
