"""Whoever subscribes has their dates in their own calendar: right across clock changes, and nobody else has."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from bot.calendar_file import write_calendar
from storage.calendars import CalendarDate
from storage.tables import to_micros
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import browser, change, rows

USER = "+13125550177"
SIGN_UP = ("HI", "1", "1", "60614", "5/14/1956", "3", "1", "1", "2", "weekday afternoons", "1", "1", "Ana Torres")
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Phoenix",
    "America/Indiana/Knox",
    "America/Anchorage",
    "Europe/Dublin",
)
BOOKED = datetime(2026, 1, 1, tzinfo=UTC)


def a_date(starts_at: datetime, *, minutes: int = 60, called_off: bool = False) -> CalendarDate:
    """Make a date as it is booked."""
    return CalendarDate(
        ref="abc",
        title={"en": "Reading; aloud, together", "es": "Lectura"},
        place="Lincoln Library, 12 Oak St",
        starts_at=starts_at,
        minutes=minutes,
        called_off=called_off,
        booked_at=BOOKED,
        changed_at=BOOKED + timedelta(days=3),
    )


def begins(event: Event) -> datetime:
    """Return the instant at which an event begins."""
    start = event.start
    assert isinstance(start, datetime)
    return start.astimezone(UTC)


@given(
    local=st.datetimes(datetime(2025, 1, 1), datetime(2032, 12, 31)),  # noqa: DTZ001 - a wall clock
    zone=st.sampled_from(ZONES),
    minutes=st.integers(15, 600),
)
def test_any_wall_clock_is_read_back_as_the_same_instant(local: datetime, zone: str, minutes: int) -> None:
    starts_at = local.replace(second=0, microsecond=0, tzinfo=ZoneInfo(zone))

    written = write_calendar(HUB, [a_date(starts_at, minutes=minutes)], language="en")

    (event,) = Calendar.from_ical(written).events
    assert begins(event) == starts_at.astimezone(UTC)
    assert timedelta(minutes=minutes) == event.DURATION


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        pytest.param("2027-03-14T02:30", "2027-03-14T08:30", id="a time that the clock leaves out"),
        pytest.param("2027-03-14T03:30", "2027-03-14T08:30", id="the hour after"),
        pytest.param("2026-11-01T01:30", "2026-11-01T06:30", id="a time that comes twice: the first"),
    ],
)
def test_the_nights_of_the_change(local: str, utc: str) -> None:
    starts_at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("America/Chicago"))

    (event,) = Calendar.from_ical(write_calendar(HUB, [a_date(starts_at)], language="en")).events

    assert begins(event).isoformat()[:16] == utc


def test_the_file_carries_the_rules_of_its_zone() -> None:
    starts_at = datetime(2026, 12, 1, 17, tzinfo=ZoneInfo("America/Chicago"))

    written = write_calendar(HUB, [a_date(starts_at)], language="es").decode()

    assert "BEGIN:VTIMEZONE\r\nTZID:America/Chicago" in written
    assert "DTSTART;TZID=America/Chicago:20261201T170000" in written
    assert "SUMMARY:Lectura" in written


async def subscribe(house: House, words: str = "CALENDAR") -> str:
    """Ask for a calendar; return its path."""
    (reply,) = await house.say("sms", USER, words)
    found = re.search(r"https://bright\.example\.org(/calendar/[\w-]{22}\.ics)", reply.text)
    assert found, reply.text
    return found[1]


async def test_calendar_follows_what_is_booked_and_given_back(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, browser(house) as visitor:
        house.add_training(datetime.fromisoformat("2026-12-01T17:00"))
        for text in SIGN_UP:
            await house.say("sms", USER, text)
        link = await subscribe(house)
        before = await visitor.get(link)
        (event,) = Calendar.from_ical(before.text).events
        house.clock.at += timedelta(hours=1)
        change(house, f"UPDATE booking SET status = 'released', changed_at = {to_micros(house.clock.at)}")  # noqa: S608
        after = await visitor.get(link)
        (gone,) = Calendar.from_ical(after.text).events
        house.clock.at += timedelta(days=31)
        late = await visitor.get(link)

    assert before.headers["content-type"] == "text/calendar; charset=utf-8"
    assert event["STATUS"] == "CONFIRMED"
    assert begins(event) == datetime(2026, 12, 1, 23, tzinfo=UTC)
    assert "Lincoln Library" in str(event["LOCATION"])
    assert (gone["UID"], gone["STATUS"]) == (event["UID"], "CANCELLED")
    assert int(str(gone["SEQUENCE"])) > int(str(event["SEQUENCE"]))
    assert Calendar.from_ical(late.text).events == []
    assert "Ana" not in before.text + after.text


async def test_an_unchanged_calendar_is_not_sent_again(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, browser(house) as visitor:
        await house.say("sms", USER, "HI")
        link = await subscribe(house)
        first = await visitor.get(link)
        again = await visitor.client.get(link, headers={"if-none-match": first.headers["etag"]})

    assert (first.status_code, again.status_code, again.text) == (200, 304, "")


async def test_a_new_calendar_makes_the_earlier_ones_void(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, browser(house) as visitor:
        await house.say("sms", USER, "HI")
        first, second = await subscribe(house), await subscribe(house, "my calendar")
        both = [(await visitor.get(link)).status_code for link in (first, second)]
        third = await subscribe(house, "NEW CALENDAR")
        now = [(await visitor.get(link)).status_code for link in (first, second, third)]

    assert both == [200, 200]
    assert now == [404, 404, 200]


async def test_at_most_five_calendars_are_open(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, browser(house) as visitor:
        await house.say("sms", USER, "HI")
        made = [await subscribe(house) for _ in range(7)]
        codes = [(await visitor.get(link)).status_code for link in made]

    assert codes == [404, 404, 200, 200, 200, 200, 200]


async def test_nobody_reads_a_calendar_by_another_link_or_a_guess(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, browser(house) as visitor:
        await house.say("sms", USER, "HI")
        link = await subscribe(house)
        token = link.removeprefix("/calendar/").removesuffix(".ics")
        as_page = await visitor.get(f"/l/{token}")
        guesses = [(await visitor.get(f"/calendar/{'x' * 22}.ics")).status_code for _ in range(25)]

    assert as_page.status_code == 404
    assert guesses == [404] * 20 + [429] * 5


async def test_the_address_is_kept_nowhere(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.say("sms", USER, "HI")
        token = (await subscribe(house)).removeprefix("/calendar/").removesuffix(".ics").encode()
    async with open_house(tmp_path):  # whatever was in the log is in the file
        files = [path.read_bytes() for path in tmp_path.glob("people.db*")]

    assert files
    assert not any(token in content for content in files)


async def test_whoever_is_erased_has_no_calendar_any_more(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house, browser(house) as visitor:
        await house.say("sms", USER, "HI")
        link = await subscribe(house)
        for text in ("DELETE MY DATA", "1"):
            await house.say("sms", USER, text)
        gone = await visitor.get(link)

    assert gone.status_code == 404


async def test_without_a_public_address_a_human_is_told(tmp_path: Path) -> None:
    async with open_house(tmp_path, hub=replace(HUB, public_url="")) as house:
        await house.say("sms", USER, "HI")
        (reply,) = await house.say("sms", USER, "CALENDAR")
        tasks = rows(house, "SELECT reason FROM task")

    assert "http" not in reply.text
    assert tasks == [{"reason": "asked_for_calendar"}]
