"""Adding users and changing what they may do, on the page."""

from __future__ import annotations

import pytest

from bot.commands import user_desk
from bot.commands.user_desk import Desk
from bot.mistake import MistakeError
from flows.rules.access import Role
from storage import users
from tests.console.opened import HERE, Demo

DANA = "dana@example.org"


@pytest.mark.parametrize(
    ("role", "why"), [(Role.SITE_LEAD, "Tick the sites"), (Role.PARTNER, "Choose the partner organization")]
)
async def test_nobody_is_added_who_would_see_nothing(demo: Demo, role: Role, why: str) -> None:
    await demo.enter()

    answer = await demo.press("/console/users", name="Dana Lee", email=DANA, role=role.value, status=422)

    assert why in answer.text
    assert not _is_known(demo)


@pytest.mark.parametrize(("role", "named"), [(Role.SITE_LEAD, "--site"), (Role.PARTNER, "--partner")])
async def test_nobody_is_added_in_the_terminal_who_would_see_nothing(demo: Demo, role: Role, named: str) -> None:
    desk = Desk(database=demo.app.database, hub=demo.app.hub.id, url=HERE)

    with pytest.raises(MistakeError, match=named):
        user_desk.add(desk, DANA, name="Dana Lee", role=role, sites=[], partner=None, language="en")
    with pytest.raises(MistakeError, match=named):
        user_desk.change(desk, "maria@example.org", role=role, sites=[], partner=None)

    assert not _is_known(demo)


async def test_a_refused_form_keeps_the_role_and_sites_that_were_chosen(demo: Demo) -> None:
    await demo.enter()

    answer = await demo.press(
        "/console/users", name="Dana Lee", email="alex@example.org", role="auditor", language="es", site="1", status=422
    )

    assert '<option value="auditor" selected>' in answer.text
    assert '<option value="es" selected>' in answer.text
    assert 'value="1" checked' in answer.text


async def test_a_user_is_not_bound_to_no_site(demo: Demo) -> None:
    await demo.enter()
    with demo.app.database.reading() as session:
        maria = users.find_by_email(session, demo.app.hub.id, "maria@example.org")
        assert maria is not None

    answer = await demo.press(f"/console/users/{maria.ref}", role="site_lead", site="9" * 30, status=422)

    assert "Tick the sites" in answer.text
    assert '<option value="site_lead" selected>' in answer.text


def _is_known(demo: Demo) -> bool:
    with demo.app.database.reading() as session:
        return users.find_by_email(session, demo.app.hub.id, DANA) is not None
