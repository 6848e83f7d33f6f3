"""What an operator does from the command line beside a running process: note attendance, look for trouble."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import phonenumbers

from bot import attendance
from bot.app import utc_now
from bot.mistake import MistakeError
from bot.opening import open_hub
from channels.capabilities import CAPABILITIES
from flows.library import shipped
from storage import outbox, people, tasks, whereabouts
from storage.schedule import NotBooked
from storage.store import OutboxStatus
from storage.tables import SlotRow, TaskRow

#: How far back failures are told.
_LOOKED_BACK: Final = timedelta(days=7)


def note_attended(path: Path, environ: Mapping[str, str], *, person: str, session: str | None) -> str:
    """Mark a person's training as attended; return a sentence about it.

    Args:
        person: their reference, phone number or vendor's id.

    Raises:
        MistakeError: there is no such person, or they have no such training booked.
    """
    with open_hub(path, environ) as (database, hub):
        with database.reading() as transaction:
            found = find_person(transaction, hub.id, person)
        noted = attendance.note_attended(database, hub, shipped().phrases, found.ref, utc_now(), slot_ref=session)
    if isinstance(noted, NotBooked):
        raise MistakeError("They have no such training booked, so nothing was changed.")
    return f"Noted. Stage: {noted.stage.value}."


def find_person(transaction: Any, hub: str, person: str) -> Any:
    """Find a person by what an operator has of them: their reference, phone number or vendor's id.

    Raises:
        MistakeError: there is no such person.
    """
    found = people.find(transaction, hub, person)
    for channel in CAPABILITIES:
        found = found or people.find_by_user(transaction, hub, _user(person, channel), channel=channel)
    if found is None:
        raise MistakeError("There is no such person. Give their reference, phone number, Slack or Telegram id.")
    return found


def _user(person: str, channel: str) -> str:
    if channel != "sms":
        return person
    try:
        return phonenumbers.format_number(phonenumbers.parse(person, "US"), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return person


def list_trouble(path: Path, environ: Mapping[str, str]) -> list[str]:
    """Say which messages are stuck or failed in the last week, and who waits for a human; no name, number or text."""
    now = utc_now()
    with open_hub(path, environ) as (database, hub), database.reading() as transaction:
        stuck = outbox.list_stuck(transaction, hub.id, now)
        failed = outbox.list_failed(transaction, hub.id, now - _LOOKED_BACK)
        waiting = tasks.list_open(transaction, hub.id)
        slots = tasks.slots_of(transaction, [task for task, _ in waiting])
    lines = [f"{len(stuck)} messages are stuck; {len(failed)} failed in the last week; {len(waiting)} tasks wait."]
    for kind, rows in (("stuck", stuck), ("failed", failed)):
        lines += [
            f"  {kind}: {row.channel} {row.purpose} of {row.created_at:%Y-%m-%d %H:%M} UTC,"
            f" {OutboxStatus(row.status).name.lower()}, {row.reason or 'no reason known'} (message {row.ref})"
            for row in rows
        ]
    lines += [
        f"  task: {about(task, slots.get(task.booking_id or 0))} since {task.opened_at:%Y-%m-%d %H:%M} UTC"
        f" (person {person.ref if person else 'forgotten'})"
        for task, person in waiting
    ]
    return lines


def about(task: TaskRow, slot: SlotRow | None) -> str:
    """Say what a task is about: ``late_cancellation, said N, of 2026-11-25 15:00 America/Chicago (slot ...)``."""
    what = task.reason if task.kind in ("hand_off", task.reason) else f"{task.kind}, {task.reason}"
    return f"{what}, of {slot.starts_local.replace('T', ' ')} {slot.zone} (slot {slot.ref})," if slot else what


def count_at_steps(path: Path, environ: Mapping[str, str]) -> Mapping[tuple[str, str], int]:
    """Count people by the flow and step at which they are."""
    with open_hub(path, environ) as (database, hub), database.reading() as session:
        return whereabouts.count_at_steps(session, hub.id)
