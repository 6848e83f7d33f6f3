"""Take a shift's minutes from the award or the paid time off that covers it, and give them back with the seat.

It happens in the transaction that takes the seat. The allowance's row is locked before it is judged, so two who book for
the same person wait for each other; a check in the table stands behind that.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flows.facts import SlotKind
from flows.rules.organisations import (
    AWARD,
    Allowance,
    OrganisationKind,
    PaidBy,
    Policy,
    held_until,
    monday_of,
    payer,
    period_of,
    read_policy,
    refuse_time,
)
from storage.operations.scope import Scope
from storage.statements import Operation, Refused, Row, Statement
from storage.store import SeatTaken
from storage.tables import from_micros, to_micros

_PERSON: Final = "SELECT hub, audience, answers FROM person WHERE id = :person_id"
_MEMBERSHIP: Final = """
    SELECT m.id, m.weekly_minutes, m.ends_on, o.policy
    FROM membership AS m JOIN organisation AS o ON o.id = m.organisation_id
    WHERE m.person_id = :person_id AND m.status = 'confirmed' AND o.kind = :kind
    ORDER BY m.changed_at DESC, m.id DESC LIMIT 1
"""
_ALLOWANCES: Final = """
    SELECT id, period, granted_minutes, used_minutes FROM allowance WHERE membership_id = :membership_id
"""
_LOCKED: Final = _ALLOWANCES + " ORDER BY id {for_update}"
_TAKEN: Final = """
    SELECT s.starts_local, r.minutes
    FROM reservation AS r JOIN allowance AS a ON a.id = r.allowance_id JOIN booking AS b ON b.id = r.booking_id
        JOIN slot AS s ON s.id = b.slot_id
    WHERE a.membership_id = :membership_id
"""
_SLOT: Final = "SELECT ref, kind, starts_local, starts_at, minutes FROM slot WHERE id = :slot_id"
_SLOT_BY_REF: Final = "SELECT ref, kind, starts_local, starts_at, minutes FROM slot WHERE hub = :hub AND ref = :slot"
_BEGIN_YEAR: Final = """
    INSERT INTO allowance (hub, membership_id, period, granted_minutes, used_minutes, warned_percent)
    VALUES (:hub, :membership_id, :period, :granted, 0, 0)
    ON CONFLICT (membership_id, period) DO NOTHING
"""
_USE: Final = """
    UPDATE allowance SET used_minutes = used_minutes + :minutes
    WHERE membership_id = :membership_id AND period = :period RETURNING id
"""
_RESERVE: Final = """
    INSERT INTO reservation (booking_id, hub, allowance_id, minutes, held_until, created_at)
    VALUES (:booking_id, :hub, :allowance_id, :minutes, :held_until, :now)
"""
_RESERVED: Final = """
    SELECT a.membership_id FROM reservation AS r JOIN allowance AS a ON a.id = r.allowance_id
    WHERE r.booking_id = :booking_id
"""
_PAID_BY: Final = """
    SELECT o.kind FROM reservation AS r JOIN allowance AS a ON a.id = r.allowance_id
        JOIN membership AS m ON m.id = a.membership_id JOIN organisation AS o ON o.id = m.organisation_id
    WHERE r.booking_id = :booking_id
"""
_SETTLED: Final = "UPDATE reservation SET held_until = NULL WHERE booking_id = :booking_id"
_HELD: Final = "SELECT minutes, held_until FROM reservation WHERE booking_id = :booking_id"
_STILL_APPROVED: Final = """
    UPDATE reservation SET held_until = NULL WHERE booking_id = :booking_id AND minutes <= :minutes
"""
_UNRESERVE: Final = "DELETE FROM reservation WHERE booking_id = :booking_id RETURNING allowance_id, minutes"
_UNUSE: Final = "UPDATE allowance SET used_minutes = used_minutes - :minutes WHERE id = :allowance_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paid:
    """Who pays for a person's time, and what is left of it."""

    by: PaidBy
    #: ``None`` while nobody has confirmed it.
    membership_id: int | None
    policy: Policy
    allowance: Allowance


def allowance_of(person_id: int) -> Operation[Allowance | None]:
    """Read what somebody may serve on another's money; ``None`` when nobody pays for their time."""
    paid = yield from _paid(person_id, _ALLOWANCES)
    return paid.allowance if paid else None


def covers(scope: Scope, slot: str) -> Operation[bool]:
    """Tell whether a shift would be covered at this moment, or need not be."""
    rows = yield Statement(_SLOT_BY_REF, {"hub": scope.hub, "slot": slot})
    paid = yield from _paid(scope.person_id, _ALLOWANCES)
    return not rows or paid is None or _refusal(paid, rows[0]) is None


def reserve(scope: Scope, *, booking_id: int, slot_id: int) -> Operation[None]:
    """Take a shift's minutes from what covers them; where a manager approves each shift, the place is held for that.

    Raises:
        Refused: with ``SeatTaken`` when they are not covered.
    """
    (slot,) = yield Statement(_SLOT, {"slot_id": slot_id})
    paid = (yield from _paid(scope.person_id, _ALLOWANCES)) if slot["kind"] == SlotKind.SHIFT else None
    if paid is None:
        return
    day = datetime.fromisoformat(slot["starts_local"]).date()
    period = period_of(paid.by, day)
    if paid.membership_id is not None:
        if paid.by is PaidBy.EMPLOYER:
            yield Statement(
                _BEGIN_YEAR,
                {
                    "hub": scope.hub,
                    "membership_id": paid.membership_id,
                    "period": period,
                    "granted": paid.policy.hours_per_year * 60,
                },
            )
        paid = yield from _paid(scope.person_id, _LOCKED)  # as it stands now that nobody else changes it
    if paid is None or paid.membership_id is None or _refusal(paid, slot):
        raise Refused(SeatTaken(slot=slot["ref"]))
    (used,) = yield Statement(_USE, {"membership_id": paid.membership_id, "period": period, "minutes": slot["minutes"]})
    approves = paid.by is PaidBy.EMPLOYER and paid.policy.needs_manager
    until = held_until(from_micros(scope.now), from_micros(slot["starts_at"])) if approves else None
    yield Statement(
        _RESERVE,
        {
            "booking_id": booking_id,
            "hub": scope.hub,
            "allowance_id": used["id"],
            "minutes": slot["minutes"],
            "held_until": to_micros(until) if until else None,
            "now": scope.now,
        },
    )


def follow(scope: Scope, *, booking_id: int, slot_id: int) -> Operation[bool]:
    """Take a booked shift's minutes from whoever pays for the person's time now; ``False`` when they are not covered."""
    paid = yield from _paid(scope.person_id, _ALLOWANCES)
    taken_from = [row["membership_id"] for row in (yield Statement(_RESERVED, {"booking_id": booking_id}))]
    if paid and taken_from == [paid.membership_id]:
        return True
    yield from give_back(booking_id)
    try:
        yield from reserve(scope, booking_id=booking_id, slot_id=slot_id)
    except Refused:
        return False
    return True


def paid_by(booking_id: int) -> Operation[PaidBy | None]:
    """Say whose award or paid time a booking has taken; ``None`` where it has taken none."""
    rows = yield Statement(_PAID_BY, {"booking_id": booking_id})
    return PaidBy(rows[0]["kind"]) if rows else None


def take_again(scope: Scope, *, booking_id: int, slot_id: int) -> Operation[None]:
    """Take again what was given back for somebody who came after all, as far as it is there; a manager has had their say."""
    if (yield Statement(_RESERVED, {"booking_id": booking_id})):
        return
    try:
        yield from reserve(scope, booking_id=booking_id, slot_id=slot_id)
    except Refused:
        return
    yield Statement(_SETTLED, {"booking_id": booking_id})


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A place whose length or time was changed."""

    person_id: int
    booking_id: int
    slot_id: int


def renew(hub: str, places: Sequence[Held], now: int) -> Operation[frozenset[int]]:
    """Take what changed places need now instead of what they took, in the order given; return those nobody covers.

    All is given back first, so that nobody loses a place for time that another place of theirs no longer takes. A manager
    who has approved a place approves it again only when it has become longer.
    """
    held = {}
    for one in places:
        rows = yield Statement(_HELD, {"booking_id": one.booking_id})
        held[one.booking_id] = rows[0] if rows else None
        yield from give_back(one.booking_id)
    uncovered = set()
    for one in places:
        scope = Scope(hub=hub, person_id=one.person_id, address_id=0, now=now)
        try:
            yield from reserve(scope, booking_id=one.booking_id, slot_id=one.slot_id)
        except Refused:
            uncovered.add(one.booking_id)
            continue
        before = held[one.booking_id]
        if before and before["held_until"] is None:
            yield Statement(_STILL_APPROVED, {"booking_id": one.booking_id, "minutes": before["minutes"]})
    return frozenset(uncovered)


def give_back(booking_id: int) -> Operation[None]:
    """Give back what a booking has taken, once."""
    for row in (yield Statement(_UNRESERVE, {"booking_id": booking_id})):
        yield Statement(_UNUSE, {"allowance_id": row["allowance_id"], "minutes": row["minutes"]})


def _refusal(paid: _Paid, slot: Row) -> str | None:
    if slot["kind"] != SlotKind.SHIFT:
        return None
    return refuse_time(paid.allowance, datetime.fromisoformat(slot["starts_local"]), slot["minutes"])


def _paid(person_id: int, allowances: str) -> Operation[_Paid | None]:
    persons = yield Statement(_PERSON, {"person_id": person_id})
    by = payer(persons[0]["audience"], json.loads(persons[0]["answers"])) if persons else None
    if by is None:
        return None
    kind = OrganisationKind.COLLEGE if by is PaidBy.COLLEGE else OrganisationKind.EMPLOYER
    members = yield Statement(_MEMBERSHIP, {"person_id": person_id, "kind": kind.value})
    if not members:
        nothing = Allowance(paid_by=by, authorised=False)
        return _Paid(by=by, membership_id=None, policy=Policy(), allowance=nothing) if by is PaidBy.COLLEGE else None
    (member,) = members
    rows = yield Statement(allowances, {"membership_id": member["id"]})
    left = {row["period"]: row["granted_minutes"] - row["used_minutes"] for row in rows}
    taken: defaultdict[date, int] = defaultdict(int)
    if member["weekly_minutes"] is not None:
        for row in (yield Statement(_TAKEN, {"membership_id": member["id"]})):
            taken[monday_of(datetime.fromisoformat(row["starts_local"]).date())] += row["minutes"]
    policy = read_policy(member["policy"])
    allowance = Allowance(
        paid_by=by,
        authorised=by is PaidBy.EMPLOYER or AWARD in left,
        left=left,
        each_year=policy.hours_per_year * 60,
        weekly_minutes=member["weekly_minutes"],
        taken=taken,
        ends_on=_day(member["ends_on"]),
    )
    return _Paid(by=by, membership_id=member["id"], policy=policy, allowance=allowance)


def _day(value: object) -> date | None:
    """Read a day as either database gives it."""
    return date.fromisoformat(str(value)[:10]) if value is not None else None
