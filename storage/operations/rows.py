"""Read rows as the values that the rest of the house knows, and write values as columns."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from flows.facts import Booking, BookingStatus, Json, Slot, SlotKind
from flows.messages import Choice
from storage.statements import Row
from storage.tables import from_micros

#: Columns that ``read_slot`` needs of a slot ``s`` and its site ``t``.
SLOT_COLUMNS: Final = """
    s.ref AS slot_ref, s.kind AS slot_kind, s.title, s.place, s.role, s.starts_local, s.zone AS slot_zone, s.minutes,
    s.capacity - s.taken AS seats_left, s.supervised, s.one_to_one, s.course, s.needs_courses, s.subject, s.grades,
    s.language AS slot_language, s.series_id, s.site_id, s.ladder,
    t.name AS site_name, t.street AS site_street, t.latitude, t.longitude
"""
#: Columns that ``read_booking`` needs of a booking ``k``.
BOOKING_COLUMNS: Final = """
    k.ref AS booking_ref, k.status AS booking_status, k.asked, k.changed_at AS booking_changed_at,
    (SELECT o.name FROM reservation AS v JOIN allowance AS l ON l.id = v.allowance_id
        JOIN membership AS e ON e.id = l.membership_id JOIN organisation AS o ON o.id = e.organisation_id
     WHERE v.booking_id = k.id AND v.held_until IS NOT NULL) AS held_for
"""


def read_slot(row: Row) -> Slot:
    """Make a slot of a row with ``SLOT_COLUMNS``."""
    return Slot(
        ref=row["slot_ref"],
        kind=SlotKind(row["slot_kind"]),
        title=json.loads(row["title"]),
        place=_place(row),
        starts_local=datetime.fromisoformat(row["starts_local"]),
        zone=row["slot_zone"],
        minutes=row["minutes"],
        seats_left=row["seats_left"],
        role=row["role"],
        latitude=row["latitude"],
        longitude=row["longitude"],
        supervised=bool(row["supervised"]),
        one_to_one=bool(row["one_to_one"]),
        course=row["course"],
        needs_courses=tuple(json.loads(row["needs_courses"])),
        subject=row["subject"],
        grades=row["grades"],
        language=row["slot_language"],
        series=row["series_id"],
        site=row["site_id"],
        ladder=tuple(json.loads(row["ladder"] or "[]")),
    )


def _place(row: Row) -> str:
    parts = (row["site_name"], row["site_street"]) if row["site_name"] else (row["place"],)
    return ", ".join(part for part in parts if part)


def read_booking(row: Row) -> Booking:
    """Make a booking of a row with ``BOOKING_COLUMNS`` and ``SLOT_COLUMNS``."""
    return Booking(
        ref=row["booking_ref"],
        slot=read_slot(row),
        status=BookingStatus(row["booking_status"]),
        asked=bool(row["asked"]),
        changed_at=from_micros(row["booking_changed_at"]),
        held_for=row["held_for"],
    )


#: What is sent to many has few instants.
remembered: Final = lru_cache(maxsize=1024)(from_micros)


def read_instant(micros: int | None) -> datetime | None:
    """Read an instant that may be missing."""
    return None if micros is None else remembered(micros)


def write_json(value: Json | Sequence[Any] | dict[str, Any]) -> str:
    """Write JSON as both databases keep it: short, and readable in any language."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_choices(choices: Sequence[Choice]) -> str:
    """Write the choices of a message as JSON, without what is empty."""
    if not choices:
        return "[]"
    return write_json([{name: value for name, value in _fields(choice) if value} for choice in choices])


def _fields(choice: Choice) -> Sequence[tuple[str, Any]]:
    return (("id", choice.id), ("label", choice.label), ("key", choice.key), ("also", list(choice.also)))


def read_choices(text: str) -> tuple[Choice, ...]:
    """Read choices back."""
    if text == "[]":
        return ()
    return tuple(
        Choice(id=item["id"], label=item.get("label", ""), key=item.get("key", ""), also=tuple(item.get("also", ())))
        for item in json.loads(text)
    )
