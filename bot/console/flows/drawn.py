"""Show one flow: its diagram, and step by step how many are there and how many went on."""

from __future__ import annotations

from bot.console.answers import Answer, NotThereError, Page
from bot.console.flows.counting import count
from bot.console.flows.diagram import draw, flow_of, path_of
from bot.console.flows.listing import by_file
from bot.console.flows.room import room
from bot.console.flows.workshop import flow_file, open_bench
from bot.console.house import Visit
from bot.console.words import Words
from flows.drawing.heads import heads
from flows.rules.access import Permission


@room.get("/flows/one/{kind}/{name}", Permission.SEE_ALL)
def show_flow(visit: Visit) -> Answer:
    """Draw a flow with the people in it."""
    with visit.reading() as session:
        bench = open_bench(visit, session)
    flow_id = flow_of(bench.library, visit.path["kind"], visit.path["name"])
    if flow_id is None:
        raise NotThereError
    flow, counted = bench.library.flows[flow_id], count(visit)
    here = heads(flow, flow_id, counted.here)
    found = by_file(bench.check().findings).get(flow_file(flow_id), [])
    values = {
        "flow": flow,
        "flow_id": flow_id,
        "path": path_of(flow_id),
        "diagram": draw(flow, here, Words(room.name, visit.language, visit.hub.name)),
        "here": here,
        "progress": counted.progress,
        "counted_at": counted.at,
        "findings": found,
        "worst": {finding.step: finding.severity.value for finding in reversed(found)},
        "written": {row.place.split(".")[1].split(":")[0] for row in bench.rows if row.file == flow_file(flow_id)},
    }
    return Page(template="flow.html", values=values)
