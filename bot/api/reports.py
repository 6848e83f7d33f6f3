"""Reports: numbers of people and minutes, nobody's name."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from pydantic import BaseModel

from bot.api.desk import Desk
from bot.api.door import ApiError, Door, answers, not_found
from flows.rules.programs import Scope
from storage.reports import Question, all_reports


class ReportName(BaseModel):
    """A report that can be asked for."""

    name: str
    about: str
    columns: list[str]


class ReportOut(BaseModel):
    """A report."""

    name: str
    columns: list[str]
    rows: list[dict[str, str | int | float | None]]


def report_routes(desk: Desk, door: Door) -> APIRouter:
    """Return the routes of reports."""
    router = APIRouter(tags=["reports"], dependencies=[Depends(door.needs(Scope.READ_REPORTS))])

    @router.get("/reports", responses=answers(), summary="List the reports")
    def reports() -> list[ReportName]:
        return [ReportName(name=one.name, about=one.about, columns=list(one.columns)) for one in all_reports().values()]

    @router.get("/reports/{name}", responses=answers(404), summary="Read a report")
    def report(
        name: Annotated[str, Path(pattern=r"^[a-z_]{1,40}$")],
        since: Annotated[date | None, Query(alias="from", description="The first day.")] = None,
        until: Annotated[date | None, Query(alias="to", description="The last day.")] = None,
    ) -> ReportOut:
        found = all_reports().get(name)
        if found is None:
            raise not_found()
        for field, day in (("from", since), ("to", until)):
            if day and not 1970 <= day.year < 9000:
                raise ApiError(422, "invalid", "A value cannot be read.", fields={field: "write a day since 1970"})
        if since and until and until < since:
            raise ApiError(422, "invalid", "A value cannot be read.", fields={"to": "this lies before from"})
        with desk.database.reading() as session:
            question = Question(hub=desk.hub.id, zone=desk.hub.zone, since=since, until=until)
            rows = [dict(line) for line in found.build(session, question)]
        return ReportOut(name=found.name, columns=list(found.columns), rows=rows)

    return router
