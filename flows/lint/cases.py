"""Conditions: each branch is taken in some case, and a question always has something to choose from."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from itertools import product
from math import prod
from typing import Final

from flows.conditions import Condition, Kind, Known
from flows.facts import Json
from flows.given import given_by
from flows.lint.finding import Finding
from flows.lint.sight import Rule, Sight
from flows.model import Ask, Flow, Step
from flows.rules.eligibility import ADULT

NEVER_TAKEN = Rule(id="never-taken", why="Whoever it was written for is led elsewhere.")
NEVER_SHOWN = Rule(id="choice-never-shown", why="Nobody can pick it.")
NO_CHOICE = Rule(id="no-choice-left", why="Somebody would be asked and could answer nothing.")

#: More cases than these are not tried: the rule then says nothing.
_MOST_CASES: Final = 20_000


def check(sight: Sight) -> Iterator[Finding]:
    """Try every case that the conditions of a step can tell apart."""
    for name, flow, step in sight.steps():
        known = sight.given[name, step.id]
        if known is None:
            continue
        if len(step.branches) > 1:
            yield from _branches(sight, name, flow, step, known)
        if step.ask and step.ask.options:
            yield from _choices(sight, name, flow, step, step.ask, known)


def _branches(sight: Sight, name: str, flow: Flow, step: Step, known: frozenset[str]) -> Iterator[Finding]:
    after = known | given_by(step)
    conditions = [branch.condition for branch in step.branches]
    cases = _cases(conditions, flow, after)
    if cases is None:
        return
    taken = {_first(conditions, case) for case in cases}
    for number, condition in enumerate(conditions):
        if number in taken:
            continue
        place = sight.at(name, step.id, "next", str(number))
        to = step.branches[number].to
        if condition is None:
            what = f"every case is led elsewhere before, so the way to {to!r} is never taken"
            write = "remove it, and remove the if of the last branch above it"
        elif any(condition.holds(case) for case in cases):
            what = f"whenever {condition.source!r} holds, a branch above it is taken"
            write = "move it up, or mend the conditions above it"
        else:
            what, write = f"{condition.source!r} never holds", "mend the condition, or remove the branch"
        yield NEVER_TAKEN.found(place, what, write=write)


def _choices(sight: Sight, name: str, flow: Flow, step: Step, ask: Ask, known: frozenset[str]) -> Iterator[Finding]:
    conditions = [option.condition for option in ask.options]
    if not any(conditions):
        return
    cases = _cases(conditions, flow, known)
    if cases is None:
        return
    for option in ask.options:
        if option.condition and not any(option.condition.holds(case) for case in cases):
            what = f"{option.condition.source!r} never holds, so {option.id!r} is never shown"
            yield NEVER_SHOWN.found(sight.at(name, step.id), what, write="mend the condition, or remove the choice")
    if not step.offer and all(conditions) and any(_first(conditions, case) is None for case in cases):
        what = "there are cases in which no choice is shown"
        yield NO_CHOICE.found(sight.at(name, step.id), what, write="leave one choice without an if")


def _first(conditions: Iterable[Condition | None], case: Mapping[str, Json]) -> int | None:
    return next((n for n, condition in enumerate(conditions) if condition is None or condition.holds(case)), None)


def _cases(
    conditions: Iterable[Condition | None], flow: Flow, known: frozenset[str]
) -> list[Mapping[str, Json]] | None:
    """List a case for every way in which the conditions can come out; ``None`` when there are too many."""
    read = [condition for condition in conditions if condition]
    names = sorted(frozenset().union(*(condition.names for condition in read)))
    literals = _literals(read)
    if "minor" in names and "age" in names:  # one follows from the other
        names.remove("minor")
        literals["age"] = literals.get("age", set()) | {ADULT}
    values = [_values(name, flow, literals.get(name, set()), known) for name in names]
    if prod(map(len, values)) > _MOST_CASES:
        return None
    cases = [dict(zip(names, chosen, strict=True)) for chosen in product(*values)]
    return [case | {"minor": _is_minor(case["age"])} if "age" in case else case for case in cases]


def _is_minor(age: Json) -> bool:
    return isinstance(age, int) and age < ADULT


def _literals(conditions: Iterable[Condition]) -> dict[str, set[Json]]:
    """List what each name is compared with; names compared with each other share theirs."""
    found: dict[str, set[Json]] = {}
    for condition in conditions:
        for node in ast.walk(condition.tree):
            if isinstance(node, ast.Compare):
                told = {leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)}
                for leaf in ast.walk(node):
                    if isinstance(leaf, ast.Name):
                        found.setdefault(leaf.id, set()).update(v for v in told if isinstance(v, str | int))
    return found


def _values(name: str, flow: Flow, literals: set[Json], known: frozenset[str]) -> list[Json]:
    kept = flow.names.get(name, Known(kind=Kind.OTHER))
    unset: list[Json] = [] if name in known else [None]
    step = flow.asks(name)
    if kept.kind is Kind.TRUTH:
        unsure = bool(step and step.ask and any(option.id == "unsure" for option in step.ask.options))
        return [True, False, *(unset or ([None] if unsure else []))]
    if kept.kind is Kind.NUMBER:
        ask = step.ask if step else None
        return [*_numbers(literals, ask.minimum if ask else None, ask.maximum if ask else None), *unset]
    if kept.values:
        return [*sorted(kept.values), *unset]
    texts = [value for value in literals if isinstance(value, str)]
    return [*sorted({"", *texts, *(f"{text}~" for text in texts)}), *unset]


def _numbers(literals: set[Json], minimum: int | None, maximum: int | None) -> list[Json]:
    """Take a number on each side of every limit, and each limit."""
    told = {value for value in literals if isinstance(value, int)} | ({0} if minimum is None else {minimum})
    near = {value + step for value in told for step in (-1, 0, 1)} | ({maximum} if maximum is not None else set())
    low = 0 if minimum is None else minimum
    return [n for n in sorted(near) if n >= low and (maximum is None or n <= maximum)]
