"""List who waits for a human, longest first."""

from __future__ import annotations

from bot.console.answers import Answer, Page
from bot.console.house import Visit
from bot.console.inbox.room import room
from flows.rules.access import Permission
from storage import inbox


@room.get("/inbox", Permission.SEE_PEOPLE)
def show(visit: Visit) -> Answer:
    """Show all threads, those first that need an answer."""
    with visit.reading() as session:
        threads = inbox.list_threads(session, visit.hub.id, sites=visit.sites, now=visit.now)
    mine = [thread for thread in threads if thread.held_by == visit.user.ref]
    values = {
        "waiting": [thread for thread in threads if thread.waits_since and not thread.snoozed_until],
        "mine": [thread for thread in mine if not thread.waits_since and not thread.snoozed_until],
        "others": [
            thread
            for thread in threads
            if thread.held_by != visit.user.ref and not thread.waits_since and not thread.snoozed_until
        ],
        "snoozed": [thread for thread in threads if thread.snoozed_until],
    }
    return Page(template="_inbox.html" if visit.is_piece else "inbox.html", values=values)
