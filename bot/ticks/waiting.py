"""Offer each freed seat to whoever waits longest for it, until they answer or the time is up."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from flows.facts import Hub
from flows.library import Library
from flows.messages import Purpose
from flows.places.choices import seat_choices
from flows.places.shift_reply import SEAT_STEP
from flows.rules.waiting import offered_until
from flows.wording import say_offer, say_when
from storage.store import KeptSeat, NewMessage, SeatTold, Store

_BATCH: Final = 200


async def pass_on_seats(store: Store, hub: Hub, library: Library, now: datetime) -> int:
    """Move every line on and tell whoever is next; return how many were asked."""
    asked = 0
    await store.move_lines(hub.id, now)
    while kept := await store.kept_seats(hub.id, _BATCH):
        told = [_tell(seat, hub, library, now) for seat in kept]
        await store.tell_kept(hub.id, told, now)
        asked += sum(one.message is not None for one in told)
    return asked


def _tell(seat: KeptSeat, hub: Hub, library: Library, now: datetime) -> SeatTold:
    until = offered_until(now, starts_at=seat.slot.starts_at, zone=seat.zone, quiet_hours=hub.quiet_hours)
    if until is None or not seat.can_be_told:
        return SeatTold(id=seat.id, message=None, until=None)
    language = seat.language or hub.languages[0]
    there = until.astimezone(ZoneInfo(seat.zone or seat.slot.zone))
    values = {
        "hub": hub.name,
        "help_phone": hub.help_phone,
        "given_name": "",
        "slot": say_offer(seat.slot, zone=seat.zone, language=language),
        "until": say_when(there, zone=None, language=language),
    }
    message = NewMessage(
        dedupe_key=f"seat:{seat.ref}",
        person_id=seat.person_id,
        text=library.phrases.say("seat_kept", language, values),
        purpose=Purpose.NOTICE,
        choices=seat_choices(library.phrases, language),
        step=f"{SEAT_STEP}{seat.ref}",
        expires_at=until,
    )
    return SeatTold(id=seat.id, message=message, until=until)
