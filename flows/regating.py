"""Look at every gate again once an answer has changed: move, give places back, ask what is missing, and say it at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from flows import vetting
from flows.answering import accepting, correcting
from flows.conversation import Frame
from flows.draft import Draft, text_or_none
from flows.effects import COUNT, FREED, Alert, AskRequirements, Forget, HandOff, LookAgain, Release, Remember
from flows.events import Corrected
from flows.facts import Booking, SlotKind
from flows.messages import Purpose
from flows.model import Flow, Step
from flows.rules.eligibility import OLD_ENOUGH, needs_review
from flows.rules.guardians import last_day
from flows.rules.placement import Vetting, is_too_far, lacking
from flows.rules.requirements import Status, Subject, outstanding
from flows.rules.stages import UNTOUCHED, Gates, stage_after
from flows.stages import Stage
from flows.walking import walk
from flows.wishes import guarding

#: The flow in which people sign up, and the one that asks for what a coordinator checks.
_SIGN_UP: Final = "screening"
_VETTING: Final = "vetting"
#: Answers on which a gate hangs.
_DECISIVE: Final = frozenset({"birth_date", "role", "audience", "zip", "time_off", "award"})
#: Whoever stands here takes no place, and keeps none.
_NO_PLACES: Final = frozenset({Stage.WAITING_GUARDIAN, Stage.IN_REVIEW})
#: What is asked about a guardian, in order, each with the fact that answers it.
_ABOUT_GUARDIANS: Final = {
    "guardian_name": "guardian_name",
    "guardian_contact": "guardian_contact",
    "name": "given_name",
}


def take_correction(draft: Draft, event: Corrected) -> None:
    """Take what a coordinator corrects for somebody, and tell them."""
    draft.purpose = Purpose.NOTICE
    one = correcting.find(draft, event.field)
    if one is None:
        draft.note("not_corrected", answer=event.field)
        return
    draft.note("changed", answer=event.field, author=event.author)
    accepting.replace_answer(draft, one.ask, event.value)
    draft.say_phrase("corrected_for_you", what=accepting.call(draft, one.ask, event.value))


def recheck(draft: Draft, *, author: str = "person") -> None:
    """Look at every gate again if this turn has changed an answer on which one hangs.

    While somebody signs up, the flow itself comes to its gates; only a guardian is asked for at once, and places go.
    """
    forgets = any(isinstance(effect, Forget) for effect in draft.effects)
    if forgets or draft.facts.person.stage in UNTOUCHED:
        return
    changed, signs_up = _changed(draft), _signs_up(draft)
    decisive = changed & _DECISIVE
    if "birth_date" in decisive and not signs_up and draft.age is not None and draft.age < OLD_ENOUGH:
        _erase(draft)
        return
    stage = draft.current_stage
    after, why = stage_after(stage, _gates(draft, decisive)) if decisive else (stage, "")
    moves = after is not stage and (not signs_up or after is Stage.WAITING_GUARDIAN)
    if moves:
        by = "" if author == "person" else f" by {author}"
        draft.move(after, cause=f"{', '.join(sorted(decisive))} changed{by}: {why}", author="rule:stage_after")
    if decisive:
        _give_back(draft, decisive, author)
    if not signs_up:
        _go_on(draft, decisive, moved=moves)


def _changed(draft: Draft) -> frozenset[str]:
    before = draft.facts.person.answers
    return frozenset(
        effect.field
        for effect in draft.effects
        if isinstance(effect, Remember) and effect.value is not None and before.get(effect.field) != effect.value
    )


def _signs_up(draft: Draft) -> bool:
    return any(frame.flow == _SIGN_UP and not frame.alone for frame in draft.conversation.stack)


def _erase(draft: Draft) -> None:
    """Erase whoever turns out to be younger than anybody may be, as the sign-up would have done."""
    draft.effects.append(Forget(reason="under_13"))
    draft.conversation = replace(draft.conversation, stack=(), side=None)
    draft.needs, draft.choices, draft.step = None, (), ""
    draft.said = [draft.phrase("recheck.too_young")]


# --- where they stand -------------------------------------------------------------------------------------------------


def _gates(draft: Draft, changed: Collection[str]) -> Gates:
    stage, asked = draft.current_stage, draft.outstanding()
    role = draft.library.roles.get(str(draft.profile.get("role")))
    reviewed = "role" in changed or "audience" in changed or stage in _NO_PLACES
    waits = stage in _NO_PLACES or stage is Stage.VETTING
    return Gates(
        minor=draft.is_minor,
        guardian_agreed=_guardian_agreed(draft),
        needs_review=reviewed and needs_review(role, text_or_none(draft.profile.get("audience"))),
        outstanding=asked if waits else tuple(kind for kind in asked if kind not in _asked_before(draft)),
    )


def _guardian_agreed(draft: Draft) -> bool:
    return any(
        one.kind == "guardian_consent"
        and one.status is Status.MET
        and (one.valid_until is None or draft.today <= one.valid_until)
        for one in draft.facts.person.requirements
    )


def _asked_before(draft: Draft) -> Sequence[str]:
    """List what was outstanding before this turn: what only ran out meanwhile moves nobody."""
    known = draft.facts.person.answers
    born = known.get("birth_date")
    subject = Subject(
        birth_date=date.fromisoformat(born) if isinstance(born, str) else None,
        audience=text_or_none(known.get("audience")),
        role=text_or_none(known.get("role")),
    )
    return outstanding(subject, draft.needs_of_hub, draft.facts.person.requirements, on=draft.today)


# --- what they have booked --------------------------------------------------------------------------------------------


def _give_back(draft: Draft, changed: Collection[str], author: str) -> None:
    """Give back places ahead that the changed answers no longer allow, and let the store look for what only it knows."""
    released = {effect.booking for effect in draft.effects if isinstance(effect, Release)}
    ahead = [one for one in draft.facts.bookings if one.slot.starts_at > draft.now and one.ref not in released]
    lost = [one for one in ahead if _is_lost(draft, one, changed)]
    for booking in lost:
        draft.effects.append(Release(booking=booking.ref, cause="an answer changed"))
        draft.effects.append(Alert(kind="shift_at_risk", booking=booking.ref))
        draft.note("released", booking=booking.ref)
    said = [(one.ref, draft.say_booking(one)) for one in ahead]
    draft.effects.append(
        LookAgain(
            changed=tuple(sorted(changed)),
            author=author,
            lost=tuple(one.ref for one in lost),
            told=tuple(
                (
                    ref,
                    draft.phrase("recheck.freed", slot=slot),
                    draft.phrase("recheck.freed_many", slot=slot, count=COUNT),
                )
                for ref, slot in said
            ),
            consent_until=_consent_until(draft) if "birth_date" in changed else None,
            of_age="birth_date" in changed and not draft.is_minor,
        )
    )
    if ahead:
        draft.said.insert(0, FREED)
    certain = (one for one in ahead if one not in lost and one.slot.kind is SlotKind.SHIFT and not one.held_for)
    if "time_off" in changed and draft.awaits_employer and any(certain):
        draft.say_phrase("held.now")


def _is_lost(draft: Draft, booking: Booking, changed: Collection[str]) -> bool:
    slot, role = booking.slot, draft.profile.get("role")
    held = draft.facts.person.requirements
    return (
        draft.current_stage in _NO_PLACES
        or (draft.is_minor and (slot.one_to_one or not slot.supervised))
        or ("role" in changed and slot.kind is SlotKind.SHIFT and slot.role not in (None, role))
        or ("zip" in changed and is_too_far(slot, text_or_none(draft.profile.get("zip"))))
        or bool(lacking(slot, Vetting(subject=draft.subject(), needs=draft.needs_of_hub, held=held)))
    )


def _consent_until(draft: Draft) -> date | None:
    born = draft.profile.get("birth_date")
    return last_day(date.fromisoformat(born)) if draft.is_minor and isinstance(born, str) else None


# --- what is asked now ------------------------------------------------------------------------------------------------


def _go_on(draft: Draft, changed: Collection[str], *, moved: bool) -> None:
    """Say where they stand now, and ask for what follows from the change: one question at a time."""
    if draft.conversation.side or draft.facts.person.held:
        return
    answered = {str(note["answer"]) for note in draft.trace if note["what"] == "changed"}
    if moved and draft.current_stage in _NO_PLACES and draft.needs:  # they were being offered places
        draft.conversation = replace(draft.conversation, stack=())
        draft.needs = None
    if draft.current_stage is Stage.WAITING_GUARDIAN and (moved or answered & _ABOUT_GUARDIANS.keys()):
        asks = _look_for_guardian(draft, answered)
        if asks:
            return
    elif moved:
        _tell_stage(draft)
    step = _missing(draft, answered) or _role_anew(draft)
    if step:
        _visit(draft, *step)
    elif moved and draft.current_stage is Stage.VETTING:
        _ask_for_checks(draft)
    elif changed and not moved and (kinds := _newly_asked(draft)):
        needs = {need.kind: need.many for need in draft.needs_of_hub}
        draft.effects.append(AskRequirements(kinds=tuple((kind, needs[kind]) for kind in kinds)))
        draft.effects.append(HandOff(reason="vetting"))


def _tell_stage(draft: Draft) -> None:
    stage = draft.current_stage
    if stage is Stage.IN_REVIEW:
        draft.effects.append(HandOff(reason="review_application"))
    if f"recheck.{stage.value}" in draft.library.phrases:
        draft.say_phrase(f"recheck.{stage.value}")


def _newly_asked(draft: Draft) -> tuple[str, ...]:
    before = _asked_before(draft)
    return tuple(kind for kind in draft.outstanding() if kind not in before)


def _ask_for_checks(draft: Draft) -> None:
    vetting.ask(draft)
    if draft.conversation.frame is None and _VETTING in draft.library.flows and not draft.facts.person.opted_out:
        walk.push(draft, _VETTING, {})
    else:
        draft.effects.append(HandOff(reason="vetting"))


def _look_for_guardian(draft: Draft, answered: Collection[str]) -> bool:
    """Ask whoever is under 18 for their guardian, and tell whether; once it is known how to reach them, ask the guardian.

    Whoever is named in place of somebody else is reached elsewhere, as far as anybody knows.
    """
    flow = draft.library.flows.get(_SIGN_UP)
    unknown = {"guardian_contact"} - set(answered) if guarding.names_another(draft) else set()
    for name, fact in _ABOUT_GUARDIANS.items() if flow else ():
        step = flow.asks(name) if flow else None
        if flow and step and (draft.profile.get(fact) is None or name in unknown):
            _visit(draft, flow, step)
            return True
    draft.say_phrase("recheck.waiting_guardian")
    guarding.ask(draft)
    return False


def _role_anew(draft: Draft) -> tuple[Flow, Step] | None:
    """Find the question for a role again, where theirs is none for people like them any more."""
    flow = draft.library.flows.get(_SIGN_UP)
    step = flow.asks("role") if flow else None
    role = draft.profile.get("role")
    if not (flow and step and step.ask) or role is None or role in {one.id for one in draft.options(step.ask)}:
        return None
    return flow, step


def _missing(draft: Draft, answered: Collection[str]) -> tuple[Flow, Step] | None:
    """Find the next question of their audience that the change has opened, and that may not be passed over."""
    flow = draft.library.flows.get(f"audiences/{draft.profile.get('audience')}")
    if flow is None:
        return None
    steps = list(_way_through(draft, flow))
    begins = (
        0
        if "audience" in answered
        else next((n for n, one in enumerate(steps) if one.ask and one.ask.save_as in answered), None)
    )
    if begins is None:
        return None
    for step in steps[begins:]:
        ask = step.ask
        if (
            ask
            and ask.remember
            and not ask.optional
            and ask.save_as not in answered
            and draft.profile.get(ask.save_as) is None
        ):
            return flow, step
    return None


def _way_through(draft: Draft, flow: Flow) -> Iterator[Step]:
    """Yield the steps that somebody with these answers comes by."""
    values, passed, name = draft.values(), set[str](), flow.start
    while name not in passed:
        passed.add(name)
        step = flow.steps[name]
        yield step
        if step.end:
            return
        name = next(one.to for one in step.branches if one.condition is None or one.condition.holds(values))


def _visit(draft: Draft, flow: Flow, step: Step) -> None:
    """Ask one question beside what is under way, which is asked again afterwards."""
    frame = draft.conversation.frame
    waits = draft.flow(frame).steps.get(frame.step) if frame else None
    if waits and waits.ask and draft.said and draft.said[-1] == draft.text(waits.ask.question):
        draft.said.pop()
    visit = Frame(flow=flow.id, revision=flow.revision, step=step.id, alone=True)
    draft.conversation = replace(draft.conversation, stack=(*draft.conversation.stack, visit))
    draft.needs = None
    assert step.ask
    draft.note("visit", answer=step.ask.save_as)
    draft.said.append(draft.text(step.ask.question))
    draft.offer_choices(step, step.ask)
