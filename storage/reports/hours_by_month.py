"""Minutes by ledger, month by month."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlmodel import Session

from flows.rules.ledger import Ledger
from storage.reports.periods import by_period, months
from storage.reports.report import AT_SITES, IN_ROLE, OF_AUDIENCE, WITHHELD, Line, Question, Report, ask

_LEDGERS: Final = tuple(one.value for one in Ledger)
_WHERE: Final = f"""
    FROM hours AS h
    WHERE h.hub = :hub AND h.status <> 'void' AND h.starts_at >= :since AND h.starts_at < :before
        AND (:organisation = 0 OR h.organisation_id = :organisation)
        AND {AT_SITES.format("h.site_id")} AND {IN_ROLE.format("h.role")} AND {OF_AUDIENCE.format("h.audience")}
"""


def build(session: Session, question: Question) -> Iterable[Line]:
    """Add up; an employer is told by ``hours`` alone, so that no small group can be worked out from two reports."""
    if question.hides_small_groups:
        yield {"month": WITHHELD}
        return
    asked: dict[str, Any] = {"hub": question.hub, "organisation": question.organisation_id}
    asked |= {**question.bounds, **question.narrowed}
    (span,) = ask(session, f"SELECT min(h.starts_at) AS first, max(h.starts_at) AS last {_WHERE}", **asked)
    first, last = span["first"], span["last"]
    if not isinstance(first, int) or not isinstance(last, int):
        return
    periods = months(question.day_of(first), question.day_of(last), question.zone)
    month = by_period("h.starts_at", periods)
    rows: list[Any] = ask(
        session,
        f"SELECT {month} AS month, h.ledger, sum(h.minutes) AS minutes {_WHERE} GROUP BY 1, 2",
        **asked,
    )
    sums = {(row["month"], row["ledger"]): int(row["minutes"]) for row in rows}
    for name, _ in periods:
        minutes = {ledger: sums.get((name, ledger), 0) for ledger in _LEDGERS}
        yield {
            "month": name,
            "minutes": sum(minutes.values()),
            **{f"{ledger}_minutes": minutes[ledger] for ledger in _LEDGERS},
        }


REPORT: Final = Report(
    name="hours_by_month",
    about="Minutes by ledger, month by month.",
    columns=("month", "minutes", *(f"{ledger}_minutes" for ledger in _LEDGERS)),
    build=build,
)
