"""Take or decline a shift that somebody was asked to take over: by a call for cover, or by a colleague who named them."""

from __future__ import annotations

from typing import assert_never

from flows import wording
from flows.answering import asides
from flows.commands import ShiftReply
from flows.conversation import SideQuestion
from flows.draft import Draft
from flows.effects import AnswerSwap, Book, DeclineCover
from flows.facts import Booking, CoverAsk, Json, SlotKind, SwapAsk
from flows.messages import Inbound, InboundKind
from flows.places import keeping, shift_reply
from flows.places.choices import read_seat_choice
from flows.rules.covering import COVER_STEP, SWAP_STEP, asked_last
from flows.stages import MAY_SERVE, Stage

_Ask = CoverAsk | SwapAsk


def hear(draft: Draft, inbound: Inbound) -> bool:
    """Take a reply as the answer to what somebody was asked to take over; tell whether it was one.

    A letter answers what was asked last. Where two questions came together, the person picks the one that was meant.
    """
    if inbound.kind is InboundKind.TAP:
        return _take_tap(draft, inbound)
    if inbound.kind is not InboundKind.MESSAGE or not draft.facts.asks:
        return False
    taken = read_seat_choice(draft, inbound.text)
    if taken is None:
        return False
    latest = draft.facts.asks[0]
    reminded = [one for one in draft.facts.bookings if one.asked and one.changed_at is not None]
    others = [one.changed_at for one in reminded if one.changed_at] + [one.offered_at for one in draft.facts.offers]
    if any(at > latest.asked_at and asked_last([at, latest.asked_at]) for at in others):
        return False  # something else was asked since: the letter answers that
    near = [ask for ask in draft.facts.asks[1:] if not asked_last([latest.asked_at, ask.asked_at])]
    beside = [one for one in reminded if one.changed_at and _together(latest, one)]
    if near or beside:
        _ask_which(draft, [latest, *near], beside, taken=taken)
    else:
        _answer(draft, latest, taken=taken)
    return True


def _together(ask: _Ask, booking: Booking) -> bool:
    assert booking.changed_at, "it was asked about"
    return not asked_last(sorted((ask.asked_at, booking.changed_at), reverse=True))


def _take_tap(draft: Draft, inbound: Inbound) -> bool:
    step = inbound.tap.step if inbound.tap else ""
    if not step.startswith((COVER_STEP, SWAP_STEP)) or inbound.tap is None:
        return False
    ask = next((one for one in draft.facts.asks if _step(one) == step), None)
    if ask is None:
        draft.note("ask_lapsed", why="it is answered, begun or taken back")
        draft.say_phrase("cover.gone" if inbound.tap.choice == ShiftReply.CONFIRM.value else "cover.declined")
    else:
        _answer(draft, ask, taken=inbound.tap.choice == ShiftReply.CONFIRM.value)
    return True


def _step(ask: _Ask) -> str:
    return f"{COVER_STEP if isinstance(ask, CoverAsk) else SWAP_STEP}{ask.ref}"


def _ask_which(draft: Draft, asks: list[_Ask], bookings: list[Booking], *, taken: bool) -> None:
    draft.note("which_ask")
    draft.say_phrase("which_one")
    reply = (ShiftReply.CONFIRM if taken else ShiftReply.DECLINE).value
    slots = [ask.slot for ask in asks] + [one.slot for one in bookings]
    values: list[Json] = [{"step": _step(ask), "reply": reply} for ask in asks]
    values += [{"booking": one.ref, "reply": reply} for one in bookings]
    labels = [wording.say_offer(slot, zone=draft.zone, language=draft.language) for slot in slots]
    asides.ask(draft, asides.COVER, asides.numbered(labels), values=values)


def settle(draft: Draft, side: SideQuestion, picked: int) -> None:
    """Take the pick of the shift that was meant; it may be gone by now."""
    value = side.values[picked]
    if not isinstance(value, dict):
        return
    if "booking" in value:
        shift_reply.settle(draft, side, picked)
        return
    ask = next((one for one in draft.facts.asks if _step(one) == value.get("step")), None)
    if ask is None:
        draft.say_phrase("cover.gone")
    else:
        _answer(draft, ask, taken=value.get("reply") == ShiftReply.CONFIRM.value)


def _answer(draft: Draft, ask: _Ask, *, taken: bool) -> None:
    draft.note("ask_answered", slot=ask.slot.ref, taken=taken)
    if not taken:
        _decline(draft, ask)
        draft.say_phrase("cover.declined")
    elif ask.slot.ref in draft.facts.seats_gone or (isinstance(ask, CoverAsk) and ask.filled):
        _decline(draft, ask, too_late=True)
        draft.say_phrase("cover.gone")
    elif draft.current_stage not in MAY_SERVE:
        _decline(draft, ask)
        draft.say_phrase(draft.status_key)
    elif any(_overlaps(ask, booking) for booking in draft.facts.bookings):
        _decline(draft, ask)
        draft.say_phrase("refusal.overlap")
    else:
        _take(draft, ask)


def _overlaps(ask: _Ask, booking: Booking) -> bool:
    slot, other = ask.slot, booking.slot
    return slot.ref != other.ref and slot.starts_at < other.ends_at and other.starts_at < slot.ends_at


def _take(draft: Draft, ask: _Ask) -> None:
    slot = ask.slot
    match ask:
        case CoverAsk():
            draft.effects.append(Book(slot=slot.ref, cover=ask.ref))
        case SwapAsk():
            told = _to_colleague(draft, ask, "swap.done")
            draft.effects.append(AnswerSwap(swap=ask.ref, slot=slot.ref, taken=True, notice=told))
        case _:
            assert_never(ask)
    if slot.kind is SlotKind.SHIFT and draft.current_stage is Stage.READY:
        draft.move(Stage.PLACED, cause="took a shift over")
    keeping.say_taken(draft, slot, "cover.taken")


def _decline(draft: Draft, ask: _Ask, *, too_late: bool = False) -> None:
    match ask:
        case CoverAsk():
            draft.effects.append(DeclineCover(cover=ask.ref, too_late=too_late))
        case SwapAsk():
            told = _to_colleague(draft, ask, "swap.declined")
            draft.effects.append(AnswerSwap(swap=ask.ref, slot=ask.slot.ref, taken=False, notice=told))
        case _:
            assert_never(ask)


def _to_colleague(draft: Draft, ask: SwapAsk, phrase: str) -> str:
    """Say in the colleague's own language what came of their question."""
    language = ask.language or draft.facts.hub.languages[0]
    slot = wording.say_offer(ask.slot, zone=ask.zone, language=language)
    return draft.library.phrases.say(phrase, language, {"hub": draft.facts.hub.name, "slot": slot})
