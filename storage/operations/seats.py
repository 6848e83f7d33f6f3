"""Take, keep and give back seats; a slot's capacity is guarded by the one statement that takes a seat."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from flows.facts import QuietHours
from flows.rules.reminders import plan
from storage.operations import allowances, covers, school_times, waits
from storage.operations.gates import LACKS, is_aged
from storage.operations.rows import SLOT_COLUMNS, read_slot
from storage.operations.scope import Scope
from storage.statements import Batch, Operation, Params, Refused, Statement
from storage.store import SeatTaken
from storage.tables import from_micros, new_ref, to_micros

_HOLDS: Final = """
    SELECT b.id FROM booking AS b JOIN slot AS s ON s.id = b.slot_id
    WHERE b.person_id = :person_id AND b.status <> 'released' AND s.hub = :hub AND s.ref = :slot
"""
#: Whoever decides about the person meanwhile waits, or is waited for.
_LOCK: Final = "SELECT id FROM person WHERE id = :person_id {for_update}"
_TAKE: Final = """
    UPDATE slot SET taken = taken + 1
    WHERE hub = :hub AND ref = :slot AND taken < capacity AND NOT cancelled AND starts_at > :now
    RETURNING id
"""
#: Two places at once: the engine offers none such, and of what it does not see this is the guard.
_OVERLAPS: Final = """
    SELECT 1 AS overlaps FROM booking AS b JOIN slot AS o ON o.id = b.slot_id JOIN slot AS n ON n.id = :slot_id
    WHERE b.person_id = :person_id AND b.status IN ('booked', 'confirmed') AND o.id <> n.id
        AND o.starts_at < n.starts_at + CAST(n.minutes AS BIGINT) * 60000000
        AND n.starts_at < o.starts_at + CAST(o.minutes AS BIGINT) * 60000000
"""
#: Nobody is of age whose birthday is unknown.
_OF_AGE: Final = is_aged("18")
#: The one statement by which anybody comes into a slot. Whoever is under 18 comes into none without supervision or one
#: to one, whoever wants to put them there; and into none while their guardian has not agreed. Nobody comes into a shift
#: who lacks on its day what is asked there.
_BOOK: Final = f"""
    INSERT INTO booking (hub, ref, person_id, slot_id, status, asked, created_at, changed_at)
    SELECT s.hub, CAST(:ref AS TEXT), p.id, s.id, 'booked', CAST(:asked AS BOOLEAN), CAST(:now AS BIGINT),
        CAST(:now AS BIGINT)
    FROM slot AS s JOIN person AS p ON p.id = :person_id
    WHERE s.id = :slot_id AND s.hub = :hub AND p.stage <> 'waiting_guardian'
        AND (s.supervised AND NOT s.one_to_one OR {_OF_AGE}) AND NOT ({LACKS})
    RETURNING id
"""  # noqa: S608 - a constant
#: Seats ahead into which the person would not come today.
_UNFIT: Final = f"""
    SELECT b.ref FROM booking AS b JOIN slot AS s ON s.id = b.slot_id JOIN person AS p ON p.id = b.person_id
    WHERE b.person_id = :person_id AND b.status IN ('booked', 'confirmed') AND s.starts_at > :now
        AND NOT (s.supervised AND NOT s.one_to_one) AND NOT COALESCE({_OF_AGE}, FALSE)
    ORDER BY s.id
"""  # noqa: S608 - a constant
#: Everybody with a seat in a slot, or in line for one, into which they would not come today.
_UNFIT_IN: Final = f"""
    SELECT h.ref FROM (
        SELECT b.ref, b.person_id, b.slot_id FROM booking AS b
        WHERE b.slot_id = :slot_id AND b.status IN ('booked', 'confirmed')
        UNION ALL
        SELECT w.ref, w.person_id, w.slot_id FROM wait AS w
        WHERE w.slot_id = :slot_id AND w.status IN ('waiting', 'offered')
    ) AS h JOIN slot AS s ON s.id = h.slot_id JOIN person AS p ON p.id = h.person_id
    WHERE NOT (s.supervised AND NOT s.one_to_one) AND NOT COALESCE({_OF_AGE}, FALSE)
"""  # noqa: S608 - a constant
_SLOT: Final = f"""
    SELECT p.zone AS person_zone, {SLOT_COLUMNS}
    FROM slot AS s JOIN person AS p ON p.id = :person_id LEFT JOIN site AS t ON t.id = s.site_id
    WHERE s.id = :slot_id
"""  # noqa: S608 - a constant
_REMIND: Final = """
    INSERT INTO reminder (hub, booking_id, kind, due_at, status) VALUES (:hub, :booking_id, :kind, :due_at, 'pending')
"""
_RELEASE: Final = """
    UPDATE booking SET status = 'released', asked = :asked, cause = :cause, changed_at = :now
    WHERE hub = :hub AND ref = :booking AND person_id = :person_id AND status IN ('booked', 'confirmed')
    RETURNING id, slot_id
"""
#: The later slots of a slot's series, without those that are full or at the time of another place.
_OTHERS: Final = """
    SELECT n.ref, n.starts_local FROM slot AS f JOIN slot AS n ON n.series_id = f.series_id
    WHERE f.hub = :hub AND f.ref = :slot AND n.starts_at > f.starts_at AND n.starts_at < :until
        AND NOT n.cancelled AND n.taken < n.capacity AND NOT EXISTS (
            SELECT 1 FROM booking AS b JOIN slot AS o ON o.id = b.slot_id
            WHERE b.person_id = :person_id AND b.status IN ('booked', 'confirmed')
                AND o.starts_at < n.starts_at + CAST(n.minutes AS BIGINT) * 60000000
                AND n.starts_at < o.starts_at + CAST(o.minutes AS BIGINT) * 60000000)
    ORDER BY n.starts_at
"""
_GIVE_BACK: Final = "UPDATE slot SET taken = taken - 1 WHERE id = :slot_id"
#: A reminder that is already in the outbox, waiting for the morning, must not leave either. 8 is DROPPED.
_DROP_QUEUED: Final = """
    UPDATE outbox SET status = 8, reason = 'released', settled_at = :now
    WHERE hub = :hub AND status IN (0, 1) AND dedupe_key IN (
        SELECT 'reminder:' || CAST(:booking AS TEXT) || ':' || kind FROM reminder WHERE booking_id = :booking_id)
"""
_RELEASE_REMINDERS: Final = """
    UPDATE reminder SET status = 'released', settled_at = :now WHERE booking_id = :booking_id AND status = 'pending'
"""
_CONFIRM: Final = """
    UPDATE booking SET status = 'confirmed', asked = :asked, changed_at = :now
    WHERE hub = :hub AND ref = :booking AND person_id = :person_id AND status IN ('booked', 'confirmed')
"""


#: The person said something: staff need not look after a silent one any more.
_HEARD_FROM: Final = """
    UPDATE task SET closed_at = :now
    WHERE person_id = :person_id AND hub = :hub AND kind = 'silent' AND closed_at IS NULL AND booking_id IN (
        SELECT b.id FROM booking AS b WHERE b.hub = :hub AND b.ref = :booking)
"""


def book(scope: Scope, slot: str, *, quiet_hours: QuietHours, cover: str | None = None) -> Operation[None]:
    """Take a seat and plan its reminders; a person who has one keeps it.

    Args:
        cover: the call for cover that the person answers.

    Raises:
        Refused: with ``SeatTaken`` when the slot is full, begun, cancelled or unknown, the person is elsewhere then, or
            under 18 and there is no supervision, or somebody else has answered the call.
    """
    key = {"hub": scope.hub, "slot": slot}
    if (yield Statement(_HOLDS, {**key, "person_id": scope.person_id})):
        return
    yield Statement(_LOCK, {"person_id": scope.person_id})
    slot_id = yield from waits.take_kept(scope, slot)
    if slot_id is None:
        taken = yield Statement(_TAKE, {**key, "now": scope.now})
        if not taken:
            raise Refused(SeatTaken(slot=slot))
        slot_id = taken[0]["id"]
    if cover is None:
        yield from covers.taken(scope, slot_id)
    elif not (yield from covers.take(scope, cover, slot_id)):
        raise Refused(SeatTaken(slot=slot))
    yield from enter(scope, slot, slot_id, quiet_hours=quiet_hours)


def enter(scope: Scope, slot: str, slot_id: int, *, quiet_hours: QuietHours) -> Operation[None]:
    """Give a seat that has been taken to the person, and plan its reminders.

    Raises:
        Refused: with ``SeatTaken`` when the person is elsewhere then, or under 18 and there is no supervision, or when
            it goes beyond what their college or employer pays, or is at a time their school district does not allow.
    """
    if (yield Statement(_OVERLAPS, {"slot_id": slot_id, "person_id": scope.person_id})):
        raise Refused(SeatTaken(slot=slot))
    if not (yield from school_times.allow(scope, slot)):
        raise Refused(SeatTaken(slot=slot))
    booked = yield Statement(
        _BOOK,
        {
            "hub": scope.hub,
            "ref": new_ref(),
            "person_id": scope.person_id,
            "slot_id": slot_id,
            "asked": False,
            "now": scope.now,
        },
    )
    if not booked:
        raise Refused(SeatTaken(slot=slot))
    yield from allowances.reserve(scope, booking_id=booked[0]["id"], slot_id=slot_id)
    yield from _remind(scope, booked[0]["id"], slot_id, quiet_hours)


def book_set(
    scope: Scope, slot: str, *, days: Collection[int], until: datetime, quiet_hours: QuietHours
) -> Operation[None]:
    """Take a seat in a slot and in the others of its series up to an instant, where there is one and the person is free.

    Args:
        days: weekdays that fit the person, Monday 0.

    Raises:
        Refused: with ``SeatTaken`` when one of those has just gone; thought again, the others are taken.
    """
    yield from book(scope, slot, quiet_hours=quiet_hours)
    params: Params = {"hub": scope.hub, "slot": slot, "person_id": scope.person_id, "until": to_micros(until)}
    for row in (yield Statement(_OTHERS, params)):
        fits = datetime.fromisoformat(row["starts_local"]).weekday() in days
        allowed = fits and (yield from school_times.allow(scope, row["ref"]))
        if allowed and (yield from allowances.covers(scope, row["ref"])):
            yield from book(scope, row["ref"], quiet_hours=quiet_hours)


def _remind(scope: Scope, booking_id: int, slot_id: int, quiet_hours: QuietHours) -> Operation[None]:
    (row,) = yield Statement(_SLOT, {"slot_id": slot_id, "person_id": scope.person_id})
    planned = plan(
        read_slot(row), person_zone=row["person_zone"], quiet_hours=quiet_hours, booked_at=from_micros(scope.now)
    )
    if planned:
        yield Batch(
            _REMIND,
            [
                {"hub": scope.hub, "booking_id": booking_id, "kind": one.kind, "due_at": to_micros(one.due_at)}
                for one in planned
            ],
        )


def release(scope: Scope, booking: str, *, cause: str) -> Operation[None]:
    """Give a seat back, once, and let its reminders go."""
    rows = yield Statement(
        _RELEASE,
        {
            "hub": scope.hub,
            "booking": booking,
            "person_id": scope.person_id,
            "cause": cause,
            "asked": False,
            "now": scope.now,
        },
    )
    for row in rows:
        yield Statement(_GIVE_BACK, {"slot_id": row["slot_id"]})
        yield from allowances.give_back(row["id"])
        yield from waits.fill(row["slot_id"], now=scope.now)
        yield from covers.given_back(scope, row["slot_id"], booking_id=row["id"], cause=cause)
        yield from drop_reminders(scope, booking, row["id"])


def drop_reminders(scope: Scope, booking: str, booking_id: int) -> Operation[None]:
    """Let the reminders of a seat that was given back go, and the task about who did not answer them."""
    yield Statement(_DROP_QUEUED, {"hub": scope.hub, "booking": booking, "booking_id": booking_id, "now": scope.now})
    yield Statement(_RELEASE_REMINDERS, {"booking_id": booking_id, "now": scope.now})
    yield from heard_from(scope, booking)


def heard_from(scope: Scope, booking: str) -> Operation[None]:
    """Close the task about who did not answer the reminders of a seat."""
    key: Params = {"hub": scope.hub, "person_id": scope.person_id, "booking": booking, "now": scope.now}
    yield Statement(_HEARD_FROM, key)


def release_unfit(scope: Scope) -> Operation[None]:
    """Give back what somebody holds ahead that is not for their age: for whom it turns out that they are under 18."""
    for row in (yield Statement(_UNFIT, {"person_id": scope.person_id, "now": scope.now})):
        yield from release(scope, row["ref"], cause="under 18")


def unfit_in(slot_id: int) -> Operation[frozenset[str]]:
    """Return the references of seats in a slot, and of places in its line, of those who are too young for it."""
    return frozenset(str(row["ref"]) for row in (yield Statement(_UNFIT_IN, {"slot_id": slot_id})))


def confirm(scope: Scope, booking: str) -> Operation[None]:
    """Note that the person said they will come."""
    yield Statement(
        _CONFIRM,
        {
            "hub": scope.hub,
            "booking": booking,
            "person_id": scope.person_id,
            "asked": False,
            "now": scope.now,
        },
    )
    yield from heard_from(scope, booking)
