"""Hours by ledger: people x role x audience x site x term, to the minute as the ledgers have it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlmodel import Session

from flows.rules.disclosure import Group, disclose
from flows.rules.ledger import HoursStatus
from flows.rules.terms import term_of
from storage.reports.report import Line, Question, Report, ask

_KEYS: Final = ("ledger", "role", "audience", "site", "term")
_STATUSES: Final = (HoursStatus.APPROVED, HoursStatus.CLAIMED, HoursStatus.DISPUTED)
#: Stands for the groups that are too small to be shown one by one.
TOGETHER: Final = "(small groups together)"
WITHHELD: Final = "(fewer than five people)"
_ROWS: Final = """
    SELECT h.person_id, h.ledger, h.role, h.audience, COALESCE(t.name, '') AS site, h.starts_at, h.minutes, h.status
    FROM hours AS h LEFT JOIN site AS t ON t.id = h.site_id
    WHERE h.hub = :hub AND h.status <> 'void' AND h.starts_at >= :since AND h.starts_at < :before
        AND (:organisation = 0 OR h.organisation_id = :organisation)
    ORDER BY h.id
"""


@dataclass(slots=True)
class _Sum:
    #: Whoever was erased counts with their minutes, and as nobody.
    people: set[int] = field(default_factory=set)
    minutes: dict[str, int] = field(default_factory=dict)


def build(session: Session, question: Question) -> Iterable[Line]:
    """Add up; an employer sees hours and heads alone, and nothing about fewer than five people."""
    sums: dict[tuple[str, ...], _Sum] = {}
    organisation = question.view.organisation_id if question.view else 0
    for row in ask(session, _ROWS, hub=question.hub, organisation=organisation, **question.bounds):
        _add(sums.setdefault(_key(row, question), _Sum()), row)
    groups = [
        Group(key=key, people=frozenset(sums[key].people), minutes=sum(sums[key].minutes.values()))
        for key in sorted(sums)
    ]
    if question.view and question.view.hides_small_groups:
        return _disclosed(groups)
    return [
        {
            **dict(zip(_KEYS, group.key, strict=True)),
            "people": len(group.people),
            "minutes": group.minutes,
            **{f"{one.value}_minutes": sums[group.key].minutes.get(one.value, 0) for one in _STATUSES},
        }
        for group in groups
    ]


def _key(row: Any, question: Question) -> tuple[str, ...]:
    term = term_of(question.day_of(row["starts_at"]))
    return (row["ledger"], row["role"] or "", row["audience"] or "", row["site"], term)


def _add(total: _Sum, row: Any) -> None:
    if row["person_id"] is not None:
        total.people.add(row["person_id"])
    total.minutes[row["status"]] = total.minutes.get(row["status"], 0) + row["minutes"]


def _disclosed(groups: list[Group[tuple[str, ...]]]) -> Iterable[Line]:
    shown = disclose(groups)
    for group in shown.shown:
        yield {**dict(zip(_KEYS, group.key, strict=True)), "people": len(group.people), "minutes": group.minutes}
    if shown.rest:
        yield {"ledger": TOGETHER, "people": len(shown.rest.people), "minutes": shown.rest.minutes}
    if shown.withheld:
        yield {"ledger": WITHHELD}


REPORT: Final = Report(
    name="hours",
    about="Minutes and heads by ledger, role, audience, site and term.",
    columns=(*_KEYS, "people", "minutes", *(f"{one.value}_minutes" for one in _STATUSES)),
    build=build,
    shown_to=frozenset({"employer", "college", "district"}),
)
