"""Today: who needs a human now, and what takes place today."""

from __future__ import annotations

from bot.console.answers import Answer, Led, Page
from bot.console.house import Visit
from bot.console.room import Room
from flows.rules.access import Permission
from storage import tasks

room = Room("today", home="/console", needs=Permission.SEE_PEOPLE)


@room.get("", Permission.OWN)
def show(visit: Visit) -> Answer:
    """Show who needs a human, longest waiting first."""
    if not visit.may(Permission.SEE_PEOPLE):
        return Led(to="/console/account")
    with visit.reading() as session:
        waiting = tasks.list_open(session, visit.hub.id)
    return Page(template="today.html", values={"waiting": waiting})


@room.get("/needs", Permission.OWN)
def needs(visit: Visit) -> Answer:
    """Count who needs a human, for the navigation."""
    if not visit.may(Permission.SEE_PEOPLE):
        return Page(template="_needs.html", values={"number": 0})
    with visit.reading() as session:
        number = len({person.id for _, person in tasks.list_open(session, visit.hub.id) if person})
    return Page(template="_needs.html", values={"number": number})
