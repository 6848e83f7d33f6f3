"""Keep on which of their channels people want which messages, and find the one that a message goes to."""

from __future__ import annotations

from typing import Final

from flows.effects import PreferChannel
from flows.rules.reaching import Way
from storage.operations.scope import Scope
from storage.statements import Operation, Statement

#: The rule ``flows.rules.reaching.choose`` in SQL, for person ``p`` and ``:purpose``.
REACHED: Final = """
    COALESCE((
        SELECT x.id FROM channel_preference AS f JOIN address AS x ON x.id = f.address_id AND x.person_id = f.person_id
        WHERE f.person_id = p.id AND f.purpose = CAST(:purpose AS TEXT) AND x.consented_at IS NOT NULL
            AND x.opted_out_at IS NULL AND x.reachable AND x.paused_at IS NULL), p.address_id)
"""
_WAYS: Final = """
    SELECT a.id, a.channel, a.consented_at, a.opted_out_at, a.reachable, a.paused_at FROM address AS a
    WHERE a.hub = :hub AND a.person_id = :person_id ORDER BY a.id
"""
_PREFER: Final = """
    INSERT INTO channel_preference (person_id, purpose, hub, address_id)
    SELECT a.person_id, CAST(:purpose AS TEXT), a.hub, a.id FROM address AS a
    WHERE a.id = :address_id AND a.person_id = :person_id AND a.hub = :hub
    ON CONFLICT (person_id, purpose) DO UPDATE SET address_id = excluded.address_id
"""


def ways(hub: str, person_id: int) -> Operation[tuple[Way, ...]]:
    """List where somebody can be written to."""
    rows = yield Statement(_WAYS, {"hub": hub, "person_id": person_id})
    return tuple(
        Way(
            id=row["id"],
            channel=row["channel"],
            consented=row["consented_at"] is not None,
            opted_out=row["opted_out_at"] is not None,
            reachable=bool(row["reachable"]),
            paused=row["paused_at"] is not None,
        )
        for row in rows
    )


def prefer(scope: Scope, effect: PreferChannel) -> Operation[None]:
    """Write one kind of message to one address of the person from now on."""
    yield Statement(
        _PREFER,
        {
            "hub": scope.hub,
            "person_id": scope.person_id,
            "purpose": effect.purpose.value,
            "address_id": effect.address_id,
        },
    )
