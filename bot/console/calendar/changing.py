"""Change or call off one, this and the following, or all of a series: first what would come of it, then do it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot import timetable
from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.calendar.making import MOST_MINUTES, MOST_SEATS, Reader
from bot.console.calendar.room import room
from bot.console.calendar.shown import own_sites
from bot.console.calendar.slot import find_slot
from bot.console.calendar.whom import choices, differing, whom_of
from bot.console.house import Visit
from flows.facts import SlotKind
from flows.rules.access import Permission
from storage import audit, planned
from storage import timetable as stored
from storage.changes import Change, Reach, TimetableError
from storage.tables import SlotRow


@room.get("/calendar/{ref}/edit", Permission.PLAN)
def ask(visit: Visit) -> Answer:
    """Show the form, filled in as it is."""
    with visit.reading() as session:
        slot = find_slot(visit, session)
        return Page(
            template="calendar_edit.html",
            values=_form(visit, session, slot, _as_it_is(slot), needs=whom_of(slot).needs_courses),
        )


@room.post("/calendar/{ref}/edit", Permission.PLAN)
def change(visit: Visit) -> Answer:
    """Show what would come of a change; with ``sure`` make it, and tell everybody whom it concerns."""
    house = visit.house
    with visit.reading() as session:
        slot = find_slot(visit, session)
        reader = Reader(visit, own_sites(visit, session))
        wanted, reach = _wanted(visit, reader, slot), _reach(visit, slot)
        wrong = list(reader.wrong)
        if not wrong and wanted == Change():
            wrong = ["nothing"]
        if not wrong:
            wrong = _refused(visit, session, slot, reach)
        if wrong:
            values = _form(visit, session, slot, visit.form, needs=visit.fields.get("needs", ()), wrong=wrong)
            return Page(template="calendar_edit.html", values=values, status=422)
    try:
        if visit.form.get("sure") == "yes":
            timetable.edit(
                house.database, house.hub, house.library.phrases, slot.ref, wanted, reach=reach, now=visit.now
            )
            _note(visit, slot, {"changed": reach.value})
            return Led(to=f"/console/calendar/{slot.ref}", told="changed")
        foreseen = timetable.foresee(
            house.database, house.hub, house.library, slot.ref, wanted, reach=reach, now=visit.now
        )
    except TimetableError as error:
        with visit.reading() as session:
            slot = find_slot(visit, session)
            needs, wrong = visit.fields.get("needs", ()), [f"cannot.{error.why}"]
            values = _form(visit, session, slot, visit.form, needs=needs, wrong=wrong)
        return Page(template="calendar_edit.html", values=values, status=422)
    concerned = [*foreseen.told, *foreseen.too_young, *foreseen.uncovered, *foreseen.lacking]
    with visit.reading() as session:
        names = planned.name_people(session, [one.person_id for one in (*concerned, *foreseen.unfit)])
    values = {
        "slot": slot,
        "name": _name(visit, slot),
        "reach": reach.value,
        "form": {name: values for name, values in visit.fields.items() if name != "sure"},
        "foreseen": foreseen,
        "names": names,
        "untold": sum(not one.can_be_told for one in concerned),
    }
    return Page(template="calendar_preview.html", values=values)


@room.get("/calendar/{ref}/call-off", Permission.PLAN)
def ask_call_off(visit: Visit) -> Answer:
    """Show how many would be told if it were called off."""
    return _call_off_page(visit, wrong="")


@room.post("/calendar/{ref}/call-off", Permission.PLAN)
def call_off(visit: Visit) -> Answer:
    """Call it off; whoever has a place or waits for one is told."""
    house = visit.house
    with visit.reading() as session:
        slot = find_slot(visit, session)
        reach = _reach(visit, slot)
        wrong = _refused(visit, session, slot, reach)
    if wrong:
        return _call_off_page(visit, wrong=wrong[0])
    changed = timetable.call_off(house.database, house.hub, house.library.phrases, slot.ref, reach=reach, now=visit.now)
    _note(visit, slot, {"called_off": len(changed.slots)})
    told = len(changed.booked) + len(changed.in_line)
    return Led(to=f"/console/calendar/{slot.ref}", told="called_off", values={"n": str(told)})


def _call_off_page(visit: Visit, *, wrong: str) -> Answer:
    with visit.reading() as session:
        slot = find_slot(visit, session)
        counted = {}
        for reach in Reach if slot.series_id else (Reach.ONE,):
            if not _refused(visit, session, slot, reach):
                chosen = stored.choose(session, visit.hub.id, slot.ref, reach, visit.now)
                counted[reach.value] = (len(chosen), *planned.count_concerned(session, chosen))
        if not counted and not wrong:
            (wrong,) = _refused(visit, session, slot, Reach.ONE)
        values = {"slot": slot, "name": _name(visit, slot), "counted": counted, "wrong": wrong}
    return Page(template="calendar_call_off.html", values=values, status=422 if wrong else 200)


# --- what is wanted ---------------------------------------------------------------------------------------------------


def _reach(visit: Visit, slot: SlotRow) -> Reach:
    which = visit.form.get("which", Reach.ONE.value)
    if which not in set(Reach) or (slot.series_id is None and which != Reach.ONE):
        raise NotThereError
    return Reach(which)


def _refused(visit: Visit, session: Any, slot: SlotRow, reach: Reach) -> list[str]:
    """Say what keeps a change from being made; one that reaches beyond the user's own sites is not theirs to make."""
    try:
        chosen = stored.choose(session, visit.hub.id, slot.ref, reach, visit.now)
    except TimetableError as error:
        return [f"cannot.{error.why}"]
    elsewhere = visit.sites is not None and any(one.site_id not in visit.sites for one in chosen)
    return ["cannot.elsewhere"] if elsewhere else []


def _wanted(visit: Visit, reader: Reader, slot: SlotRow) -> Change:
    """Read what differs from how it is: what was not touched is left alone, also in the others of a series."""
    form, was = visit.form, _as_it_is(slot)
    one_only = _reach(visit, slot) is Reach.ONE
    title, day, at = reader.title(), reader.day("day"), reader.time()
    minutes, capacity = reader.number("minutes", 1, MOST_MINUTES), reader.number("capacity", 0, MOST_SEATS)
    site, place = reader.site(), form.get("place", "").strip()
    if title is None:
        reader.wrong.append("title")
    if site is None and (not place or visit.sites is not None):
        reader.wrong.append("place")
    if at is None or (day is None and one_only):
        reader.wrong.append("time" if at is None else "day")
    moved_day = one_only and day is not None and day.isoformat() != was["day"]
    moved_time = at is not None and f"{at:%H:%M}" != was["time"]
    moved = one_only and (moved_day or moved_time) and day is not None and at is not None
    supervised, one_to_one = "unsupervised" not in form, "one_to_one" in form
    whom = whom_of(slot)
    narrowed = differing(reader.whom(whom), whom)
    return Change(
        starts_local=datetime.combine(day, at) if moved and day and at else None,
        at=at if moved_time and not one_only else None,
        minutes=minutes if minutes != slot.minutes else None,
        capacity=capacity if capacity != slot.capacity else None,
        title=title if title != json.loads(slot.title) else None,
        site=site if site is not None and site.id != slot.site_id else None,
        place=place if site is None and (slot.site_id is not None or place != slot.place) else None,
        supervised=supervised if supervised != slot.supervised else None,
        one_to_one=one_to_one if one_to_one != slot.one_to_one else None,
        **narrowed,
    )


def _as_it_is(slot: SlotRow) -> dict[str, str]:
    title = json.loads(slot.title)
    flags = {"one_to_one": slot.one_to_one, "unsupervised": not slot.supervised}
    whom = whom_of(slot)
    return {
        "day": slot.starts_local[:10],
        "time": slot.starts_local[11:16],
        "minutes": str(slot.minutes),
        "capacity": str(slot.capacity),
        "title_en": title.get("en", ""),
        "title_es": title.get("es", ""),
        "site": str(slot.site_id or ""),
        "place": slot.place,
        "which": Reach.ONE.value,
        "role": whom.role,
        "subject": whom.subject,
        "grades": whom.grades,
        "language": whom.language,
        "course": whom.course,
        **{name: "on" for name, is_on in flags.items() if is_on},
    }


def _form(
    visit: Visit, session: Any, slot: SlotRow, form: Any, *, needs: Sequence[str], wrong: Sequence[str] = ()
) -> dict[str, Any]:
    return {
        "slot": slot,
        "name": _name(visit, slot),
        "form": form,
        "wrong": list(dict.fromkeys(wrong)),
        "sites": own_sites(visit, session),
        "reaches": [reach.value for reach in Reach] if slot.series_id else [],
        "has_begun": slot.starts_at <= visit.now,
        "choices": choices(visit.house.library, visit.language, whom_of(slot)),
        "needs": needs,
        "teaches": slot.kind == SlotKind.TRAINING.value,
        "most_minutes": MOST_MINUTES,
        "most_seats": MOST_SEATS,
    }


def _name(visit: Visit, slot: SlotRow) -> str:
    titles = json.loads(slot.title)
    return str(titles.get(visit.language) or titles.get("en", ""))


def _note(visit: Visit, slot: SlotRow, detail: dict[str, Any]) -> None:
    with visit.writing() as session:
        noted = {"slot": slot.ref, **detail}
        audit.note(
            session, visit.hub.id, person_ref=None, author=visit.author, what="timetable", detail=noted, now=visit.now
        )
