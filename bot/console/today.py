"""Today: who needs a human now, what takes place today, and what the bot did overnight."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Final

from bot.console.answers import Answer, Led, Page
from bot.console.house import Visit
from bot.console.room import Room
from flows.rules.access import Permission
from flows.stages import Stage
from storage import browsing, daily, inbox
from storage.browsing import Sought

room = Room("today", home="/console", needs=Permission.SEE_PEOPLE)

#: When a coordinator has gone home, by the hub's clock.
_EVENING: Final = time(18)
#: People who wait, as far as one page shows them.
_MOST: Final = 8
#: Where somebody waits for another person than us.
_WAITING: Final = (
    Stage.WAITING_GUARDIAN,
    Stage.WAITING_AID_OFFICE,
    Stage.WAITING_EMPLOYER,
    Stage.IN_REVIEW,
    Stage.VETTING,
)


@room.get("", Permission.OWN)
def show(visit: Visit) -> Answer:
    """Show who needs a human, the most urgent first, what is on today, and what happened since the evening."""
    if not visit.may(Permission.SEE_PEOPLE):
        return Led(to="/console/calendar" if visit.may(Permission.SEE_CALENDAR) else "/console/account")
    zone, hub = visit.house.zone, visit.hub.id
    today = visit.now.astimezone(zone).date()
    begins = datetime.combine(today, time(), zone)
    evening = datetime.combine(today - timedelta(days=1), _EVENING, zone)
    with visit.reading() as session:
        waiting = [
            thread
            for thread in inbox.list_threads(session, hub, sites=visit.sites, now=visit.now)
            if thread.waits_since and not thread.snoozed_until
        ]
        planned = daily.list_planned(session, hub, since=begins, until=begins + timedelta(days=1), sites=visit.sites)
        stages = browsing.count_by_stage(session, hub, Sought(), sites=visit.sites)
        done = daily.count_done(session, hub, since=evening, until=visit.now) if visit.sites is None else {}
    values = {
        "waiting": waiting[:_MOST],
        "number": len(waiting),
        "planned": planned,
        "elsewhere": [(stage, stages[stage]) for stage in _WAITING if stages[stage]],
        "done": done,
        "since": evening,
        "nobody_yet": not sum(stages.values()),
    }
    return Page(template="today.html", values=values)


@room.get("/needs", Permission.OWN)
def needs(visit: Visit) -> Answer:
    """Count who needs a human, for the navigation."""
    if not visit.may(Permission.SEE_PEOPLE):
        return Page(template="_needs.html", values={"number": 0})
    with visit.reading() as session:
        threads = inbox.list_threads(session, visit.hub.id, sites=visit.sites, now=visit.now)
    number = sum(1 for thread in threads if thread.waits_since and not thread.snoozed_until)
    return Page(template="_needs.html", values={"number": number})
