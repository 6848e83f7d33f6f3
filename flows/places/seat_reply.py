"""Take or pass on a seat that was kept for somebody who waited for it."""

from __future__ import annotations

from collections.abc import Sequence

from flows.commands import ShiftReply
from flows.draft import Draft
from flows.effects import Book, LeaveLine
from flows.facts import Booking, SeatOffer, SlotKind
from flows.messages import Inbound, InboundKind
from flows.places import keeping
from flows.places.choices import read_seat_choice
from flows.places.shift_reply import SEAT_STEP
from flows.stages import MAY_SERVE, MAY_TRAIN, Stage


def hear(draft: Draft, inbound: Inbound) -> bool:
    """Take a reply as the answer to a kept seat; tell whether it was one."""
    tapped = inbound.tap.step if inbound.kind is InboundKind.TAP and inbound.tap else ""
    if tapped.startswith(SEAT_STEP):
        ref, choice = tapped.removeprefix(SEAT_STEP), inbound.tap.choice if inbound.tap else ""
        offer = next((offer for offer in draft.facts.offers if offer.ref == ref), None)
        if offer is None:
            draft.note("seat_lapsed", why="the time is up, or it is answered")
            draft.say_phrase("seat_lapsed")
        else:
            _answer(draft, offer, taken=choice == ShiftReply.CONFIRM.value)
        return True
    offer = max(draft.facts.offers, key=lambda one: one.offered_at, default=None)
    if offer is None or inbound.kind is not InboundKind.MESSAGE or _asked_later(draft.facts.bookings, offer):
        return False
    taken = read_seat_choice(draft, inbound.text)
    if taken is None:
        return False
    _answer(draft, offer, taken=taken)
    return True


def _asked_later(bookings: Sequence[Booking], offer: SeatOffer) -> bool:
    """Tell whether a reminder has asked since; then a letter answers that."""
    return any(one.asked and one.changed_at is not None and one.changed_at > offer.offered_at for one in bookings)


def _answer(draft: Draft, offer: SeatOffer, *, taken: bool) -> None:
    slot = offer.slot
    draft.note("seat_reply", slot=slot.ref, taken=taken)
    may = MAY_TRAIN if slot.kind is SlotKind.TRAINING else MAY_SERVE
    others = [booking.slot for booking in draft.facts.bookings]
    if not taken:
        _pass_on(draft, offer, "seat_passed_on")
    elif slot.ref in draft.facts.seats_gone:
        _pass_on(draft, offer, "seat_lapsed")
    elif draft.current_stage not in may:
        _pass_on(draft, offer, draft.status_key)
    elif any(slot.starts_at < other.ends_at and other.starts_at < slot.ends_at for other in others):
        _pass_on(draft, offer, "refusal.overlap")
    else:
        draft.effects.append(Book(slot=slot.ref))
        stands = {(SlotKind.TRAINING, Stage.ELIGIBLE): Stage.TRAINING, (SlotKind.SHIFT, Stage.READY): Stage.PLACED}
        draft.move(stands.get((slot.kind, draft.current_stage), draft.current_stage), cause="took a seat waited for")
        keeping.say_taken(draft, slot, "seat_taken_up")


def _pass_on(draft: Draft, offer: SeatOffer, phrase: str) -> None:
    draft.effects.append(LeaveLine(slot=offer.slot.ref))
    draft.say_phrase(phrase)
