"""See in one statement when each kind of work is next due, so that a look at a quiet hub asks one thing.

It is found in the rows each time and kept nowhere: whoever writes a row tells nobody, and nothing can be missed. What is
said here to be due is looked for again by whoever does it; saying too much costs a look, saying too little is a fault,
and a test lets the same weeks pass with it and without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from flows.rules.attendance import ANSWER_WITHIN, ASK_AFTER
from flows.rules.organisations import WARN_AT
from storage.operations.calendar_mails import NEXT as NEXT_DATE
from storage.operations.gates import LACKS
from storage.operations.guesses import NEXT as NEXT_GUESS
from storage.operations.silent import NEXT_GUARDIAN, NEXT_REFERENCE
from storage.statements import Operation, Row, Statement
from storage.tables import from_micros, to_micros
from storage.work import EVERY_MINUTE, EVERY_SECOND, Upcoming, Work

_MICROSECOND: Final = timedelta(microseconds=1)

#: Each by the index that its own statement reads. Work that is due whatever the time says 0.
OFTEN: Final = f"""
    SELECT
        (SELECT MAX(id) FROM publication WHERE hub = :hub) AS publication,
        (SELECT MIN(not_before) FROM outbox WHERE status = 0) AS {Work.WAITING},
        (SELECT MIN(due_at) FROM reminder WHERE status = 'pending' AND hub = :hub) AS {Work.REMINDERS},
        (SELECT MIN(CASE WHEN w.status = 'offered' AND w.offered_until IS NULL THEN 0 ELSE (
                SELECT CASE WHEN s.cancelled OR w.status = 'waiting' AND s.taken < s.capacity THEN 0
                    WHEN w.status = 'offered' AND w.offered_until < s.starts_at THEN w.offered_until
                    ELSE s.starts_at END
                FROM slot AS s WHERE s.id = w.slot_id) END)
            FROM wait AS w WHERE w.hub = :hub AND w.status IN ('waiting', 'offered')) AS {Work.LINES},
        (SELECT MIN(next_wave_at) FROM cover WHERE status = 'open' AND hub = :hub) AS {Work.COVERS},
        (SELECT MIN(expires_at) FROM swap WHERE status = 'asked' AND hub = :hub) AS {Work.SWAPS},
        (SELECT MIN(due_at) FROM timer WHERE hub = :hub) AS {Work.TIMERS},
        (SELECT 0 FROM broadcast WHERE hub = :hub AND is_open LIMIT 1) AS {Work.BROADCASTS},
        (SELECT 0 FROM outbox WHERE hub = :hub AND status = 1 LIMIT 1) AS {Work.READY},
        (SELECT 0 FROM audit WHERE hub = :hub AND seal IS NULL LIMIT 1) AS {Work.TRAIL}
"""  # noqa: S608 - constants
#: Members of whom their organisation has to be asked. Nobody can confirm somebody whose name they do not see: whoever has
#: not given theirs yet is asked about later.
TO_ASK: Final = """
    membership AS m JOIN organisation AS o ON o.id = m.organisation_id JOIN person AS p ON p.id = m.person_id
    WHERE m.hub = :hub AND m.status = 'pending' AND m.asked_at IS NULL AND COALESCE(p.given_name, '') <> ''
"""
_TO_WARN: Final = " OR ".join(
    f"used_minutes * 100 >= granted_minutes * {share} AND warned_percent < {share}" for share in WARN_AT
)
#: Without those of whom nothing is left to be done: beyond what was granted, and a human knows.
_UNTRUE: Final = """
    SELECT 1 FROM reservation AS r
    JOIN booking AS b ON b.id = r.booking_id JOIN allowance AS a ON a.id = r.allowance_id
    LEFT JOIN hours AS h ON h.booking_id = b.id AND h.status <> 'void' AND h.status = 'approved' -- so its index is read
    WHERE r.hub = :hub AND (b.status IN ('released', 'no_show') OR h.minutes < r.minutes
        OR h.minutes > r.minutes AND (a.used_minutes < a.granted_minutes OR NOT EXISTS (
            SELECT 1 FROM task AS t WHERE t.booking_id = b.id AND t.reason = 'served_beyond_allowance')))
"""
#: What need not be looked for more than once a minute.
SELDOM: Final = f"""
    SELECT
        (SELECT MIN(s.starts_at + CAST(s.minutes AS BIGINT) * 60000000) + {ASK_AFTER // _MICROSECOND}
            FROM slot AS s JOIN booking AS k ON k.slot_id = s.id
            WHERE s.hub = :hub AND s.kind = 'shift' AND s.starts_at > :since AND s.starts_at <= :until
                AND NOT s.cancelled AND k.status IN ('booked', 'confirmed') AND k.asked_after_at IS NULL
        ) AS {Work.SHIFTS},
        (SELECT MIN(asked_after_at) + {ANSWER_WITHIN // _MICROSECOND} FROM booking
            WHERE hub = :hub AND asked_after_at IS NOT NULL AND status IN ('booked', 'confirmed')
        ) AS {Work.UNANSWERED},
        (SELECT 0 WHERE EXISTS (SELECT 1 FROM {TO_ASK})) AS {Work.MEMBERS},
        (SELECT MIN(CASE WHEN asked_at IS NULL THEN 0 ELSE held_until END) FROM reservation
            WHERE hub = :hub AND held_until IS NOT NULL) AS {Work.HELD},
        (SELECT 0 FROM allowance WHERE hub = :hub AND granted_minutes > 0 AND ({_TO_WARN}) LIMIT 1)
            AS {Work.ALLOWANCES},
        (SELECT 0 WHERE EXISTS ({_UNTRUE})) AS {Work.UNTRUE},
        ({NEXT_GUARDIAN}) AS {Work.SILENT_GUARDIANS},
        ({NEXT_REFERENCE}) AS {Work.SILENT_REFERENCES},
        ({NEXT_DATE}) AS {Work.DATES},
        (SELECT 0 WHERE EXISTS (SELECT 1 FROM requirement_policy WHERE hub = :hub) AND EXISTS (
            SELECT 1 FROM booking AS b JOIN slot AS s ON s.id = b.slot_id JOIN person AS p ON p.id = b.person_id
            WHERE b.hub = :hub AND b.status IN ('booked', 'confirmed') AND s.hub = :hub AND s.kind = 'shift'
                AND s.starts_at > :now AND {LACKS})) AS {Work.LACKING},
        (SELECT 0 FROM hours WHERE hub = :hub AND status = 'claimed' LIMIT 1) AS {Work.CLAIMS},
        ({NEXT_GUESS}) AS {Work.GUESSES}
"""  # noqa: S608 - constants


def often(hub: str) -> Operation[Upcoming]:
    """Find when that is next due which is looked for every second."""
    (row,) = yield Statement(OFTEN, {"hub": hub})
    return Upcoming(publication=row["publication"] or 0, at=_read(row, EVERY_SECOND))


def seldom(hub: str, now: datetime, *, since: datetime, until: datetime) -> Operation[Upcoming]:
    """Find when that is next due which is looked for every minute.

    Args:
        since: shifts that began earlier have been looked at.
        until: shifts that begin later are not looked for yet.
    """
    span = {"since": to_micros(since), "until": to_micros(until)}
    (row,) = yield Statement(SELDOM, {"hub": hub, "now": to_micros(now), **span})
    return Upcoming(at=_read(row, EVERY_MINUTE))


def _read(row: Row, works: Iterable[Work]) -> dict[Work, datetime]:
    return {work: from_micros(row[work]) for work in works if row[work] is not None}
