"""Answers are read only where they are surely given: on every way that leads there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from flows.conditions import Kind
from flows.facts import Json
from flows.files.names import BUILT_IN_NAMES
from flows.given import given_by, surely_given
from flows.graph import Place
from flows.lint.finding import Finding
from flows.lint.sight import Rule, Sight
from flows.model import Flow, Step
from flows.templates import placeholders

UNSET = Rule(id="read-before-set", why="People would read a dash, or be led the wrong way, where it is not known yet.")

#: What the bot works out, and from which answer; the others are always known.
_FOLLOWS: Final[Mapping[str, str]] = {"age": "birth_date", "minor": "birth_date", "needs_review": "role"}


def check(sight: Sight) -> Iterator[Finding]:
    """Look for answers that are read where somebody may come without having given them."""
    for name, flow, step in sight.steps():
        before = sight.given[name, step.id]
        if before is None:
            continue
        after = before | given_by(step)
        for part, read, known in _readings(flow, step, before=before, after=after):
            for answer in sorted(read - known):
                if _given_in_every_world(sight, name, flow, step, answer):
                    continue
                what = f"reads {answer!r}, which is not given on every way here"
                write = f"ask for {answer!r} before, or lead only those here who have given it"
                yield UNSET.found(sight.at(name, step.id, *part), what, write=write)


def _readings(
    flow: Flow, step: Step, *, before: frozenset[str], after: frozenset[str]
) -> Iterator[tuple[tuple[str, ...], frozenset[str], frozenset[str]]]:
    """Yield what each part of a step reads, and what is known by then."""
    texts = {"say": step.say}
    if step.ask:
        texts |= {"ask": step.ask.question, "retry": step.ask.retry, "help": step.ask.help}
        shown = (option.condition.names for option in step.ask.options if option.condition)
        yield ("ask",), _needs(flow, frozenset().union(*shown)), before
    for key, by_language in texts.items():
        named = frozenset().union(*(placeholders(text) for text in (by_language or {}).values()))
        yield (f"{key}.{next(iter(flow.languages))}",), _needs(flow, named), before
    if step.book:
        yield ("book",), frozenset({step.book.answer}), after
    if step.call:
        yield ("call",), _needs(flow, placeholders(step.call)), after
    passed = [placeholders(value) for value in step.passes.values() if isinstance(value, str)]
    yield ("with",), _needs(flow, frozenset().union(*passed)), after
    for number, branch in enumerate(step.branches):
        if branch.condition:
            yield ("next", str(number)), _needs(flow, branch.condition.names), after
        if branch.revisit:
            named = frozenset({branch.to[1:-1]}) if branch.to.startswith("{") else frozenset()
            yield ("next", str(number)), named, after


def _given_in_every_world(sight: Sight, name: str, flow: Flow, step: Step, answer: str) -> bool:
    """Tell whether the conditions that lead to a step also lead through the question: both hang on one name."""
    conditions = [b.condition for other in flow.steps.values() for b in other.branches if b.condition]
    for decides in sorted(frozenset().union(*(condition.names for condition in conditions))):
        known = flow.names[decides]
        values: list[Json] = [True, False, None] if known.kind is Kind.TRUTH else [*sorted(known.values), None]
        if len(values) > 1 and all(_given_in(sight, (name, step.id), answer, {decides: value}) for value in values):
            return True
    return False


def _given_in(sight: Sight, place: Place, answer: str, world: Mapping[str, Json]) -> bool:
    given = surely_given(sight.library, world=world)[place]
    return given is None or answer in given


def _needs(flow: Flow, names: frozenset[str]) -> frozenset[str]:
    """List the answers that names stand for; what the bot always knows needs none."""
    own = frozenset(name for name in names if name in flow.names and name not in BUILT_IN_NAMES)
    return own | frozenset(_FOLLOWS[name] for name in names if name in _FOLLOWS and name not in own)
