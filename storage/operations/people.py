"""Keep what a person told us and where they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from flows.facts import Json
from flows.stages import Stage
from storage.operations.rows import write_json
from storage.operations.scope import Scope
from storage.statements import Batch, Operation, Params, Statement, Value
from storage.tables import new_ref

#: Facts that have a column of their own, since people are looked for by them.
TEXT_COLUMNS: Final = ("language", "zone", "given_name", "family_name", "zip", "audience", "role", "campaign")

_ADD: Final = """
    INSERT INTO person (hub, ref, stage, answers, created_at, changed_at)
    VALUES (:hub, :ref, :stage, :answers, :now, :now)
    RETURNING id
"""
_BEGIN_CONVERSATION: Final = """
    INSERT INTO conversation (person_id, hub, version, state, changed_at)
    VALUES (:person_id, :hub, 1, :state, :now)
"""
_WRITE_TO: Final = "UPDATE person SET address_id = :address_id WHERE id = :person_id"
_READ: Final = """
    SELECT stage, answers, birth_date, language, zone, given_name, family_name, zip, audience, role, campaign
    FROM person WHERE id = :person_id {for_update}
"""
_CHANGE: Final = """
    UPDATE person SET stage = :stage, answers = :answers, birth_date = :birth_date, language = :language, zone = :zone,
        given_name = :given_name, family_name = :family_name, zip = :zip, audience = :audience, role = :role,
        campaign = :campaign, changed_at = :now
    WHERE id = :person_id
"""
_MOVE: Final = """
    INSERT INTO stage_change (hub, person_id, stage_from, stage_to, cause, at)
    VALUES (:hub, :person_id, :stage_from, :stage_to, :cause, :now)
"""


def add(hub: str, *, stage: Stage, now: int) -> Operation[int]:
    """Write down a person of whom nothing is known; return their number."""
    params: Params = {"hub": hub, "ref": new_ref(), "stage": stage.value, "answers": "{}", "now": now}
    (row,) = yield Statement(_ADD, params)
    return int(row["id"])


def begin_conversation(scope: Scope, *, state: str) -> Operation[None]:
    """Write the first turn of a person's dialogue."""
    yield Statement(
        _BEGIN_CONVERSATION, {"person_id": scope.person_id, "hub": scope.hub, "state": state, "now": scope.now}
    )


def write_to(scope: Scope) -> Operation[None]:
    """Write to the person where they last wrote from."""
    yield Statement(_WRITE_TO, {"address_id": scope.address_id, "person_id": scope.person_id})


def change(scope: Scope, *, facts: Mapping[str, Json], moves: Sequence[tuple[Stage, str]]) -> Operation[None]:
    """Merge facts into what is known, ``None`` taking one back, and move the person along stages, each with a cause."""
    (row,) = yield Statement(_READ, {"person_id": scope.person_id})
    answers = {**json.loads(row["answers"]), **facts}
    columns: dict[str, Value] = {name: row[name] for name in TEXT_COLUMNS}
    columns |= {name: _text(facts[name]) for name in TEXT_COLUMNS if name in facts}
    columns["birth_date"] = _date(facts["birth_date"]) if "birth_date" in facts else row["birth_date"]
    stage, changes = row["stage"], []
    for target, cause in moves:
        if target.value != stage:
            changes.append(_moved(scope, stage, target.value, cause))
            stage = target.value
    kept = {name: value for name, value in answers.items() if value is not None}
    yield Statement(
        _CHANGE,
        {**columns, "stage": stage, "answers": write_json(kept), "person_id": scope.person_id, "now": scope.now},
    )
    if changes:
        yield Batch(_MOVE, changes)


def _moved(scope: Scope, stage_from: str, stage_to: str, cause: str) -> Params:
    return {
        "hub": scope.hub,
        "person_id": scope.person_id,
        "stage_from": stage_from,
        "stage_to": stage_to,
        "cause": cause,
        "now": scope.now,
    }


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


def _date(value: Json) -> date | None:
    return None if value is None else date.fromisoformat(str(value))
