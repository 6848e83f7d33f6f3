"""Odd clocks from booking to reminder: 2:30 in the night of the change, places without summer time, 29 February."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from flows.facts import SlotKind
from flows.stages import Stage
from storage import people, schedule
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import change, rows

ANA = "+13125550155"
#: Night of the change forward, and Sunday noon on the day of each change.
SPRING = "2027-03-14"


def plan(house: House, local: str, zone: str) -> str:
    with house.app.database.session() as session:
        slot = schedule.add_slot(
            session,
            HUB.id,
            kind=SlotKind.SHIFT,
            title={"en": "Session", "es": "Clase"},
            starts_local=datetime.fromisoformat(local),
            zone=zone,
            minutes=60,
            capacity=5,
            place="Online",
        )
        return slot.ref


async def ready(house: House, *, born: str = "1990-01-01", zone: str = "America/Chicago") -> None:
    """Let Ana be known, trained, and agreed to be written to."""
    await house.say("sms", ANA, "HI")
    await house.say("sms", ANA, "1")
    change(
        house,
        f"UPDATE person SET stage = 'ready', birth_date = '{born}', zone = '{zone}', language = 'en', "  # noqa: S608
        f"""answers = '{{"birth_date": "{born}", "zone": "{zone}", "given_name": "Ana"}}'""",
    )
    change(house, "UPDATE conversation SET state = ''")
    with house.app.database.reading() as session:
        person = people.find_by_user(session, HUB.id, ANA)
        assert person
        assert person.stage == Stage.READY


@pytest.mark.parametrize(
    ("local", "zone", "utc"),
    [
        (f"{SPRING}T02:30", "America/Chicago", "2027-03-14T08:30"),  # there is no 2:30: the clock shows 3:30
        (f"{SPRING}T02:30", "America/Phoenix", "2027-03-14T09:30"),  # no summer time
        (f"{SPRING}T02:30", "America/Indiana/Knox", "2027-03-14T08:30"),  # Indiana on Central time
        (f"{SPRING}T02:30", "America/Indiana/Indianapolis", "2027-03-14T07:30"),  # and on Eastern
        ("2027-11-07T01:30", "America/Chicago", "2027-11-07T06:30"),  # the first of two
    ],
)
async def test_a_shift_at_an_odd_hour_is_one_instant_and_reminded_of_once_each(
    local: str, zone: str, utc: str, url: str, tmp_path: Path
) -> None:
    async with open_house(tmp_path, url=url) as house:
        instant = datetime.fromisoformat(utc).replace(tzinfo=UTC)
        house.clock.at = instant - timedelta(days=6)
        await ready(house)
        plan(house, local, zone)
        await house.say("sms", ANA, "SHIFTS")
        await house.say("sms", ANA, "1")
        (slot,) = rows(house, "SELECT starts_at, taken FROM slot")
        assert (slot["starts_at"], slot["taken"]) == (int(instant.timestamp()) * 1_000_000, 1)

        left = await house.jump(instant - timedelta(minutes=1), step=timedelta(minutes=30))

        reminders = [str(row["dedupe_key"]) for row in rows(house, "SELECT dedupe_key FROM outbox")]
        kinds = [key.rpartition(":")[2] for key in reminders if key.startswith("reminder:")]
        assert sorted(set(kinds)) == sorted(kinds)
        assert 1 <= len(left) <= 3


@pytest.mark.parametrize(("day", "held"), [(date(2026, 2, 28), 0), (date(2026, 3, 1), 1)])
async def test_born_on_29_february_is_of_age_on_1_march_also_when_it_was_corrected(
    day: date, held: int, url: str, tmp_path: Path
) -> None:
    """A shift one to one is for adults on its own day."""
    async with open_house(tmp_path, url=url) as house:
        house.clock.at = datetime(2026, 2, 20, 18, 0, tzinfo=UTC)
        await ready(house)
        plan(house, f"{day}T15:00", "America/Chicago")
        change(house, "UPDATE slot SET one_to_one = TRUE")
        await house.say("sms", ANA, "SHIFTS")
        await house.say("sms", ANA, "1")
        assert rows(house, "SELECT taken FROM slot") == [{"taken": 1}]

        house.clock.at = datetime.combine(day, datetime.min.time(), ZoneInfo("America/Chicago")) + timedelta(hours=8)
        change(house, "UPDATE requirement_policy SET needed = FALSE")
        asked = await house.say("sms", ANA, "my birthday is wrong, it is 2/29/2008")
        if "Is that right?" in asked[-1].text:
            await house.say("sms", ANA, "yes")

        assert rows(house, "SELECT taken FROM slot") == [{"taken": held}]
