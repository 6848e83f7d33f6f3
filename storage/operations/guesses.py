"""Count the codes that nobody has by where they come from: under a keyed hash, so that the count outlives whoever is erased."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from flows.messages import Address
from flows.rules.organisations import A_DAY
from storage.operations import suppressions
from storage.operations.scope import Scope
from storage.statements import Operation, Statement
from storage.tables import from_micros, to_micros

_KEPT_MICROS: Final = A_DAY // timedelta(microseconds=1)
_WHERE_FROM: Final = 'SELECT channel, "user" FROM address WHERE id = :address_id'
_NOTE: Final = "INSERT INTO wrong_code (hub, address_hash, at) VALUES (:hub, :hash, :now)"
_LATELY: Final = """
    SELECT at FROM wrong_code WHERE hub = :hub AND at > :since AND address_hash = :hash ORDER BY at, id
"""
_LET_GO: Final = "DELETE FROM wrong_code WHERE hub = :hub AND at <= :until RETURNING id"
#: When the next of them is a day old.
NEXT: Final = f"SELECT MIN(at) + {_KEPT_MICROS} FROM wrong_code WHERE hub = :hub"  # noqa: S608 - a constant


def note(scope: Scope) -> Operation[None]:
    """Count one against the address that the turn is with."""
    (row,) = yield Statement(_WHERE_FROM, {"address_id": scope.address_id})
    hash_ = yield from suppressions.hash_of(scope.hub, row["channel"], row["user"])
    yield Statement(_NOTE, {"hub": scope.hub, "hash": hash_, "now": scope.now})


def lately(hub: str, address: Address, now: datetime) -> Operation[tuple[datetime, ...]]:
    """List when wrong codes came from an address within a day, whoever wrote from it."""
    hash_ = yield from suppressions.hash_of(hub, address.channel, address.user)
    rows = yield Statement(_LATELY, {"hub": hub, "hash": hash_, "since": to_micros(now - A_DAY)})
    return tuple(from_micros(row["at"]) for row in rows)


def let_go(hub: str, now: datetime) -> Operation[int]:
    """Let go what is older than a day; return how many."""
    return len((yield Statement(_LET_GO, {"hub": hub, "until": to_micros(now - A_DAY)})))
