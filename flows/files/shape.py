"""The shape of a flow file: the tables and keys that TOML may hold, and where in the file a fault stands."""

from __future__ import annotations

import re
import tomllib
from datetime import time
from itertools import takewhile
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from rapidfuzz import process

from flows.facts import SlotKind
from flows.rules.guardians import Decision
from flows.rules.organisations import OrganisationKind
from flows.stages import Stage


class FlowError(ValueError):
    """A flow file is wrong; each fault names file, line, what was found and what to write."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


TextsTable = dict[str, str]


#: Both travel inside a button, which holds 64 bytes.
StepId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
ChoiceId = Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]


class ChoiceTable(_Table):
    """One choice of a step."""

    id: ChoiceId
    label: TextsTable
    also: dict[str, list[str]] = {}
    if_: Annotated[str | None, Field(alias="if")] = None


class NextTable(_Table):
    """One way on from a step."""

    if_: Annotated[str | None, Field(alias="if")] = None
    to: str | None = None
    revisit: str | None = None


def _as_branches(written: object) -> object:
    """Read ``next = "step"`` as the one branch it is."""
    return [{"to": written}] if isinstance(written, str) else written


class DoTable(_Table):
    """One action of a step."""

    stage: Stage | None = None
    human: str | None = None
    consent: str | None = None
    forget: str | None = None
    guardian: Decision | None = None


class StepTable(_Table):
    """One step."""

    say: TextsTable | None = None
    do: list[DoTable] = []
    offer: SlotKind | None = None
    limit: Annotated[int | None, Field(ge=1, le=9)] = None
    none: str | None = None
    first: dict[Literal["subject", "grades"], StepId] = {}
    ask: TextsTable | None = None
    answer: str | None = None
    save_as: Annotated[str | None, Field(pattern=r"^[a-z][a-z0-9_]*$")] = None
    within: Literal["past", "future"] | None = None
    choices: str | None = None
    choice: list[ChoiceTable] = []
    retry: TextsTable | None = None
    help: TextsTable | None = None
    minimum: int | None = None
    maximum: int | None = None
    remember: bool | None = None
    optional: bool = False
    organisation: OrganisationKind | None = None
    called: dict[str, list[str]] = {}
    book: str | None = None
    full: str | None = None
    release: str | None = None
    call: str | None = None
    with_: Annotated[dict[str, bool | int | str], Field(alias="with")] = {}
    next: Annotated[list[NextTable], BeforeValidator(_as_branches)] = []
    end: str | None = None
    #: Earlier ids of this step, for people who are in the middle of the flow when it is published.
    was: list[StepId] = []
    #: Earlier names of its answer, likewise.
    was_saved_as: list[str] = []
    #: For the linter: this message may take more than two parts.
    long: bool = False


def _as_text(written: object) -> object:
    """Read ``at = 17:00:00``, which TOML knows as a time, like ``at = "17:00"``."""
    return written.isoformat("minutes") if isinstance(written, time) else written


class NudgeTable(_Table):
    """When somebody who does not answer is asked once more."""

    days: Annotated[int, Field(ge=1, le=60)]
    at: Annotated[str, BeforeValidator(_as_text)]


class CloseTable(_Table):
    """From when on somebody who does not answer is left alone."""

    days: Annotated[int, Field(ge=1, le=90)]


class FlowTable(_Table):
    """A flow file as TOML gives it."""

    id: str
    languages: Annotated[list[str], Field(min_length=1)]
    start: str | None = None
    remember: bool = False
    inputs: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], str] = {}
    outputs: list[str] | None = None
    step: Annotated[dict[StepId, StepTable], Field(min_length=1)]
    nudge: list[NudgeTable] = []
    close: CloseTable | None = None
    #: Only in an audience file: how the audience is offered, and where in the list.
    order: int = 0
    label: TextsTable | None = None
    also: dict[str, list[str]] = {}


def read_table(source: str, *, file: str) -> FlowTable:
    """Read the shape of a flow file, before its references are checked.

    Raises:
        FlowError: with every fault of shape.
    """
    try:
        data = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise FlowError([f"{file}: this is not TOML: {error}; texts go between ''' and '''"]) from error
    try:
        return FlowTable.model_validate(data)
    except ValidationError as error:
        raise FlowError([_shape_fault(source, file, fault) for fault in error.errors()]) from error


def _shape_fault(source: str, file: str, fault: Any) -> str:
    path = [str(part) for part in fault["loc"]]
    where = f"{file}:{line_of(source, path)}: {'.'.join(path)}"
    if fault["type"] == "extra_forbidden" and len(path) > 4 and path[-1] in StepTable.model_fields:
        return f"{where}: belongs to the step, but stands below one of its tables; move it up, above [[step.{path[1]}.{path[2]}]]"
    if fault["type"] == "extra_forbidden":
        return f"{where}: unknown key; {did_you_mean(path[-1], _known_keys(path))}"
    if fault["type"] == "missing":
        return f"{where}: is missing; add it"
    return f"{where}: found {fault['input']!r}; {fault['msg'][0].lower()}{fault['msg'][1:]}"


def _known_keys(path: list[str]) -> list[str]:
    shape: type[BaseModel] = FlowTable
    if path[0] in ("nudge", "close") and len(path) > 1:
        shape = NudgeTable if path[0] == "nudge" else CloseTable
    if path[0] == "step" and len(path) > 2:
        shape = StepTable
        if len(path) > 4:
            nested: dict[str, type[BaseModel]] = {"choice": ChoiceTable, "next": NextTable, "do": DoTable}
            shape = nested.get(path[2], StepTable)
    return [info.alias or name for name, info in shape.model_fields.items()]


def did_you_mean(found: str, known: list[str]) -> str:
    """Name the known word that is nearest, or all of them."""
    near = process.extractOne(found, known, score_cutoff=55)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"


def line_of(source: str, path: list[str]) -> int:
    """Find the line that a path of keys stands on: TOML keeps none, so headers and keys are looked for."""
    lines = source.splitlines()
    if path[:1] != ["step"] or len(path) < 2:
        pattern = re.compile(rf"\[*{re.escape(path[0])}\b")
        top = takewhile(lambda numbered: not numbered[1].startswith("[step."), enumerate(lines, 1))
        return next((number for number, line in top if pattern.match(line)), 1)
    step, key = path[1], path[2] if len(path) > 2 else ""
    header = next((n for n, line in enumerate(lines, 1) if line.startswith(f"[step.{step}]")), 1)
    index = int(path[3]) if len(path) > 3 and path[3].isdigit() else 0
    seen = -1
    for number, line in enumerate(lines[header:], header + 1):
        if line.startswith(f"[[step.{step}.{key}]]"):
            seen += 1
            if seen == index:
                return number
        elif line.startswith("[") and f"[step.{step}." not in line and not line.startswith(f"[[step.{step}."):
            break
        elif key and re.match(rf"{re.escape(key)}\b", line):
            return number
    return header
