"""A guardian decides by a link or by reply; what follows is kept, told, and undone as a whole. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flows.messages import Purpose
from flows.stages import Stage
from storage import people
from tests.bot.house import HUB, House, open_house, shown
from tests.bot.outsiders import (
    MAIL,
    MIA,
    MOTHER,
    SIGN_UP,
    SIGN_UP_ES,
    agree,
    ask,
    browser,
    enter,
    link_to,
    rows,
)

TOM = "+13125550124"
_SIGNED = ("1", "Maria Lopez", "1")
TRAINING, SHIFT = datetime(2026, 12, 1, 17, 0), datetime(2026, 12, 3, 16, 0)  # noqa: DTZ001 - wall clock of the place


@pytest.fixture
async def house(url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path, url=url) as opened:
        yield opened


def stage(house: House, user: str = MIA) -> str:
    with house.app.database.reading() as session:
        person = people.find_by_user(session, HUB.id, user)
        assert person
        return person.stage


async def test_guardian_reads_signs_and_takes_it_back_on_the_page(house: House) -> None:
    house.add_training(TRAINING)
    link = await ask(house)
    async with browser(house) as visitor:
        landing = await visitor.get(link)
        form = await enter(house, visitor, link)
        receipt = await agree(visitor, link, form)
        told = await house.send()

        assert "Mia" not in landing.text
        assert "Maria" not in landing.text
        assert "May Mia help at a school?" in form.text
        assert "Maria Elena Lopez (Parent) agreed on Nov 23, 2026" in receipt.text
        assert [message.text.partition(":")[0] for message in told] == ["Good news, Mia"]
        assert stage(house) == Stage.ELIGIBLE

        await house.say("sms", MIA, "TRAINING")
        await house.say("sms", MIA, "1")
        assert rows(house, "SELECT taken FROM slot") == [{"taken": 1}]
        gone = await visitor.post(f"{link}/page", decision="withdraw")

    assert "You have taken your consent back" in gone.text
    assert rows(house, "SELECT taken FROM slot") == [{"taken": 0}]
    assert rows(house, "SELECT status FROM booking") == [{"status": "released"}]
    assert {row["status"] for row in rows(house, "SELECT status FROM reminder")} == {"released"}
    assert stage(house) == Stage.WAITING_GUARDIAN
    assert [shown(message).partition(",")[0] for message in await house.send()] == ["Mia"]
    assert {str(row["reason"]) for row in rows(house, "SELECT reason FROM task WHERE closed_at IS NULL")} == {
        "guardian_withdrew"
    }
    (evidence,) = rows(house, "SELECT guardian_name, relation, via, withdrawn_at FROM guardian_consent")
    assert (evidence["guardian_name"], evidence["relation"], evidence["via"]) == ("Maria Elena Lopez", "parent", "page")
    assert evidence["withdrawn_at"]
    (requirement,) = rows(house, "SELECT kind, status FROM requirement")
    assert requirement == {"kind": "guardian_consent", "status": "refused"}
    assert [
        row["author"] for row in rows(house, "SELECT author FROM audit WHERE what = 'requirement' ORDER BY id")
    ] == ["link:guardian"] * 2


async def test_consent_is_a_requirement_until_the_day_before_the_18th_birthday(house: House) -> None:
    link = await ask(house)
    async with browser(house) as visitor:
        await agree(visitor, link, await enter(house, visitor, link))

    (requirement,) = rows(house, "SELECT status, valid_until FROM requirement")
    assert requirement["status"] == "met"
    assert str(requirement["valid_until"]) == "2028-02-13"


async def test_after_a_withdrawal_and_a_new_consent_everything_learned_still_counts(house: House) -> None:
    house.add_training(TRAINING)
    house.add_shift(SHIFT)
    await ask(house)
    for line in ("hi", "1", "Maria Lopez", "1"):
        await house.say("sms", MOTHER, line)
    with house.app.database.session() as session:
        person = people.find_by_user(session, HUB.id, MIA)
        assert person
        people.move(session, person, Stage.READY, cause="test", now=house.clock.at)
    await house.say("sms", MIA, "SHIFTS")
    await house.say("sms", MIA, "1")
    assert stage(house) == Stage.PLACED

    await house.say("sms", MOTHER, "WITHDRAW")
    assert stage(house) == Stage.WAITING_GUARDIAN
    for line in ("I agree", "1", "Maria Lopez", "1"):
        await house.say("sms", MOTHER, line)

    assert stage(house) == Stage.READY


async def test_guardian_by_mail_gets_link_and_code_there_and_can_end_it(house: House) -> None:
    link = await ask(house, contact=MAIL)
    async with browser(house) as visitor:
        form = await enter(house, visitor, link, contact=MAIL)
        visitor.headers.clear()
        stopped = await visitor.post(f"{link}/stop", **{"List-Unsubscribe": "One-Click"})

    assert "May Mia help" in form.text
    assert "We will not write to you again" in stopped.text
    assert await house.jump(house.clock.at + timedelta(days=8), step=timedelta(hours=3)) == []


async def test_secrets_are_gone_from_the_database_once_they_have_left(house: House) -> None:
    link = await ask(house)
    async with browser(house) as visitor:
        await enter(house, visitor, link)
    token = link.removeprefix("/l/")

    bodies = [
        str(row["body"])
        for row in rows(house, "SELECT body FROM outbox WHERE purpose IN ('request', 'code') AND status >= 4")
    ]
    assert len(bodies) == 2
    assert not any(token in body for body in bodies)
    assert token not in str(rows(house, "SELECT * FROM link"))


async def test_request_waits_for_the_morning(house: House) -> None:
    house.clock.at += timedelta(hours=12)  # ten in the evening in Chicago
    for line in SIGN_UP:
        await house.say("sms", MIA, line)

    left = await house.jump(house.clock.at + timedelta(hours=10, minutes=45))
    assert left == []
    left = await house.jump(house.clock.at + timedelta(minutes=30))
    assert [message.purpose for message in left] == [Purpose.REQUEST]


async def test_guardian_who_opted_out_is_never_asked(house: House) -> None:
    await house.say("sms", MOTHER, "STOP")

    for line in SIGN_UP:
        await house.say("sms", MIA, line)

    assert await house.jump(house.clock.at + timedelta(days=7), step=timedelta(hours=3)) == []
    assert "guardian_not_asked" in {row["reason"] for row in rows(house, "SELECT reason FROM task")}


async def test_another_minor_is_nobodys_guardian(house: House) -> None:
    for line in ["HI", "yes", "English", "60614", "3/3/2010"]:
        await house.say("sms", MOTHER, line)

    for line in SIGN_UP:
        await house.say("sms", MIA, line)

    assert "guardian_not_asked" in {row["reason"] for row in rows(house, "SELECT reason FROM task")}
    assert rows(house, "SELECT id FROM guardian") == []


async def test_guardian_who_volunteers_as_well_keeps_their_own_talk(house: House) -> None:
    grown_up = [
        "HI",
        "yes",
        "English",
        "60614",
        "5/14/1986",
        "employee",
        "ACME",
        "own",
        "near home",
        "tutor",
        "any day",
    ]
    for line in [*grown_up, "yes"]:
        await house.say("sms", MOTHER, line)
    await ask(house)

    idle = await house.say("sms", MOTHER, "what should I bring to the library")
    asked = await house.say("sms", MOTHER, "I agree")

    assert "wants to help" not in idle[-1].text
    assert asked[-1].text.startswith("Mia wants to help")
    assert stage(house, MOTHER) == Stage.ELIGIBLE


@pytest.mark.parametrize("by", ["page", "reply"])
async def test_one_mother_decides_for_each_of_two_siblings(house: House, by: str) -> None:
    first = await ask(house)
    for line in SIGN_UP:
        await house.say("sms", TOM, line.replace("Mia", "Tom"))
    second = link_to(house, MOTHER)

    if by == "page":
        async with browser(house) as visitor:
            for link in (first, second):
                await agree(visitor, link, await enter(house, visitor, link))
                await house.send()
            await visitor.post(f"{second}/page", decision="withdraw")
    else:
        for line in ("hi", *_SIGNED, "hi", *_SIGNED, "WITHDRAW", "WITHDRAW Tom"):  # asked for whom, she says it
            await house.say("sms", MOTHER, line)

    assert first != second
    assert "guardian_not_asked" not in {row["reason"] for row in rows(house, "SELECT reason FROM task")}
    assert (stage(house), stage(house, TOM)) == (Stage.ELIGIBLE, Stage.WAITING_GUARDIAN)


async def test_two_decisions_at_once_are_one(house: House) -> None:
    link = await ask(house)
    async with browser(house) as visitor:
        form = await enter(house, visitor, link)
        await asyncio.gather(*(agree(visitor, link, form) for _ in range(5)))

    assert len(rows(house, "SELECT id FROM guardian_consent")) == 1
    assert len([message for message in await house.send() if message.to.user == MIA]) == 1


async def test_withdrawal_beats_a_seat_that_is_being_taken(house: House) -> None:
    house.add_training(TRAINING)
    link = await ask(house)
    async with browser(house) as visitor:
        await agree(visitor, link, await enter(house, visitor, link))
        await house.say("sms", MIA, "TRAINING")

        await asyncio.gather(house.say("sms", MIA, "1"), visitor.post(f"{link}/page", decision="withdraw"))

    assert rows(house, "SELECT taken FROM slot") == [{"taken": 0}]
    assert rows(house, "SELECT id FROM booking WHERE status <> 'released'") == []


async def test_page_speaks_spanish(house: House) -> None:
    link = await ask(house, sign_up=SIGN_UP_ES)
    async with browser(house) as visitor:
        visitor.language = "es-MX,es;q=0.9"
        landing = await visitor.get(link)
        form = await enter(house, visitor, link)
        english = await visitor.get(f"{link}/page?lang=en")

    assert 'lang="es"' in landing.text
    assert "¿Puede Mia ayudar en una escuela?" in form.text
    assert "May Mia help at a school?" in english.text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        pytest.param({"name": " "}, "Please write your first and last name.", id="no name"),
        pytest.param({"name": "Maria"}, "Please write your first and last name.", id="half a name"),
        pytest.param({"relation": "boss"}, "Please choose one.", id="no relation"),
        pytest.param({"version": "old"}, "has changed since", id="another text"),
        pytest.param({"decision": "delete"}, "May Mia help", id="no decision"),
    ],
)
async def test_form_that_is_not_whole_changes_nothing(wrong: dict[str, str], words: str, tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        link = await ask(house)
        async with browser(house) as visitor:
            form = await enter(house, visitor, link)
            again = await agree(visitor, link, form, **wrong)

        assert again.status_code == 422
        assert words in again.text
        assert rows(house, "SELECT id FROM guardian_consent") == []


async def test_18th_birthday_ends_it(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        link = await ask(house, sign_up=[line.replace("2/14/2010", "12/1/2008") for line in SIGN_UP])
        async with browser(house) as visitor:
            house.clock.at = datetime(2026, 12, 1, 7, 0, tzinfo=house.clock.at.tzinfo)
            page = await enter(house, visitor, link)
            await agree(visitor, link, page)

        assert "Mia is 18 or older" in page.text
        assert rows(house, "SELECT id FROM guardian_consent") == []


async def test_forgetting_the_minor_forgets_the_guardian(house: House) -> None:
    link = await ask(house)
    with house.app.database.reading() as session:
        person = people.find_by_user(session, HUB.id, MIA)
        assert person
        person_id = person.id
    from flows.effects import Forget
    from storage.store import TurnWrite

    inbound = house.inbound("sms", MIA, "x")
    loaded = await house.app.store.load(HUB.id, inbound, house.clock.at)
    write = TurnWrite(
        hub=HUB.id,
        inbound=inbound,
        address=inbound.sender,
        person_id=person_id,
        version=loaded.version,  # type: ignore[union-attr]
        conversation="",
        effects=(Forget(reason="test"),),
        trace="[]",
        now=house.clock.at,
    )
    await house.app.store.apply(write)

    for table in ("guardian", "link", "guardian_consent", "requirement", "person", "address"):
        assert rows(house, f"SELECT * FROM {table}") == [], table  # noqa: S608
    assert not [row for row in rows(house, "SELECT body FROM outbox") if "Mia" in str(row["body"])]
    async with browser(house) as visitor:
        assert (await visitor.get(link)).status_code == 404


async def test_somebody_named_instead_gets_a_link_of_their_own(house: House) -> None:
    first = await ask(house)
    with house.app.database.session() as session:
        person = people.find_by_user(session, HUB.id, MIA)
        assert person
        people.move(session, person, Stage.SCREENING, cause="test", now=house.clock.at)
    for line in [line.replace(MOTHER, "312-555-0199") for line in SIGN_UP]:
        await house.say("sms", MIA, line)

    second = link_to(house, "+13125550199")
    async with browser(house) as visitor:
        assert (await visitor.get(first)).status_code == 404
        assert (await visitor.get(second)).status_code == 200
