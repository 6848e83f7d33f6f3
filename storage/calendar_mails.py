"""Find bookings of which somebody's calendar has to be told by e-mail, and put the mail into the outbox, once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from flows.facts import Slot
from flows.messages import Purpose
from storage.calendars import CalendarDate, date_of
from storage.operations.calendar_mails import untold
from storage.performing import perform
from storage.statements import Operation, Params, Statement
from storage.store import OutboxStatus
from storage.tables import AddressRow, BookingRow, CalendarMailRow, PersonRow, Site, SlotRow, new_message_ref, to_micros
from storage.touched import read_slot_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """A booking that was made or changed since its calendar was told last."""

    booking_id: int
    date: CalendarDate
    slot: Slot
    language: str | None
    zone: str | None
    #: The person's e-mail address, and ours.
    address_id: int
    user: str
    account: str
    #: What was told before; empty when nothing was.
    told: str
    sequence: int

    @property
    def fingerprint(self) -> str:
        """What the person would see of it, as a hash."""
        seen = [dict(self.date.title), self.date.place, self.date.starts_at.isoformat(), self.date.minutes]
        written = json.dumps([*seen, self.date.called_off], sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()[:32]

    @property
    def is_new(self) -> bool:
        """Whether their calendar knows nothing of it."""
        return not self.told

    @property
    def is_told(self) -> bool:
        """Whether nothing has changed that they could see."""
        return self.told == self.fingerprint


def list_untold(session: Session, hub: str, now: datetime) -> Sequence[Untold]:
    """List what was changed about dates ahead of people who agreed to be written to by e-mail, longest ago first."""
    return [_untold(session, *found) for found in perform(session, untold(hub, now))]


def _untold(session: Session, booking_id: int, address_id: int) -> Untold:
    booking, address = session.get_one(BookingRow, booking_id), session.get_one(AddressRow, address_id)
    person, slot = session.get_one(PersonRow, booking.person_id), session.get_one(SlotRow, booking.slot_id)
    site = session.get(Site, slot.site_id) if slot.site_id is not None else None
    mail = session.get(CalendarMailRow, booking_id)
    return Untold(
        booking_id=booking_id,
        date=date_of(booking, slot, site),
        slot=read_slot_of(session, slot),
        language=person.language,
        zone=person.zone,
        address_id=address_id,
        user=address.user,
        account=address.account,
        told=mail.told if mail else "",
        sequence=_next(mail, booking),
    )


def _next(mail: CalendarMailRow | None, booking: BookingRow) -> int:
    """Number it like the calendar that can be subscribed to, and always higher than before."""
    seconds = max(0, int((booking.changed_at - booking.created_at).total_seconds()))
    return max(seconds, mail.sequence + 1) if mail else seconds


#: Only the first of two who looked at the same change goes on.
_NOTE: Final = """
    INSERT INTO calendar_mail (booking_id, hub, sequence, told, seen_at)
    VALUES (:booking_id, :hub, :sequence, :told, :seen_at)
    ON CONFLICT (booking_id) DO UPDATE
        SET sequence = excluded.sequence, told = excluded.told, seen_at = excluded.seen_at
        WHERE calendar_mail.seen_at < excluded.seen_at
    RETURNING booking_id
"""
_WRITE: Final = """
    INSERT INTO outbox (hub, ref, dedupe_key, channel, account, address_id, person_id, purpose, priority, status, body,
        choices, step, calendar, forget, expires_at, attempts, created_at)
    SELECT a.hub, CAST(:ref AS TEXT), CAST(:dedupe_key AS TEXT), a.channel, a.account, a.id, a.person_id,
        CAST(:purpose AS TEXT), CAST(:priority AS INTEGER), CAST(:status AS INTEGER), CAST(:body AS TEXT), '[]', '',
        CAST(:calendar AS TEXT), FALSE, CAST(:expires_at AS BIGINT), 0, CAST(:now AS BIGINT)
    FROM address AS a WHERE a.id = :address_id AND a.hub = :hub
    ON CONFLICT (hub, dedupe_key) DO NOTHING
"""


def note_seen(session: Session, hub: str, one: Untold) -> None:
    """Note that nothing has to be told about a change."""
    perform(session, _note(hub, one, sequence=one.sequence - 1))


def write(session: Session, hub: str, one: Untold, *, text: str, calendar: str, now: datetime) -> bool:
    """Write a mail with the calendar file; ``False`` when somebody else has."""
    return perform(session, _write(hub, one, text, calendar, now))


def _note(hub: str, one: Untold, *, sequence: int) -> Operation[bool]:
    seen_at = to_micros(one.date.changed_at)
    params: Params = {
        "booking_id": one.booking_id,
        "hub": hub,
        "sequence": sequence,
        "told": one.fingerprint,
        "seen_at": seen_at,
    }
    return bool((yield Statement(_NOTE, params)))


def _write(hub: str, one: Untold, text: str, calendar: str, now: datetime) -> Operation[bool]:
    if not (yield from _note(hub, one, sequence=one.sequence)):
        return False
    yield Statement(
        _WRITE,
        {
            "hub": hub,
            "ref": new_message_ref(to_micros(now)),
            "dedupe_key": f"calendar:{one.date.ref}:{one.sequence}",
            "purpose": Purpose.NOTICE.value,
            "priority": Purpose.NOTICE.priority,
            "status": int(OutboxStatus.READY),
            "body": text,
            "calendar": calendar,
            "expires_at": to_micros(one.slot.starts_at),
            "address_id": one.address_id,
            "now": to_micros(now),
        },
    )
    return True
