"""People, texts and turns for the storage tests, and what the tables say afterwards."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from flows.effects import Effect, Say
from flows.facts import Hub, SlotKind
from flows.messages import Address, Inbound, Purpose
from storage import schedule
from storage.database import Database
from storage.store import Applied, Known, Loaded, Store, TurnResult, TurnWrite

HUB = Hub(id="hub", name="Riverside Tutors", zone="America/New_York")
OTHER_HUB = Hub(id="other", name="Lakeside Tutors", zone="America/Chicago")
#: A Tuesday, 11:00 in New York.
NOW = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)
MARIA = Address(channel="sms", account="MG1", user="+12125550101")
OMAR = Address(channel="sms", account="MG1", user="+12125550102")

_numbers = count(1)


def phone(number: int) -> Address:
    """Make the address of one of many people."""
    return Address(channel="sms", account="MG1", user=f"+1212{number:07d}")


def message(sender: Address = MARIA, words: str = "hello", **fields: Any) -> Inbound:
    """Make a text with a provider id of its own, unless one is given."""
    return Inbound(**{"provider_id": f"SM{next(_numbers)}", "sender": sender, "text": words, **fields})


async def turn(
    store: Store,
    *effects: Effect,
    inbound: Inbound | None = None,
    sender: Address = MARIA,
    now: datetime = NOW,
    hub: str = HUB.id,
) -> TurnResult:
    """Load and apply one turn with the given effects."""
    inbound = inbound or message(sender)
    loaded = await store.load(hub, inbound, now)
    if isinstance(loaded, Known):
        return loaded
    return await store.apply(write(loaded, inbound, *effects, now=now, hub=hub))


def write(
    loaded: Loaded, inbound: Inbound, *effects: Effect, now: datetime = NOW, hub: str = HUB.id, state: str = ""
) -> TurnWrite:
    """Make what a turn changes, from what it started with."""
    return TurnWrite(
        hub=hub,
        inbound=inbound,
        address=inbound.sender,
        person_id=loaded.person_id,
        version=loaded.version,
        conversation=state or f'{{"turn":{loaded.version + 1}}}',
        effects=effects,
        trace='["thought"]',
        now=now,
    )


async def applied(store: Store, *effects: Effect, **options: Any) -> Applied:
    """Apply one turn that must succeed."""
    result = await turn(store, *effects, **options)
    assert isinstance(result, Applied), result
    return result


async def loaded(store: Store, sender: Address = MARIA, now: datetime = NOW, hub: str = HUB.id) -> Loaded:
    """Load what the next turn of somebody would start from."""
    found = await store.load(hub, message(sender), now)
    assert isinstance(found, Loaded)
    return found


def say(words: str = "hi", purpose: Purpose = Purpose.REPLY) -> Say:
    """Make a message of a turn."""
    return Say(text=words, purpose=purpose)


def rows(database: Database, sql: str, **params: Any) -> Sequence[Mapping[str, Any]]:
    """Read rows of the database as mappings."""
    with database.reading() as session:
        return [dict(row) for row in session.connection().execute(text(sql), params).mappings()]


def value(database: Database, sql: str, **params: Any) -> Any:
    """Read one value of the database."""
    ((found,),) = (tuple(row.values()) for row in rows(database, sql, **params))
    return found


def change(database: Database, sql: str, **params: Any) -> None:
    """Change rows directly, as a test's beginning needs it."""
    with database.session() as session:
        session.connection().execute(text(sql), params)


def new_slot(
    database: Database,
    *,
    capacity: int = 5,
    kind: SlotKind = SlotKind.SHIFT,
    starts: datetime = NOW + timedelta(days=7),
    zone: str = "America/New_York",
    hub: str = HUB.id,
    minutes: int = 120,
) -> str:
    """Add a slot; return its reference."""
    with database.session() as session:
        slot = schedule.add_slot(
            session,
            hub,
            kind=kind,
            title={"en": "Reading with children", "es": "Lectura"},
            starts_local=starts.astimezone(ZoneInfo(zone)).replace(tzinfo=None),
            zone=zone,
            minutes=minutes,
            capacity=capacity,
            place="Online",
        )
        return slot.ref


def moves(database: Database) -> list[tuple[str, dict[str, Any]]]:
    """List who moved anybody from which stage to which, and why."""
    kept = rows(database, "SELECT author, detail FROM audit WHERE what = 'stage' ORDER BY id")
    return [(row["author"], json.loads(row["detail"])) for row in kept]
