"""Find the booking that a reply to a reminder is about, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from flows.answers import read
from flows.answers.context import AnswerContext
from flows.answers.outcome import Match
from flows.commands import Commands, ShiftReply
from flows.facts import Booking
from flows.messages import Inbound, InboundKind

#: Prefix of the step that a reminder's buttons carry; the booking's ref follows.
REMINDER_STEP: Final = "reminder."
#: Prefix of the step that the buttons of a kept seat carry; the reference of the place in line follows.
SEAT_STEP: Final = "seat."


def read_shift_reply(
    inbound: Inbound, bookings: Sequence[Booking], commands: Commands, *, idle: bool, language: str, today: date
) -> tuple[Booking, ShiftReply] | None:
    """Find what a reply says about which booking; ``None`` when it is about no booking.

    Args:
        bookings: the person's own, soonest first.
        idle: whether no question of a flow waits; only then may a plain yes or no mean the booking.
        today: where the person is.
    """
    if inbound.kind is InboundKind.TAP:
        return _read_tap(inbound, bookings)
    asked = next((booking for booking in bookings if booking.asked), None)
    about = asked or (bookings[0] if bookings and idle else None)
    if about is None:
        return None
    if reply := commands.read_shift_reply(inbound.text):
        return about, reply
    if asked and idle:
        context = AnswerContext(language=language, today=today)
        outcome = read("yes_no", inbound.text, context)
        if isinstance(outcome, Match) and isinstance(outcome.value, bool):
            reply = ShiftReply.CONFIRM if outcome.value else ShiftReply.DECLINE
            # "yes, see you there" says it twice; "yes, but on Thursday" says something else and is not taken for a yes
            again = read("yes_no", outcome.rest, context)
            if (
                not outcome.rest
                or commands.read_shift_reply(outcome.rest) is reply
                or (isinstance(again, Match) and again.value is outcome.value and not again.rest)
            ):
                return asked, reply
    return None


def _read_tap(inbound: Inbound, bookings: Sequence[Booking]) -> tuple[Booking, ShiftReply] | None:
    tap = inbound.tap
    if tap is None or not tap.step.startswith(REMINDER_STEP) or tap.choice not in set(ShiftReply):
        return None
    ref = tap.step.removeprefix(REMINDER_STEP)
    booking = next((booking for booking in bookings if booking.ref == ref), None)
    return (booking, ShiftReply(tap.choice)) if booking else None
