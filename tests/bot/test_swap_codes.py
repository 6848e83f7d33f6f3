"""A place handed to a colleague by a code: it works once, for a day, and no number is shared."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.bot.house import House, open_house
from tests.bot.outsiders import rows
from tests.bot.test_covering import add_tutors, phone, take_shift


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    """Return a house in which number 1 has a shift and number 2 has none."""
    async with open_house(tmp_path, url=url) as opened:
        opened.add_shift(datetime(2026, 11, 26, 15, 0), capacity=1)  # noqa: DTZ001 - wall clock of the place
        await add_tutors(opened, 1, 2, 3)
        await take_shift(opened, 1)
        yield opened


async def code_of(house: House, number: int) -> str:
    (reply,) = await house.say("sms", phone(number), "SWAP CODE")
    found = re.search(r"\b\d{6}\b", reply.text)
    assert found, reply.text
    return found[0]


def holder(house: House) -> list[object]:
    held = rows(
        house,
        "SELECT p.given_name FROM booking AS b JOIN person AS p ON p.id = b.person_id"
        " WHERE b.status IN ('booked', 'confirmed')",
    )
    return [row["given_name"] for row in held]


async def test_place_is_handed_over_by_a_code_that_works_once(house: House) -> None:
    code = await code_of(house, 2)

    left = await house.say("sms", phone(1), f"SWAP {code}")

    assert {message.to.user for message in left} == {phone(1), phone(2)}
    assert not any(phone(2)[-4:] in message.text for message in left)
    (again,) = await house.say("sms", phone(1), f"SWAP {code}")
    assert "That code does not work" in again.text
    await house.say("sms", phone(2), "C")
    assert holder(house) == ["P2"]


async def test_another_code_voids_the_first_and_a_day_later_none_works(house: House) -> None:
    first, second = await code_of(house, 2), await code_of(house, 2)

    (refused,) = await house.say("sms", phone(1), f"SWAP {first}")
    assert "That code does not work" in refused.text
    house.clock.at += timedelta(days=1, minutes=1)
    (late,) = await house.say("sms", phone(1), f"SWAP {second}")
    assert "That code does not work" in late.text


async def test_code_for_a_swap_joins_no_channels_and_the_other_way_round(house: House) -> None:
    swap = await code_of(house, 2)
    (reply,) = await house.say("slack", "U9", f"LINK {swap}")
    assert "does not work" in reply.text

    (reply,) = await house.say("sms", phone(2), "LINK")
    found = re.search(r"\b\d{6}\b", reply.text)
    assert found
    (refused,) = await house.say("sms", phone(1), f"SWAP {found[0]}")
    assert "does not work" in refused.text


async def test_code_is_kept_only_as_a_hash(house: House) -> None:
    code = await code_of(house, 2)

    kept = rows(house, "SELECT token_hash, purpose, person_id FROM link")
    assert [row["purpose"] for row in kept] == ["swap"]
    assert code not in str(kept)
    assert code not in str(rows(house, "SELECT body FROM outbox"))  # once it has left
    await house.say("sms", phone(2), "please delete my data")
    await house.say("sms", phone(2), "DELETE")
    assert rows(house, "SELECT id FROM link") == []
