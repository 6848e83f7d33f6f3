"""Read what a turn starts from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flows.facts import Person, Slot, SlotKind
from flows.messages import Inbound
from flows.stages import Stage
from storage.operations.rows import SLOT_COLUMNS, read_booking, read_slot
from storage.operations.scope import identity
from storage.statements import Operation, Row, Statement
from storage.store import Known, Loaded
from storage.tables import to_micros

LOAD: Final = """
    SELECT
        EXISTS (SELECT 1 FROM inbound AS i
                WHERE i.hub = :hub AND i.channel = :channel AND i.account = :account AND i.provider_id = :provider_id
        ) AS known,
        EXISTS (SELECT 1 FROM booking AS k
                WHERE k.person_id = p.id AND k.status IN ('booked', 'confirmed') AND k.status <> 'released'
        ) AS has_bookings,
        p.id AS person_id, p.stage, p.language, p.zone, p.answers, a.opted_out_at, a.consented_at, a.paused_at,
        a.reachable, c.version, c.state, c.held_by
    FROM (SELECT 1 AS one) AS always
    LEFT JOIN address AS a ON a.hub = :hub AND a.channel = :channel AND a.account = :account AND a."user" = :user
    LEFT JOIN person AS p ON p.id = a.person_id
    LEFT JOIN conversation AS c ON c.person_id = p.id
"""

BOOKINGS: Final = f"""
    SELECT k.ref AS booking_ref, k.status AS booking_status, k.asked, {SLOT_COLUMNS}
    FROM booking AS k
    JOIN slot AS s ON s.id = k.slot_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE k.person_id = :person_id AND k.status IN ('booked', 'confirmed') AND k.status <> 'released'
        AND s.starts_at + CAST(s.minutes AS BIGINT) * 60000000 > :now
    ORDER BY s.starts_at, k.id
    LIMIT 10
"""  # noqa: S608 - a constant

FIND_SLOTS: Final = f"""
    SELECT {SLOT_COLUMNS}
    FROM slot AS s
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE s.hub = :hub AND s.kind = :kind AND s.starts_at >= :now AND s.starts_at < :until
        AND s.taken < s.capacity AND NOT s.cancelled
    ORDER BY s.starts_at, s.id
"""  # noqa: S608 - a constant


def load(hub: str, inbound: Inbound, now: datetime) -> Operation[Loaded | Known]:
    """Read person, conversation and bookings of whoever wrote."""
    (row,) = yield Statement(LOAD, identity(hub, inbound))
    if row["known"]:
        return Known()
    if row["person_id"] is None:
        return Loaded(person_id=None, version=0, conversation=None, person=Person(), bookings=())
    return (yield from read_loaded(row, now))


def read_loaded(row: Row, now: datetime) -> Operation[Loaded]:
    """Make what a turn starts from of a row like that of ``LOAD``, and look up the bookings if there are any."""
    bookings: Sequence[Row] = ()
    if row["has_bookings"]:
        bookings = yield Statement(BOOKINGS, {"person_id": row["person_id"], "now": to_micros(now)})
    return Loaded(
        person_id=row["person_id"],
        version=row["version"] or 0,
        conversation=row["state"] or None,
        person=Person(
            stage=Stage(row["stage"]),
            language=row["language"],
            zone=row["zone"],
            answers=json.loads(row["answers"]),
            opted_out=row["opted_out_at"] is not None,
            consented=row["consented_at"] is not None,
            paused=row["paused_at"] is not None,
            reachable=bool(row["reachable"]),
            held=row["held_by"] is not None,
        ),
        bookings=tuple(map(read_booking, bookings)),
    )


def find_slots(hub: str, kind: SlotKind, now: datetime, until: datetime) -> Operation[list[Slot]]:
    """List open slots with a free seat, soonest first."""
    rows = yield Statement(
        FIND_SLOTS, {"hub": hub, "kind": kind.value, "now": to_micros(now), "until": to_micros(until)}
    )
    return [read_slot(row) for row in rows]
