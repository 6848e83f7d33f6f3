"""Guardians and references who were asked and stay silent: asked once more, then shown to staff once. On both databases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands import vetting_desk
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import MOTHER, agree, browser, enter, rows
from tests.bot.outsiders import ask as ask_mother
from tests.bot.test_references import ANN, OMAR, ROSA, answer, desk_of, sign_up

STEP = timedelta(hours=1)


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url, hub=replace(HUB, requires=("reference",))) as opened:
        yield opened


def tasks(house: House, reason: str) -> list[bool]:
    """List whether each task of that reason is open."""
    found = rows(house, f"SELECT closed_at FROM task WHERE reason = '{reason}' ORDER BY id")  # noqa: S608
    return [row["closed_at"] is None for row in found]


async def days(house: House, count: float) -> list[str]:
    """Let days pass; return whom something left for."""
    return [message.to.user for message in await house.jump(house.clock.at + timedelta(days=count), step=STEP)]


async def test_guardian_is_nobodys_task_until_they_were_silent_for_three_days(house: House) -> None:
    link = await ask_mother(house)
    assert rows(house, "SELECT reason FROM task") == []
    await days(house, 2.9)
    assert tasks(house, "guardian_silent") == []

    await days(house, 0.2)
    assert tasks(house, "guardian_silent") == [True]
    await days(house, 5)
    assert tasks(house, "guardian_silent") == [True]

    async with browser(house) as visitor:
        await agree(visitor, link, await enter(house, visitor, link, contact=MOTHER))
    assert tasks(house, "guardian_silent") == [False]
    await days(house, 5)
    assert tasks(house, "guardian_silent") == [False]


async def test_reference_is_asked_once_more_after_five_days_and_shown_after_ten(house: House) -> None:
    await sign_up(house)
    assert await days(house, 4) == []
    await answer(house, OMAR)

    left = await days(house, 3)
    assert ROSA in left
    assert OMAR not in left
    assert tasks(house, "reference_silent") == []
    assert ROSA not in await days(house, 4)
    assert tasks(house, "reference_silent") == [True]

    await answer(house, ROSA)
    assert tasks(house, "reference_silent") == [False]
    assert ROSA not in await days(house, 3)


async def test_what_a_coordinator_decides_ends_the_asking(house: House) -> None:
    await sign_up(house)
    for nth in (1, 2):
        vetting_desk.set_requirement(
            desk_of(house), ANN, "reference", "met", nth=nth, since=None, reference="", by="dana"
        )
    left = await days(house, 12)

    assert ROSA not in left
    assert OMAR not in left
    assert tasks(house, "reference_silent") == []
