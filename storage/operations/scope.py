"""Whom a change concerns and when: what the parts of a turn share."""

from __future__ import annotations

from dataclasses import dataclass

from flows.messages import Address, Inbound
from storage.statements import Params


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A person at an address, at an instant."""

    hub: str
    person_id: int
    address_id: int
    #: Microseconds since 1970 UTC.
    now: int
    #: The turn's number; -1 when it happens in none.
    turn: int = -1


def identity(hub: str, inbound: Inbound) -> Params:
    """Name an inbound and its sender as the unique keys of ``inbound`` and ``address`` do."""
    return {**where(hub, inbound.sender), "provider_id": inbound.provider_id}


def where(hub: str, address: Address) -> Params:
    """Name an address as its unique key does."""
    return {"hub": hub, "channel": address.channel, "account": address.account, "user": address.user}
