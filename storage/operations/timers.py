"""Keep when a conversation that waits for an answer is looked at again: one row a person, in the commit of each turn.

A timer fires by a turn, and that turn sets the next one or clears it, fenced by the conversation's version: two processes
that find the same row due take one turn between them, and a crash before the commit leaves the row due.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flows.effects import SetTimer, TimerKind
from flows.messages import Address
from storage.operations.reading import read_loaded
from storage.operations.scope import Scope
from storage.statements import Batch, Operation, Params, Statement
from storage.store import DueTimer
from storage.tables import to_micros

_SET: Final = """
    INSERT INTO timer (person_id, hub, turn, kind, due_at) VALUES (:person_id, :hub, :turn, :kind, :due_at)
    ON CONFLICT (person_id) DO UPDATE SET turn = excluded.turn, kind = excluded.kind, due_at = excluded.due_at
"""
_CLEAR: Final = "DELETE FROM timer WHERE person_id = :person_id"
#: The person's bookings and address as ``reading.LOAD`` has them; of the address, where they last wrote from.
DUE: Final = """
    SELECT due.turn, due.kind, p.id AS person_id, p.stage, p.language, p.zone, p.answers,
        a.channel, a.account, a."user" AS address_user, a.opted_out_at, a.consented_at, a.paused_at, a.reachable,
        c.version, c.state, c.held_by,
        EXISTS (SELECT 1 FROM booking AS k
                WHERE k.person_id = due.person_id AND k.status IN ('booked', 'confirmed') AND k.status <> 'released'
        ) AS has_bookings
    FROM (
        SELECT person_id, turn, kind, due_at FROM timer WHERE hub = :hub AND due_at <= :now
        ORDER BY due_at LIMIT :limit
    ) AS due
    JOIN person AS p ON p.id = due.person_id
    LEFT JOIN address AS a ON a.id = p.address_id AND a.person_id = p.id
    LEFT JOIN conversation AS c ON c.person_id = due.person_id
    ORDER BY due.due_at
"""
#: One that was set anew in the meantime stays.
_DROP: Final = "DELETE FROM timer WHERE hub = :hub AND person_id = :person_id AND turn = :turn"


def set_timer(scope: Scope, timer: SetTimer) -> Operation[None]:
    """Set a person's timer, in place of the one there was."""
    params: Params = {
        "person_id": scope.person_id,
        "hub": scope.hub,
        "turn": timer.turn,
        "kind": timer.kind.value,
        "due_at": to_micros(timer.due_at),
    }
    yield Statement(_SET, params)


def clear(scope: Scope) -> Operation[None]:
    """Take a person's timer away."""
    yield Statement(_CLEAR, {"person_id": scope.person_id})


def due_timers(hub: str, now: datetime, limit: int) -> Operation[list[DueTimer]]:
    """List timers that are due, oldest first."""
    rows = yield Statement(DUE, {"hub": hub, "now": to_micros(now), "limit": limit})
    due: list[DueTimer] = []
    for row in rows:
        loaded = yield from read_loaded(row, now)
        address = (
            Address(channel=row["channel"], account=row["account"], user=row["address_user"]) if row["channel"] else None
        )
        due.append(
            DueTimer(
                person_id=row["person_id"],
                turn=row["turn"],
                kind=TimerKind(row["kind"]),
                address=address,
                loaded=loaded,
            )
        )
    return due


def drop(hub: str, timers: Sequence[DueTimer]) -> Operation[None]:
    """Take away timers that nothing can come of: somebody has written since, or cannot be written to at all."""
    ordered = sorted(timers, key=lambda timer: timer.person_id)
    yield Batch(_DROP, [{"hub": hub, "person_id": timer.person_id, "turn": timer.turn} for timer in ordered])
