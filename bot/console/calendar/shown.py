"""Show what is on, a week at a time or as a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bot.console import clockwork
from bot.console.answers import Answer, Page
from bot.console.calendar.grid import days_shown, lay_out, state_of, week_of
from bot.console.calendar.room import room
from bot.console.house import Visit
from flows.facts import SlotKind
from flows.rules.access import Permission
from storage import planned, series
from storage.planned import Listed, Sought
from storage.tables import Site

#: A page of the list, and how far ahead it looks.
_PAGE: Final = 40
_AHEAD: Final = timedelta(days=366)
_YEARS: Final = range(2000, 2101)


@room.get("/calendar", Permission.SEE_CALENDAR)
def show(visit: Visit) -> Answer:
    """Show a week, or a list from a day on, as far as it fits what is sought."""
    sought, day = read_sought(visit), read_day(visit)
    as_list = visit.query.get("view") == "list"
    with visit.reading() as session:
        found = _listed(visit, session, sought, day, as_list=as_list)
        sites = own_sites(visit, session)
        off = planned.days_off(session, visit.hub.id, week_of(day), week_of(day) + timedelta(days=6))
    offset = _offset(visit)
    days = days_shown(week_of(day), () if as_list else found)
    counted = Counter(state_of(one, visit.now) for one in found)
    values = {
        "sought": sought,
        "shown_day": day,
        "as_list": as_list,
        "days": days,
        "off": off,
        "places": [] if as_list else lay_out(days, found),
        "found": found[:_PAGE] if as_list else found,
        "offset": offset,
        "page": _PAGE,
        "has_more": as_list and len(found) > _PAGE,
        "counted": counted,
        "free": sum(one.open for one in found if state_of(one, visit.now) in ("some", "none")),
        "sites": sites,
        "roles": [option.id for option in visit.house.library.sets.choices["roles"]],
        "kinds": [kind.value for kind in SlotKind],
        "sunday": week_of(day),
        "week": timedelta(days=7),
        "state": lambda one: state_of(one, visit.now),
        "title": title_in(visit),
        "wall": wall_clock_in(visit),
        "link": lambda **changed: _link(sought, day, as_list, changed),
    }
    return Page(template="_calendar.html" if visit.is_piece else "calendar.html", values=values)


def _listed(visit: Visit, session: Any, sought: Sought, day: date, *, as_list: bool) -> Sequence[Listed]:
    first = day if as_list else week_of(day)
    last = day + _AHEAD if as_list else first + timedelta(days=6)
    page = {"limit": _PAGE + 1, "offset": _offset(visit)} if as_list else {}
    return planned.list_days(session, visit.hub.id, first, last, sought, sites=visit.sites, now=visit.now, **page)


def read_sought(visit: Visit) -> Sought:
    """Read what is sought from the address of the page."""
    query, site = visit.query, visit.query.get("site", "")
    kind = query.get("kind", "")
    return Sought(
        kind=kind if kind in set(SlotKind) else "",
        role=query.get("role", "")[:40],
        site=int(site) if site.isdecimal() and len(site) < 10 else None,
        open_only=query.get("open") == "1",
    )


def read_day(visit: Visit) -> date:
    """Read the day that is shown; today by the hub's clock when there is none."""
    try:
        day = date.fromisoformat(visit.query.get("day", ""))
    except ValueError:
        day = None
    return day if day and day.year in _YEARS else visit.now.astimezone(visit.house.zone).date()


def own_sites(visit: Visit, session: Any) -> list[Site]:
    """List the sites that the user sees."""
    return [site for site in series.list_sites(session, visit.hub.id) if visit.sites is None or site.id in visit.sites]


def title_in(visit: Visit) -> Callable[[Any], str]:
    """Return what says a slot's name in the user's language."""
    return lambda titles: str(titles.get(visit.language) or titles.get("en") or next(iter(titles.values()), ""))


def wall_clock_in(visit: Visit) -> Callable[[Listed], str]:
    """Return what says when something begins, by the clock of its place."""
    return lambda one: clockwork.clock(one.starts_at, zone=ZoneInfo(one.zone), language=visit.language)


def _offset(visit: Visit) -> int:
    offset = visit.query.get("from", "")
    return int(offset) if offset.isdecimal() and len(offset) < 6 else 0


def _link(sought: Sought, day: date, as_list: bool, changed: dict[str, object]) -> str:
    path = str(changed.pop("path", "/console/calendar"))
    named: dict[str, object] = {
        "view": "list" if as_list else "",
        "day": day,
        "kind": sought.kind,
        "role": sought.role,
        "site": sought.site,
        "open": 1 if sought.open_only else "",
    }
    given = {name: value for name, value in (named | changed).items() if value not in ("", None, 0)}
    return f"{path}?{urlencode(given)}" if given else path
