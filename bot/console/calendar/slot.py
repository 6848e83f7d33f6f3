"""Show one training or shift: who comes, who waits, and what can be done about it."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from bot import placing
from bot.console.answers import Answer, NotThereError, Page
from bot.console.calendar.room import room
from bot.console.house import Visit
from flows.facts import BookingStatus, SlotKind
from flows.rules.access import Permission
from flows.rules.covering import LAST_ASK
from storage import browsing, people, planned
from storage.browsing import Sought
from storage.tables import Site, SlotRow

#: People that a search shows: each is looked at with all rules.
_MOST_FOUND: Final = 6
#: Whoever signs people in begins a little before.
_SIGNS_IN_BEFORE: Final = timedelta(hours=1)


def find_slot(visit: Visit, session: Any) -> SlotRow:
    """Find the slot that the path names.

    Raises:
        NotThereError: there is none, or not for this user.
    """
    slot = planned.find(session, visit.hub.id, visit.path["ref"], sites=visit.sites)
    if slot is None:
        raise NotThereError
    return slot


def sees_names(visit: Visit, slot: SlotRow) -> bool:
    """Tell whether a user may know who comes: at their own sites whoever notes attendance has to."""
    is_own = visit.sites is not None and slot.site_id in visit.sites
    return visit.may(Permission.SEE_PEOPLE) or (visit.may(Permission.NOTE_ATTENDANCE) and is_own)


@room.get("/calendar/{ref}", Permission.SEE_CALENDAR)
def show_slot(visit: Visit) -> Answer:
    """Show one training or shift; a piece is what a search for somebody to add has found."""
    with visit.reading() as session:
        slot = find_slot(visit, session)
        if visit.is_piece:
            return Page(template="_calendar_found.html", values={"slot": slot, **_search(visit, session, slot)})
        return Page(template="calendar_slot.html", values=values_of(visit, session, slot))


def values_of(visit: Visit, session: Any, slot: SlotRow, **more: object) -> dict[str, Any]:
    """Gather what the page of a slot shows."""
    searched = _search(visit, session, slot)
    site = session.get(Site, slot.site_id) if slot.site_id is not None else None
    named = sees_names(visit, slot)
    return {
        "slot": slot,
        "site": site,
        "line": planned.list_line(session, slot),
        "call": planned.last_call(session, slot),
        "may_call": slot.kind == SlotKind.SHIFT.value and slot.starts_at - visit.now > LAST_ASK,
        "wrong": "",
        "wrong_for": "",
        **roster_of(visit, session, slot, named=named),
        **_heading(visit, slot),
        **searched,
        **more,
    }


def roster_of(visit: Visit, session: Any, slot: SlotRow, *, named: bool) -> dict[str, Any]:
    """Gather who has a place, for the page and for the piece of it that a press changes."""
    seated = planned.list_seated(session, visit.hub.id, [slot.ref]).get(slot.ref, [])
    return {
        "slot": slot,
        "named": named,
        "seated": seated,
        "counted": {status.value: sum(one.status == status for one in seated) for status in BookingStatus},
        "has_begun": slot.starts_at <= visit.now,
        "signs_in": slot.starts_at - _SIGNS_IN_BEFORE <= visit.now,
    }


def _heading(visit: Visit, slot: SlotRow) -> dict[str, Any]:
    titles = json.loads(slot.title)
    courses = visit.house.library.courses
    starts = datetime.fromisoformat(slot.starts_local)
    ends = (slot.starts_at + timedelta(minutes=slot.minutes)).astimezone(ZoneInfo(slot.zone))
    return {
        "name": titles.get(visit.language) or titles.get("en", ""),
        "starts": starts,
        "ends_at": ends,
        "needed": [
            courses[need].title[visit.language] if need in courses else need for need in json.loads(slot.needs_courses)
        ],
        "teaches": courses[slot.course].title[visit.language]
        if slot.course and slot.course in courses
        else slot.course,
        "other_zone": slot.zone != visit.hub.zone,
    }


def _search(visit: Visit, session: Any, slot: SlotRow) -> dict[str, Any]:
    """Look for people to add, each with what keeps them from it."""
    words = visit.query.get("words", "").strip()[:80]
    may_add = visit.may(Permission.PLAN) and visit.may(Permission.SEE_PEOPLE)
    if not words or not may_add:
        return {"words": words, "people": [], **reasons(visit)}
    found = browsing.find(session, visit.hub.id, Sought(words=words), sites=visit.sites, limit=_MOST_FOUND)
    looked_at = []
    for one in found:
        person = people.find(session, visit.hub.id, one.ref)
        if person is not None:
            keeps = placing.why_not(session, visit.hub, visit.house.library, person, slot, visit.now)
            looked_at.append((one, keeps))
    session.refresh(slot)  # each look has let go of what was read before
    return {"words": words, "people": looked_at, **reasons(visit)}


def reasons(visit: Visit) -> dict[str, Any]:
    """Name what a sentence about a refusal has to name."""
    library = visit.house.library
    return {
        "requirements": {kind: one.label[visit.language] for kind, one in library.requirements.items()},
        "courses": {name: course.title[visit.language] for name, course in library.courses.items()},
    }
