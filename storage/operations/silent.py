"""Show staff, once, a guardian or a reference who was asked and has not answered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from flows.rules.guardians import SILENT_AFTER as GUARDIAN_SILENT_AFTER
from flows.rules.references import KIND
from flows.rules.references import SILENT_AFTER as REFERENCE_SILENT_AFTER
from storage.statements import Operation, Params, Statement
from storage.tables import to_micros

_MICROSECOND: Final = timedelta(microseconds=1)
_GUARDIAN_WAITS: Final = GUARDIAN_SILENT_AFTER // _MICROSECOND
REFERENCE_WAITS: Final = REFERENCE_SILENT_AFTER // _MICROSECOND

#: Asked, and staff were not told since. A task that staff have closed is not opened again.
_GUARDIANS: Final = """
    FROM guardian AS g JOIN person AS p ON p.id = g.person_id
    WHERE g.hub = :hub AND g.status = 'asked' AND p.stage = 'waiting_guardian' AND NOT EXISTS (
        SELECT 1 FROM task AS t WHERE t.person_id = g.person_id AND t.reason = 'guardian_silent'
            AND t.opened_at >= g.asked_at)
"""
#: Only as long as their word is still wanted: a coordinator may have decided without it.
_REFERENCES: Final = f"""
    FROM referee AS f JOIN requirement AS q ON q.person_id = f.person_id AND q.kind = '{KIND}' AND q.nth = f.nth
    WHERE f.hub = :hub AND f.status = 'asked' AND q.status IN ('needed', 'asked') AND NOT EXISTS (
        SELECT 1 FROM task AS t WHERE t.person_id = f.person_id AND t.reason = 'reference_silent'
            AND t.opened_at >= f.asked_at)
"""  # noqa: S608 - constants
#: When the next one has been silent for too long.
NEXT_GUARDIAN: Final = f"SELECT MIN(g.asked_at) + {_GUARDIAN_WAITS} {_GUARDIANS}"
NEXT_REFERENCE: Final = f"SELECT MIN(f.asked_at) + {REFERENCE_WAITS} {_REFERENCES}"
_TELL: Final = "INSERT INTO task (hub, person_id, kind, reason, opened_at)"
_TELL_OF_GUARDIANS: Final = f"""
    {_TELL} SELECT DISTINCT g.hub, g.person_id, 'hand_off', 'guardian_silent', CAST(:now AS BIGINT)
    {_GUARDIANS} AND g.asked_at <= CAST(:now AS BIGINT) - {_GUARDIAN_WAITS} RETURNING id
"""
_TELL_OF_REFERENCES: Final = f"""
    {_TELL} SELECT DISTINCT f.hub, f.person_id, 'hand_off', 'reference_silent', CAST(:now AS BIGINT)
    {_REFERENCES} AND f.asked_at <= CAST(:now AS BIGINT) - {REFERENCE_WAITS} RETURNING id
"""


def tell(hub: str, now: datetime) -> Operation[int]:
    """Open a task for each person whose guardian or reference is silent; return how many."""
    params: Params = {"hub": hub, "now": to_micros(now)}
    guardians = yield Statement(_TELL_OF_GUARDIANS, params)
    references = yield Statement(_TELL_OF_REFERENCES, params)
    return len(guardians) + len(references)
