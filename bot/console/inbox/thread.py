"""Talk to one person: claim, answer now or later, lay aside, hand back."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Final
from uuid import uuid4

from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.house import Visit
from bot.console.inbox.room import room
from bot.console.people.person import find_person, is_minor, note_seen
from channels.capabilities import CAPABILITIES
from flows.reasons import say_reason
from flows.rules.access import Permission
from flows.text import fold, segments
from storage import canned_replies, inbox, users
from storage.inbox import Hold, Refusal
from storage.tables import AddressRow, PersonRow

#: What the narrowest channel takes in one message.
MOST_CHARS: Final = min(capabilities.max_chars for capabilities in CAPABILITIES.values())
#: How far ahead an answer may be planned.
_FURTHEST: Final = timedelta(days=60)
#: When what is laid aside until tomorrow is shown again, by the hub's clock.
_MORNING: Final = time(9)
_SNOOZES: Final = ("hour", "tomorrow", "week")


@room.get("/inbox/{ref}", Permission.SEE_PEOPLE)
def show(visit: Visit) -> Answer:
    """Show the talk with one person, and what can be done."""
    with visit.reading() as session:
        person = find_person(visit, session)
        values = _values(visit, session, person)
    if not visit.is_piece:  # an open page asks for its talk again and again
        note_seen(visit, person)
    return Page(template="_talk.html" if visit.is_piece else "thread.html", values=values)


@room.post("/inbox/{ref}/claim", Permission.ANSWER)
def claim(visit: Visit) -> Answer:
    """Answer somebody instead of the bot; with ``force`` also instead of a colleague."""
    with visit.writing() as session:
        person = find_person(visit, session)
        by_force = visit.form.get("force") == "yes"
        claimed = inbox.claim(session, person, visit.user.ref, author=visit.author, now=visit.now, by_force=by_force)
        here = _here(person)
    return Led(to=here) if claimed else Led(to=here, told="held_by_another")


@room.post("/inbox/{ref}/write", Permission.ANSWER)
def write(visit: Visit) -> Answer:
    """Write to them, now or at the time that the form names; who writes holds the talk."""
    words = visit.form.get("text", "").strip()
    with visit.writing() as session:
        person = find_person(visit, session)
        leaves_at, wrong = _leaves_at(visit)
        if not words:
            wrong = "empty"
        elif len(fold(words)) > MOST_CHARS:
            wrong = "too_long"
        if not wrong:
            refusal = inbox.write(
                session,
                person,
                visit.user.ref,
                words=words,
                key=visit.form.get("key", uuid4().hex)[:40],
                author=visit.author,
                now=visit.now,
                leaves_at=leaves_at,
            )
            wrong = refusal.value if refusal else ""
        if wrong:
            status = 409 if wrong == Refusal.HELD_BY_ANOTHER else 422
            values = {**_values(visit, session, person), "wrong": wrong, "text": words}
            return Page(template="thread.html", values=values, status=status)
        return Led(to=_here(person), told="planned" if leaves_at else "sent")


@room.post("/inbox/{ref}/take-back", Permission.ANSWER)
def take_back(visit: Visit) -> Answer:
    """Take back words that have not left yet."""
    with visit.writing() as session:
        person = find_person(visit, session)
        gone = not inbox.unschedule(session, person, visit.form.get("message", ""), visit.now)
        return Led(to=_here(person), told="too_late" if gone else "taken_back")


@room.post("/inbox/{ref}/snooze", Permission.ANSWER)
def snooze(visit: Visit) -> Answer:
    """Lay a thread aside until later; it is back as soon as they write."""
    until = _snoozed_until(visit)
    with visit.writing() as session:
        person = find_person(visit, session)
        if not inbox.claim(session, person, visit.user.ref, author=visit.author, now=visit.now):
            return Led(to=_here(person), told="held_by_another")
        inbox.snooze(session, person, visit.user.ref, until=until, now=visit.now)
    return Led(to="/console/inbox", told="snoozed")


@room.post("/inbox/{ref}/hand-back", Permission.ANSWER)
def hand_back(visit: Visit) -> Answer:
    """Let the bot go on; what staff was asked about this person is done."""
    with visit.writing() as session:
        person = find_person(visit, session)
        if not inbox.hand_back(session, person, visit.user.ref, author=visit.author, now=visit.now):
            return Led(to=_here(person), told="held_by_another")
    return Led(to="/console/inbox", told="handed_back")


def _values(visit: Visit, session: Any, person: PersonRow) -> dict[str, Any]:
    hold, holder_ref = inbox.hold_of(session, person, visit.user.ref)
    holder = users.find(session, visit.hub.id, holder_ref) if hold is Hold.ANOTHERS else None
    address = session.get(AddressRow, person.address_id) if person.address_id else None
    language = person.language or visit.hub.languages[0]
    return {
        "person": person,
        "minor": is_minor(visit, person),
        "address": address,
        "hold": hold.value,
        "holder": holder.name if holder else holder_ref,
        "said": inbox.read_talk(session, person),
        "refusal": inbox.refuses(session, person, visit.now),
        "canned": [
            (reply, canned_replies.text_of(reply, language)) for reply in canned_replies.list_all(session, visit.hub.id)
        ],
        "reasons": inbox.open_reasons(session, person),
        "why": lambda reason: say_reason(reason, visit.language),
        "parts": lambda text: segments(fold(text)),
        "key": uuid4().hex,
        "most": MOST_CHARS,
        "snoozes": _SNOOZES,
        "wrong": "",
        "text": "",
    }


def _leaves_at(visit: Visit) -> tuple[datetime | None, str]:
    """Read when it shall leave, by the hub's clock; the second says what is wrong with it."""
    typed = visit.form.get("at", "").strip()
    if not typed:
        return None, ""
    try:
        at = datetime.fromisoformat(typed).replace(tzinfo=visit.house.zone)
    except ValueError:
        return None, "no_time"
    if at <= visit.now:
        return None, "past"
    return (None, "too_far") if at > visit.now + _FURTHEST else (at, "")


def _snoozed_until(visit: Visit) -> datetime:
    match visit.form.get("until", ""):
        case "hour":
            return visit.now + timedelta(hours=1)
        case "tomorrow":
            days = 1
        case "week":
            days = 7
        case _:
            raise NotThereError
    day = visit.now.astimezone(visit.house.zone).date() + timedelta(days=days)
    return datetime.combine(day, _MORNING, visit.house.zone)


def _here(person: PersonRow) -> str:
    return f"/console/inbox/{person.ref}"
