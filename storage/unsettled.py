"""Hours that are left to a coordinator: what nobody has agreed to, and what supervisors say was otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from flows.rules.ledger import HoursStatus
from storage.operations import audit, hours
from storage.operations.scope import Scope
from storage.performing import perform
from storage.statements import Operation, Statement
from storage.tables import to_micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsettled:
    """A claim that nobody has agreed to yet."""

    ref: str
    person_ref: str
    site: str
    starts_local: str
    minutes: int
    planned: int
    ledger: str
    status: HoursStatus


_UNSETTLED: Final = """
    SELECT h.ref, p.ref AS person_ref, COALESCE(t.name, '') AS site, s.starts_local, h.minutes, s.minutes AS planned,
        h.ledger, h.status
    FROM hours AS h
    JOIN booking AS b ON b.id = h.booking_id
    JOIN slot AS s ON s.id = b.slot_id
    JOIN person AS p ON p.id = h.person_id
    LEFT JOIN site AS t ON t.id = h.site_id
    WHERE h.hub = :hub AND h.status IN ('claimed', 'disputed')
    ORDER BY h.status DESC, h.starts_at, h.id
    LIMIT 200
"""
_FIND: Final = """
    SELECT h.id, h.status, h.minutes, h.person_id, h.booking_id, b.ref AS booking, p.ref AS person_ref
    FROM hours AS h JOIN booking AS b ON b.id = h.booking_id JOIN person AS p ON p.id = h.person_id
    WHERE h.hub = :hub AND h.ref = :ref AND h.status <> 'void'
"""
_SETTLE: Final = "UPDATE hours SET status = :status, decided_by = :by, decided_at = :now WHERE id = :id"
_CLOSE_TASKS: Final = """
    UPDATE task SET closed_at = :now
    WHERE hub = :hub AND booking_id = :booking_id AND closed_at IS NULL AND kind IN ('hours_disputed', 'hours_differ')
"""


def list_open(session: Session, hub: str) -> list[Unsettled]:
    """List claims and disputes, the disputed first."""
    return perform(session, _list_open(hub))


def _list_open(hub: str) -> Operation[list[Unsettled]]:
    rows = yield Statement(_UNSETTLED, {"hub": hub})
    return [
        Unsettled(
            ref=row["ref"],
            person_ref=row["person_ref"],
            site=row["site"],
            starts_local=row["starts_local"],
            minutes=row["minutes"],
            planned=row["planned"],
            ledger=row["ledger"],
            status=HoursStatus(row["status"]),
        )
        for row in rows
    ]


def settle(session: Session, hub: str, ref: str, minutes: int | None, *, author: str, now: datetime) -> bool | None:
    """Decide as a coordinator how long it was; ``None`` when there is no such entry, ``False`` when the time is counted.

    Args:
        minutes: ``None`` approves what was claimed, 0 takes it away.
    """
    return perform(session, _settle(hub, ref, minutes, author=author, now=now))


def _settle(hub: str, ref: str, minutes: int | None, *, author: str, now: datetime) -> Operation[bool | None]:
    rows = yield Statement(_FIND, {"hub": hub, "ref": ref})
    if not rows:
        return None
    row, at = rows[0], to_micros(now)
    scope = Scope(hub=hub, person_id=row["person_id"], address_id=0, now=at)
    if minutes == 0:
        yield Statement(_SETTLE, {"id": row["id"], "status": HoursStatus.VOID.value, "by": author, "now": at})
        detail = {"booking": row["booking"], "minutes": row["minutes"], "status": HoursStatus.VOID.value}
        yield from audit.note(hub, person_ref=row["person_ref"], author=author, what="hours", detail=detail, now=now)
    elif not (yield from hours.set_minutes(scope, row["booking"], minutes=minutes or row["minutes"], author=author)):
        return False
    yield Statement(_CLOSE_TASKS, {"hub": hub, "booking_id": row["booking_id"], "now": at})
    return True
