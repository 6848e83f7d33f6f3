"""List the flows: how many people are in each, what the linter says, and what was published when."""

from __future__ import annotations

from collections import Counter
from typing import Final

from bot.console.answers import Answer, Page
from bot.console.flows.counting import count
from bot.console.flows.diagram import path_of
from bot.console.flows.room import room
from bot.console.flows.workshop import Bench, flow_file, open_bench
from bot.console.house import Visit
from flows.lint.finding import Finding
from flows.rules.access import Permission
from storage import publications

#: Publications and findings that a page shows at most.
_MOST: Final = 30


@room.get("/flows", Permission.SEE_ALL)
def show(visit: Visit) -> Answer:
    """Show all flows and all publications."""
    with visit.reading() as session:
        bench = open_bench(visit, session)
        history = publications.history(session, visit.hub.id)
        authors = publications.authors(session, visit.hub.id)
    standing = {row.id for row in publications.not_taken_back(history)}
    inside: Counter[str] = Counter()
    for (flow, _), number in count(visit).here.items():
        inside[flow] += number
    values = {
        "bench": bench,
        "flows": [(flow_id, bench.library.flows[flow_id], inside[flow_id]) for flow_id in ordered(bench)],
        "found": by_file(bench.check().findings),
        "errors": bench.check().errors,
        "warnings": bench.check().warnings,
        "path_of": path_of,
        "file_of": flow_file,
        "history": list(reversed(history))[:_MOST],
        "standing": standing,
        "authors": authors,
        "others": [finding for finding in bench.check().findings if not _is_of_flow(bench, finding)][:_MOST],
    }
    return Page(template="flows.html", values=values)


def ordered(bench: Bench) -> list[str]:
    """Order flows as people meet them: those of everybody first, then those of an audience."""
    return sorted(bench.library.flows, key=lambda flow_id: ("/" in flow_id, flow_id != "screening", flow_id))


def by_file(findings: tuple[Finding, ...]) -> dict[str, list[Finding]]:
    """Put findings together file by file."""
    found: dict[str, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.file, []).append(finding)
    return found


def _is_of_flow(bench: Bench, finding: Finding) -> bool:
    return any(finding.file == flow_file(flow_id) for flow_id in bench.library.flows)
