"""Add and change the places where people serve or train, and what each asks for."""

from __future__ import annotations

from typing import Any

from bot import timetable, vetting
from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.house import Visit
from bot.console.settings.room import room
from flows.geography import place_of
from flows.rules.access import Permission
from storage import requirements, schedule, series
from storage.changes import TimetableError
from storage.tables import Site

_TEXTS = ("name", "street", "city", "state", "zip", "supervisor", "contact", "partner")
_MOST_CHARS = 120


@room.get("/settings/sites/new", Permission.SETTLE)
def new(visit: Visit) -> Answer:
    """Ask for a new place."""
    return _page(visit, None, dict.fromkeys(_TEXTS, ""), "")


@room.post("/settings/sites/new", Permission.SETTLE)
def add(visit: Visit) -> Answer:
    """Add a place; its zone and where it lies follow from its ZIP code."""
    said = _said(visit)
    found = place_of(said["zip"])
    if wrong := _wrong(said):
        return _page(visit, None, said, wrong, status=422)
    assert found is not None, "a wrong ZIP code was refused"
    with visit.writing() as session:
        if series.find_site(session, visit.hub.id, said["name"]):
            wrong = "taken"
        else:
            site = schedule.add_site(
                session,
                visit.hub.id,
                name=said["name"],
                zone=found.zone or visit.hub.zone,
                partner_id=_partner(session, visit, said),
                street=said["street"],
                city=said["city"] or found.city,
                state=said["state"] or found.state,
                zip_code=said["zip"],
                latitude=found.latitude,
                longitude=found.longitude,
            )
            site.supervisor, site.supervisor_contact = said["supervisor"], said["contact"]
    if wrong:
        return _page(visit, None, said, wrong, status=422)
    return Led(to="/console/settings", told="site_added", values={"name": said["name"]})


@room.get("/settings/sites/{number}", Permission.SEE_ALL)
def show(visit: Visit) -> Answer:
    """Show a place."""
    with visit.reading() as session:
        site = _find(visit, session)
        partners = {partner.id: partner.name for partner in series.list_partners(session, visit.hub.id)}
    said = {
        "name": site.name,
        "street": site.street,
        "city": site.city,
        "state": site.state,
        "zip": site.zip,
        "supervisor": site.supervisor,
        "contact": site.supervisor_contact,
        "partner": partners.get(site.partner_id, ""),
    }
    return _page(visit, site, said, "")


@room.post("/settings/sites/{number}", Permission.SETTLE)
def change(visit: Visit) -> Answer:
    """Change a place; one that comes to lie in another zone keeps the wall clock of its shifts, and who is booked is told."""
    said = _said(visit)
    with visit.reading() as session:
        site = _find(visit, session)
    if wrong := _wrong(said):
        return _page(visit, site, said, wrong, status=422)
    found = place_of(said["zip"])
    assert found is not None, "a wrong ZIP code was refused"
    with visit.reading() as session:
        other = series.find_site(session, visit.hub.id, said["name"])
    if other is not None and other.id != site.id:
        return _page(visit, site, said, "taken", status=422)
    if found.zone and site.zone != found.zone and site.id is not None:
        house = visit.house
        try:
            timetable.move_site(house.database, house.hub, house.library.phrases, site.id, found.zone, now=visit.now)
        except TimetableError:
            return _page(visit, site, said, "would_be_past", status=422)
    with visit.writing() as session:
        site = _find(visit, session)
        site.name, site.street, site.zip = said["name"], said["street"], said["zip"]
        site.city, site.state = said["city"] or found.city, said["state"] or found.state
        site.latitude, site.longitude = found.latitude, found.longitude
        site.supervisor, site.supervisor_contact = said["supervisor"], said["contact"]
        site.partner_id = _partner(session, visit, said)
        session.add(site)
    return Led(to="/console/settings", told="site_changed", values={"name": said["name"]})


@room.post("/settings/sites/{number}/requirements/{kind}", Permission.SETTLE)
def ask_for(visit: Visit) -> Answer:
    """Say whether a place asks for something whatever the hub asks elsewhere; seats it no longer allows are given back."""
    requirement = visit.house.library.requirements.get(visit.path["kind"])
    needed = visit.form.get("needed") == "yes"
    if requirement is None or (requirement.need.needed and not needed):
        raise NotThereError
    house = visit.house
    with visit.writing() as session:
        site = _find(visit, session)
        requirements.set_site(
            session, site, requirement.need.kind, needed=needed, months=None, author=visit.author, now=visit.now
        )
        number = site.id
    vetting.free_lacking(house.database, house.hub, house.library, visit.now)
    return Led(to=f"/console/settings/sites/{number}", told="saved")


def _find(visit: Visit, session: Any) -> Site:
    number = visit.path["number"]
    site = session.get(Site, int(number)) if number.isdecimal() and len(number) < 10 else None
    if site is None or site.hub != visit.hub.id:
        raise NotThereError
    found: Site = site
    return found


def _said(visit: Visit) -> dict[str, str]:
    return {name: visit.form.get(name, "").strip()[:_MOST_CHARS] for name in _TEXTS}


def _wrong(said: dict[str, str]) -> str:
    if not said["name"]:
        return "no_name"
    return "" if place_of(said["zip"]) else "zip"


def _partner(session: Any, visit: Visit, said: dict[str, str]) -> int | None:
    return series.keep_partner(session, visit.hub.id, said["partner"]).id if said["partner"] else None


def _page(visit: Visit, site: Site | None, said: dict[str, str], wrong: str, *, status: int = 200) -> Page:
    with visit.reading() as session:
        partners = series.list_partners(session, visit.hub.id)
        own = requirements.of_site(session, site.id) if site and site.id else {}
    asked = [
        (one, own.get(one.need.kind, one.need.needed or one.need.kind in visit.hub.requires))
        for one in visit.house.library.requirements.values()
    ]
    values = {"site": site, "said": said, "wrong": wrong, "partners": partners, "asked": asked}
    return Page(template="site.html", values=values, status=status)
