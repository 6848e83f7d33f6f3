"""Consent comes first: before somebody has agreed, the first flow asks one thing and keeps nothing."""

from __future__ import annotations

from collections.abc import Iterator

from flows.graph import FIRST_FLOW
from flows.lint.finding import Finding
from flows.lint.sight import Rule, Sight
from flows.model import Ask, Flow, Step, ToConsent, ToStage

CONSENT = Rule(
    id="consent-first",
    why="The law wants consent before we write, and people want to know what they are asked for before they tell us.",
)


def check(sight: Sight) -> Iterator[Finding]:
    """Walk the first flow up to where consent is recorded."""
    flow = sight.library.flows.get(FIRST_FLOW)
    if flow is None:
        return
    asked = _first_question(flow)
    if asked is None or asked.ask is None:
        return
    if asked.ask.type != "yes_no":
        what = f"the first question is answered by {asked.ask.type!r}"
        write = "ask first whether we may write, with answer = 'yes_no'"
        yield CONSENT.found(sight.at(FIRST_FLOW, asked.id, "answer"), what, write=write)
        return
    for step in _before_consent(flow, flow.start, asked):
        what = f"{step.id!r} {_does(step)} before anybody has agreed"
        write = "put do = [{ consent = '…' }] on the way to it"
        yield CONSENT.found(sight.at(FIRST_FLOW, step.id), what, write=write)
    for step in _agreed_by_no(flow, asked, asked.ask):
        what = f"{step.id!r} records consent of somebody who said no, or nothing clear"
        yield CONSENT.found(sight.at(FIRST_FLOW, step.id, "do"), what, write="lead only those there who said yes")


def _first_question(flow: Flow) -> Step | None:
    """Find the question that everybody meets first."""
    step, seen = flow.steps[flow.start], set[str]()
    while not step.ask and step.branches and step.id not in seen:
        seen.add(step.id)
        step = flow.steps[step.branches[-1].to]
    return step if step.ask else None


def _before_consent(flow: Flow, start: str, allowed: Step) -> Iterator[Step]:
    """Yield the steps that do something in earnest and can be reached without consent."""
    seen: set[str] = set()
    ahead = [start]
    while ahead:
        step = flow.steps[ahead.pop()]
        if step.id in seen:
            continue
        seen.add(step.id)
        if _consents(step):  # the first thing that the step does
            continue
        if step is not allowed and _does(step):
            yield step
        else:
            ahead += [branch.to for branch in reversed(step.branches) if not branch.revisit]


def _does(step: Step) -> str:
    if step.ask:
        return "asks a question"
    if step.call:
        return "calls another flow"
    first = next((action for action in step.do if isinstance(action, ToStage | ToConsent)), None)
    return "moves people to a stage" if isinstance(first, ToStage) else ""


def _consents(step: Step) -> bool:
    return any(isinstance(action, ToConsent) for action in step.do)


def _agreed_by_no(flow: Flow, asked: Step, ask: Ask) -> Iterator[Step]:
    """Yield the steps that record consent and are reached by a no, or by not being sure."""
    for answer in (False, None):
        step, seen = asked, set[str]()
        while step.id not in seen:
            seen.add(step.id)
            if _consents(step):
                yield step
                break
            values = {ask.save_as: answer, "stage": "enquired"}
            ways = (b for b in step.branches if b.condition is None or b.condition.holds(values))
            branch = next(ways, None)
            if branch is None or branch.revisit or (step is not asked and step.ask):
                break
            step = flow.steps[branch.to]
