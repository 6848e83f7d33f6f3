"""The whole path on PostgreSQL as well: a person signs up, books, is reminded and answers."""

from __future__ import annotations

import signal
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from storage import people
from tests.bot.house import HUB, open_house, shown
from tests.bot.served import served
from tests.bot.test_sending import VOLUNTEER, sign_up
from tests.bot.test_serve import SIGN_UP, has, text, until
from tests.databases import NewDatabase


async def test_text_that_no_database_keeps_is_answered_on_postgres(new_postgres: NewDatabase, tmp_path: Path) -> None:
    with new_postgres() as url:
        async with open_house(tmp_path, url=url) as house:
            await house.say("sms", VOLUNTEER, "HI")

            assert len(await house.say("sms", VOLUNTEER, "a\0b \ud83d")) == 1


async def test_person_signs_up_books_and_confirms_on_postgres(new_postgres: NewDatabase, tmp_path: Path) -> None:
    with new_postgres() as url:
        async with open_house(tmp_path, url=url) as house:
            house.add_training(datetime(2026, 12, 1, 17, 0))  # noqa: DTZ001 - wall clock of the place
            await sign_up(house)
            await house.say("sms", VOLUNTEER, "1")
            booked = await house.say("sms", VOLUNTEER, "Ana Lopez")

            reminded = await house.jump(house.clock.at + timedelta(days=6), step=timedelta(hours=1))
            confirmed = await house.say("sms", VOLUNTEER, "C")

            assert shown(booked[0]).startswith("Booked, Ana: Tue Dec 1, 5 PM")
            assert shown(reminded[0]).startswith("Bright Hub: you are booked for Tue Dec 1, 5 PM")
            assert shown(confirmed[0]).startswith("Thank you! See you")
            with house.app.database.reading() as session:
                person = people.find_by_user(session, HUB.id, VOLUNTEER)
                assert person
                assert person.stage == "training"


async def test_served_on_postgres_a_person_signs_up_by_text(new_postgres: NewDatabase, tmp_path: Path) -> None:
    with new_postgres() as url:
        async with served(tmp_path, database_url=url) as (house, vendors):
            for number, line in enumerate(SIGN_UP, start=1):
                assert await text(house, line) == 200
                await until(partial(has, vendors.twilio.messages, number))

            assert "You are accepted" in vendors.twilio.messages[-1]["body"]
            assert await house.end(signal.SIGTERM) == 0
