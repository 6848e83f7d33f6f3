"""Take what somebody says about a place they have: they come, cannot, want another time, or will be late."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, assert_never

from flows.answering import asides, reading, replying
from flows.answers import read
from flows.answers.context import AnswerContext, Within
from flows.answers.outcome import Match
from flows.answers.words import fold
from flows.commands import ShiftReply
from flows.conversation import SideQuestion
from flows.draft import Draft
from flows.effects import Alert, Confirm, HandOff, Release
from flows.facts import Booking, Json, SlotKind
from flows.intents import Intent, shift_replies
from flows.messages import Inbound, InboundKind
from flows.places import keeping
from flows.stages import Stage
from flows.wishes import commanding

#: Prefix of the step that a reminder's buttons carry; the booking's ref follows.
REMINDER_STEP: Final = "reminder."
#: Prefix of the step that the buttons of a kept seat carry; the reference of the place in line follows.
SEAT_STEP: Final = "seat."

#: What somebody wishes who gives a place back.
_GIVES_BACK: Final = "cancel_shift"
#: Of several places, this is how far ahead somebody speaks who names none.
_SOON: Final = timedelta(days=7)
#: Nobody is late for what is on another day, unless we have just asked about it.
_TODAY: Final = timedelta(hours=18)
_REPLIES: Final = {
    shift_replies.CONFIRM: ShiftReply.CONFIRM,
    shift_replies.DECLINE: ShiftReply.DECLINE,
    shift_replies.RESCHEDULE: ShiftReply.RESCHEDULE,
    shift_replies.LATE: ShiftReply.CONFIRM,
}
#: Asks for what is said of a place whenever it is named.
_WHEN_OR_WHERE: Final = re.compile(r"(?<!\w)(?:what time|when|where|address|a que hora|cuando|donde|direccion)(?!\w)")

_NOT: Final = re.compile(r"(?<![\w'])(?:can'?t|cannot|can not|won'?t|will not|not|no|nunca|tampoco|unable to)(?![\w'])")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a reply says about a place."""

    #: ``None``: it only asks something.
    reply: ShiftReply | None
    late: bool = False
    #: Whether another time is wanted because the one they have does not suit.
    cannot: bool = False
    #: Whether it asks something, besides or only.
    asks: bool = False


def hear(draft: Draft, inbound: Inbound, wish: Intent | None) -> bool:
    """Take a reply as one about a place the person has; tell whether it was.

    Args:
        wish: what else the reply asks for.
    """
    if inbound.kind is InboundKind.TAP:
        return _take_tap(draft, inbound)
    bookings = draft.facts.bookings
    asked = next((booking for booking in bookings if booking.asked), None)
    idle = draft.conversation.frame is None
    letter = draft.library.commands.read_shift_reply(inbound.text)
    short = len(inbound.text.strip(" .!")) == 1
    if not bookings or not (asked or idle or (letter and short and _is_no_answer(draft, inbound.text))):
        return False
    if letter:
        next_one = not asked and (short or letter is ShiftReply.CONFIRM)
        meant = _just_told(draft, letter) if next_one else _meant(draft, asked)
        _take_or_ask_which(draft, meant, _Said(reply=letter), inbound.text)
        return True
    if wish and wish.clear and wish.name != _GIVES_BACK:
        return False
    said = _read(draft, inbound.text, asked=asked is not None and idle)
    if said is None or not (idle or _outranks_question(draft, said, inbound.text)):
        return False
    if said.reply is None:
        return _answer(draft, asked, inbound)
    if said.late:
        first = asked or bookings[0]
        if not asked and first.slot.starts_at - draft.now > _TODAY:
            return False
        take(draft, first, ShiftReply.CONFIRM, late=True)
    else:
        days = _days_ruled_out(draft, inbound.text) if said.cannot else set()
        named = _on(draft, days)
        if named:  # "I can't on Thursday" gives Thursday back, whatever else they might take
            said = replace(said, reply=ShiftReply.DECLINE)
        elif said.reply is ShiftReply.DECLINE and days - {draft.today.isoformat()}:
            # They have nothing on that day: whatever they mean, the place that we asked about is not given back.
            return False
        _take_or_ask_which(draft, named or _meant(draft, asked), said, inbound.text)
    if said.asks and not replying.answer_question(draft, inbound):
        _pass_question_on(draft)
    return True


def take(draft: Draft, booking: Booking, reply: ShiftReply, *, late: bool = False, on: str | None = None) -> None:
    """Do what a person says about a place they have: confirm it, give it back, or look for another.

    Args:
        late: whether they come after it has begun.
        on: the day they would rather come, ISO.
    """
    draft.note("shift_reply", reply="late" if late else reply.value, booking=booking.ref)
    values = {"slot": draft.say_booking(booking)}
    match reply:
        case ShiftReply.CONFIRM:
            draft.effects.append(Confirm(booking=booking.ref))
            if late:
                draft.effects.append(Alert(kind="late", booking=booking.ref))
            keeping.say_confirmed(draft, booking, late=late)
        case ShiftReply.DECLINE:
            draft.effects.append(Release(booking=booking.ref, cause="said N"))
            draft.move(_stage_without(draft, booking), cause="gave a place back")
            draft.say_phrase(f"released.{booking.slot.kind.value}", **values)
        case ShiftReply.RESCHEDULE:
            commanding.open_offer(draft, booking.slot.kind, replaces=booking.ref, on=on)
        case _:
            assert_never(reply)


def give_back(draft: Draft, text: str) -> bool:
    """Free the place that a text means; ask which when it may mean several. Tell whether there is any."""
    if not draft.facts.bookings:
        return False
    meant = _on(draft, _days_ruled_out(draft, text)) or _meant(draft)
    _take_or_ask_which(draft, meant, _Said(reply=ShiftReply.DECLINE), text)
    return True


def settle(draft: Draft, side: SideQuestion, picked: int) -> None:
    """Take the pick of the place that was meant; it may be gone by now."""
    value = side.values[picked]
    ref, letter = (str(value.get("booking")), str(value.get("reply"))) if isinstance(value, dict) else ("", "")
    booking = next((one for one in draft.facts.bookings if one.ref == ref), None)
    if booking is None:
        commanding.tell_status(draft)
    else:
        take(draft, booking, ShiftReply(letter))


def ask_about(draft: Draft, booking: Booking, inbound: Inbound) -> None:
    """Ask again whether they come: what they wrote after a reminder was neither a yes nor a no."""
    if draft.library.commands.only_thanks(inbound.text):
        _welcome(draft)
        return
    if not replying.answer_question(draft, inbound):
        draft.note("misunderstood", booking=booking.ref)
        draft.say_phrase("reason.not_understood")
    keeping.say_booked(draft, booking)


def _welcome(draft: Draft) -> None:
    """Answer thanks that follow a reminder: once with what we still need to know, then no more."""
    draft.note("thanks")
    asks = draft.phrase("thanks_reminded")
    if asks not in draft.conversation.last_said:
        draft.said.append(asks)


def _take_tap(draft: Draft, inbound: Inbound) -> bool:
    tap = inbound.tap
    if tap is None or not tap.step.startswith(REMINDER_STEP) or tap.choice not in set(ShiftReply):
        return False
    ref = tap.step.removeprefix(REMINDER_STEP)
    booking = next((booking for booking in draft.facts.bookings if booking.ref == ref), None)
    if booking:
        take(draft, booking, ShiftReply(tap.choice))
    return booking is not None


def _read(draft: Draft, text: str, *, asked: bool) -> _Said | None:
    """Read a reply in a person's own words; ``None`` when it says nothing plain about a place.

    Args:
        asked: whether a reminder asks, and nothing else: then a yes, a no or a question is about it as well.
    """
    outcome = shift_replies.read_shift_reply(
        text, draft.library.intents, language=draft.language, today=draft.today, asked=asked
    )
    if not isinstance(outcome, Match):
        return None
    value, others = str(outcome.value), {str(option.value) for option in outcome.alternatives}
    if value == shift_replies.QUESTION:
        return _Said(reply=None, asks=True) if asked else None
    comes = {value, *others} & {shift_replies.CONFIRM, shift_replies.LATE}
    if shift_replies.DECLINE in {value, *others} and comes and value != shift_replies.RESCHEDULE:
        return None  # both: they are asked
    return _Said(
        reply=_REPLIES[value],
        late=value == shift_replies.LATE,
        cannot=shift_replies.DECLINE in {value, *others},
        asks=value == shift_replies.CONFIRM and shift_replies.QUESTION in others,
    )


def _outranks_question(draft: Draft, said: _Said, text: str) -> bool:
    """Tell whether a reply is about the reminder although a question of a flow waits: it does not answer that one."""
    frame = draft.frame
    step = draft.flow(frame).steps.get(frame.step)
    if step is None or step.ask is None or said.reply is None or step.ask.type in replying.ANY_TEXT:
        return False
    return not reading.understands(draft, step.ask, text)


def _is_no_answer(draft: Draft, text: str) -> bool:
    """Tell whether a letter cannot be meant for the question that waits: it shows no list, and does not take it."""
    step = draft.flow(draft.frame).steps.get(draft.frame.step)
    ask = step.ask if step else None
    if ask is None or ask.type in replying.ANY_TEXT or draft.shown(draft.frame, ask):
        return False
    return not reading.understands(draft, ask, text)


def _just_told(draft: Draft, letter: ShiftReply) -> tuple[Booking, ...]:
    """Find the place that we have just told them they have; of several, whoever comes speaks of the next."""
    told = tuple(one for one in draft.facts.bookings if draft.say_booking(one) in draft.conversation.last_said)
    return told[:1] if told and letter is ShiftReply.CONFIRM else told or draft.facts.bookings[:1]


def _days_ruled_out(draft: Draft, text: str) -> set[str]:
    """Return the day that a text rules out; said on a Monday, "Monday" may be today or the next one."""
    plain = _NOT.sub(" ", fold(text).text)  # a day that is ruled out is no answer to a question, but this
    outcome = _read_day(draft, plain)
    return {str(outcome.value), *(str(other.value) for other in outcome.alternatives)} if outcome else set()


def _on(draft: Draft, days: set[str]) -> tuple[Booking, ...]:
    """Find the places that somebody has on some days."""
    return tuple(one for one in draft.facts.bookings if one.slot.starts_local.date().isoformat() in days)


def _meant(draft: Draft, asked: Booking | None = None) -> tuple[Booking, ...]:
    """Find the places that somebody may mean who names no day: the one asked about, the only one, or those to come soon."""
    bookings = draft.facts.bookings
    if asked or len(bookings) == 1:
        return (asked or bookings[0],)
    soon = tuple(one for one in bookings if one.slot.starts_at - draft.now <= _SOON)
    return soon or bookings


def _read_day(draft: Draft, text: str) -> Match | None:
    context = AnswerContext(language=draft.language, today=draft.today, within=Within.FUTURE)
    outcome = read("date", text, context)
    return outcome if isinstance(outcome, Match) else None


def _take_or_ask_which(draft: Draft, meant: Iterable[Booking], said: _Said, text: str) -> None:
    """Do what was said where one place is meant; else let the person pick it."""
    first, *others = meant
    assert said.reply is not None
    if not others:
        own_day = first.slot.starts_local.date().isoformat()
        wanted = _read_day(draft, text) if said.reply is ShiftReply.RESCHEDULE else None
        day = str(wanted.value) if wanted else None
        take(draft, first, said.reply, on=day if day != own_day else None)
        return
    draft.note("which_booking", reply=said.reply.value)
    draft.say_phrase("which_one")
    which = (first, *others)[: asides.MOST_OPTIONS]
    values: list[Json] = [{"booking": one.ref, "reply": said.reply.value} for one in which]
    asides.ask(draft, asides.BOOKING, asides.numbered(map(draft.say_booking, which)), values=values)


def _answer(draft: Draft, booking: Booking | None, inbound: Inbound) -> bool:
    """Answer a question that follows a reminder, or let a human do it, and ask again whether they come."""
    if booking is None:
        return False
    if not replying.answer_question(draft, inbound) and not _WHEN_OR_WHERE.search(fold(inbound.text).text):
        _pass_question_on(draft)
    keeping.say_booked(draft, booking)
    return True


def _pass_question_on(draft: Draft) -> None:
    draft.effects.append(HandOff(reason="question"))
    draft.say_phrase("question_noted")


def _stage_without(draft: Draft, given_back: Booking) -> Stage:
    """Where somebody stands who has just given a place back: it was their last of its kind, or nothing changes."""
    kind = given_back.slot.kind
    if any(b.ref != given_back.ref and b.slot.kind is kind for b in draft.facts.bookings):
        return draft.current_stage
    stands = {
        (SlotKind.TRAINING, Stage.TRAINING): Stage.ELIGIBLE,
        (SlotKind.SHIFT, Stage.PLACED): Stage.READY,
    }
    return stands.get((kind, draft.current_stage), draft.current_stage)
