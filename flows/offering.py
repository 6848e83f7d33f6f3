"""Offer the places that were found for a step: those that fit the person, as choices of its question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from flows import wording
from flows.draft import Draft
from flows.events import SlotsFound
from flows.facts import Booking, Slot
from flows.messages import Choice
from flows.model import Step
from flows.rules.placement import Candidate, candidate_of, fitting, full_but_fitting, main_refusal
from flows.rules.training import missing, trained
from flows.rules.travel import tight_after
from flows.walk import IN_LINE, walk

#: Full places that are shown beside free ones; one may wait for them.
_MOST_FULL: Final = 2


def take_slots(draft: Draft, found: SlotsFound) -> None:
    """Go on with the places that the shell found for the step that waits for them."""
    if draft.conversation.unsaid:
        draft.said.append(draft.conversation.unsaid)
    frame = draft.frame
    step = draft.flow(frame).steps[frame.step]
    assert step.offer, "only an offering step waits for slots"
    assert step.ask, "an offering step asks which"
    candidate = _candidate(draft, found)
    held = {booking.slot.ref for booking in draft.facts.bookings}  # the one to be replaced as well
    gone = draft.facts.seats_gone
    slots = [replace(slot, seats_left=0) if slot.ref in gone else slot for slot in found.slots if slot.ref not in held]
    free = fitting(slots, candidate, now=draft.now, limit=step.offer.limit)
    full = () if frame.known.get("replaces") else _worth_waiting_for(draft, step, slots, free, candidate)
    draft.note("offer", found=len(found.slots), fit=len(free), full=len(full))
    if not free and not full:
        _say_why(draft, slots, candidate)
        walk(draft, step.offer.none)
        return
    offered = (*(_choice(draft, slot) for slot in free), *(_line_choice(draft, slot) for slot in full))
    draft.conversation = draft.conversation.with_frame(replace(frame, offered=offered))
    _warn_of_the_way(draft, free, candidate.bookings)
    draft.said.append(draft.text(step.ask.question))
    draft.offer_choices(step, step.ask)


def _candidate(draft: Draft, found: SlotsFound) -> Candidate:
    replaced = draft.frame.known.get("replaces")
    return candidate_of(
        draft.profile,
        [booking for booking in draft.facts.bookings if booking.ref != replaced],
        minor=draft.is_minor,
        language=draft.language,
        trained=trained(found.history.courses, draft.library.courses),
        last_site=found.history.last_site,
    )


def _worth_waiting_for(
    draft: Draft, step: Step, slots: Sequence[Slot], free: Sequence[Slot], candidate: Candidate
) -> tuple[Slot, ...]:
    """Find full places to wait for, as far as there is room beside the free ones; some are offered to them already."""
    assert step.offer
    kept = {offer.slot.ref for offer in draft.facts.offers}
    room = min(step.offer.limit - len(free), _MOST_FULL)
    others = [slot for slot in slots if slot.ref not in kept]
    return full_but_fitting(others, candidate, now=draft.now, limit=max(room, 0))


def _choice(draft: Draft, slot: Slot) -> Choice:
    return Choice(
        id=slot.ref,
        label=wording.say_offer(slot, zone=draft.zone, language=draft.language),
        chosen=wording.say_slot(slot, zone=draft.zone, language=draft.language),
    )


def _line_choice(draft: Draft, slot: Slot) -> Choice:
    said = wording.say_offer(slot, zone=draft.zone, language=draft.language)
    return Choice(id=f"{IN_LINE}{slot.ref}", label=draft.phrase("line_choice", slot=said), chosen=said)


def _say_why(draft: Draft, slots: Sequence[Slot], candidate: Candidate) -> None:
    """Say in a sentence what keeps the person from most of what is planned; nothing where nothing is."""
    refused = main_refusal(slots, candidate, now=draft.now)
    if refused is None:
        return
    reason, slot = refused
    draft.note("refused", reason=reason, slot=slot.ref)
    name = missing(slot.needs_courses, candidate.trained, on=slot.starts_local.date())
    course = draft.library.courses.get(name or "")
    draft.say_phrase(f"refusal.{reason}", course=course.title[draft.language] if course else name or "")


def _warn_of_the_way(draft: Draft, slots: Sequence[Slot], bookings: Sequence[Booking]) -> None:
    """Warn once when the way from or to another place takes longer than the time between."""
    tight = next((slot for slot in slots if tight_after(slot, bookings)), None)
    if tight:
        said = wording.say_offer(tight, zone=draft.zone, language=draft.language)
        draft.say_phrase("warning.travel", slot=said)
