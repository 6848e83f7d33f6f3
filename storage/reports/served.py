"""Read served time in groups, as the ledgers have it, for the reports that add it up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlmodel import Session

from flows.rules.disclosure import Group, disclose
from storage.reports.report import AT_SITES, IN_ROLE, OF_AUDIENCE, TOGETHER, WITHHELD, Line, Question, ask, by_term

#: What an entry of a ledger is grouped by.
KEYS: Final = ("ledger", "role", "audience", "site", "term")
_ROWS: Final = f"""
    FROM hours AS h LEFT JOIN site AS t ON t.id = h.site_id
    WHERE h.hub = :hub AND h.status <> 'void' AND h.starts_at >= :since AND h.starts_at < :before
        AND (:organisation = 0 OR h.organisation_id = :organisation)
        AND {AT_SITES.format("h.site_id")} AND {IN_ROLE.format("h.role")} AND {OF_AUDIENCE.format("h.audience")}
"""
#: The database adds up first: a year of a large hub has a hundred thousand entries.
_SUMS: Final = f"""
    SELECT h.person_id, h.ledger, h.role, h.audience, COALESCE(t.name, '') AS site, {{term}} AS term, h.status,
        sum(h.minutes) AS minutes
    {_ROWS}
    GROUP BY 1, 2, 3, 4, 5, 6, 7
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """The live entries of a ledger that one person has in one group, in one state."""

    #: ``None`` once the person was erased: they count with their minutes, and as nobody.
    person_id: int | None
    #: In the order of ``KEYS``.
    key: tuple[str, ...]
    minutes: int
    status: str


@dataclass(slots=True)
class Sum:
    """What a group adds up to."""

    people: set[int] = field(default_factory=set)
    minutes: int = 0
    #: The same minutes by ledger or by status.
    parts: dict[str, int] = field(default_factory=dict)

    def add(self, entry: Entry, part: str) -> None:
        """Count an entry."""
        if entry.person_id is not None:
            self.people.add(entry.person_id)
        self.minutes += entry.minutes
        self.parts[part] = self.parts.get(part, 0) + entry.minutes


def entries(session: Session, question: Question) -> Iterator[Entry]:
    """Read what counts, in the days and of the organisation that were asked for."""
    asked: dict[str, Any] = {"hub": question.hub, "organisation": question.organisation_id}
    asked |= {**question.bounds, **question.narrowed}
    if term := by_term(session, question, "h.starts_at", _ROWS, **asked):
        for row in ask(session, _SUMS.format(term=term), **asked):
            yield _entry(row)


def _entry(row: Any) -> Entry:
    key = (row["ledger"], row["role"] or "", row["audience"] or "", row["site"], row["term"])
    return Entry(person_id=row["person_id"], key=key, minutes=int(row["minutes"]), status=row["status"])


def disclosed(session: Session, question: Question, *, told_in: str) -> Iterator[Line]:
    """Add up for an employer: hours and heads alone, and nothing about fewer than five people.

    Every report that is for employers groups alike, so that none can be subtracted from another.

    Args:
        told_in: the column that says what stands for several groups.
    """
    sums: dict[tuple[str, ...], Sum] = {}
    for entry in entries(session, question):
        sums.setdefault(entry.key, Sum()).add(entry, entry.status)
    shown = disclose(_groups(sums))
    for group in shown.shown:
        yield {**dict(zip(KEYS, group.key, strict=True)), "people": len(group.people), "minutes": group.minutes}
    if shown.rest:
        yield {told_in: TOGETHER, "people": len(shown.rest.people), "minutes": shown.rest.minutes}
    if shown.withheld:
        yield {told_in: WITHHELD}


def _groups(sums: dict[tuple[str, ...], Sum]) -> Sequence[Group[tuple[str, ...]]]:
    return [Group(key=key, people=frozenset(sums[key].people), minutes=sums[key].minutes) for key in sorted(sums)]
