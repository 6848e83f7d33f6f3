"""How far people have come, of those who wrote in a period: by audience."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlmodel import Session

from flows.stages import MAY_TRAIN
from storage.reports.report import (
    HAS_PLACE_AT_SITES,
    IN_ROLE,
    IS_MEMBER,
    OF_AUDIENCE,
    Line,
    Question,
    Report,
    ask,
    show_count,
    without_hidden,
)

_STATIONS: Final = ("wrote", "agreed", "told_who_they_are", "accepted", "trained", "booked_a_shift", "served")
#: Whoever has only been written to, as guardian or supervisor, is no volunteer.
_PEOPLE: Final = f"""
    SELECT p.audience, p.stage,
        EXISTS (SELECT 1 FROM address AS a WHERE a.person_id = p.id AND a.consented_at IS NOT NULL) AS agreed,
        EXISTS (SELECT 1 FROM booking AS b JOIN slot AS s ON s.id = b.slot_id
                WHERE b.person_id = p.id AND b.status = 'attended' AND s.kind = 'training') AS trained,
        EXISTS (SELECT 1 FROM booking AS b JOIN slot AS s ON s.id = b.slot_id
                WHERE b.person_id = p.id AND b.status <> 'released' AND s.kind = 'shift') AS booked,
        EXISTS (SELECT 1 FROM booking AS b JOIN slot AS s ON s.id = b.slot_id
                WHERE b.person_id = p.id AND b.status = 'attended' AND s.kind = 'shift') AS served
    FROM person AS p
    WHERE p.hub = :hub AND p.created_at >= :since AND p.created_at < :before
        AND (p.audience IS NOT NULL OR NOT EXISTS (SELECT 1 FROM guardian AS g WHERE g.guardian_id = p.id))
        AND (p.audience IS NOT NULL OR EXISTS (SELECT 1 FROM conversation AS c WHERE c.person_id = p.id))
        AND {IS_MEMBER} AND {HAS_PLACE_AT_SITES} AND {IN_ROLE.format("p.role")} AND {OF_AUDIENCE.format("p.audience")}
"""  # noqa: S608 - a constant


def build(session: Session, question: Question) -> Iterable[Line]:
    """Count by audience; each station counts everybody who came at least as far."""
    return without_hidden(_count(session, question), count="wrote", told_in="audience")


def _count(session: Session, question: Question) -> Iterable[Line]:
    counts: dict[str, dict[str, int]] = {}
    for row in ask(
        session,
        _PEOPLE,
        hub=question.hub,
        organisation=question.organisation_id,
        **question.bounds,
        **question.narrowed,
    ):
        counted = counts.setdefault(str(row["audience"] or ""), dict.fromkeys(_STATIONS, 0))
        for station in _reached(row):
            counted[station] += 1
    for audience in sorted(counts):
        heads = {station: show_count(head, head, question) for station, head in counts[audience].items()}
        yield {"audience": audience, **heads}


def _reached(row: Any) -> tuple[str, ...]:
    """List the stations behind somebody: whoever has reached one has passed those before it."""
    signs = (
        True,
        row["agreed"],
        row["audience"] is not None,
        row["stage"] in MAY_TRAIN,
        row["trained"],
        row["booked"],
        row["served"],
    )
    furthest = max(place for place, reached in enumerate(signs) if reached)
    return _STATIONS[: furthest + 1]


REPORT: Final = Report(
    name="funnel",
    about="How far people have come who wrote in a period, by audience.",
    columns=("audience", *_STATIONS),
    build=build,
)
