"""Decide one turn: ask the engine, look up what it needs to know, and ask again until it is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, assert_never

from flows.conversation import Conversation
from flows.effects.learned import learned
from flows.engine import Turn, advance
from flows.events import (
    BroadcastFound,
    ColleagueFound,
    Event,
    HoursFound,
    OwnerFound,
    SlotsFound,
    VisitsFound,
    WaysFound,
)
from flows.facts import Facts, History
from flows.library import Library
from flows.lookups import AskBroadcast, FindByCode, FindColleague, FindHours, FindSlots, FindVisits, FindWays
from storage.store import Loaded, Store

#: How far ahead shifts and training sessions are offered.
_HORIZON: Final = timedelta(days=42)
#: Answers what a coordinator texts about broadcasts.
Foresee = Callable[[AskBroadcast, datetime], Awaitable[BroadcastFound]]


async def think(
    store: Store,
    library: Library,
    event: Event,
    loaded: Loaded,
    facts: Facts,
    now: datetime,
    *,
    foresee: Foresee | None = None,
) -> Turn:
    """Return the turn that an event leads to, as a whole.

    Args:
        foresee: foresees what a coordinator texts to many; only where somebody writes.
    """
    whole = Turn(conversation=_conversation(loaded))
    while True:
        part = advance(library, whole.conversation, event, facts, now)
        whole = replace(part, effects=whole.effects + part.effects, trace=whole.trace + part.trace)
        if part.needs is None:
            return whole
        facts = replace(facts, person=learned(facts.person, part.effects))
        if isinstance(part.needs, AskBroadcast):
            assert foresee is not None, "only somebody who writes asks for broadcasts"
            event = await foresee(part.needs, now)
            continue
        event = await _look_up(store, facts.hub.id, loaded.person_id, part.needs, now)


#: What the store answers by itself.
Lookup = FindSlots | FindVisits | FindHours | FindColleague | FindByCode | FindWays


async def _look_up(
    store: Store, hub: str, person_id: int | None, needs: Lookup, now: datetime
) -> SlotsFound | VisitsFound | HoursFound | ColleagueFound | OwnerFound | WaysFound:
    """Answer what the engine asks in the middle of a turn."""
    match needs:
        case FindSlots():
            slots = await store.find_slots(hub, needs.kind, now, until=now + _HORIZON)
            history = await store.history(hub, person_id) if person_id is not None else History()
            return SlotsFound(slots=tuple(slots), history=history)
        case FindVisits():
            visits, served = await store.visits(hub, person_id, now) if person_id is not None else ((), ())
            return VisitsFound(visits=visits, served=served, minutes=needs.minutes, booking=needs.booking)
        case FindHours():
            approved, waiting = await store.hours_of(hub, person_id) if person_id is not None else (0, 0)
            return HoursFound(approved=approved, waiting=waiting)
        case FindColleague():
            colleague = await store.colleague(hub, needs.phone, now, code=needs.code)
            return ColleagueFound(colleague=colleague, booking=needs.booking, code=needs.code)
        case FindByCode():
            owner = await store.find_by_code(hub, needs.code, person_id, now)
            return OwnerFound(code=needs.code, owner=owner)
        case FindWays():
            ways = await store.ways(hub, person_id) if person_id is not None else ()
            return WaysFound(purposes=needs.purposes, channel=needs.channel, ways=ways)
        case _:
            assert_never(needs)


def _conversation(loaded: Loaded) -> Conversation:
    """Read the conversation; whoever was forgotten begins anew, but their turns are counted on."""
    return Conversation.decode(loaded.conversation) if loaded.conversation else Conversation(turn=loaded.version)
