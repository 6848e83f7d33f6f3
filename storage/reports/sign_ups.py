"""People who wrote for the first time, week by week."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from sqlmodel import Session

from storage.reports.periods import QUARTER, monday, weeks
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

#: Whoever has only been written to, as guardian or supervisor, is no volunteer.
_ROWS: Final = f"""
    SELECT p.created_at / {QUARTER} AS quarter, count(*) AS people FROM person AS p
    WHERE p.hub = :hub AND p.created_at >= :since AND p.created_at < :before
        AND (p.audience IS NOT NULL OR (
            EXISTS (SELECT 1 FROM conversation AS c WHERE c.person_id = p.id)
            AND NOT EXISTS (SELECT 1 FROM guardian AS g WHERE g.guardian_id = p.id)))
        AND {IS_MEMBER} AND {HAS_PLACE_AT_SITES} AND {IN_ROLE.format("p.role")} AND {OF_AUDIENCE.format("p.audience")}
    GROUP BY p.created_at / {QUARTER}
"""  # noqa: S608 - constants


def build(session: Session, question: Question) -> Iterable[Line]:
    """Count by the Monday of the week; a week without anybody counts 0."""
    return without_hidden(_count(session, question), count="people", told_in="week")


def _count(session: Session, question: Question) -> Iterable[Line]:
    counts: Counter[Any] = Counter()
    found: list[Any] = ask(
        session, _ROWS, hub=question.hub, organisation=question.organisation_id, **question.bounds, **question.narrowed
    )
    for row in found:
        counts[monday(question.day_of(row["quarter"] * QUARTER))] += row["people"]
    for week in weeks(min(counts), max(counts)) if counts else ():
        yield {"week": week.isoformat(), "people": show_count(counts[week], counts[week], question)}


REPORT: Final = Report(
    name="sign_ups",
    about="People who wrote for the first time, by week.",
    columns=("week", "people"),
    build=build,
)
