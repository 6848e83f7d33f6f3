"""Ask for what somebody has to bring before a shift, and look at every gate again once an answer has changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from flows.draft import Draft, text_or_none
from flows.effects import Alert, AskRequirements, HandOff, Release, Remember
from flows.facts import SlotKind
from flows.rules.eligibility import needs_review
from flows.rules.placement import Vetting, lacking
from flows.rules.requirements import Status
from flows.rules.stages import Gates, stage_after
from flows.stages import MAY_SERVE, MAY_TRAIN, Stage

#: Answers on which gates hang.
_DECISIVE: Final = frozenset({"birth_date", "role", "audience", "zip"})


def ask(draft: Draft) -> None:
    """Note what is asked of the person from now on; a coordinator looks after it."""
    needs = {need.kind: need.many for need in draft.needs_of_hub}
    kinds = tuple((kind, needs[kind]) for kind in draft.outstanding())
    if kinds:
        draft.note("asked_for", kinds=[kind for kind, _ in kinds])
        draft.effects.append(AskRequirements(kinds=kinds))


def recheck(draft: Draft) -> None:
    """Look at every gate again if this turn has changed an answer on which one hangs."""
    before = draft.facts.person.answers
    changed = sorted(
        {
            effect.field
            for effect in draft.effects
            if isinstance(effect, Remember)
            and effect.field in _DECISIVE
            and effect.field in before
            and effect.value is not None
            and before[effect.field] != effect.value
        }
    )
    if not changed or draft.facts.person.stage not in MAY_TRAIN | MAY_SERVE | {Stage.VETTING, Stage.IN_REVIEW}:
        return
    stage = draft.current_stage
    after, why = stage_after(stage, _gates(draft))
    decides_itself = draft.conversation.frame is not None and after is not Stage.WAITING_GUARDIAN
    if after is not stage and not decides_itself:  # a flow under way comes to its own gates
        draft.move(after, cause=f"{', '.join(changed)} changed: {why}", author="rule:stage_after")
        if after is Stage.IN_REVIEW:
            draft.effects.append(HandOff(reason="review_application"))
        if f"recheck.{after.value}" in draft.library.phrases and draft.conversation.frame is None:
            draft.say_phrase(f"recheck.{after.value}")
    _release(draft, changed)


def _gates(draft: Draft) -> Gates:
    role = draft.library.roles.get(str(draft.profile.get("role")))
    return Gates(
        minor=draft.is_minor,
        guardian_agreed=any(
            one.kind == "guardian_consent"
            and one.status is Status.MET
            and (one.valid_until is None or draft.today <= one.valid_until)
            for one in draft.facts.person.requirements
        ),
        needs_review=needs_review(role, text_or_none(draft.profile.get("audience"))),
        outstanding=draft.outstanding(),
    )


def _release(draft: Draft, changed: Collection[str]) -> None:
    """Give back places ahead that the changed answers no longer allow, and say so first of all."""
    vetting = Vetting(subject=draft.subject(), needs=draft.needs_of_hub, held=draft.facts.person.requirements)
    released = {effect.booking for effect in draft.effects if isinstance(effect, Release)}
    for booking in draft.facts.bookings:
        slot = booking.slot
        unsupervised = draft.is_minor and (slot.one_to_one or not slot.supervised)
        other_role = (
            "role" in changed and slot.kind is SlotKind.SHIFT and slot.role not in (None, draft.profile.get("role"))
        )
        if booking.ref not in released and (unsupervised or other_role or lacking(slot, vetting)):
            draft.effects.append(Release(booking=booking.ref, cause="an answer changed"))
            draft.effects.append(Alert(kind="shift_at_risk", booking=booking.ref))
            draft.note("released", booking=booking.ref)
            draft.said.insert(0, draft.phrase("recheck.freed", slot=draft.say_booking(booking)))
