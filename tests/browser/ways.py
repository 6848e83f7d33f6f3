"""The way to the page of each kind of link: who is written to, and by which link, once somebody has signed up and served."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from flows.facts import Hub
from flows.rules.links import LinkPurpose
from tests.bot.house import HUB, House
from tests.bot.outsiders import MOTHER, ask, change, link_to
from tests.bot.test_hours import SHIFT, START, SUPERVISOR, shift, volunteer
from tests.bot.test_organisations import BOSS, EMPLOYEE, OFFICE, WORK_STUDY, college, employer, sign_up, tick
from tests.bot.test_references import CHECKED, ROSA
from tests.bot.test_references import sign_up as name_references

_STUDENT, _EMPLOYEE, _VOLUNTEER = "+13125550134", "+13125550135", "+13125550136"
_LINK: Final = re.compile(r"https://bright\.example\.org(/l/[\w-]{22})")
#: The path of a link, and whom its code is sent to.
Way = tuple[str, str]


async def _guardian(house: House) -> Way:
    return await ask(house), MOTHER


async def _aid_office(house: House) -> Way:
    college(house)
    await sign_up(house, WORK_STUDY, _STUDENT)
    await tick(house)
    return link_to(house, OFFICE), OFFICE


async def _manager(house: House) -> Way:
    employer(house)
    for day in ("03", "10"):
        house.add_shift(datetime.fromisoformat(f"2026-12-{day}T16:00"))
    await sign_up(house, EMPLOYEE, _EMPLOYEE)
    for text in ("SHIFTS", "1", "SHIFTS", "1"):
        await house.say("sms", _EMPLOYEE, text)
    await tick(house)
    return link_to(house, BOSS), BOSS


async def _reference(house: House) -> Way:
    await name_references(house)
    return link_to(house, ROSA), ROSA


async def _hours(house: House) -> Way:
    volunteer(house, _VOLUNTEER)
    await shift(house, _VOLUNTEER, starts=SHIFT)
    house.clock.at = START + timedelta(minutes=60)
    await house.say("sms", _VOLUNTEER, "done")
    await house.jump(house.clock.at + timedelta(hours=1, minutes=30))
    return link_to(house, SUPERVISOR), SUPERVISOR


async def _letter(house: House) -> Way:
    await _hours(house)
    change(house, "UPDATE hours SET status = 'approved'")
    return await _own(house, "LETTER")


async def _export(house: House) -> Way:
    volunteer(house, _VOLUNTEER)
    return await _own(house, "MY DATA")


async def _own(house: House, word: str) -> Way:
    (reply,) = await house.say("sms", _VOLUNTEER, word)
    found = _LINK.search(reply.text)
    assert found, reply.text
    return found[1], _VOLUNTEER


#: Each kind that has a page; ``tests/browser/test_link_pages.py`` fails for a kind that has none here.
WAYS: Final[Mapping[LinkPurpose, Callable[[House], Awaitable[Way]]]] = {
    LinkPurpose.GUARDIAN: _guardian,
    LinkPurpose.AID_OFFICE: _aid_office,
    LinkPurpose.MANAGER: _manager,
    LinkPurpose.REFERENCE: _reference,
    LinkPurpose.HOURS: _hours,
    LinkPurpose.LETTER: _letter,
    LinkPurpose.EXPORT: _export,
}


def hub_for(purpose: LinkPurpose) -> Hub:
    """Return the hub in which such links are made."""
    return CHECKED if purpose is LinkPurpose.REFERENCE else HUB
