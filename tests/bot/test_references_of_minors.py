"""References of somebody under 18 are left alone as long as no guardian agrees, and asked again once one does."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands import vetting_desk
from bot.commands.places import Desk
from flows.stages import Stage
from tests.bot.house import House, open_house
from tests.bot.outsiders import MIA, MOTHER, agree, ask, browser, enter, link_to, rows
from tests.bot.test_references import CHECKED, OMAR, ROSA, answer

_NAMED = ("Rosa Diaz", "312-555-0177", "Omar Haddad", OMAR)
_AGREES = ("Maria Lopez", "1")


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url, hub=CHECKED) as opened:
        yield opened


async def named(house: House) -> str:
    """Let Mia sign up, her mother agree, and Mia name two references, whose letters wait; return the mother's link."""
    link = await ask(house)
    for line in ("hi", "1", *_AGREES):
        await house.say("sms", MOTHER, line)
    await house.jump(house.clock.at + timedelta(minutes=1))
    for line in _NAMED:
        await house.say("sms", MIA, line)
    assert stage(house) == Stage.VETTING
    return link


def stage(house: House) -> object:
    return rows(house, "SELECT stage FROM person WHERE given_name = 'Mia'")[0]["stage"]


async def until(house: House, days: int = 1) -> list[str]:
    """Go on some days; return which references were written to."""
    left = await house.jump(house.clock.at + timedelta(days=days), step=timedelta(hours=3))
    return sorted(message.to.user for message in left if message.to.user in (ROSA, OMAR))


async def test_no_letter_leaves_once_the_guardian_took_it_back(house: House) -> None:
    await named(house)

    await house.say("sms", MOTHER, "WITHDRAW")

    assert await until(house, 14) == []
    assert "reference_silent" not in {row["reason"] for row in rows(house, "SELECT reason FROM task")}


async def test_second_letter_stays_and_the_first_leads_nowhere(house: House) -> None:
    await named(house)
    assert await until(house) == sorted((ROSA, OMAR))
    link = link_to(house, ROSA)

    await house.say("sms", MOTHER, "WITHDRAW")

    async with browser(house) as visitor:
        assert (await visitor.get(link)).status_code == 404
    assert await until(house, 14) == []


@pytest.mark.parametrize("by", ["page", "reply"])
async def test_who_has_not_answered_is_asked_again_once_the_guardian_agrees(house: House, by: str) -> None:
    link = await named(house)
    await until(house)
    await answer(house, ROSA)
    await house.say("sms", MOTHER, "WITHDRAW")

    if by == "page":
        async with browser(house) as visitor:
            await agree(visitor, link, await enter(house, visitor, link))
    else:
        for line in ("AGREE", "1", *_AGREES):
            await house.say("sms", MOTHER, line)

    assert stage(house) == Stage.VETTING
    assert await until(house, 14) == [OMAR, OMAR]
    await answer(house, OMAR)


async def test_nobody_is_asked_again_about_whom_a_coordinator_decided_or_who_was_named_no_more(house: House) -> None:
    await named(house)
    await until(house)
    await house.say("sms", MOTHER, "WITHDRAW")
    desk = Desk(database=house.app.database, hub=CHECKED, library=house.app.library)
    vetting_desk.set_requirement(desk, MIA, "reference", "met", nth=1, since=None, reference="", by="dana")
    await house.say("sms", MIA, "CHANGE contact of my second reference")
    await house.say("sms", MIA, "other@example.org")

    for line in ("AGREE", "1", *_AGREES):
        await house.say("sms", MOTHER, line)

    assert await until(house, 14) == []
    assert "reference_not_asked" in {row["reason"] for row in rows(house, "SELECT reason FROM task")}


async def test_letters_speak_the_language_of_whom_they_are_about(house: House) -> None:
    await named(house)
    await house.say("sms", MIA, "español")
    await house.say("sms", MOTHER, "WITHDRAW")
    for line in ("AGREE", "1", *_AGREES):
        await house.say("sms", MOTHER, line)

    await until(house)

    (letter,) = [message.text for message in house.channels["sms"].sent if message.to.user == ROSA]
    assert "Mia quiere ayudar a menores a aprender" in letter
    assert "?lang=es" in letter
