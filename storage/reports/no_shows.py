"""Shifts kept and missed: by site, role and term, with what is known of why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlmodel import Session

from flows.rules.terms import term_of
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
    show_count,
    without_hidden,
)

_KEYS: Final = ("site", "role", "term")
_REASONS: Final = ("said_so", "no_answer", "not_reached")
_COUNTS: Final = ("places", "came", "missed", *_REASONS)
_ROWS: Final = f"""
    SELECT b.person_id, COALESCE(t.name, '') AS site, COALESCE(s.role, p.role) AS role, s.starts_at, b.status, b.cause
    FROM booking AS b JOIN slot AS s ON s.id = b.slot_id JOIN person AS p ON p.id = b.person_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE b.hub = :hub AND s.kind = 'shift' AND b.status IN ('attended', 'no_show')
        AND s.starts_at >= :since AND s.starts_at < :before
        AND {IS_MEMBER} AND {AT_SITES.format("s.site_id")}
        AND {IN_ROLE.format("COALESCE(s.role, p.role)")} AND {OF_AUDIENCE.format("p.audience")}
"""  # noqa: S608 - a constant


def build(session: Session, question: Question) -> Iterable[Line]:
    """Count places in shifts that are over and of which it is known who came; why not is nothing for an employer."""
    return without_hidden(_count(session, question), count="places", told_in="site")


def _count(session: Session, question: Question) -> Iterable[Line]:
    counts: dict[tuple[str, ...], dict[str, list[int]]] = {}
    for row in ask(
        session, _ROWS, hub=question.hub, organisation=question.organisation_id, **question.bounds, **question.narrowed
    ):
        counted = counts.setdefault(_key(row, question), {name: [] for name in _COUNTS})
        for name in _counted(row):
            counted[name].append(int(str(row["person_id"])))
    for key in sorted(counts):
        shown = {
            name: show_count(len(people), len(set(people)), question)
            for name, people in counts[key].items()
            if not (question.hides_small_groups and name in _REASONS)
        }
        yield {**dict(zip(_KEYS, key, strict=True)), **shown}


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
