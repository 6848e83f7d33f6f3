"""Compare a flow with the one that takes its place: what its steps and answers are called there, and what is asked differently."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from flows.conditions import Condition
from flows.conversation import Frame
from flows.files.names import callable_flows
from flows.library import Library
from flows.model import Ask, Flow, Option, Step
from flows.templates import fill, placeholders

#: Separates a calling step from what belongs to the flow that it called.
_WITHIN: Final = "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """How a flow became another."""

    #: Id of each step that is still there, by its former one.
    steps: Mapping[str, str]
    #: Name of each answer by its former one, where it is another.
    names: Mapping[str, str]
    #: Steps by the answer that they ask for, where other answers than before are accepted.
    asked: Mapping[str, Step]
    #: The same for flows that have been called and have ended, by the former id of the calling step.
    called: Mapping[str, Successor] = field(default_factory=dict)
    #: Whether anything but words was changed.
    matters: bool = True

    def name(self, kept: str) -> str:
        """Say what an answer is called now; ``call/name`` is one that a called flow keeps to itself."""
        call, within, inner = kept.partition(_WITHIN)
        if within:
            child = self.called.get(call)
            return f"{self.steps.get(call, call)}{_WITHIN}{child.name(inner) if child else inner}"
        children = (child.names[kept] for child in self.called.values() if kept in child.names)
        return self.names.get(kept) or next(children, kept)

    def entry(self, passed: str) -> str | None:
        """Say what a step of a path is called now; ``None`` when it is gone."""
        call, within, inner = passed.partition(_WITHIN)
        now = self.steps.get(call)
        if now is None or not within:
            return now
        child = self.called.get(call)
        below = child.entry(inner) if child else inner
        return f"{now}{_WITHIN}{below}" if below else None

    def question(self, name: str) -> Step | None:
        """Find the step that now accepts other answers than the one given; ``None`` when the answer is as good as before."""
        bare = name.rpartition(_WITHIN)[2]
        inner = (child.asked[bare] for child in self.called.values() if bare in child.asked)
        return self.asked.get(name) or next(inner, None)


def successor(old: Library, new: Library, frame: Frame, before: Flow, after: Flow) -> Successor:
    """Compare the flow that a frame is in with its next version, and likewise those it has called on its way."""
    called: dict[str, Successor] = {}
    for call in {entry.partition(_WITHIN)[0] for entry in frame.path if _WITHIN in entry}:
        step = before.steps.get(call)
        for flow_id in _called(old, step, frame) if step else ():
            if flow_id in old.flows and flow_id in new.flows:
                called[call] = _compare(old.flows[flow_id], new.flows[flow_id])
    return _compare(before, after, called)


def _called(library: Library, step: Step, frame: Frame) -> tuple[str, ...]:
    names = placeholders(step.call or "")
    if names <= frame.known.keys():
        return (fill(step.call or "", {name: str(frame.known[name]) for name in names}),)
    return callable_flows(step.call, library.flows)


def _compare(before: Flow, after: Flow, called: Mapping[str, Successor] | None = None) -> Successor:
    steps, called = _steps(before, after), called or {}
    names = {name: now for name, now in _names(before, after, steps) if name != now}
    asks = [step.ask for step in before.steps.values() if step.ask]
    accepted = {names.get(ask.save_as, ask.save_as): _accepts(ask) for ask in asks}
    return Successor(
        steps=steps,
        names=names,
        asked={
            step.ask.save_as: step
            for step in after.steps.values()
            if step.ask and accepted.get(step.ask.save_as) != _accepts(step.ask)
        },
        called=called,
        matters=_shape(before) != _shape(after) or any(child.matters for child in called.values()),
    )


def _steps(before: Flow, after: Flow) -> dict[str, str]:
    forward = {was: step.id for step in after.steps.values() for was in step.was}
    back = {step.id: was for step in before.steps.values() for was in step.was if was in after.steps}
    found = {step: step if step in after.steps else forward.get(step) or back.get(step) for step in before.steps}
    return {step: now for step, now in found.items() if now}


def _names(before: Flow, after: Flow, steps: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each answer's name with the one it has now: declared on it, or by its step if that was renamed."""
    forward = {was: step.ask.save_as for step in after.steps.values() if step.ask for was in step.ask.was}
    for step in before.steps.values():
        if step.ask is None or after.asks(step.ask.save_as):
            continue
        name, there = step.ask.save_as, after.steps.get(steps.get(step.id, ""))
        declared = forward.get(name) or next((was for was in step.ask.was if after.asks(was)), None)
        renamed = there.ask.save_as if there and there.ask and there.id != step.id else None
        taken = renamed is not None and before.asks(renamed) is not None
        yield name, declared or (renamed if renamed and not taken else name)


def same_question(here: Step, there: Step, change: Successor) -> bool:
    """Tell whether a reply to one question may be read as a reply to another: choices may only be added at the end."""
    if here.ask is None or there.ask is None or here.ask.type != there.ask.type:
        return False
    if (here.offer and here.offer.kind) != (there.offer and there.offer.kind):
        return False
    shown, now = (tuple(map(_option, ask.options)) for ask in (here.ask, there.ask))
    same_list = now[: len(shown)] == shown and bool(now) == bool(shown)
    return same_list and change.name(here.ask.save_as) == there.ask.save_as


def _accepts(ask: Ask) -> Hashable:
    return ask.type, ask.within, ask.minimum, ask.maximum, ask.optional, frozenset(option.id for option in ask.options)


def _shape(flow: Flow) -> Hashable:
    """Return all of a flow but its words."""
    return flow.start, tuple(_step(step) for step in flow.steps.values())


def _step(step: Step) -> Hashable:
    branches = tuple((_source(branch.condition), branch.to, branch.revisit) for branch in step.branches)
    ask = step.ask and (step.ask.save_as, step.ask.remember, _accepts(step.ask), tuple(map(_option, step.ask.options)))
    passes = tuple(sorted(step.passes.items()))
    return step.id, step.do, bool(step.say), step.offer, ask, step.book, step.call, passes, branches, step.end


def _option(option: Option) -> Hashable:
    return option.id, _source(option.condition)


def _source(condition: Condition | None) -> str | None:
    return condition.source if condition else None
