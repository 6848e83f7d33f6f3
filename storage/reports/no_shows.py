"""Shifts kept and missed: by site, role and term, with what is known of why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlmodel import Session

from flows.rules.terms import term_of
from storage.operations.hours import NOT_REACHED
from storage.reports.report import Line, Question, Report, ask

_KEYS: Final = ("site", "role", "term")
_COUNTS: Final = ("places", "came", "missed", "said_so", "no_answer", "not_reached")
_ROWS: Final = """
    SELECT COALESCE(t.name, '') AS site, COALESCE(s.role, p.role) AS role, s.starts_at, b.status, b.cause
    FROM booking AS b JOIN slot AS s ON s.id = b.slot_id JOIN person AS p ON p.id = b.person_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE b.hub = :hub AND s.kind = 'shift' AND b.status IN ('attended', 'no_show')
        AND s.starts_at >= :since AND s.starts_at < :before
"""


def build(session: Session, question: Question) -> Iterable[Line]:
    """Count places in shifts that are over and of which it is known who came."""
    counts: dict[tuple[str, ...], dict[str, int]] = {}
    for row in ask(session, _ROWS, hub=question.hub, **question.bounds):
        counted = counts.setdefault(_key(row, question), dict.fromkeys(_COUNTS, 0))
        for name in _counted(row):
            counted[name] += 1
    for key in sorted(counts):
        yield {**dict(zip(_KEYS, key, strict=True)), **counts[key]}


def _key(row: Any, question: Question) -> tuple[str, ...]:
    return (row["site"], row["role"] or "", term_of(question.day_of(row["starts_at"])))


def _counted(row: Any) -> tuple[str, ...]:
    if row["status"] == "attended":
        return ("places", "came")
    why = {"said so": "said_so", NOT_REACHED: "not_reached"}.get(row["cause"], "no_answer")
    return ("places", "missed", why)


REPORT: Final = Report(
    name="no_shows",
    about="Shifts kept and missed, by site, role and term.",
    columns=(*_KEYS, *_COUNTS),
    build=build,
)
