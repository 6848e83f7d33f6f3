"""Reading an application: whoever is accepted is told and asked what comes first; whoever is not hears it kindly."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from flows.rules.access import Role
from flows.stages import Stage
from storage import people
from tests.console.opened import Demo


def _somebody(demo: Demo) -> str:
    with demo.app.database.reading() as session:
        waiting = people.list_people(session, demo.app.hub.id, stage=Stage.IN_REVIEW, limit=1)
    return waiting[0].ref


def _messages(demo: Demo, ref: str) -> list[str]:
    query = text(
        "SELECT o.body FROM outbox AS o JOIN person AS p ON p.id = o.person_id WHERE p.ref = :ref ORDER BY o.id"
    )
    with demo.app.database.reading() as session:
        return [str(body) for (body,) in session.connection().execute(query, {"ref": ref})]


def _open_tasks(demo: Demo, ref: str) -> int:
    query = text(
        "SELECT count(*) FROM task AS t JOIN person AS p ON p.id = t.person_id"
        " WHERE p.ref = :ref AND t.closed_at IS NULL AND t.reason = 'review_application'"
    )
    with demo.app.database.reading() as session:
        return int(session.connection().execute(query, {"ref": ref}).scalar_one())


def _stage(demo: Demo, ref: str) -> str:
    with demo.app.database.reading() as session:
        person = people.find(session, demo.app.hub.id, ref)
    assert person is not None
    return person.stage


async def test_who_is_accepted_is_told_and_asked_what_comes_first(demo: Demo) -> None:
    ref = _somebody(demo)
    assert _open_tasks(demo, ref) == 1
    await demo.enter(Role.COORDINATOR)
    before = len(_messages(demo, ref))

    await demo.press(f"/console/people/{ref}/review", decision="accept")
    demo.clock.forward_to(demo.app.now() + timedelta(hours=4))  # it is day wherever they are
    await demo.app.clock.tick()

    assert _stage(demo, ref) == Stage.ELIGIBLE
    assert _open_tasks(demo, ref) == 0
    (said,) = _messages(demo, ref)[before:]
    assert "accepted! First come the checks" in said or "parte! Lo primero" in said
    assert "first and last name" in said or "nombre y apellido" in said


async def test_before_somebody_is_turned_down_it_is_said_when_they_hear_it(demo: Demo) -> None:
    ref = _somebody(demo)
    await demo.enter(Role.COORDINATOR)

    page = await demo.open(f"/console/people/{ref}")

    assert 'data-confirm="Turn this person down? They get a friendly message, at night not before morning.' in page


async def test_who_is_turned_down_hears_it_once(demo: Demo) -> None:
    ref = _somebody(demo)
    await demo.enter(Role.COORDINATOR)
    before = len(_messages(demo, ref))

    for _ in range(2):
        await demo.press(f"/console/people/{ref}/review", decision="decline")

    assert _stage(demo, ref) == Stage.NOT_ELIGIBLE
    (said,) = _messages(demo, ref)[before:]
    assert "PERSON" in said
    assert "Somebody decided" in await demo.open(f"/console/people/{ref}")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.PARTNER])
async def test_not_everybody_decides(demo: Demo, role: Role) -> None:
    ref = _somebody(demo)
    await demo.enter(role)

    await demo.press(f"/console/people/{ref}/review", status=403, decision="accept")

    assert _stage(demo, ref) == Stage.IN_REVIEW
