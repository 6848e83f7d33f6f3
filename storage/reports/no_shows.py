"""Shifts kept and missed: by site, role and term, with what is known of why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlmodel import Session

from storage.operations.hours import NOT_REACHED
from storage.reports.report import (
    AT_SITES,
    IN_ROLE,
    IS_MEMBER,
    OF_AUDIENCE,
    Line,
    Question,
    Report,
    ask,
    by_term,
    show_count,
    without_hidden,
)

_KEYS: Final = ("site", "role", "term")
_REASONS: Final = ("said_so", "no_answer", "not_reached")
_COUNTS: Final = ("places", "came", "missed", *_REASONS)
_ROWS: Final = f"""
    FROM booking AS b JOIN slot AS s ON s.id = b.slot_id JOIN person AS p ON p.id = b.person_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE b.hub = :hub AND s.kind = 'shift' AND b.status IN ('attended', 'no_show')
        AND s.starts_at >= :since AND s.starts_at < :before
        AND {IS_MEMBER} AND {AT_SITES.format("s.site_id")}
        AND {IN_ROLE.format("COALESCE(s.role, p.role)")} AND {OF_AUDIENCE.format("p.audience")}
"""
_CAME: Final = "b.status = 'attended'"
_SAID_SO: Final = "b.status = 'no_show' AND b.cause = 'said so'"
_NOT_REACHED: Final = f"b.status = 'no_show' AND b.cause = '{NOT_REACHED}'"
#: Places, and the people behind each count: an employer is told by how many there are.
_COUNTED: Final = f"""
    SELECT COALESCE(t.name, '') AS site, COALESCE(s.role, p.role, '') AS role, {{term}} AS term,
        count(*) AS places, count(CASE WHEN {_CAME} THEN 1 END) AS came,
        count(CASE WHEN {_SAID_SO} THEN 1 END) AS said_so, count(CASE WHEN {_NOT_REACHED} THEN 1 END) AS not_reached,
        count(DISTINCT b.person_id) AS people, count(DISTINCT CASE WHEN {_CAME} THEN b.person_id END) AS people_came,
        count(DISTINCT CASE WHEN NOT ({_CAME}) THEN b.person_id END) AS people_missed
    {_ROWS}
    GROUP BY 1, 2, 3
"""


def build(session: Session, question: Question) -> Iterable[Line]:
    """Count places in shifts that are over and of which it is known who came; why not is nothing for an employer."""
    return without_hidden(_count(session, question), count="places", told_in="site")


def _count(session: Session, question: Question) -> Iterable[Line]:
    asked: dict[str, Any] = {"hub": question.hub, "organisation": question.organisation_id}
    asked |= {**question.bounds, **question.narrowed}
    term = by_term(session, question, "s.starts_at", _ROWS, **asked)
    found: list[Any] = ask(session, _COUNTED.format(term=term), **asked) if term else []
    for row in sorted(found, key=lambda row: [row[name] for name in _KEYS]):
        missed = row["places"] - row["came"]
        counts = {
            "places": show_count(row["places"], row["people"], question),
            "came": show_count(row["came"], row["people_came"], question),
            "missed": show_count(missed, row["people_missed"], question),
        }
        if not question.hides_small_groups:
            why = {"said_so": row["said_so"], "not_reached": row["not_reached"]}
            counts |= {**why, "no_answer": missed - sum(why.values())}
        yield {**{name: row[name] for name in _KEYS}, **counts}


REPORT: Final = Report(
    name="no_shows",
    about="Shifts kept and missed, by site, role and term.",
    columns=(*_KEYS, *_COUNTS),
    build=build,
)
