"""What keeps one kind of the clock's work from being done keeps no other kind waiting, and is told."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.bot.house import open_house
from tests.bot.outsiders import change, rows
from tests.bot.test_sending import announce, sign_up


async def test_a_talk_that_cannot_be_read_holds_up_no_broadcast(url: str, tmp_path: Path) -> None:
    async with open_house(tmp_path, url=url) as house:
        await sign_up(house)
        await house.say("sms", "+13125550177", "HI")  # asked, and to be asked again
        announce(house)
        change(house, "UPDATE conversation SET state = '{' WHERE person_id = (SELECT max(id) FROM person)")
        change(house, "UPDATE timer SET due_at = 1")
        house.clock.at += timedelta(seconds=1)

        with pytest.raises(ExceptionGroup):
            await house.app.clock.tick()

        assert [row["body"] for row in rows(house, "SELECT body FROM outbox WHERE purpose = 'broadcast'")]
