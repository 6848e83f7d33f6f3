"""Find or add whoever is written to without having written: a supervisor, an office."""

from __future__ import annotations

from typing import Final

from flows.messages import Address
from flows.stages import Stage
from storage.operations import addresses, people
from storage.operations.scope import Scope
from storage.statements import Operation, Statement

_FIND: Final = """
    SELECT a.id, a.opted_out_at FROM address AS a
    WHERE a.hub = :hub AND a.channel = :channel AND a.account = :account AND a."user" = :user
"""
_PLACE: Final = "UPDATE person SET zone = :zone WHERE id = :person_id"


def contact(hub: str, to: Address, *, zone: str | None, now: int) -> Operation[int | None]:
    """Return the number of an address, adding somebody of whom nothing else is known; ``None`` after an opt-out.

    Args:
        zone: IANA zone whose quiet hours are kept.
    """
    key = {"hub": hub, "channel": to.channel, "account": to.account, "user": to.user}
    rows = yield Statement(_FIND, key)
    if rows:
        return None if rows[0]["opted_out_at"] is not None else int(rows[0]["id"])
    person_id = yield from people.add(hub, stage=Stage.ENQUIRED, now=now)
    address_id = yield from addresses.add(hub, to, person_id=person_id, now=now)
    if address_id is None:  # somebody else has added the same contact in between: next time
        yield Statement("DELETE FROM person WHERE id = :person_id", {"person_id": person_id})
        return None
    yield from people.write_to(Scope(hub=hub, person_id=person_id, address_id=address_id, now=now))
    yield Statement(_PLACE, {"zone": zone, "person_id": person_id})
    return address_id
