"""Read a flow file: TOML to a checked ``Flow``, or an error that names file, line, what was found and what to write."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rapidfuzz import process

from flows import model
from flows.answers import ANSWER_TYPES
from flows.conditions import Condition, ConditionError, Kind, Known, parse
from flows.facts import SlotKind
from flows.rules.stages import Stage
from flows.templates import placeholders

#: Names that every flow may use in conditions, worked out by ``flows.engine`` from the facts.
BUILT_IN_NAMES: Final[Mapping[str, Known]] = {
    "age": Known(kind=Kind.NUMBER),
    "minor": Known(kind=Kind.TRUTH),
    "needs_review": Known(kind=Kind.TRUTH),
    "has_name": Known(kind=Kind.TRUTH),
    "replacing": Known(kind=Kind.TRUTH),
    "stage": Known(kind=Kind.TEXT, values=frozenset(Stage)),
}
#: Names that every text may use.
BUILT_IN_PLACEHOLDERS: Final = frozenset({"hub", "help_phone", "given_name"})


class FlowError(ValueError):
    """A flow file is wrong; each fault names file, line, what was found and what to write."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """What a flow file may refer to by name: choices kept in their own files, and flows to call."""

    choices: Mapping[str, tuple[model.Option, ...]] = field(default_factory=dict)
    #: Answers of flows that can be called, by flow id.
    called: Mapping[str, Mapping[str, Known]] = field(default_factory=dict)


# --- the shape of the file --------------------------------------------------------------------------------------------


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Texts = dict[str, str]


class _Choice(_Table):
    id: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,32}$")]
    label: _Texts
    also: dict[str, list[str]] = {}
    if_: Annotated[str | None, Field(alias="if")] = None


class _Next(_Table):
    if_: Annotated[str | None, Field(alias="if")] = None
    to: str | None = None
    revisit: str | None = None


class _Do(_Table):
    stage: Stage | None = None
    human: str | None = None
    consent: str | None = None
    forget: str | None = None


class _Step(_Table):
    say: _Texts | None = None
    do: list[_Do] = []
    offer: SlotKind | None = None
    limit: Annotated[int, Field(ge=1, le=9)] = 3
    none: str | None = None
    ask: _Texts | None = None
    answer: str | None = None
    save_as: Annotated[str | None, Field(pattern=r"^[a-z][a-z0-9_]*$")] = None
    within: Literal["past", "future"] | None = None
    choices: str | None = None
    choice: list[_Choice] = []
    retry: _Texts | None = None
    help: _Texts | None = None
    remember: bool | None = None
    book: str | None = None
    full: str | None = None
    release: str | None = None
    call: str | None = None
    next: str | list[_Next] = []
    end: str | None = None


class FlowTable(_Table):
    """A flow file as TOML gives it."""

    id: str
    languages: Annotated[list[str], Field(min_length=1)]
    start: str | None = None
    remember: bool = False
    inputs: dict[str, Literal["text", "number"]] = {}
    step: Annotated[dict[str, _Step], Field(min_length=1)]
    #: Only in an audience file: how the audience is offered, and where in the list.
    order: int = 0
    label: _Texts | None = None
    also: dict[str, list[str]] = {}


_KINDS: Final[Mapping[type, Kind]] = {str: Kind.TEXT, int: Kind.NUMBER, float: Kind.NUMBER, bool: Kind.TRUTH}


# --- reading ----------------------------------------------------------------------------------------------------------


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
    where = f"{file}:{_line_of(source, path)}: {'.'.join(path)}"
    if fault["type"] == "extra_forbidden" and len(path) > 4 and path[-1] in _Step.model_fields:
        return f"{where}: belongs to the step, but stands below one of its tables; move it up, above [[step.{path[1]}.{path[2]}]]"
    if fault["type"] == "extra_forbidden":
        return f"{where}: unknown key; {_did_you_mean(path[-1], _known_keys(path))}"
    if fault["type"] == "missing":
        return f"{where}: is missing; add it"
    return f"{where}: found {fault['input']!r}; {fault['msg'][0].lower()}{fault['msg'][1:]}"


def _known_keys(path: list[str]) -> list[str]:
    shape: type[BaseModel] = FlowTable
    if path[0] == "step" and len(path) > 2:
        shape = _Step
        if len(path) > 4:
            nested: dict[str, type[BaseModel]] = {"choice": _Choice, "next": _Next, "do": _Do}
            shape = nested.get(path[2], _Step)
    return [info.alias or name for name, info in shape.model_fields.items()]


def _did_you_mean(found: str, known: list[str]) -> str:
    near = process.extractOne(found, known, score_cutoff=55)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"


def _line_of(source: str, path: list[str]) -> int:
    """Find the line that a path of keys stands on: TOML keeps none, so headers and keys are looked for."""
    lines = source.splitlines()
    if path[:1] != ["step"] or len(path) < 2:
        return next((n for n, line in enumerate(lines, 1) if re.match(rf"\[?{re.escape(path[0])}\b", line)), 1)
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


def read_flow(source: str, *, file: str, sets: Sets) -> model.Flow:
    """Read one flow file.

    Raises:
        FlowError: with every fault found.
    """
    table = read_table(source, file=file)
    return _Reader(source, file, table, sets).flow()


def names_of(table: FlowTable, sets: Sets) -> dict[str, Known]:
    """List the answers that a flow saves, with what each holds."""
    names: dict[str, Known] = {}
    for step in table.step.values():
        if step.answer and step.save_as:
            names[step.save_as] = _known(step, sets)
    return names


def _known(step: _Step, sets: Sets) -> Known:
    if step.answer == "choice" and not step.offer:
        ids = [choice.id for choice in step.choice] + [o.id for o in sets.choices.get(step.choices or "", ())]
        return Known(kind=Kind.TEXT, values=frozenset(ids))
    if step.answer == "date":
        return Known(kind=Kind.DATE)
    answer_type = ANSWER_TYPES.get(step.answer or "")
    return Known(kind=_KINDS.get(answer_type.value, Kind.OTHER) if answer_type else Kind.OTHER)


class _Reader:
    """Collects faults while it turns one file's table into a flow."""

    def __init__(self, source: str, file: str, table: FlowTable, sets: Sets) -> None:
        self.source, self.file, self.table, self.sets = source, file, table, sets
        self.faults: list[str] = []
        inputs = {name: Known(kind=Kind(kind)) for name, kind in table.inputs.items()}
        self.names = {**BUILT_IN_NAMES, **inputs, **self._called_names(), **names_of(table, sets)}

    def _called_names(self) -> dict[str, Known]:
        names: dict[str, Known] = {}
        for step in self.table.step.values():
            for flow in self._callable(step.call):
                names.update(self.sets.called[flow])
        return names

    def _callable(self, call: str | None) -> list[str]:
        if not call:
            return []
        pattern = re.compile(re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(call)) + r"\Z")
        return [flow for flow in self.sets.called if pattern.match(flow)]

    def flow(self) -> model.Flow:
        steps = {step_id: self._step(step_id, step) for step_id, step in self.table.step.items()}
        start = self.table.start or next(iter(steps))
        if start not in steps:
            self._fault(["start"], f"found {start!r}; {_did_you_mean(start, list(steps))}")
        if self.faults:
            raise FlowError(self.faults)
        return model.Flow(
            id=self.table.id,
            revision=hashlib.sha256(self.source.encode()).hexdigest()[:16],
            languages=tuple(self.table.languages),
            start=start,
            steps=steps,
            names=self.names,
            source=self.source,
        )

    def _fault(self, path: list[str], message: str) -> None:
        self.faults.append(f"{self.file}:{_line_of(self.source, path)}: {'.'.join(path)}: {message}")

    def _step(self, step_id: str, step: _Step) -> model.Step:
        path = ["step", step_id]
        if not (step.next or step.end):
            self._fault(path, 'leads nowhere; add next = "…" or, on a last step, end = "…"')
        if step.next and step.end:
            self._fault([*path, "end"], "a step that ends cannot lead on; remove next or end")
        if step.call and not self._callable(step.call):
            self._fault([*path, "call"], f"found {step.call!r}; {_did_you_mean(step.call, list(self.sets.called))}")
        return model.Step(
            id=step_id,
            say=self._texts(step.say, [*path, "say"]),
            do=tuple(self._action(action, [*path, "do", str(n)]) for n, action in enumerate(step.do)),
            offer=self._offer(step, path),
            ask=self._ask(step, path),
            book=self._book(step, path),
            call=step.call,
            branches=tuple(self._branches(step.next, path)),
            end=step.end,
        )

    def _texts(self, texts: _Texts | None, path: list[str], *, plain: bool = False) -> _Texts | None:
        if texts is None:
            return None
        for language in self.table.languages:
            if not texts.get(language, "").strip():
                self._fault(path, f"has no words in {language!r}; add {path[-1]}.{language} = '''…'''")
        for language in texts:
            if language not in self.table.languages:
                self._fault(path, f"has words in {language!r}; languages are {', '.join(self.table.languages)}")
        used = {language: placeholders(text) for language, text in texts.items()}
        if len(set(map(frozenset, used.values()))) > 1:
            found = "; ".join(f"{language}: {', '.join(sorted(names)) or 'none'}" for language, names in used.items())
            self._fault(path, f"has different placeholders ({found}); use the same in each language")
        known = set() if plain else BUILT_IN_PLACEHOLDERS | (self.names.keys() - BUILT_IN_NAMES.keys())
        for name in sorted(set().union(*used.values()) - known):
            self._fault(path, f"found {{{name}}}; {_did_you_mean(name, sorted(known))}")
        return {language: text.strip() for language, text in texts.items()}

    def _action(self, action: _Do, path: list[str]) -> model.Action:
        match action:
            case _Do(stage=Stage() as stage, human=None, consent=None, forget=None):
                return model.ToStage(stage=stage)
            case _Do(stage=None, human=str(reason), consent=None, forget=None):
                return model.ToHuman(reason=reason)
            case _Do(stage=None, human=None, consent=str(purpose), forget=None):
                return model.ToConsent(purpose=purpose)
            case _Do(stage=None, human=None, consent=None, forget=str(reason)):
                return model.ToForget(reason=reason)
            case _:
                self._fault(path, "must name one action: stage, human, consent or forget")
                return model.ToHuman(reason="")

    def _ask(self, step: _Step, path: list[str]) -> model.Ask | None:
        if step.ask is None:
            for key in ("answer", "save_as", "within", "choices", "retry", "help"):
                if getattr(step, key) is not None:
                    self._fault([*path, key], "stands without a question; add ask.en = '''…'''")
            return None
        if step.answer not in ANSWER_TYPES:
            found = step.answer or "nothing"
            self._fault([*path, "answer"], f"found {found!r}; {_did_you_mean(found, sorted(ANSWER_TYPES))}")
        if not step.save_as:
            self._fault(path, 'asks but saves nothing; add save_as = "…"')
        for number, choice in enumerate(step.choice):
            if step.answer == "yes_no" and choice.id not in ("yes", "no", "unsure"):
                self._fault([*path, "choice", str(number)], f"found {choice.id!r}; known are yes, no, unsure")
        if step.offer and step.answer != "choice":
            self._fault([*path, "answer"], f'found {step.answer!r}; an offer is answered by answer = "choice"')
        options = self._options(step, path)
        if step.answer == "choice" and not options and not step.offer:
            self._fault(path, "has nothing to choose from; add [[step.NAME.choice]] tables or choices = '…'")
        return model.Ask(
            question=self._texts(step.ask, [*path, "ask"]) or {},
            type=step.answer or "",
            save_as=step.save_as or "",
            within=step.within,
            options=options,
            retry=self._texts(step.retry, [*path, "retry"]),
            help=self._texts(step.help, [*path, "help"]),
            remember=self.table.remember if step.remember is None else step.remember,
        )

    def _options(self, step: _Step, path: list[str]) -> tuple[model.Option, ...]:
        named: tuple[model.Option, ...] = ()
        if step.choices is not None:
            if step.choices not in self.sets.choices:
                known = list(self.sets.choices)
                self._fault([*path, "choices"], f"found {step.choices!r}; {_did_you_mean(step.choices, known)}")
            named = self.sets.choices.get(step.choices, ())
        own = tuple(self._option(choice, [*path, "choice", str(n)]) for n, choice in enumerate(step.choice))
        return named + own

    def _option(self, choice: _Choice, path: list[str]) -> model.Option:
        return model.Option(
            id=choice.id,
            label=self._texts(choice.label, path, plain=True) or {},
            also={language: tuple(words) for language, words in choice.also.items()},
            condition=self._condition(choice.if_, path),
        )

    def _condition(self, source: str | None, path: list[str]) -> Condition | None:
        if source is None:
            return None
        try:
            return parse(source, self.names)
        except ConditionError as error:
            self._fault(path, str(error))
            return None

    def _offer(self, step: _Step, path: list[str]) -> model.Offer | None:
        if step.offer is None:
            return None
        if step.ask is None:
            self._fault([*path, "offer"], "stands without a question; add ask.en")
        return model.Offer(kind=step.offer, limit=step.limit, none=self._target(step.none, [*path, "none"]))

    def _book(self, step: _Step, path: list[str]) -> model.BookSeat | None:
        if step.book is None:
            return None
        for key, name in (("book", step.book), ("release", step.release)):
            if name is not None and name not in self.names:
                self._fault([*path, key], f"found {name!r}; {_did_you_mean(name, sorted(self.names))}")
        return model.BookSeat(answer=step.book, full=self._target(step.full, [*path, "full"]), release=step.release)

    def _target(self, target: str | None, path: list[str]) -> str:
        known = list(self.table.step)
        if target not in known:
            found = target or "nothing"
            self._fault(path, f"found {found!r}; {_did_you_mean(found, known)}")
        return target or ""

    def _branches(self, branches: str | list[_Next], path: list[str]) -> Iterator[model.Branch]:
        if isinstance(branches, str):
            yield model.Branch(to=self._target(branches, [*path, "next"]))
            return
        for number, branch in enumerate(branches):
            where = [*path, "next", str(number)]
            last = number == len(branches) - 1
            if last and branch.if_ is not None:
                self._fault(where, "the last branch has a condition, so some answers lead nowhere; add one without")
            if not last and branch.if_ is None:
                self._fault(where, "has no condition, so the branches below it are never taken; move it to the end")
            if (branch.to is None) == (branch.revisit is None):
                self._fault(where, "must have either to or revisit")
            elif branch.revisit is not None:
                yield model.Branch(
                    condition=self._condition(branch.if_, where),
                    to=self._revisited(branch.revisit, where),
                    revisit=True,
                )
            else:
                yield model.Branch(condition=self._condition(branch.if_, where), to=self._target(branch.to, where))

    def _revisited(self, name: str, path: list[str]) -> str:
        """``{answer}`` names the answer chosen; its choices must then be answers of this flow."""
        chosen = re.fullmatch(r"\{(\w+)\}", name)
        own = {step.save_as for step in self.table.step.values() if step.save_as}
        for candidate in self.names[chosen[1]].values if chosen and chosen[1] in self.names else [name]:
            if candidate not in own:
                self._fault(path, f"found {candidate!r}; {_did_you_mean(candidate, sorted(own))}")
        return name
