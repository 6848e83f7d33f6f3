"""Keep the days without school: what comes again skips them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from bot import timetable
from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.calendar.room import room
from bot.console.calendar.shown import own_sites, title_in
from bot.console.house import Visit
from flows.rules.access import Permission
from storage import audit, planned, series
from storage.changes import Reach
from storage.planned import Sought

#: One holiday is at most a long summer.
_LONGEST: Final = timedelta(days=120)
_AHEAD: Final = timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holiday:
    """Days without school that follow each other and have one name."""

    first: date
    last: date
    name: str
    #: ``None``: everywhere.
    site_id: int | None
    site: str


@room.get("/calendar/holidays", Permission.SEE_CALENDAR)
def show(visit: Visit) -> Answer:
    """List the days without school that are to come, and what stands on them nevertheless."""
    with visit.reading() as session:
        return Page(template="calendar_holidays.html", values=_values(visit, session))


@room.post("/calendar/holidays", Permission.PLAN)
def add(visit: Visit) -> Answer:
    """Note days without school; what stands on them already stays until it is called off."""
    first, last = _day(visit, "first"), _day(visit, "last") or _day(visit, "first")
    name, site = visit.form.get("name", "").strip()[:60], visit.form.get("site", "")
    today = visit.now.astimezone(visit.house.zone).date()
    with visit.writing() as session:
        sites = {str(one.id): one.id for one in own_sites(visit, session)}
        wrong = ""
        if first is None or last is None or not today <= first <= last <= min(first + _LONGEST, today + _AHEAD):
            wrong = "days"
        elif not name:
            wrong = "name"
        elif site not in sites and (site or visit.sites is not None):
            wrong = "site"
        if wrong or first is None or last is None:
            values = {**_values(visit, session), "wrong": wrong, "form": visit.form}
            return Page(template="calendar_holidays.html", values=values, status=422)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        new = series.add_holidays(session, visit.hub.id, days, name=name, site_id=sites.get(site))
        _note(visit, session, {"added": f"{first}/{last}", "name": name})
    return Led(to="/console/calendar/holidays", told="holidays_added", values={"n": str(len(new))})


@room.post("/calendar/holidays/remove", Permission.PLAN)
def remove(visit: Visit) -> Answer:
    """Let days be days like others."""
    with visit.writing() as session:
        first, last, site_id = _named(visit, session)
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        if not series.remove_holidays(session, visit.hub.id, days, site_id=site_id):
            raise NotThereError
        _note(visit, session, {"removed": f"{first}/{last}"})
    return Led(to="/console/calendar/holidays", told="holidays_removed")


@room.post("/calendar/holidays/call-off", Permission.PLAN)
def call_off(visit: Visit) -> Answer:
    """Call off what stands on days without school; whoever has a place is told."""
    house, told = visit.house, 0
    with visit.reading() as session:
        first, last, site_id = _named(visit, session)
        standing = [one.ref for one in _standing(visit, session, first, last, site_id)]
    for ref in standing:
        changed = timetable.call_off(
            house.database, house.hub, house.library.phrases, ref, reach=Reach.ONE, now=visit.now
        )
        told += len(changed.booked) + len(changed.in_line)
    with visit.writing() as session:
        _note(visit, session, {"called_off": len(standing), "days": f"{first}/{last}"})
    return Led(to="/console/calendar/holidays", told="called_off", values={"n": str(told)})


def _values(visit: Visit, session: Any) -> dict[str, Any]:
    today = visit.now.astimezone(visit.house.zone).date()
    rows = series.list_holiday_rows(session, visit.hub.id)
    seen = [
        (row, site)
        for row, site in rows
        if row.day >= today and (visit.sites is None or row.site_id is None or row.site_id in visit.sites)
    ]
    holidays = _joined(seen)
    return {
        "holidays": [
            (one, _standing(visit, session, one.first, one.last, one.site_id), _may_change(visit, one.site_id))
            for one in holidays
        ],
        "sites": own_sites(visit, session),
        "title": title_in(visit),
        "wrong": "",
        "form": {},
    }


def _joined(rows: Any) -> list[Holiday]:
    """Join days that follow each other under one name at one place."""
    joined: list[Holiday] = []
    for row, site in sorted(rows, key=lambda one: (one[0].site_id or 0, one[0].day)):
        last = joined[-1] if joined else None
        follows = last and last.last + timedelta(days=1) == row.day
        if last and follows and (last.name, last.site_id) == (row.name, row.site_id):
            joined[-1] = Holiday(first=last.first, last=row.day, name=last.name, site_id=last.site_id, site=last.site)
        else:
            joined.append(
                Holiday(first=row.day, last=row.day, name=row.name, site_id=row.site_id, site=site.name if site else "")
            )
    return sorted(joined, key=lambda one: (one.first, one.site))


def _standing(visit: Visit, session: Any, first: date, last: date, site_id: int | None) -> Any:
    """List what comes again and is on nevertheless, where the user may see it; what was planned for such a day stays."""
    sought = Sought(site=site_id)
    listed = planned.list_days(session, visit.hub.id, first, last, sought, sites=visit.sites, now=visit.now)
    return [one for one in listed if one.series_id and not one.cancelled and one.starts_at > visit.now]


def _may_change(visit: Visit, site_id: int | None) -> bool:
    """Tell whether days are the user's to change: who sees certain sites changes no day of the whole hub."""
    return visit.may(Permission.PLAN) and (visit.sites is None or site_id in visit.sites)


def _named(visit: Visit, session: Any) -> tuple[date, date, int | None]:
    """Read which of the listed days a button is for."""
    first, last, site = _day(visit, "first"), _day(visit, "last"), visit.form.get("site", "")
    sites = {str(one.id): one.id for one in own_sites(visit, session)}
    site_id = sites.get(site)
    if first is None or last is None or not first <= last <= first + _LONGEST or (site and site_id is None):
        raise NotThereError
    if not _may_change(visit, site_id):
        raise NotThereError
    return first, last, site_id


def _day(visit: Visit, name: str) -> date | None:
    try:
        return date.fromisoformat(visit.form.get(name, ""))
    except ValueError:
        return None


def _note(visit: Visit, session: Any, detail: dict[str, Any]) -> None:
    audit.note(
        session, visit.hub.id, person_ref=None, author=visit.author, what="holidays", detail=detail, now=visit.now
    )
