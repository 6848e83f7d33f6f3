"""Calls for cover: a seat given back late opens one in the same transaction, and the first who says yes ends it.

Whoever changes a call has its slot locked, as those who give a seat back or take one have: of fifty who say yes at once
the statement that takes the call decides. Who is asked, and in which words, is found a moment later, by the clock.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from flows.facts import Person
from flows.rules.covering import LAST_ASK, LATE, Helper
from flows.stages import MAY_SERVE, Stage
from storage.operations import reading, requirements
from storage.operations.preferences import reached
from storage.operations.reminders import QUEUE, queue_params
from storage.operations.rows import SLOT_COLUMNS, read_instant, read_slot
from storage.operations.scope import Scope
from storage.statements import Operation, Params, Row, Statement
from storage.store import CoverSettled, DueCover
from storage.tables import new_ref, to_micros

_MICROSECONDS: Final = 1_000_000

#: Only for a seat that is really free: one that is kept for somebody who waited is not.
_OPEN: Final = """
    INSERT INTO cover (hub, ref, slot_id, status, wave, seats, next_wave_at, opened_at)
    SELECT s.hub, CAST(:ref AS TEXT), s.id, 'open', 0, 1, CAST(:now AS BIGINT), CAST(:now AS BIGINT)
    FROM slot AS s
    WHERE s.id = :slot_id AND s.kind = 'shift' AND NOT s.cancelled AND s.taken < s.capacity
        AND s.starts_at > :last AND s.starts_at <= :late
    ON CONFLICT (slot_id) WHERE status = 'open'
    DO UPDATE SET seats = cover.seats + 1, next_wave_at = excluded.next_wave_at
"""
#: A shift with free seats that is not too close for anybody to be asked.
_LOCK_OPEN: Final = """
    SELECT s.id, s.capacity - s.taken AS seats FROM slot AS s
    WHERE s.hub = :hub AND s.ref = :slot AND s.kind = 'shift' AND NOT s.cancelled AND s.taken < s.capacity
        AND s.starts_at > :last
    {for_update}
"""
_ASK_FOR: Final = """
    INSERT INTO cover (hub, ref, slot_id, status, wave, seats, next_wave_at, opened_at)
    SELECT s.hub, CAST(:ref AS TEXT), s.id, 'open', 0, CAST(:seats AS INTEGER), CAST(:now AS BIGINT),
        CAST(:now AS BIGINT)
    FROM slot AS s WHERE s.id = :slot_id
    ON CONFLICT (slot_id) WHERE status = 'open' DO UPDATE SET seats = excluded.seats
"""
_STOP: Final = """
    UPDATE cover SET status = 'gave_up'
    WHERE hub = :hub AND status = 'open' AND slot_id = (SELECT s.id FROM slot AS s WHERE s.hub = :hub AND s.ref = :slot)
    RETURNING id
"""
#: However soon it begins.
_ALERT: Final = """
    INSERT INTO task (hub, person_id, booking_id, kind, reason, opened_at)
    SELECT s.hub, CAST(:person_id AS INTEGER), CAST(:booking_id AS INTEGER), 'late_cancellation', CAST(:cause AS TEXT),
        CAST(:now AS BIGINT)
    FROM slot AS s
    WHERE s.id = :slot_id AND s.kind = 'shift' AND NOT s.cancelled AND s.starts_at > :now AND s.starts_at <= :late
"""
_ONE_LESS: Final = """
    UPDATE cover SET seats = seats - 1, status = CASE WHEN seats <= 1 THEN 'filled' ELSE status END
    WHERE slot_id = :slot_id AND status = 'open'
    RETURNING id, status
"""
#: A call that was given up may still be answered, as long as there is a seat.
_TAKE: Final = """
    UPDATE cover SET seats = seats - 1, status = CASE WHEN seats <= 1 THEN 'filled' ELSE status END
    WHERE hub = :hub AND ref = :cover AND slot_id = :slot_id AND status IN ('open', 'gave_up') AND seats > 0
        AND EXISTS (SELECT 1 FROM cover_ask AS k WHERE k.cover_id = cover.id AND k.person_id = :person_id)
    RETURNING id, status
"""
_ANSWER: Final = """
    UPDATE cover_ask SET status = :status
    WHERE person_id = :person_id AND status = 'asked'
        AND cover_id = (SELECT c.id FROM cover AS c WHERE c.hub = :hub AND c.ref = :cover)
"""
_DROP_QUEUED: Final = """
    UPDATE outbox SET status = 8, reason = 'filled', settled_at = :now
    WHERE hub = :hub AND status IN (0, 1) AND dedupe_key IN (
        SELECT 'cover:' || c.ref || ':' || CAST(k.person_id AS TEXT)
        FROM cover AS c JOIN cover_ask AS k ON k.cover_id = c.id WHERE c.id = :id)
"""
_CLOSE_TASKS: Final = """
    UPDATE task SET closed_at = :now
    WHERE hub = :hub AND closed_at IS NULL AND kind IN ('late_cancellation', 'no_cover') AND booking_id IN (
        SELECT b.id FROM booking AS b WHERE b.slot_id = :slot_id)
"""


# --- within a turn ----------------------------------------------------------------------------------------------------


def given_back(scope: Scope, slot_id: int, *, booking_id: int | None, cause: str) -> Operation[None]:
    """Call for cover and tell staff, where a seat was given back late; the caller has the slot locked."""
    late = scope.now + int(LATE.total_seconds()) * _MICROSECONDS
    key: Params = {"slot_id": slot_id, "now": scope.now, "late": late}
    yield Statement(_ALERT, {**key, "person_id": scope.person_id, "booking_id": booking_id, "cause": cause})
    yield from call(slot_id, now=scope.now)


def call(slot_id: int, *, now: int) -> Operation[None]:
    """Call for one more seat to be filled, if it is free and it is late; the caller has the slot locked."""
    late = now + int(LATE.total_seconds()) * _MICROSECONDS
    last = now + int(LAST_ASK.total_seconds()) * _MICROSECONDS
    yield Statement(_OPEN, {"slot_id": slot_id, "ref": new_ref(), "now": now, "late": late, "last": last})


def ask_for(hub: str, slot: str, *, now: int) -> Operation[int]:
    """Call for every free seat of a shift to be filled, however far ahead it is; return how many there are."""
    last = now + int(LAST_ASK.total_seconds()) * _MICROSECONDS
    key: Params = {"hub": hub, "slot": slot, "last": last}
    for row in (yield Statement(_LOCK_OPEN, key)):
        yield Statement(_ASK_FOR, {"slot_id": row["id"], "seats": row["seats"], "ref": new_ref(), "now": now})
        return int(row["seats"])
    return 0


def stop(hub: str, slot: str, *, now: int) -> Operation[bool]:
    """Ask nobody else to come to a shift; whoever was asked may still say yes while there is a seat."""
    stopped = yield Statement(_STOP, {"hub": hub, "slot": slot})
    for row in stopped:
        yield Statement(_DROP_QUEUED, {"hub": hub, "id": row["id"], "now": now})
    return bool(stopped)


def taken(scope: Scope, slot_id: int) -> Operation[None]:
    """Note that somebody took a seat in whatever way: one less to be filled; the caller has the slot locked."""
    yield from _fill(scope, slot_id, (yield Statement(_ONE_LESS, {"slot_id": slot_id})))


def take(scope: Scope, cover: str, slot_id: int) -> Operation[bool]:
    """Let a person who was asked be the one who covers; ``False`` when somebody else was first."""
    key: Params = {"hub": scope.hub, "cover": cover, "person_id": scope.person_id}
    rows = yield Statement(_TAKE, {**key, "slot_id": slot_id})
    if not rows:
        return False
    yield Statement(_ANSWER, {**key, "status": "took"})
    yield from _fill(scope, slot_id, rows)
    return True


def _fill(scope: Scope, slot_id: int, rows: Sequence[Row]) -> Operation[None]:
    """Let whoever has not been told be, and staff as well, once a call has come to its end."""
    for row in rows:
        if row["status"] == "filled":
            yield Statement(_DROP_QUEUED, {"hub": scope.hub, "id": row["id"], "now": scope.now})
            yield Statement(_CLOSE_TASKS, {"hub": scope.hub, "slot_id": slot_id, "now": scope.now})


def answer(scope: Scope, cover: str, *, status: str) -> Operation[None]:
    """Note that a person does not cover: they declined, or somebody else was first."""
    yield Statement(_ANSWER, {"hub": scope.hub, "cover": cover, "person_id": scope.person_id, "status": status})


# --- by the clock -----------------------------------------------------------------------------------------------------

DUE: Final = f"""
    SELECT due.id AS cover_id, due.ref AS cover_ref, due.wave, due.seats, s.cancelled,
        EXISTS (SELECT 1 FROM cover_ask AS k WHERE k.cover_id = due.id) AS was_asked,
        EXISTS (SELECT 1 FROM booking AS b WHERE b.slot_id = due.slot_id AND b.status = 'released') AS was_given_back,
        {SLOT_COLUMNS}
    FROM (
        SELECT id, ref, wave, seats, slot_id, next_wave_at FROM cover
        WHERE status = 'open' AND hub = :hub AND next_wave_at <= :now
        ORDER BY next_wave_at LIMIT :limit
    ) AS due
    LEFT JOIN slot AS s ON s.id = due.slot_id
    LEFT JOIN site AS t ON t.id = s.site_id
    ORDER BY due.next_wave_at
"""  # noqa: S608 - a constant
#: Whoever was asked about a shift is not asked again, but for those who said yes when somebody else had it already.
_WAS_ASKED: Final = """
    SELECT 1 FROM cover_ask AS k JOIN cover AS o ON o.id = k.cover_id
    WHERE k.person_id = {person} AND o.slot_id = {slot} AND (o.id = c.id OR k.status <> 'thanked')
"""
_WANTED: Final = """EXISTS (
    SELECT 1 FROM cover_ask AS k JOIN cover AS o ON o.id = k.cover_id
    WHERE k.person_id = p.id AND o.slot_id = n.id AND k.status = 'thanked')
"""
#: People who serve in the slot's role, may be written to, are free then, and have neither had a seat in it nor been
#: asked about it in vain; whoever wanted it and was too late before all others, then least recently asked first.
HELPERS: Final = f"""
    SELECT p.id AS person_id, p.stage, p.language, p.zone, p.answers, {_WANTED} AS wanted_it,
        (SELECT MAX(k.asked_at) FROM cover_ask AS k WHERE k.person_id = p.id) AS last_asked_at
    FROM cover AS c
    JOIN slot AS n ON n.id = c.slot_id
    JOIN person AS p ON p.hub = c.hub AND p.stage IN ({", ".join(f"'{stage.value}'" for stage in sorted(MAY_SERVE))})
        AND (n.role IS NULL OR p.role = n.role)
    JOIN address AS a ON a.id = {reached("'notice'")} AND a.person_id = p.id
    LEFT JOIN conversation AS t ON t.person_id = p.id
    WHERE c.id = :id AND c.hub = :hub AND a.consented_at IS NOT NULL AND a.opted_out_at IS NULL AND a.reachable
        AND a.paused_at IS NULL AND t.held_by IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM booking AS b JOIN slot AS o ON o.id = b.slot_id
            WHERE b.person_id = p.id AND (o.id = n.id OR b.status IN ('booked', 'confirmed')
                AND o.starts_at < n.starts_at + CAST(n.minutes AS BIGINT) * 60000000
                AND n.starts_at < o.starts_at + CAST(o.minutes AS BIGINT) * 60000000))
        AND NOT EXISTS ({_WAS_ASKED.format(person="p.id", slot="n.id")})
    ORDER BY wanted_it DESC, COALESCE((SELECT MAX(k.asked_at) FROM cover_ask AS k WHERE k.person_id = p.id), 0), p.id
    LIMIT :limit OFFSET :offset
"""  # noqa: S608 - a constant
_LOCK: Final = """
    SELECT s.id FROM slot AS s WHERE s.id = (SELECT c.slot_id FROM cover AS c WHERE c.id = :id AND c.hub = :hub) {for_update}
"""
_MOVE_ON: Final = """
    UPDATE cover SET wave = wave + 1, status = :status, next_wave_at = :next_wave_at
    WHERE id = :id AND hub = :hub AND status = 'open' AND wave = :wave
    RETURNING id, slot_id
"""
_ASK: Final = f"""
    INSERT INTO cover_ask (hub, cover_id, person_id, status, asked_at)
    SELECT c.hub, c.id, CAST(:person_id AS INTEGER), 'asked', CAST(:now AS BIGINT) FROM cover AS c
    WHERE c.id = :id AND NOT EXISTS ({_WAS_ASKED.format(person=":person_id", slot="c.slot_id")})
    ON CONFLICT (cover_id, person_id) DO NOTHING
    RETURNING id
"""  # noqa: S608 - a constant
_NOT_QUEUED: Final = "DELETE FROM cover_ask WHERE id = :id"
_NO_COVER: Final = """
    INSERT INTO task (hub, person_id, booking_id, kind, reason, opened_at)
    SELECT c.hub, b.person_id, b.id, 'no_cover', CAST(:reason AS TEXT), CAST(:now AS BIGINT)
    FROM cover AS c LEFT JOIN booking AS b ON b.id = (
        SELECT MAX(g.id) FROM booking AS g WHERE g.slot_id = c.slot_id AND g.status = 'released')
    WHERE c.id = :id
"""


def due(hub: str, now: datetime, limit: int) -> Operation[list[DueCover]]:
    """List open calls of which the next wave is due."""
    rows = yield Statement(DUE, {"hub": hub, "now": to_micros(now), "limit": limit})
    return [
        DueCover(
            id=row["cover_id"],
            ref=row["cover_ref"],
            wave=row["wave"],
            seats=row["seats"],
            slot=read_slot(row),
            cancelled=bool(row["cancelled"]),
            was_asked=bool(row["was_asked"]),
            was_given_back=bool(row["was_given_back"]),
        )
        for row in rows
    ]


def helpers(hub: str, cover: DueCover, limit: int, offset: int) -> Operation[list[Helper]]:
    """List a part of those who might cover: who wanted this shift before, then least recently asked first."""
    found = []
    rows = yield Statement(HELPERS, {"hub": hub, "id": cover.id, "limit": limit, "offset": offset})
    for row in rows:
        past = yield from reading.history(hub, row["person_id"])
        person = Person(
            stage=Stage(row["stage"]),
            language=row["language"],
            zone=row["zone"],
            answers=json.loads(row["answers"]),
            consented=True,
            requirements=(yield from requirements.held_by(row["person_id"])),
        )
        last_asked_at = read_instant(row["last_asked_at"])
        found.append(
            Helper(
                person_id=row["person_id"],
                person=person,
                history=past,
                last_asked_at=last_asked_at,
                wanted_it=bool(row["wanted_it"]),
            )
        )
    return found


def settle(hub: str, settled: CoverSettled, now: datetime) -> Operation[int]:
    """Ask a wave, or end a call; return how many were asked: none, when another clock was quicker."""
    key: Params = {"id": settled.id, "hub": hub}
    yield Statement(_LOCK, key)
    next_wave_at = to_micros(settled.next_wave_at or now)
    moved = yield Statement(
        _MOVE_ON, {**key, "wave": settled.wave, "status": settled.status, "next_wave_at": next_wave_at}
    )
    if not moved:
        return 0
    if settled.status == "gave_up":
        yield Statement(_NO_COVER, {"id": settled.id, "reason": settled.reason, "now": to_micros(now)})
    asked = 0
    for message in settled.messages:
        rows = yield Statement(_ASK, {"id": settled.id, "person_id": message.person_id, "now": to_micros(now)})
        if rows and (yield Statement(QUEUE, queue_params(hub, message, now))):
            asked += 1
        elif rows:
            yield Statement(_NOT_QUEUED, {"id": rows[0]["id"]})
    return asked
