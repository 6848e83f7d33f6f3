"""One person writes on two channels: a code joins them, and nothing is lost, doubled or given to somebody else."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.tables import Table
from tests.bot.house import House, open_house
from tests.bot.outsiders import change, rows

PHONE, SLACK, OTHER = "+13125550177", "U77", "+13125550178"
SIGN_UP = ("HI", "1", "1", "60614", "5/14/1956", "3", "1", "1", "2", "weekday afternoons", "1", "1", "Ana Torres")


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url) as opened:
        opened.add_training(datetime.fromisoformat("2026-12-01T17:00"))
        yield opened


async def sign_up(house: House, user: str = PHONE, channel: str = "sms", name: str = "Ana Torres") -> None:
    """Take somebody through the questions to a booked training."""
    for text in (*SIGN_UP[:-1], name):
        await house.say(channel, user, text)


async def code_of(house: House, user: str = PHONE, channel: str = "sms", words: str = "LINK") -> str:
    """Ask for a code."""
    (reply,) = await house.say(channel, user, words)
    found = re.search(r"\b\d{6}\b", reply.text)
    assert found, reply.text
    return found[0]


def people(house: House) -> list[dict[str, object]]:
    return rows(house, "SELECT id, given_name FROM person ORDER BY id")


@pytest.mark.parametrize("typed", ["LINK {}", "link {}", "vincular {}", "{}"])
async def test_code_makes_one_person_of_two(house: House, typed: str) -> None:
    await sign_up(house)
    code = await code_of(house)

    (reply,) = await house.say("slack", SLACK, typed.format(code))

    assert "both channels are yours" in reply.text
    assert [person["given_name"] for person in people(house)] == ["Ana"]
    assert len(rows(house, "SELECT id FROM address WHERE consented_at IS NOT NULL")) == 2
    (status,) = await house.say("slack", SLACK, "STATUS")
    assert "Lincoln Library" in status.text
    assert [row["what"] for row in rows(house, "SELECT what FROM audit WHERE what = 'joined'")] == ["joined"]


@pytest.mark.parametrize("fuller", ["typist", "other"])
async def test_whoever_has_told_more_stays_whichever_side_typed(house: House, fuller: str) -> None:
    await sign_up(house)
    await house.say("slack", SLACK, "HI")
    ana = people(house)[0]
    if fuller == "other":
        await house.say("slack", SLACK, "LINK " + await code_of(house))
    else:
        await house.say("sms", PHONE, "LINK " + await code_of(house, SLACK, "slack"))

    assert people(house) == [ana]
    assert {row["person_id"] for row in rows(house, "SELECT person_id FROM inbound")} == {people(house)[0]["id"]}
    for channel, user in (("sms", PHONE), ("slack", SLACK)):
        (status,) = await house.say(channel, user, "STATUS")
        assert "Lincoln Library" in status.text


async def test_a_place_that_both_had_is_one_and_reminded_of_once(house: House) -> None:
    await sign_up(house)
    await sign_up(house, SLACK, "slack")
    assert rows(house, "SELECT taken FROM slot") == [{"taken": 2}]

    await house.say("slack", SLACK, "LINK " + await code_of(house))
    sent = await house.jump(datetime.fromisoformat("2026-12-01T22:59+00:00"))

    assert rows(house, "SELECT taken FROM slot") == [{"taken": 1}]
    assert {message.to.channel for message in sent} == {"slack"}
    assert len(sent) == len({message.text for message in sent}) == 3


async def test_no_row_is_left_of_who_went(house: House) -> None:
    await sign_up(house)
    await sign_up(house, SLACK, "slack")
    await house.say("slack", SLACK, "CALENDAR")
    before = {row["id"] for row in people(house)}

    await house.say("slack", SLACK, "LINK " + await code_of(house))

    (gone,) = before - {row["id"] for row in people(house)}
    for table in Table.metadata.sorted_tables:
        for name in {"person_id", "guardian_id", "to_person_id"} & set(table.columns.keys()):
            assert rows(house, f"SELECT * FROM {table.name} WHERE {name} = {gone}") == [], table.name  # noqa: S608


async def test_code_works_once_and_for_ten_minutes_alone(house: House) -> None:
    await sign_up(house)
    code = await code_of(house)
    house.clock.at += timedelta(minutes=10)
    (late,) = await house.say("slack", SLACK, f"LINK {code}")
    fresh = await code_of(house)
    await house.say("telegram", "77001", f"LINK {fresh}")
    (again,) = await house.say("slack", SLACK, f"LINK {fresh}")

    assert "does not work" in late.text
    assert "does not work" in again.text


async def test_after_five_wrong_codes_nothing_is_tried_for_ten_minutes(house: House) -> None:
    await sign_up(house)
    right = await code_of(house)
    wrong = [f"{(int(right) + step) % 10**6:06}" for step in range(1, 6)]
    for code in wrong:
        await house.say("slack", SLACK, f"LINK {code}")
    (refused,) = await house.say("slack", SLACK, f"LINK {right}")
    house.clock.at += timedelta(minutes=10)
    (later,) = await house.say("slack", SLACK, "LINK " + await code_of(house))

    assert "Too many codes" in refused.text
    assert "both channels are yours" in later.text


async def test_another_birth_date_is_for_a_human(house: House) -> None:
    await sign_up(house)
    for text in (*SIGN_UP[:4], "5/14/1960"):
        await house.say("slack", SLACK, text)

    (reply,) = await house.say("slack", SLACK, "LINK " + await code_of(house))

    assert "A person of Bright Hub will look" in reply.text
    assert len(people(house)) == 2
    assert "link_differs" in {row["reason"] for row in rows(house, "SELECT reason FROM task")}


async def test_a_guardian_is_never_joined_with_their_child(house: House) -> None:
    await sign_up(house)
    await house.say("slack", SLACK, "HI")
    change(
        house,
        "INSERT INTO guardian (hub, ref, person_id, guardian_id, address_id, name, language, status, asked_at) "
        "SELECT 'test', 'r', MIN(id), MAX(id), 1, 'x', 'en', 'asked', 1 FROM person",
    )

    (reply,) = await house.say("slack", SLACK, "LINK " + await code_of(house))

    assert "will look" in reply.text
    assert len(people(house)) == 2


async def test_own_code_on_the_same_channel_changes_nothing(house: House) -> None:
    await sign_up(house)

    (reply,) = await house.say("sms", PHONE, "LINK " + await code_of(house))

    assert "on your other one" in reply.text
    assert len(people(house)) == 1


async def test_code_is_kept_nowhere(house: House) -> None:
    await sign_up(house)
    code = await code_of(house)

    for table in ("outbox", "link", "conversation", "inbound"):
        assert code not in str(rows(house, f"SELECT * FROM {table}")).replace(PHONE, "")  # noqa: S608


async def test_six_digits_may_be_an_answer_while_a_question_waits(house: House) -> None:
    for text in SIGN_UP[:3]:
        await house.say("sms", PHONE, text)

    (reply,) = await house.say("sms", PHONE, "606140")

    assert "code" not in reply.text.lower().replace("zip code", "")


async def test_who_leaves_one_channel_is_reminded_on_the_other(house: House) -> None:
    await sign_up(house)
    await house.say("slack", SLACK, "LINK " + await code_of(house))
    await house.say("sms", PHONE, "STATUS")  # written to here from now on
    await house.say("sms", PHONE, "STOP")
    sent = await house.jump(datetime.fromisoformat("2026-12-01T22:59+00:00"))

    assert len(sent) == 3
    assert {message.to.channel for message in sent} == {"slack"}
