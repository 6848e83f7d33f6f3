"""Wait-lists: whoever waits longest is kept the next free seat, counted as taken until they answer or the time is up.

The seat is kept in the very transaction that frees it, so nobody else can have it in between; words are found a moment
later, by the clock. Whatever changes a line locks its slot first, so that two who change it wait for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from storage.operations import covers
from storage.operations.preferences import reached
from storage.operations.reminders import QUEUE, queue_params
from storage.operations.rows import SLOT_COLUMNS, read_slot
from storage.operations.scope import Scope
from storage.statements import Operation, Params, Row, Statement
from storage.store import KeptSeat, SeatTold
from storage.tables import new_ref, to_micros

_LOCK: Final = "SELECT id FROM slot WHERE id = :slot_id {for_update}"
_LOCK_OPEN: Final = """
    SELECT id FROM slot WHERE hub = :hub AND ref = :slot AND NOT cancelled AND starts_at > :now {for_update}
"""
_JOIN: Final = """
    INSERT INTO wait (hub, ref, person_id, slot_id, status, joined_at, changed_at)
    SELECT s.hub, CAST(:ref AS TEXT), CAST(:person_id AS INTEGER), s.id, 'waiting', CAST(:now AS BIGINT),
        CAST(:now AS BIGINT)
    FROM slot AS s
    WHERE s.id = :slot_id AND NOT EXISTS (
        SELECT 1 FROM booking AS b WHERE b.person_id = :person_id AND b.slot_id = s.id AND b.status <> 'released')
    ON CONFLICT (person_id, slot_id) WHERE status IN ('waiting', 'offered') DO NOTHING
"""
#: Names the line of a person by the reference they were told, or by the slot.
_MINE: Final = """
    SELECT w.id, w.slot_id, w.status FROM wait AS w JOIN slot AS s ON s.id = w.slot_id
    WHERE w.person_id = :person_id AND w.status IN ('waiting', 'offered') AND s.hub = :hub AND s.ref = :slot
"""
_STATUS: Final = "SELECT status FROM wait WHERE id = :id AND status IN ('waiting', 'offered')"
_END: Final = """
    UPDATE wait SET status = :status, changed_at = :now WHERE id = :id AND status IN ('waiting', 'offered')
"""
_GIVE_BACK: Final = "UPDATE slot SET taken = taken - 1 WHERE id = :slot_id"
#: Only for a line that somebody stands in.
_KEEP: Final = """
    UPDATE slot SET taken = taken + 1
    WHERE id = :slot_id AND taken < capacity AND NOT cancelled AND starts_at > :now AND EXISTS (
        SELECT 1 FROM wait AS w WHERE w.slot_id = slot.id AND w.status = 'waiting')
    RETURNING id
"""
_FIRST: Final = """
    UPDATE wait SET status = 'offered', offered_until = NULL, changed_at = :now
    WHERE id = (SELECT MIN(w.id) FROM wait AS w WHERE w.slot_id = :slot_id AND w.status = 'waiting')
    RETURNING id
"""
_DROP_OFFER: Final = """
    UPDATE outbox SET status = 8, reason = 'seat_passed_on', settled_at = :now
    WHERE hub = :hub AND status IN (0, 1) AND dedupe_key = 'seat:' || (SELECT ref FROM wait WHERE id = :id)
"""

#: Live rows of which the time is up, or whose slot has begun or was called off. Each slot is looked up by itself: a join
#: may be read from the other side, all slots first.
OVER: Final = """
    SELECT w.id, w.slot_id FROM wait AS w
    WHERE w.hub = :hub AND w.status IN ('waiting', 'offered')
        AND ((w.status = 'offered' AND w.offered_until <= :now)
            OR (SELECT s.cancelled OR s.starts_at <= :now FROM slot AS s WHERE s.id = w.slot_id))
    ORDER BY w.id
"""
#: Slots with a free seat and somebody who waits: a seat added by hand, or by whoever was erased.
UNFILLED: Final = """
    SELECT w.slot_id FROM wait AS w
    WHERE w.hub = :hub AND w.status IN ('waiting', 'offered') AND w.status = 'waiting'
        AND (SELECT s.taken < s.capacity AND NOT s.cancelled AND s.starts_at > :now
             FROM slot AS s WHERE s.id = w.slot_id)
"""
KEPT: Final = f"""
    SELECT w.id, w.ref AS wait_ref, w.person_id, p.language AS person_language, p.zone AS person_zone,
        a.id IS NOT NULL AND a.reachable AND a.consented_at IS NOT NULL AND a.opted_out_at IS NULL AS can_be_told,
        {SLOT_COLUMNS}
    FROM wait AS w
    JOIN person AS p ON p.id = w.person_id
    LEFT JOIN address AS a ON a.id = {reached("'notice'")}
    JOIN slot AS s ON s.id = w.slot_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE w.hub = :hub AND w.status IN ('waiting', 'offered') AND w.status = 'offered' AND w.offered_until IS NULL
    ORDER BY w.id LIMIT :limit
"""  # noqa: S608 - a constant
_KEPT_UNTIL: Final = """
    UPDATE wait SET offered_until = :until, changed_at = :now
    WHERE id = :id AND hub = :hub AND status = 'offered' AND offered_until IS NULL
    RETURNING person_id
"""
_SLOT_OF: Final = "SELECT slot_id FROM wait WHERE id = :id AND hub = :hub"


# --- within a turn ----------------------------------------------------------------------------------------------------


def join(scope: Scope, slot: str) -> Operation[None]:
    """Stand in line for a full slot; whoever stands there keeps their place, whoever has a seat needs none."""
    found = yield Statement(_LOCK_OPEN, {"hub": scope.hub, "slot": slot, "now": scope.now})
    for row in found:
        yield Statement(_JOIN, {"ref": new_ref(), "person_id": scope.person_id, "slot_id": row["id"], "now": scope.now})
        yield from fill(row["id"], now=scope.now)  # a seat may have become free while the person was thinking


def leave(scope: Scope, slot: str) -> Operation[None]:
    """Leave a line; a seat kept for the person goes to the next."""
    found = yield Statement(_MINE, {"hub": scope.hub, "slot": slot, "person_id": scope.person_id})
    for row in found:
        yield from _end(scope.hub, row["id"], row["slot_id"], "passed", now=scope.now)


def take_kept(scope: Scope, slot: str) -> Operation[int | None]:
    """Turn the seat that is kept for a person into theirs; return its slot's number, ``None`` when none is kept.

    A person who only waits leaves the line: they are about to have a seat.
    """
    found = yield Statement(_MINE, {"hub": scope.hub, "slot": slot, "person_id": scope.person_id})
    if not found:
        return None
    (row,) = found
    open_slot = yield Statement(_LOCK_OPEN, {"hub": scope.hub, "slot": slot, "now": scope.now})
    now_stands = yield Statement(_STATUS, {"id": row["id"]})
    if not open_slot or not now_stands:
        return None
    yield Statement(_END, {"id": row["id"], "status": "taken", "now": scope.now})
    return int(row["slot_id"]) if now_stands[0]["status"] == "offered" else None


def fill(slot_id: int, *, now: int) -> Operation[None]:
    """Keep every free seat of a slot for whoever waits longest; the caller has the slot locked."""
    key: Params = {"slot_id": slot_id, "now": now}
    while (yield Statement(_KEEP, key)):
        yield Statement(_FIRST, key)


def _end(hub: str, wait_id: int, slot_id: int, status: str, *, now: int) -> Operation[None]:
    """Take somebody out of a line, in the order that everybody keeps: slot first."""
    yield Statement(_LOCK, {"slot_id": slot_id})
    stands = yield Statement(_STATUS, {"id": wait_id})
    if not stands:
        return
    yield Statement(_END, {"id": wait_id, "status": status, "now": now})
    if stands[0]["status"] == "offered":
        yield Statement(_GIVE_BACK, {"slot_id": slot_id})
        yield Statement(_DROP_OFFER, {"hub": hub, "id": wait_id, "now": now})
        yield from fill(slot_id, now=now)
        yield from covers.call(slot_id, now=now)


# --- by the clock -----------------------------------------------------------------------------------------------------


def is_moving(hub: str, now: datetime) -> Operation[bool]:
    """Tell whether a line has to be moved on."""
    params: Params = {"hub": hub, "now": to_micros(now)}
    if (yield Statement(OVER, params)):
        return True
    return bool((yield Statement(UNFILLED, params)))


def move(hub: str, now: datetime) -> Operation[None]:
    """End what is over, and keep each free seat for the next in its line."""
    params: Params = {"hub": hub, "now": to_micros(now)}
    for row in (yield Statement(OVER, params)):
        yield from _end(hub, row["id"], row["slot_id"], "expired", now=to_micros(now))
    unfilled = yield Statement(UNFILLED, params)
    for slot_id in sorted({row["slot_id"] for row in unfilled}):
        yield Statement(_LOCK, {"slot_id": slot_id})
        yield from fill(slot_id, now=to_micros(now))


def kept(hub: str, limit: int) -> Operation[list[KeptSeat]]:
    """List seats kept for people who have not been told yet."""
    rows = yield Statement(KEPT, {"hub": hub, "limit": limit})
    return [_read_kept(row) for row in rows]


def _read_kept(row: Row) -> KeptSeat:
    return KeptSeat(
        id=row["id"],
        ref=row["wait_ref"],
        person_id=row["person_id"],
        slot=read_slot(row),
        language=row["person_language"],
        zone=row["person_zone"],
        can_be_told=bool(row["can_be_told"]),
    )


def tell(hub: str, told: Sequence[SeatTold], now: datetime) -> Operation[None]:
    """Offer kept seats; one that cannot be offered goes to the next."""
    at = to_micros(now)
    for one in sorted(told, key=lambda item: item.id):
        slots = yield Statement(_SLOT_OF, {"id": one.id, "hub": hub})
        if one.message is None or one.until is None:
            for row in slots:
                yield from _end(hub, one.id, row["slot_id"], "expired", now=at)
            continue
        mine = yield Statement(_KEPT_UNTIL, {"id": one.id, "hub": hub, "until": to_micros(one.until), "now": at})
        if mine:
            yield Statement(QUEUE, queue_params(hub, one.message, now))
