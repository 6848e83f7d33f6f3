"""Change the timetable and tell everybody whom it concerns, in one transaction: nobody is changed without a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NoReturn

from bot import misfits
from flows.commands import ShiftReply
from flows.facts import Hub, Slot
from flows.library import Library
from flows.messages import Choice, Purpose
from flows.phrases import Phrases
from flows.places.shift_reply import REMINDER_STEP
from flows.rules.series import Series
from flows.wording import say_offer, say_slot
from storage import approvals, outbox, schedule, series, timetable
from storage.changes import Change, Changed, Reach
from storage.database import Database
from storage.series import Template
from storage.store import NewMessage
from storage.tables import Site, SlotRow, new_ref
from storage.touched import Touched, drop_untold, read_slot_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What was planned."""

    slots: Sequence[SlotRow]
    #: Slots of a series exist up to this day, and more follow; ``None`` for a single one.
    made_until: date | None


def plan(
    session: Any, hub: Hub, template: Template, *, starts_local: datetime, zone: str, rule: str | None, now: datetime
) -> Planned:
    """Plan a training or a shift, once or by a rule.

    Raises:
        SeriesError: the rule can never happen.
    """
    if rule is None:
        fields = {name: getattr(template, name) for name in Template.__slots__}
        return Planned(
            slots=[schedule.add_slot(session, hub.id, **fields, starts_local=starts_local, zone=zone)], made_until=None
        )
    row = series.add_series(
        session, hub.id, series=Series(rule=rule, starts_local=starts_local, zone=zone), template=template, now=now
    )
    return Planned(slots=series.list_slots_of(session, row, since=now), made_until=row.made_until)


def edit(
    database: Database, hub: Hub, phrases: Phrases, slot_ref: str, change: Change, *, reach: Reach, now: datetime
) -> Changed:
    """Change what is planned; everybody booked keeps their place, is told once, and can answer.

    Raises:
        TimetableError: it cannot be changed; the message says why.
    """
    with database.session() as session:
        changed = timetable.edit(session, hub.id, slot_ref, change, reach=reach, quiet_hours=hub.quiet_hours, now=now)
        _tell(session, hub, phrases, changed, now)
    return changed


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What would come of a change that was not made."""

    slots: int
    #: Those who would keep their place and be told.
    told: Sequence[Touched]
    #: Those who would lose their place, since it is no longer for anybody under 18.
    too_young: Sequence[Touched]
    #: Those who would lose it, since nobody pays for so much, or their school district does not let them serve then.
    uncovered: Sequence[Touched]
    #: Those who would keep it, though it would not be offered to them any more.
    unfit: Sequence[Touched] = ()
    #: Those who would lose it by the clock, since they lack what has to be brought.
    lacking: Sequence[Touched] = ()


def foresee(
    database: Database, hub: Hub, library: Library, slot_ref: str, change: Change, *, reach: Reach, now: datetime
) -> Foreseen:
    """Tell what a change would do: it is made by the very code that makes it, and taken back.

    Raises:
        TimetableError: it cannot be changed; the message says why.
    """
    try:
        with database.session() as session:
            _make_and_take_back(session, hub, library, slot_ref, change, reach, now)
    except _ForeseenError as seen:
        return seen.foreseen


def _make_and_take_back(
    session: Any, hub: Hub, library: Library, slot_ref: str, change: Change, reach: Reach, now: datetime
) -> NoReturn:
    looks = misfits.concerns(change)
    chosen = timetable.choose(session, hub.id, slot_ref, reach, now) if looks else ()
    before = {slot.ref: read_slot_of(session, slot) for slot in chosen}
    changed = timetable.edit(session, hub.id, slot_ref, change, reach=reach, quiet_hours=hub.quiet_hours, now=now)
    found = misfits.find(session, hub, library, changed.slots if looks else (), before, now=now)
    raise _ForeseenError(
        Foreseen(
            slots=len(changed.slots),
            told=tuple(changed.booked),
            too_young=tuple(changed.too_young),
            uncovered=tuple(changed.uncovered),
            unfit=tuple(found.unfit),
            lacking=tuple(found.lacking),
        )
    )


class _ForeseenError(Exception):
    """Ends a transaction that was only to show what it would do."""

    def __init__(self, foreseen: Foreseen) -> None:
        super().__init__()
        self.foreseen = foreseen


def move_site(database: Database, hub: Hub, phrases: Phrases, site_id: int, zone: str, *, now: datetime) -> Changed:
    """Put a site into another zone; whoever is booked there is told the new time on their own clock, or that it is lost."""
    with database.session() as session:
        site = session.get_one(Site, site_id)
        changed = timetable.move_site(session, site, zone, quiet_hours=hub.quiet_hours, now=now)
        _tell(session, hub, phrases, changed, now)
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


def _tell(session: Any, hub: Hub, phrases: Phrases, changed: Changed, now: datetime) -> None:
    for one in changed.booked:
        drop_untold(session, hub.id, one, now)
        held_for = approvals.held_for(session, hub.id, one.ref)
        outbox.enqueue(session, hub.id, _changed(one, hub, phrases, held_for), now)
    for why, gone in (("not_under_18", changed.too_young), ("not_covered", changed.uncovered)):
        for one in gone:
            outbox.enqueue(session, hub.id, _gone(one, hub, phrases, why), now)


def _changed(one: Touched, hub: Hub, phrases: Phrases, held_for: str | None) -> NewMessage:
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
        "organisation": held_for or "",
    }
    return NewMessage(
        dedupe_key=f"changed:{one.ref}:{new_ref()}",  # each change is told by itself, in the transaction that makes it
        person_id=one.person_id,
        text=phrases.say("held.changed" if held_for else _what_changed(before, after), language, values),
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
