"""Turn reminders whose time has come into outbox messages."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flows.commands import ShiftReply
from flows.facts import BookingStatus, Hub
from flows.library import Library
from flows.messages import Choice, Purpose
from flows.places.shift_reply import REMINDER_STEP
from flows.rules.reminders import SILENT, look_at
from flows.wording import say_slot
from storage.store import DueReminder, NewMessage, ReminderSettled, Store

_BATCH: Final = 500


async def send_due(store: Store, hub: Hub, library: Library, now: datetime) -> int:
    """Write the messages of all due reminders to the outbox; return how many reminders were settled."""
    settled = 0
    while due := await store.due_reminders(hub.id, now, _BATCH):
        await store.settle_reminders(hub.id, [_settle(reminder, hub, library, now) for reminder in due], now)
        settled += len(due)
    return settled


def _settle(reminder: DueReminder, hub: Hub, library: Library, now: datetime) -> ReminderSettled:
    slot = reminder.booking.slot
    if now >= slot.starts_at:
        return ReminderSettled(id=reminder.id, booking=reminder.booking.ref, message=None, reason="begun")
    if reminder.kind == SILENT:
        silent = reminder.booking.asked and reminder.booking.status is BookingStatus.BOOKED
        reason = "unanswered" if silent else "answered"
        return ReminderSettled(
            id=reminder.id, booking=reminder.booking.ref, message=None, reason=reason, is_silent=silent
        )
    language = reminder.language or hub.languages[0]
    confirmed = reminder.booking.status is BookingStatus.CONFIRMED  # they said they come: not asked again
    text = library.phrases.say(
        _phrase(reminder, confirmed=confirmed),
        language,
        {
            "hub": hub.name,
            "help_phone": hub.help_phone,
            "slot": say_slot(slot, zone=reminder.zone, language=language),
            "organisation": reminder.booking.held_for or "",
        },
    )
    message = NewMessage(
        dedupe_key=f"reminder:{reminder.booking.ref}:{reminder.kind}",
        person_id=reminder.person_id,
        text=text,
        purpose=Purpose.REMINDER,
        choices=tuple(
            Choice(
                id=reply.value,
                key=reply.value,
                label=library.phrases.say(f"reminder_choice.{reply.name.lower()}", language),
            )
            for reply in ShiftReply
            if not (confirmed and reply is ShiftReply.CONFIRM)
        ),
        step=f"{REMINDER_STEP}{reminder.booking.ref}",
        expires_at=slot.starts_at,
    )
    return ReminderSettled(
        id=reminder.id,
        booking=reminder.booking.ref,
        message=message,
        reason="due",
        look_at=None if confirmed else look_at(slot.starts_at, now),
    )


def _phrase(reminder: DueReminder, *, confirmed: bool) -> str:
    if reminder.booking.held_for:  # it is not theirs yet, and must not sound like it
        return "held.reminder_confirmed" if confirmed else "held.reminder"
    return "reminder_confirmed" if confirmed else f"reminder.{reminder.kind}"
