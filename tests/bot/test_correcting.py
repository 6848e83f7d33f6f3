"""An answer corrected later: every gate is looked at again in one transaction, and told in one message. On both databases."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from bot.correcting import correct
from bot.mistake import MistakeError
from flows.rules.organisations import Policy
from flows.stages import Stage
from storage import people
from storage.tables import PersonRow
from tests.bot.house import HUB, House, open_house
from tests.bot.outsiders import MOTHER, rows
from tests.bot.test_organisations import ANA, EMPLOYEE, SHIFTS, employer, minutes_used, sign_up, text

TRAINING = datetime(2026, 12, 9, 17, 0)  # noqa: DTZ001 - wall clock of the place


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url) as opened:
        yield opened


async def booked(house: House) -> None:
    """Sign Ana up as an employee on paid time, with two shifts and a training ahead."""
    employer(house, Policy(hours_per_year=3))
    house.add_training(TRAINING)
    for at in SHIFTS[:2]:
        house.add_shift(at)
    await sign_up(house, EMPLOYEE)
    for word in ("SHIFTS", "1", "SHIFTS", "1", "TRAINING", "1", "Ana Lopez"):
        await house.say("sms", ANA, word)
    assert len(held(house)) == 3


def held(house: House) -> list[object]:
    found = rows(house, "SELECT s.kind FROM booking AS b JOIN slot AS s ON s.id = b.slot_id WHERE b.status = 'booked'")
    return [row["kind"] for row in found]


def ana(house: House) -> PersonRow:
    with house.app.database.reading() as session:
        person = people.find_by_user(session, HUB.id, ANA)
        assert person
        return person


def trail(house: House, what: str) -> list[tuple[object, dict[str, str]]]:
    kept = rows(house, f"SELECT author, detail FROM audit WHERE what = '{what}' ORDER BY id")  # noqa: S608
    return [(row["author"], json.loads(str(row["detail"]))) for row in kept]


async def by_desk(house: House, field: str, value: str) -> str:
    return await correct(
        house.app.store,
        HUB,
        house.app.library,
        house.app.inbox.accounts,
        person_ref=ana(house).ref,
        field=field,
        value=value,
        author="coordinator:ana",
        now=house.clock.at,
    )


async def test_who_turns_out_to_be_a_minor_loses_every_place_and_their_guardian_is_asked(house: House) -> None:
    await booked(house)
    assert minutes_used(house) == 120

    assert "Is that right?" in await text(house, "my birthday is wrong, it is 2/14/2010")
    assert len(held(house)) == 3
    told = await text(house, "yes")
    assert told.startswith("We gave 3 places back")
    assert held(house) == []
    assert minutes_used(house) == 0
    assert ana(house).stage == Stage.WAITING_GUARDIAN

    await house.say("sms", ANA, "Maria Lopez")
    await house.say("sms", ANA, MOTHER)
    assert any(message.to.user == MOTHER for message in house.channels["sms"].sent)

    author, move = trail(house, "stage")[-1]
    assert (author, move["to"]) == ("rule:stage_after", Stage.WAITING_GUARDIAN)
    assert trail(house, "answer")[0] == ("person", {"changed": "birth_date"})
    assert {str(row["reason"]) for row in rows(house, "SELECT reason FROM task WHERE closed_at IS NULL")} >= {
        "shift_at_risk",
    }


async def test_places_that_only_the_store_can_judge_go_as_well_and_are_told_in_the_same_message(house: House) -> None:
    """Until an aid office has confirmed an award, nobody serves on it."""
    await booked(house)
    await text(house, "CHANGE group")
    told = await text(house, "work-study")

    assert told.startswith("We gave 2 places back")
    assert held(house) == ["training"]
    assert minutes_used(house) == 0


async def test_own_time_takes_nothing_of_an_allowance_and_keeps_its_places(house: House) -> None:
    await booked(house)
    await text(house, "CHANGE kind of time")
    told = await text(house, "2")

    assert "place" not in told
    assert len(held(house)) == 3
    assert minutes_used(house) == 0


async def test_coordinator_corrects_and_the_person_is_told_once(house: House) -> None:
    await booked(house)
    said = await by_desk(house, "role", "mentor")
    (message,) = await house.send()

    assert "2 of their places were given back" in said
    assert message.text.startswith("We gave 2 places back")
    assert "we corrected this for you: role Mentor" in message.text
    assert held(house) == ["training"]
    assert trail(house, "answer") == [("coordinator:ana", {"changed": "role"})]


async def test_what_nobody_can_read_or_was_never_asked_is_refused(house: House) -> None:
    await booked(house)

    with pytest.raises(MistakeError, match="cannot be read as role"):
        await by_desk(house, "role", "astronaut")
    with pytest.raises(MistakeError, match="no answer 'shoe_size'"):
        await by_desk(house, "shoe_size", "9")
    assert len(held(house)) == 3
