"""Keep students within the times at which their school district lets them serve."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Final

from flows.rules.organisations import read_policy
from flows.rules.service_times import Window, allows, read_times
from storage.operations.scope import Scope
from storage.statements import Operation, Statement

_DISTRICT: Final = """
    SELECT o.policy FROM person AS p JOIN membership AS m ON m.person_id = p.id
        JOIN organisation AS o ON o.id = m.organisation_id
    WHERE p.id = :person_id AND p.audience = 'high_school' AND o.kind = 'district' AND m.status IN ('pending', 'confirmed')
    ORDER BY m.changed_at DESC, m.id DESC LIMIT 1
"""
_SLOT: Final = "SELECT starts_local, minutes FROM slot WHERE hub = :hub AND ref = :slot AND kind = 'shift'"


def times_of(person_id: int) -> Operation[tuple[Window, ...]]:
    """List when a student may serve; nothing for whoever may at any time."""
    rows = yield Statement(_DISTRICT, {"person_id": person_id})
    return (read_times(read_policy(json.loads(rows[0]["policy"])).allowed_times) or ()) if rows else ()


def allow(scope: Scope, slot: str) -> Operation[bool]:
    """Tell whether the person's school district lets them serve then."""
    windows = yield from times_of(scope.person_id)
    rows = (yield Statement(_SLOT, {"hub": scope.hub, "slot": slot})) if windows else ()
    return all(allows(windows, datetime.fromisoformat(row["starts_local"]), row["minutes"]) for row in rows)
