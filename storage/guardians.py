"""Read what is between a guardian and somebody under 18, and carry out the guardian's decision on a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from flows.effects import DecideAsGuardian
from flows.facts import Ward
from storage.operations import guardians
from storage.operations.reading import WARD_COLUMNS, read_ward
from storage.performing import perform
from storage.statements import Operation, Statement
from storage.tables import GuardianConsentRow

_WARD = f"""
    SELECT {WARD_COLUMNS} FROM guardian AS g JOIN person AS p ON p.id = g.person_id
    WHERE g.hub = :hub AND g.ref = :ref AND g.status <> 'replaced'
"""  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A consent that stands."""

    name: str
    relation: str
    form_version: str
    given_at: datetime


def find_ward(session: Session, hub: str, ref: str) -> Ward | None:
    """Find who is under 18 by the reference of what is between them and their guardian."""
    return perform(session, _find(hub, ref))


def _find(hub: str, ref: str) -> Operation[Ward | None]:
    rows = yield Statement(_WARD, {"hub": hub, "ref": ref})
    return read_ward(rows[0]) if rows else None


def standing(session: Session, person_id: int) -> Signed | None:
    """Return the consent that stands for a person, if there is one."""
    row = session.exec(
        select(GuardianConsentRow)
        .where(col(GuardianConsentRow.person_id) == person_id, col(GuardianConsentRow.withdrawn_at).is_(None))
        .order_by(col(GuardianConsentRow.id).desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    return Signed(name=row.guardian_name, relation=row.relation, form_version=row.form_version, given_at=row.given_at)


def decide(session: Session, hub: str, effect: DecideAsGuardian, now: datetime) -> bool:
    """Carry out a guardian's decision in the session's transaction; ``False`` when it can no longer follow."""
    return perform(session, guardians.decide(hub, effect, now))
