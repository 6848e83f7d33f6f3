"""Sites, partners and what sites ask, changed by whoever may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import text

from flows.rules.access import Role
from flows.rules.organisations import OrganisationKind
from storage import organisations, requirements, schedule, series
from storage.tables import Site
from tests.console.opened import Demo

NEW: dict[str, Any] = {
    "name": "Pine Street Center",
    "zip": "85001",
    "partner": "Desert Readers",
    "contact": "lee@example.org",
}


def _site(demo: Demo, name: str) -> Site:
    with demo.app.database.reading() as session:
        found = series.find_site(session, demo.app.hub.id, name)
    assert found is not None
    return found


async def test_a_new_site_lies_where_its_zip_code_says(demo: Demo) -> None:
    await demo.enter()

    await demo.press("/console/settings/sites/new", **NEW)

    site = _site(demo, NEW["name"])
    assert (site.city, site.state, site.zone, site.supervisor_contact) == (
        "Phoenix",
        "AZ",
        "America/Phoenix",
        "lee@example.org",
    )
    page = await demo.open("/console/settings")
    assert "Pine Street Center is added." in page
    assert "Desert Readers" in page


async def test_what_is_wrong_is_said_and_what_was_typed_stays(demo: Demo) -> None:
    await demo.enter()

    wrong_zip = await demo.press("/console/settings/sites/new", status=422, **{**NEW, "zip": "00000"})
    taken = await demo.press("/console/settings/sites/new", status=422, **{**NEW, "name": "Oakwood Elementary"})
    nameless = await demo.press("/console/settings/sites/new", status=422, **{**NEW, "name": " "})

    assert "There is no such ZIP code" in wrong_zip.text
    assert "Desert Readers" in wrong_zip.text
    assert "There is a site of this name already" in taken.text
    assert "Write a name." in nameless.text


async def test_a_site_that_comes_to_lie_in_another_zone_keeps_the_wall_clock(demo: Demo) -> None:
    await demo.enter()
    site = _site(demo, "Oakwood Elementary")
    starts = (
        "SELECT ref, starts_local, zone FROM slot WHERE site_id = :id AND starts_at > 1795449600000000 ORDER BY ref"
    )
    with demo.app.database.reading() as session:
        before = session.connection().execute(text(starts), {"id": site.id}).all()
    assert before

    await demo.press(f"/console/settings/sites/{site.id}", name=site.name, zip="46202")

    with demo.app.database.reading() as session:
        after = session.connection().execute(text(starts), {"id": site.id}).all()
    assert [(ref, local) for ref, local, _ in after] == [(ref, local) for ref, local, _ in before]
    assert {zone for _, _, zone in after} == {"America/Indiana/Indianapolis"}


async def test_a_site_is_not_moved_while_that_would_put_a_shift_into_the_past(demo: Demo) -> None:
    await demo.enter()
    site = _site(demo, "Oakwood Elementary")
    with demo.app.database.reading() as session:
        ahead = schedule.list_slots(session, demo.app.hub.id, since=demo.clock())
        slot = next(one for one in ahead if one.site_id == site.id)
    demo.clock.forward_to(slot.starts_at - timedelta(minutes=20))

    page = await demo.press(f"/console/settings/sites/{site.id}", status=422, name="Elsewhere", zip="46202")

    assert "a shift of today would be over already" in page.text
    assert "Elsewhere" in page.text
    unchanged = _site(demo, "Oakwood Elementary")
    assert (unchanged.zip, unchanged.zone) == (site.zip, "America/Chicago")


async def test_a_site_may_ask_for_more_and_never_for_less_than_the_law(demo: Demo) -> None:
    await demo.enter()
    site = _site(demo, "Oakwood Elementary")
    where = f"/console/settings/sites/{site.id}/requirements"

    await demo.press(f"{where}/interview", needed="yes")
    await demo.press(f"{where}/guardian_consent", status=404, needed="no")

    with demo.app.database.reading() as session:
        assert requirements.of_site(session, site.id or 0) == {"interview": True}


async def test_an_organisation_gets_a_code_and_keeps_its_kind(demo: Demo) -> None:
    await demo.enter()
    await demo.press(
        "/console/settings/organisations/new", name="Blue Line Transit", kind="employer", hours_per_year="20"
    )
    with demo.app.database.reading() as session:
        row = organisations.find(session, demo.app.hub.id, "Blue Line Transit")
    assert row is not None

    await demo.press(f"/console/settings/organisations/{row.id}", name="Blue Line", kind="college", needs_manager="yes")
    await demo.press(f"/console/settings/organisations/{row.id}", status=422, name="Blue Line", hours_per_year="many")

    with demo.app.database.reading() as session:
        changed = organisations.find(session, demo.app.hub.id, "Blue Line")
    assert changed is not None
    assert (changed.kind, changed.code) == (OrganisationKind.EMPLOYER.value, row.code)
    assert '"needs_manager": true' in changed.policy.replace('":true', '": true')


async def test_a_coordinator_sees_settings_and_changes_none(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)

    page = await demo.open("/console/settings")

    assert "Oakwood Elementary" in page
    assert "Add a site" not in page
    await demo.press("/console/settings/sites/new", status=403, **NEW)
