"""Call for cover: ask wave by wave who takes a shift over that was given back late; tell whose colleague did not answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from flows.facts import Hub
from flows.library import Library
from flows.messages import Purpose
from flows.places.choices import seat_choices
from flows.rules.covering import COVER_STEP, LAST_ASK, Helper, Wave, is_over, next_wave, size_and_pause
from flows.rules.requirements import needs_of
from flows.wording import say_offer, say_slot
from storage.store import CoverSettled, DueCover, LapsedSwap, NewMessage, Store

_BATCH: Final = 50
#: People looked at in one go; whoever was asked least recently is in the first of them.
_HELPERS: Final = 50


async def call_for_cover(store: Store, hub: Hub, library: Library, now: datetime) -> int:
    """Ask the next wave of every call that is due; return how many people were asked."""
    asked = 0
    for cover in await store.due_covers(hub.id, now, _BATCH):
        settled = await _settle(store, cover, hub, library, now)
        asked += await store.settle_cover(hub.id, settled, now)
    return asked


async def _settle(store: Store, cover: DueCover, hub: Hub, library: Library, now: datetime) -> CoverSettled:
    if cover.cancelled or cover.slot.seats_left < 1:
        return CoverSettled(id=cover.id, wave=cover.wave, status="filled", reason="no seat is free")
    if is_over(cover.slot.starts_at, now):
        return CoverSettled(id=cover.id, wave=cover.wave, status="gave_up", reason="nobody_took_it")
    wave = await _choose(store, cover, hub, library, now)
    if not wave.asked and not cover.was_asked and is_over(cover.slot.starts_at, wave.next_at):
        return CoverSettled(id=cover.id, wave=cover.wave, status="gave_up", reason="nobody_to_ask")
    return CoverSettled(
        id=cover.id,
        wave=cover.wave,
        status="open",
        messages=tuple(_message(cover, helper, hub, library) for helper in wave.asked),
        next_wave_at=wave.next_at,
    )


async def _choose(store: Store, cover: DueCover, hub: Hub, library: Library, now: datetime) -> Wave:
    """Look through those who might cover until there are enough for a wave."""
    helpers: list[Helper] = []
    size, _ = size_and_pause(cover.slot.starts_at, now, seats=cover.seats)
    while True:
        more = await store.helpers(hub.id, cover, limit=_HELPERS, offset=len(helpers))
        helpers += more
        wave = next_wave(
            helpers,
            cover.slot,
            seats=cover.seats,
            courses=library.courses,
            needs=needs_of(library.requirements, hub.requires),
            quiet_hours=hub.quiet_hours,
            now=now,
        )
        if len(wave.asked) >= size or len(more) < _HELPERS:
            return wave


def _message(cover: DueCover, helper: Helper, hub: Hub, library: Library) -> NewMessage:
    language, zone = helper.person.language or hub.languages[0], helper.person.zone
    values = {"hub": hub.name, "slot": say_slot(cover.slot, zone=zone, language=language)}
    return NewMessage(
        dedupe_key=f"cover:{cover.ref}:{helper.person_id}",
        person_id=helper.person_id,
        text=library.phrases.say("cover.ask" if cover.was_given_back else "cover.ask_open", language, values),
        purpose=Purpose.NOTICE,
        choices=seat_choices(library.phrases, language),
        step=f"{COVER_STEP}{cover.ref}",
        expires_at=cover.slot.starts_at.astimezone(UTC) - LAST_ASK,
    )


async def end_swaps(store: Store, hub: Hub, library: Library, now: datetime) -> int:
    """Tell whoever named a colleague that there was no answer in time; return how many."""
    lapsed = await store.lapsed_swaps(hub.id, now, _BATCH)
    await store.end_swaps(hub.id, [(swap, _still_yours(swap, hub, library)) for swap in lapsed], now)
    return len(lapsed)


def _still_yours(swap: LapsedSwap, hub: Hub, library: Library) -> NewMessage:
    language = swap.language or hub.languages[0]
    values = {"hub": hub.name, "slot": say_offer(swap.slot, zone=swap.zone, language=language)}
    return NewMessage(
        dedupe_key=f"swap:{swap.ref}:told",
        person_id=swap.person_id,
        text=library.phrases.say("swap.lapsed", language, values),
        purpose=Purpose.NOTICE,
        expires_at=swap.slot.starts_at,
    )
