"""Correct an answer for somebody: a turn in which nobody has written, so that every later gate is looked at again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.mistake import MistakeError
from bot.thinking import think
from flows.answers import read
from flows.answers.context import AnswerChoice, AnswerContext, Within
from flows.answers.outcome import GUESS, Match
from flows.effects import MoveStage, Release
from flows.events import Corrected
from flows.facts import Facts, Hub, Json
from flows.files.shape import did_you_mean
from flows.library import Library
from flows.model import Ask
from storage.store import Applied, Loaded, Store, TurnWrite

#: A correction that loses so many races in a row meets something that is no race.
_MAX_TRIES = 20


async def correct(
    store: Store,
    hub: Hub,
    library: Library,
    accounts: Mapping[str, str],
    *,
    person_ref: str,
    field: str,
    value: str,
    author: str,
    now: datetime,
) -> str:
    """Correct one answer; return what follows from it, in a sentence.

    Args:
        accounts: our side of each channel that is on, by its name.
        value: as the person would write it.
        author: ``coordinator:NAME``.

    Raises:
        MistakeError: there is no such answer, it cannot be read, or the person cannot be written to.
    """
    for _ in range(_MAX_TRIES):
        found = await store.load_person(hub.id, person_ref, now)
        if found is None:
            raise MistakeError("They have no address on record, so a correction could not be told to them.")
        address, loaded = found
        ask = _ask(library, loaded, field)
        event = Corrected(field=field, value=_read(ask, value, loaded, hub, now), author=author)
        facts = Facts(
            hub=hub,
            person=loaded.person,
            bookings=loaded.bookings,
            unanswered=loaded.unanswered,
            offers=loaded.offers,
            lines=loaded.lines,
            asks=loaded.asks,
            wards=loaded.wards,
            approves_shifts=loaded.approves_shifts,
            accounts=accounts,
        )
        turn = await think(store, library, event, loaded, facts, now)
        write = TurnWrite(
            hub=hub.id,
            inbound=None,
            address=address,
            person_id=loaded.person_id,
            version=loaded.version,
            conversation=turn.conversation.encode(),
            effects=turn.effects,
            trace=json.dumps(turn.trace, ensure_ascii=False),
            now=now,
        )
        if isinstance(await store.apply(write), Applied):
            moves = [effect.stage.value for effect in turn.effects if isinstance(effect, MoveStage)]
            freed = sum(isinstance(effect, Release) for effect in turn.effects)
            said = f"Corrected. Stage: {moves[-1] if moves else loaded.person.stage.value}."
            return said + (f" {freed} of their places were given back; they are told." if freed else "")
    raise MistakeError("They are writing at this very moment; nothing was corrected. Try again.")


def _ask(library: Library, loaded: Loaded, field: str) -> Ask:
    """Find the question that an answer is given to, among those that the person was asked."""
    asks = {
        step.ask.save_as: step.ask
        for flow in library.met_by(loaded.person.answers.get("audience"))
        for step in flow.steps.values()
        if step.ask and step.ask.remember and step.ask.called
    }
    known = {name for name in asks if loaded.person.answers.get("given_name" if name == "name" else name) is not None}
    if field not in known:
        raise MistakeError(f"They have given no answer {field!r}; {did_you_mean(field, sorted(known))}.")
    return asks[field]


def _read(ask: Ask, value: str, loaded: Loaded, hub: Hub, now: datetime) -> Json:
    context = AnswerContext(
        language="en",
        today=now.astimezone(ZoneInfo(loaded.person.zone or hub.zone)).date(),
        choices=tuple(
            AnswerChoice(id=one.id, label=one.label["en"], synonyms=(one.id, *one.also.get("en", ())))
            for one in ask.options
        ),
        within=Within(ask.within) if ask.within else None,
        minimum=ask.minimum,
        maximum=ask.maximum,
    )
    outcome = read(ask.type, value, context)
    if not isinstance(outcome, Match) or outcome.confidence <= GUESS:
        choices = f"; write one of {', '.join(one.id for one in ask.options)}" if ask.options else ""
        raise MistakeError(f"{value!r} cannot be read as {ask.save_as}{choices}.")
    return outcome.value
