"""Remember, by a keyed hash alone, where nobody must be written to: the addresses of people who asked to be erased."""

from __future__ import annotations

from typing import Final

from flows.messages import Address
from storage.operations.scope import Scope
from storage.statements import Keyed, Operation, Statement

_ADDRESSES: Final = 'SELECT channel, "user" FROM address WHERE person_id = :person_id ORDER BY id'
_ADD: Final = """
    INSERT INTO suppression (hub, address_hash, since) VALUES (:hub, :hash, :now)
    ON CONFLICT (hub, address_hash) DO NOTHING
"""
_HOLDS: Final = "SELECT 1 AS one FROM suppression WHERE hub = :hub AND address_hash = :hash"
_END: Final = "DELETE FROM suppression WHERE hub = :hub AND address_hash = :hash"


def add(scope: Scope) -> Operation[None]:
    """Let none of a person's addresses be written to any more, once they are erased."""
    rows = yield Statement(_ADDRESSES, {"person_id": scope.person_id})
    for row in rows:
        hash_ = yield from hash_of(scope.hub, row["channel"], row["user"])
        yield Statement(_ADD, {"hub": scope.hub, "hash": hash_, "now": scope.now})


def keep(hub: str, address: Address, now: int) -> Operation[None]:
    """Let an address not be written to of which nobody is known.

    Args:
        now: microseconds since 1970 UTC.
    """
    hash_ = yield from hash_of(hub, address.channel, address.user)
    yield Statement(_ADD, {"hub": hub, "hash": hash_, "now": now})


def holds(hub: str, address: Address) -> Operation[bool]:
    """Tell whether an address must not be written to."""
    hash_ = yield from hash_of(hub, address.channel, address.user)
    return bool((yield Statement(_HOLDS, {"hub": hub, "hash": hash_})))


def end(hub: str, address: Address) -> Operation[None]:
    """Let an address be written to again: its owner has written by themselves."""
    hash_ = yield from hash_of(hub, address.channel, address.user)
    yield Statement(_END, {"hub": hub, "hash": hash_})


def hash_of(hub: str, channel: str, user: str) -> Operation[str]:
    """Hash an address, whichever account of ours writes to it."""
    (row,) = yield Keyed(hashed(hub, channel, user))
    return str(row["hash"])


def hashed(hub: str, channel: str, user: str) -> str:
    """Return the text that is hashed of an address."""
    return f"{hub}\n{channel}\n{user.casefold()}"
