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
_HAS: Final = """
    EXISTS (SELECT 1 FROM booking AS b JOIN slot AS s ON s.id = b.slot_id
            WHERE b.person_id = p.id AND {status} AND s.kind = {kind})
"""
_MAY_TRAIN: Final = ", ".join(f"'{stage.value}'" for stage in sorted(MAY_TRAIN))
#: The furthest station that somebody has reached; they have passed those before it. Whoever has only been written to, as
#: guardian or supervisor, is no volunteer.
_PEOPLE: Final = f"""
    SELECT COALESCE(p.audience, '') AS audience, CASE
        WHEN {_HAS.format(status="b.status = 'attended'", kind="'shift'")} THEN 6
        WHEN {_HAS.format(status="b.status <> 'released'", kind="'shift'")} THEN 5
        WHEN {_HAS.format(status="b.status = 'attended'", kind="'training'")} THEN 4
        WHEN p.stage IN ({_MAY_TRAIN}) THEN 3
        WHEN p.audience IS NOT NULL THEN 2
        WHEN EXISTS (SELECT 1 FROM address AS a WHERE a.person_id = p.id AND a.consented_at IS NOT NULL) THEN 1
        ELSE 0 END AS furthest, count(*) AS people
    FROM person AS p
    WHERE p.hub = :hub AND p.created_at >= :since AND p.created_at < :before
        AND (p.audience IS NOT NULL OR NOT EXISTS (SELECT 1 FROM guardian AS g WHERE g.guardian_id = p.id))
        AND (p.audience IS NOT NULL OR EXISTS (SELECT 1 FROM conversation AS c WHERE c.person_id = p.id))
        AND {IS_MEMBER} AND {HAS_PLACE_AT_SITES} AND {IN_ROLE.format("p.role")} AND {OF_AUDIENCE.format("p.audience")}
    GROUP BY 1, 2
"""  # noqa: S608 - a constant


def build(session: Session, question: Question) -> Iterable[Line]:
    """Count by audience; each station counts everybody who came at least as far."""
    return without_hidden(_count(session, question), count="wrote", told_in="audience")


def _count(session: Session, question: Question) -> Iterable[Line]:
    found: list[Any] = ask(
        session,
        _PEOPLE,
        hub=question.hub,
        organisation=question.organisation_id,
        **question.bounds,
        **question.narrowed,
    )
    counts: dict[str, dict[str, int]] = {}
    for row in found:
        counted = counts.setdefault(row["audience"], dict.fromkeys(_STATIONS, 0))
        for station in _STATIONS[: row["furthest"] + 1]:
            counted[station] += int(row["people"])
    for audience in sorted(counts):
        heads = {station: show_count(head, head, question) for station, head in counts[audience].items()}
        yield {"audience": audience, **heads}


REPORT: Final = Report(
    name="funnel",
    about="How far people have come who wrote in a period, by audience.",
    columns=("audience", *_STATIONS),
    build=build,
)
