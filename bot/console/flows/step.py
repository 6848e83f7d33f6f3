"""Show one step: who is there now, and its texts, to be written anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.flows.counting import count
from bot.console.flows.diagram import flow_of, path_of
from bot.console.flows.room import room
from bot.console.flows.workshop import Bench, flow_file, open_bench
from bot.console.flows.writing import Field, fields, save, typed, weigh
from bot.console.house import Visit
from flows.facts import LANGUAGES
from flows.files.rewording import step_texts
from flows.graph import edges
from flows.library import Library
from flows.model import Flow, Step
from flows.rules.access import Permission
from storage import whereabouts

#: People that a page lists.
_MOST: Final = 100


def _find(visit: Visit, library: Library) -> tuple[str, Flow, Step]:
    flow_id = flow_of(library, visit.path["kind"], visit.path["name"])
    flow = library.flows.get(flow_id or "")
    if flow_id is None or flow is None or visit.path["step"] not in flow.steps:
        raise NotThereError
    return flow_id, flow, flow.steps[visit.path["step"]]


def _fields(bench: Bench, flow_id: str, flow: Flow, step: Step, sent: dict[str, str] | None = None) -> list[Field]:
    file = flow_file(flow_id)
    places = [place for place, _ in step_texts(bench.sources[file], step.id)]
    return fields(bench, file, places, flow=flow, typed=sent)


@room.get("/flows/one/{kind}/{name}/{step}", Permission.SEE_ALL)
def show_step(visit: Visit) -> Answer:
    """Show a step with the people there and its texts."""
    with visit.reading() as session:
        bench = open_bench(visit, session)
    flow_id, flow, step = _find(visit, bench.library)
    return _page(visit, bench, flow_id, step, _fields(bench, flow_id, flow, step))


@room.post("/flows/one/{kind}/{name}/{step}", Permission.PUBLISH)
def write(visit: Visit) -> Answer:
    """Keep the texts that were changed in the draft; nobody gets them before they are published."""
    sent = typed(visit)
    with visit.writing() as session:
        bench = open_bench(visit, session)
        flow_id, flow, step = _find(visit, bench.library)
        wanted = _fields(bench, flow_id, flow, step, sent)
        refused = {field.id: wrong for field in wanted if (wrong := save(visit, session, bench, field))}
    if not refused:
        return Led(to=f"{path_of(flow_id)}/{step.id}", told="kept")
    with visit.reading() as session:
        bench = open_bench(visit, session)
    again = [
        replace(field, wrong=refused[field.id]) if field.id in refused else field
        for field in _fields(bench, flow_id, flow, step, {id_: sent[id_] for id_ in refused if id_ in sent})
    ]
    return _page(visit, bench, flow_id, step, again, status=409 if "meanwhile" in refused.values() else 422)


def _page(visit: Visit, bench: Bench, flow_id: str, step: Step, shown: list[Field], *, status: int = 200) -> Answer:
    counted, flow = count(visit), bench.library.flows[flow_id]
    with visit.reading() as session:
        people = whereabouts.people_at(session, visit.hub.id, flow_id, step.id, limit=_MOST)
    values = {
        "flow_id": flow_id,
        "path": path_of(flow_id),
        "step": step,
        "fields": shown,
        "people": people,
        "here": counted.here.get((flow_id, step.id), 0),
        "reached": counted.progress.reached.get((flow_id, step.id), 0),
        "went_on": counted.progress.went_on.get((flow_id, step.id), 0),
        "counted_people": counted.progress.people,
        "ways": list(dict.fromkeys(edge.to for edge in edges(flow) if edge.source == step.id)),
        "findings": [one for one in bench.check().findings if one.file == flow_file(flow_id) and one.step == step.id],
        "action": f"{path_of(flow_id)}/{step.id}",
    }
    return Page(template="flow_step.html", values=values, status=status)


@room.post("/flows/weigh", Permission.PUBLISH)
def weigh_text(visit: Visit) -> Answer:
    """Say what one text that is being written costs and how hard it is to read."""
    sent = typed(visit)
    id_ = visit.query.get("field", "")
    language = id_.rpartition(".")[2]
    if id_ not in sent or language not in LANGUAGES:
        raise NotThereError
    with visit.reading() as session:
        bench = open_bench(visit, session)
    flow = bench.library.flows.get(visit.query.get("flow", ""))
    weight = weigh(sent[id_], language, bench=bench, flow=flow)
    return Page(template="_weight.html", values={"weight": weight})
