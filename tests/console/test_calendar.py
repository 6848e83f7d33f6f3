"""The calendar: who sees what of it, planning, changing and calling off, who comes, and asking others to come."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

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
from flows.stages import Stage
from storage import people, series
from storage.planned import Listed
from storage.tables import (
    AuditRow,
    BookingRow,
    CoverAskRow,
    CoverRow,
    HolidayRow,
    HoursRow,
    OutboxRow,
    PersonRow,
    RequirementRow,
    SlotRow,
    WaitRow,
)
from tests.console.opened import MONDAY, Demo

WEEK = "/console/calendar?day=2026-11-24"
#: The site lead of the demo looks after the first site by name; the partner runs three of the four.
LEADS, PARTNERS, FOREIGN = "Lakefront Middle School", "Oakwood Elementary", "River Park School"


def _slots(
    demo: Demo, site: str | None = LEADS, *, kind: str = "shift", title: str = "", after: datetime = MONDAY
) -> list[SlotRow]:
    """List what is to come at a site, soonest first."""
    with demo.app.database.reading() as session:
        found = series.find_site(session, demo.app.hub.id, site) if site else None
        query = select(SlotRow).where(col(SlotRow.kind) == kind, col(SlotRow.starts_at) > after)
        query = query.where(col(SlotRow.title).contains(title), col(SlotRow.site_id) == (found.id if found else None))
        return list(session.exec(query.order_by(col(SlotRow.starts_at))).all())


def _rows(demo: Demo, table: Any, *where: Any) -> list[Any]:
    with demo.app.database.reading() as session:
        return list(session.exec(select(table).where(*where).order_by(table.id)).all())


def _booked(demo: Demo, slot: SlotRow) -> list[tuple[BookingRow, PersonRow]]:
    with demo.app.database.reading() as session:
        query = (
            select(BookingRow, PersonRow)
            .join(PersonRow, col(PersonRow.id) == col(BookingRow.person_id))
            .where(col(BookingRow.slot_id) == slot.id, col(BookingRow.status) != "released")
        )
        return list(session.exec(query.order_by(col(BookingRow.id))).all())


def _slot(demo: Demo, ref: str) -> SlotRow:
    (slot,) = _rows(demo, SlotRow, col(SlotRow.ref) == ref)
    return slot  # type: ignore[no-any-return]


def _full(demo: Demo) -> SlotRow:
    """Return a shift to come of which all places are taken."""
    slot = _filled(demo, PARTNERS)
    with demo.app.database.session() as session:
        session.get_one(SlotRow, slot.id).capacity = slot.taken
    return _slot(demo, slot.ref)


def _filled(demo: Demo, site: str = LEADS, **which: Any) -> SlotRow:
    """Return the first shift to come in which somebody has a place and there is room."""
    return next(slot for slot in _slots(demo, site, **which) if 0 < slot.taken < slot.capacity)


def _tutor(demo: Demo, *, stage: Stage = Stage.READY) -> PersonRow:
    """Make somebody whom nothing keeps from tutoring at any site, with an address and consent."""
    slot = _filled(demo)
    donor = _booked(demo, slot)[0][1]
    with demo.app.database.session() as session:
        tutor = people.find(session, demo.app.hub.id, donor.ref)
        assert tutor is not None
        for booking in session.exec(select(BookingRow).where(col(BookingRow.person_id) == tutor.id)).all():
            if booking.status in ("booked", "confirmed"):
                booking.status = BookingStatus.RELEASED.value
                held = session.get_one(SlotRow, booking.slot_id)
                held.taken -= 1
                session.add_all([booking, held])
        answers = {name: value for name, value in json.loads(tutor.answers).items() if name != "availability"}
        tutor.answers, tutor.stage = json.dumps(answers), stage.value
        session.add(tutor)
        return tutor


async def _page(demo: Demo, path: str) -> str:
    return " ".join((await demo.open(path)).split())


# --- the week and the list --------------------------------------------------------------------------------------------


async def test_the_week_tells_of_each_how_full_it_is_in_words(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)
    slot = _filled(demo)

    page = await _page(demo, WEEK)

    assert f"{slot.taken}/{slot.capacity}</b> <span>{slot.capacity - slot.taken} open</span>" in page
    assert "nobody yet" in page
    assert "Thanksgiving" in page
    assert f"/console/calendar/{slot.ref}" in page
    assert "day=2026-11-15" in page
    assert "day=2026-11-29" in page


async def test_filters_leave_what_fits(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)
    week = {
        slot.ref: slot for slot in _rows(demo, SlotRow, col(SlotRow.starts_local).between("2026-11-23", "2026-11-29"))
    }

    def shown(page: str) -> set[str]:
        return {ref for ref in week if f"/console/calendar/{ref}" in page}

    assert shown(await demo.open(WEEK)) == set(week)
    site = _filled(demo).site_id
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

    refs = [[ref for ref in (slot.ref for slot in _rows(demo, SlotRow)) if ref in page] for page in (first, second)]
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
        slot = _slots(demo, site)[0]
        for path in ("", "/edit", "/call-off"):
            answer = await demo.client.get(f"/console/calendar/{slot.ref}{path}")
            assert answer.status_code in (403, 404), (site, path)
        listed = await demo.open(f"/console/calendar/sign-in?day={slot.starts_local[:10]}&slot={slot.ref}")
        assert "Signature" not in listed


async def test_a_site_lead_changes_nothing_elsewhere(demo: Demo) -> None:
    slot = _filled(demo, PARTNERS)
    person = _booked(demo, slot)[0][1].ref
    await demo.enter(Role.SITE_LEAD)

    for what in ("came", "missed", "undo", "add", "give-back", "fill", "stop-filling", "edit", "call-off"):
        await demo.press(f"/console/calendar/{slot.ref}/{what}", status=404, person=person, sure="yes")

    after = _slot(demo, slot.ref)
    assert (after.taken, after.cancelled) == (slot.taken, False)
    assert _rows(demo, CoverRow, col(CoverRow.slot_id) == slot.id) == []


async def test_a_partner_sees_names_and_no_way_to_reach_them(demo: Demo) -> None:
    slot = _filled(demo, PARTNERS)
    (_, person), *_ = _booked(demo, slot)
    await demo.enter(Role.PARTNER)

    page = await demo.open(f"/console/calendar/{slot.ref}")

    assert str(person.given_name) in page
    assert "/console/people/" not in page
    assert "Cannot be written to" not in page
    for verb in ("edit", "call-off", "give-back", "fill", "add"):
        assert f"/{verb}" not in page


async def test_an_auditor_sees_and_has_nothing_to_press(demo: Demo) -> None:
    slot = _filled(demo)
    await demo.enter(Role.AUDITOR)

    page = await demo.open(f"/console/calendar/{slot.ref}")

    assert str(_booked(demo, slot)[0][1].given_name) in page
    assert f'action="/console/calendar/{slot.ref}' not in page


# --- who came ---------------------------------------------------------------------------------------------------------


def _state(demo: Demo, booking: BookingRow) -> tuple[object, ...]:
    """Tell what attendance changes: the booking, the person's stage, hours that count, requirements met."""
    (now,) = _rows(demo, BookingRow, col(BookingRow.id) == booking.id)
    (person,) = _rows(demo, PersonRow, col(PersonRow.id) == booking.person_id)
    hours = _rows(demo, HoursRow, col(HoursRow.booking_id) == booking.id, col(HoursRow.status) != "void")
    met = _rows(
        demo, RequirementRow, col(RequirementRow.person_id) == booking.person_id, col(RequirementRow.status) == "met"
    )
    return now.status, person.stage, [row.minutes for row in hours], [row.kind for row in met]


@pytest.mark.parametrize("kind", ["shift", "training"])
@pytest.mark.parametrize("verb", ["came", "missed"])
async def test_attendance_is_noted_at_one_press_and_taken_back_at_another(demo: Demo, kind: str, verb: str) -> None:
    slot = next(
        slot
        for slot in _slots(demo, None if kind == "training" else LEADS, kind=kind) + _slots(demo, PARTNERS, kind=kind)
        if slot.taken
    )
    booking, person = _booked(demo, slot)[0]
    with demo.app.database.session() as session:
        session.get_one(BookingRow, booking.id).status = "booked"
        session.get_one(PersonRow, person.id).stage = "training" if kind == "training" else "placed"
    demo.clock.forward_to(slot.starts_at + timedelta(minutes=30))
    await demo.enter(Role.COORDINATOR)
    before = _state(demo, booking)

    await demo.press(f"/console/calendar/{slot.ref}/{verb}", person=person.ref)
    noted = _state(demo, booking)
    page = await _page(demo, f"/console/calendar/{slot.ref}")
    await demo.press(f"/console/calendar/{slot.ref}/undo", person=person.ref)

    assert noted[0] == {"came": "attended", "missed": "no_show"}[verb]
    if verb == "came":
        assert noted[1:3] == ({"shift": "active", "training": "ready"}[kind], [slot.minutes])
    assert {"came": "1 came", "missed": "1 did not come"}[verb] in page
    assert _state(demo, booking) == before
    audit = _rows(
        demo, AuditRow, col(AuditRow.person_ref) == person.ref, col(AuditRow.author) == "coordinator:Maria Lopez"
    )
    assert [json.loads(row.detail).get("status") for row in audit if row.what == "hours"][-1] == "undone"


async def test_nobody_is_noted_before_it_begins(demo: Demo) -> None:
    slot = next(slot for slot in _slots(demo, after=MONDAY + timedelta(days=1)) if slot.taken)
    booking, person = _booked(demo, slot)[0]
    await demo.enter(Role.COORDINATOR)

    for verb in ("came", "missed"):
        await demo.press(f"/console/calendar/{slot.ref}/{verb}", person=person.ref)

    assert _state(demo, booking)[0] == booking.status


async def test_who_has_no_place_is_not_noted(demo: Demo) -> None:
    slot, stranger = _filled(demo), _tutor(demo)
    await demo.enter(Role.COORDINATOR)

    await demo.press(f"/console/calendar/{slot.ref}/came", status=404, person=stranger.ref)


# --- places -----------------------------------------------------------------------------------------------------------


async def test_somebody_is_found_put_down_asked_and_given_back(demo: Demo) -> None:
    tutor = _tutor(demo)
    slot = next(slot for slot in _slots(demo, title="After-school", after=MONDAY + timedelta(days=7)) if slot.taken < 6)
    await demo.enter(Role.COORDINATOR)

    found = await demo.client.get(
        f"/console/calendar/{slot.ref}?words={tutor.given_name}", headers={"hx-request": "true"}
    )
    await demo.press(f"/console/calendar/{slot.ref}/add", person=tutor.ref)

    assert f'value="{tutor.ref}"' in found.text
    assert "<html" not in found.text
    assert _slot(demo, slot.ref).taken == slot.taken + 1
    booking, _ = next(one for one in _booked(demo, slot) if one[1].id == tutor.id)
    (asked,) = _rows(demo, OutboxRow, col(OutboxRow.dedupe_key) == f"changed:{booking.ref}:placed")
    assert "we put you down" in asked.body or "le apuntamos" in asked.body
    assert (booking.asked, _rows(demo, PersonRow, col(PersonRow.id) == tutor.id)[0].stage) == (True, "placed")

    await demo.press(f"/console/calendar/{slot.ref}/give-back", person=tutor.ref)

    assert _slot(demo, slot.ref).taken == slot.taken
    assert len(_rows(demo, OutboxRow, col(OutboxRow.dedupe_key) == f"freed:{booking.ref}")) == 1
    changes = [json.loads(row.detail)["change"] for row in _rows(demo, AuditRow, col(AuditRow.what) == "booking")]
    assert changes[-2:] == ["put down", "given back"]


async def test_a_refusal_is_a_sentence_and_changes_nothing(demo: Demo) -> None:
    tutor = _tutor(demo)
    slot = next(slot for slot in _slots(demo, title="One-to-one", site=PARTNERS))
    full = _full(demo)
    await demo.enter(Role.COORDINATOR)

    other_role = await demo.press(f"/console/calendar/{slot.ref}/add", status=422, person=tutor.ref)
    no_room = await demo.press(f"/console/calendar/{full.ref}/add", status=422, person=tutor.ref)
    has_one = await demo.press(f"/console/calendar/{full.ref}/add", status=422, person=_booked(demo, full)[0][1].ref)

    assert "It is for another role: Mentor." in other_role.text
    assert "It is full." in no_room.text
    assert "They have a place here already." in has_one.text
    assert (_slot(demo, slot.ref).taken, _slot(demo, full.ref).taken) == (slot.taken, full.taken)


async def test_who_is_under_18_is_not_put_where_there_is_no_supervision(demo: Demo) -> None:
    tutor, slot = _tutor(demo), _slots(demo, title="After-school", after=MONDAY + timedelta(days=7))[0]
    with demo.app.database.session() as session:
        session.get_one(PersonRow, tutor.id).birth_date = date(2011, 5, 14)
        session.get_one(SlotRow, slot.id).supervised = False
    await demo.enter(Role.COORDINATOR)

    refused = await demo.press(f"/console/calendar/{slot.ref}/add", status=422, person=tutor.ref)

    assert "They are under 18" in refused.text


async def test_a_site_lead_adds_nobody_whom_they_do_not_see(demo: Demo) -> None:
    slot, stranger = _filled(demo, title="After-school"), _tutor(demo)
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
    slot = _filled(demo, title="After-school", after=MONDAY + timedelta(days=7))
    await demo.enter(Role.COORDINATOR)

    await demo.press(f"/console/calendar/{slot.ref}/fill")
    await call_for_cover(demo.app.store, demo.app.hub, demo.app.library, demo.clock())

    (cover,) = _rows(demo, CoverRow, col(CoverRow.slot_id) == slot.id)
    assert (cover.status, cover.seats) == ("open", slot.capacity - slot.taken)
    asked = len(_rows(demo, CoverAskRow, col(CoverAskRow.cover_id) == cover.id))
    assert asked > 0
    (message, *_) = _rows(demo, OutboxRow, col(OutboxRow.dedupe_key).startswith(f"cover:{cover.ref}:"))
    assert "Could you come?" in message.body or "¿Puede venir?" in message.body
    page = await _page(demo, f"/console/calendar/{slot.ref}")
    assert f"People are being asked to come; {asked} so far." in page

    await demo.press(f"/console/calendar/{slot.ref}/stop-filling")
    await call_for_cover(demo.app.store, demo.app.hub, demo.app.library, demo.clock() + timedelta(hours=1))
    assert len(_rows(demo, CoverAskRow, col(CoverAskRow.cover_id) == cover.id)) == asked
    assert _rows(demo, CoverRow, col(CoverRow.id) == cover.id)[0].status == "gave_up"


async def test_there_is_nothing_to_fill_where_it_is_full_or_a_training(demo: Demo) -> None:
    full = _full(demo)
    training = _slots(demo, None, kind="training")[0]
    await demo.enter(Role.COORDINATOR)

    for slot in (full, training):
        answer = await demo.press(f"/console/calendar/{slot.ref}/fill")
        page = await demo.client.get(answer.headers["location"])
        assert "There is nothing to fill" in page.text

    assert _rows(demo, CoverRow, col(CoverRow.slot_id).in_([full.id, training.id])) == []


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


def _site_id(demo: Demo, name: str) -> str:
    with demo.app.database.reading() as session:
        site = series.find_site(session, demo.app.hub.id, name)
    assert site is not None
    return str(site.id)


async def test_a_series_is_planned_by_plain_fields_without_the_holidays(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)

    answer = await demo.press(
        "/console/calendar/new",
        **_FORM,
        site=_site_id(demo, LEADS),
        weekday=["WE", "MO"],
        until="2027-01-06",
        one_to_one="on",
    )

    made = _slots(demo, title="Math club")
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

    (made,) = _slots(demo, None, kind="training", title="Math club")
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
        form = {**_FORM, "site": _site_id(demo, LEADS), field: value}
        answer = await demo.press("/console/calendar/new", status=422, **form, weekday=["MO"])
        assert sentence in answer.text, (field, value)
        assert field == "title_en" or 'value="Math club"' in answer.text

    assert _slots(demo, title="Math club") == []


async def test_a_rule_without_a_day_is_told(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)

    answer = await demo.press(
        "/console/calendar/new",
        status=422,
        **_FORM,
        site=_site_id(demo, LEADS),
        weekday=["SU"],
        until="2026-12-08",
    )

    assert "There is no such day" in answer.text


@pytest.mark.parametrize("where", [PARTNERS, None])
async def test_a_site_lead_plans_at_own_sites_alone(demo: Demo, where: str | None) -> None:
    await demo.enter(Role.SITE_LEAD)
    site = _site_id(demo, where) if where else ""

    refused = await demo.press("/console/calendar/new", status=422, **_FORM, site=site, place="at home")
    await demo.press("/console/calendar/new", **_FORM, site=_site_id(demo, LEADS))

    assert "Say where it is" in refused.text
    assert len(_slots(demo, title="Math club")) == 1


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
    slot = _filled(demo, title="After-school")
    later = [one for one in _slots(demo, title="After-school") if one.series_id == slot.series_id]
    form = {**_as_it_is(slot), "time": "16:15", "which": "all"}
    await demo.enter(Role.COORDINATOR)
    before = len(_rows(demo, OutboxRow)), len(_rows(demo, AuditRow))

    preview = " ".join((await demo.press(f"/console/calendar/{slot.ref}/edit", status=200, **form)).text.split())
    untouched = _slot(demo, slot.ref).starts_local, len(_rows(demo, OutboxRow)), len(_rows(demo, AuditRow))
    await demo.press(f"/console/calendar/{slot.ref}/edit", **form, sure="yes")

    told = _rows(demo, OutboxRow, col(OutboxRow.dedupe_key).startswith("changed:"))
    assert untouched == (slot.starts_local, *before)
    assert f"Dates that change: {len(later)}" in preview
    assert f"{len(told)} places are kept, and everybody is told" in preview
    assert str(_booked(demo, slot)[0][1].given_name) in preview
    assert {one.starts_local[11:] for one in _slots(demo, title="After-school") if one.series_id == slot.series_id} == {
        "16:15"
    }


async def test_only_what_was_touched_is_changed_in_the_others(demo: Demo) -> None:
    first, second, *_ = (slot for slot in _slots(demo, title="After-school"))
    await demo.enter(Role.COORDINATOR)
    alone = {**_as_it_is(second), "capacity": "9", "which": "one"}
    await demo.press(f"/console/calendar/{second.ref}/edit", **alone, sure="yes")

    title = {**_as_it_is(first), "title_en": "Homework", "which": "following"}
    await demo.press(f"/console/calendar/{first.ref}/edit", **title, sure="yes")

    after = _slot(demo, second.ref)
    assert (json.loads(after.title)["en"], after.capacity, _slot(demo, first.ref).capacity) == (
        "Homework",
        9,
        first.capacity,
    )


async def test_who_is_too_young_for_what_it_becomes_is_named_before_and_leaves_after(demo: Demo) -> None:
    slot = _filled(demo, title="After-school")
    booking, person = _booked(demo, slot)[0]
    with demo.app.database.session() as session:
        session.get_one(PersonRow, person.id).birth_date = date(2011, 5, 14)
        for _, other in _booked(demo, slot)[1:]:
            session.get_one(PersonRow, other.id).birth_date = date(1956, 5, 14)
    form = {**_as_it_is(slot), "one_to_one": "on", "which": "one"}
    await demo.enter(Role.COORDINATOR)

    preview = await demo.press(f"/console/calendar/{slot.ref}/edit", status=200, **form)
    await demo.press(f"/console/calendar/{slot.ref}/edit", **form, sure="yes")

    assert "1 person loses their place: they are under 18" in preview.text
    assert str(person.given_name) in preview.text
    assert person.id not in [one.id for _, one in _booked(demo, slot)]
    assert _rows(demo, BookingRow, col(BookingRow.id) == booking.id)[0].status == "released"


async def test_what_cannot_be_changed_is_told(demo: Demo) -> None:
    slot = _filled(demo)
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
    slot = _filled(demo, title="After-school")
    last = [one for one in _slots(demo, title="After-school") if one.series_id == slot.series_id][-1]
    with demo.app.database.session() as session:
        session.get_one(SlotRow, last.id).site_id = int(_site_id(demo, FOREIGN))
    await demo.enter(Role.SITE_LEAD)

    change = {**_as_it_is(slot), "capacity": "9", "which": "all"}
    refused = await demo.press(f"/console/calendar/{slot.ref}/edit", status=422, **change, sure="yes")
    call_off = await demo.press(f"/console/calendar/{slot.ref}/call-off", status=422, which="following")

    assert "at sites that are not yours" in refused.text
    assert "at sites that are not yours" in call_off.text
    assert _slot(demo, last.ref).capacity == last.capacity
    assert not _slot(demo, slot.ref).cancelled


@pytest.mark.parametrize("which", ["one", "following"])
async def test_calling_off_counts_whom_it_tells_and_tells_them(demo: Demo, which: str) -> None:
    slot = _filled(demo, title="After-school")
    chosen = [one for one in _slots(demo, title="After-school") if one.series_id == slot.series_id]
    chosen = [one for one in chosen if one.starts_at >= slot.starts_at] if which == "following" else [slot]
    with demo.app.database.session() as session:
        waits = WaitRow(
            hub=demo.app.hub.id,
            person_id=_booked(demo, _filled(demo, PARTNERS))[0][1].id or 0,
            slot_id=slot.id or 0,
            joined_at=MONDAY,
            changed_at=MONDAY,
        )
        session.add(waits)
    booked = sum(one.taken for one in chosen)
    await demo.enter(Role.COORDINATOR)

    asked = await _page(demo, f"/console/calendar/{slot.ref}/call-off")
    await demo.press(f"/console/calendar/{slot.ref}/call-off", which=which)

    assert f"{booked} places are given back, and all are told · 1 waiting" in asked
    told = _rows(demo, OutboxRow, col(OutboxRow.dedupe_key).startswith("called_off:"))
    assert len(told) == booked + 1
    assert all(_slot(demo, one.ref).cancelled for one in chosen)
    assert "This was called off." in await demo.open(f"/console/calendar/{slot.ref}")
    again = await demo.press(f"/console/calendar/{slot.ref}/call-off", status=422, which="one")
    assert "It is called off already." in again.text


# --- days without school ----------------------------------------------------------------------------------------------


async def test_holidays_are_noted_named_with_what_stands_on_them_and_removed(demo: Demo) -> None:
    slot = _filled(demo, title="After-school", after=MONDAY + timedelta(days=7))
    day = slot.starts_local[:10]
    await demo.enter(Role.COORDINATOR)

    await demo.press("/console/calendar/holidays", name="Snow", first=day, last="", site=str(slot.site_id))
    page = await _page(demo, "/console/calendar/holidays")
    days: dict[str, Any] = {"first": day, "last": day, "site": str(slot.site_id)}
    await demo.press("/console/calendar/holidays/call-off", **days)

    assert "Snow" in page
    assert f"/console/calendar/{slot.ref}" in page
    assert _slot(demo, slot.ref).cancelled
    assert not _slots(demo, PARTNERS, title="After-school", after=MONDAY + timedelta(days=7))[0].cancelled
    await demo.press("/console/calendar/holidays/remove", **days)
    assert _rows(demo, HolidayRow, col(HolidayRow.name) == "Snow") == []


async def test_a_site_lead_changes_the_days_of_own_sites_alone(demo: Demo) -> None:
    await demo.enter(Role.SITE_LEAD)
    own = _site_id(demo, LEADS)
    days: dict[str, Any] = {"first": "2026-12-21", "last": "2027-01-03"}

    for site in ("", _site_id(demo, FOREIGN)):
        await demo.press("/console/calendar/holidays", status=422, name="Snow", first="2026-12-01", site=site)
        await demo.press("/console/calendar/holidays/remove", status=404, **days, site=site)
        await demo.press("/console/calendar/holidays/call-off", status=404, **days, site=site)
    await demo.press("/console/calendar/holidays", name="Snow", first="2026-12-01", site=own)

    assert [str(row.site_id) for row in _rows(demo, HolidayRow, col(HolidayRow.name) == "Snow")] == [own]


async def test_days_that_are_over_or_none_are_refused(demo: Demo) -> None:
    await demo.enter(Role.COORDINATOR)

    for first in ("2026-11-01", "x", "2099-01-01"):
        answer = await demo.press("/console/calendar/holidays", status=422, name="Snow", first=first)
        assert "Choose a first day from today on" in answer.text, first


# --- paper, and another hub -------------------------------------------------------------------------------------------


async def test_lists_on_paper_name_who_comes(demo: Demo) -> None:
    slot = _filled(demo)
    name = str(_booked(demo, slot)[0][1].given_name)
    await demo.enter(Role.COORDINATOR)

    week = await demo.open(f"/console/calendar/print?day={slot.starts_local[:10]}")
    signed = await demo.open(f"/console/calendar/sign-in?day={slot.starts_local[:10]}&slot={slot.ref}")

    assert name in week
    assert name in signed
    assert signed.count('<table class="sign">') == 1


async def test_another_hubs_shifts_are_not_there(demo: Demo) -> None:
    slot = _filled(demo)
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
    tutor, slot = _tutor(demo), _slots(demo, title="After-school", after=MONDAY + timedelta(days=7))[0]
    with demo.app.database.session() as session:
        session.get_one(PersonRow, tutor.id).hub = "another"
    await demo.enter(Role.ADMINISTRATOR)

    await demo.press(f"/console/calendar/{slot.ref}/add", status=404, person=tutor.ref)
