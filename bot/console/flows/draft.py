"""Show what is written anew, what the linter says of it and what would become of whom, and publish it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from bot import publish
from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.flows.diagram import path_of
from bot.console.flows.room import room
from bot.console.flows.workshop import Bench, flow_file, open_bench, refuse_unless_last
from bot.console.house import Visit
from flows.files.rewording import Place
from flows.files.sources import FAQ, PHRASES
from flows.publishing.move import Fate
from flows.rules.access import Permission
from storage import drafts, publications
from storage.drafts import Spot, WrittenMeanwhileError

#: In this order a plan says what becomes of people.
FATES: Final = tuple(Fate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What becomes of the people at one step."""

    flow: str
    step: str
    people: int
    fates: dict[Fate, int]


def planned(counts: publish.Counts) -> list[Planned]:
    """Put what becomes of whom in lines; whoever notices nothing is only counted."""
    lines: dict[tuple[str, str], dict[Fate, int]] = {}
    for (flow, step, fate), number in sorted(counts.items()):
        if fate is not Fate.UNTOUCHED:
            lines.setdefault((flow, step), {})[fate] = number
    return [
        Planned(flow=flow, step=step, people=sum(fates.values()), fates=fates) for (flow, step), fates in lines.items()
    ]


def by_fate(counts: publish.Counts) -> Counter[Fate]:
    """Count people by what becomes of them."""
    found: Counter[Fate] = Counter()
    for (_, _, fate), number in counts.items():
        found[fate] += number
    return found


@room.get("/flows/draft", Permission.SEE_ALL)
def show_draft(visit: Visit) -> Answer:
    """List what is written anew beside what people get now."""
    with visit.reading() as session:
        bench = open_bench(visit, session)
    return Page(template="flow_draft.html", values=_values(bench))


def _values(bench: Bench) -> dict[str, Any]:
    stale = {row.id for row in bench.drafted()[1]}
    return {"bench": bench, "rows": bench.rows, "stale": stale, "page_of": _page_of, "place_of": Place.read}


def _page_of(file: str, place: str) -> str:
    """Return where a text of the draft is written."""
    at = Place.read(place)
    if file in (PHRASES, FAQ):
        kind = "phrases" if file == PHRASES else "faq"
        return f"/console/flows/words/{kind}/{at.table.removeprefix('faq.')}"
    flow_id = file.removesuffix(".toml").removeprefix("catalog/")
    return f"{path_of(flow_id)}/{at.step}"


@room.post("/flows/draft/discard", Permission.PUBLISH)
def discard(visit: Visit) -> Answer:
    """Throw one text of the draft away, or all of them."""
    form = visit.form
    spot = None
    if "file" in form:
        spot = Spot(file=form["file"], place=form.get("place", ""), language=form.get("language", ""))
    elif form.get("all") != "yes":
        raise NotThereError
    with visit.writing() as session:
        drafts.discard(session, visit.hub.id, spot)
    return Led(to="/console/flows/draft", told="discarded")


@room.get("/flows/draft/plan", Permission.PUBLISH)
def show_plan(visit: Visit) -> Answer:
    """Show what the linter says of the draft, and what would become of whom if it were published."""
    with visit.reading() as session:
        bench = open_bench(visit, session)
    return _plan(visit, bench)


def _plan(visit: Visit, bench: Bench, *, wrong: str = "", status: int = 200) -> Answer:
    files, stale = bench.drafted()
    checked = bench.check_draft()
    counts: publish.Counts | None = None
    if bench.rows and not checked.errors and not stale:
        release = publish.prepare(visit.house.database, visit.hub, files, visit.now)
        counts = publish.plan(visit.house.database, visit.hub, release)
    changed = {row.file for row in bench.rows}
    values = {
        **_values(bench),
        "checked": checked,
        # what was there before and is no error is told on the page of its flow
        "findings": [one for one in checked.findings if one.severity.value == "error" or one.file in changed],
        "plan": planned(counts) if counts is not None else None,
        "fates": by_fate(counts) if counts is not None else {},
        "order": FATES,
        "path_of": path_of,
        "file_of": flow_file,
        "wrong": wrong,
    }
    return Page(template="flow_plan.html", values=values, status=status)


@room.post("/flows/draft/publish", Permission.PUBLISH)
def publish_draft(visit: Visit) -> Answer:
    """Publish exactly what the plan showed, and carry over everybody who is in the middle."""
    with visit.reading() as session:
        bench = open_bench(visit, session)
    if visit.form.get("token") != bench.token:
        return _plan(visit, bench, wrong="meanwhile", status=409)
    files, stale = bench.drafted()
    if not bench.rows or stale or bench.check_draft().errors:
        return _plan(visit, bench, wrong="errors" if bench.rows else "", status=422)
    house = visit.house
    release = publish.prepare(house.database, visit.hub, files, visit.now)

    def with_it(session: Any, publication: int) -> None:
        refuse_unless_last(session, visit.hub.id, before=bench.publication, publication=publication)
        drafts.take(session, visit.hub.id, bench.rows)
        publications.note_author(session, visit.hub.id, publication, author=visit.author, now=visit.now)

    try:
        counts = publish.publish(house.database, visit.hub, release, house.now, with_it=with_it)
    except WrittenMeanwhileError:
        with visit.reading() as session:
            return _plan(visit, open_bench(visit, session), wrong="meanwhile", status=409)
    return Led(to="/console/flows", told="published", values=told(counts))


def told(counts: publish.Counts) -> dict[str, str]:
    """Say in numbers what became of people."""
    fates = by_fate(counts)
    asked = fates[Fate.ASKED_AGAIN] + fates[Fate.OPEN_QUESTION]
    moved = fates[Fate.MOVED] + fates[Fate.MAPPED]
    return {"moved": str(moved), "asked": str(asked), "kept": str(fates[Fate.KEPT])}
