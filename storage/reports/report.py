"""What a report is: a name, columns, and rows that hold numbers and groups but nobody's name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, text
from sqlmodel import Session

from flows.rules.disclosure import in_steps
from storage.reports.periods import by_period, terms
from storage.tables import from_micros, to_micros

Cell = str | int
Line = Mapping[str, Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """An organisation that gets the report, and so sees its own people alone."""

    organisation_id: int
    name: str
    #: Whether groups of fewer than five people are put together.
    hides_small_groups: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a report."""

    hub: str
    #: IANA zone in which days begin.
    zone: str
    #: First and last day, both included.
    since: date | None = None
    until: date | None = None
    view: View | None = None
    #: Numbers of the sites that count; ``None``: all of the hub, and what belongs to none.
    sites: frozenset[int] | None = None
    #: Id of the role or audience that alone counts; empty for all.
    role: str = ""
    audience: str = ""

    @property
    def narrowed(self) -> Mapping[str, object]:
        """What ``AT_SITES``, ``IN_ROLE`` and ``OF_AUDIENCE`` ask for."""
        sites = sorted(self.sites or ())
        return {"every_site": int(self.sites is None), "sites": sites, "role": self.role, "audience": self.audience}

    @property
    def organisation_id(self) -> int:
        """The organisation whose people alone count; 0 for everybody."""
        return self.view.organisation_id if self.view else 0

    @property
    def hides_small_groups(self) -> bool:
        """Whether whoever gets it may learn nothing about fewer than five people."""
        return self.view is not None and self.view.hides_small_groups

    @property
    def bounds(self) -> Mapping[str, int]:
        """The instants between which things count, as both databases store them: the first in, the last out."""
        zone = ZoneInfo(self.zone)
        start = datetime.combine(self.since, time(), tzinfo=zone) if self.since else datetime(1970, 1, 1, tzinfo=zone)
        after = self.until + timedelta(days=1) if self.until else date(9000, 1, 1)
        return {"since": to_micros(start), "before": to_micros(datetime.combine(after, time(), tzinfo=zone))}

    def day_of(self, micros: int) -> date:
        """Return the day of an instant."""
        return from_micros(micros).astimezone(ZoneInfo(self.zone)).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report; each is a file beside this one that holds it as ``REPORT``."""

    name: str
    #: A sentence for whoever chooses one.
    about: str
    columns: Sequence[str]
    #: Filters by ``Question.organisation_id``, and hides small groups where the question says so.
    build: Callable[[Session, Question], Iterable[Line]]


#: A person counts among an organisation's people while it knows them as its own.
IS_MEMBER: Final = """(:organisation = 0 OR EXISTS (
        SELECT 1 FROM membership AS m
        WHERE m.person_id = p.id AND m.organisation_id = :organisation AND m.status = 'confirmed'
    ))"""
#: Conditions on a column, as the question narrows it down.
AT_SITES: Final = "(:every_site = 1 OR {} IN :sites)"
IN_ROLE: Final = "(:role = '' OR {} = :role)"
OF_AUDIENCE: Final = "(:audience = '' OR {} = :audience)"
#: A person counts at the sites where they have, or had, a place.
HAS_PLACE_AT_SITES: Final = """(:every_site = 1 OR EXISTS (
        SELECT 1 FROM booking AS xb JOIN slot AS xs ON xs.id = xb.slot_id
        WHERE xb.person_id = p.id AND xb.status <> 'released' AND xs.site_id IN :sites))"""
#: Stands for the groups that are too small to be shown one by one.
TOGETHER: Final = "(small groups together)"
WITHHELD: Final = "(fewer than five people)"


def show_count(count: int, people: int, question: Question) -> Cell:
    """Say a count, to an employer in steps of five.

    Args:
        people: how many people are behind it.
    """
    if not question.hides_small_groups:
        return count
    shown = in_steps(count, people)
    return WITHHELD if shown is None else shown


def without_hidden(lines: Iterable[Mapping[str, Cell]], *, count: str, told_in: str) -> Iterator[Line]:
    """Leave out groups too small for whoever gets the report, and say once that there are such.

    Args:
        count: the column by which a group is hidden.
        told_in: the column that says so.
    """
    hides = False
    for line in lines:
        if line[count] == WITHHELD:
            hides = True
        else:
            yield line
    if hides:
        yield {told_in: WITHHELD}


def by_term(session: Session, question: Question, column: str, rows: str, **values: object) -> str | None:
    """Write an expression that names the term of an instant; ``None`` when nothing is asked for.

    Args:
        rows: what follows ``SELECT`` and its columns.
        values: what ``rows`` asks for.
    """
    first, last = question.since, question.until
    if first is None or last is None:
        (span,) = ask(session, f"SELECT min({column}) AS first, max({column}) AS last {rows}", **values)
        if not isinstance(span["first"], int) or not isinstance(span["last"], int):
            return None
        first, last = question.day_of(span["first"]), question.day_of(span["last"])
    return by_period(column, terms(first, last, question.zone))


def ask(session: Session, sql: str, **values: object) -> list[Mapping[str, object]]:
    """Read rows."""
    params: list[Any] = [
        bindparam(name, value, expanding=isinstance(value, Sequence) and not isinstance(value, str))
        for name, value in values.items()
        if re.search(rf":{name}\b", sql)
    ]
    return [dict(row) for row in session.connection().execute(text(sql).bindparams(*params)).mappings()]
