"""Write a broadcast to the outbox, a batch of people at a time; a crash in between neither loses nor doubles anybody."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flows.messages import Purpose
from storage.recipients import MAY_BE_WRITTEN_TO, MEANT, Recipients
from storage.statements import Operation, Statement
from storage.tables import to_micros

_TAKE: Final = """
    SELECT id, recipients, last_person_id FROM broadcast
    WHERE hub = :hub AND ref = :broadcast AND status = 'confirmed' {for_update}
"""
STRETCH: Final = """
    SELECT count(*) AS people, max(id) AS last_id FROM (
        SELECT id FROM person WHERE hub = :hub AND id > :last ORDER BY id LIMIT :limit) AS stretch
"""
#: A reference begins with that of its broadcast: as hard to guess, and its index grows at the end instead of everywhere.
FAN_OUT: Final = f"""
    INSERT INTO outbox (hub, ref, dedupe_key, channel, account, address_id, person_id, purpose, priority, status, body,
        choices, step, broadcast_id, forget, expires_at, attempts, created_at)
    SELECT p.hub, b.ref || '-' || CAST(a.id AS TEXT), 'broadcast:' || CAST(b.id AS TEXT) || ':' || CAST(a.id AS TEXT), a.channel, a.account,
        a.id, p.id, 'broadcast', {Purpose.BROADCAST.priority}, 1, {{body_in_language}},
        '[]', '', b.id, FALSE, b.expires_at, 0, CAST(:now AS BIGINT)
    FROM person AS p
    JOIN broadcast AS b ON b.id = :id
    JOIN address AS a ON a.id = p.address_id
    WHERE p.id > :last AND p.id <= :last_id AND {MEANT} AND {MAY_BE_WRITTEN_TO}
    ORDER BY p.id
    ON CONFLICT (hub, dedupe_key) DO NOTHING
"""  # noqa: S608 - a constant
_ADVANCE: Final = "UPDATE broadcast SET last_person_id = :last_id WHERE id = :id"
_END: Final = "UPDATE broadcast SET status = 'written' WHERE id = :id"


def open_broadcasts(hub: str) -> Operation[list[str]]:
    """List broadcasts that are not yet written as a whole, oldest first."""
    rows = yield Statement(
        "SELECT ref FROM broadcast WHERE hub = :hub AND status = 'confirmed' ORDER BY id", {"hub": hub}
    )
    return [row["ref"] for row in rows]


def fan_out(hub: str, broadcast: str, limit: int, now: datetime) -> Operation[int]:
    """Write to the next people; return how many were looked at, 0 at the end."""
    taken = yield Statement(_TAKE, {"hub": hub, "broadcast": broadcast})
    if not taken:
        return 0
    ((broadcast_id, last),) = ((row["id"], row["last_person_id"]) for row in taken)
    (stretch,) = yield Statement(STRETCH, {"hub": hub, "last": last, "limit": limit})
    if not stretch["people"]:
        yield Statement(_END, {"id": broadcast_id})
        return 0
    advance = {"id": broadcast_id, "last_id": stretch["last_id"]}
    filters = Recipients.from_json(taken[0]["recipients"]).params(hub)
    yield Statement(FAN_OUT, {**filters, **advance, "last": last, "now": to_micros(now)})
    yield Statement(_ADVANCE, advance)
    return int(stretch["people"])
