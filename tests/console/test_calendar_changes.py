"""The calendar: planning, changing and calling off; who is told, who keeps a place, and for whom it is."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col

from bot.console.calendar.whom import Whom, differing, read_whom
from flows.library import shipped
from flows.rules.access import Role
from storage.tables import AuditRow, BookingRow, HolidayRow, OutboxRow, PersonRow, SlotRow, WaitRow
from tests.console.dates import (
    FOREIGN,
    LEADS,
    PARTNERS,
    first_filled,
    list_booked,
    list_rows,
    list_slots,
    open_page,
    read_slot,
    site_number,
)
from tests.console.opened import MONDAY, Demo

# --- planning ---------------------------------------------------------------------------------------------------------

_FORM: dict[str, Any] = {
    "kind": "shift",
    "day": "2026-12-07",
    "time": "16:00",
    "minutes": "45",
    "capacity": "3",
    "title_en": "Math club",
    "title_es": "Club de mate",
    "role": "tutor",
    "subject": "math",
    "grades": "3-5",
    "language": "es",
    "needs": "first_training",
}


async def test_a_series_is_planned_by_plain_fields_without_the_holidays(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)

    answer = await demo.press(
        "/console/calendar/new",
        **_FORM,
        site=site_number(demo, LEADS),
        weekday=["WE", "MO"],
        until="2027-01-06",
        one_to_one="on",
    )

    made = list_slots(demo, title="Math club")
    assert [slot.starts_local for slot in made] == [f"2026-12-{day}T16:00" for day in ("07", "09", "14", "16")] + [
        "2027-01-04T16:00",
        "2027-01-06T16:00",
    ]
    first = made[0]
    assert answer.headers["location"] == f"/console/calendar/{first.ref}"
    assert (first.role, first.subject, first.grades, first.language) == ("tutor", "math", "3-5", "es")
    assert (first.capacity, first.minutes, first.one_to_one, first.supervised) == (3, 45, True, True)
    assert json.loads(first.needs_courses) == ["first_training"]
    assert json.loads(first.title) == {"en": "Math club", "es": "Club de mate"}


async def test_one_training_online_is_planned(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)

    await demo.press(
        "/console/calendar/new",
        **{**_FORM, "kind": "training"},
        place="online: https://x.example",
        course="reading_tutor",
    )

    (made,) = list_slots(demo, None, kind="training", title="Math club")
    assert (made.place, made.course, made.series_id) == ("online: https://x.example", "reading_tutor", None)


_NOT_PLANNED = (
    ("title_en", " ", "Give it a name in English."),
    ("minutes", "0", "Write how many minutes"),
    ("minutes", "x", "Write how many minutes"),
    ("capacity", "-1", "Write how many places"),
    ("grades", "zz", "Write grades like"),
    ("day", "2026-11-01", "That time is over"),
    ("day", "x", "Choose a day."),
    ("time", "25:00", "Choose a time of day."),
    ("until", "2026-01-01", "The last day must be"),
    ("site", "", "Say where it is"),
)


async def test_what_cannot_be_planned_is_told_with_what_was_typed(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)

    for field, value, sentence in _NOT_PLANNED:
        form = {**_FORM, "site": site_number(demo, LEADS), field: value}
        answer = await demo.press("/console/calendar/new", status=422, **form, weekday=["MO"])
        assert sentence in answer.text, (field, value)
        assert field == "title_en" or 'value="Math club"' in answer.text

    assert list_slots(demo, title="Math club") == []


async def test_a_rule_without_a_day_is_told(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)

    answer = await demo.press(
        "/console/calendar/new",
        status=422,
        **_FORM,
        site=site_number(demo, LEADS),
        weekday=["SU"],
        until="2026-12-08",
    )

    assert "There is no such day" in answer.text


@pytest.mark.parametrize("where", [PARTNERS, None])
async def test_a_site_lead_plans_at_own_sites_alone(demo: Demo, where: str | None) -> None:
    await demo.enter(Role.SITE_LEAD)
    site = site_number(demo, where) if where else ""

    refused = await demo.press("/console/calendar/new", status=422, **_FORM, site=site, place="at home")
    await demo.press("/console/calendar/new", **_FORM, site=site_number(demo, LEADS))

    assert "Say where it is" in refused.text
    assert len(list_slots(demo, title="Math club")) == 1


# --- changing ---------------------------------------------------------------------------------------------------------


def _as_it_is(slot: SlotRow) -> dict[str, Any]:
    title = json.loads(slot.title)
    return {
        "day": slot.starts_local[:10],
        "time": slot.starts_local[11:],
        "minutes": str(slot.minutes),
        "capacity": str(slot.capacity),
        "title_en": title["en"],
        "title_es": title["es"],
        "site": str(slot.site_id),
        "place": "",
    }


async def test_a_preview_changes_nothing_and_says_whom_the_change_will_tell(demo: Demo) -> None:
    slot = first_filled(demo, title="After-school")
    later = [one for one in list_slots(demo, title="After-school") if one.series_id == slot.series_id]
    form = {**_as_it_is(slot), "time": "16:15", "which": "all"}
    await demo.enter(Role.COORDINATOR)
    before = len(list_rows(demo, OutboxRow)), len(list_rows(demo, AuditRow))

    preview = " ".join((await demo.press(f"/console/calendar/{slot.ref}/edit", status=200, **form)).text.split())
    untouched = read_slot(demo, slot.ref).starts_local, len(list_rows(demo, OutboxRow)), len(list_rows(demo, AuditRow))
    await demo.press(f"/console/calendar/{slot.ref}/edit", **form, sure="yes")

    told = list_rows(demo, OutboxRow, col(OutboxRow.dedupe_key).startswith("changed:"))
    assert untouched == (slot.starts_local, *before)
    assert f"Dates that change: {len(later)}" in preview
    assert f"{len(told)} places are kept, and everybody is told" in preview
    assert str(list_booked(demo, slot)[0][1].given_name) in preview
    assert {
        one.starts_local[11:] for one in list_slots(demo, title="After-school") if one.series_id == slot.series_id
    } == {"16:15"}


async def test_only_what_was_touched_is_changed_in_the_others(demo: Demo) -> None:
    first, second, *_ = (slot for slot in list_slots(demo, title="After-school"))
    await demo.enter(Role.COORDINATOR)
    alone = {**_as_it_is(second), "capacity": "9", "which": "one"}
    await demo.press(f"/console/calendar/{second.ref}/edit", **alone, sure="yes")

    title = {**_as_it_is(first), "title_en": "Homework", "which": "following"}
    await demo.press(f"/console/calendar/{first.ref}/edit", **title, sure="yes")

    after = read_slot(demo, second.ref)
    assert (json.loads(after.title)["en"], after.capacity, read_slot(demo, first.ref).capacity) == (
        "Homework",
        9,
        first.capacity,
    )


async def test_who_is_too_young_for_what_it_becomes_is_named_before_and_leaves_after(demo: Demo) -> None:
    slot = first_filled(demo, title="After-school")
    booking, person = list_booked(demo, slot)[0]
    with demo.app.database.session() as session:
        session.get_one(PersonRow, person.id).birth_date = date(2011, 5, 14)
        for _, other in list_booked(demo, slot)[1:]:
            session.get_one(PersonRow, other.id).birth_date = date(1956, 5, 14)
    form = {**_as_it_is(slot), "one_to_one": "on", "which": "one"}
    await demo.enter(Role.COORDINATOR)

    preview = await demo.press(f"/console/calendar/{slot.ref}/edit", status=200, **form)
    await demo.press(f"/console/calendar/{slot.ref}/edit", **form, sure="yes")

    assert "1 person loses their place: they are under 18" in preview.text
    assert str(person.given_name) in preview.text
    assert person.id not in [one.id for _, one in list_booked(demo, slot)]
    assert list_rows(demo, BookingRow, col(BookingRow.id) == booking.id)[0].status == "released"


async def test_what_cannot_be_changed_is_told(demo: Demo) -> None:
    slot = first_filled(demo)
    await demo.enter(Role.COORDINATOR)

    for change, sentence in (
        ({}, "Nothing was changed."),
        ({"day": "2026-11-01"}, "Some would then be over already."),
        ({"minutes": "x"}, "Write how many minutes"),
        ({"time": ""}, "Choose a time of day."),
    ):
        answer = await demo.press(f"/console/calendar/{slot.ref}/edit", status=422, **{**_as_it_is(slot), **change})
        assert sentence in answer.text, change


async def test_a_series_that_reaches_other_sites_is_not_a_site_leads_to_change(demo: Demo) -> None:
    slot = first_filled(demo, title="After-school")
    last = [one for one in list_slots(demo, title="After-school") if one.series_id == slot.series_id][-1]
    with demo.app.database.session() as session:
        session.get_one(SlotRow, last.id).site_id = int(site_number(demo, FOREIGN))
    await demo.enter(Role.SITE_LEAD)

    change = {**_as_it_is(slot), "capacity": "9", "which": "all"}
    refused = await demo.press(f"/console/calendar/{slot.ref}/edit", status=422, **change, sure="yes")
    call_off = await demo.press(f"/console/calendar/{slot.ref}/call-off", status=422, which="following")

    assert "at sites that are not yours" in refused.text
    assert "at sites that are not yours" in call_off.text
    assert read_slot(demo, last.ref).capacity == last.capacity
    assert not read_slot(demo, slot.ref).cancelled


# --- for whom ---------------------------------------------------------------------------------------------------------

_HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def _whom(slot: SlotRow) -> dict[str, Any]:
    """Return what the form shows of whom a slot is for."""
    asked = {name: getattr(slot, name) or "" for name in ("role", "subject", "grades", "language", "course")}
    return {**asked, "needs": json.loads(slot.needs_courses)}


async def test_for_whom_it_is_changes_in_all_and_nobody_is_told_or_dropped(demo: Demo) -> None:
    slot = first_filled(demo, title="After-school")
    chosen = [one for one in list_slots(demo, title="After-school") if one.series_id == slot.series_id]
    whom = {"role": "mentor", "subject": "math", "grades": "3-5", "language": "es"}
    form = {**_as_it_is(slot), **whom, "needs": ["first_training", "reading_tutor"], "which": "all"}
    await demo.enter(Role.COORDINATOR)
    before = len(list_rows(demo, OutboxRow)), {one.ref: one.taken for one in chosen}

    preview = (await demo.press(f"/console/calendar/{slot.ref}/edit", status=200, **form)).text
    sent: dict[str, Any] = {}
    for name, value in _HIDDEN.findall(preview):
        sent.setdefault(name, []).append(value)
    await demo.press(f"/console/calendar/{slot.ref}/edit", **sent, sure="yes")

    after = [read_slot(demo, one.ref) for one in chosen]
    wanted = {**whom, "course": "", "needs": ["first_training", "reading_tutor"]}
    assert [_whom(one) for one in after] == [wanted] * len(chosen)
    assert (len(list_rows(demo, OutboxRow)), {one.ref: one.taken for one in after}) == before
    assert "Nobody has to be told of this." in preview
    page = await open_page(demo, f"/console/calendar/{slot.ref}")
    assert "Reading with children" in page


async def test_who_does_not_fit_any_more_is_named_before_and_stays(demo: Demo) -> None:
    slot = first_filled(demo, title="After-school")
    person = list_booked(demo, slot)[0][1]
    form = {**_as_it_is(slot), **_whom(slot), "role": "mentor", "which": "one"}
    await demo.enter(Role.COORDINATOR)

    preview = (await demo.press(f"/console/calendar/{slot.ref}/edit", status=200, **form)).text
    await demo.press(f"/console/calendar/{slot.ref}/edit", **form, sure="yes")
    to_fit = await demo.press(f"/console/calendar/{slot.ref}/edit", status=200, **{**form, "role": ""})

    assert re.search(r"keeps? their place, but do(es)? not fit any more", preview)
    assert str(person.given_name) in preview.partition("not fit any more")[2]
    assert person.id in [one.id for _, one in list_booked(demo, slot)]
    assert "not fit any more" not in to_fit.text


async def test_what_was_asked_is_cleared_by_leaving_it_empty(demo: Demo) -> None:
    slot = first_filled(demo, title="After-school")
    assert slot.role
    assert json.loads(slot.needs_courses)
    form = {**_as_it_is(slot), "role": "", "subject": "", "grades": "", "language": "", "which": "one"}
    await demo.enter(Role.COORDINATOR)

    await demo.press(f"/console/calendar/{slot.ref}/edit", **form, sure="yes")

    after = read_slot(demo, slot.ref)
    assert (after.role, after.subject, after.grades, after.language) == (None, None, "", None)
    assert after.needs_courses == "[]"


async def test_a_form_that_does_not_ask_for_whom_leaves_it(demo: Demo) -> None:
    slot = first_filled(demo, title="After-school")
    await demo.enter(Role.COORDINATOR)

    await demo.press(f"/console/calendar/{slot.ref}/edit", **{**_as_it_is(slot), "capacity": "9"}, sure="yes")
    same = await demo.press(
        f"/console/calendar/{slot.ref}/edit", status=422, **{**_as_it_is(slot), **_whom(slot), "capacity": "9"}
    )

    assert (_whom(read_slot(demo, slot.ref)), read_slot(demo, slot.ref).capacity) == (_whom(slot), 9)
    assert "Nothing was changed." in same.text


async def test_what_the_flows_do_not_know_stays_a_choice(demo: Demo) -> None:
    slot = first_filled(demo, title="After-school")
    with demo.app.database.session() as session:
        row = session.get_one(SlotRow, slot.id)
        row.subject, row.needs_courses = "Chess", '["old_course"]'
    await demo.enter(Role.COORDINATOR)

    page = await open_page(demo, f"/console/calendar/{slot.ref}/edit")
    wrong = await demo.press(
        f"/console/calendar/{slot.ref}/edit", status=422, **{**_as_it_is(slot), **_whom(slot), "grades": "zz"}
    )

    assert '<option value="Chess" selected>Chess</option>' in page
    assert 'name="needs" value="old_course" checked' in page
    assert "Whoever has a place keeps it; it is offered to those who fit from now on." in page
    assert 'name="course"' not in page
    assert "Write grades like" in wrong.text


_LIBRARY = shipped()
_word = st.sampled_from(["", "tutor", "mentor", "math", "es", "first_training", "reading_tutor", "Chess", "old course"])
_whoms = st.builds(
    Whom,
    role=_word,
    subject=_word,
    grades=st.sampled_from(["", "K-2", "3-5", "any old words"]),
    language=_word,
    course=_word,
    needs_courses=st.lists(_word.filter(bool), unique=True).map(tuple),
)


@given(now=_whoms)
def test_a_form_sent_back_as_it_is_changes_nothing_whatever_stands_there(now: Whom) -> None:
    wrong: list[str] = []
    form = {name: getattr(now, name) for name in ("role", "subject", "grades", "language", "course")}

    read = read_whom(form, sorted(now.needs_courses), _LIBRARY, wrong, now)

    assert (differing(read, now), wrong) == ({}, [])


# --- calling off ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["one", "following"])
async def test_calling_off_counts_whom_it_tells_and_tells_them(demo: Demo, which: str) -> None:
    slot = first_filled(demo, title="After-school")
    chosen = [one for one in list_slots(demo, title="After-school") if one.series_id == slot.series_id]
    chosen = [one for one in chosen if one.starts_at >= slot.starts_at] if which == "following" else [slot]
    with demo.app.database.session() as session:
        waits = WaitRow(
            hub=demo.app.hub.id,
            person_id=list_booked(demo, first_filled(demo, PARTNERS))[0][1].id or 0,
            slot_id=slot.id or 0,
            joined_at=MONDAY,
            changed_at=MONDAY,
        )
        session.add(waits)
    booked = sum(one.taken for one in chosen)
    await demo.enter(Role.COORDINATOR)

    asked = await open_page(demo, f"/console/calendar/{slot.ref}/call-off")
    await demo.press(f"/console/calendar/{slot.ref}/call-off", which=which)

    assert f"{booked} places are given back, and all are told · 1 waiting" in asked
    told = list_rows(demo, OutboxRow, col(OutboxRow.dedupe_key).startswith("called_off:"))
    assert len(told) == booked + 1
    assert all(read_slot(demo, one.ref).cancelled for one in chosen)
    assert "This was called off." in await demo.open(f"/console/calendar/{slot.ref}")
    again = await demo.press(f"/console/calendar/{slot.ref}/call-off", status=422, which="one")
    assert "It is called off already." in again.text


# --- days without school ----------------------------------------------------------------------------------------------


async def test_holidays_are_noted_named_with_what_stands_on_them_and_removed(demo: Demo) -> None:
    slot = first_filled(demo, title="After-school", after=MONDAY + timedelta(days=7))
    day = slot.starts_local[:10]
    await demo.enter(Role.COORDINATOR)

    await demo.press("/console/calendar/holidays", name="Snow", first=day, last="", site=str(slot.site_id))
    page = await open_page(demo, "/console/calendar/holidays")
    days: dict[str, Any] = {"first": day, "last": day, "site": str(slot.site_id)}
    await demo.press("/console/calendar/holidays/call-off", **days)

    assert "Snow" in page
    assert f"/console/calendar/{slot.ref}" in page
    assert read_slot(demo, slot.ref).cancelled
    assert not list_slots(demo, PARTNERS, title="After-school", after=MONDAY + timedelta(days=7))[0].cancelled
    await demo.press("/console/calendar/holidays/remove", **days)
    assert list_rows(demo, HolidayRow, col(HolidayRow.name) == "Snow") == []


async def test_a_site_lead_changes_the_days_of_own_sites_alone(demo: Demo) -> None:
    await demo.enter(Role.SITE_LEAD)
    own = site_number(demo, LEADS)
    days: dict[str, Any] = {"first": "2026-12-21", "last": "2027-01-03"}

    for site in ("", site_number(demo, FOREIGN)):
        await demo.press("/console/calendar/holidays", status=422, name="Snow", first="2026-12-01", site=site)
        await demo.press("/console/calendar/holidays/remove", status=404, **days, site=site)
        await demo.press("/console/calendar/holidays/call-off", status=404, **days, site=site)
    await demo.press("/console/calendar/holidays", name="Snow", first="2026-12-01", site=own)

    assert [str(row.site_id) for row in list_rows(demo, HolidayRow, col(HolidayRow.name) == "Snow")] == [own]


async def test_days_that_are_over_or_none_are_refused(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)

    for first in ("2026-11-01", "x", "2099-01-01"):
        answer = await demo.press("/console/calendar/holidays", status=422, name="Snow", first=first)
        assert "Choose a first day from today on" in answer.text, first
