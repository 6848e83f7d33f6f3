"""Add and change the employers, colleges and districts whose people serve."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.house import Visit
from bot.console.settings.room import room
from flows.rules.access import Permission
from flows.rules.organisations import OrganisationKind, Policy, read_policy, write_policy
from storage import organisations
from storage.tables import OrganisationRow

_MOST_CHARS = 120
_MOST_HOURS = 2_000


@room.get("/settings/organisations/new", Permission.SETTLE)
def new(visit: Visit) -> Answer:
    """Ask for a new organisation."""
    return _page(None, {"name": "", "kind": "employer", "contact": ""}, Policy(), "")


@room.post("/settings/organisations/new", Permission.SETTLE)
def add(visit: Visit) -> Answer:
    """Add an organisation; it gets a code that its people text."""
    said = _said(visit)
    policy, wrong = _policy(visit, Policy())
    if said["kind"] not in set(OrganisationKind):
        raise NotThereError
    if not said["name"]:
        wrong = "no_name"
    if wrong:
        return _page(None, said, policy, wrong, status=422)
    with visit.writing() as session:
        row = organisations.add(
            session,
            visit.hub.id,
            kind=OrganisationKind(said["kind"]),
            name=said["name"],
            contact=said["contact"],
            policy=policy,
        )
        code = row.code
    return Led(to="/console/settings", told="organisation_added", values={"name": said["name"], "code": code})


@room.get("/settings/organisations/{number}", Permission.SEE_ALL)
def show(visit: Visit) -> Answer:
    """Show an organisation, its code and what it wants."""
    with visit.reading() as session:
        row = _find(visit, session)
        members = organisations.count_members(session, row.id or 0)
    said = {"name": row.name, "kind": row.kind, "contact": row.contact}
    return _page(row, said, read_policy(row.policy), "", members=members)


@room.post("/settings/organisations/{number}", Permission.SETTLE)
def change(visit: Visit) -> Answer:
    """Change an organisation."""
    said = _said(visit)
    with visit.writing() as session:
        row = _find(visit, session)
        said["kind"] = row.kind  # what it is does not change: hours were counted by it
        policy, wrong = _policy(visit, read_policy(row.policy))
        if not said["name"]:
            wrong = "no_name"
        if wrong:
            return _page(row, said, policy, wrong, status=422)
        row.name, row.contact, row.policy = said["name"], said["contact"], write_policy(policy)
        session.add(row)
    return Led(to="/console/settings", told="organisation_changed", values={"name": said["name"]})


def _find(visit: Visit, session: Any) -> OrganisationRow:
    number = visit.path["number"]
    row = session.get(OrganisationRow, int(number)) if number.isdecimal() and len(number) < 10 else None
    if row is None or row.hub != visit.hub.id:
        raise NotThereError
    found: OrganisationRow = row
    return found


def _said(visit: Visit) -> dict[str, str]:
    return {name: visit.form.get(name, "").strip()[:_MOST_CHARS] for name in ("name", "kind", "contact")}


def _policy(visit: Visit, before: Policy) -> tuple[Policy, str]:
    """Read what an organisation wants; the second says what is wrong with it."""
    numbers: dict[str, int] = {}
    for name in ("hours_per_year", "hours_needed"):
        typed = visit.form.get(name, "").strip()
        if typed and (not typed.isdecimal() or len(typed) > 4 or int(typed) > _MOST_HOURS):
            return before, "hours"
        numbers[name] = int(typed or 0)
    return (
        replace(
            before,
            hours_per_year=numbers["hours_per_year"],
            hours_needed=numbers["hours_needed"],
            approve_members=visit.form.get("approve_members") == "yes",
            needs_manager=visit.form.get("needs_manager") == "yes",
            needs_reflection=visit.form.get("needs_reflection") == "yes",
        ),
        "",
    )


def _page(
    row: OrganisationRow | None,
    said: dict[str, str],
    policy: Policy,
    wrong: str,
    *,
    status: int = 200,
    members: dict[str, int] | None = None,
) -> Page:
    values = {
        "row": row,
        "said": said,
        "policy": policy,
        "wrong": wrong,
        "kinds": [kind.value for kind in OrganisationKind],
        "members": members or {},
    }
    return Page(template="organisation.html", values=values, status=status)
