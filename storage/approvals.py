"""What waits for an aid office, an employer or a manager, and what becomes of places on paid time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Final

from sqlmodel import Session

from flows.facts import Slot
from flows.messages import Address, Purpose
from flows.rules.links import LinkPurpose
from storage import organisations
from storage.operations import audit, links, outsiders, seats
from storage.operations.rows import SLOT_COLUMNS, read_instant, read_slot
from storage.operations.scope import Scope
from storage.operations.upcoming import TO_ASK
from storage.performing import perform
from storage.statements import Operation, Params, Row, Statement
from storage.tables import PersonRow, to_micros
from storage.touched import move_back


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Somebody of an organisation who has to be asked about one of its people."""

    purpose: LinkPurpose
    #: The membership's number, or those of all bookings that wait at this moment.
    subjects: tuple[int, ...]
    person_id: int
    organisation: str
    #: Phone in E.164 or e-mail; empty when nobody is known.
    contact: str


_MEMBERS: Final = f"""
    SELECT m.id AS subject, m.person_id, o.name, o.contact, m.approver FROM {TO_ASK} ORDER BY m.id LIMIT 100
"""  # noqa: S608 - a constant
_HELD: Final = """
    SELECT r.booking_id AS subject, m.id AS membership_id, m.person_id, o.name, o.contact, m.approver
    FROM reservation AS r JOIN allowance AS a ON a.id = r.allowance_id JOIN membership AS m ON m.id = a.membership_id
        JOIN organisation AS o ON o.id = m.organisation_id
    WHERE r.hub = :hub AND r.held_until > :now AND r.asked_at IS NULL
    ORDER BY m.id, r.booking_id LIMIT 100
"""
_ASKED: Final = {
    LinkPurpose.AID_OFFICE: "UPDATE membership SET asked_at = :now WHERE id = :id AND asked_at IS NULL RETURNING id",
    LinkPurpose.MANAGER: """
        UPDATE reservation SET asked_at = :now WHERE booking_id = :id AND asked_at IS NULL RETURNING booking_id AS id
    """,
}
_OPEN_TASK: Final = """
    INSERT INTO task (hub, person_id, kind, reason, opened_at)
    VALUES (:hub, :person_id, 'hand_off', 'organisation_not_asked', :now)
"""


def to_ask(session: Session, hub: str, now: datetime) -> list[Asking]:
    """List whom we have to ask: about members who are not confirmed, and about places that are held."""
    return perform(session, _to_ask(hub, now))


def _to_ask(hub: str, now: datetime) -> Operation[list[Asking]]:
    params: Params = {"hub": hub, "now": to_micros(now)}
    members = yield Statement(_MEMBERS, params)
    held = yield Statement(_HELD, params)
    return [_asking(LinkPurpose.AID_OFFICE, [row]) for row in members] + [
        _asking(LinkPurpose.MANAGER, list(places))
        for _, places in groupby(held, key=lambda row: int(row["membership_id"]))
    ]


def _asking(purpose: LinkPurpose, rows: list[Row]) -> Asking:
    row = rows[0]
    return Asking(
        purpose=purpose,
        subjects=tuple(int(row["subject"]) for row in rows),
        person_id=row["person_id"],
        organisation=row["name"],
        contact=(row["approver"] or row["contact"]).strip(),
    )


def ask(session: Session, hub: str, one: Asking, *, to: Address | None, zone: str, text: str, now: datetime) -> bool:
    """Write to whoever decides with a link of their own, once; if they cannot be reached, a human has to.

    Args:
        to: ``None`` when there is no channel to reach them by.
        text: with ``{token}`` where the secret part of the link belongs.
    """
    return perform(session, _ask(hub, one, to=to, zone=zone, text=text, now=now))


def _ask(hub: str, one: Asking, *, to: Address | None, zone: str, text: str, now: datetime) -> Operation[bool]:
    at = to_micros(now)
    subjects = []
    for subject in one.subjects:
        subjects += [str(row["id"]) for row in (yield Statement(_ASKED[one.purpose], {"id": subject, "now": at}))]
    if not subjects:
        return False  # another process was first
    address_id = (yield from outsiders.contact(hub, to, zone=zone, now=at)) if to else None
    if address_id is None:
        yield Statement(_OPEN_TASK, {"hub": hub, "person_id": one.person_id, "now": at})
        return False
    token = yield from links.make(
        hub, one.purpose, person_id=one.person_id, address_id=address_id, subject=",".join(subjects), now=now
    )
    return (
        yield from links.write(
            hub,
            address_id=address_id,
            text=text.replace("{token}", token),
            purpose=Purpose.REQUEST,
            key=f"ask:{one.purpose.value}:{subjects[0]}:{at}",
            now=now,
        )
    )


# --- places that a manager approves -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A place on paid time, as its manager sees it."""

    booking_id: int
    booking: str
    person_id: int
    person_ref: str
    given_name: str
    family_name: str
    language: str | None
    zone: str | None
    organisation: str
    slot: Slot
    is_live: bool
    #: ``None`` once it is approved.
    held_until: datetime | None


_COLUMNS: Final = f"""
    SELECT b.id AS booking_id, b.ref AS booking, b.status AS booking_state, p.id AS person_id, p.ref AS person_ref,
        p.given_name, p.family_name, p.language AS person_language, p.zone AS person_zone, o.name AS organisation,
        r.held_until, {SLOT_COLUMNS}
    FROM reservation AS r JOIN booking AS b ON b.id = r.booking_id JOIN person AS p ON p.id = b.person_id
        JOIN slot AS s ON s.id = b.slot_id LEFT JOIN site AS t ON t.id = s.site_id
        JOIN allowance AS a ON a.id = r.allowance_id JOIN membership AS m ON m.id = a.membership_id
        JOIN organisation AS o ON o.id = m.organisation_id
"""  # noqa: S608 - a constant
_ONE: Final = _COLUMNS + " WHERE r.hub = :hub AND r.booking_id = :booking_id"
_BY_REF: Final = _COLUMNS + " WHERE b.hub = :hub AND b.ref = :booking AND r.held_until IS NOT NULL"
_EXPIRED: Final = _COLUMNS + " WHERE r.hub = :hub AND r.held_until <= :now ORDER BY r.booking_id LIMIT 100"
_FENCE: Final = "UPDATE conversation SET version = version + 1 WHERE person_id = :person_id AND hub = :hub"
_APPROVE: Final = """
    UPDATE reservation SET held_until = NULL WHERE booking_id = :booking_id AND held_until IS NOT NULL RETURNING booking_id
"""
_STILL_HELD: Final = """
    SELECT r.booking_id FROM reservation AS r JOIN booking AS b ON b.id = r.booking_id
    WHERE r.booking_id = :booking_id AND r.held_until IS NOT NULL AND b.status IN ('booked', 'confirmed') {for_update}
"""


def held_for(session: Session, hub: str, booking: str) -> str | None:
    """Name the employer who has still to approve a place; ``None`` when it stands."""
    return perform(session, _held_for(hub, booking))


def _held_for(hub: str, booking: str) -> Operation[str | None]:
    rows = yield Statement(_BY_REF, {"hub": hub, "booking": booking})
    return str(rows[0]["organisation"]) if rows else None


def asked_about(session: Session, hub: str, subject: str) -> list[Held]:
    """List the places on paid time that a manager's link is about, soonest first; without those given back."""
    return perform(session, _asked_about(hub, subject))


def _asked_about(hub: str, subject: str) -> Operation[list[Held]]:
    found = []
    for booking_id in subject.split(","):
        rows = yield Statement(_ONE, {"hub": hub, "booking_id": int(booking_id)})
        found += [_read_held(row) for row in rows]
    return sorted(found, key=lambda held: held.slot.starts_at)


def expired(session: Session, hub: str, now: datetime) -> list[Held]:
    """List places that no manager has approved in time."""
    return perform(session, _expired(hub, now))


def _expired(hub: str, now: datetime) -> Operation[list[Held]]:
    rows = yield Statement(_EXPIRED, {"hub": hub, "now": to_micros(now)})
    return [_read_held(row) for row in rows]


def _read_held(row: Row) -> Held:
    return Held(
        booking_id=row["booking_id"],
        booking=row["booking"],
        person_id=row["person_id"],
        person_ref=row["person_ref"],
        given_name=row["given_name"] or "",
        family_name=row["family_name"] or "",
        language=row["person_language"],
        zone=row["person_zone"],
        organisation=row["organisation"],
        slot=read_slot(row),
        is_live=row["booking_state"] in ("booked", "confirmed"),
        held_until=read_instant(row["held_until"]),
    )


def approve(session: Session, hub: str, one: Held, *, by: str, notice: str, now: datetime) -> bool:
    """Let a held place stand; ``False`` when it was decided before."""
    return perform(session, _approve(hub, one, by=by, notice=notice, now=now))


def _approve(hub: str, one: Held, *, by: str, notice: str, now: datetime) -> Operation[bool]:
    if not (yield Statement(_APPROVE, {"booking_id": one.booking_id})):
        return False
    yield from _written_down(hub, one, "approved", by=by, notice=notice, now=now)
    return True


def turn_down(session: Session, hub: str, one: Held, *, outcome: str, by: str, notice: str, now: datetime) -> bool:
    """Give a held place back, and its minutes; ``False`` when it was decided before.

    Args:
        outcome: ``declined`` or ``expired``.
        notice: what the person is told; empty where they are told of several at once.
    """
    if not perform(session, _turn_down(hub, one, outcome=outcome, by=by, notice=notice, now=now)):
        return False
    move_back(session, session.get_one(PersonRow, one.person_id), one.slot.kind, now)
    return True


def _turn_down(hub: str, one: Held, *, outcome: str, by: str, notice: str, now: datetime) -> Operation[bool]:
    yield Statement(_FENCE, {"hub": hub, "person_id": one.person_id})
    if not (yield Statement(_STILL_HELD, {"booking_id": one.booking_id})):
        return False
    scope = Scope(hub=hub, person_id=one.person_id, address_id=0, now=to_micros(now))
    yield from seats.release(scope, one.booking, cause=f"manager {outcome}")
    yield from _written_down(hub, one, outcome, by=by, notice=notice, now=now)
    return True


def _written_down(hub: str, one: Held, outcome: str, *, by: str, notice: str, now: datetime) -> Operation[None]:
    yield from audit.note(
        hub,
        person_ref=one.person_ref,
        author=by,
        what="paid_time",
        detail={"booking": one.booking, "outcome": outcome},
        now=now,
    )
    if notice:
        yield from organisations.tell(
            hub, one.person_id, key=f"paid_time:{one.booking}:{outcome}", text=notice, now=now
        )
