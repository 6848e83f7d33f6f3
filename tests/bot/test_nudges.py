"""Timers in the whole house: silence for days, restarts, two clocks at once, nights, and what leaves in the end."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from bot.ticks.timers import take_due
from channels.base import UnknownOutcomeError
from flows.messages import Purpose
from storage import people
from storage.opening import open_store
from tests.bot.house import HUB, MONDAY, House, open_house, shown
from tests.bot.outsiders import change
from tests.bot.test_preferring import CLOSED
from tests.bot.test_sending import SIGN_UP, VOLUNTEER, announce

CHICAGO = ZoneInfo("America/Chicago")
HOUR = timedelta(hours=1)


async def begin(house: House, user: str = VOLUNTEER, answers: int = 4) -> None:
    for line in SIGN_UP[:answers]:
        await house.say("sms", user, line)


def chicago(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of November 2026 by Chicago's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=CHICAGO)


async def test_who_leaves_for_three_days_is_still_accepted(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_training(datetime(2026, 12, 8, 17, 0))  # noqa: DTZ001 - wall clock of the place
        await begin(house)

        nudges = await house.jump(MONDAY + timedelta(days=3, hours=4), step=HOUR)
        (welcome,) = await house.say("sms", VOLUNTEER, "sorry I was busy")
        for line in SIGN_UP[4:]:
            last = await house.say("sms", VOLUNTEER, line)

        assert [message.purpose for message in nudges] == [Purpose.NUDGE, Purpose.NUDGE]
        assert shown(welcome).startswith("Welcome back! We were here:")
        assert "You are accepted" in shown(last[0])
        with house.app.database.reading() as session:
            person = people.find_by_user(session, HUB.id, VOLUNTEER)
            assert person
            assert person.stage == "eligible"


async def test_silence_for_ever_ends_in_silence(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await begin(house)

        left = await house.jump(MONDAY + timedelta(days=40), step=HOUR)

        assert len(left) == 3
        assert len({message.text for message in left}) == 3
        assert "Text us any time" in left[-1].text
        assert pending(house) == 0


async def test_who_never_agreed_is_left_alone_in_silence(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await house.say("sms", VOLUNTEER, "HI")

        assert await house.jump(MONDAY + timedelta(days=10), step=HOUR) == []
        assert pending(house) == 0


async def test_nudge_comes_once_over_a_restart_on_either_database(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        await begin(house)
        house.clock.at = chicago(24, 17, 1)
        await house.app.clock.tick()

    async with open_house(tmp_path, url=url) as house:
        house.clock.at = chicago(24, 17, 2)
        await house.app.clock.tick()
        (nudge,) = await house.send()

        assert nudge.purpose is Purpose.NUDGE
        assert await house.jump(chicago(25, 23), step=HOUR) == []


async def test_timer_that_was_found_but_not_taken_is_found_again(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        await begin(house)
        assert await house.app.store.due_timers(HUB.id, chicago(24, 17, 1), 10)

    async with open_house(tmp_path, url=url) as house:
        assert len(await house.jump(chicago(24, 18), step=HOUR)) == 1


async def test_two_clocks_nudge_once(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        for number in range(12):
            await begin(house, f"+131255502{number:02}")
        house.clock.at = chicago(24, 17, 1)
        other = open_store(url, HUB)
        await other.start()
        second = replace(house.app.clock, store=other)

        await asyncio.gather(house.app.clock.tick(), second.tick(), house.app.clock.tick(), second.tick())
        sent = await house.send()
        await other.close()

        assert len(sent) == 12
        assert len({message.to for message in sent}) == 12


async def test_answer_at_the_same_moment_is_not_lost(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        await begin(house)
        house.clock.at = chicago(24, 17, 1)
        app, answer = house.app, house.inbound("sms", VOLUNTEER, SIGN_UP[4])

        await asyncio.gather(app.inbox.deliver([answer]), take_due(app.store, HUB, app.shelf, {}, house.clock.at))
        sent = await house.send()

        assert "Which of these are you?" in sent[-1].text
        assert len(sent) <= 2


async def test_answer_overtakes_a_nudge_that_has_not_left(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await begin(house)
        house.clock.at = chicago(24, 17, 1)
        await house.app.clock.tick()  # the nudge stands in line

        sent = await house.say("sms", VOLUNTEER, SIGN_UP[4])

        assert [message.purpose for message in sent] == [Purpose.REPLY]


async def test_late_process_waits_for_the_morning(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await begin(house)
        house.clock.at = chicago(25, 2)
        await house.app.clock.tick()

        assert await house.send() == []
        assert await house.jump(chicago(25, 8, 59)) == []
        assert len(await house.jump(chicago(25, 9, 1), step=timedelta(minutes=1))) == 1


async def test_lost_answer_of_a_nudge_is_not_sent_again(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await begin(house)
        house.channels["sms"].fail_next(UnknownOutcomeError("reset"), arrives=False)
        await house.jump(chicago(24, 17, 1), step=HOUR)
        house.clock.at = chicago(24, 17, 5)
        await house.app.clock.reconcile()

        assert await house.send() == []


async def test_whoever_opts_out_hears_nothing_more(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await begin(house)
        await house.say("sms", VOLUNTEER, "stop please")

        assert await house.jump(MONDAY + timedelta(days=9), step=HOUR) == []
        assert pending(house) == 0


async def test_while_it_is_unclear_who_leaves_only_replies_leave(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_training(datetime(2026, 12, 1, 17, 0))  # noqa: DTZ001 - wall clock of the place
        for line in (*SIGN_UP, "1", "Ana Lopez"):
            await house.say("sms", VOLUNTEER, line)
        (asked,) = await house.say("sms", VOLUNTEER, "go away")
        announce(house)

        held_back = await house.jump(chicago(29, 20), step=HOUR)
        (reply,) = await house.say("sms", VOLUNTEER, "no, I'll be there")
        reminded = await house.jump(chicago(30, 12), step=HOUR)

        assert "STOP" in asked.text
        assert held_back == []
        assert reply.purpose is Purpose.REPLY
        assert {message.purpose for message in reminded} == {Purpose.REMINDER}


def pending(house: House) -> int:
    """Count the timers that wait."""
    with house.app.database.reading() as session:
        return int(session.connection().execute(text("SELECT count(*) FROM timer")).scalar_one())


async def test_who_asked_for_a_person_is_not_nudged_until_a_human_has_looked(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        await begin(house)
        await house.say("sms", VOLUNTEER, "PERSON")

        assert await house.jump(MONDAY + timedelta(days=12), step=HOUR) == []

        with house.app.database.session() as session:
            session.connection().execute(text("UPDATE task SET closed_at = 1 WHERE reason = 'asked_for_a_person'"))
        left = await house.jump(MONDAY + timedelta(days=30), step=HOUR)

        assert [message.purpose for message in left] == [Purpose.NUDGE, Purpose.NUDGE, Purpose.NUDGE]
        assert (
            len({message.text for message in left}) == 3
        )  # two nudges and the end, as if nothing had been passed over


async def test_another_task_holds_no_nudge(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        await begin(house)
        with house.app.database.session() as session:
            session.connection().execute(
                text(
                    "INSERT INTO task (hub, person_id, kind, reason, opened_at)"
                    " SELECT hub, id, 'hand_off', 'dosage', 1 FROM person"
                )
            )

        assert len(await house.jump(MONDAY + timedelta(days=3, hours=4), step=HOUR)) == 2


# --- on which channel -------------------------------------------------------------------------------------------------


def know_elsewhere(house: House) -> None:
    """Let the one person be known on Telegram as well, content to be written to, and prefer it for all that has a channel."""
    elsewhere = (
        """INSERT INTO address (hub, channel, account, "user", person_id, consented_at, reachable, created_at)
           SELECT hub, 'telegram', 'telegram-account', '77', person_id, 1, TRUE, 0 FROM address""",
        """INSERT INTO channel_preference (person_id, purpose, hub, address_id)
           SELECT person_id, 'notice', hub, id FROM address WHERE channel = 'telegram'""",
    )
    for sql in elsewhere:
        change(house, sql)


async def test_nudge_comes_where_the_talk_is_whatever_is_preferred(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        await begin(house)
        know_elsewhere(house)

        (nudge,) = await house.jump(chicago(24, 18), step=HOUR)

        assert (nudge.to.channel, nudge.purpose) == ("sms", Purpose.NUDGE)


@pytest.mark.parametrize("closed", CLOSED)
async def test_nudge_follows_to_an_open_channel_and_the_talk_goes_on_there(
    url: str, tmp_path: Path, closed: str
) -> None:
    async with open_house(tmp_path, url=url) as house:
        await begin(house)
        know_elsewhere(house)
        change(house, f"UPDATE address SET {closed} WHERE channel = 'sms'")  # noqa: S608 - of a list of ours

        (nudge,) = await house.jump(chicago(24, 18), step=HOUR)
        (answer,) = await house.say("telegram", "77", SIGN_UP[4])

        assert (nudge.to.channel, nudge.purpose) == ("telegram", Purpose.NUDGE)
        assert (answer.to.channel, answer.purpose) == ("telegram", Purpose.REPLY)
        assert await house.jump(chicago(25, 16), step=HOUR) == []
