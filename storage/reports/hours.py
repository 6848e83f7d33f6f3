"""Hours by ledger: people x role x audience x site x term, to the minute as the ledgers have it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlmodel import Session

from flows.rules.ledger import HoursStatus
from storage.reports.report import Line, Question, Report
from storage.reports.served import KEYS, Sum, disclosed, entries

_STATUSES: Final = tuple(one.value for one in (HoursStatus.APPROVED, HoursStatus.CLAIMED, HoursStatus.DISPUTED))


def build(session: Session, question: Question) -> Iterable[Line]:
    """Add up; how far entries have been approved is for the hub, the college and the district."""
    if question.hides_small_groups:
        yield from disclosed(session, question, told_in="ledger")
        return
    sums: dict[tuple[str, ...], Sum] = {}
    for entry in entries(session, question):
        sums.setdefault(entry.key, Sum()).add(entry, entry.status)
    for key in sorted(sums):
        yield {
            **dict(zip(KEYS, key, strict=True)),
            "people": len(sums[key].people),
            "minutes": sums[key].minutes,
            **{f"{status}_minutes": sums[key].parts.get(status, 0) for status in _STATUSES},
        }


REPORT: Final = Report(
    name="hours",
    about="Minutes and heads by ledger, role, audience, site and term.",
    columns=(*KEYS, "people", "minutes", *(f"{status}_minutes" for status in _STATUSES)),
    build=build,
)
