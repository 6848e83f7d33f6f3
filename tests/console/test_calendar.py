"""The calendar: who sees what of it, planning, changing and calling off, who comes, and asking others to come."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from bot.console.calendar.grid import days_shown, lay_out, state_of, week_of
from bot.console.words import read_words
from bot.ticks.covering import call_for_cover
from flows.facts import BookingStatus
from flows.rules.access import Role
from flows.rules.placement import REASONS
from storage.planned import Listed
from storage.tables import (
    AuditRow,
    BookingRow,
    CoverAskRow,
    CoverRow,
    HoursRow,
    OutboxRow,
    PersonRow,
    RequirementRow,
    SlotRow,
)
from tests.console.dates import (
    FOREIGN,
    LEADS,
    PARTNERS,
    first_filled,
    first_full,
    free_tutor,
    list_booked,
    list_rows,
    list_slots,
    open_page,
    read_slot,
)
from tests.console.opened import MONDAY, Demo

WEEK = "/console/calendar?day=2026-11-24"


# --- the week and the list --------------------------------------------------------------------------------------------


async def test_the_week_tells_of_each_how_full_it_is_in_words(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)
    slot = first_filled(demo)

    page = await open_page(demo, WEEK)

    assert f"{slot.taken}/{slot.capacity}</b> <span>{slot.capacity - slot.taken} open</span>" in page
    assert "nobody yet" in page
    assert "Thanksgiving" in page
    assert f"/console/calendar/{slot.ref}" in page
    assert "day=2026-11-15" in page
    assert "day=2026-11-29" in page


async def test_filters_leave_what_fits(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)
    week = {
        slot.ref: slot
        for slot in list_rows(demo, SlotRow, col(SlotRow.starts_local).between("2026-11-23", "2026-11-29"))
    }

    def shown(page: str) -> set[str]:
        return {ref for ref in week if f"/console/calendar/{ref}" in page}

    assert shown(await demo.open(WEEK)) == set(week)
    site = first_filled(demo).site_id
    fits: dict[str, Callable[[SlotRow], bool]] = {
        "kind=training": lambda slot: slot.kind == "training",
        "role=mentor": lambda slot: slot.role == "mentor",
        f"site={site}": lambda slot: slot.site_id == site,
        "open=1": lambda slot: slot.taken < slot.capacity and slot.starts_at > MONDAY,
    }
    for query, is_wanted in fits.items():
        wanted = {ref for ref, slot in week.items() if is_wanted(slot)}
        assert 0 < len(wanted) < len(week)
        assert shown(await demo.open(f"{WEEK}&{query}")) == wanted, query


async def test_the_list_goes_on_page_by_page(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)

    first = await demo.open("/console/calendar?view=list&day=2026-11-23")
    second = await demo.open("/console/calendar?view=list&day=2026-11-23&from=40")

    refs = [[ref for ref in (slot.ref for slot in list_rows(demo, SlotRow)) if ref in page] for page in (first, second)]
    assert (len(refs[0]), len(refs[1])) == (40, 40)
    assert not set(refs[0]) & set(refs[1])


async def test_nonsense_in_the_address_shows_what_is_usual(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)

    for query in ("day=9999-12-31", "day=0001-01-01", "day=x", "from=x&view=list", "site=x", "kind=x"):
        assert "Calendar" in await demo.open(f"/console/calendar?{query}"), query


@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 23), st.integers(1, 3), st.integers(0, 3))))
def test_everything_stands_in_the_week_exactly_once(what: list[tuple[int, int, int, int]]) -> None:
    sunday = date(2026, 11, 22)
    listed = [
        _listed(f"{number}", sunday + timedelta(days=day), hour, site=site or None)
        for number, (day, hour, site, _) in enumerate(what)
    ]

    days = days_shown(sunday, listed)
    places = lay_out(days, listed)

    found = [one.ref for place in places for row in place.rows for cell in row.cells for one in cell]
    assert sorted(found) == sorted(one.ref for one in listed)
    assert all(
        one.starts_local.date() == day
        for place in places
        for row in place.rows
        for day, cell in zip(days, row.cells, strict=True)
        for one in cell
    )
    assert {week_of(day) for day in days} == {sunday}


def _listed(ref: str, day: date, hour: int, *, site: int | None, taken: int = 0) -> Listed:
    starts = datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001 - wall clock of the place
    return Listed(
        ref=ref,
        kind="shift",
        title={"en": "Reading"},
        site_id=site,
        place=f"Site {site}",
        role=None,
        starts_local=starts,
        zone="UTC",
        starts_at=starts.replace(tzinfo=MONDAY.tzinfo),
        minutes=60,
        capacity=2,
        taken=taken,
        cancelled=False,
        one_to_one=False,
        series_id=None,
        waiting=0,
        calling=False,
    )


@pytest.mark.parametrize(("taken", "state"), [(0, "none"), (1, "some"), (2, "full"), (3, "full")])
def test_how_full_it_is(taken: int, state: str) -> None:
    one = _listed("a", date(2026, 11, 24), 9, site=1, taken=taken)

    assert state_of(one, MONDAY) == state
    assert state_of(one, MONDAY + timedelta(days=2)) == "over"


# --- who sees what ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "sites"), [(Role.SITE_LEAD, {LEADS}), (Role.PARTNER, {LEADS, PARTNERS, "Loomis Street Library"})]
)
async def test_who_is_bound_to_sites_sees_those_alone(demo: Demo, role: Role, sites: set[str]) -> None:
    await demo.enter(role)
    everywhere = {LEADS, PARTNERS, "Loomis Street Library", FOREIGN}

    for path in (WEEK, f"{WEEK}&view=list", "/console/calendar/print?day=2026-11-24"):
        page = await demo.open(path)
        assert {site for site in everywhere if site in page} == sites, path
        assert "online, by video" not in page, path
    for site in everywhere - sites:
        slot = list_slots(demo, site)[0]
        for path in ("", "/edit", "/call-off"):
            answer = await demo.client.get(f"/console/calendar/{slot.ref}{path}")
            assert answer.status_code in (403, 404), (site, path)
        listed = await demo.open(f"/console/calendar/sign-in?day={slot.starts_local[:10]}&slot={slot.ref}")
        assert "Signature" not in listed


async def test_a_site_lead_changes_nothing_elsewhere(demo: Demo) -> None:
    slot = first_filled(demo, PARTNERS)
    person = list_booked(demo, slot)[0][1].ref
    await demo.enter(Role.SITE_LEAD)

    for what in ("came", "missed", "undo", "add", "give-back", "fill", "stop-filling", "edit", "call-off"):
        await demo.press(f"/console/calendar/{slot.ref}/{what}", status=404, person=person, sure="yes")

    after = read_slot(demo, slot.ref)
    assert (after.taken, after.cancelled) == (slot.taken, False)
    assert list_rows(demo, CoverRow, col(CoverRow.slot_id) == slot.id) == []


async def test_a_partner_sees_names_and_no_way_to_reach_them(demo: Demo) -> None:
    slot = first_filled(demo, PARTNERS)
    (_, person), *_ = list_booked(demo, slot)
    await demo.enter(Role.PARTNER)

    page = await demo.open(f"/console/calendar/{slot.ref}")

    assert str(person.given_name) in page
    assert "/console/people/" not in page
    assert "Cannot be written to" not in page
    for verb in ("edit", "call-off", "give-back", "fill", "add"):
        assert f"/{verb}" not in page


async def test_an_auditor_sees_and_has_nothing_to_press(demo: Demo) -> None:
    slot = first_filled(demo)
    await demo.enter(Role.AUDITOR)

    page = await demo.open(f"/console/calendar/{slot.ref}")

    assert str(list_booked(demo, slot)[0][1].given_name) in page
    assert f'action="/console/calendar/{slot.ref}' not in page


# --- who came ---------------------------------------------------------------------------------------------------------


def _state(demo: Demo, booking: BookingRow) -> tuple[object, ...]:
    """Tell what attendance changes: the booking, the person's stage, hours that count, requirements met."""
    (now,) = list_rows(demo, BookingRow, col(BookingRow.id) == booking.id)
    (person,) = list_rows(demo, PersonRow, col(PersonRow.id) == booking.person_id)
    hours = list_rows(demo, HoursRow, col(HoursRow.booking_id) == booking.id, col(HoursRow.status) != "void")
    met = list_rows(
        demo, RequirementRow, col(RequirementRow.person_id) == booking.person_id, col(RequirementRow.status) == "met"
    )
    return now.status, person.stage, [row.minutes for row in hours], [row.kind for row in met]


@pytest.mark.parametrize("kind", ["shift", "training"])
@pytest.mark.parametrize("verb", ["came", "missed"])
async def test_attendance_is_noted_at_one_press_and_taken_back_at_another(demo: Demo, kind: str, verb: str) -> None:
    slot = next(
        slot
        for slot in list_slots(demo, None if kind == "training" else LEADS, kind=kind)
        + list_slots(demo, PARTNERS, kind=kind)
        if slot.taken
    )
    booking, person = list_booked(demo, slot)[0]
    with demo.app.database.session() as session:
        session.get_one(BookingRow, booking.id).status = "booked"
        session.get_one(PersonRow, person.id).stage = "training" if kind == "training" else "placed"
    demo.clock.forward_to(slot.starts_at + timedelta(minutes=30))
    await demo.enter(Role.COORDINATOR)
    before = _state(demo, booking)

    await demo.press(f"/console/calendar/{slot.ref}/{verb}", person=person.ref)
    noted = _state(demo, booking)
    page = await open_page(demo, f"/console/calendar/{slot.ref}")
    await demo.press(f"/console/calendar/{slot.ref}/undo", person=person.ref)

    assert noted[0] == {"came": "attended", "missed": "no_show"}[verb]
    if verb == "came":
        assert noted[1:3] == ({"shift": "active", "training": "ready"}[kind], [slot.minutes])
    assert {"came": "1 came", "missed": "1 did not come"}[verb] in page
    assert _state(demo, booking) == before
    audit = list_rows(
        demo, AuditRow, col(AuditRow.person_ref) == person.ref, col(AuditRow.author) == "coordinator:Maria Lopez"
    )
    assert [json.loads(row.detail).get("status") for row in audit if row.what == "hours"][-1] == "undone"


async def test_nobody_is_noted_before_it_begins(demo: Demo) -> None:
    slot = next(slot for slot in list_slots(demo, after=MONDAY + timedelta(days=1)) if slot.taken)
    booking, person = list_booked(demo, slot)[0]
    await demo.enter(Role.COORDINATOR)

    for verb in ("came", "missed"):
        await demo.press(f"/console/calendar/{slot.ref}/{verb}", person=person.ref)

    assert _state(demo, booking)[0] == booking.status


async def test_who_has_no_place_is_not_noted(demo: Demo) -> None:
    slot, stranger = first_filled(demo), free_tutor(demo)
    await demo.enter(Role.COORDINATOR)

    await demo.press(f"/console/calendar/{slot.ref}/came", status=404, person=stranger.ref)


# --- places -----------------------------------------------------------------------------------------------------------


async def test_somebody_is_found_put_down_asked_and_given_back(demo: Demo) -> None:
    tutor = free_tutor(demo)
    slot = next(
        slot for slot in list_slots(demo, title="After-school", after=MONDAY + timedelta(days=7)) if slot.taken < 6
    )
    await demo.enter(Role.COORDINATOR)

    found = await demo.client.get(
        f"/console/calendar/{slot.ref}?words={tutor.given_name}", headers={"hx-request": "true"}
    )
    await demo.press(f"/console/calendar/{slot.ref}/add", person=tutor.ref)

    assert f'value="{tutor.ref}"' in found.text
    assert "<html" not in found.text
    assert read_slot(demo, slot.ref).taken == slot.taken + 1
    booking, _ = next(one for one in list_booked(demo, slot) if one[1].id == tutor.id)
    (asked,) = list_rows(demo, OutboxRow, col(OutboxRow.dedupe_key) == f"changed:{booking.ref}:placed")
    assert "we put you down" in asked.body or "le apuntamos" in asked.body
    assert (booking.asked, list_rows(demo, PersonRow, col(PersonRow.id) == tutor.id)[0].stage) == (True, "placed")

    await demo.press(f"/console/calendar/{slot.ref}/give-back", person=tutor.ref)

    assert read_slot(demo, slot.ref).taken == slot.taken
    assert len(list_rows(demo, OutboxRow, col(OutboxRow.dedupe_key) == f"freed:{booking.ref}")) == 1
    changes = [json.loads(row.detail)["change"] for row in list_rows(demo, AuditRow, col(AuditRow.what) == "booking")]
    assert changes[-2:] == ["put down", "given back"]


async def test_a_refusal_is_a_sentence_and_changes_nothing(demo: Demo) -> None:
    tutor = free_tutor(demo)
    slot = next(slot for slot in list_slots(demo, title="One-to-one", site=PARTNERS))
    full = first_full(demo)
    await demo.enter(Role.COORDINATOR)

    other_role = await demo.press(f"/console/calendar/{slot.ref}/add", status=422, person=tutor.ref)
    no_room = await demo.press(f"/console/calendar/{full.ref}/add", status=422, person=tutor.ref)
    has_one = await demo.press(
        f"/console/calendar/{full.ref}/add", status=422, person=list_booked(demo, full)[0][1].ref
    )

    assert "It is for another role: Mentor." in other_role.text
    assert "It is full." in no_room.text
    assert "They have a place here already." in has_one.text
    assert (read_slot(demo, slot.ref).taken, read_slot(demo, full.ref).taken) == (slot.taken, full.taken)


async def test_who_is_under_18_is_not_put_where_there_is_no_supervision(demo: Demo) -> None:
    tutor, slot = free_tutor(demo), list_slots(demo, title="After-school", after=MONDAY + timedelta(days=7))[0]
    with demo.app.database.session() as session:
        session.get_one(PersonRow, tutor.id).birth_date = date(2011, 5, 14)
        session.get_one(SlotRow, slot.id).supervised = False
    await demo.enter(Role.COORDINATOR)

    refused = await demo.press(f"/console/calendar/{slot.ref}/add", status=422, person=tutor.ref)

    assert "They are under 18" in refused.text


async def test_a_site_lead_adds_nobody_whom_they_do_not_see(demo: Demo) -> None:
    slot, stranger = first_filled(demo, title="After-school"), free_tutor(demo)
    with demo.app.database.session() as session:
        for booking in session.exec(select(BookingRow).where(col(BookingRow.person_id) == stranger.id)).all():
            booking.status = BookingStatus.RELEASED.value
            session.add(booking)
    await demo.enter(Role.SITE_LEAD)

    await demo.press(f"/console/calendar/{slot.ref}/add", status=404, person=stranger.ref)


def test_every_refusal_has_a_sentence() -> None:
    words = read_words("calendar")

    assert [reason for reason in (*REASONS, "stage", "has_place", "refused") if f"why.{reason}" not in words] == []


# --- asking others to come --------------------------------------------------------------------------------------------


async def test_gaps_are_filled_at_one_press_wave_by_wave(demo: Demo) -> None:
    slot = first_filled(demo, title="After-school", after=MONDAY + timedelta(days=7))
    await demo.enter(Role.COORDINATOR)

    await demo.press(f"/console/calendar/{slot.ref}/fill")
    await call_for_cover(demo.app.store, demo.app.hub, demo.app.library, demo.clock())

    (cover,) = list_rows(demo, CoverRow, col(CoverRow.slot_id) == slot.id)
    assert (cover.status, cover.seats) == ("open", slot.capacity - slot.taken)
    asked = len(list_rows(demo, CoverAskRow, col(CoverAskRow.cover_id) == cover.id))
    assert asked > 0
    (message, *_) = list_rows(demo, OutboxRow, col(OutboxRow.dedupe_key).startswith(f"cover:{cover.ref}:"))
    assert "Could you come?" in message.body or "¿Puede venir?" in message.body
    page = await open_page(demo, f"/console/calendar/{slot.ref}")
    assert f"People are being asked to come; {asked} so far." in page

    await demo.press(f"/console/calendar/{slot.ref}/stop-filling")
    await call_for_cover(demo.app.store, demo.app.hub, demo.app.library, demo.clock() + timedelta(hours=1))
    assert len(list_rows(demo, CoverAskRow, col(CoverAskRow.cover_id) == cover.id)) == asked
    assert list_rows(demo, CoverRow, col(CoverRow.id) == cover.id)[0].status == "gave_up"


async def test_there_is_nothing_to_fill_where_it_is_full_or_a_training(demo: Demo) -> None:
    full = first_full(demo)
    training = list_slots(demo, None, kind="training")[0]
    await demo.enter(Role.COORDINATOR)

    for slot in (full, training):
        answer = await demo.press(f"/console/calendar/{slot.ref}/fill")
        page = await demo.client.get(answer.headers["location"])
        assert "There is nothing to fill" in page.text

    assert list_rows(demo, CoverRow, col(CoverRow.slot_id).in_([full.id, training.id])) == []


# --- paper, and another hub -------------------------------------------------------------------------------------------


async def test_lists_on_paper_name_who_comes(demo: Demo) -> None:
    slot = first_filled(demo)
    name = str(list_booked(demo, slot)[0][1].given_name)
    await demo.enter(Role.COORDINATOR)

    week = await demo.open(f"/console/calendar/print?day={slot.starts_local[:10]}")
    signed = await demo.open(f"/console/calendar/sign-in?day={slot.starts_local[:10]}&slot={slot.ref}")

    assert name in week
    assert name in signed
    assert signed.count('<table class="sign">') == 1


async def test_another_hubs_shifts_are_not_there(demo: Demo) -> None:
    slot = first_filled(demo)
    with demo.app.database.session() as session:
        session.get_one(SlotRow, slot.id).hub = "another"
    await demo.enter(Role.ADMINISTRATOR)

    for path in ("", "/edit", "/call-off"):
        answer = await demo.client.get(f"/console/calendar/{slot.ref}{path}")
        assert answer.status_code == 404, path
    for what in ("came", "fill", "edit", "call-off", "give-back"):
        await demo.press(f"/console/calendar/{slot.ref}/{what}", status=404, which="one")
    assert slot.ref not in await demo.open(WEEK)
    assert slot.ref not in await demo.open(f"{WEEK}&view=list")


async def test_a_person_of_another_hub_is_not_added(demo: Demo) -> None:
    tutor, slot = free_tutor(demo), list_slots(demo, title="After-school", after=MONDAY + timedelta(days=7))[0]
    with demo.app.database.session() as session:
        session.get_one(PersonRow, tutor.id).hub = "another"
    await demo.enter(Role.ADMINISTRATOR)

    await demo.press(f"/console/calendar/{slot.ref}/add", status=404, person=tutor.ref)
