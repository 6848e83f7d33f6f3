"""Count people at the steps of flows, now and of late; where counting takes long, what was just counted is told again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Final
from weakref import WeakKeyDictionary

from bot.console.house import Visit
from storage.database import Database
from storage.progress import Progress, read_progress
from storage.whereabouts import count_at_steps

#: What took longer to count holds for a while: a large hub's numbers hardly change in a minute.
_LONG_S: Final = 0.1
_HOLDS: Final = timedelta(minutes=1)

Place = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """People by flow and step."""

    at: datetime
    here: dict[Place, int]
    progress: Progress


_kept: WeakKeyDictionary[Database, dict[str, Counted]] = WeakKeyDictionary()


def count(visit: Visit) -> Counted:
    """Return where people are, and how far those have come who wrote last."""
    database, hub = visit.house.database, visit.hub.id
    kept = _kept.setdefault(database, {})
    if (known := kept.get(hub)) and known.at <= visit.now <= known.at + _HOLDS:
        return known
    began = perf_counter()
    with visit.reading() as session:
        here = dict(count_at_steps(session, hub))
        counted = Counted(at=visit.now, here=here, progress=read_progress(session, hub))
    if perf_counter() - began > _LONG_S:
        kept[hub] = counted
    return counted
