"""What a reminder says depends on what the person has said before."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from tests.bot.house import open_house, shown
from tests.bot.test_sending import VOLUNTEER, sign_up


async def test_person_who_confirmed_is_not_asked_again(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_training(datetime(2026, 12, 1, 17, 0))  # noqa: DTZ001 - wall clock of the place
        await sign_up(house)
        await house.say("sms", VOLUNTEER, "1")
        await house.say("sms", VOLUNTEER, "Ana Lopez")
        (asked,) = await house.jump(house.clock.at + timedelta(days=6), step=timedelta(hours=1))
        await house.say("sms", VOLUNTEER, "C")

        (again, _) = await house.jump(house.clock.at + timedelta(days=2, hours=5), step=timedelta(hours=1))

        assert shown(asked).endswith("Can you come?\nC I will come\nN I cannot come\nR Another time")
        assert shown(again).endswith("please say so.\nN I cannot come\nR Another time")
