"""Offer the places that were found for a step: those that fit the person, as choices of its question."""

from __future__ import annotations

from dataclasses import replace

from flows import wording
from flows.draft import Draft, text_or_none
from flows.events import SlotsFound
from flows.messages import Choice
from flows.rules.placement import Candidate, fitting
from flows.walk import walk


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
    replaced = draft.frame.known.get("replaces")
    return Candidate(
        role=text_or_none(draft.profile.get("role")),
        zip=text_or_none(draft.profile.get("zip")),
        minor=draft.is_minor,
        availability=[w for w in windows if isinstance(w, dict)] if isinstance(windows, list) else (),
        bookings=[booking for booking in draft.facts.bookings if booking.ref != replaced],
    )
