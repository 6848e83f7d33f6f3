"""Find reminders whose time has come and turn each into a message, once; plan them anew in another zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flows.facts import QuietHours
from flows.rules.reminders import SILENT, plan
from storage.operations.preferences import reached
from storage.operations.rows import BOOKING_COLUMNS, SLOT_COLUMNS, read_booking, read_slot, write_choices
from storage.operations.scope import Scope
from storage.statements import Batch, Operation, Params, Row, Statement
from storage.store import DueReminder, NewMessage, OutboxStatus, ReminderSettled
from storage.tables import from_micros, new_message_ref, to_micros

DUE: Final = f"""
    SELECT due.id, due.kind, due.due_at, k.person_id, p.language, p.zone AS person_zone,
        {BOOKING_COLUMNS}, {SLOT_COLUMNS}
    FROM (
        SELECT id, kind, due_at, booking_id FROM reminder
        WHERE status = 'pending' AND hub = :hub AND due_at <= :now
        ORDER BY due_at LIMIT :limit
    ) AS due
    LEFT JOIN booking AS k ON k.id = due.booking_id
    LEFT JOIN person AS p ON p.id = k.person_id
    LEFT JOIN slot AS s ON s.id = k.slot_id
    LEFT JOIN site AS t ON t.id = s.site_id
    ORDER BY due.due_at
"""  # noqa: S608 - a constant
#: The booking is locked first, as giving it back does, so that the two wait for each other in one order.
_TAKE: Final = """
    SELECT b.id AS booking_id FROM booking AS b
    WHERE b.id = (SELECT r.booking_id FROM reminder AS r WHERE r.id = :id AND r.hub = :hub AND r.status = 'pending')
    {for_update}
"""
_SETTLE: Final = """
    UPDATE reminder SET status = :status, reason = :reason, settled_at = :now
    WHERE id = :id AND hub = :hub AND status = 'pending'
    RETURNING id
"""
_ASKED: Final = "UPDATE booking SET asked = :asked, changed_at = :now WHERE id = :booking_id"
#: Behind the last reminder of a seat follows the look whether it was answered.
_LOOK: Final = """
    INSERT INTO reminder (hub, booking_id, kind, due_at, status)
    SELECT r.hub, r.booking_id, CAST(:kind AS TEXT), CAST(:look_at AS BIGINT), 'pending' FROM reminder AS r
    WHERE r.id = :id AND NOT EXISTS (
        SELECT 1 FROM reminder AS o WHERE o.booking_id = r.booking_id AND o.status = 'pending')
    ON CONFLICT (booking_id, kind) DO UPDATE SET due_at = excluded.due_at, status = 'pending', settled_at = NULL
"""
_OPEN_TASK: Final = """
    INSERT INTO task (hub, person_id, booking_id, kind, reason, opened_at)
    SELECT b.hub, b.person_id, b.id, 'silent', 'reminders_unanswered', CAST(:now AS BIGINT)
    FROM booking AS b WHERE b.id = :booking_id AND b.asked AND b.status = 'booked'
"""
_HELD: Final = """
    SELECT id FROM booking WHERE person_id = :person_id AND status IN ('booked', 'confirmed') ORDER BY id {for_update}
"""
_PENDING: Final = f"""
    SELECT r.id, r.kind, p.zone AS person_zone, {SLOT_COLUMNS}
    FROM booking AS b JOIN reminder AS r ON r.booking_id = b.id AND r.status = 'pending'
        JOIN slot AS s ON s.id = b.slot_id JOIN person AS p ON p.id = b.person_id LEFT JOIN site AS t ON t.id = s.site_id
    WHERE b.person_id = :person_id AND b.status IN ('booked', 'confirmed') AND s.starts_at > :now
    ORDER BY r.id
"""  # noqa: S608 - a constant
_MOVE: Final = "UPDATE reminder SET due_at = :due_at WHERE id = :id AND status = 'pending'"
_NOT_QUEUED: Final = "UPDATE reminder SET status = 'dropped', reason = 'no_address' WHERE id = :id"
#: Where they want such messages, else where they agreed to them; nobody without an address gets one.
QUEUE: Final = f"""
    INSERT INTO outbox (hub, ref, dedupe_key, channel, account, address_id, person_id, purpose, priority, status, body,
        choices, step, forget, not_before, expires_at, attempts, created_at)
    SELECT a.hub, CAST(:ref AS TEXT), CAST(:dedupe_key AS TEXT), a.channel, a.account, a.id, p.id,
        CAST(:purpose AS TEXT), CAST(:priority AS INTEGER), CAST(:status AS INTEGER), CAST(:body AS TEXT),
        CAST(:choices AS TEXT), CAST(:step AS TEXT), FALSE, CAST(:not_before AS BIGINT), CAST(:expires_at AS BIGINT), 0,
        CAST(:now AS BIGINT)
    FROM person AS p JOIN address AS a ON a.id = {reached("CAST(:purpose AS TEXT)")}
    WHERE p.id = :person_id AND p.hub = :hub
    ON CONFLICT (hub, dedupe_key) DO NOTHING
    RETURNING id
"""  # noqa: S608 - a constant


def due_reminders(hub: str, now: datetime, limit: int) -> Operation[list[DueReminder]]:
    """List pending reminders that are due, oldest first."""
    rows = yield Statement(DUE, {"hub": hub, "now": to_micros(now), "limit": limit})
    return [_due(row) for row in rows]


def _due(row: Row) -> DueReminder:
    return DueReminder(
        id=row["id"],
        kind=row["kind"],
        person_id=row["person_id"],
        booking=read_booking(row),
        language=row["language"],
        zone=row["person_zone"],
        due_at=from_micros(row["due_at"]),
    )


def settle_reminders(hub: str, settled: Sequence[ReminderSettled], now: datetime) -> Operation[None]:
    """Turn due reminders into messages, or drop them with a reason; one that was released meanwhile stays so."""
    for one in sorted(settled, key=lambda item: item.id):
        yield from _settle(hub, one, now)


def _settle(hub: str, one: ReminderSettled, now: datetime) -> Operation[None]:
    reminder: Params = {"id": one.id, "hub": hub}
    bookings = yield Statement(_TAKE, reminder)
    status = "queued" if one.message else "dropped"
    params = {**reminder, "status": status, "reason": one.reason, "now": to_micros(now)}
    if not bookings or not (yield Statement(_SETTLE, params)):
        return
    if one.is_silent:
        yield Statement(_OPEN_TASK, {"booking_id": bookings[0]["booking_id"], "now": to_micros(now)})
    if one.message is None:
        return
    if not (yield Statement(QUEUE, queue_params(hub, one.message, now))):
        yield Statement(_NOT_QUEUED, {"id": one.id})
        return
    yield Statement(_ASKED, {"booking_id": bookings[0]["booking_id"], "asked": True, "now": to_micros(now)})
    if one.look_at:
        yield Statement(_LOOK, {"id": one.id, "kind": SILENT, "look_at": to_micros(one.look_at)})


def replan(scope: Scope, quiet_hours: QuietHours) -> Operation[None]:
    """Move the reminders that have not left out of the quiet hours of the zone where the person is now.

    Which there are was decided when they booked: none is added, and what has left does not leave again.
    """
    person: Params = {"person_id": scope.person_id, "now": scope.now}
    if not (yield Statement(_HELD, person)):  # locked before their reminders, as the clock does
        return
    moved: list[Params] = []
    for row in (yield Statement(_PENDING, person)):
        planned = plan(
            read_slot(row), person_zone=row["person_zone"], quiet_hours=quiet_hours, booked_at=from_micros(0)
        )
        moved += [{"id": row["id"], "due_at": to_micros(one.due_at)} for one in planned if one.kind == row["kind"]]
    if moved:
        yield Batch(_MOVE, moved)


def queue_params(hub: str, message: NewMessage, now: datetime) -> Params:
    """Write a message that answers nobody as the parameters of ``QUEUE``."""
    waits = message.not_before is not None and message.not_before > now
    return {
        "hub": hub,
        "ref": new_message_ref(to_micros(now)),
        "dedupe_key": message.dedupe_key,
        "person_id": message.person_id,
        "purpose": message.purpose.value,
        "priority": message.purpose.priority,
        "status": int(OutboxStatus.WAITING if waits else OutboxStatus.READY),
        "body": message.text,
        "choices": write_choices(message.choices),
        "step": message.step,
        "not_before": to_micros(message.not_before) if message.not_before else None,
        "expires_at": to_micros(message.expires_at) if message.expires_at else None,
        "now": to_micros(now),
    }
