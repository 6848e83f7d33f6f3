"""Decide one turn: ask the engine, look up what it needs to know, and ask again until it is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from flows.conversation import Conversation
from flows.effects import learned
from flows.engine import Turn, advance
from flows.events import Event, SlotsFound
from flows.facts import Facts, History
from flows.library import Library
from storage.store import Loaded, Store

#: How far ahead shifts and training sessions are offered.
_HORIZON: Final = timedelta(days=42)


async def think(store: Store, library: Library, event: Event, loaded: Loaded, facts: Facts, now: datetime) -> Turn:
    """Return the turn that an event leads to, as a whole."""
    whole = Turn(conversation=_conversation(loaded))
    while True:
        part = advance(library, whole.conversation, event, facts, now)
        whole = replace(part, effects=whole.effects + part.effects, trace=whole.trace + part.trace)
        if part.needs is None:
            return whole
        facts = replace(facts, person=learned(facts.person, part.effects))
        slots = await store.find_slots(facts.hub.id, part.needs.kind, now, until=now + _HORIZON)
        person_id = loaded.person_id
        history = await store.history(facts.hub.id, person_id) if person_id is not None else History()
        event = SlotsFound(slots=tuple(slots), history=history)


def _conversation(loaded: Loaded) -> Conversation:
    """Read the conversation; whoever was forgotten begins anew, but their turns are counted on."""
    return Conversation.decode(loaded.conversation) if loaded.conversation else Conversation(turn=loaded.version)
