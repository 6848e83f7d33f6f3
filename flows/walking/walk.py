"""Walk a flow from step to step until one waits: branches, calls, corrections, digressions and seats."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Final, assert_never

from flows import vetting
from flows.conversation import Conversation, Frame
from flows.draft import Draft
from flows.effects import Book, BookSet, Forget, HandOff, JoinLine, RecordConsent, Release
from flows.facts import Json
from flows.lookups import FindSlots
from flows.model import Action, Ask, Step, ToConsent, ToForget, ToGuardian, ToHuman, ToStage
from flows.stages import Stage
from flows.walking import calling
from flows.walking.pointless import drop_passed_by, drop_unwalked
from flows.walking.revisiting import corrected, revisit
from flows.wishes import guarding, refereeing

#: Steps that one turn may pass; a loop without a question is a fault of the flow, not of the person.
_MAX_STEPS: Final = 100

#: Before the reference of a place that is full: who chooses it stands in line.
IN_LINE: Final = "line:"
#: Before the weekdays, Monday 0, and the reference of the first slot of a set that is taken as a whole: ``set:024:…``.
SET: Final = "set:"
#: How far ahead a set is booked: as far as places are offered.
_SET_AHEAD: Final = timedelta(days=42)


def push(draft: Draft, flow_id: str, inputs: Mapping[str, Json], *, digression: bool = False) -> None:
    """Begin a flow with what it is handed."""
    flow = draft.library.flow(flow_id)
    frame = Frame(flow=flow_id, revision=flow.revision, step=flow.start, inputs=inputs, digression=digression)
    draft.conversation = replace(draft.conversation, stack=(*draft.conversation.stack, frame))
    walk(draft, flow.start)


def restart(draft: Draft, frame: Frame) -> None:
    """Walk an edited flow from its beginning, over all answers that still stand."""
    walk(draft, _begin_anew(draft, frame))


def _begin_anew(draft: Draft, frame: Frame) -> str:
    flow = draft.flow(frame)
    fresh = replace(
        frame,
        revision=flow.revision,
        step=flow.start,
        path=(),
        walked=(),
        replaying=True,
        misses=0,
        edit=replace(frame.edit, anew=False) if frame.edit else None,
    )
    draft.conversation = draft.conversation.with_frame(fresh)
    return flow.start


def walk(draft: Draft, step_id: str | None) -> None:
    """Go from step to step until one waits, or no flow is left."""
    before = draft.conversation, len(draft.said), len(draft.effects)
    for _ in range(_MAX_STEPS):
        if step_id is None:
            drop_passed_by(draft)
            return
        frame = draft.frame
        draft.conversation = draft.conversation.with_frame(replace(frame, step=step_id, misses=0))
        step_id = _pass(draft, draft.flow(frame).steps[step_id])
    _give_up(draft, *before)


def _give_up(draft: Draft, conversation: Conversation, said: int, effects: int) -> None:
    """Leave a person whom the flow leads round and round where they were, and let a human look."""
    draft.note("too_many_steps", flow=draft.frame.flow, step=draft.frame.step)
    draft.conversation = conversation
    del draft.said[said:], draft.effects[effects:]
    draft.moved_to, draft.needs = None, None
    draft.effects.append(HandOff(reason="flow_in_circle"))
    draft.say_phrase("passed_on")


def _pass(draft: Draft, step: Step) -> str | None:
    """Do what a step does; return the next one, or ``None`` when it waits or everything has ended."""
    draft.note("step", flow=draft.frame.flow, step=step.id)
    behind = _is_behind(draft, step)
    for action in () if behind else step.do:
        _act(draft, action)
    if step.say and not behind:
        draft.said.append(draft.text(step.say))
    if step.offer and not (behind and step.ask and _pass_over(draft, step, step.ask)):
        draft.needs = FindSlots(kind=step.offer.kind)
        return None
    if step.ask and not step.offer and not _already_answered(draft, step, step.ask):
        draft.said.append(draft.text(step.ask.question))
        draft.offer_choices(step, step.ask)
        return None
    if step.book and not behind:
        return _take_seat(draft, step)
    if step.call:
        return calling.enter(draft, step, behind=behind) or _next(draft, step)
    return _next(draft, step)


def _is_behind(draft: Draft, step: Step) -> bool:
    """Tell whether somebody under whom the flow was edited has been through this step; only once."""
    frame = draft.frame
    if frame.edit is None or step.id not in frame.edit.done:
        return False
    left = tuple(done for done in frame.edit.done if done != step.id)
    draft.conversation = draft.conversation.with_frame(replace(frame, edit=replace(frame.edit, done=left)))
    return True


def leave(draft: Draft, step: Step) -> None:
    if step.ask:
        frame = draft.frame
        draft.conversation = draft.conversation.with_frame(replace(frame, walked=(*frame.walked, step.ask.save_as)))
    edit = draft.frame.edit
    walk(draft, _begin_anew(draft, draft.frame) if edit and edit.anew else _next(draft, step))


def _next(draft: Draft, step: Step) -> str | None:
    if step.end:
        return _end(draft, step.end)
    values = draft.values() if any(branch.condition for branch in step.branches) else {}
    for branch in step.branches:
        if branch.condition is None or branch.condition.holds(values):
            if branch.condition:
                draft.note("branch", step=step.id, to=branch.to, why=branch.condition.source)
            return revisit(draft, branch.to) if branch.revisit else branch.to
    raise AssertionError(f"{step.id}: no branch holds")  # the reader requires an unconditional last one


def _already_answered(draft: Draft, step: Step, ask: Ask) -> bool:
    """While a correction walks on, tell whether this step's answer still stands; then pass it over."""
    value = draft.frame.answers.get(ask.save_as)
    skipped = ask.optional and value is None
    if ask.type == "choice" and not skipped and value not in {option.id for option in draft.options(ask)}:
        return False
    return _pass_over(draft, step, ask)


def _pass_over(draft: Draft, step: Step, ask: Ask) -> bool:
    frame = draft.frame
    if not frame.replaying or ask.save_as not in frame.answers:
        return False
    if step.id in frame.path and step.id in draft.passed_over:  # the flow goes in a circle: ask, or never come out
        return False
    draft.passed_over.add(step.id)
    value = frame.answers[ask.save_as]
    draft.conversation = draft.conversation.with_frame(
        replace(frame, path=(*frame.path, step.id), walked=(*frame.walked, ask.save_as))
    )
    if ask.remember and ask.type != "name" and draft.profile.get(ask.save_as) is None:
        draft.remember_answer(ask, value)  # an earlier correction had made it pointless
    return True


def back(draft: Draft) -> None:
    """Take the last answer back and ask for it again."""
    stack = draft.conversation.stack
    while stack and not stack[-1].path:
        *below, first = stack
        stack = tuple(below)
        if first.digression:
            draft.conversation = replace(draft.conversation, stack=stack)
            draft.note("end", flow=first.flow, ending="left")
            return _resume(draft)
    if not stack:
        draft.say_phrase("first_question")
        draft.ask_again()
        return None
    draft.conversation = replace(draft.conversation, stack=stack)
    while calling.ended_inside(draft.frame):
        if not calling.reopen(draft):
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
            edit=corrected(frame.edit),
        )
    )
    if step.ask.remember and name != "language" and draft.profile.get(name) is not None:
        draft.remember(name, None)
    return walk(draft, step.id)


def _end(draft: Draft, ending: str) -> str | None:
    """End the current flow; a calling flow goes on, and a question that a digression left is asked again."""
    ended = draft.frame
    draft.note("end", flow=ended.flow, ending=ending)
    drop_unwalked(draft, ended)
    below = calling.hand_back(draft)
    if below is None:
        return None
    step = draft.flow(below).steps.get(below.step)
    if step is None or (below.edit and below.edit.anew):  # the flow below was edited meanwhile
        return _begin_anew(draft, below)
    if not ended.digression:
        return _next(draft, step)
    _resume(draft)
    return None


def digress(draft: Draft, flow_id: str, inputs: Mapping[str, Json]) -> bool:
    """Begin a flow beside those under way, which wait for its end; one of them that is wanted begins anew in its place.

    Returns:
        Whether there was room for one more.
    """
    stack = draft.conversation.stack
    place = next((n for n, frame in enumerate(stack) if frame.flow == flow_id), len(stack))
    if place == calling.MAX_DEPTH:
        return False
    aside = stack[place].digression if place < len(stack) else place > 0
    draft.conversation = replace(draft.conversation, stack=stack[:place])
    push(draft, flow_id, inputs, digression=aside)
    return True


def _resume(draft: Draft) -> None:
    """Ask again what was left open for a digression."""
    draft.say_phrase("back_to")
    draft.ask_again()


def _take_seat(draft: Draft, step: Step) -> str | None:
    assert step.book is not None
    frame = draft.frame
    slot = str(frame.answers[step.book.answer])
    if slot.startswith(IN_LINE):
        return _stand_in_line(draft, step.book.answer, slot.removeprefix(IN_LINE))
    days, _, first = slot.removeprefix(SET).rpartition(":") if slot.startswith(SET) else ("", "", slot)
    if first in draft.facts.seats_gone:
        draft.note("seat_gone", slot=slot)
        draft.say_phrase("seat_gone")
        return step.book.full
    released = frame.known.get(step.book.release or "")
    if isinstance(released, str):
        draft.effects.append(Release(booking=released, cause="took another time"))
    whole = BookSet(slot=first, days=tuple(map(int, days)), until=draft.now + _SET_AHEAD)
    draft.effects.append(whole if slot.startswith(SET) else Book(slot=slot))
    return _next(draft, step)


def _stand_in_line(draft: Draft, answer: str, slot: str) -> str | None:
    """Wait for a full place; with that the flow has come to its end."""
    draft.effects.append(JoinLine(slot=slot))
    chosen = draft.frame.answers[answer]
    said = draft.say_answer(draft.frame, answer, chosen)
    draft.say_phrase("in_line", slot=said)
    return _end(draft, "in_line")


def _act(draft: Draft, action: Action) -> None:
    match action:
        case ToStage(stage=stage):
            draft.move(stage, cause=f"flow {draft.frame.flow}")
            if stage is Stage.WAITING_GUARDIAN:
                guarding.ask(draft)
            if stage is Stage.VETTING:
                vetting.ask(draft)
                refereeing.ask_all(draft)
        case ToHuman(reason=reason):
            draft.effects.append(HandOff(reason=reason))
        case ToConsent(purpose=purpose):
            draft.effects.append(RecordConsent(purpose=purpose, wording=f"{draft.frame.flow}@{draft.frame.revision}"))
        case ToForget(reason=reason):
            draft.effects.append(Forget(reason=reason))
        case ToGuardian(decision=decision):
            guarding.decide_by_reply(draft, decision)
        case _:
            assert_never(action)
