"""Walk a flow from step to step until one waits: branches, calls, corrections, offers and seats."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Final, assert_never

from flows import wording
from flows.conversation import Frame
from flows.draft import Draft, text_or_none
from flows.effects import Book, FindSlots, Forget, HandOff, RecordConsent, Release
from flows.events import SlotsFound
from flows.facts import Json
from flows.messages import Choice
from flows.model import Action, Ask, Flow, Step, ToConsent, ToForget, ToHuman, ToStage
from flows.rules.placement import Candidate, fitting
from flows.templates import fill, placeholders

#: Steps that one turn may pass; a loop without a question is a fault of the flow, not of the person.
_MAX_STEPS: Final = 100
#: In a path, separates a calling step from a step of the flow that it called.
_WITHIN: Final = "/"


def push(draft: Draft, flow_id: str, answers: Mapping[str, Json], *, replaying: bool = False) -> None:
    flow = draft.library.flow(flow_id)
    frame = Frame(flow=flow_id, revision=flow.revision, step=flow.start, answers=answers, replaying=replaying)
    draft.conversation = replace(draft.conversation, stack=(*draft.conversation.stack, frame))
    walk(draft, flow.start)


def restart(draft: Draft, frame: Frame) -> None:
    """Walk an edited flow from its beginning, over all answers that still stand."""
    walk(draft, _begin_anew(draft, frame))


def _begin_anew(draft: Draft, frame: Frame) -> str:
    flow = draft.library.flow(frame.flow)
    fresh = replace(frame, revision=flow.revision, step=flow.start, path=(), walked=(), replaying=True, misses=0)
    draft.conversation = draft.conversation.with_frame(fresh)
    return flow.start


def walk(draft: Draft, step_id: str | None) -> None:
    """Go from step to step until one waits, or no flow is left."""
    for _ in range(_MAX_STEPS):
        if step_id is None:
            _drop_passed_by(draft)
            return
        frame = draft.frame
        draft.conversation = draft.conversation.with_frame(replace(frame, step=step_id, misses=0))
        step_id = _pass(draft, draft.flow(frame).steps[step_id])
    raise AssertionError(f"more than {_MAX_STEPS} steps in one turn: a loop without a question")


def _pass(draft: Draft, step: Step) -> str | None:
    """Do what a step does; return the next one, or ``None`` when it waits or everything has ended."""
    draft.note("step", flow=draft.frame.flow, step=step.id)
    for action in step.do:
        _act(draft, action)
    if step.say:
        draft.said.append(draft.text(step.say))
    if step.offer:
        draft.needs = FindSlots(kind=step.offer.kind)
        return None
    if step.ask and not _already_answered(draft, step, step.ask):
        draft.said.append(draft.text(step.ask.question))
        draft.offer_choices(step, step.ask)
        return None
    if step.book:
        return _take_seat(draft, step)
    if step.call:
        return _call(draft, step)
    return _next(draft, step)


def leave(draft: Draft, step: Step) -> None:
    if step.ask:
        frame = draft.frame
        draft.conversation = draft.conversation.with_frame(replace(frame, walked=(*frame.walked, step.ask.save_as)))
    walk(draft, _next(draft, step))


def _next(draft: Draft, step: Step) -> str | None:
    if step.end:
        return _end(draft, step.end)
    values = draft.values()
    for branch in step.branches:
        if branch.condition is None or branch.condition.holds(values):
            if branch.condition:
                draft.note("branch", step=step.id, to=branch.to, why=branch.condition.source)
            return _revisit(draft, branch.to) if branch.revisit else branch.to
    raise AssertionError(f"{step.id}: no branch holds")  # the reader requires an unconditional last one


def _already_answered(draft: Draft, step: Step, ask: Ask) -> bool:
    """While a correction walks on, tell whether this step's answer still stands; then pass it over."""
    frame = draft.frame
    if not frame.replaying or ask.save_as not in frame.answers:
        return False
    value = frame.answers[ask.save_as]
    if ask.type == "choice" and value not in {option.id for option in draft.options(ask)}:
        return False
    draft.conversation = draft.conversation.with_frame(
        replace(frame, path=(*frame.path, step.id), walked=(*frame.walked, ask.save_as))
    )
    if ask.remember and ask.type != "name" and draft.profile.get(ask.save_as) is None:
        draft.remember_answer(ask, value)  # an earlier correction had made it pointless
    return True


def _revisit(draft: Draft, name: str) -> str:
    """Go back to the question of an answer and forget that answer, and what was only said in passing, such as "all right".

    What follows is walked anew; answers that still stand are not asked again.
    """
    frame = draft.frame
    wanted = str(draft.values()[name[1:-1]]) if name.startswith("{") else name
    flow = draft.flow(frame)
    step = flow.asks(wanted)
    assert step is not None, f"{wanted}: no step asks for it"
    passing = {name for name in frame.answers if (asked := flow.asks(name)) and asked.ask and not asked.ask.remember}
    kept = {key: value for key, value in frame.answers.items() if key != wanted and key not in passing}
    path = frame.path[: frame.path.index(step.id)] if step.id in frame.path else ()
    walked = frame.walked[: frame.walked.index(wanted)] if wanted in frame.walked else ()
    draft.conversation = draft.conversation.with_frame(
        replace(frame, answers=kept, path=path, walked=walked, replaying=True)
    )
    draft.note("revisit", answer=wanted)
    return step.id


def return_to(draft: Draft, name: str) -> Step | None:
    """Go back to the question of an answer that was given in this talk; ``None`` when there was none."""
    stack = draft.conversation.stack
    while stack and not (name in stack[-1].answers and draft.flow(stack[-1]).asks(name)):
        *callers, left = stack
        if callers:  # what was answered in the called flow still stands when it is called again
            callers[-1] = replace(callers[-1], answers={**callers[-1].answers, **left.answers})
        stack = tuple(callers)
    if not stack:
        return None
    draft.conversation = replace(draft.conversation, stack=stack)
    step_id = _revisit(draft, name)
    draft.conversation = draft.conversation.with_frame(replace(draft.frame, step=step_id, misses=0))
    return draft.flow(draft.frame).steps[step_id]


def back(draft: Draft) -> None:
    """Take the last answer back and ask for it again."""
    stack = draft.conversation.stack
    while stack and not stack[-1].path:
        stack = stack[:-1]
    if not stack:
        draft.say_phrase("first_question")
        draft.ask_again()
        return None
    draft.conversation = replace(draft.conversation, stack=stack)
    while _WITHIN in draft.frame.path[-1]:
        if not _reopen(draft):
            return restart(draft, draft.frame)
    frame = draft.frame
    step = draft.flow(frame).steps.get(frame.path[-1])
    if step is None or step.ask is None:  # the flow was edited meanwhile
        return restart(draft, frame)
    name = step.ask.save_as
    draft.conversation = draft.conversation.with_frame(
        replace(
            frame,
            path=frame.path[:-1],
            walked=frame.walked[: frame.walked.index(name)] if name in frame.walked else frame.walked,
            answers={key: value for key, value in frame.answers.items() if key != name},
        )
    )
    if step.ask.remember and name != "language" and draft.profile.get(name) is not None:
        draft.remember(name, None)
    return walk(draft, step.id)


def _reopen(draft: Draft) -> bool:
    """Go back into the flow that was called last and has ended; tell whether it is still there."""
    caller = draft.frame
    call = caller.path[-1].partition(_WITHIN)[0]
    before = tuple(step for step in caller.path if not step.startswith(call + _WITHIN))
    inner = tuple(step.removeprefix(call + _WITHIN) for step in caller.path[len(before) :])
    step = draft.flow(caller).steps.get(call)
    flow = draft.library.flows.get(_called(draft, step)) if step and step.call else None
    if flow is None or step is None:
        return False
    own = {s.ask.save_as for s in flow.steps.values() if s.ask}
    draft.conversation = draft.conversation.with_frame(
        replace(
            caller,
            step=call,
            path=before,
            walked=tuple(name for name in caller.walked if name not in own),
            answers={name: value for name, value in caller.answers.items() if name not in own},
        )
    )
    child = Frame(
        flow=_called(draft, step),
        revision=flow.revision,
        step=flow.start,
        answers={name: value for name, value in caller.answers.items() if name in own},
        path=inner,
        walked=tuple(name for name in caller.walked if name in own),
    )
    draft.conversation = replace(draft.conversation, stack=(*draft.conversation.stack, child))
    return True


def _call(draft: Draft, step: Step) -> str | None:
    flow_id = _called(draft, step)
    flow = draft.library.flows.get(flow_id)
    if flow is None:  # offered by an older revision, and removed since
        draft.note("flow_gone", flow=flow_id)
        draft.effects.append(HandOff(reason="flow_gone"))
        return _next(draft, step)
    frame = draft.frame
    own = {s.ask.save_as for s in flow.steps.values() if s.ask}
    known = {name: value for name, value in frame.answers.items() if name in own} if frame.replaying else {}
    child = Frame(flow=flow_id, revision=flow.revision, step=flow.start, answers=known, replaying=bool(known))
    draft.conversation = replace(draft.conversation, stack=(*draft.conversation.stack, child))
    return flow.start


def _called(draft: Draft, step: Step) -> str:
    """Name the flow that a step calls; one that hangs on an answer not yet given is found by nobody."""
    call = step.call or ""
    values = {name: str(value) for name, value in draft.values().items()}
    return fill(call, dict.fromkeys(placeholders(call), "") | values)


def _end(draft: Draft, ending: str) -> str | None:
    """End the current flow; a calling flow takes its answers over and goes on."""
    ended = draft.frame
    draft.note("end", flow=ended.flow, ending=ending)
    _drop(draft, ended, alive=frozenset())
    draft.conversation = replace(draft.conversation, stack=draft.conversation.stack[:-1])
    caller = draft.conversation.frame
    if caller is None:
        return None
    caller = replace(
        caller,
        answers={**caller.answers, **ended.answers},
        walked=(*caller.walked, *ended.walked),
        path=(*caller.path, *(f"{caller.step}{_WITHIN}{step}" for step in ended.path)),
    )
    draft.conversation = draft.conversation.with_frame(caller)
    step = draft.flow(caller).steps.get(caller.step)
    if step is None:  # the calling flow was edited meanwhile
        return _begin_anew(draft, caller)
    return _next(draft, step)


def _drop_passed_by(draft: Draft) -> None:
    """Take back answers to questions that a correction has made pointless: passed by on this walk, and behind it."""
    for frame in draft.conversation.stack:
        if not frame.answers.keys() <= set(frame.walked):
            _drop(draft, frame, alive=_still_asked(draft, draft.flow(frame), frame.step))


def _drop(draft: Draft, frame: Frame, *, alive: Set[str]) -> None:
    for name in frame.answers:
        if name not in frame.walked and name not in alive and draft.profile.get(name) is not None:
            draft.remember(name, None)


def _still_asked(draft: Draft, flow: Flow, start: str) -> frozenset[str]:
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
        if step.call and (called := draft.library.flows.get(_called(draft, step))):
            names |= _still_asked(draft, called, called.start)
        ahead += [branch.to for branch in step.branches if not branch.revisit]
        ahead += [step.offer.none] if step.offer else []
        ahead += [step.book.full] if step.book else []
    return frozenset(names)


def take_slots(draft: Draft, found: SlotsFound) -> None:
    """Go on with the places that the shell found for the step that waits for them."""
    if draft.conversation.unsaid:
        draft.said.append(draft.conversation.unsaid)
    frame = draft.frame
    step = draft.flow(frame).steps[frame.step]
    assert step.offer, "only an offering step waits for slots"
    assert step.ask, "an offering step asks which"
    held = {booking.slot.ref for booking in draft.facts.bookings}  # the one to be replaced as well
    open_slots = [slot for slot in found.slots if slot.ref not in draft.facts.seats_gone | held]
    slots = fitting(open_slots, _candidate(draft), now=draft.now, limit=step.offer.limit)
    draft.note("offer", found=len(found.slots), fit=len(slots))
    if not slots:
        walk(draft, step.offer.none)
        return
    offered = tuple(
        Choice(
            id=slot.ref,
            label=wording.say_offer(slot, zone=draft.zone, language=draft.language),
            chosen=wording.say_slot(slot, zone=draft.zone, language=draft.language),
        )
        for slot in slots
    )
    draft.conversation = draft.conversation.with_frame(replace(frame, offered=offered))
    draft.said.append(draft.text(step.ask.question))
    draft.offer_choices(step, step.ask)


def _candidate(draft: Draft) -> Candidate:
    windows = draft.profile.get("availability")
    replaced = draft.frame.answers.get("replaces")
    return Candidate(
        role=text_or_none(draft.profile.get("role")),
        zip=text_or_none(draft.profile.get("zip")),
        minor=draft.is_minor,
        availability=[w for w in windows if isinstance(w, dict)] if isinstance(windows, list) else (),
        bookings=[booking for booking in draft.facts.bookings if booking.ref != replaced],
    )


def _take_seat(draft: Draft, step: Step) -> str | None:
    assert step.book is not None
    frame = draft.frame
    slot = str(frame.answers[step.book.answer])
    if slot in draft.facts.seats_gone:
        draft.note("seat_gone", slot=slot)
        draft.say_phrase("seat_gone")
        return step.book.full
    released = frame.answers.get(step.book.release or "")
    if isinstance(released, str):
        draft.effects.append(Release(booking=released, cause="took another time"))
    draft.effects.append(Book(slot=slot))
    return _next(draft, step)


def _act(draft: Draft, action: Action) -> None:
    match action:
        case ToStage(stage=stage):
            draft.move(stage, cause=f"flow {draft.frame.flow}")
        case ToHuman(reason=reason):
            draft.effects.append(HandOff(reason=reason))
        case ToConsent(purpose=purpose):
            draft.effects.append(RecordConsent(purpose=purpose, wording=f"{draft.frame.flow}@{draft.frame.revision}"))
        case ToForget(reason=reason):
            draft.effects.append(Forget(reason=reason))
        case _:
            assert_never(action)
