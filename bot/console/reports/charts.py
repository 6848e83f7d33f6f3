"""Say what of a report is drawn: along what, which columns, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from storage.reports import Line, Report
from storage.reports.report import TOGETHER, WITHHELD

#: Columns that name a group; all others are numbers.
KEYS: Final = frozenset({"ledger", "role", "audience", "site", "term", "week", "month", "hour"})
#: Columns of heads: somebody may be in several groups, so that these are never added up.
HEADS: Final = frozenset(
    {"people", "new", "returning", "from_last_term", "not_back_from_last_term"}
)  # of reports by groups; those along time have each person once
_ONCE: Final = frozenset({"sign_ups", "funnel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """How a report is drawn."""

    #: The column along which it is drawn; lines that share it are added up. Empty: the columns themselves stand along.
    along: str
    columns: Sequence[str]
    kind: Literal["bars", "lines"]


CHARTS: Final[Mapping[str, Chart]] = {
    "sign_ups": Chart(along="week", columns=("people",), kind="bars"),
    "funnel": Chart(
        along="",
        columns=("wrote", "agreed", "told_who_they_are", "accepted", "trained", "booked_a_shift", "served"),
        kind="bars",
    ),
    "fill": Chart(along="week", columns=("places", "taken"), kind="lines"),
    "no_shows": Chart(along="site", columns=("came", "missed"), kind="bars"),
    "hours": Chart(along="ledger", columns=("minutes",), kind="bars"),
    "hours_by_month": Chart(along="month", columns=(), kind="lines"),
    "people": Chart(along="role", columns=("minutes",), kind="bars"),
    "replies": Chart(along="hour", columns=("messages",), kind="bars"),
    "retention": Chart(along="term", columns=("people", "new", "returning"), kind="lines"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What a chart shows, as a small table."""

    kind: str
    #: The name of the first column.
    along: str
    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[int]]]


def draw(report: Report, lines: Sequence[Line]) -> Drawn | None:
    """Put a report into the table that its chart is drawn from; ``None`` when there is nothing to draw."""
    chart = CHARTS.get(report.name)
    shown = [line for line in lines if not is_hidden(line)]
    if chart is None or not shown:
        return None
    if not chart.along:
        sums = [(name, [sum(number(line, name) for line in shown)]) for name in chart.columns]
        return Drawn(kind=chart.kind, along="station", columns=("people",), rows=sums)
    columns = chart.columns or tuple(
        name for name in report.columns if name.endswith("_minutes") and any(number(line, name) for line in shown)
    )
    rows: dict[str, list[int]] = {}
    for line in shown:
        row = rows.setdefault(str(line.get(chart.along, "")), [0] * len(columns))
        for place, name in enumerate(columns):
            row[place] += number(line, name)
    return Drawn(kind=chart.kind, along=chart.along, columns=columns, rows=list(rows.items()))


def is_hidden(line: Line) -> bool:
    """Tell whether a line stands for groups that are too small to be told."""
    return any(cell in (WITHHELD, TOGETHER) for cell in line.values())


def number(line: Line, name: str) -> int:
    """Return a number of a line; 0 where it is not told."""
    cell = line.get(name, 0)
    return cell if isinstance(cell, int) else 0


def sums(report: Report, lines: Sequence[Line]) -> Mapping[str, int]:
    """Add up the columns that can be added up."""
    return {
        name: sum(number(line, name) for line in lines)
        for name in report.columns
        if name not in KEYS and (name not in HEADS or report.name in _ONCE)
    }
