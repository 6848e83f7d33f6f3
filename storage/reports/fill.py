"""How full shifts are, week by week: places there are, and places taken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlmodel import Session

from storage.reports.periods import QUARTER, monday
from storage.reports.report import AT_SITES, IN_ROLE, IS_MEMBER, Line, Question, Report, ask, show_count, without_hidden

_ROWS: Final = f"""
    SELECT s.starts_at / {QUARTER} AS quarter, count(*) AS shifts, sum(s.capacity) AS places, sum(s.taken) AS taken
    FROM slot AS s
    WHERE s.hub = :hub AND s.kind = 'shift' AND NOT s.cancelled AND s.starts_at >= :since AND s.starts_at < :before
        AND {AT_SITES.format("s.site_id")} AND {IN_ROLE.format("s.role")}
    GROUP BY s.starts_at / {QUARTER}
"""  # noqa: S608 - constants
_MEMBERS: Final = f"""
    SELECT b.person_id, s.starts_at FROM booking AS b JOIN slot AS s ON s.id = b.slot_id JOIN person AS p ON p.id = b.person_id
    WHERE b.hub = :hub AND s.kind = 'shift' AND NOT s.cancelled AND b.status <> 'released'
        AND s.starts_at >= :since AND s.starts_at < :before
        AND {IS_MEMBER} AND {AT_SITES.format("s.site_id")} AND {IN_ROLE.format("s.role")}
"""  # noqa: S608 - constants


def build(session: Session, question: Question) -> Iterable[Line]:
    """Add up by the Monday of the week; an organisation is told what its own people took."""
    if question.organisation_id:
        return without_hidden(_members(session, question), count="taken", told_in="week")
    return _all(session, question)


def _all(session: Session, question: Question) -> Iterable[Line]:
    sums: dict[str, list[int]] = {}
    found: list[Any] = ask(session, _ROWS, hub=question.hub, **question.bounds, **question.narrowed)
    for row in found:
        added = sums.setdefault(monday(question.day_of(row["quarter"] * QUARTER)).isoformat(), [0, 0, 0])
        for place, name in enumerate(("shifts", "places", "taken")):
            added[place] += int(row[name])
    for week in sorted(sums):
        shifts, places, taken = sums[week]
        yield {"week": week, "shifts": shifts, "places": places, "taken": taken}


def _members(session: Session, question: Question) -> Iterable[Line]:
    people: dict[str, list[int]] = {}
    found: list[Any] = ask(
        session,
        _MEMBERS,
        hub=question.hub,
        organisation=question.organisation_id,
        **question.bounds,
        **question.narrowed,
    )
    for row in found:
        people.setdefault(monday(question.day_of(row["starts_at"])).isoformat(), []).append(row["person_id"])
    for week in sorted(people):
        yield {"week": week, "taken": show_count(len(people[week]), len(set(people[week])), question)}


REPORT: Final = Report(
    name="fill",
    about="How full shifts are: places and places taken, by week.",
    columns=("week", "shifts", "places", "taken"),
    build=build,
)
