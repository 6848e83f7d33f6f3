"""Whoever has an e-mail address gets their dates as files that a calendar program enters, moves and takes out again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from icalendar import Calendar, Event

from bot import timetable
from bot.sender import Sender
from bot.ticks.calendar_mails import mail_dates
from channels.email import EmailChannel
from channels.settings import EmailSettings
from storage import calendar_mails
from storage.changes import Change, Reach
from storage.tables import AddressRow, to_micros
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import change, rows
from tests.bot.test_calendar import SIGN_UP, USER, begins
from tests.vendors.mail import MailServer

MAIL, OURS = "ana@example.org", "hello@hub.example.org"
NOON = datetime.fromisoformat("2026-12-01T17:00")


@dataclass(slots=True)
class Post:
    """A house with a real way out by mail, and what has arrived."""

    house: House
    sender: Sender
    server: MailServer

    async def after(self, *, minutes: int = 1) -> list[EmailMessage]:
        """Let time pass; return the mails that came meanwhile."""
        before = len(self.server.mails)
        self.house.clock.at += timedelta(minutes=minutes)
        await self.house.app.clock.tick()
        while await self.sender.send_ready():
            pass
        return self.server.mails[before:]


@asynccontextmanager
async def open_post(
    folder: Path, *, consented: bool = True, language: str = "en", url: str | None = None
) -> AsyncIterator[Post]:
    """Open a house in which somebody has signed up by text, has a training booked, and an e-mail address."""
    async with MailServer() as server, open_house(folder, url=url) as house:
        settings = EmailSettings(
            host="localhost",
            port=server.port,
            security="none",
            from_address=OURS,
            messages_per_second=1000,
            timeout_s=2,
        )
        sender = Sender(store=house.app.store, hub=HUB, channel=EmailChannel(settings), now=house.clock)
        house.add_training(NOON)
        for text in SIGN_UP:
            await house.say("sms", USER, text)
        (person,) = rows(house, "SELECT id FROM person")
        change(house, f"UPDATE person SET language = '{language}'")  # noqa: S608 - a test's own
        with house.app.database.session() as session:
            session.add(
                AddressRow(
                    hub=HUB.id,
                    channel="email",
                    account=OURS,
                    user=MAIL,
                    person_id=int(str(person["id"])),
                    consented_at=house.clock.at if consented else None,
                    created_at=house.clock.at,
                )
            )
        yield Post(house=house, sender=sender, server=server)


def opened(mail: EmailMessage) -> tuple[str, Event]:
    """Open the file of a mail: what it wants done, and with which date."""
    (attached,) = (part for part in mail.iter_attachments() if part.get_content_type() == "text/calendar")
    content = attached.get_content()
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    assert attached.get_param("method") == str(calendar["METHOD"])
    assert attached.get_filename() == "date.ics"
    (event,) = calendar.events
    return str(calendar["METHOD"]), event


def sequence(event: Event) -> int:
    """Return the number of a change."""
    return int(str(event["SEQUENCE"]))


async def test_a_date_is_entered_moved_and_taken_out(url: str, tmp_path: Path) -> None:
    async with open_post(tmp_path, url=url) as post:
        (booked,) = await post.after()
        nothing = await post.after()
        (slot,) = rows(post.house, "SELECT ref FROM slot")
        timetable.edit(
            post.house.app.database,
            HUB,
            post.house.app.library.phrases,
            str(slot["ref"]),
            Change(starts_local=NOON + timedelta(hours=1)),
            reach=Reach.ONE,
            now=post.house.clock.at,
        )
        (moved,) = await post.after()
        timetable.call_off(
            post.house.app.database,
            HUB,
            post.house.app.library.phrases,
            str(slot["ref"]),
            reach=Reach.ONE,
            now=post.house.clock.at,
        )
        (off,) = await post.after()

    (method, first), (again, second), (last, third) = opened(booked), opened(moved), opened(off)
    assert (method, again, last) == ("REQUEST", "REQUEST", "CANCEL")
    assert nothing == []
    assert first["UID"] == second["UID"] == third["UID"]
    assert sequence(first) < sequence(second) < sequence(third)
    assert begins(first) == datetime(2026, 12, 1, 23, tzinfo=UTC)
    assert begins(second) == datetime(2026, 12, 2, 0, tzinfo=UTC)
    assert (first["STATUS"], third["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert str(first["ORGANIZER"]) == f"mailto:{OURS}"
    assert str(first["ATTENDEE"]) == f"mailto:{MAIL}"
    assert first["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert "your date is Tue Dec 1, 5 PM, Lincoln Library" in str(booked.get_body().get_content())  # type: ignore[union-attr]


async def test_a_date_given_back_by_text_is_taken_out_of_the_calendar(tmp_path: Path) -> None:
    async with open_post(tmp_path, language="es") as post:
        (booked,) = await post.after()
        await post.house.say("sms", USER, "no puedo ir")
        await post.house.say("sms", USER, "sí")
        assert rows(post.house, "SELECT status FROM booking") == [{"status": "released"}]
        (off,) = await post.after()

    assert opened(booked)[1]["UID"] == opened(off)[1]["UID"]
    assert opened(off)[0] == "CANCEL"
    assert "su fecha es" in booked.get_body().get_content()  # type: ignore[union-attr]
    assert str(opened(booked)[1]["SUMMARY"]) == "Clase"


async def test_a_reminder_changes_nothing_that_a_calendar_shows(tmp_path: Path) -> None:
    async with open_post(tmp_path) as post:
        await post.after()
        change(post.house, f"UPDATE booking SET asked = 1, changed_at = {to_micros(post.house.clock.at)}")  # noqa: S608
        assert await post.after() == []
        assert await post.after() == []


async def test_the_clock_stops_where_a_calendar_has_to_be_told_and_nowhere_else(url: str, tmp_path: Path) -> None:
    async with open_post(tmp_path, url=url) as post:
        post.house.clock.at += timedelta(minutes=1)
        told_at = post.house.clock.at
        before = await post.house.app.clock.coming()
        mails = await post.after(minutes=0)
        after = await post.house.app.clock.coming()

    assert told_at in before
    assert len(mails) == 1
    assert after[0] > told_at + timedelta(minutes=1)


async def test_what_is_off_before_anything_was_told_of_it_keeps_the_clock_at_rest(url: str, tmp_path: Path) -> None:
    async with open_post(tmp_path, url=url) as post:
        change(post.house, "UPDATE slot SET cancelled = TRUE")
        assert await post.after() == []

        assert (await post.house.app.clock.coming())[0] > post.house.clock.at + timedelta(minutes=1)


@pytest.mark.parametrize("why", ["no consent", "left", "unreachable"])
async def test_nobody_gets_a_file_who_does_not_want_mail(why: str, tmp_path: Path) -> None:
    async with open_post(tmp_path, consented=why != "no consent") as post:
        if why == "left":
            change(post.house, "UPDATE address SET opted_out_at = 1 WHERE channel = 'email'")
        if why == "unreachable":
            change(post.house, "UPDATE address SET reachable = 0 WHERE channel = 'email'")

        assert await post.after() == []


async def test_what_is_over_or_was_off_before_is_not_told(tmp_path: Path) -> None:
    async with open_post(tmp_path) as post:
        change(post.house, f"UPDATE booking SET status = 'released', changed_at = {to_micros(post.house.clock.at)}")  # noqa: S608
        assert await post.after() == []


async def test_two_who_look_at_once_write_once(tmp_path: Path) -> None:
    async with open_post(tmp_path) as post:
        app = post.house.app
        with app.database.reading() as session:
            (one,) = calendar_mails.list_untold(session, HUB.id, post.house.clock.at)
        assert mail_dates(app.database, HUB, app.library, post.house.clock.at) == 1
        with app.database.session() as session:
            late = calendar_mails.write(session, HUB.id, one, text="again", calendar="", now=post.house.clock.at)

        assert not late
        assert len(await post.after()) == 1


async def test_whoever_is_erased_is_told_nothing_more(tmp_path: Path) -> None:
    async with open_post(tmp_path) as post:
        await post.after()
        for text in ("DELETE MY DATA", "1"):
            await post.house.say("sms", USER, text)

        assert await post.after() == []
        assert rows(post.house, "SELECT * FROM calendar_mail") == []
        assert rows(post.house, "SELECT * FROM outbox WHERE calendar IS NOT NULL") == []
