"""Hear what somebody says about a shift while it is on or over: HERE, DONE and the hours, whether they came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from flows import wording
from flows.answers import read
from flows.answers.context import AnswerContext
from flows.answers.outcome import Match
from flows.answers.words import phrase_key
from flows.draft import Draft
from flows.effects import Alert, CheckIn, ClaimHours, HandOff, MissShift
from flows.events import VisitsFound
from flows.facts import Booking, BookingStatus, Served, Slot
from flows.lookups import FindVisits
from flows.messages import Inbound, InboundKind
from flows.places import done_words
from flows.places.done_words import after_words
from flows.rules.ledger import Span, is_at_the_door, is_possible, needs_look, overlaps, usual_minutes
from flows.stages import Stage

#: Prefix of the step that the buttons carry by which we ask whether somebody came; the booking's ref follows.
AFTER_STEP: Final = "after."
CAME: Final = "yes"
MISSED: Final = "no"
#: To anybody else HERE and DONE are words like others: who signs up says "done" and means the question.
_SERVES: Final = frozenset({Stage.TRAINING, Stage.READY, Stage.PLACED, Stage.ACTIVE, Stage.PAUSED})
_BY_NUMBER: Final = {"1": CAME, "2": MISSED}


# --- the words --------------------------------------------------------------------------------------------------------


def concerns(draft: Draft) -> bool:
    """Tell whether HERE and DONE mean anything to this person."""
    facts = draft.facts
    return draft.current_stage in _SERVES or bool(facts.bookings or facts.unanswered)


def here(draft: Draft) -> None:
    """Note that somebody is at the door, or say why it cannot be noted."""
    at_door = [one for one in draft.facts.bookings if is_at_the_door(_planned(one.slot), draft.now)]
    begun = [one for one in at_door if one.slot.starts_at <= draft.now]
    if at_door:
        booking = (begun or at_door)[0]
        draft.note("here", booking=booking.ref)
        draft.effects.append(CheckIn(booking=booking.ref))
        draft.say_phrase(f"here.{booking.slot.kind.value}", slot=draft.say_booking(booking))
    elif draft.facts.unanswered:
        draft.needs = FindVisits(minutes=None)
        return
    elif draft.facts.bookings:
        draft.say_phrase("here.too_early", slot=draft.say_booking(draft.facts.bookings[0]))
    else:
        draft.say_phrase("here.not_booked")
    draft.ask_again()


def done(draft: Draft, inbound: Inbound) -> None:
    """Look up which shift is done; how long it was is taken from the same text."""
    told = done_words.told(draft, inbound.text)
    if told.is_clear:
        draft.needs = FindVisits(minutes=told.minutes)
    else:
        draft.say_phrase("done.how_long")
        draft.ask_again()


# --- whether they came ------------------------------------------------------------------------------------------------


def hear(draft: Draft, inbound: Inbound) -> bool:
    """Take a reply as the answer to whether they came; tell whether it was one."""
    tap = inbound.tap if inbound.kind is InboundKind.TAP else None
    if tap and tap.step.startswith(AFTER_STEP):
        ref = tap.step.removeprefix(AFTER_STEP)
        asked = next((one for one in draft.facts.unanswered if one.ref == ref), None)
        if tap.choice == CAME:
            draft.needs = FindVisits(minutes=None, booking=ref)
        else:
            _miss(draft, asked)
        return True
    if tap or not draft.facts.unanswered or draft.conversation.frame:
        return False
    latest = draft.facts.unanswered[0]
    if _asked_later(draft, latest):
        return False
    said, minutes = _answer(draft, inbound.text)
    if said == CAME:
        draft.needs = FindVisits(minutes=minutes, booking=latest.ref)
    elif said == MISSED:
        _miss(draft, latest)
    return bool(said)


def _asked_later(draft: Draft, after: Booking) -> bool:
    """Tell whether a reminder has asked since; then a yes answers that."""
    return any(
        one.asked and one.changed_at and after.changed_at and one.changed_at > after.changed_at
        for one in draft.facts.bookings
    )


def _answer(draft: Draft, text: str) -> tuple[str, int | None]:
    """Read whether they came, and for how long."""
    key, words = phrase_key(text), after_words()
    if key in _BY_NUMBER:
        return _BY_NUMBER[key], None
    if key in words["missed"]:
        return MISSED, None
    if key in words["came"]:
        return CAME, None
    outcome = read("yes_no", text, AnswerContext(language=draft.language, today=draft.today))
    if not isinstance(outcome, Match) or not isinstance(outcome.value, bool):
        return "", None
    if not outcome.rest:
        return CAME if outcome.value else MISSED, None
    minutes = done_words.read_minutes(draft, outcome.rest) if outcome.value else None
    return (CAME, minutes) if minutes and is_possible(minutes) else ("", None)


def _miss(draft: Draft, booking: Booking | None) -> None:
    if booking:
        draft.note("missed", booking=booking.ref)
        draft.effects.append(MissShift(booking=booking.ref, cause="said so"))
    draft.say_phrase("after.missed")
    draft.ask_again()


# --- how long it was --------------------------------------------------------------------------------------------------


def take_visits(draft: Draft, found: VisitsFound) -> None:
    """Claim hours for the shift that is meant: the one asked about, else the latest without hours, else the latest."""
    counted = {one.booking: one for one in found.served}
    visits = [visit.booking for visit in found.visits]
    open_ = [one for one in visits if one.ref not in counted and one.status is not BookingStatus.NO_SHOW]
    named = [one for one in visits if one.ref == found.booking]
    meant = next(iter(named or open_ or visits), None)
    if meant is None:
        _say_why_none(draft)
    else:
        _claim(draft, meant, counted.get(meant.ref), found)
    draft.ask_again()


def _claim(draft: Draft, booking: Booking, before: Served | None, found: VisitsFound) -> None:
    planned = _planned(booking.slot)
    minutes = found.minutes
    if before and (minutes is None or minutes == before.minutes):
        draft.say_phrase("done.same", **_said(draft, booking, before.minutes))
        return
    if before and before.approved:
        _hand_over(draft, "hours_after_approval", "done.approved", _said(draft, booking, before.minutes))
        return
    if booking.status is BookingStatus.NO_SHOW:
        _hand_over(draft, "came_after_all", "done.settled", {})
        return
    minutes = minutes or usual_minutes(planned, draft.now)
    others = [Span(starts_at=one.starts_at, minutes=one.minutes) for one in found.served if one.booking != booking.ref]
    if overlaps(Span(starts_at=planned.starts_at, minutes=minutes), others):
        _hand_over(draft, "hours_overlap", "done.overlap", {})
        return
    draft.note("hours", booking=booking.ref, minutes=minutes)
    draft.effects.append(ClaimHours(booking=booking.ref, minutes=minutes))
    looked_at = needs_look(minutes, planned=planned.minutes)
    if looked_at:
        draft.effects.append(Alert(kind="hours_differ", booking=booking.ref))
    draft.say_phrase("done.noted_for_look" if looked_at else "done.noted", **_said(draft, booking, minutes))


def _hand_over(draft: Draft, reason: str, phrase: str, values: Mapping[str, str]) -> None:
    draft.note("hours_not_taken", why=reason)
    draft.effects.append(HandOff(reason=reason))
    draft.say_phrase(phrase, **values)


def _say_why_none(draft: Draft) -> None:
    if draft.facts.bookings:
        draft.say_phrase("done.not_begun", slot=draft.say_booking(draft.facts.bookings[0]))
    else:
        draft.say_phrase("done.nothing")


def _said(draft: Draft, booking: Booking, minutes: int) -> dict[str, str]:
    return {"slot": draft.say_booking(booking), "hours": wording.say_minutes(minutes, draft.language)}


def _planned(slot: Slot) -> Span:
    return Span(starts_at=slot.starts_at, minutes=slot.minutes)
