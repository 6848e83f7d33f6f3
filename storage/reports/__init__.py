"""Reports: one a file, found by themselves, written as CSV or JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from storage.cells import harmless
from storage.reports.report import Line, Question, Report, View

__all__ = ("Line", "Question", "Report", "View", "all_reports", "as_csv", "as_json")


@cache
def all_reports() -> Mapping[str, Report]:
    """Find every report, by its name."""
    modules = (import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__))
    found = (getattr(module, "REPORT", None) for module in modules)
    return {report.name: report for report in found if isinstance(report, Report)}


def as_csv(report: Report, lines: Iterable[Line]) -> str:
    """Write lines as CSV; text that a spreadsheet would run as a formula is made plain by an apostrophe."""
    written = io.StringIO()
    table = csv.DictWriter(written, fieldnames=list(report.columns), extrasaction="raise", lineterminator="\r\n")
    table.writeheader()
    table.writerows({name: harmless(cell) for name, cell in line.items()} for line in lines)
    return written.getvalue()


def as_json(report: Report, lines: Iterable[Line]) -> str:
    """Write lines as a JSON list of objects."""
    ordered = [{name: line[name] for name in report.columns if name in line} for line in lines]
    return json.dumps(ordered, ensure_ascii=False, indent=1)
