"""Add to the trail of decisions from within a turn, and chain what was added so that a change shows.

Sealing happens a moment after a row was added: turns need not wait for each other, and of two transactions the one that
commits later is sealed later, whatever its number.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from flows.facts import Json
from storage.operations.rows import write_json
from storage.statements import Batch, Operation, Params, Row, Statement
from storage.tables import to_micros

#: A move to another stage, in ``audit.what``.
STAGE: Final = "stage"
#: What the first row's seal is made with.
FIRST_SEAL: Final = "0" * 64

NOTE: Final = """
    INSERT INTO audit (hub, person_ref, author, what, detail, at)
    VALUES (:hub, :person_ref, :author, :what, :detail, :now)
"""


def note(
    hub: str, *, person_ref: str | None, author: str, what: str, detail: Mapping[str, Json], now: datetime
) -> Operation[None]:
    """Write down one decision; its detail holds nothing private.

    Args:
        author: ``person``, ``rule:NAME``, ``coordinator:NAME``, ``link:PURPOSE``.
        what: ``stage``, ``requirement``, ``hours``, ``membership``.
    """
    yield Statement(
        NOTE,
        params(hub, person_ref=person_ref, author=author, what=what, detail=detail, now=to_micros(now)),
    )


def params(hub: str, *, person_ref: str | None, author: str, what: str, detail: Mapping[str, Json], now: int) -> Params:
    """Write what ``NOTE`` inserts."""
    return {
        "hub": hub,
        "person_ref": person_ref,
        "author": author,
        "what": what,
        "detail": write_json(dict(detail)),
        "now": now,
    }


# --- seal -------------------------------------------------------------------------------------------------------------

_UNSEALED: Final = """
    SELECT id, hub, person_ref, author, what, detail, at FROM audit
    WHERE hub = :hub AND seal IS NULL ORDER BY id LIMIT :limit
"""
_FIRST_HEAD: Final = """
    INSERT INTO audit_head (hub, seal_no, seal, sealed_at) VALUES (:hub, 0, :seal, :now) ON CONFLICT (hub) DO NOTHING
"""
_HEAD: Final = "SELECT seal_no, seal FROM audit_head WHERE hub = :hub {for_update}"
_SEAL: Final = "UPDATE audit SET seal_no = :seal_no, seal = :seal WHERE id = :id"
_MOVE_HEAD: Final = "UPDATE audit_head SET seal_no = :seal_no, seal = :seal, sealed_at = :now WHERE hub = :hub"


def is_unsealed(hub: str) -> Operation[bool]:
    """Tell whether anything waits to be sealed."""
    return bool((yield Statement(_UNSEALED, {"hub": hub, "limit": 1})))


def seal(hub: str, limit: int, now: datetime) -> Operation[int]:
    """Chain rows that were added to those before, oldest first; return how many.

    The end of the chain is locked first: of two processes the second waits, and goes on where the first has stopped.
    """
    yield Statement(_FIRST_HEAD, {"hub": hub, "seal": FIRST_SEAL, "now": to_micros(now)})
    (head,) = yield Statement(_HEAD, {"hub": hub})
    added: Sequence[Row] = yield Statement(_UNSEALED, {"hub": hub, "limit": limit})
    seal_no, last, sealed = int(head["seal_no"]), str(head["seal"]), []
    for row in added:
        seal_no, last = seal_no + 1, seal_of(last, {name: row[name] for name in _SEALED})
        sealed.append({"id": row["id"], "seal_no": seal_no, "seal": last})
    if sealed:
        yield Batch(_SEAL, sealed)
        yield Statement(_MOVE_HEAD, {"hub": hub, "seal_no": seal_no, "seal": last, "now": to_micros(now)})
    return len(sealed)


_SEALED: Final = ("id", "hub", "person_ref", "author", "what", "detail", "at")


def seal_of(before: str, row: Mapping[str, Json]) -> str:
    """Seal a row behind the one before it: SHA-256 of that seal and the row as JSON, its keys sorted."""
    written = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{before}\n{written}".encode()).hexdigest()
