"""Keep what a person told us and where they stand."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from flows.facts import Json
from flows.stages import Stage
from storage.operations import audit
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
    SELECT ref, stage, answers, birth_date, language, zone, given_name, family_name, zip, audience, role, campaign
    FROM person WHERE id = :person_id {for_update}
"""
_CHANGE: Final = """
    UPDATE person SET stage = :stage, answers = :answers, birth_date = :birth_date, language = :language, zone = :zone,
        given_name = :given_name, family_name = :family_name, zip = :zip, audience = :audience, role = :role,
        campaign = :campaign, changed_at = :now
    WHERE id = :person_id
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A move to a stage, with its cause and whoever is behind it."""

    stage: Stage
    cause: str
    #: ``person``, ``rule:NAME``, ``coordinator:NAME``, ``link:PURPOSE``.
    author: str


def change(scope: Scope, *, facts: Mapping[str, Json], moves: Sequence[Move]) -> Operation[None]:
    """Merge facts into what is known, ``None`` taking one back, and move the person along stages, each with a cause."""
    (row,) = yield Statement(_READ, {"person_id": scope.person_id})
    answers = {**json.loads(row["answers"]), **facts}
    columns: dict[str, Value] = {name: row[name] for name in TEXT_COLUMNS}
    columns |= {name: _text(facts[name]) for name in TEXT_COLUMNS if name in facts}
    columns["birth_date"] = _date(facts["birth_date"]) if "birth_date" in facts else row["birth_date"]
    stage, changes = row["stage"], []
    for move in moves:
        if move.stage.value != stage:
            changes.append(_moved(scope, row["ref"], stage, move))
            stage = move.stage.value
    kept = {name: value for name, value in answers.items() if value is not None}
    yield Statement(
        _CHANGE,
        {**columns, "stage": stage, "answers": write_json(kept), "person_id": scope.person_id, "now": scope.now},
    )
    if changes:
        yield Batch(audit.NOTE, changes)


def _moved(scope: Scope, person_ref: str, stage: str, move: Move) -> Params:
    return audit.params(
        scope.hub,
        person_ref=person_ref,
        author=move.author,
        what=audit.STAGE,
        detail=move_detail(stage, move.stage.value, move.cause),
        now=scope.now,
    )


def move_detail(stage_from: str, stage_to: str, cause: str) -> dict[str, Json]:
    """Say what the trail keeps of a move."""
    return {"from": stage_from, "to": stage_to, "cause": cause}


def _text(value: Json) -> str | None:
    return None if value is None else str(value)


def _date(value: Json) -> date | None:
    return None if value is None else date.fromisoformat(str(value))
