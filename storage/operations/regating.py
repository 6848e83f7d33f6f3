"""Look at every gate again once an answer has changed: nobody keeps a place that they could not take today."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from flows.effects import LookAgain
from flows.facts import SlotKind
from flows.rules.stages import after_training
from flows.stages import Stage
from storage.operations import allowances, audit, people, school_times, seats
from storage.operations.gates import LACKS, is_aged
from storage.operations.scope import Scope
from storage.statements import Operation, Params, Statement
from storage.tables import from_micros

#: Places ahead, each with whether the statement that takes a seat would still give it to the person.
_AHEAD: Final = f"""
    SELECT b.id, b.ref, b.slot_id, s.ref AS slot_ref,
        p.stage IN ('waiting_guardian', 'in_review')
            OR NOT (s.supervised AND NOT s.one_to_one) AND NOT COALESCE({is_aged("18")}, FALSE)
            OR s.kind = 'shift' AND s.role IS NOT NULL AND p.role IS NOT NULL AND s.role <> p.role AND CAST(:role AS BOOLEAN)
            OR {LACKS} AS is_lost
    FROM booking AS b JOIN slot AS s ON s.id = b.slot_id JOIN person AS p ON p.id = b.person_id
    WHERE b.person_id = :person_id AND b.status IN ('booked', 'confirmed') AND s.starts_at > :now
    ORDER BY s.id
"""  # noqa: S608 - a constant
_AT_RISK: Final = """
    INSERT INTO task (hub, person_id, booking_id, kind, reason, opened_at)
    VALUES (:hub, :person_id, :booking_id, 'shift_at_risk', 'answer_changed', :now)
"""
_PERSON: Final = "SELECT ref, stage FROM person WHERE id = :person_id"
_PLACES: Final = """
    SELECT s.kind, b.status FROM booking AS b JOIN slot AS s ON s.id = b.slot_id
    WHERE b.person_id = :person_id AND (b.status IN ('booked', 'confirmed') AND s.starts_at > :now
        OR b.status = 'attended' AND s.kind = 'training')
"""
_CONSENT: Final = """
    UPDATE requirement SET valid_until = :until, told_days = NULL, changed_at = :now
    WHERE person_id = :person_id AND kind = 'guardian_consent' AND status = 'met' AND valid_until IS NOT NULL
"""
_NO_REQUESTS: Final = """
    UPDATE outbox SET status = 8, reason = 'came_of_age', settled_at = :now
    WHERE hub = :hub AND status IN (0, 1) AND dedupe_key IN (
        SELECT 'request:' || g.ref || ':1' FROM guardian AS g WHERE g.person_id = :person_id
        UNION ALL SELECT 'request:' || g.ref || ':2' FROM guardian AS g WHERE g.person_id = :person_id)
"""
_NO_TASKS: Final = """
    UPDATE task SET closed_at = :now WHERE person_id = :person_id AND closed_at IS NULL
        AND reason IN ('guardian_silent', 'guardian_declined', 'guardian_withdrew', 'guardian_not_asked')
"""


def free(scope: Scope, effect: LookAgain, *, released: Collection[str]) -> Operation[tuple[str, ...]]:
    """Give back what the person could not take any more, and return these places.

    What is served on somebody's money is taken from whoever pays now; what nobody covers is given back as well.

    Args:
        released: what the turn gives back by itself.
    """
    (person,) = yield Statement(_PERSON, {"person_id": scope.person_id})
    now = from_micros(scope.now)
    detail = {"changed": ", ".join(effect.changed)}
    yield from audit.note(
        scope.hub, person_ref=person["ref"], author=effect.author, what="answer", detail=dict(detail), now=now
    )
    key: Params = {"person_id": scope.person_id, "now": scope.now}
    if effect.consent_until:
        yield Statement(_CONSENT, {**key, "until": effect.consent_until})
    if effect.of_age:
        yield Statement(_NO_REQUESTS, {**key, "hub": scope.hub})
        yield Statement(_NO_TASKS, key)
    freed = []
    for row in (yield Statement(_AHEAD, {**key, "role": "role" in effect.changed})):
        if row["ref"] in released:
            continue
        is_lost = bool(row["is_lost"]) or not (yield from school_times.allow(scope, row["slot_ref"]))
        if is_lost or not (yield from allowances.follow(scope, booking_id=row["id"], slot_id=row["slot_id"])):
            yield from seats.release(scope, row["ref"], cause="an answer changed")
            yield Statement(_AT_RISK, {**key, "hub": scope.hub, "booking_id": row["id"]})
            freed.append(str(row["ref"]))
    return tuple(freed)


def settle(scope: Scope) -> Operation[None]:
    """Move whoever has lost their last place of a kind, and whoever is accepted anew and was trained before."""
    (person,) = yield Statement(_PERSON, {"person_id": scope.person_id})
    rows = yield Statement(_PLACES, {"person_id": scope.person_id, "now": scope.now})
    held = {row["kind"] for row in rows if row["status"] != "attended"}
    trained = any(row["status"] == "attended" for row in rows)
    stage = Stage(person["stage"])
    after = stage
    if stage is Stage.PLACED and SlotKind.SHIFT not in held:
        after = Stage.READY
    elif stage is Stage.ELIGIBLE or (stage is Stage.TRAINING and SlotKind.TRAINING not in held):
        after = after_training(came=trained)
    if after is not stage:
        move = people.Move(stage=after, cause="an answer changed", author="rule:stage_after")
        yield from people.change(scope, facts={}, moves=[move])
