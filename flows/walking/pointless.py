"""Take back answers to questions that a correction has made pointless: passed by on the new walk, and behind it."""

from __future__ import annotations

from collections.abc import Set

from flows.conversation import Frame
from flows.draft import Draft
from flows.model import Flow
from flows.walking.calling import bare_name, called_by, kept_as


def drop_passed_by(draft: Draft) -> None:
    """Take back what was passed by, in every flow under way."""
    for frame in draft.conversation.stack:
        if not frame.answers.keys() <= set(frame.walked):
            _drop(draft, frame, alive=_still_asked(draft, draft.flow(frame), frame.step, ()))


def drop_unwalked(draft: Draft, ended: Frame) -> None:
    """Take back what was passed by in a flow that has ended."""
    _drop(draft, ended, alive=frozenset())


def _drop(draft: Draft, frame: Frame, *, alive: Set[str]) -> None:
    if frame.edit:  # whoever changed the file, the person took nothing back
        return
    for kept in frame.answers:
        name = bare_name(kept)
        passed_by = kept not in frame.walked and kept not in alive
        if passed_by and draft.profile.get(name) is not None and _is_asked(draft, frame, name):
            draft.remember(name, None)


def _is_asked(draft: Draft, frame: Frame, name: str) -> bool:
    """Tell whether any flow still asks for an answer; to one that a coordinator took out, nobody was led around."""
    return any(flow.asks(name) for flow in (draft.flow(frame), *draft.library.flows.values()))


def _still_asked(draft: Draft, flow: Flow, start: str, within: tuple[str, ...]) -> frozenset[str]:
    """List the answers that may still be asked for on the way from a step; corrections are no way on."""
    names: set[str] = set()
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        step = flow.steps.get(ahead.pop())
        if step is None or step.id in seen:
            continue
        seen.add(step.id)
        if step.ask:
            names.add(step.ask.save_as)
        inner = called_by(draft, step) if step.call else ""
        if inner not in within and (called := draft.library.flows.get(inner)):
            asked = _still_asked(draft, called, called.start, (*within, inner))
            names |= {kept_as(called, step.id, name) for name in asked}
        ahead += [branch.to for branch in step.branches if not branch.revisit]
        ahead += [step.offer.none, *step.offer.first.values()] if step.offer else []
        ahead += [step.book.full] if step.book else []
    return frozenset(names)
