"""Change the timetable and tell everybody whom it concerns, in one transaction: nobody is changed without a word."""

from __future__ import annotations

from datetime import datetime

from flows.commands import ShiftReply
from flows.facts import Hub, Slot
from flows.messages import Choice, Purpose
from flows.phrases import Phrases
from flows.places.shift_reply import REMINDER_STEP
from flows.wording import say_offer, say_slot
from storage import outbox, series, timetable
from storage.database import Database
from storage.store import NewMessage
from storage.tables import Site, new_ref
from storage.timetable import Change, Changed, Reach
from storage.touched import Touched, drop_untold


def edit(
    database: Database, hub: Hub, phrases: Phrases, slot_ref: str, change: Change, *, reach: Reach, now: datetime
) -> Changed:
    """Change what is planned; everybody booked keeps their place, is told once, and can answer.

    Raises:
        TimetableError: it cannot be changed; the message says why.
    """
    with database.session() as session:
        changed = timetable.edit(session, hub.id, slot_ref, change, reach=reach, quiet_hours=hub.quiet_hours, now=now)
        for one in changed.booked:
            drop_untold(session, hub.id, one, now)
            outbox.enqueue(session, hub.id, _changed(one, hub, phrases), now)
        for one in changed.too_young:
            outbox.enqueue(session, hub.id, _gone(one, hub, phrases, "not_under_18"), now)
        for one in changed.uncovered:
            outbox.enqueue(session, hub.id, _gone(one, hub, phrases, "not_covered"), now)
    return changed


def move_site(database: Database, hub: Hub, phrases: Phrases, site_id: int, zone: str, *, now: datetime) -> Changed:
    """Put a site into another zone; whoever is booked there is told the new time on their own clock."""
    with database.session() as session:
        site = session.get_one(Site, site_id)
        changed = timetable.move_site(session, site, zone, quiet_hours=hub.quiet_hours, now=now)
        for one in changed.booked:
            drop_untold(session, hub.id, one, now)
            outbox.enqueue(session, hub.id, _changed(one, hub, phrases), now)
        for one in changed.too_young:
            outbox.enqueue(session, hub.id, _gone(one, hub, phrases, "not_under_18"), now)
    return changed


def call_off(database: Database, hub: Hub, phrases: Phrases, slot_ref: str, *, reach: Reach, now: datetime) -> Changed:
    """Call off what is planned; whoever has a place, or waits for one, is told and shown the way to others.

    Raises:
        TimetableError: it cannot be called off; the message says why.
    """
    with database.session() as session:
        changed = timetable.cancel(session, hub.id, slot_ref, reach=reach, now=now)
        for one in (*changed.booked, *changed.in_line):
            outbox.enqueue(session, hub.id, _gone(one, hub, phrases, "called_off"), now)
    return changed


def top_up(database: Database, hub: Hub, now: datetime) -> int:
    """Make the slots of every series up to the horizon; return how many are new."""
    with database.session() as session:
        return series.top_up(session, hub.id, now)


def _changed(one: Touched, hub: Hub, phrases: Phrases) -> NewMessage:
    language = one.language or hub.languages[0]
    before, after = one.before, one.after
    values = {
        "hub": hub.name,
        "help_phone": hub.help_phone,
        "given_name": "",
        "before": say_offer(before, zone=one.zone, language=language),
        "slot": say_slot(after, zone=one.zone, language=language),
        "minutes": str(after.minutes),
        "title": after.title.get(language) or next(iter(after.title.values()), ""),
    }
    return NewMessage(
        dedupe_key=f"changed:{one.ref}:{new_ref()}",  # each change is told by itself, in the transaction that makes it
        person_id=one.person_id,
        text=phrases.say(_what_changed(before, after), language, values),
        purpose=Purpose.NOTICE,
        choices=tuple(
            Choice(
                id=reply.value,
                key=reply.value,
                label=phrases.say(f"reminder_choice.{reply.name.lower()}", language),
            )
            for reply in ShiftReply
        ),
        step=f"{REMINDER_STEP}{one.ref}",
        expires_at=after.starts_at,
    )


def _what_changed(before: Slot, after: Slot) -> str:
    if before.starts_at != after.starts_at or before.place != after.place:
        return "slot_moved"
    return "slot_lasts" if before.minutes != after.minutes else "slot_renamed"


def _gone(one: Touched, hub: Hub, phrases: Phrases, why: str) -> NewMessage:
    language = one.language or hub.languages[0]
    values = {
        "hub": hub.name,
        "help_phone": hub.help_phone,
        "given_name": "",
        "slot": say_offer(one.before, zone=one.zone, language=language),
    }
    return NewMessage(
        dedupe_key=f"{why}:{one.ref}",
        person_id=one.person_id,
        text=phrases.say(f"{why}.{one.before.kind.value}", language, values),
        purpose=Purpose.NOTICE,
        expires_at=one.before.starts_at,
    )
