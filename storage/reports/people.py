"""Who served: people x role x audience x site x term, with their minutes ledger by ledger beside each other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlmodel import Session

from flows.rules.ledger import Ledger
from storage.reports.report import Line, Question, Report
from storage.reports.served import KEYS, Sum, disclosed, entries

_KEYS: Final = KEYS[1:]
_LEDGERS: Final = tuple(one.value for one in Ledger)


def build(session: Session, question: Question) -> Iterable[Line]:
    """Count everybody once a group, whichever ledgers they served for; an employer sees the groups of ``hours``."""
    if question.hides_small_groups:
        for line in disclosed(session, question, told_in="role"):
            minutes = {f"{line['ledger']}_minutes": line["minutes"]} if "ledger" in line else {}
            yield {name: cell for name, cell in line.items() if name != "ledger"} | minutes
        return
    sums: dict[tuple[str, ...], Sum] = {}
    for entry in entries(session, question):
        ledger, *key = entry.key
        sums.setdefault(tuple(key), Sum()).add(entry, ledger)
    for group in sorted(sums):
        yield {
            **dict(zip(_KEYS, group, strict=True)),
            "people": len(sums[group].people),
            "minutes": sums[group].minutes,
            **{f"{ledger}_minutes": sums[group].parts.get(ledger, 0) for ledger in _LEDGERS},
        }


REPORT: Final = Report(
    name="people",
    about="Who served: heads by role, audience, site and term, with minutes by ledger.",
    columns=(*_KEYS, "people", "minutes", *(f"{ledger}_minutes" for ledger in _LEDGERS)),
    build=build,
)
