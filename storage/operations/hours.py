"""Keep who came, how long they served and to which ledger it goes; no minute of a person is ever counted twice.

The person's row is locked before their hours are read, so that two who add hours of one person wait for each other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from flows.facts import BookingStatus, Json, Served, SlotKind, Visit
from flows.rules.attendance import stage_after, tells_human
from flows.rules.ledger import LOOK_BACK, HoursStatus, ledger_for
from flows.stages import Stage
from storage.operations import allowances, audit, people, requirements, seats
from storage.operations.rows import BOOKING_COLUMNS, SLOT_COLUMNS, read_booking
from storage.operations.scope import Scope
from storage.statements import Operation, Params, Row, Statement
from storage.tables import from_micros, new_ref, to_micros

_MINUTE: Final = 60_000_000

# --- what is known ----------------------------------------------------------------------------------------------------

VISITS: Final = f"""
    SELECT k.arrived_at, {BOOKING_COLUMNS}, {SLOT_COLUMNS}
    FROM booking AS k
    JOIN slot AS s ON s.id = k.slot_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE k.person_id = :person_id AND k.hub = :hub AND k.status <> 'released' AND s.kind = 'shift' AND NOT s.cancelled
        AND s.starts_at <= :now AND s.starts_at > :since
    ORDER BY s.starts_at DESC, k.id DESC
    LIMIT 20
"""  # noqa: S608 - a constant
#: A day more than is looked back: what began before may reach into it.
_SERVED: Final = """
    SELECT h.starts_at, h.minutes, h.status, b.ref AS booking
    FROM hours AS h LEFT JOIN booking AS b ON b.id = h.booking_id
    WHERE h.person_id = :person_id AND h.hub = :hub AND h.status <> 'void' AND h.starts_at > :since
    ORDER BY h.starts_at
"""


def visits(hub: str, person_id: int, now: datetime) -> Operation[tuple[tuple[Visit, ...], tuple[Served, ...]]]:
    """Read which shifts of somebody have begun in the last days, the latest first, and what counts already."""
    person: Params = {"hub": hub, "person_id": person_id}
    begun = yield Statement(VISITS, {**person, "now": to_micros(now), "since": to_micros(now - LOOK_BACK)})
    served = yield Statement(_SERVED, {**person, "since": to_micros(now - LOOK_BACK - timedelta(days=1))})
    return (
        tuple(Visit(booking=read_booking(row), arrived=row["arrived_at"] is not None) for row in begun),
        tuple(
            Served(
                starts_at=from_micros(row["starts_at"]),
                minutes=row["minutes"],
                booking=row["booking"],
                approved=row["status"] == HoursStatus.APPROVED,
            )
            for row in served
        ),
    )


_TOTALS: Final = """
    SELECT COALESCE(SUM(CASE WHEN h.status = 'approved' THEN h.minutes ELSE 0 END), 0) AS approved,
        COALESCE(SUM(CASE WHEN h.status = 'approved' THEN 0 ELSE h.minutes END), 0) AS waiting
    FROM hours AS h WHERE h.person_id = :person_id AND h.hub = :hub AND h.status <> 'void'
"""


def totals(hub: str, person_id: int) -> Operation[tuple[int, int]]:
    """Add up somebody's minutes: those that are approved, and those that wait for it."""
    (row,) = yield Statement(_TOTALS, {"hub": hub, "person_id": person_id})
    return int(row["approved"]), int(row["waiting"])


# --- at the door, and late --------------------------------------------------------------------------------------------

_CHECK_IN: Final = """
    UPDATE booking SET arrived_at = COALESCE(arrived_at, :now), asked = :asked
    WHERE hub = :hub AND ref = :booking AND person_id = :person_id AND status IN ('booked', 'confirmed')
    RETURNING id
"""
_LATE: Final = """
    UPDATE booking SET late_at = :now WHERE hub = :hub AND ref = :booking AND person_id = :person_id
"""
_RELEASE_REMINDERS: Final = """
    UPDATE reminder SET status = 'released', settled_at = :now WHERE booking_id = :booking_id AND status = 'pending'
"""


def check_in(scope: Scope, booking: str) -> Operation[None]:
    """Note that somebody is at the door; they need not be reminded any more."""
    found = yield Statement(_CHECK_IN, {**_mine(scope, booking), "asked": False, "now": scope.now})
    for row in found:
        yield Statement(_RELEASE_REMINDERS, {"booking_id": row["id"], "now": scope.now})
        yield from seats.heard_from(scope, booking)


def note_late(scope: Scope, booking: str) -> Operation[None]:
    """Note that somebody wrote that they would be late."""
    yield Statement(_LATE, {**_mine(scope, booking), "now": scope.now})


def _mine(scope: Scope, booking: str) -> Params:
    return {"hub": scope.hub, "booking": booking, "person_id": scope.person_id}


# --- who came, and how long -------------------------------------------------------------------------------------------

_LOCK: Final = "SELECT id FROM person WHERE id = :person_id {for_update}"
_FIND: Final = """
    SELECT b.id AS booking_id, b.ref AS booking, b.status, b.person_id, s.id AS slot_id, s.ref AS slot_ref, s.kind, s.starts_at,
        s.minutes, s.site_id, s.role AS slot_role, p.ref AS person_ref, p.stage, p.audience, p.role, p.answers
    FROM booking AS b JOIN slot AS s ON s.id = b.slot_id JOIN person AS p ON p.id = b.person_id
    WHERE b.hub = :hub AND b.ref = :booking AND b.person_id = :person_id AND b.status <> 'released'
"""
_TIES: Final = """
    SELECT o.id FROM membership AS m JOIN organisation AS o ON o.id = m.organisation_id
    WHERE m.person_id = :person_id AND m.status = 'confirmed' ORDER BY m.id
"""
_LIVE: Final = "SELECT id, ref, minutes, status FROM hours WHERE booking_id = :booking_id AND status <> 'void'"
_VOID: Final = "UPDATE hours SET status = 'void', decided_by = :by, decided_at = :now WHERE id = :id"
_OVERLAPS: Final = f"""
    SELECT 1 AS overlaps FROM hours AS h
    WHERE h.person_id = :person_id AND h.status <> 'void' AND (h.booking_id IS NULL OR h.booking_id <> :booking_id)
        AND h.starts_at < :ends_at AND h.starts_at + CAST(h.minutes AS BIGINT) * {_MINUTE} > :starts_at
"""  # noqa: S608 - a constant
_ADD: Final = """
    INSERT INTO hours (hub, ref, person_id, booking_id, ledger, starts_at, minutes, site_id, role, audience,
        organisation_id, status, decided_by, decided_at, created_at)
    VALUES (:hub, :ref, :person_id, :booking_id, :ledger, :starts_at, :minutes, :site_id, :role, :audience,
        :organisation_id, :status, :by, :decided_at, :now)
"""
_CAME: Final = """
    UPDATE booking SET status = 'attended', asked = :asked, changed_at = :now
    WHERE id = :booking_id AND status IN ('booked', 'confirmed', 'no_show')
    RETURNING id
"""


def claim(scope: Scope, booking: str, *, minutes: int, author: str = "person") -> Operation[bool]:
    """Note that somebody came and how long they say it was, in place of what they said before.

    Returns:
        ``False`` when that cannot be: they missed it, it is decided, or the time is counted already. Nothing is changed then.
    """
    row = yield from _locked(scope, booking)
    if row is None or row["status"] == BookingStatus.NO_SHOW:
        return False
    live = yield Statement(_LIVE, {"booking_id": row["booking_id"]})
    if any(one["status"] not in (HoursStatus.CLAIMED, HoursStatus.DISPUTED) for one in live):
        return False
    if (yield from _is_counted(row, minutes)):
        return False
    yield from _replace(scope, row, live, minutes=minutes, status=HoursStatus.CLAIMED, author=author)
    yield from _came(scope, row, author)
    return True


def attend(scope: Scope, booking: str, *, author: str) -> Operation[None]:
    """Note that a human saw somebody there: it counts as planned, unless the person has said how long it was."""
    row = yield from _locked(scope, booking)
    if row is None:
        return
    yield from _came_after_all(scope, row)
    live = yield Statement(_LIVE, {"booking_id": row["booking_id"]})
    if not live and not (yield from _is_counted(row, row["minutes"])):
        yield from _replace(scope, row, (), minutes=row["minutes"], status=HoursStatus.APPROVED, author=author)
    elif not live:
        yield from open_task(scope, kind="hours_overlap", booking_id=row["booking_id"])
    yield from seats.heard_from(scope, booking)
    yield from _came(scope, row, author)


def set_minutes(scope: Scope, booking: str, *, minutes: int, author: str) -> Operation[bool]:
    """Correct how long it was, as whoever answers for it says; ``False`` when that time is counted already."""
    row = yield from _locked(scope, booking)
    if row is None or (yield from _is_counted(row, minutes)):
        return False
    yield from _came_after_all(scope, row)
    live = yield Statement(_LIVE, {"booking_id": row["booking_id"]})
    yield from _replace(scope, row, live, minutes=minutes, status=HoursStatus.APPROVED, author=author)
    yield from _came(scope, row, author)
    return True


def _came_after_all(scope: Scope, row: Row) -> Operation[None]:
    """Let whoever pays for it pay again, where a place counted as missed."""
    if row["status"] == BookingStatus.NO_SHOW:
        yield from allowances.take_again(scope, booking_id=row["booking_id"], slot_id=row["slot_id"])


def _locked(scope: Scope, booking: str) -> Operation[Row | None]:
    yield Statement(_LOCK, {"person_id": scope.person_id})
    rows = yield Statement(_FIND, _mine(scope, booking))
    return rows[0] if rows else None


def _is_counted(row: Row, minutes: int) -> Operation[bool]:
    """Tell whether any of the time is counted already, in whichever ledger."""
    span = {"starts_at": row["starts_at"], "ends_at": row["starts_at"] + minutes * _MINUTE}
    return bool((yield Statement(_OVERLAPS, {"person_id": row["person_id"], "booking_id": row["booking_id"], **span})))


def _replace(
    scope: Scope, row: Row, live: Sequence[Row], *, minutes: int, status: HoursStatus, author: str
) -> Operation[None]:
    """Void what there is and add the new row."""
    for one in live:
        if one["minutes"] == minutes and one["status"] == status:
            return  # said twice
        yield Statement(_VOID, {"id": one["id"], "by": author, "now": scope.now})
    ties = yield Statement(_TIES, {"person_id": row["person_id"]})
    paid_by = yield from allowances.paid_by(row["booking_id"])
    ledger = ledger_for(row["audience"], json.loads(row["answers"]), paid_by)
    decided = status is not HoursStatus.CLAIMED
    yield Statement(
        _ADD,
        {
            "hub": scope.hub,
            "ref": new_ref(),
            "person_id": row["person_id"],
            "booking_id": row["booking_id"],
            "ledger": ledger.value,
            "starts_at": row["starts_at"],
            "minutes": minutes,
            "site_id": row["site_id"],
            "role": row["slot_role"] or row["role"],
            "audience": row["audience"],
            "organisation_id": ties[0]["id"] if ties else None,
            "status": status.value,
            "by": author if decided else "",
            "decided_at": scope.now if decided else None,
            "now": scope.now,
        },
    )
    detail: dict[str, Json] = {"booking": row["booking"], "ledger": ledger.value, "minutes": minutes}
    yield from _note(scope, row, {**detail, "status": status.value}, author)


def _came(scope: Scope, row: Row, author: str) -> Operation[None]:
    """Note that somebody came, once, and move them on."""
    if not (yield Statement(_CAME, {"booking_id": row["booking_id"], "asked": False, "now": scope.now})):
        return
    yield Statement(_RELEASE_REMINDERS, {"booking_id": row["booking_id"], "now": scope.now})
    yield from requirements.meet_by_course(scope, row["booking_id"])
    stage = Stage(row["stage"])
    after = stage_after(SlotKind(row["kind"]), stage)
    if after is not stage:
        yield from people.change(
            scope, facts={}, moves=[people.Move(stage=after, cause=f"attended:{row['slot_ref']}", author=author)]
        )


def _note(scope: Scope, row: Row, detail: dict[str, Json], author: str) -> Operation[None]:
    yield from audit.note(
        scope.hub,
        person_ref=row["person_ref"],
        author=author,
        what="hours",
        detail=detail,
        now=from_micros(scope.now),
    )


# --- who did not come -------------------------------------------------------------------------------------------------

#: The person said so, or did not answer; whoever was never reached is not to blame.
NOT_REACHED: Final = "not_reached"
_MISS: Final = """
    UPDATE booking SET status = 'no_show', cause = :cause, asked = :asked, changed_at = :now
    WHERE id = :booking_id AND status IN ('booked', 'confirmed')
    RETURNING id
"""
_MISSED: Final = """
    SELECT count(*) AS missed FROM booking WHERE person_id = :person_id AND status = 'no_show' AND cause <> 'not_reached'
"""
_ANOTHER: Final = """
    SELECT 1 AS another FROM booking AS b JOIN slot AS s ON s.id = b.slot_id
    WHERE b.person_id = :person_id AND b.status IN ('booked', 'confirmed') AND s.kind = 'shift'
"""
_OPEN_TASK: Final = """
    INSERT INTO task (hub, person_id, booking_id, kind, reason, opened_at)
    VALUES (:hub, :person_id, :booking_id, :kind, :reason, :now)
"""


def miss(scope: Scope, booking: str, *, cause: str, author: str = "person") -> Operation[None]:
    """Note that somebody did not come; a human is told of the third time."""
    row = yield from _locked(scope, booking)
    if row is None:
        return
    params = {"booking_id": row["booking_id"], "cause": cause, "asked": False, "now": scope.now}
    if not (yield Statement(_MISS, params)):
        return
    yield from seats.heard_from(scope, booking)  # nobody has to ask any more whether they come
    yield from _note(scope, row, {"booking": row["booking"], "status": "no_show", "cause": cause}, author)
    person: Params = {"person_id": scope.person_id}
    another = yield Statement(_ANOTHER, person)
    if row["stage"] == Stage.PLACED and not another:
        yield from people.change(
            scope, facts={}, moves=[people.Move(stage=Stage.READY, cause=f"missed:{row['slot_ref']}", author=author)]
        )
    (counted,) = yield Statement(_MISSED, person)
    if cause != NOT_REACHED and tells_human(counted["missed"]):
        yield from open_task(scope, kind="three_no_shows", booking_id=row["booking_id"])


# --- noted by mistake ----------------------------------------------------------------------------------------------

_UNDO: Final = """
    UPDATE booking SET status = 'booked', cause = NULL, changed_at = :now
    WHERE id = :booking_id AND status IN ('attended', 'no_show')
    RETURNING id
"""
_LAST_MOVE: Final = """
    SELECT detail FROM audit WHERE hub = :hub AND person_ref = :person_ref AND what = 'stage' ORDER BY id DESC LIMIT 1
"""
_CLOSE_TASKS: Final = """
    UPDATE task SET closed_at = :now
    WHERE hub = :hub AND person_id = :person_id AND booking_id = :booking_id AND closed_at IS NULL
        AND kind IN ('three_no_shows', 'hours_overlap')
"""
#: The news that they may go on, where it has not left yet. 8 is DROPPED.
_DROP_NEWS: Final = """
    UPDATE outbox SET status = 8, reason = 'superseded', settled_at = :now
    WHERE hub = :hub AND status IN (0, 1) AND dedupe_key = 'attended:' || CAST(:booking AS TEXT)
"""


def undo(scope: Scope, booking: str, *, author: str) -> Operation[bool]:
    """Take back that somebody came or did not: hours, stage and what the course had met are as they were before.

    Returns:
        ``False`` when nothing was noted.
    """
    row = yield from _locked(scope, booking)
    if row is None or not (yield Statement(_UNDO, {"booking_id": row["booking_id"], "now": scope.now})):
        return False
    yield from _came_after_all(scope, row)
    for one in (yield Statement(_LIVE, {"booking_id": row["booking_id"]})):
        yield Statement(_VOID, {"id": one["id"], "by": author, "now": scope.now})
    yield Statement(_DROP_NEWS, {"hub": scope.hub, "booking": booking, "now": scope.now})
    key: Params = {"hub": scope.hub, "person_id": scope.person_id, "booking_id": row["booking_id"], "now": scope.now}
    yield Statement(_CLOSE_TASKS, key)
    yield from requirements.unmeet_by_course(scope, row["booking_id"])
    yield from _note(scope, row, {"booking": row["booking"], "status": "undone"}, author)
    for moved in (yield Statement(_LAST_MOVE, {"hub": scope.hub, "person_ref": row["person_ref"]})):
        detail = json.loads(moved["detail"])
        causes = (f"attended:{row['slot_ref']}", f"missed:{row['slot_ref']}")
        if detail["cause"] in causes and detail["to"] == row["stage"]:
            move = people.Move(stage=Stage(detail["from"]), cause=f"undone:{row['slot_ref']}", author=author)
            yield from people.change(scope, facts={}, moves=[move])
    return True


def open_task(scope: Scope, *, kind: str, booking_id: int | None) -> Operation[None]:
    """Let a human look."""
    yield Statement(
        _OPEN_TASK,
        {
            "hub": scope.hub,
            "person_id": scope.person_id,
            "booking_id": booking_id,
            "kind": kind,
            "reason": kind,
            "now": scope.now,
        },
    )
