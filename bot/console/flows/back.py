"""Take the last publication back: what would become of whom, and then doing it."""

from __future__ import annotations

from typing import Any

from bot import publish
from bot.console.answers import Answer, Led, Page
from bot.console.flows.diagram import path_of
from bot.console.flows.draft import FATES, by_fate, planned, told
from bot.console.flows.room import room
from bot.console.flows.workshop import Bench, flow_file, open_bench, refuse_unless_last
from bot.console.house import Visit
from bot.mistake import MistakeError
from flows.rules.access import Permission
from storage import publications
from storage.drafts import WrittenMeanwhileError


@room.get("/flows/back", Permission.PUBLISH)
def show_back(visit: Visit) -> Answer:
    """Show what would become of whom if the last publication were taken back."""
    with visit.reading() as session:
        bench = open_bench(visit, session)
    return _plan(visit, bench)


def _plan(visit: Visit, bench: Bench, *, wrong: str = "", status: int = 200) -> Answer:
    counts: publish.Counts | None = None
    try:
        release = publish.prepare_back(visit.house.database, visit.hub, visit.now)
        counts = publish.plan(visit.house.database, visit.hub, release)
    except MistakeError:
        wrong = wrong or "nothing_published"
    values = {
        "bench": bench,
        "plan": planned(counts) if counts is not None else None,
        "fates": by_fate(counts) if counts is not None else {},
        "order": FATES,
        "path_of": path_of,
        "file_of": flow_file,
        "wrong": wrong,
    }
    return Page(template="flow_back.html", values=values, status=status)


@room.post("/flows/back", Permission.PUBLISH)
def take_back(visit: Visit) -> Answer:
    """Bring back what was there before; of two who press, the second is told."""
    house = visit.house
    with visit.reading() as session:
        bench = open_bench(visit, session)
    if visit.form.get("publication") != str(bench.publication):
        return _plan(visit, bench, wrong="meanwhile", status=409)
    try:
        release = publish.prepare_back(house.database, visit.hub, visit.now)
    except MistakeError:
        return _plan(visit, bench, wrong="nothing_published", status=422)

    def with_it(session: Any, publication: int) -> None:
        refuse_unless_last(session, visit.hub.id, before=bench.publication, publication=publication)
        publications.note_author(session, visit.hub.id, publication, author=visit.author, now=visit.now)

    try:
        counts = publish.publish(house.database, visit.hub, release, house.now, with_it=with_it)
    except WrittenMeanwhileError:
        with visit.reading() as session:
            return _plan(visit, open_bench(visit, session), wrong="meanwhile", status=409)
    return Led(to="/console/flows", told="taken_back", values=told(counts))
