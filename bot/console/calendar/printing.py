"""Print a week, and a day's lists to sign."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.console.answers import Answer, Page
from bot.console.calendar.grid import week_of
from bot.console.calendar.room import room
from bot.console.calendar.shown import read_day, read_sought, title_in, wall_clock_in
from bot.console.house import Visit
from flows.rules.access import Permission
from storage import planned


@room.get("/calendar/print", Permission.SEE_CALENDAR)
def print_week(visit: Visit) -> Answer:
    """Show a week on paper: what is on each day, and who comes."""
    return Page(template="calendar_print.html", values=_values(visit, week_of(read_day(visit)), 7))


@room.get("/calendar/sign-in", Permission.SEE_CALENDAR)
def print_day(visit: Visit) -> Answer:
    """Show the lists that people sign on one day, a place after the other."""
    return Page(template="calendar_sign_in.html", values=_values(visit, read_day(visit), 1))


def _values(visit: Visit, first: Any, days: int) -> dict[str, Any]:
    shown = [first + timedelta(days=number) for number in range(days)]
    only = visit.query.get("slot", "")
    with visit.reading() as session:
        listed = planned.list_days(
            session, visit.hub.id, shown[0], shown[-1], read_sought(visit), sites=visit.sites, now=visit.now
        )
        on = [one for one in listed if not one.cancelled and only in ("", one.ref)]
        seated = planned.list_seated(session, visit.hub.id, [one.ref for one in on]) if _sees_names(visit) else {}
    return {
        "days": [(day, [one for one in on if one.starts_local.date() == day]) for day in shown],
        "seated": seated,
        "named": _sees_names(visit),
        "title": title_in(visit),
        "wall": wall_clock_in(visit),
        "back": f"/console/calendar/{only}" if only else f"/console/calendar?day={first}",
    }


def _sees_names(visit: Visit) -> bool:
    """Tell whether names are shown: who is bound to sites is only shown those sites."""
    own = visit.may(Permission.NOTE_ATTENDANCE) and visit.sites is not None
    return visit.may(Permission.SEE_PEOPLE) or own
