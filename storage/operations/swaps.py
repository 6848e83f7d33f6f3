"""Move a place from one person to a colleague they named: in one transaction, with the seat counted once all along."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flows.effects import AnswerSwap, AskSwap
from flows.events import Colleague
from flows.facts import QuietHours
from flows.messages import Purpose
from flows.rules.covering import SWAP_STEP
from flows.stages import Stage
from storage.operations import allowances, audit, linking, people, seats
from storage.operations.reading import history, read_loaded
from storage.operations.reminders import QUEUE, queue_params
from storage.operations.rows import SLOT_COLUMNS, read_slot
from storage.operations.scope import Scope
from storage.operations.timers import LOAD
from storage.statements import Operation, Params, Refused, Row, Statement
from storage.store import LapsedSwap, NewMessage, SeatTaken
from storage.tables import from_micros, new_ref, to_micros

_BY_PHONE: Final = """
    SELECT a.person_id FROM address AS a WHERE a.hub = :hub AND a.channel = 'sms' AND a."user" = :phone ORDER BY a.id
"""
#: A colleague is asked once about a place.
_ASK: Final = """
    INSERT INTO swap (hub, ref, booking_id, to_person_id, status, expires_at, created_at)
    SELECT b.hub, CAST(:ref AS TEXT), b.id, p.id, 'asked', CAST(:until AS BIGINT), CAST(:now AS BIGINT)
    FROM booking AS b JOIN person AS p ON p.hub = b.hub AND p.ref = :colleague
    WHERE b.hub = :hub AND b.ref = :booking AND b.person_id = :person_id AND b.status IN ('booked', 'confirmed')
        AND NOT EXISTS (SELECT 1 FROM swap AS w WHERE w.booking_id = b.id AND w.to_person_id = p.id)
    RETURNING booking_id, to_person_id
"""
#: Whoever was asked before about the same place need not answer any more.
_OTHERS: Final = """
    SELECT ref FROM swap WHERE booking_id = :booking_id AND status = 'asked' AND ref <> :ref ORDER BY id
"""
_END: Final = """
    UPDATE swap SET status = :status WHERE hub = :hub AND ref = :ref AND status = 'asked' RETURNING id
"""
_DROP_QUEUED: Final = """
    UPDATE outbox SET status = 8, reason = 'superseded', settled_at = :now
    WHERE hub = :hub AND status IN (0, 1) AND dedupe_key = 'swap:' || CAST(:ref AS TEXT)
"""
_MINE: Final = """
    SELECT w.id, b.id AS booking_id, b.ref AS booking_ref, b.slot_id, b.person_id AS from_id, p.stage AS from_stage,
        p.ref AS from_ref, m.ref AS to_ref, s.ref AS slot_ref
    FROM swap AS w JOIN booking AS b ON b.id = w.booking_id JOIN slot AS s ON s.id = b.slot_id
    JOIN person AS p ON p.id = b.person_id JOIN person AS m ON m.id = w.to_person_id
    WHERE w.hub = :hub AND w.ref = :swap AND w.to_person_id = :person_id AND w.status = 'asked'
        AND w.expires_at > :now AND NOT s.cancelled
"""
_LOCK: Final = "SELECT id FROM slot WHERE id = :slot_id {for_update}"
#: The seat stays taken.
_LET_GO: Final = """
    UPDATE booking SET status = 'released', cause = 'swapped', asked = :asked, changed_at = :now
    WHERE id = :booking_id AND status IN ('booked', 'confirmed')
    RETURNING id
"""
_HAS_OTHERS: Final = """
    SELECT 1 AS one FROM booking AS b JOIN slot AS s ON s.id = b.slot_id
    WHERE b.person_id = :person_id AND b.status IN ('booked', 'confirmed') AND s.kind = 'shift' AND s.starts_at > :now
"""
LAPSED: Final = f"""
    SELECT over.id, over.ref, b.person_id, p.language AS person_language, p.zone AS person_zone, {SLOT_COLUMNS}
    FROM (
        SELECT id, ref, booking_id, expires_at FROM swap
        WHERE status = 'asked' AND hub = :hub AND expires_at <= :now
        ORDER BY expires_at LIMIT :limit
    ) AS over
    LEFT JOIN booking AS b ON b.id = over.booking_id
    LEFT JOIN person AS p ON p.id = b.person_id
    LEFT JOIN slot AS s ON s.id = b.slot_id
    LEFT JOIN site AS t ON t.id = s.site_id
    ORDER BY over.expires_at
"""  # noqa: S608 - a constant
#: A place that was given back meanwhile is nobody's to hear about.
_STILL_THEIRS: Final = """
    SELECT 1 AS one FROM swap AS w JOIN booking AS b ON b.id = w.booking_id
    WHERE w.id = :id AND b.status IN ('booked', 'confirmed')
"""


def find_colleague(hub: str, phone: str, now: datetime, *, code: str = "") -> Operation[Colleague | None]:
    """Find who has a phone number, or has given a code away, with what decides whether they may take a place over."""
    if code:
        found = yield from linking.given_by(hub, code, now)
    else:
        found = yield Statement(_BY_PHONE, {"hub": hub, "phone": phone})
    rows = (yield Statement(LOAD, {"person_id": found[0]["person_id"]})) if found else ()
    if not rows:
        return None
    loaded = yield from read_loaded(rows[0], now)
    (row,) = yield Statement("SELECT ref FROM person WHERE id = :person_id", {"person_id": found[0]["person_id"]})
    past = yield from history(hub, found[0]["person_id"])
    person = loaded.person
    return Colleague(
        ref=row["ref"],
        person=person,
        bookings=loaded.bookings,
        history=past,
        can_be_told=person.consented and person.reachable and not person.opted_out and not person.paused,
    )


# --- within a turn ----------------------------------------------------------------------------------------------------


def ask(scope: Scope, effect: AskSwap) -> Operation[None]:
    """Ask a colleague; whoever was asked before about the same place is asked no longer."""
    ref, now = new_ref(), from_micros(scope.now)
    if effect.code:
        yield from linking.use_up(scope, effect.code)
    params: Params = {
        "hub": scope.hub,
        "ref": ref,
        "booking": effect.booking,
        "colleague": effect.colleague,
        "person_id": scope.person_id,
        "until": to_micros(effect.until),
        "now": scope.now,
    }
    for row in (yield Statement(_ASK, params)):
        for other in (yield Statement(_OTHERS, {"booking_id": row["booking_id"], "ref": ref})):
            yield Statement(_END, {"hub": scope.hub, "ref": other["ref"], "status": "expired"})
            yield Statement(_DROP_QUEUED, {"hub": scope.hub, "ref": other["ref"], "now": scope.now})
        message = NewMessage(
            dedupe_key=f"swap:{ref}",
            person_id=row["to_person_id"],
            text=effect.text,
            purpose=Purpose.NOTICE,
            choices=effect.choices,
            step=f"{SWAP_STEP}{ref}",
            expires_at=effect.until,
        )
        yield Statement(QUEUE, queue_params(scope.hub, message, now))


def answer(scope: Scope, effect: AnswerSwap, *, quiet_hours: QuietHours) -> Operation[None]:
    """Take a colleague's place over, or decline; the colleague is told.

    Raises:
        Refused: with ``SeatTaken`` when the place is no longer theirs to give, or the person may not have it.
    """
    found = yield Statement(
        _MINE, {"hub": scope.hub, "swap": effect.swap, "person_id": scope.person_id, "now": scope.now}
    )
    if not found:
        if effect.taken:
            raise Refused(SeatTaken(slot=effect.slot))
        return
    (row,) = found
    yield Statement(_LOCK, {"slot_id": row["slot_id"]})
    status = "taken" if effect.taken else "declined"
    mine = yield Statement(_END, {"hub": scope.hub, "ref": effect.swap, "status": status})
    if effect.taken:
        gone = {"booking_id": row["booking_id"], "asked": False, "now": scope.now}
        if not mine or not (yield Statement(_LET_GO, gone)):
            raise Refused(SeatTaken(slot=effect.slot))
        yield from _move(scope, row, quiet_hours)
    if mine:
        message = NewMessage(
            dedupe_key=f"swap:{effect.swap}:told",
            person_id=row["from_id"],
            text=effect.notice,
            purpose=Purpose.NOTICE,
        )
        yield Statement(QUEUE, queue_params(scope.hub, message, from_micros(scope.now)))


def _move(scope: Scope, row: Row, quiet_hours: QuietHours) -> Operation[None]:
    """Put the person where the colleague was, and the colleague back to where they stand without it."""
    theirs = Scope(hub=scope.hub, person_id=row["from_id"], address_id=0, now=scope.now)
    yield from allowances.give_back(row["booking_id"])
    yield from seats.enter(scope, row["slot_ref"], row["slot_id"], quiet_hours=quiet_hours)
    yield from seats.drop_reminders(theirs, row["booking_ref"], row["booking_id"])
    others = yield Statement(_HAS_OTHERS, {"person_id": row["from_id"], "now": scope.now})
    move = people.Move(stage=Stage.READY, cause="a colleague took the place over", author="rule:swap")
    if row["from_stage"] == Stage.PLACED.value and not others:
        yield from people.change(theirs, facts={}, moves=[move])
    yield from audit.note(
        scope.hub,
        person_ref=row["from_ref"],
        author="person",
        what="booking",
        detail={"change": "swapped", "slot": row["slot_ref"], "to": row["to_ref"]},
        now=from_micros(scope.now),
    )


# --- by the clock -----------------------------------------------------------------------------------------------------


def lapsed(hub: str, now: datetime, limit: int) -> Operation[list[LapsedSwap]]:
    """List what colleagues have not answered in time."""
    rows = yield Statement(LAPSED, {"hub": hub, "now": to_micros(now), "limit": limit})
    return [
        LapsedSwap(
            id=row["id"],
            ref=row["ref"],
            person_id=row["person_id"],
            slot=read_slot(row),
            language=row["person_language"],
            zone=row["person_zone"],
        )
        for row in rows
    ]


def end(hub: str, told: Sequence[tuple[LapsedSwap, NewMessage]], now: datetime) -> Operation[None]:
    """End swaps whose time is up, and tell whoever asked, once."""
    for swap, message in sorted(told, key=lambda one: one[0].id):
        ended = yield Statement(_END, {"hub": hub, "ref": swap.ref, "status": "expired"})
        if ended and (yield Statement(_STILL_THEIRS, {"id": swap.id})):
            yield Statement(QUEUE, queue_params(hub, message, now))
