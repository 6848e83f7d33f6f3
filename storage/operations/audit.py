"""Add to the trail of decisions from within a turn."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from flows.facts import Json
from storage.operations.rows import write_json
from storage.statements import Operation, Statement
from storage.tables import to_micros

_NOTE: Final = """
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
        _NOTE,
        {
            "hub": hub,
            "person_ref": person_ref,
            "author": author,
            "what": what,
            "detail": write_json(dict(detail)),
            "now": to_micros(now),
        },
    )
