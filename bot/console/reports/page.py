"""Show a report with its filters, its chart and its table, and hand it out as a file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from time import perf_counter
from typing import Any, Final
from weakref import WeakKeyDictionary

from babel.dates import format_date

from bot.console.answers import Answer, File, NotThereError, Page
from bot.console.house import Visit
from bot.console.reports import asked
from bot.console.reports.asked import PERIODS, Asked
from bot.console.reports.charts import KEYS, draw, is_hidden, sums
from bot.console.room import Room
from bot.sheets import write_xlsx
from flows.rules.access import Permission
from storage.database import Database
from storage.reports import Line, Question, Report, all_reports, as_csv, as_json

room: Final = Room("reports", home="/console/reports", needs=Permission.SEE_REPORTS)

#: In this order they are listed; others follow by name.
ORDER: Final = ("sign_ups", "funnel", "fill", "no_shows", "hours_by_month", "hours", "people", "retention", "replies")
#: Lines of a page.
_PAGE: Final = 100
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}
#: What took longer to count is told again for a while: a large hub's history hardly changes in a minute.
_LONG_S: Final = 0.1
_HOLDS: Final = timedelta(minutes=1)
_MOST_KEPT: Final = 50
_kept: WeakKeyDictionary[Database, dict[tuple[str, Question], tuple[Any, Sequence[Line]]]] = WeakKeyDictionary()


@room.get("/reports", Permission.SEE_REPORTS)
def list_reports(visit: Visit) -> Answer:
    """List all reports."""
    return Page(template="reports.html", values={"reports": ordered()})


def ordered() -> list[Report]:
    """List the reports as people look for them."""
    place = {name: number for number, name in enumerate(ORDER)}
    return sorted(all_reports().values(), key=lambda report: (place.get(report.name, len(place)), report.name))


def _find(visit: Visit) -> Report:
    report = all_reports().get(visit.path["name"])
    if report is None:
        raise NotThereError
    return report


def _lines(visit: Visit, session: Any, report: Report, question: Question) -> Sequence[Line]:
    """Build a report, or tell again what was counted a moment ago."""
    kept = _kept.setdefault(visit.house.database, {})
    key = (report.name, question)
    if (known := kept.get(key)) and known[0] <= visit.now <= known[0] + _HOLDS:
        return known[1]
    began = perf_counter()
    lines = list(report.build(session, question))
    if perf_counter() - began > _LONG_S:
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[key] = (visit.now, lines)
    return lines


@room.get("/reports/{name}", Permission.SEE_REPORTS)
def show(visit: Visit) -> Answer:
    """Show a report as chart and table."""
    report = _find(visit)
    start = visit.query.get("start", "")
    first = int(start) if start.isdecimal() and len(start) < 7 else 0
    with visit.reading() as session:
        given = asked.read(visit, session)
        lines = _lines(visit, session, report, given.question)
    choices = visit.house.library.sets.choices
    values = {
        "report": report,
        "reports": ordered(),
        "asked": given,
        "periods": PERIODS,
        "roles": [option.id for option in choices.get("roles", ())],
        "audiences": [option.id for option in choices.get("audiences", ())],
        "lines": lines[first : first + _PAGE],
        "total": len(lines),
        "start": first,
        "page": _PAGE,
        "sums": sums(report, lines),
        "drawn": draw(report, lines),
        "keys": KEYS,
        "is_hidden": is_hidden,
        "types": list(_TYPES),
        "week": lambda monday: format_date(date.fromisoformat(monday), locale=visit.language),
        "month": lambda month: format_date(date.fromisoformat(f"{month}-01"), "MMM y", locale=visit.language),
    }
    return Page(template="_report.html" if visit.is_piece else "report.html", values=values)


@room.get("/reports/{name}/{kind}", Permission.SEE_REPORTS)
def download(visit: Visit) -> Answer:
    """Hand a report out as a file, with the same filters."""
    report, kind = _find(visit), visit.path["kind"]
    if kind not in _TYPES:
        raise NotThereError
    with visit.reading() as session:
        given = asked.read(visit, session)
        lines = list(_lines(visit, session, report, given.question))
    return File(name=f"{_named(report, given)}.{kind}", type=_TYPES[kind], content=_content(report, lines, kind))


def _content(report: Report, lines: Sequence[Line], kind: str) -> bytes:
    match kind:
        case "xlsx":
            table = ([line.get(name, "") for name in report.columns] for line in lines)
            return write_xlsx(report.columns, table, title=report.name)[0]
        case "json":
            return as_json(report, lines).encode()
        case _:
            return as_csv(report, lines).encode("utf-8-sig")  # a spreadsheet then reads accents


def _named(report: Report, given: Asked) -> str:
    days = [str(day) for day in (given.question.since, given.question.until) if day]
    return "_".join([report.name, *days])
