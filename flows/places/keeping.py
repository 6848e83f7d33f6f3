"""Say what is true of a place: that it is the person's, or only kept until whoever pays for their time has approved it."""

from __future__ import annotations

from flows import wording
from flows.draft import Draft
from flows.facts import Booking, Slot, SlotKind


def say_taken(draft: Draft, slot: Slot, phrase: str) -> None:
    """Say that the person has just taken a place, in the words of a phrase; of one that is only kept, that it is."""
    kept = slot.kind is SlotKind.SHIFT and draft.awaits_employer
    said = wording.say_slot(slot, zone=draft.zone, language=draft.language)
    draft.say_phrase("held.taken" if kept else phrase, slot=said)


def say_booked(draft: Draft, booking: Booking) -> None:
    """Say that the person has a place, and how it is answered for."""
    said = draft.say_booking(booking)
    if booking.held_for:
        draft.say_phrase("held.status", slot=said, organisation=booking.held_for)
    else:
        draft.say_phrase("status_booking", slot=said)


def say_confirmed(draft: Draft, booking: Booking, *, late: bool) -> None:
    """Thank for a promise to come, without promising a place that may still be refused."""
    said = draft.say_booking(booking)
    if booking.held_for:
        draft.say_phrase("held.confirmed", slot=said, organisation=booking.held_for)
    elif late:
        draft.say_phrase("confirmed_late", slot=said)
    else:
        draft.say_phrase("confirmed", slot=said)
