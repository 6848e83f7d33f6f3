"""Reports of the console: the same numbers as page, file and report; nobody sees sites that are not theirs."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import select

from bot.console.reports.charts import CHARTS, draw
from flows.rules.access import Role
from storage.reports import Question, all_reports
from storage.tables import Site, SlotRow, UserRow, UserSiteRow
from tests.console.opened import Demo

NAMES = sorted(all_reports())


def _lines(demo: Demo, name: str, **narrowed: Any) -> list[dict[str, Any]]:
    question = Question(hub=demo.app.hub.id, zone=demo.app.hub.zone, **narrowed)
    with demo.app.database.reading() as session:
        return [dict(line) for line in all_reports()[name].build(session, question)]


async def _file(demo: Demo, path: str) -> bytes:
    answer = await demo.client.get(path)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    return answer.content


def test_every_report_has_a_chart() -> None:
    assert set(CHARTS) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
async def test_page_and_files_tell_what_the_report_tells(name: str, demo: Demo) -> None:
    await demo.enter(Role.AUDITOR)
    lines = _lines(demo, name)

    page = await demo.open(f"/console/reports/{name}?period=all")
    listed = json.loads(await _file(demo, f"/console/reports/{name}/json?period=all"))
    text = (await _file(demo, f"/console/reports/{name}/csv?period=all")).decode("utf-8-sig")
    book = load_workbook(io.BytesIO(await _file(demo, f"/console/reports/{name}/xlsx?period=all")))

    assert listed == lines
    assert len(list(csv.DictReader(io.StringIO(text)))) == len(lines)
    assert book.active is not None
    assert book.active.max_row == len(lines) + 1
    drawn = draw(all_reports()[name], lines)
    assert drawn is not None
    cells = [float(value) for value in re.findall(r'data-value="([\d.]+)"', page)]
    shown = [
        cell / 60 if column.endswith("minutes") else cell
        for _, row in drawn.rows
        for column, cell in zip(drawn.columns, row, strict=True)
    ]
    assert cells == pytest.approx(shown)


async def test_a_chart_adds_up_to_its_report(demo: Demo) -> None:
    for name in ("no_shows", "hours", "people", "hours_by_month", "sign_ups", "replies", "fill"):
        lines, report = _lines(demo, name), all_reports()[name]
        drawn = draw(report, lines)
        assert drawn is not None
        for place, column in enumerate(drawn.columns):
            assert sum(row[place] for _, row in drawn.rows) == sum(line[column] for line in lines), (name, column)


async def test_sites_add_up_to_the_whole(demo: Demo) -> None:
    with demo.app.database.reading() as session:
        sites = [site.id for site in session.exec(select(Site))]
    whole = sum(line["places"] for line in _lines(demo, "no_shows"))

    parts = [
        sum(line["places"] for line in _lines(demo, "no_shows", sites=frozenset({site}))) for site in sites if site
    ]

    assert whole == sum(parts) > 0


@pytest.mark.parametrize("role", [Role.SITE_LEAD, Role.PARTNER])
async def test_site_leads_and_partners_see_their_own_sites(role: Role, demo: Demo) -> None:
    await demo.enter(role)
    with demo.app.database.reading() as session:
        sites = {site.id: site.name for site in session.exec(select(Site))}
        busy = {slot.site_id for slot in session.exec(select(SlotRow)) if slot.kind == "shift"}
        user = session.exec(select(UserRow).where(UserRow.role == role.value)).one()
        own = {row.site_id for row in session.exec(select(UserSiteRow).where(UserSiteRow.user_id == user.id))}
        if user.partner_id is not None:
            own |= {site.id for site in session.exec(select(Site).where(Site.partner_id == user.partner_id)) if site.id}
    others = {site for site in sites if site not in own} & busy
    assert own
    assert others

    page = await demo.open("/console/reports/no_shows?period=all")
    listed = json.loads(await _file(demo, "/console/reports/no_shows/json?period=all"))

    assert listed == _lines(demo, "no_shows", sites=frozenset(own))
    assert listed != _lines(demo, "no_shows")
    assert not [site for site in others if sites[site] in page]
    refused = await demo.client.get(f"/console/reports/no_shows?site={others.pop()}")
    assert refused.status_code == 404


async def test_filters_narrow_down(demo: Demo) -> None:
    await demo.enter()

    listed = json.loads(await _file(demo, "/console/reports/hours/json?period=all&role=mentor&audience=older_adult"))

    assert listed
    assert {(line["role"], line["audience"]) for line in listed} == {("mentor", "older_adult")}
    page = await demo.open("/console/reports/hours?from=1999-01-01&to=1999-01-02")
    assert "There is nothing to count in this time." in page


@pytest.mark.parametrize(
    "path", ["/console/reports/none", "/console/reports/hours/exe", "/console/reports/hours?organisation=999999"]
)
async def test_what_does_not_exist_is_not_there(path: str, demo: Demo) -> None:
    await demo.enter()

    assert (await demo.client.get(path)).status_code == 404
