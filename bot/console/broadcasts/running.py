"""One broadcast once it was confirmed: watch it leave, hold it, let it go on, end it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Final

import bot.console.broadcasts.drafts as drafts
from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.broadcasts.room import room
from bot.console.house import Visit
from bot.console.rendering import render
from bot.console.words import Words
from flows.reasons import say_reason
from flows.rules.access import Permission
from flows.rules.contact import BroadcastState
from storage import broadcast_people, broadcast_report, broadcasts
from storage.store import OutboxStatus
from storage.tables import BroadcastRow

#: How often an open page is told, how much longer than a look itself takes is waited before the next, and how long at most.
_LOOK_S: Final = 0.5
_REST: Final = 10
_LONGEST_REST_S: Final = 5.0
#: A line that says nothing for longer might be cut by what stands in between.
_ALIVE_S: Final = 15.0
_PIECE: Final = "_broadcast_live.html"


@room.get("/broadcasts/{ref}", Permission.SEE_ALL)
def show(visit: Visit) -> Answer:
    """Show how far a broadcast has come; a draft leads to the page where it was left."""
    with visit.reading() as session:
        broadcast = drafts.find(visit, session)
        if drafts.is_draft(broadcast):
            if not visit.may(Permission.BROADCAST):
                raise NotThereError
            return Led(to=drafts.here(broadcast, "message" if drafts.read(visit, broadcast) is None else "check"))
        values = {
            **live_values(visit, session, broadcast),
            "texts": [
                (language, drafts.with_names(text, Words(room.name, visit.language, visit.hub.name)))
                for language, text in _read_by_people(broadcasts.texts_of(broadcast)).items()
            ],
            "filters": drafts.Naming(visit, session).name(drafts.recipients_of(broadcast)),
            "report": broadcast_report.report(session, broadcast),
            "price": visit.hub.contact.text_price,
        }
    return Page(template="broadcast.html", values=values)


def _read_by_people(texts: Mapping[str, str]) -> Mapping[str, str]:
    """Leave out English words that only stand in: where all read another language, its words are kept for it too."""
    others = [text for language, text in texts.items() if language != "en"]
    return {language: text for language, text in texts.items() if language != "en" or text not in others}


def live_values(visit: Visit, session: Any, broadcast: BroadcastRow) -> dict[str, Any]:
    """Return what an open page is told again and again: how many, how far, and what holds the others up."""
    counts = broadcasts.progress(session, broadcast)
    queued = sum(counts.values())
    decided = sum(number for status, number in counts.items() if status >= OutboxStatus.SENT)
    return {
        "broadcast": broadcast,
        "here": drafts.here(broadcast),
        "title": drafts.title(broadcast),
        "is_alive": broadcast.status in broadcasts.ALIVE,
        "may_pause": broadcast.status in (BroadcastState.CONFIRMED, BroadcastState.SENDING),
        "may_resume": broadcast.status == BroadcastState.PAUSED,
        "all": queued if broadcast.is_written else max(broadcast.total, queued),
        "decided": decided,
        "left": broadcast_people.left(counts),
        "arrived": counts.get(OutboxStatus.DELIVERED, 0),
        "failed": counts.get(OutboxStatus.FAILED, 0) + counts.get(OutboxStatus.UNDELIVERED, 0),
        "dropped": counts.get(OutboxStatus.DROPPED, 0),
        "causes": broadcast_report.causes(session, broadcast) if queued else (),
        "why": lambda reason: say_reason(reason, visit.language),
    }


@room.stream("/broadcasts/{ref}/events", Permission.SEE_ALL)
def watch(visit: Visit) -> AsyncIterator[tuple[str, str] | None]:
    """Tell an open page how far it has come, until nothing is left to be done."""
    with visit.reading() as session:
        if drafts.is_draft(drafts.find(visit, session)):
            raise NotThereError
    return _watch(visit)


async def _watch(visit: Visit) -> AsyncIterator[tuple[str, str] | None]:
    last, told_at = "", time.monotonic()
    while True:
        piece, is_over, took_s = await asyncio.to_thread(_look, visit)
        if piece != last:
            last, told_at = piece, time.monotonic()
            yield "", piece
        elif time.monotonic() - told_at > _ALIVE_S:
            told_at = time.monotonic()
            yield None
        if is_over:
            yield "over", ""
            return
        await asyncio.sleep(min(max(_LOOK_S, _REST * took_s), _LONGEST_REST_S))


def _look(visit: Visit) -> tuple[str, bool, float]:
    """Render how far it has come; tell whether nothing will change any more, and how many seconds the look took.

    Timed here: a busy event loop makes everybody wait, but no look dear.
    """
    began = time.monotonic()
    with visit.reading() as session:
        broadcast = drafts.find(visit, session)
        values = live_values(visit, session, broadcast)
        text = render(visit, room, _PIECE, values, rooms=())
        is_over = not broadcast.is_open and broadcast.status not in broadcasts.ALIVE
    return text, is_over, time.monotonic() - began


# --- decided ----------------------------------------------------------------------------------------------------------

_Decision = Callable[..., bool]


@room.post("/broadcasts/{ref}/pause", Permission.BROADCAST)
def pause(visit: Visit) -> Answer:
    """Let nothing more leave for the time being."""
    return _decide(visit, broadcasts.pause, "paused")


@room.post("/broadcasts/{ref}/resume", Permission.BROADCAST)
def resume(visit: Visit) -> Answer:
    """Let it go on."""
    return _decide(visit, broadcasts.resume, "resumed")


@room.post("/broadcasts/{ref}/stop", Permission.BROADCAST)
def stop(visit: Visit) -> Answer:
    """Let nothing more leave, ever."""
    return _decide(visit, broadcasts.stop, "stopped")


def _decide(visit: Visit, decide: _Decision, told: str) -> Answer:
    with visit.writing() as session:
        broadcast = drafts.find(visit, session)
        is_done = decide(session, visit.hub.id, broadcast.ref, author=visit.author, now=visit.now)
        to = drafts.here(broadcast)
    return Led(to=to, told=told if is_done else "too_late")
