"""What a report is: a name, columns, and rows that hold numbers and groups but nobody's name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, text
from sqlmodel import Session

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
    build: Callable[[Session, Question], Iterable[Line]]
    #: Kinds of organisations that may get it about their own people; ``flows.rules.organisations.OrganisationKind``.
    shown_to: frozenset[str] = field(default_factory=frozenset)


def ask(session: Session, sql: str, **values: object) -> list[Mapping[str, object]]:
    """Read rows."""
    params: list[Any] = [bindparam(name, value) for name, value in values.items()]
    return [dict(row) for row in session.connection().execute(text(sql).bindparams(*params)).mappings()]
