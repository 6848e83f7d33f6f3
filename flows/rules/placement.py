"""Decide which open shifts and training sessions fit a person; every refusal is a sentence that can be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from flows.facts import Booking, Json, Slot, SlotKind
from flows.geography import distance_km, place_of

#: A longer way to an unpaid hour is seldom gone twice; a proposal until a hub says otherwise.
MAX_DISTANCE_KM: Final = 50.0
#: Nothing that begins sooner is offered: there must be time to get there.
_NOTICE: Final = timedelta(hours=3)
_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What placement knows about a person."""

    role: str | None
    zip: str | None
    minor: bool
    #: Weekly windows, ``{"day": "mon", "from": "16:00", "to": "20:00"}``; empty when unknown.
    availability: Sequence[Mapping[str, Json]]
    bookings: Sequence[Booking]


def fitting(slots: Iterable[Slot], candidate: Candidate, *, now: datetime, limit: int) -> tuple[Slot, ...]:
    """Return the first slots, in the order given, that nothing speaks against."""
    found = (slot for slot in slots if refusal(slot, candidate, now=now) is None)
    return tuple(slot for slot, _ in zip(found, range(limit), strict=False))


def refusal(slot: Slot, candidate: Candidate, *, now: datetime) -> str | None:
    """Say why a slot is not offered to a person; ``None`` when it is."""
    if slot.seats_left < 1:
        return "full"
    if slot.starts_at < now + _NOTICE:
        return "too_soon"
    if any(_overlap(slot, booking.slot) for booking in candidate.bookings):
        return "overlap"
    if candidate.minor and (slot.one_to_one or not slot.supervised):
        return "minor_unsupervised"
    if slot.role is not None and slot.role != candidate.role:
        return "other_role"
    if _too_far(slot, candidate.zip):
        return "too_far"
    if slot.kind is SlotKind.TRAINING:
        return None
    if candidate.availability and not any(_covers(window, slot) for window in candidate.availability):
        return "not_available"
    return None


def _overlap(one: Slot, other: Slot) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _covers(window: Mapping[str, Json], slot: Slot) -> bool:
    ends_local = slot.starts_local + timedelta(minutes=slot.minutes)
    return (
        window["day"] == _DAYS[slot.starts_local.weekday()]
        and str(window["from"]) <= f"{slot.starts_local:%H:%M}"
        and ends_local.date() == slot.starts_local.date()
        and f"{ends_local:%H:%M}" <= str(window["to"])
    )


def _too_far(slot: Slot, zip_code: str | None) -> bool:
    home = place_of(zip_code) if zip_code else None
    if home is None or home.point is None or slot.latitude is None or slot.longitude is None:
        return False
    return distance_km(home.point, (slot.latitude, slot.longitude)) > MAX_DISTANCE_KM
