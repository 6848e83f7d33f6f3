"""Let somebody hand their place to a colleague whom they name by phone number, or by a code: the colleague is asked, by the same rules."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from flows import wording
from flows.answering import asides
from flows.answers import read
from flows.answers.context import AnswerContext
from flows.answers.outcome import Match
from flows.commands import bare
from flows.conversation import SideQuestion
from flows.draft import Draft
from flows.effects import AskSwap, OfferCode
from flows.events import Colleague, ColleagueFound
from flows.facts import Booking, Json, SlotKind
from flows.lookups import FindColleague
from flows.messages import Inbound, InboundKind, Purpose
from flows.places.choices import seat_choices
from flows.rules.covering import keeps_from, swap_until
from flows.rules.links import LinkPurpose
from flows.rules.one_person import MAX_MISSES, MISSES_WITHIN_S
from flows.wishes import commanding

_CODE: Final = re.compile(r"\d{3}[ -]?\d{3}")


def hear(draft: Draft, inbound: Inbound) -> bool:
    """Take a reply that begins with SWAP as the wish to hand a place to a colleague; tell whether it was one."""
    named = draft.library.commands.read_swap(inbound.text) if inbound.kind is InboundKind.MESSAGE else None
    if named is not None and bare(named) in draft.library.commands.swap_code:
        _give_code(draft)
        return True
    if named is None or (draft.conversation.frame and not draft.facts.bookings):
        return False
    who = _whom(draft, named)
    if who is None and named:
        return False  # "a swap of clothes": not for us
    shifts = [
        one
        for one in draft.facts.bookings
        if one.slot.kind is SlotKind.SHIFT and swap_until(one.slot.starts_at, draft.now) is not None
    ]
    if not shifts:
        draft.say_phrase("swap.none")
        draft.ask_again()
    elif who is None:
        draft.say_phrase("swap.how")
        draft.ask_again()
    elif "code" in who and _tried_too_often(draft):
        draft.say_phrase("link.too_many")
        draft.ask_again()
    elif len(shifts) == 1:
        draft.needs = FindColleague(**who, booking=shifts[0].ref)
    else:
        _ask_which(draft, shifts[: asides.MOST_OPTIONS], who)
    return True


def _give_code(draft: Draft) -> None:
    """Give a code by which a colleague can name the person, who need not tell their number."""
    draft.effects.append(OfferCode(purpose=LinkPurpose.SWAP))
    draft.purpose = Purpose.CODE
    draft.say_phrase("swap.code", code="{code}")


def _whom(draft: Draft, named: str) -> dict[str, str] | None:
    """Read by what a colleague is named: a code that they gave, or their phone number."""
    if _CODE.fullmatch(named.strip(" .!")):
        return {"code": re.sub(r"\D", "", named)}
    phone = read("phone", named, AnswerContext(language=draft.language, today=draft.today))
    return {"phone": str(phone.value)} if isinstance(phone, Match) else None


def _tried_too_often(draft: Draft) -> bool:
    """Tell whether somebody guesses codes, of whatever kind."""
    talk = draft.conversation
    return talk.code_misses >= MAX_MISSES and int(draft.now.timestamp()) - talk.code_missed_at < MISSES_WITHIN_S


def _miss(draft: Draft) -> None:
    talk, now = draft.conversation, int(draft.now.timestamp())
    misses = talk.code_misses + 1 if now - talk.code_missed_at < MISSES_WITHIN_S else 1
    draft.conversation = replace(talk, code_misses=misses, code_missed_at=now)
    draft.note("wrong_code", misses=misses)
    draft.say_phrase("swap.wrong_code")


def _ask_which(draft: Draft, shifts: list[Booking], who: Mapping[str, str]) -> None:
    draft.say_phrase("which_one")
    values: list[Json] = [{"booking": one.ref, **who} for one in shifts]
    asides.ask(draft, asides.SWAP, asides.numbered(map(draft.say_booking, shifts)), values=values)


def settle(draft: Draft, side: SideQuestion, picked: int) -> None:
    """Take the pick of the place that was meant; it may be gone by now."""
    value = side.values[picked]
    if isinstance(value, dict) and any(one.ref == value.get("booking") for one in draft.facts.bookings):
        who = {name: str(value[name]) for name in ("phone", "code") if name in value}
        draft.needs = FindColleague(**who, booking=str(value.get("booking")))
    else:
        commanding.tell_status(draft)


def take_colleague(draft: Draft, found: ColleagueFound) -> None:
    """Ask the colleague, if nothing keeps them from the shift; else say only that it is not possible.

    Why not is theirs: whoever names a number learns nothing about its owner.
    """
    if draft.conversation.unsaid:
        draft.said.append(draft.conversation.unsaid)
    booking = next((one for one in draft.facts.bookings if one.ref == found.booking), None)
    until = swap_until(booking.slot.starts_at, draft.now) if booking else None
    slot = draft.say_booking(booking) if booking else ""
    if found.code and found.colleague is None:
        _miss(draft)
    elif booking is None or until is None or found.colleague is None or not _may(draft, booking, found.colleague):
        draft.note("swap", asked=False)
        draft.say_phrase("swap.impossible", slot=slot)
    else:
        draft.note("swap", asked=True)
        draft.effects.append(_ask(draft, booking, found.colleague, until=until, code=found.code))
        draft.say_phrase("swap.asked", slot=slot)
    draft.ask_again()


def _may(draft: Draft, booking: Booking, colleague: Colleague) -> bool:
    slot = booking.slot
    is_elsewhere = any(
        slot.starts_at < other.slot.ends_at and other.slot.starts_at < slot.ends_at for other in colleague.bookings
    )
    refused = keeps_from(
        slot,
        colleague.person,
        colleague.history,
        courses=draft.library.courses,
        needs=draft.needs_of_hub,
        now=draft.now,
    )
    if refused:
        draft.note("refused", reason=refused, slot=slot.ref)
    return colleague.can_be_told and not is_elsewhere and refused is None


def _ask(draft: Draft, booking: Booking, colleague: Colleague, *, until: datetime, code: str) -> AskSwap:
    language = colleague.person.language or draft.facts.hub.languages[0]
    phrases = draft.library.phrases
    values = {
        "hub": draft.facts.hub.name,
        "given_name": str(draft.profile.get("given_name") or ""),
        "slot": wording.say_slot(booking.slot, zone=colleague.person.zone, language=language),
    }
    key = "swap.request" if values["given_name"] else "swap.request_unnamed"
    return AskSwap(
        booking=booking.ref,
        colleague=colleague.ref,
        text=phrases.say(key, language, values),
        choices=seat_choices(phrases, language),
        until=until,
        code=code,
    )
