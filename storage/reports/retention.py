"""Who comes back: people who served in a term, how many of them for the first time, how many again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from sqlmodel import Session

from flows.rules.terms import term_of
from storage.reports.report import (
    AT_SITES,
    IN_ROLE,
    OF_AUDIENCE,
    Line,
    Question,
    Report,
    ask,
    by_term,
    show_count,
    without_hidden,
)

_ROWS: Final = f"""
    FROM hours AS h
    WHERE h.hub = :hub AND h.status <> 'void' AND h.person_id IS NOT NULL AND h.starts_at < :before
        AND (:organisation = 0 OR h.organisation_id = :organisation)
        AND {AT_SITES.format("h.site_id")} AND {IN_ROLE.format("h.role")} AND {OF_AUDIENCE.format("h.audience")}
"""


def build(session: Session, question: Question) -> Iterable[Line]:
    """Count by term; whoever served before the first day asked for is not new."""
    return without_hidden(_count(session, question), count="people", told_in="term")


def _count(session: Session, question: Question) -> Iterable[Line]:
    asked: dict[str, Any] = {"hub": question.hub, "organisation": question.organisation_id}
    asked |= {"before": question.bounds["before"], **question.narrowed}
    served: dict[str, set[int]] = {}
    ever = replace(question, since=None)  # who served before is not new
    if term := by_term(session, ever, "h.starts_at", _ROWS, **asked):
        found: list[Any] = ask(session, f"SELECT DISTINCT h.person_id, {term} AS term {_ROWS}", **asked)
        for row in found:
            served.setdefault(row["term"], set()).add(row["person_id"])
    first = term_of(question.since) if question.since else ""
    before: set[int] = set()
    last: set[int] = set()
    for term in sorted(served):
        people = served[term]
        if term >= first:
            heads = {
                "people": len(people),
                "new": len(people - before),
                "returning": len(people & before),
                "from_last_term": len(people & last),
                "not_back_from_last_term": len(last - people),
            }
            yield {"term": term, **{name: show_count(head, head, question) for name, head in heads.items()}}
        before |= people
        last = people


REPORT: Final = Report(
    name="retention",
    about="People who served in a term: new, returning, and not back.",
    columns=("term", "people", "new", "returning", "from_last_term", "not_back_from_last_term"),
    build=build,
)
