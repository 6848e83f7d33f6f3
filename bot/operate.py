"""What an operator does from the command line beside a running process: note attendance, send a broadcast."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import phonenumbers
import typer
from rich.progress import Progress

from bot import attendance, config
from bot.app import utc_now
from bot.broadcasts import Stretch, finish_time
from bot.mistake import MistakeError
from channels.capabilities import CAPABILITIES
from flows.facts import Hub
from flows.library import shipped
from flows.text import Segments, fold, segments
from storage import broadcasts, outbox, people, tasks, whereabouts
from storage.broadcasts import Preview
from storage.database import Database, migrate
from storage.recipients import Recipients
from storage.schedule import NotBooked
from storage.store import OutboxStatus
from storage.tables import SlotRow, TaskRow

#: How far back failures are told.
_LOOKED_BACK: Final = timedelta(days=7)
#: How often the progress of a broadcast is looked at.
_LOOK_S: Final = 0.5
_DONE: Final = frozenset(OutboxStatus) - {OutboxStatus.WAITING, OutboxStatus.READY, OutboxStatus.SENDING}

#: What the narrowest channel takes in one message.
_MAX_CHARS: Final = min(capabilities.max_chars for capabilities in CAPABILITIES.values())
#: Why people are left out, as a coordinator would say it.
_REASONS: Final[Mapping[str, str]] = {
    "no_address": "have no address on record",
    "opted_out": "have opted out",
    "unreachable": "cannot be reached",
    "no_consent": "have not agreed to be written to",
    "paused": "may want to leave, and were asked",
}


def note_attended(path: Path, environ: Mapping[str, str], *, person: str, session: str | None) -> str:
    """Mark a person's training as attended; return a sentence about it.

    Args:
        person: their reference, phone number or vendor's id.

    Raises:
        MistakeError: there is no such person, or they have no such training booked.
    """
    database, hub = _open(path, environ)
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
    database, hub = _open(path, environ)
    now = utc_now()
    with database.reading() as transaction:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    preview: Preview
    parts: Mapping[str, Segments]
    finish_at: datetime


def run_broadcast(
    path: Path,
    environ: Mapping[str, str],
    *,
    to: Sequence[str],
    texts: Mapping[str, str],
    useful_for: timedelta,
    dry_run: bool,
    confirmed: bool,
    show: Callable[[str], None] = typer.echo,
) -> None:
    """Show what a broadcast would do; when confirmed, hand it to the running process and watch it.

    Args:
        to: filters, ``role=tutor``.
        texts: the message by language.
        useful_for: it is not sent later than this.

    Raises:
        MistakeError: a filter is wrong, nobody would be reached, or the text is empty.
    """
    recipients = read_recipients(to)
    if not texts["en"].strip():
        raise MistakeError("The text is empty. Write one with --text.")
    settings = config.load(path, environ)
    for language, text in texts.items():
        if len(fold(text)) > _MAX_CHARS:
            raise MistakeError(
                f"The text ({language}) has {len(fold(text))} characters; {_MAX_CHARS} fit in one message."
            )
    database, hub = _open(path, environ)
    with database.reading() as transaction:
        preview = broadcasts.preview(transaction, hub.id, recipients)
    rates = {name: table["messages_per_second"] for name, table in settings.channels.opened().items()}
    now = utc_now()
    plan = _plan(preview, texts, rates, hub, now)
    for line in describe(plan.preview, plan.parts, plan.finish_at, hub):
        show(line)
    if plan.finish_at > now + useful_for:
        show("Not everybody gets it: it is not finished by then. Allow more --hours, or write to fewer.")
    if dry_run:
        show("This was a dry run: nothing is sent.")
        return
    if not preview.people:
        raise MistakeError("Nobody would receive it, so nothing is sent.")
    if not confirmed and typer.prompt(f"Type {preview.people} to send it") != str(preview.people):
        show("Not sent.")
        return
    with database.session() as transaction:
        broadcast = broadcasts.create(
            transaction, hub.id, recipients=recipients, body=texts, now=now, expires_at=now + useful_for
        )
        ref = broadcast.ref
    _watch(database, hub, ref, show)


def read_recipients(to: Sequence[str]) -> Recipients:
    """Read filters such as ``role=tutor``.

    Raises:
        MistakeError: a filter is not one of the known ones.
    """
    known = [field.name for field in fields(Recipients)]
    given: dict[str, str] = {}
    for part in to:
        name, separator, value = part.partition("=")
        if not (separator and value) or name not in known:
            raise MistakeError(f"--to {part}: cannot be read; write one of {', '.join(f'{k}=…' for k in known)}.")
        given[name] = value
    return Recipients(**given)


def _plan(preview: Preview, texts: Mapping[str, str], rates: Mapping[str, float], hub: Hub, now: datetime) -> _Plan:
    parts = {language: segments(fold(text)) for language, text in texts.items()}
    stretches = [
        Stretch(
            channel=group.channel,
            zone=group.zone,
            people=group.people,
            parts=parts.get(group.language or "en", parts["en"]).parts if group.channel == "sms" else 1,
        )
        for group in preview.groups
    ]
    known = {name: rates.get(name, CAPABILITIES[name].messages_per_second) for name in CAPABILITIES}
    return _Plan(preview=preview, parts=parts, finish_at=finish_time(stretches, known, hub, now=now))


def describe(preview: Preview, parts: Mapping[str, Segments], finish_at: datetime, hub: Hub) -> list[str]:
    """Say what a broadcast would do, a sentence a line."""
    lines = [f"{preview.people} people would receive it."]
    by_channel: dict[str, int] = {}
    for group in preview.groups:
        by_channel[group.channel] = by_channel.get(group.channel, 0) + group.people
    lines += [f"  by {channel}: {number}" for channel, number in sorted(by_channel.items())]
    left_out = sum(preview.left_out.values())
    lines.append(f"{left_out} people are left out.")
    lines += [f"  {number} {_REASONS[reason]}" for reason, number in preview.left_out.items()]
    for language, counted in parts.items():
        guilty = f", because of {' '.join(counted.guilty)}" if counted.guilty else ""
        lines.append(f"Text message, {language}: {counted.parts} part(s) of {counted.encoding}{guilty}.")
    if preview.people:
        local = finish_at.astimezone(ZoneInfo(hub.zone))
        minutes = math.ceil((finish_at - utc_now()).total_seconds() / 60)
        lines.append(
            f"Done about {local:%a %b %d, %H:%M} ({hub.zone}), in {max(minutes, 1)} minute(s), quiet hours kept."
        )
    return lines


def _watch(database: Database, hub: Hub, ref: str, show: Callable[[str], None]) -> None:
    """Show a bar until every message has been decided; leaving does not stop the broadcast."""
    show("Confirmed. The running process sends it; leaving this view with Ctrl-C does not stop it.")
    with Progress() as bar:
        task = bar.add_task("Sending", total=None)
        while True:
            with database.reading() as transaction:
                broadcast = broadcasts.find(transaction, hub.id, ref)
                assert broadcast is not None, "it was created a moment ago"
                counts = broadcasts.progress(transaction, broadcast)
                written, total = broadcast.status == "written", broadcast.total
            done = sum(number for status, number in counts.items() if status in _DONE)
            queued = sum(counts.values())
            bar.update(task, total=queued if written else max(total, queued), completed=done)
            if written and done == queued:
                break
            waiting = counts.get(OutboxStatus.WAITING, 0)
            if written and waiting and done + waiting == queued:
                show(f"{waiting} wait for the end of quiet hours and leave then by themselves.")
                break
            time.sleep(_LOOK_S)
    for status, number in counts.items():
        show(f"  {number} {status.name.lower()}")


def count_at_steps(path: Path, environ: Mapping[str, str]) -> Mapping[tuple[str, str], int]:
    """Count people by the flow and step at which they are."""
    database, hub = _open(path, environ)
    with database.reading() as session:
        return whereabouts.count_at_steps(session, hub.id)


def _open(path: Path, environ: Mapping[str, str]) -> tuple[Database, Hub]:
    settings = config.load(path, environ)
    url = settings.database.url.get_secret_value()
    migrate(url)
    return Database(url, key=settings.privacy.key_in_clear), settings.hub.facts()
