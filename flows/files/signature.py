"""Check what a flow file says to those that call it, and what its calls hand on; each fault with its path in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from flows.answers import ANSWER_TYPES
from flows.conditions import Known
from flows.files.names import BUILT_IN_NAMES, BUILT_IN_PLACEHOLDERS
from flows.files.shape import FlowTable, StepTable, did_you_mean
from flows.templates import placeholders

#: Path in the file, and what is wrong there.
_Fault = tuple[list[str], str]
#: Says of a name that a called flow keeps it to itself; ``None`` when none does.
_Hidden = Callable[[str], str | None]


def signature_faults(table: FlowTable, answers: Mapping[str, Known], hidden: _Hidden) -> Iterator[_Fault]:
    """Yield what is wrong with inputs and outputs.

    Args:
        answers: those of the flow, and those that it sees of flows it calls.
    """
    for name, answer_type in table.inputs.items():
        if answer_type not in ANSWER_TYPES:
            hint = did_you_mean(answer_type, sorted(ANSWER_TYPES))
            yield ["inputs"], f"{name!r} has the type {answer_type!r}; {hint}"
        if name in answers or name in BUILT_IN_NAMES or name in BUILT_IN_PLACEHOLDERS:
            yield ["inputs"], f"{name!r} has a meaning already; write another name"
    for name in table.outputs or ():
        if name not in answers:
            hint = f"no step saves an answer as {name!r}; {did_you_mean(name, sorted(answers))}"
            yield ["outputs"], hidden(name) or hint


def handing_faults(step: StepTable, path: list[str], names: Mapping[str, Known], hidden: _Hidden) -> Iterator[_Fault]:
    """Yield what is wrong with what a call hands on, as far as this file tells; what is wanted, the linter knows."""
    where = [*path, "with"]
    if step.with_ and not step.call:
        yield where, "goes with call, which this step has not; remove it"
    for name, value in step.with_.items():
        named = placeholders(value) if isinstance(value, str) else frozenset()
        if named and value != f"{{{next(iter(named))}}}":
            yield where, f'found {value!r} for {name!r}; write one answer, as "{{zip}}", or words alone'
        for answer in sorted(named - names.keys()):
            yield where, hidden(answer) or f"found {{{answer}}}; {did_you_mean(answer, sorted(names))}"
