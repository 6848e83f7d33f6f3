"""Show how many stand where, and who they are."""

from __future__ import annotations

from dataclasses import fields, replace
from urllib.parse import urlencode

from bot.console.answers import Answer, Page
from bot.console.house import Visit
from bot.console.people.room import room
from flows.rules.access import Permission
from flows.stages import Stage
from storage import browsing, series
from storage.browsing import PAGE, Sought

#: The board's columns: where people stand, in the order in which they come along.
BOARD = (
    (Stage.ENQUIRED, Stage.SCREENING),
    (Stage.IN_REVIEW, Stage.WAITING_GUARDIAN, Stage.WAITING_AID_OFFICE, Stage.WAITING_EMPLOYER),
    (Stage.ELIGIBLE, Stage.VETTING),
    (Stage.TRAINING, Stage.READY),
    (Stage.PLACED, Stage.ACTIVE),
    (Stage.PAUSED, Stage.ENDED, Stage.NOT_ELIGIBLE),
)


@room.get("/people", Permission.SEE_PEOPLE)
def show(visit: Visit) -> Answer:
    """Show the board and a page of people, as far as they fit what is sought."""
    sought, offset = _sought(visit), _offset(visit)
    choices = visit.house.library.sets.choices
    with visit.reading() as session:
        counts = browsing.count_by_stage(session, visit.hub.id, _at_any_stage(sought), sites=visit.sites)
        found = browsing.find(session, visit.hub.id, sought, sites=visit.sites, limit=PAGE + 1, offset=offset)
        sources = browsing.sources(session, visit.hub.id)
        sites = [
            site for site in series.list_sites(session, visit.hub.id) if visit.sites is None or site.id in visit.sites
        ]
    values = {
        "sought": sought,
        "board": BOARD,
        "counts": counts,
        "total": sum(counts.values()),
        "found": found[:PAGE],
        "offset": offset,
        "page": PAGE,
        "has_more": len(found) > PAGE,
        "sources": sources,
        "sites": sites,
        "roles": [option.id for option in choices["roles"]],
        "audiences": [option.id for option in choices["audiences"]],
        "link": lambda **changed: _link(sought, **changed),
    }
    return Page(template="_people.html" if visit.is_piece else "people.html", values=values)


def _sought(visit: Visit) -> Sought:
    query = visit.query
    texts = {name: query.get(name, "")[:80] for name in (field.name for field in fields(Sought)) if name != "site"}
    site = query.get("site", "")
    return Sought(**texts, site=int(site) if site.isdecimal() and len(site) < 10 else None)


def _offset(visit: Visit) -> int:
    offset = visit.query.get("from", "")
    return int(offset) if offset.isdecimal() and len(offset) < 8 else 0


def _at_any_stage(sought: Sought) -> Sought:
    """The board counts every stage: the one that is chosen is only marked in it."""
    return replace(sought, stage="")


def _link(sought: Sought, **changed: object) -> str:
    named = {field.name: getattr(sought, field.name) for field in fields(sought)} | changed
    given = {name: value for name, value in named.items() if value not in ("", None, 0)}
    return f"/console/people?{urlencode(given)}" if given else "/console/people"
