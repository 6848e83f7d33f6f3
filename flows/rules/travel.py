"""Decide whether the way between two places is longer than the time for it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from flows.facts import Booking, Slot
from flows.geography import distance_km

#: Through a town by bus or car, as the crow flies; a proposal until a hub says otherwise.
_KM_PER_HOUR: Final = 20.0
#: To get out of one house and into the other.
_DOOR_TO_DOOR: Final = timedelta(minutes=10)
#: Nearer than this is the same place.
_SAME_PLACE_KM: Final = 0.2


def tight_after(slot: Slot, bookings: Iterable[Booking]) -> Booking | None:
    """Find a booking right before or after a slot from or to which the way takes longer than the time between them."""
    return next((booking for booking in bookings if _is_tight(slot, booking.slot)), None)


def _is_tight(one: Slot, other: Slot) -> bool:
    needed = way(one, other)
    between = max(one.starts_at - other.ends_at, other.starts_at - one.ends_at)  # negative where they overlap
    return needed is not None and timedelta(0) <= between < needed


def way(one: Slot, other: Slot) -> timedelta | None:
    """Estimate how long it takes from one place to another; ``None`` for the same place, or where one is unknown."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    km = distance_km((one.latitude, one.longitude), (other.latitude, other.longitude))
    if km < _SAME_PLACE_KM:
        return None
    return _DOOR_TO_DOOR + timedelta(hours=km / _KM_PER_HOUR)
