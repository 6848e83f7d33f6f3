"""Offer the places that were found for a step: those that fit the person, as choices of its question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from flows import wording
from flows.draft import Draft
from flows.effects import HandOff
from flows.events import SlotsFound
from flows.facts import Booking, Slot
from flows.messages import Choice
from flows.model import Offer
from flows.rules.dosage import falls_short, weekly_sets
from flows.rules.placement import (
    ANY,
    Candidate,
    Vetting,
    candidate_of,
    fitting,
    full_but_fitting,
    lacking,
    main_refusal,
)
from flows.rules.service_times import as_week
from flows.rules.training import missing, trained
from flows.rules.travel import tight_after
from flows.walking.walk import IN_LINE, SET, walk

#: Full places that are shown beside free ones; one may wait for them.
_MOST_FULL: Final = 2
#: Kept among a person's answers, so that they hear it once and one human looks.
_TOLD_DOSAGE: Final = "dosage_told"


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
    replaces = bool(frame.known.get("replaces"))
    wished = frame.known.get("on")
    fit = sorted(
        fitting(slots, candidate, now=draft.now, limit=len(slots)),
        key=lambda slot: slot.starts_local.date().isoformat() != wished,  # that day's first, and the rest as it was
    )
    if not replaces and (asking := _to_ask_first(draft, step.offer, fit)):
        walk(draft, asking)
        return
    times = 0 if replaces else _sessions_a_week(draft, candidate)
    sets = weekly_sets(fit, sessions_a_week=times)[: step.offer.limit]
    in_sets = {slot.ref for one in sets for slot in one}
    free = [slot for slot in fit if slot.ref not in in_sets][: step.offer.limit - len(sets)]
    room = step.offer.limit - len(sets) - len(free)
    full = () if replaces else _worth_waiting_for(draft, slots, candidate, room)
    draft.note("offer", found=len(found.slots), fit=len(fit), sets=len(sets), full=len(full))
    if not fit and not full:
        _say_why(draft, slots, candidate)
        walk(draft, step.offer.none)
        return
    offered = (
        *(_set_choice(draft, one) for one in sets),
        *(_choice(draft, slot) for slot in free),
        *(_line_choice(draft, slot) for slot in full),
    )
    draft.conversation = draft.conversation.with_frame(replace(frame, offered=offered))
    _warn_of_the_way(draft, free, candidate.bookings)
    if falls_short(free, sets=len(sets), sessions_a_week=times):
        _say_too_few(draft, times)
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
        allowance=found.history.allowance,
        service_times=found.history.service_times,
        vetting=Vetting(
            subject=draft.subject(),
            needs=draft.needs_of_hub,
            held=draft.facts.person.requirements,
            site_needs=found.history.site_needs,
        ),
    )


def _to_ask_first(draft: Draft, offer: Offer, fit: Sequence[Slot]) -> str | None:
    """Find the step that asks for a preference which some of what fits hangs on; nobody is asked twice.

    SKIP counts as no preference: CHANGE is the way back to the question.
    """
    if draft.nudging:
        return None
    for name, step_id in offer.first.items():
        if name in draft.frame.answers:
            if draft.frame.answers[name] is None and draft.profile.get(name) is None:
                draft.remember(name, ANY)
        elif draft.profile.get(name) is None and any(getattr(slot, name) for slot in fit):
            draft.note("asks_first", preference=name)
            return step_id
    return None


def _say_too_few(draft: Draft, times: int) -> None:
    """Say once that the children need somebody more often a week than fits, and let a human look for more."""
    if draft.profile.get(_TOLD_DOSAGE):
        return
    draft.note("refused", reason="dosage", sessions_a_week=times)
    draft.remember(_TOLD_DOSAGE, True)
    draft.say_phrase("dosage", times=str(times))
    draft.effects.append(HandOff(reason="dosage"))


def _sessions_a_week(draft: Draft, candidate: Candidate) -> int:
    role = draft.library.roles.get(candidate.role or "")
    return role.sessions_a_week if role else 0


def _worth_waiting_for(draft: Draft, slots: Sequence[Slot], candidate: Candidate, room: int) -> tuple[Slot, ...]:
    """Find full places to wait for, as far as there is room beside the free ones; some are offered to them already."""
    kept = {offer.slot.ref for offer in draft.facts.offers}
    others = [slot for slot in slots if slot.ref not in kept]
    return full_but_fitting(others, candidate, now=draft.now, limit=max(min(room, _MOST_FULL), 0))


def _choice(draft: Draft, slot: Slot) -> Choice:
    return Choice(
        id=slot.ref,
        label=wording.say_offer(slot, zone=draft.zone, language=draft.language),
        chosen=wording.say_slot(slot, zone=draft.zone, language=draft.language),
    )


def _set_choice(draft: Draft, slots: Sequence[Slot]) -> Choice:
    said = wording.say_set(slots, zone=draft.zone, language=draft.language)
    days = "".join(map(str, sorted({slot.starts_local.weekday() for slot in slots})))
    return Choice(id=f"{SET}{days}:{slots[0].ref}", label=said, chosen=said)


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
    kinds = lacking(slot, candidate.vetting)
    draft.say_phrase(
        f"refusal.{reason}",
        course=course.title[draft.language] if course else name or "",
        times=wording.say_value("availability", as_week(candidate.service_times), language=draft.language, labels={}),
        what=draft.library.requirements[kinds[0]].label[draft.language] if kinds else "",
    )


def _warn_of_the_way(draft: Draft, slots: Sequence[Slot], bookings: Sequence[Booking]) -> None:
    """Warn once when the way from or to another place takes longer than the time between."""
    tight = next((slot for slot in slots if tight_after(slot, bookings)), None)
    if tight:
        said = wording.say_offer(tight, zone=draft.zone, language=draft.language)
        draft.say_phrase("warning.travel", slot=said)
