"""How far people come in the flows: of those who came last, how many reached each step, and how many went on from it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from storage.tables import from_micros

#: So many people tell how the words of today work; all who ever came would be slow, and tell of words long changed.
NEWEST: Final = 1_000
_TRACES: Final = text("""
    SELECT i.person_id, i.trace FROM inbound AS i
    JOIN (SELECT id FROM person WHERE hub = :hub ORDER BY id DESC LIMIT :newest) AS p ON p.id = i.person_id
    WHERE i.trace LIKE '%"flow"%' ORDER BY i.person_id, i.id
""")
_SINCE: Final = text("""
    SELECT count(*), min(created_at) FROM (
        SELECT created_at FROM person WHERE hub = :hub ORDER BY id DESC LIMIT :newest) AS p
""")

#: A flow's id and a step's.
Place = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Distinct people by step."""

    #: How many people were looked at, and since when they came.
    people: int
    since: datetime | None
    reached: Mapping[Place, int]
    #: Of those who reached it: who came to another step later, or to the end of a flow.
    went_on: Mapping[Place, int]

    def lost(self, place: Place) -> int:
        """Return how many reached a step and came no further."""
        return self.reached.get(place, 0) - self.went_on.get(place, 0)


def read_progress(session: Session, hub: str, *, newest: int = NEWEST) -> Progress:
    """Follow the people who came last through the flows."""
    connection = session.connection()
    params = {"hub": hub, "newest": newest}
    people, first = connection.execute(_SINCE, params).one()
    reached: Counter[Place] = Counter()
    went_on: Counter[Place] = Counter()
    for _, traces in groupby(connection.execute(_TRACES, params), key=lambda row: row[0]):
        came, passed = _way(trace for _, trace in traces)
        reached.update(came)
        went_on.update(passed)
    since = from_micros(int(first)) if first is not None else None
    return Progress(people=int(people), since=since, reached=reached, went_on=went_on)


def _way(traces: Iterable[str]) -> tuple[set[Place], set[Place]]:
    """Return the steps that somebody reached, and those of them that something came after."""
    way: list[Place] = []
    for trace in traces:
        way += _places(json.loads(trace))
    passed = {place for place, later in pairwise(way) if place != later}
    return {place for place in way if place[1]}, {place for place in passed if place[1]}


def _places(trace: Sequence[Mapping[str, object]]) -> list[Place]:
    """List the steps and ends of a turn in their order; an end is a place without a step."""
    return [
        (str(told["flow"]), str(told["step"]) if told["what"] == "step" else "")
        for told in trace
        if told.get("what") in ("step", "end")
    ]
