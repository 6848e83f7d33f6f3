"""Who looked at a minor's record stands in the trail of decisions; of adults nothing is noted."""

from __future__ import annotations

import pytest
from sqlmodel import col, select

from flows.rules.access import Role
from storage.tables import AuditRow, PersonRow
from tests.console.opened import MONDAY, PIECE, Demo


def _somebody(demo: Demo, *, minor: bool) -> str:
    eighteen = MONDAY.date().replace(year=MONDAY.year - 18)
    born = col(PersonRow.birth_date)
    with demo.app.database.reading() as session:
        found = session.exec(select(PersonRow.ref).where(born > eighteen if minor else born < eighteen)).first()
    assert found is not None
    return found


def _seen_by(demo: Demo, ref: str) -> list[str]:
    with demo.app.database.reading() as session:
        noted = select(AuditRow.author).where(col(AuditRow.person_ref) == ref, col(AuditRow.what) == "seen")
        return list(session.exec(noted.order_by(col(AuditRow.id))))


@pytest.mark.parametrize("room", ["people", "inbox"])
async def test_whoever_looks_at_a_minor_is_noted(demo: Demo, room: str) -> None:
    ref = _somebody(demo, minor=True)

    for role in (Role.AUDITOR, Role.COORDINATOR):
        await demo.enter(role)
        await demo.open(f"/console/{room}/{ref}")

    assert _seen_by(demo, ref) == ["coordinator:Jordan Lee", "coordinator:Maria Lopez"]


async def test_a_page_that_stays_open_is_noted_once(demo: Demo) -> None:
    ref = _somebody(demo, minor=True)
    await demo.enter()

    await demo.open(f"/console/inbox/{ref}")
    await demo.client.get(f"/console/inbox/{ref}", headers={**PIECE, "hx-request": "true"})

    assert len(_seen_by(demo, ref)) == 1


@pytest.mark.parametrize("room", ["people", "inbox"])
async def test_nothing_is_noted_of_an_adult_or_of_somebody_who_was_refused(demo: Demo, room: str) -> None:
    adult, minor = _somebody(demo, minor=False), _somebody(demo, minor=True)
    await demo.enter()
    await demo.open(f"/console/{room}/{adult}")
    demo.client.cookies.clear()

    await demo.client.get(f"/console/{room}/{minor}")

    assert _seen_by(demo, adult) == _seen_by(demo, minor) == []
