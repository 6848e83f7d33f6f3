"""Look after awards and paid time off by the clock: warn who has nearly used theirs up, follow what was really served."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from flows.rules.organisations import OrganisationKind, PaidBy, due_warning
from storage import organisations
from storage.operations import allowances
from storage.performing import perform
from storage.statements import Operation, Statement
from storage.tables import to_micros


@dataclass(frozen=True, slots=True, kw_only=True)
class NearlyUsed:
    """An allowance of which somebody has to be told how far it is used."""

    allowance_id: int
    person_id: int
    language: str | None
    paid_by: PaidBy
    percent: int
    left_minutes: int


_NEARLY_USED: Final = """
    SELECT a.id, a.granted_minutes, a.used_minutes, a.warned_percent, m.person_id, p.language, o.kind
    FROM allowance AS a JOIN membership AS m ON m.id = a.membership_id JOIN person AS p ON p.id = m.person_id
        JOIN organisation AS o ON o.id = m.organisation_id
    WHERE a.hub = :hub AND a.warned_percent < 100 AND a.granted_minutes > 0
        AND a.used_minutes * 100 >= a.granted_minutes * 80
    ORDER BY a.id
"""
_WARNED: Final = """
    UPDATE allowance SET warned_percent = :percent WHERE id = :id AND warned_percent < :percent RETURNING id
"""


def nearly_used(session: Session, hub: str) -> list[NearlyUsed]:
    """List allowances of which the person has to be told."""
    return perform(session, _nearly_used(hub))


def _nearly_used(hub: str) -> Operation[list[NearlyUsed]]:
    found = []
    for row in (yield Statement(_NEARLY_USED, {"hub": hub})):
        used, granted = row["used_minutes"], row["granted_minutes"]
        percent = due_warning(used=used, granted=granted, warned=row["warned_percent"])
        if percent is not None:
            college = row["kind"] == OrganisationKind.COLLEGE
            found.append(
                NearlyUsed(
                    allowance_id=row["id"],
                    person_id=row["person_id"],
                    language=row["language"],
                    paid_by=PaidBy.COLLEGE if college else PaidBy.EMPLOYER,
                    percent=percent,
                    left_minutes=granted - used,
                )
            )
    return found


def warn(session: Session, hub: str, one: NearlyUsed, *, text: str, now: datetime) -> None:
    """Tell somebody how far their allowance is used, once a share."""
    perform(session, _warn(hub, one, text=text, now=now))


def _warn(hub: str, one: NearlyUsed, *, text: str, now: datetime) -> Operation[None]:
    if (yield Statement(_WARNED, {"id": one.allowance_id, "percent": one.percent})):
        key = f"allowance:{one.allowance_id}:{one.percent}:{to_micros(now)}"
        yield from organisations.tell(hub, one.person_id, key=key, text=text, now=now)


#: What was given back or missed in some other way, and what was approved as longer or shorter than it was planned.
_UNTRUE: Final = """
    SELECT r.booking_id, r.allowance_id, r.minutes, b.status, h.minutes AS served
    FROM reservation AS r JOIN booking AS b ON b.id = r.booking_id JOIN slot AS s ON s.id = b.slot_id
        LEFT JOIN hours AS h ON h.booking_id = b.id AND h.status <> 'void' AND h.status = 'approved'
    WHERE r.hub = :hub AND (b.status IN ('released', 'no_show') OR h.minutes <> r.minutes)
    ORDER BY r.allowance_id, r.booking_id
"""
_USED: Final = "SELECT granted_minutes - used_minutes AS left_minutes FROM allowance WHERE id = :id {for_update}"
_BEYOND: Final = """
    INSERT INTO task (hub, person_id, booking_id, kind, reason, opened_at)
    SELECT b.hub, b.person_id, b.id, 'hand_off', 'served_beyond_allowance', CAST(:now AS BIGINT)
    FROM booking AS b WHERE b.id = :booking_id AND b.hub = :hub AND NOT EXISTS (
        SELECT 1 FROM task AS t WHERE t.booking_id = b.id AND t.reason = 'served_beyond_allowance')
"""
_CORRECT: Final = "UPDATE reservation SET minutes = minutes + :more WHERE booking_id = :booking_id AND minutes = :was RETURNING booking_id"
_CORRECT_USED: Final = "UPDATE allowance SET used_minutes = used_minutes + :more WHERE id = :id"


def has_untrue(session: Session, hub: str) -> bool:
    """Tell whether an allowance has to follow."""
    return perform(session, _has_untrue(hub))


def _has_untrue(hub: str) -> Operation[bool]:
    return bool((yield Statement(_UNTRUE, {"hub": hub})))


def true_up(session: Session, hub: str, now: datetime) -> None:
    """Let allowances follow what really became of bookings; a human is told, once, of what goes beyond what is left."""
    perform(session, _true_up(hub, to_micros(now)))


def _true_up(hub: str, now: int) -> Operation[None]:
    for row in (yield Statement(_UNTRUE, {"hub": hub})):
        if row["status"] in ("released", "no_show"):
            yield from allowances.give_back(row["booking_id"])
            continue
        (allowance,) = yield Statement(_USED, {"id": row["allowance_id"]})
        wanted = row["served"] - row["minutes"]
        more = min(wanted, allowance["left_minutes"])
        if more < wanted:
            yield Statement(_BEYOND, {"hub": hub, "booking_id": row["booking_id"], "now": now})
        params = {"booking_id": row["booking_id"], "more": more, "was": row["minutes"]}
        if more and (yield Statement(_CORRECT, params)):
            yield Statement(_CORRECT_USED, {"id": row["allowance_id"], "more": more})
