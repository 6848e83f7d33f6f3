"""Calls: the flow exists for every answer, is handed what it wants, and shows what its caller counts on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from flows.answers import AnswerContext, Match, read
from flows.conditions import Kind, Known
from flows.files.names import GIVEN_BY_BOT, known_as
from flows.files.shape import did_you_mean
from flows.given import given_by, given_inside
from flows.graph import call_targets, called
from flows.lint.finding import Finding
from flows.lint.sight import Rule, Sight
from flows.model import Flow, Step
from flows.templates import placeholders

NO_FLOW = Rule(id="call-without-flow", why="Whoever gives this answer would be handed to a coordinator instead.")
TYPES = Rule(id="call-types", why="Conditions and texts below the call would read the wrong kind of answer.")
INPUTS = Rule(id="call-inputs", why="The called flow would read a dash, or something it cannot compare.")
OUTPUTS = Rule(id="output-unset", why="Whoever calls the flow counts on its outputs.")

#: Literals are tried on this day; which day does not matter.
_SOME_DAY = date(2026, 11, 2)


def check(sight: Sight) -> Iterator[Finding]:
    """Look at every step that calls another flow, and at what called flows promise."""
    for name, flow, step in sight.steps():
        if step.call:
            yield from _targets(sight, name, flow, step)
            yield from _types(sight, name, flow, step)
            yield from _inputs(sight, name, flow, step)
    for name, flow in sight.library.flows.items():
        if flow.outputs:
            yield from _outputs(sight, name, flow, flow.outputs)


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
    """Compare what the flows show with each other: caller and called, and those called in one step."""
    seen = {answer: (name, known) for answer, known in _own(flow).items()}
    for other in called(sight.library, step):
        for answer, known in _own(sight.library.flows[other]).items():
            outputs = sight.library.flows[other].outputs
            if outputs is not None and answer not in outputs:
                continue
            if answer not in seen:
                seen[answer] = (other, known)
            elif seen[answer][0] == name or _differ(seen[answer][1], known):
                what = f"{other!r} saves {answer!r}, and so does {seen[answer][0]!r}"
                write = "save one of them under another name, or keep it to the flow with outputs"
                yield TYPES.found(sight.at(name, step.id, "call"), what, write=write)


def _own(flow: Flow) -> dict[str, Known]:
    asks = (step.ask for step in flow.steps.values() if step.ask)
    return {ask.save_as: flow.names[ask.save_as] for ask in asks}


def _differ(one: Known, two: Known) -> bool:
    return one.kind is not two.kind or one.values != two.values


def _inputs(sight: Sight, name: str, flow: Flow, step: Step) -> Iterator[Finding]:
    """Compare what a step passes with what the flows that it may call want."""
    inner = called(sight.library, step)
    wanted = {other: sight.library.flows[other].inputs for other in inner}
    place = sight.at(name, step.id, "with" if step.passes else "call")
    known = sorted({want for inputs in wanted.values() for want in inputs})
    for passed in step.passes if inner else ():
        if passed not in known:
            hint = did_you_mean(passed, known) if known else "remove it, or declare it there under inputs"
            yield INPUTS.found(place, f"passes {passed!r}, which {' or '.join(inner)} does not want", write=hint)
    for other, inputs in wanted.items():
        for want, answer_type in inputs.items():
            if want not in step.passes and want not in GIVEN_BY_BOT:
                write = f'add it to with, like with = {{ {want} = "{{answer}}" }}'
                yield INPUTS.found(place, f"{other!r} wants {want!r}, and is not handed it", write=write)
            elif want in step.passes and (what := _unfit(flow, step.passes[want], answer_type)):
                write = f"pass an answer of the type {answer_type!r}, or change the type in {other!r}"
                yield INPUTS.found(place, f"{other!r} wants {want!r} as {answer_type!r}, but {what}", write=write)


def _unfit(flow: Flow, value: bool | int | str, wanted: str) -> str:
    """Say what is wrong with a value for an input; empty when it fits."""
    if isinstance(value, str) and (named := placeholders(value)):
        (answer,) = named
        known = flow.names[answer]
        return "" if _fits(known, wanted) else f"{answer!r} holds {known.type or known.kind.value!r}"
    return "" if _is_written_as(value, wanted) else f"{value!r} is none"


def _fits(known: Known, wanted: str) -> bool:
    if known.type == wanted or (wanted == "contact" and known.type in ("phone", "email")):
        return True
    any_of_its_kind = wanted in ("text", "number") or not known.type  # what the bot works out has no answer type
    return any_of_its_kind and known.kind is known_as(wanted).kind


def _is_written_as(value: bool | int | str, wanted: str) -> bool:
    match known_as(wanted).kind:
        case Kind.TRUTH:
            return isinstance(value, bool)
        case Kind.NUMBER:
            return isinstance(value, int) and not isinstance(value, bool)
        case Kind.TEXT | Kind.DATE if isinstance(value, str):
            outcome = read(wanted, value, AnswerContext(language="en", today=_SOME_DAY))
            return wanted in ("text", "choice") or (isinstance(outcome, Match) and outcome.value == value)
        case _:
            return False


def _outputs(sight: Sight, name: str, flow: Flow, outputs: frozenset[str]) -> Iterator[Finding]:
    """Look whether each output is given at every end, by this flow itself."""
    given = given_inside(sight.library, name)
    for step in flow.steps.values():
        here = given[name, step.id]
        if step.end and here is not None:
            for answer in sorted(outputs - here - given_by(step) - _from_calls(sight, step)):
                what = f"ends here, and {answer!r}, one of its outputs, is not given on every way to this end"
                write = f"ask for {answer!r} before, or take it from outputs"
                yield OUTPUTS.found(sight.at(name, step.id, "end"), what, write=write)


def _from_calls(sight: Sight, step: Step) -> frozenset[str]:
    """List what every flow shows that a last step may call."""
    shown: list[Mapping[str, Known]] = [
        sight.library.sets.called.get(other, {}) for other in called(sight.library, step)
    ]
    return frozenset.intersection(*(frozenset(names) for names in shown)) if shown else frozenset()
